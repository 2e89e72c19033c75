"""Whose chat a browser shows: opening a personal link, the cookie, and finding the chat again.

The browser makes the token itself (32 random bytes, sent once, then only in a cookie that no script can read). On a
patchy network the answer to the first request is often lost; the repeated one carries the same token and finds the
chat that the first one made, instead of a code that is used up.

One telephone may be a whole family's: a link of somebody else never continues the chat that is open in this browser,
and takes its place only after a question. The chat that gives way stays known here (a second cookie), by the first name
of whose it is, until that one comes back to it; a consultant's does not, which shows a whole caseload.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from reminders.delivery.channel import Clock
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.people.contacts import Contact
from storage.people.link_codes import find_code
from storage.people.people import Person
from storage.people.webchat import (
    CONSULTANTS_SESSION_LASTS,
    SESSION_LASTS,
    WebSession,
    add_web_session,
    find_web_session,
    keep_web_push,
    web_history,
)

CHANNEL = "web"
_TOKEN = re.compile(r"[0-9a-f]{64}")
_PHONE = re.compile(r"[a-z0-9-]{1,32}")
# A family; and a cookie that stays small.
MOST_OTHERS = 5
_OTHERS = "-others"


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat a browser shows: its contact and address, and whether that is tied to anybody."""

    contact_id: int
    address: str
    linked: bool
    # Whether it is asked who is there before what is this one's is shown on a telephone of several people.
    asks: bool = True

    @classmethod
    def of(cls, contact: Contact) -> "Chat":
        """From the contact's row."""
        linked = contact.person_id is not None or contact.consultant_id is not None
        return cls(contact.id, contact.address, linked, contact.asks_first)


@dataclass(frozen=True, slots=True)
class Other:
    """A chat that this browser knows beside the one that it shows: whose it is, by first name."""

    chat: Chat
    token: str
    name: str
    language: str
    # Whether they listen; and whether it is asked who is there before their messages are shown.
    listens: bool = False
    asks: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """The outcome of opening: `begin` says that the dialogue must hear of it (with `code`, when that may be used)."""

    chat: Chat
    token: str
    begin: bool
    code: str | None = None
    # A personal link was opened that is of no use, in a browser that has a chat of its own.
    dead_link: bool = False
    # The link is another person's than the chat that is open here, which goes on until they say that they want that.
    ask_other: bool = False
    # The chats that this browser knows besides, by their tokens.
    others: Sequence[Other] = ()


