"""How far somebody is, in lines: what "My plan", the consultant's screen and the answers of the FAQ say alike."""

from collections.abc import Iterable, Mapping
from typing import Final

from locales.rendering.message import Text
from reminders.terms.progress import PartStanding
from storage.vocabulary import EXAMS, PartStatus, PlanPart

# The names of parts that the milestones have already; the exams each have one of their own.
_NAMES: Final[Mapping[PlanPart, str]] = {
    PlanPart.PVT: "milestone.open.pvt",
    PlanPart.MAP: "milestone.open.map",
    PlanPart.BRIDGING: "milestone.open.bridging",
    PlanPart.LESSONS: "milestone.open.lesson_hours",
    PlanPart.PARTICIPATION: "milestone.open.participation_hours",
    **{part: f"progress.part.{part.value}" for part in EXAMS},
}
#: Of each part, in cards and on buttons.
PART_ICONS: Final[Mapping[PlanPart, str]] = {
    PlanPart.PVT: "🤝",
    PlanPart.LESSONS: "📚",
    PlanPart.PARTICIPATION: "⚽",
    PlanPart.MAP: "💼",
    PlanPart.BRIDGING: "🎓",
    PlanPart.EXAM_READING: "📖",
    PlanPart.EXAM_LISTENING: "👂",
    PlanPart.EXAM_WRITING: "✍️",
    PlanPart.EXAM_SPEAKING: "🗣️",
    PlanPart.KNM: "🌍",
    PlanPart.CERTIFICATE: "🎓",
}


def part_name(part: PlanPart) -> Text:
    """What a part is called, its icon before it.

    Raises:
        LookupError: the certificate and the steps of parts are told by their own sentences.
    """
    return Text(_NAMES[part])


def standing_text(one: PartStanding) -> Text:
    """One part: done, not needed, hours against hours, failed, busy or still to do."""
    name = part_name(one.part)
    if not one.is_settled and one.minutes is not None and one.required_minutes is not None:
        return Text("progress.hours", {"part": name, "made": one.minutes // 60, "needed": one.required_minutes // 60})
    return Text(f"progress.{one.status.value}", {"part": name})


def standing_texts(standings: Iterable[PartStanding]) -> list[Text]:
    """All parts in their order, and after an exam that was failed how often it may be tried for nothing."""
    found: list[Text] = []
    for one in standings:
        found.append(standing_text(one))
        if one.status is PartStatus.FAILED and one.free_left is not None:
            found.append(Text("progress.free", {"left": one.free_left}))
    return found


def hours_made(part: PlanPart, minutes: int) -> Text:
    """Hours of a part of which no number is required."""
    return Text("progress.made", {"part": part_name(part), "made": minutes // 60})
