"""Signing in by a passkey, and keeping the first one after a one-time link. Both need the page's script: without it the
pages say what they always said.

What is asked of an authenticator goes out as JSON; its answer comes back in a form of the page, as every other form.
The challenge stays beside it in a cookie of five minutes: so an answer counts in the browser that asked, and nowhere
else.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.actions.access.passkeys import AskedOfKey, KeySite, ask_for_key, ask_for_new_key, set_up_key, sign_in_by_key
from bot.channels.limits import Limit, network_of
from bot.desk.door import SIGN_IN, DeskDoor, is_from_here
from bot.desk.forms import JustDone, sent_form, then
from bot.desk.visit import HOME
from storage.desk.accounts import find_session
from storage.desk.passkeys import CHALLENGE_LASTS
from storage.vocabulary import DeskStep

PASSKEY: Final = "/desk/passkey"
SET_UP: Final = "/desk/step/passkey"


def challenge_cookie(door: DeskDoor) -> str:
    """The name of the cookie that holds a challenge."""
    return f"{door.cookie}-key"


def asked(door: DeskDoor, what: AskedOfKey) -> Response:
    """What the page's script hands to the browser."""
    answer = Response(what.options, media_type="application/json")
    answer.set_cookie(
        challenge_cookie(door),
        what.challenge,
        max_age=int(CHALLENGE_LASTS.total_seconds()),
        path="/",
        secure=door.secure,
        httponly=True,
        samesite="strict",
    )
    return answer


def answered(door: DeskDoor, answer: Response) -> Response:
    """The challenge is used: the browser forgets it."""
    answer.delete_cookie(challenge_cookie(door), path="/", secure=door.secure, httponly=True, samesite="strict")
    return answer


class SigningInByKey:
    """The four addresses; `tries` bounds how often one network may come."""

    def __init__(self, door: DeskDoor, site: KeySite, tries: Limit) -> None:
        self._door = door
        self._site = site
        self._tries = tries

    def routes(self) -> list[BaseRoute]:
        """For Starlette."""
        return [
            Route(f"{PASSKEY}/ask", self.ask, methods=["POST"]),
            Route(PASSKEY, self.sign_in, methods=["POST"]),
            Route(f"{SET_UP}/ask", self.ask_for_first, methods=["POST"]),
            Route(SET_UP, self.keep_first, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """What a key is asked for, to sign in."""
        if not self._may_try(request):
            return Response(status_code=403)
        async with self._door.database.writing() as session:
            what = await ask_for_key(session, self._door.database.keys, self._site, self._door.clock.now())
        return asked(self._door, what)

    async def sign_in(self, request: Request) -> Response:
        """A key's answer: a right one signs in."""
        if not is_from_here(request, self._door.origin):
            return self._door.show(request, "error.html", {"why": "form"}, status=403)
        sent = (await sent_form(request)).text("credential")
        async with self._door.database.writing() as session:
            token = await sign_in_by_key(
                session,
                self._door.database.keys,
                self._site,
                challenge=request.cookies.get(challenge_cookie(self._door), ""),
                sent=sent,
                before=self._door.token_of(request),
                now=self._door.clock.now(),
            )
        if token is None:
            return answered(self._door, then(SIGN_IN, JustDone.KEY_REFUSED))
        return answered(self._door, self._door.remember(then(HOME), token))

    async def ask_for_first(self, request: Request) -> Response:
        """What is asked of an authenticator after a one-time link: a new key."""
        if not self._may_try(request):
            return Response(status_code=403)
        now, keys = self._door.clock.now(), self._door.database.keys
        async with self._door.database.writing() as session:
            found = await find_session(session, keys, self._door.token_of(request), now)
            if found is None or found[0].step is not DeskStep.SET_UP:
                return Response(status_code=401)
            what = await ask_for_new_key(session, keys, self._site, found[1], now)
        return asked(self._door, what)

    async def keep_first(self, request: Request) -> Response:
        """The key that was made: it is kept, and whoever opened the link is signed in."""
        if not is_from_here(request, self._door.origin):
            return self._door.show(request, "error.html", {"why": "form"}, status=403)
        form, now, keys = await sent_form(request), self._door.clock.now(), self._door.database.keys
        async with self._door.database.writing() as session:
            half_way = await find_session(session, keys, self._door.token_of(request), now, for_update=True)
            if half_way is None:
                return answered(self._door, then(SIGN_IN, JustDone.LINK_DEAD))
            token = await set_up_key(
                session,
                keys,
                self._site,
                half_way,
                challenge=request.cookies.get(challenge_cookie(self._door), ""),
                sent=form.text("credential"),
                name=form.text("name") or self._site.domain,
                now=now,
            )
        if token is None:
            return answered(self._door, then("/desk/step", JustDone.KEY_REFUSED))
        return answered(self._door, self._door.remember(then(HOME), token))

    def _may_try(self, request: Request) -> bool:
        network = network_of(request.client.host if request.client else "")
        return is_from_here(request, self._door.origin) and not self._tries.wait(network)