class Sessions:
    """Opens and finds chats. With `phones` (the demo), one browser holds several, by the query parameter `phone`."""

    def __init__(self, database: Database, clock: Clock, *, secure: bool, phones: bool = False) -> None:
        self._database = database
        self._clock = clock
        self._secure = secure
        self._phones = phones

    async def find(self, request: Request) -> Chat | None:
        """The chat of the browser's cookie."""
        return await self.find_by(self.token_of(request))

    def token_of(self, request: Request) -> str:
        """What the browser's cookie holds."""
        return self._held(request)

    async def find_by(self, token: str) -> Chat | None:
        """The chat of a cookie."""
        if not _TOKEN.fullmatch(token):
            return None
        async with self._database.reading(at_once=True) as session:
            contact = await self._contact(session, token)
        return None if contact is None else Chat.of(contact)

    async def tell(self, request: Request, push: dict[str, Json]) -> None:
        """From now on this browser hears that there is a message."""
        token = self._held(request)
        async with self._database.writing() as session:
            await keep_web_push(session, self._database.keys, token, self._clock.now(), push)

    async def open(
        self, request: Request, *, token: str, code: str | None, language: str | None, other: bool = False
    ) -> Opened:
        """Go on with the browser's chat, or begin one under the token that the browser made; `other` = they want the
        chat of another person here."""
        async with self._database.writing() as session:
            known = [self._held(request), *self._others_held(request)]
            elsewhere = frozenset(one.chat.contact_id for one in await self._known(session, known[1:], but=known[0]))
            tokens = [token, *known[: None if other else 1]]
            opened = await self._going_on(session, tokens, code, elsewhere, other=other)
            if opened is None:
                contact = await add_web_session(
                    session,
                    self._database.keys,
                    token=token,
                    channel=CHANNEL,
                    address=uuid.uuid4().hex,
                    language=language,
                    now=self._clock.now(),
                )
                opened = Opened(Chat.of(contact), token, begin=True, code=code)
            return replace(opened, others=await self._known(session, known, but=opened.token))

    async def _going_on(
        self, session: AsyncSession, tokens: Sequence[str], code: str | None, elsewhere: frozenset[int], *, other: bool
    ) -> Opened | None:
        """How the first chat that these tokens lead to goes on; None where a new one begins. `elsewhere` are the chats
        that this browser knows besides: a link of theirs is another person's, and not a dead one."""
        for token in tokens:
            contact = await self._contact(session, token) if _TOKEN.fullmatch(token) else None
            if contact is not None:
                going_on = await self._go_on(session, contact, token, code, elsewhere)
                if going_on is not None:
                    return going_on
                if not other:
                    return Opened(Chat.of(contact), token, begin=False, ask_other=True)
        return None

    async def others(self, request: Request) -> list[Other]:
        """The chats that this browser knows beside the one that it shows."""
        held = self._others_held(request)
        if not held:
            return []
        async with self._database.reading() as session:
            return await self._known(session, held, but=self._held(request))

    async def _known(self, session: AsyncSession, tokens: Sequence[str], *, but: str) -> list[Other]:
        found: dict[int, Other] = {}
        for token in dict.fromkeys(tokens):
            contact = await self._contact(session, token) if token != but and _TOKEN.fullmatch(token) else None
            person = await session.get(Person, contact.person_id) if contact is not None and contact.person_id else None
            if contact is not None and person is not None:
                chat = Chat.of(contact)
                other = Other(chat, token, person.given_name, person.language, person.listens, chat.asks)
                found.setdefault(contact.id, other)
        return list(found.values())[:MOST_OTHERS]

    def name_of(self, chat: Chat) -> str:
        """Tells one chat from another on a shared telephone, and says nothing of whose it is."""
        return self._database.keys.fingerprint(chat.address, "web_queue").hex()

    def is_meant(self, request: Request, chat: Chat, name: str | None) -> bool:
        """Whether what a window says is for this chat, by the name that it has of it (under any key of the ring). A
        window that names none is an old one: it may be right only where the browser knows nobody else's."""
        if name is None:
            return not any(map(_TOKEN.fullmatch, self._others_held(request)))
        return name in {one.hex() for one in self._database.keys.fingerprints(chat.address, "web_queue")}

    async def _go_on(
        self, session: AsyncSession, contact: Contact, token: str, code: str | None, elsewhere: frozenset[int]
    ) -> Opened | None:
        """How the chat in this browser goes on; None when the code is somebody else's."""
        chat = Chat.of(contact)
        await self._prolong(session, token)
        if code is None:
            return Opened(chat, token, begin=not await web_history(session, contact.id, limit=1))
        if not chat.linked:
            return Opened(chat, token, begin=True, code=code)
        found = await find_code(session, self._database.keys, code)
        if found is not None and found.used_by == contact.id:
            return Opened(chat, token, begin=False)
        if found is not None and found.used_by in elsewhere:
            return None
        if found is None or found.used_at is not None or found.expires_at <= self._clock.now():
            return Opened(chat, token, begin=False, dead_link=True)
        owner, holder = (found.person_id, found.consultant_id), (contact.person_id, contact.consultant_id)
        return Opened(chat, token, begin=True, code=code) if owner == holder else None

    async def _contact(self, session: AsyncSession, token: str) -> Contact | None:
        found = await find_web_session(session, self._database.keys, token, self._clock.now())
        return None if found is None else await session.get(Contact, found.contact_id)

    async def _prolong(self, session: AsyncSession, token: str) -> None:
        found: WebSession | None = await find_web_session(session, self._database.keys, token, self._clock.now())
        if found is not None:
            contact = await session.get(Contact, found.contact_id)
            is_consultants = contact is not None and contact.consultant_id is not None
            lasts = CONSULTANTS_SESSION_LASTS if is_consultants else SESSION_LASTS
            found.expires_at = self._clock.now() + lasts

    def _held(self, request: Request) -> str:
        return request.cookies.get(self._cookie(request), "")

    def _others_held(self, request: Request) -> list[str]:
        return request.cookies.get(self._cookie(request) + _OTHERS, "").split(".")[: MOST_OTHERS + 1]

    def remember(self, request: Request, response: Response, token: str, others: Sequence[Other]) -> None:
        """Set the cookies: for this site only, out of reach of scripts, for as long as browsers allow."""
        self._set(response, self._cookie(request), token)
        known = ".".join(one.token for one in others)
        if known != request.cookies.get(self._cookie(request) + _OTHERS, ""):
            self._set(response, self._cookie(request) + _OTHERS, known)

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            name,
            value,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    async def change(self, request: Request, response: Response, chosen: Other) -> None:
        """From now on this browser shows the chosen chat, and knows the one that it showed."""
        async with self._database.reading() as session:
            tokens = [self._held(request), *self._others_held(request)]
            others = await self._known(session, tokens, but=chosen.token)
        self.remember(request, response, chosen.token, others)

    def _cookie(self, request: Request) -> str:
        # "__Host-" makes browsers refuse such a cookie from any neighbouring domain.
        name = "__Host-maatje" if self._secure else "maatje"
        phone = request.query_params.get("phone", "")
        return f"{name}-{phone}" if self._phones and _PHONE.fullmatch(phone) else name
