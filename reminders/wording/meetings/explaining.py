"""What a meeting is about, with whom, and what comes after it, in words of its own for each (start note 3.2: "so that
the status holder always knows what to expect").

The three intake meetings are of one kind; which of them it is follows from their order (storage.appointments.intakes).
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from locales.rendering.message import Part, Text
from storage.appointment_kinds import MEETINGS
from storage.vocabulary import AppointmentKind

#: The intake meetings of a person with asylum: welcome, benefit, plan (3.2).
INTAKES: Final = 3
_BENEFIT: Final = 2

_ABOUT: Final[Mapping[AppointmentKind, tuple[str, ...]]] = {
    AppointmentKind.INTAKE_MEETING: ("about.intake_meeting",),
    AppointmentKind.LEARNABILITY_TEST: ("about.learnability_test", "about.no_fail"),
    AppointmentKind.PROGRESS_MEETING: ("about.progress_meeting",),
    AppointmentKind.PVT: ("about.pvt",),
    AppointmentKind.MAP: ("about.map",),
    AppointmentKind.CLOSING_MEETING: ("about.closing_meeting",),
    AppointmentKind.EXAM: ("about.exam_duo",),
    AppointmentKind.WORKSHOP: ("about.workshop",),
    AppointmentKind.ACTIVITY: ("about.activity",),
}
_OF_INTAKES: Final = ("about.intake_1", "about.intake_2", "about.intake_3")
# With whom, where the appointment does not say: only what the start note says of its kind (3.1, 3.2).
_BY_CONSULTANT: Final = frozenset({AppointmentKind.PROGRESS_MEETING, AppointmentKind.INTAKE_MEETING})
# For which somebody sits at a table and waits.
_KEPT_FREE: Final = _BY_CONSULTANT | {AppointmentKind.CLOSING_MEETING, AppointmentKind.OTHER}
# What may stand before a Dutch name instead of a first name.
_TITLES: Final = frozenset({"mevrouw", "meneer", "mevr", "mw", "dhr", "mr", "drs", "dr", "de"})
_AFTER_INTAKES: Final = ("after.intake_1", "after.intake_2", "after.intake_3")


@cache
def about(kind: AppointmentKind, intake: int | None = None) -> tuple[Part, ...]:
    """What it is about; `intake` is which of the three intake meetings it is."""
    if kind is AppointmentKind.INTAKE_MEETING and intake is not None and intake <= INTAKES:
        return (Part(Text(_OF_INTAKES[intake - 1])),)
    return tuple(Part(Text(key)) for key in _ABOUT.get(kind, ()))


@cache
def with_whom(kind: AppointmentKind, intake: int | None = None) -> tuple[Part, ...]:
    """With whom it is by its kind, where the appointment names nobody."""
    if kind is AppointmentKind.INTAKE_MEETING and intake is None:
        return ()
    if kind is AppointmentKind.INTAKE_MEETING and intake == _BENEFIT:
        return (Part(Text("with.benefits")),)
    return (Part(Text("with.consultant")),) if kind in _BY_CONSULTANT else ()


def kept_free(
    kind: AppointmentKind, named: str | None, consultant: str | None, intake: int | None = None
) -> list[Part]:
    """Who keeps the time free: somebody who waits is missed less often than a meeting (by name, never as a threat).

    `named` is whom the appointment names, `consultant` the name of the reader's consultant, who is called by the first.
    """
    if kind not in _KEPT_FREE:
        return []
    is_theirs = named.strip() == consultant if named and consultant else bool(with_whom(kind, intake)) and not named
    if kind is AppointmentKind.INTAKE_MEETING and not named and intake == _BENEFIT:
        return []
    name = first_name(consultant) if is_theirs and consultant else named
    return [Part(Text("day_plan.kept_free", {"name": name}))] if name else []


def first_name(name: str) -> str:
    """The first name of a consultant; the whole where it begins with something else ("mevr. De Vries")."""
    first, _, rest = name.strip().partition(" ")
    return name.strip() if rest and ("." in first or first.lower() in _TITLES) else first


def after(kind: AppointmentKind, intake: int | None = None) -> tuple[Part, ...]:
    """What follows from it."""
    if kind is AppointmentKind.INTAKE_MEETING and intake is not None and intake <= INTAKES:
        return (Part(Text(_AFTER_INTAKES[intake - 1])),)
    return (Part(Text(f"after.{kind.value}")),) if kind in MEETINGS else ()
