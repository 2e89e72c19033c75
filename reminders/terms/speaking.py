"""The words of the table of what is said about terms (spoken.py): to whom, counted from what, as long as what holds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from locales.rendering.message import Style

#: Contact moments that are to be within the first year (3.7).
CONTACTS_REQUIRED: Final = 2


class Audience(StrEnum):
    """Who is told."""

    PERSON = "person"
    CONSULTANT = "consultant"


class From(StrEnum):
    """What the day of a message is counted from."""

    TERM = "term"  # the date of the term itself
    START = "start"  # the first day of the integration term
    KNOWN = "known"  # when it became so: the next working hours


class While(StrEnum):
    """What must hold, when it is planned and once more when it is sent."""

    NO_PLAN = "no_plan"  # the plan is neither dated nor signed
    OWN_DAY = "own_day"  # the municipality's own norm falls on another day than the law's
    FEW_CONTACTS = "few_contacts"
    NOT_DONE = "not_done"  # something of what the law asks is open, or it is not known
    BRIDGING_OPEN = "bridging_open"
    ENOUGH_HOURS = "enough_hours"  # of lessons, for parts of the exam at A2
    EXTENDED = "extended"  # DUO granted more time
    GUIDANCE_COVERS = "guidance_covers"  # guidance lasts as long as the term


@dataclass(frozen=True, slots=True)
class Says:
    """A line of a person's text: its key, and the terms whose dates stand in it, by the name they have there.

    `behind` = said only where the date that is told lies behind this term; `counts` = it says how many months are left.
    """

    key: str
    style: Style = Style.NORMAL
    dates: tuple[tuple[str, str], ...] = ()
    behind: str = ""
    counts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMessage:
    """One message about one term.

    `months` and `days` are counted from `since`, earlier ones negative. `tells` is the term whose date it tells, which
    its key holds. `opens` = never before its day: it begins or has passed, where the others move to the working day
    before. `useful_days` after its day it is of no use any more; None = until the term's own day. One whose day was
    that long before its date was known (`fresh_days`) is not said: who was just imported needs no old news.
    """

    about: str
    id: str
    to: tuple[Audience, ...]
    section: str
    since: From = From.TERM
    months: int = 0
    days: int = 0
    tells: str = ""
    said_while: tuple[While, ...] = ()
    opens: bool = False
    useful_days: int | None = None
    fresh_days: int = 14
    # To the person. Where `lists_parts` is a key, that and what is open stand before the last line; to both readers.
    person: tuple[Says, ...] = ()
    lists_parts: str = ""
    # To the consultant: one line, with {on}.
    consultant: str = ""

    @property
    def when_known(self) -> bool:
        """Whether it has no day of its own, and is said when it has become so."""
        return self.since is From.KNOWN

    @property
    def told(self) -> str:
        """The term whose date it tells."""
        return self.tells or self.about
