"""What holds for every appointment of a kind: one table.

A new kind is a word in storage/vocabulary.py, a line here, and its texts in the catalogs (`kind.*`, and `about.*` for a
meeting). A kind without a line stops when this is imported. What a meeting's words say to bring is `bring` in icons.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from storage.vocabulary import AppointmentKind, PlanPart, complete


class Form(StrEnum):
    """How an appointment is reminded of and spoken of."""

    # A step of the road: explained, confirmed, and reminded of even to who wants to hear of little.
    MEETING = auto()
    # A lesson of a group, by the language provider: told day by day and week by week, never confirmed.
    CLASS = auto()
    # Anything else: reminded of, unless the person wishes to hear of meetings only.
    OCCASION = auto()


class Hours(StrEnum):
    """What the hours attended count for (DOMAIN.md, "Hours"; 1.8)."""

    LESSONS = "lessons"
    PVT = "pvt"
    # Practice for the labour market (Regeling, art. 3.1).
    MAP = "map"
    # Activation and participation, PVT and MAP included. Conversations with the municipality are neither.
    PARTICIPATION = "participation"


@dataclass(frozen=True, slots=True)
class AppointmentTraits:
    """`icon` is the same in every language; `bring` are icons of what to bring along. `step` is done by being there."""

    form: Form
    icon: str
    hours: frozenset[Hours] = frozenset()
    bring: tuple[str, ...] = ()
    step: PlanPart | None = None

    @property
    def is_counted(self) -> bool:
        """Whether the plan changes by who was there."""
        return bool(self.hours) or self.step is not None


_PART = frozenset({Hours.PARTICIPATION})

APPOINTMENTS: Final[Mapping[AppointmentKind, AppointmentTraits]] = complete(
    {
        AppointmentKind.INTAKE_MEETING: AppointmentTraits(Form.MEETING, "👋"),
        AppointmentKind.LEARNABILITY_TEST: AppointmentTraits(Form.MEETING, "🧩"),
        AppointmentKind.PROGRESS_MEETING: AppointmentTraits(Form.MEETING, "🗣️"),
        AppointmentKind.CLASS: AppointmentTraits(Form.CLASS, "📚", frozenset({Hours.LESSONS})),
        AppointmentKind.PVT: AppointmentTraits(Form.MEETING, "🤝", frozenset({Hours.PVT, Hours.PARTICIPATION})),
        AppointmentKind.MAP: AppointmentTraits(Form.MEETING, "💼", frozenset({Hours.MAP, Hours.PARTICIPATION})),
        AppointmentKind.CLOSING_MEETING: AppointmentTraits(Form.MEETING, "🏁", step=PlanPart.MAP_CLOSING),
        AppointmentKind.WORKSHOP: AppointmentTraits(Form.OCCASION, "🛠️", _PART),
        AppointmentKind.EXAM: AppointmentTraits(Form.MEETING, "📝", bring=("🪪",)),
        AppointmentKind.ACTIVITY: AppointmentTraits(Form.OCCASION, "⚽", _PART),
        AppointmentKind.OTHER: AppointmentTraits(Form.OCCASION, "📌"),
    },
    AppointmentKind,
)

#: Kinds that a person with the wish "only meetings" still hears of, mandatory or not.
MEETINGS: Final = frozenset(kind for kind, traits in APPOINTMENTS.items() if traits.form is Form.MEETING)

#: What counts as a contact with the consultant (3.7): not the evenings and exams of others.
CONTACTS: Final = frozenset({AppointmentKind.PROGRESS_MEETING})
