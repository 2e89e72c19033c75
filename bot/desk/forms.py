"""What forms and addresses of the desk bring, and what a page says after something was done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from email.headerregistry import ContentDispositionHeader
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from locales.rendering.message import Text
from reminders.local_time import to_instant

Word = TypeVar("Word", bound=StrEnum)

_GOES: Final = "goes"
_MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Fields that one form has at most.
_MOST_FIELDS: Final = 2_000


class JustDone(StrEnum):
    """What a page says after something was done: the end of a catalog key, never words from the address bar."""

    SEEN = "seen"
    ASKED_TO_CALL = "asked_to_call"
    WRITTEN = "written"
    CALLED = "called"
    CRY_DONE = "cry_done"
    MADE = "made"
    MADE_BUT = "made_but"
    MOVED = "moved"
    CANCELLED = "cancelled"
    LESSON_CANCELLED = "lesson_cancelled"
    LESSON_MOVED = "lesson_moved"
    WAY_ENDED = "way_ended"
    TAKEN_BACK = "taken_back"
    WAITS_FOR_YES = "waits_for_yes"
    PLAN_CHANGED = "plan_changed"
    NO_FILE = "no_file"
    NO_GROUP = "no_group"
    NOT_DONE = "not_done"
    CHANGED = "changed"
    PAST = "past"
    THERE_ALREADY = "there_already"
    UNREADABLE = "unreadable"
    SIGNED_OUT = "signed_out"
    LINK_DEAD = "link_dead"
    WRONG_DIGITS = "wrong_digits"
    NO_PROVIDER = "no_provider"
    NO_PLACE = "no_place"
    NOTED = "noted"
    ACCOUNT_ENDED = "account_ended"
    APP_RESET = "app_reset"
    ALL_REACHED = "all_reached"
    KEY_ADDED = "key_added"
    KEY_REMOVED = "key_removed"
    KEY_REFUSED = "key_refused"
    SIGN_IN_AGAIN = "sign_in_again"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    HELD_NO_MORE = "held_no_more"
    NO_CHANGE = "no_change"
    WAITS_ALREADY = "waits_already"
    OWN_PROPOSAL = "own_proposal"
    OUT_OF_DATE = "out_of_date"
    SOME_OUT_OF_DATE = "some_out_of_date"


#: Those that say how many.
COUNTED: Final = frozenset({JustDone.SEEN, JustDone.MADE_BUT})
#: Those that say that something was not done.
_FAILED: Final = frozenset(
    {
        JustDone.NO_FILE,
        JustDone.NO_GROUP,
        JustDone.NOT_DONE,
        JustDone.CHANGED,
        JustDone.PAST,
        JustDone.THERE_ALREADY,
        JustDone.UNREADABLE,
        JustDone.LINK_DEAD,
        JustDone.WRONG_DIGITS,
        JustDone.NO_PROVIDER,
        JustDone.NO_PLACE,
        JustDone.KEY_REFUSED,
        JustDone.SIGN_IN_AGAIN,
        JustDone.NO_CHANGE,
        JustDone.WAITS_ALREADY,
        JustDone.OWN_PROPOSAL,
        JustDone.OUT_OF_DATE,
        JustDone.SOME_OUT_OF_DATE,
    }
)


@dataclass(frozen=True, slots=True)
class SentForm:
    """The fields of a form, or of an address; a field that is not there is "". `files` are what was uploaded."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, encoded: str) -> "SentForm":
        """From application/x-www-form-urlencoded.

        Raises:
            HTTPException: 400 for more fields than any of our forms has.
        """
        try:
            pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError as error:
            raise HTTPException(400) from error
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            fields.setdefault(name, []).append(value.replace("\x00", ""))
        return cls(fields)

    def text(self, name: str) -> str:
        """One field, without spaces around it."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def number(self, name: str) -> int:
        """A row's number; 0 for anything else."""
        return number_of(self.text(name))

    def choice(self, name: str, words: Iterable[Word]) -> Word | None:
        """The word of a vocabulary that was chosen; None for anything else."""
        return next((one for one in words if one.value == self.text(name)), None)

    def moment(self, zone: ZoneInfo, otherwise: str = "") -> datetime | None:
        """The local day and hour of the fields "on" and "at" (`otherwise` where no hour is given), as an instant; None
        for what is none."""
        try:
            day, hour = date.fromisoformat(self.text("on")), time.fromisoformat(self.text("at") or otherwise)
        except ValueError:
            return None
        return None if hour.tzinfo is not None else to_instant(datetime.combine(day, hour), zone).instant

    def numbers(self, name: str) -> list[int]:
        """The rows that were chosen."""
        return [number for value in self.fields.get(name, ()) if (number := number_of(value.strip()))]


