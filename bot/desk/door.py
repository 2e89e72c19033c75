"""Lets people in at the desk: finds whose browser it is, and refuses what is not theirs.

Every page goes through `DeskDoor.page`: it finds the session, looks at the role, and for what changes something at the
session's own token in the form and at where the request came from. What a page finds out of somebody's reach is "not
found", whether it exists or not.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.actions.acting import Acting, Actor, Parts
from bot.desk.forms import SentForm, sent_form, telling_when
from bot.desk.texts import DeskTexts
from bot.desk.visit import FORM, Visit, Who, shown
from reminders.delivery.channel import Clock
from storage.desk.accounts import find_session
from storage.engine.database import Database
from storage.privacy.audit import AuditEntry, entries_after, latest_entry
from storage.vocabulary import ChangeSource, DeskRole, DeskStep

SIGN_IN: Final = "/desk/sign-in"
#: How the log's words for a look begin.
_LOOKED: Final = "looked_at"


def is_from_here(request: Request, origin: str) -> bool:
    """Whether our own page sent this request, by what browsers say of it; one that says nothing is no browser's."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    came_from = request.headers.get("origin")
    if came_from is None:
        return site == "same-origin"
    return came_from in (origin, f"{request.url.scheme}://{request.headers.get('host', '')}")


class FormDoes(StrEnum):
    """In which transaction a form works."""

    CHANGE = "change"  # one of its own, kept when it ends well
    REHEARSE = "rehearse"  # the same, and nothing of it is kept but who looked: to show what would come of it
    WORK_ALONE = "work_alone"  # it opens its own ones, several or none; what it writes to the log is kept


class _TakenBack(Exception):
    """All of a rehearsal was done; nothing of it is kept."""


Shows = Callable[[Visit], Awaitable[Response]]


class DeskDoor:
    """Lets people in: finds whose browser it is, and refuses what is not theirs. `own_url` is where people reach us."""

    def __init__(self, *, database: Database, clock: Clock, parts: Parts, texts: DeskTexts, own_url: str) -> None:
        self.database = database
        self.clock = clock
        self.texts = texts
        self._parts = parts
        self.own_url = own_url
        address = urlsplit(own_url)
        self.origin = f"{address.scheme}://{address.netloc}"
        self.secure = address.scheme == "https"

    @property
    def cookie(self) -> str:
        """The cookie's name. "__Host-" makes browsers refuse such a cookie from any neighbouring domain."""
        return "__Host-maatje-desk" if self.secure else "maatje-desk"

    def token_of(self, request: Request) -> str:
        """What the browser's cookie holds."""
        return request.cookies.get(self.cookie, "")

    def remember(self, response: Response, token: str) -> Response:
        """Set the cookie: for this site only, out of reach of scripts, gone when the browser is closed."""
        response.set_cookie(self.cookie, token, path="/", secure=self.secure, httponly=True, samesite="lax")
        return response

    def forget(self, response: Response) -> Response:
        """Take the cookie back."""
        response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="lax")
        return response

    def show(
        self,
        request: Request,
        template: str,
        values: Mapping[str, object] | None = None,
        *,
        who: Who | None = None,
        status: int = 200,
    ) -> Response:
        """A page for whoever it is."""
        keys, now = self.database.keys, self.clock.now()
        return shown(self.texts, keys, request, who, template, values or {}, now, status)

    def page(
        self, *roles: DeskRole, shows: Shows, form_does: FormDoes = FormDoes.CHANGE
    ) -> Callable[[Request], Awaitable[Response]]:
        """A page for these roles. `form_does` says in which transaction its form works."""
        by_form = {
            FormDoes.CHANGE: self._change,
            FormDoes.REHEARSE: self._rehearse,
            FormDoes.WORK_ALONE: self._look,
        }[form_does]

        async def answer(request: Request) -> Response:
            is_change = request.method == "POST"
            form = await sent_form(request) if is_change else SentForm()
            who = await self.who(request)
            if who is None:
                if is_change:
                    return self.show(request, "error.html", {"why": "session"}, status=401)
                return RedirectResponse(SIGN_IN, 303)
            if is_change and not self.is_own_form(request, who, form):
                return self.show(request, "error.html", {"why": "form"}, who=who, status=403)
            if who.role not in roles:
                return self.show(request, "error.html", {"why": "nothing"}, who=who, status=404)
            try:
                return await (by_form if is_change else self._look)(request, who, form, shows)
            except HTTPException as refused:
                why = "nothing" if refused.status_code == 404 else "form"
                return self.show(request, "error.html", {"why": why}, who=who, status=refused.status_code)

        return answer

    async def who(self, request: Request) -> Who | None:
        """Who is signed in in this browser."""
        token = self.token_of(request)
        if not token:
            return None
        async with self.database.reading() as session:
            found = await find_session(session, self.database.keys, token, self.clock.now())
        return Who.of(found[1], token) if found is not None and found[0].step is DeskStep.SIGNED_IN else None

    def is_own_form(self, request: Request, who: Who, form: SentForm) -> bool:
        """Whether a form was sent by our own page, shown to this very session."""
        own = self.database.keys.verify(who.token, FORM, form.text("form_token"))
        return own and is_from_here(request, self.origin)

    async def _change(self, request: Request, who: Who, form: SentForm, shows: Shows) -> Response:
        async with self.database.writing() as session:
            visit = self._visit(request, who, form, session)
            answer = await shows(visit)
        return telling_when(answer, visit.acting.held)

    async def _look(self, request: Request, who: Who, form: SentForm, shows: Shows) -> Response:
        """Looking takes no lock; that it was done is written before anything is shown."""
        async with self.database.reading() as session:
            answer = await shows(self._visit(request, who, form, session))
            looks = [one for one in session.new if isinstance(one, AuditEntry)]
            for one in looks:
                session.expunge(one)
        await self._note(looks)
        return answer

    async def _rehearse(self, request: Request, who: Who, form: SentForm, shows: Shows) -> Response:
        """What was done is taken back when the page is made; that people were looked at stays."""
        looks: list[AuditEntry] = []
        answer: Response | None = None
        with suppress(_TakenBack):
            async with self.database.writing() as session:
                before = await latest_entry(session)
                answer = await shows(self._visit(request, who, form, session))
                await session.flush()
                looks = [
                    AuditEntry(at=one.at, actor=one.actor, action=one.action, subject=one.subject)
                    for one in await entries_after(session, before, who.actor.ref)
                    if one.action.startswith(_LOOKED)
                ]
                raise _TakenBack
        await self._note(looks)
        if answer is None:
            raise HTTPException(404)
        return answer

    async def _note(self, looks: Sequence[AuditEntry]) -> None:
        if looks:
            async with self.database.writing() as session:
                session.add_all(looks)

    def acting(self, by: Actor, session: AsyncSession) -> Acting:
        """Somebody acts here, in this transaction."""
        return Acting(by, session, self.clock.now(), self._parts, ChangeSource.DESK)

    def _visit(self, request: Request, who: Who, form: SentForm, session: AsyncSession) -> Visit:
        return Visit(request, self.acting(who.actor, session), who, self.texts, form)
