"""Progress: a consultant notes how far somebody is, opens their guidance again, or ends it here when they move.

Exams are tried: what is noted of one that was failed before is a new attempt.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.actions.acting import Acting, Role
from bot.actions.people import look_at
from bot.telling import progress as told
from reminders.local_time import QuietHours
from reminders.progress.closing import settle
from storage.people.people import Person
from storage.people.relayed import Letter, letters_to_take_up
from storage.progress.parts import Progress, attempts, rows_to_change
from storage.vocabulary import EXAMS, Closing, LetterKind, PartStatus, PlanPart, ProgressSource

#: Who may note how far somebody is: never the person themselves, whose word the municipality must check.
_MAY_NOTE: Final = frozenset({Role.CONSULTANT, Role.OPERATOR})


class ProgressRefused(StrEnum):
    """Why nothing was noted."""

    NOT_THEIRS = "not_theirs"  # no such person, or none that they may act for: which, is not told
    NOT_OPEN = "not_open"  # there is nothing to open again, or to end


@dataclass(frozen=True, slots=True)
class PartNoted:
    """What was noted, of whom; `changed` = it was not so before. `finished` = with it everything is done."""

    person: Person
    part: PlanPart
    status: PartStatus
    changed: bool
    finished: bool


async def note_part(
    acting: Acting, person_id: int, part: PlanPart, status: PartStatus, quiet_hours: QuietHours
) -> PartNoted | ProgressRefused:
    """Note how far somebody is with a part (or a step of one), as of today."""
    person = await look_at(acting, person_id) if acting.by.role in _MAY_NOTE else None
    if person is None:
        return ProgressRefused.NOT_THEIRS
    rows = (await rows_to_change(acting.session, [person.id]))[person.id]
    known = attempts(rows, part)
    last = known[-1] if known else None
    today = acting.today
    if last is not None and last.status is status and (status is not PartStatus.FAILED or last.status_on == today):
        return PartNoted(person, part, status, changed=False, finished=person.closed_as is Closing.FINISHED)
    if last is None or (part in EXAMS and last.status is PartStatus.FAILED and status is not PartStatus.OPEN):
        attempt = len(known) + 1 if part in EXAMS and status is not PartStatus.EXEMPT else None
        if last is not None and last.attempt is not None and attempt is not None:
            attempt = last.attempt + 1
        last = Progress(
            person_id=person.id,
            part=part,
            attempt=attempt,
            status=status,
            source=ProgressSource.CONSULTANT,
            updated_at=acting.now,
        )
        acting.session.add(last)
    last.status, last.status_on = status, None if status is PartStatus.OPEN else today
    last.source, last.updated_at = ProgressSource.CONSULTANT, acting.now
    acting.audit("noted_progress", f"person:{person.id}")
    await acting.session.flush()
    await settle(acting.session, [person.id], acting.now, quiet_hours)
    await acting.replan(person.id)
    return PartNoted(person, part, status, changed=True, finished=person.closed_as is Closing.FINISHED)


async def reopen(acting: Acting, person_id: int) -> Person | ProgressRefused:
    """The guidance of somebody goes on after all; they are reminded again."""
    person = await look_at(acting, person_id) if acting.by.role in _MAY_NOTE else None
    if person is None:
        return ProgressRefused.NOT_THEIRS
    if person.closed_at is None:
        return ProgressRefused.NOT_OPEN
    person.closed_at = person.closed_as = None
    acting.audit("reopened", f"person:{person.id}")
    await acting.replan(person.id)
    return person


async def moved(acting: Acting, person_id: int, *, once: str) -> Person | ProgressRefused:
    """Somebody is guided by another municipality from now on: it is told to them, and ends here."""
    person = await look_at(acting, person_id) if acting.by.role in _MAY_NOTE else None
    if person is None:
        return ProgressRefused.NOT_THEIRS
    if person.closed_at is not None:
        return ProgressRefused.NOT_OPEN
    person.closed_at, person.closed_as = acting.now, Closing.MOVED
    acting.audit("moved_away", f"person:{person.id}")
    for letter in await letters_to_take_up(acting.session, [person.id]):
        if letter.kind is LetterKind.MOVING:
            took_up(acting, letter)
    await acting.tell_person(person.id, f"moved:{person.id}:{once}", told.moved())
    await acting.replan(person.id)
    return person


async def route_doubt(acting: Acting, person_id: int) -> Letter | None:
    """The word in which somebody said that they doubt their route, while nobody talked with them about it yet."""
    person = await acting.person(person_id)
    if person is None:
        return None
    found = await letters_to_take_up(acting.session, [person.id])
    return next((letter for letter in found if letter.kind is LetterKind.ROUTE), None)


def took_up(acting: Acting, doubt: Letter) -> None:
    """A talk was made about it: it waits for nobody any more."""
    doubt.answered_at = doubt.done_at = acting.now
    doubt.seen_at = doubt.seen_at or acting.now
    acting.audit("took_up", f"letter:{doubt.id}")
