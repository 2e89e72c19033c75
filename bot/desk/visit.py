"""One request of somebody who is signed in at the desk: who they are, in which transaction, and the page they get."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.actions.acting import Acting, Actor, Proof, Role
from bot.desk.forms import SentForm, just_done, number_of
from bot.desk.texts import DeskTexts, language_of
from storage.desk.accounts import DeskAccount
from storage.engine.keys import KeyRing
from storage.vocabulary import DeskRole

#: What the tokens of forms are signed for.
FORM: Final = "desk_form"
HOME: Final = "/desk"
#: The places of each role, as the head of each page names them: address and text.
_PLACES: Final[Mapping[DeskRole, tuple[tuple[str, str], ...]]] = {
    DeskRole.CONSULTANT: (
        (HOME, "desk.today"),
        ("/desk/calendar", "desk.calendar"),
        ("/desk/people", "consultant.people"),
        ("/desk/groups", "desk.groups"),
    ),
    DeskRole.MANAGER: ((HOME, "desk.figures"),),
    DeskRole.ADMINISTRATOR: (
        (HOME, "desk.log"),
        ("/desk/imports", "desk.imports"),
        ("/desk/system", "desk.system"),
        ("/desk/accounts", "desk.accounts"),
        ("/desk/content", "desk.content"),
    ),
    DeskRole.CONTENT_EDITOR: (("/desk/content", "desk.content"),),
}


@dataclass(frozen=True, slots=True)
class Who:
    """Who is signed in, and the token that their browser holds."""

    account_id: int
    role: DeskRole
    consultant_id: int | None
    email: str
    municipality: str
    token: str

    @classmethod
    def of(cls, account: DeskAccount, token: str) -> "Who":
        """From the account's row."""
        return cls(account.id, account.role, account.consultant_id, account.email, account.municipality, token)

    @property
    def actor(self) -> Actor:
        """As actions and the audit log know them."""
        if self.role is DeskRole.CONSULTANT:
            return Actor(Role.CONSULTANT, Proof.DESK, self.consultant_id)
        return Actor(Role.OPERATOR, Proof.DESK, name=f"desk{self.account_id}")


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is signed in asks for a page: `acting` is theirs, in a transaction that the answer ends."""

    request: Request
    acting: Acting
    who: Who
    texts: DeskTexts
    form: SentForm

    @property
    def session(self) -> AsyncSession:
        """The transaction."""
        return self.acting.session

    @property
    def query(self) -> SentForm:
        """The fields of the address."""
        return SentForm.read(self.request.url.query)

    def row(self, name: str = "id") -> int:
        """A row's number in the path; 0 for none that can be."""
        return number_of(str(self.request.path_params[name]))

    def page(self, template: str, **values: object) -> Response:
        """A page of theirs."""
        return shown(self.texts, self.acting.parts.keys, self.request, self.who, template, values, self.acting.now)


def shown(
    texts: DeskTexts,
    keys: KeyRing,
    request: Request,
    who: Who | None,
    template: str,
    values: Mapping[str, object],
    now: datetime,
    status: int = 200,
) -> Response:
    """A page with what all pages need: who is signed in, what was just done, the token of its forms."""
    own = form_token(keys, who.token) if who is not None else ""
    page = texts.page(
        template,
        language_of(request),
        {
            "who": who,
            "token": lambda: Markup('<input type="hidden" name="form_token" value="{}">').format(own),
            "places": _PLACES[who.role] if who is not None else (),
            "path": request.url.path,
            "now": now,
            "without_account": False,
            **just_done(request),
            **values,
        },
    )
    # Without a referrer browsers hide where a form was sent from, even from ourselves (Fetch, 3.2: Origin is null).
    return HTMLResponse(page, status, {"referrer-policy": "same-origin"})


def form_token(keys: KeyRing, token: str) -> str:
    """What the forms of this session carry."""
    return keys.sign(token, FORM)
