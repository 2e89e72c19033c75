"""What forms and addresses of the desk bring, and what a page says after something was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from locales.rendering.message import Text

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
    MOVED = "moved"
    CANCELLED = "cancelled"
    WAY_ENDED = "way_ended"
    TAKEN_BACK = "taken_back"
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


#: Those that say that something was not done.
_FAILED: Final = frozenset(
    {
        JustDone.NOT_DONE,
        JustDone.CHANGED,
        JustDone.PAST,
        JustDone.THERE_ALREADY,
        JustDone.UNREADABLE,
        JustDone.LINK_DEAD,
        JustDone.WRONG_DIGITS,
        JustDone.NO_PROVIDER,
        JustDone.NO_PLACE,
    }
)


@dataclass(frozen=True, slots=True)
class SentForm:
    """The fields of a form, or of an address; a field that is not there is ""."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

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

    def numbers(self, name: str) -> list[int]:
        """The rows that were chosen."""
        return [number for value in self.fields.get(name, ()) if (number := number_of(value.strip()))]


def number_of(text: str) -> int:
    """A row's number as somebody sent it; 0 for anything that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def then(path: str, said: JustDone | None = None, *, count: int = 0, at: str = "") -> Response:
    """Go on to a page of ours, which says what was done (303: going back repeats nothing)."""
    said_of = {"said": said.value, **({"n": str(count)} if count else {})} if said is not None else {}
    query = f"?{urlencode(said_of)}" if said_of else ""
    return RedirectResponse(f"{path}{query}{f'#{at}' if at else ''}", 303)


def just_done(request: Request) -> dict[str, object]:
    """What was just done, by the address: one of our own sentences, or nothing."""
    query = SentForm.read(request.url.query)
    known = query.text("said")
    if known not in set(JustDone):
        return {"said": None, "failed": False}
    said = JustDone(known)
    text = Text(f"desk.said.{said}", {}, max(1, query.number("n")) if said is JustDone.SEEN else None)
    return {"said": text, "failed": said in _FAILED}


def not_found() -> HTTPException:
    """No such thing, or none of theirs: which, is not told."""
    return HTTPException(404)