def number_of(text: str) -> int:
    """A row's number as somebody sent it; 0 for anything that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


async def sent_form(request: Request) -> SentForm:
    """The form that a request brings.

    Raises:
        HTTPException: see SentForm.read.
    """
    body, kind = await request.body(), request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return _parts(body, kind)
    return SentForm.read(body.decode("utf-8", "replace"))


def _parts(body: bytes, kind: str) -> SentForm:
    """From multipart/form-data (RFC 7578): parts with a file's name are files.

    Raises:
        HTTPException: 400 for what is no such body, or has more parts than any of our forms.
    """
    header = EmailMessage()
    header["content-type"] = kind
    boundary = header.get_param("boundary")
    pieces = body.split(b"--" + boundary.encode()) if isinstance(boundary, str) and boundary else []
    if not 2 < len(pieces) < _MOST_FIELDS:
        raise HTTPException(400)
    fields: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    for piece in pieces[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        said = BytesParser(policy=HTTP).parsebytes(head, headersonly=True).get("content-disposition")
        params = said.params if isinstance(said, ContentDispositionHeader) else {}
        name, content = params.get("name", ""), content.removesuffix(b"\r\n")
        if "filename" in params:
            files[name] = content
        else:
            fields.setdefault(name, []).append(content.decode("utf-8", "replace").replace("\x00", ""))
    return SentForm(fields, files)


def person_path(person_id: int) -> str:
    """The address of a person's page."""
    return f"/desk/people/{person_id}"


def then(path: str, said: JustDone | None = None, *, count: int = 0, at: str = "") -> Response:
    """Go on to a page of ours, which says what was done (303: going back repeats nothing)."""
    said_of = {"said": said.value, **({"n": str(count)} if count else {})} if said is not None else {}
    query = f"?{urlencode(said_of)}" if said_of else ""
    return RedirectResponse(f"{path}{query}{f'#{at}' if at else ''}", 303)


def file_of(content: bytes | str, name: str) -> Response:
    """A file to keep, of the kind that the end of its name says."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)


def telling_when(answer: Response, held: Sequence[datetime]) -> Response:
    """The same answer; the page that it goes on to says when what was written goes out, where it waits (`held`)."""
    path = answer.headers.get("location", "")
    if held and path:
        path, hash_, at = path.partition("#")
        goes = urlencode({_GOES: min(held).isoformat()})
        answer.headers["location"] = f"{path}{'&' if '?' in path else '?'}{goes}{hash_}{at}"
    return answer


def _goes(query: SentForm) -> Text | None:
    try:
        at = datetime.fromisoformat(query.text(_GOES))
    except ValueError:
        return None
    return Text("consultant.goes_at", {"at": at}) if at.tzinfo is not None else None


def just_done(request: Request) -> dict[str, object]:
    """What was just done, by the address: one of our own sentences, or nothing."""
    query = SentForm.read(request.url.query)
    known = query.text("said")
    if known not in set(JustDone):
        return {"said": None, "failed": False, "goes": None}
    said = JustDone(known)
    text = Text(f"desk.said.{said}", {}, max(1, query.number("n")) if said in COUNTED else None)
    return {"said": text, "failed": said in _FAILED, "goes": _goes(query)}


def not_found() -> HTTPException:
    """No such thing, or none of theirs: which, is not told."""
    return HTTPException(404)
