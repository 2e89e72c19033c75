"""Somebody's own account: how they sign in, and their passkeys, which they add, name and remove.

A key is added soon after signing in only, and not by whom the identity provider lets in: their way in is the
provider's, and ends with it.
"""

from typing import Final

from starlette.responses import Response

from bot.actions.access.passkeys import (
    FRESH,
    LONGEST_NAME,
    KeySite,
    ask_for_new_key,
    keep_new_key,
    remove_key,
)
from bot.desk.door import DeskDoor
from bot.desk.forms import JustDone, not_found, then
from bot.desk.signing_in.passkeys import answered, asked, challenge_cookie
from bot.desk.visit import Visit
from storage.desk.accounts import DeskAccount, DeskSession, find_session
from storage.desk.passkeys import passkeys_of

ACCOUNT: Final = "/desk/account"
KEYS: Final = f"{ACCOUNT}/passkeys"


class OwnAccount:
    """The pages; `site` is None where browsers have no passkeys."""

    def __init__(self, door: DeskDoor, site: KeySite | None) -> None:
        self._door = door
        self._site = site

    async def show(self, visit: Visit) -> Response:
        """The page."""
        opened, account = await self._own(visit)
        return visit.page(
            "account.html",
            account=account,
            keys=await passkeys_of(visit.session, account.id),
            by_provider=opened.subject_hash is not None,
            may_add=self._may_add(visit, opened),
            has_site=self._site is not None,
            longest=LONGEST_NAME,
        )

    async def ask(self, visit: Visit) -> Response:
        """What is asked of an authenticator: a new key."""
        opened, account = await self._own(visit)
        if self._site is None or not self._may_add(visit, opened):
            return Response(status_code=409)
        keys = visit.acting.parts.keys
        return asked(self._door, await ask_for_new_key(visit.session, keys, self._site, account, visit.acting.now))

    async def keep(self, visit: Visit) -> Response:
        """Keep the key that was made."""
        opened, account = await self._own(visit)
        if self._site is None or not self._may_add(visit, opened):
            return then(ACCOUNT, JustDone.SIGN_IN_AGAIN)
        kept = await keep_new_key(
            visit.session,
            visit.acting.parts.keys,
            self._site,
            account,
            challenge=visit.request.cookies.get(challenge_cookie(self._door), ""),
            sent=visit.form.text("credential"),
            name=visit.form.text("name") or self._site.domain,
            now=visit.acting.now,
        )
        return answered(self._door, then(ACCOUNT, JustDone.KEY_ADDED if kept else JustDone.KEY_REFUSED))

    async def change(self, visit: Visit) -> Response:
        """Name a key otherwise, or remove it."""
        _, account = await self._own(visit)
        key = next((one for one in await passkeys_of(visit.session, account.id) if one.id == visit.row()), None)
        if key is None:
            raise not_found()
        if visit.form.text("do") == "remove":
            await remove_key(visit.session, account, key, visit.acting.now)
            return then(ACCOUNT, JustDone.KEY_REMOVED)
        if not (name := visit.form.text("name")):
            return then(ACCOUNT, JustDone.NOT_DONE)
        key.name = name[:LONGEST_NAME]
        return then(ACCOUNT, JustDone.NOTED)

    def _may_add(self, visit: Visit, opened: DeskSession) -> bool:
        return opened.subject_hash is None and visit.acting.now - opened.created_at < FRESH

    async def _own(self, visit: Visit) -> tuple[DeskSession, DeskAccount]:
        keys = visit.acting.parts.keys
        found = await find_session(visit.session, keys, visit.who.token, visit.acting.now)
        if found is None:
            raise not_found()
        return found
