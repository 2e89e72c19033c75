"""Whose chat a browser shows: opening a personal link, the cookie, and finding the chat again.

The browser makes the token itself (32 random bytes, sent once, then only in a cookie that no script can read). On a
patchy network the answer to the first request is often lost; the repeated one carries the same token and finds the
chat that the first one made, instead of a code that is used up.

One telephone may be a whole family's: a link of somebody else never continues the chat that is open in this browser,
and takes its place only after a question.
"""

import re
import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from reminders.delivery.channel import Clock
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.people.contacts import Contact
from storage.people.link_codes import find_code
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


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat a browser shows: its contact and address, and whether that is tied to anybody."""

    contact_id: int
    address: str
    linked: bool

    @classmethod
    def of(cls, contact: Contact) -> "Chat":
        """From the contact's row."""
        linked = contact.person_id is not None or contact.consultant_id is not None
        return cls(contact.id, contact.address, linked)


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


class Sessions:
    """Opens and finds chats. With `phones` (the demo), one browser holds several, by the query parameter `phone`."""

    def __init__(self, database: Database, clock: Clock, *, secure: bool, phones: bool = False) -> None:
        self._database = database
        self._clock = clock
        self._secure = secure
        self._phones = phones

    async def find(self, request: Request) -> Chat | None:
        """The chat of the browser's cookie."""
        token = request.cookies.get(self._cookie(request), "")
        if not _TOKEN.fullmatch(token):
            return None
        async with self._database.reading() as session:
            contact = await self._contact(session, token)
        return None if contact is None else Chat.of(contact)

    async def tell(self, request: Request, push: dict[str, Json]) -> None:
        """From now on this browser hears that there is a message."""
        token = request.cookies.get(self._cookie(request), "")
        async with self._database.writing() as session:
            await keep_web_push(session, self._database.keys, token, self._clock.now(), push)

    async def open(
        self, request: Request, *, token: str, code: str | None, language: str | None, other: bool = False
    ) -> Opened:
        """Go on with the browser's chat, or begin one under the token that the browser made; `other` = they want the
        chat of another person here."""
        now = self._clock.now()
        held = request.cookies.get(self._cookie(request), "")
        async with self._database.writing() as session:
            for candidate in (token, held):
                contact = await self._contact(session, candidate) if _TOKEN.fullmatch(candidate) else None
                if contact is not None:
                    going_on = await self._go_on(session, contact, candidate, code)
                    if going_on is not None:
                        return going_on
                    if not other:
                        return Opened(Chat.of(contact), candidate, begin=False, ask_other=True)
            contact = await add_web_session(
                session,
                self._database.keys,
                token=token,
                channel=CHANNEL,
                address=uuid.uuid4().hex,
                language=language,
                now=now,
            )
            return Opened(Chat.of(contact), token, begin=True, code=code)

    async def _go_on(self, session: AsyncSession, contact: Contact, token: str, code: str | None) -> Opened | None:
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

    def remember(self, request: Request, response: Response, token: str) -> None:
        """Set the cookie: for this site only, out of reach of scripts, for as long as browsers allow."""
        response.set_cookie(
            self._cookie(request),
            token,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def _cookie(self, request: Request) -> str:
        # "__Host-" makes browsers refuse such a cookie from any neighbouring domain.
        name = "__Host-maatje" if self._secure else "maatje"
        phone = request.query_params.get("phone", "")
        return f"{name}-{phone}" if self._phones and _PHONE.fullmatch(phone) else name
