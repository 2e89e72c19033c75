"""Which of their own dates a person was told in the chat, by which rules: kept in the key of the reply that told them.

"My plan" and the answers say dates as well as reminders do. When such a date is another one later, because the plan
changed or the municipality chose other rules, who was told it is told so (reminders.planning.about_terms).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from locales.rendering.message import Part
from reminders.kinds import Kind

#: Terms whose date is a promise or a last day, with the sign that stands for each in a key. A start is not among them:
#: it moves with the end.
_SIGNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pip_due": "p",
        "term_end": "e",
        "route_switch_until": "r",
        "scale_down_from": "a",
        "relief_end": "o",
        "education_max_end": "m",
        "guidance_end": "g",
    }
)
_TERMS: Final[Mapping[str, str]] = MappingProxyType({sign: about for about, sign in _SIGNS.items()})
_SAID: Final = "term."


@dataclass(frozen=True, slots=True)
class OwnDates:
    """What one reply told: by which rules (TermRules.mark), and each term's date."""

    rules: str
    dates: Mapping[str, date]


def dates_said(parts: Iterable[Part]) -> dict[str, date]:
    """The dates that these parts tell as still to come; what is past or done is under another key."""
    found: dict[str, date] = {}
    for part in parts:
        about, on = part.text.key.removeprefix(_SAID), part.text.params.get("on")
        if part.text.key.startswith(_SAID) and about in _SIGNS and isinstance(on, date):
            found[about] = on
    return found


def key_of(told: OwnDates, reply: str) -> str:
    """The key of a reply that tells these; `reply` is what makes it the only one."""
    dates = ",".join(f"{_SIGNS[about]}{on:%Y%m%d}" for about, on in told.dates.items())
    return f"{Kind.OWN_DATES}:{told.rules}:{dates}:{sha256(reply.encode()).hexdigest()[:24]}"


def own_dates(key: str) -> OwnDates | None:
    """What a reply with this key told; None of any other message."""
    match key.split(":"):
        case [Kind.OWN_DATES, rules, dates, _]:
            told = {_TERMS[one[0]]: date.fromisoformat(one[1:]) for one in dates.split(",")}
            return OwnDates(rules, told)
    return None
