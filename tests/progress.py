"""Progress in few words, for tests: {"exam": "done", "lesson_hours": 799.5}."""

from collections.abc import Mapping
from datetime import datetime

from storage.progress.noted import NotedPart
from storage.progress.parts import Progress
from storage.vocabulary import EXAMS, PartStatus, PlanPart, ProgressSource

_WORDS = {"exam": EXAMS, "lesson_hours": (PlanPart.LESSONS,), "participation_hours": (PlanPart.PARTICIPATION,)}


def noted(known: Mapping[str, str | float]) -> tuple[NotedPart, ...]:
    """What is known of parts: a status by the part's name ("exam" is every one), or hours."""
    found: list[NotedPart] = []
    for word, value in known.items():
        parts = _WORDS.get(word) or (PlanPart(word),)
        if isinstance(value, str):
            found += [NotedPart(part, PartStatus(value)) for part in parts]
        else:
            found += [NotedPart(part, PartStatus.BUSY, minutes=round(value * 60)) for part in parts]
    return tuple(found)


def progress_rows(person_id: int, known: Mapping[str, str | float], now: datetime) -> list[Progress]:
    """The same as rows of a person."""
    return [
        Progress(
            person_id=person_id,
            part=line.part,
            status=line.status,
            noted_minutes=line.minutes,
            source=ProgressSource.IMPORT,
            updated_at=now,
        )
        for line in noted(known)
    ]
