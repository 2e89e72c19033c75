"""The fines of the law: for what, at most how much, by whom, and on whom (start note 1.11)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from storage.vocabulary import Group


class Breach(StrEnum):
    """What a fine can be for (1.11)."""

    INTAKE = "intake"
    PLAN = "plan"
    LESSONS = "lessons"
    ROUTE = "route"
    PVT = "pvt"
    MAP = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fine:
    """The highest amount of one fine, in euros, who imposes it, and on whom.

    A fine is the very last resort and always comes after a conversation (1.11, 3.8): nothing announces one by itself.
    """

    breach: Breach
    at_most: int
    by: Literal["municipality", "DUO"]
    groups: frozenset[Group]
    section: str
    # For being late: not given to people with asylum now (EU Court 4 February 2025, Raad van State 9 July 2025 and 18
    # February 2026), so never named to them.
    later_law: bool = False


_BOTH = frozenset(Group)

FINES: tuple[Fine, ...] = (
    Fine(breach=Breach.INTAKE, at_most=250, by="municipality", groups=_BOTH, section="1.11"),
    # Progress meetings, PVT and MAP.
    Fine(breach=Breach.PLAN, at_most=800, by="municipality", groups=_BOTH, section="1.11"),
    # Migrants choose and pay their own course: the municipality cannot fine them for not attending it.
    Fine(breach=Breach.LESSONS, at_most=800, by="municipality", groups=frozenset({Group.ASYLUM}), section="1.11"),
    Fine(breach=Breach.ROUTE, at_most=1000, by="DUO", groups=_BOTH, section="1.11", later_law=True),
    Fine(breach=Breach.PVT, at_most=340, by="DUO", groups=_BOTH, section="1.11", later_law=True),
    Fine(breach=Breach.MAP, at_most=340, by="DUO", groups=_BOTH, section="1.11", later_law=True),
)
