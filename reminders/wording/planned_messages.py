"""What planned messages say, made when they are sent from what is true then; or why they are not said any more.

A batch is composed at once, in a handful of queries. Messages to one reader that are sent together become one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.delivery.composing import ClaimedMessage, Composed, Merged, Skip
from reminders.kinds import Kind
from reminders.terms.rule_sets import LAW, TermRules
from reminders.wording import on_terms, to_consultant, to_person_on_appointments
from reminders.wording import to_person_on_changes as changes
from reminders.wording.batch import Batch, more_of, person_of, read_batch
from reminders.wording.joined import Wording, body_of
from storage.appointments.schedule import ScheduledAppointment
from storage.vocabulary import AppointmentStatus

# More in one message would be a wall of text.
MOST_TOGETHER: Final = 8
# A consultant works through a list.
MOST_LISTED: Final = 20
_LISTED: Final = (Kind.OVERLAP, Kind.CONFLICT)

_AboutAppointment: TypeAlias = Callable[[ClaimedMessage, ScheduledAppointment, int, Batch], Wording | Skip]
_AHEAD: Final[Mapping[str, _AboutAppointment]] = {
    Kind.REMINDER: to_person_on_appointments.reminder,
    Kind.CONFIRM_AGAIN: to_person_on_appointments.confirm_again,
    Kind.CLASSES: to_person_on_appointments.classes,
    Kind.UNCONFIRMED: to_consultant.unconfirmed,
    Kind.OVERLAP: to_consultant.overlap,
}
_OF_ONE: Final = (Kind.REMINDER, Kind.CONFIRM_AGAIN)
# Changes before what is ahead, and what is nearest first.
_ORDER: Final = (
    Kind.CHANGE, Kind.TERM_CORRECTION, Kind.REMINDER, Kind.CONFIRM_AGAIN, Kind.CLASSES, Kind.OVERVIEW, *_LISTED,
)  # fmt: skip


class PlannedComposer:
    """Composes the planner's messages. `zone` is the wall time people live by; `term_rules` are by municipality."""

    def __init__(
        self, zone: ZoneInfo, term_rules: Callable[[str], TermRules] = lambda _municipality: LAW.rules
    ) -> None:
        self._zone = zone
        self._term_rules = term_rules

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """What each row says now, by row id; see Composer."""
        batch = await read_batch(session, rows, now, self._zone)
        composed: dict[int, Composed] = {}
        by_reader: dict[tuple[int | None, int | None], list[tuple[ClaimedMessage, Wording]]] = {}
        for row in rows:
            spoken = self._say(row, batch)
            if isinstance(spoken, Wording):
                by_reader.setdefault((row.person_id, row.consultant_id), []).append((row, spoken))
            else:
                composed[row.id] = spoken
        for messages in by_reader.values():
            if len(messages) == 1:
                row, said = messages[0]
                composed[row.id] = body_of([said])
                continue
            messages.sort(key=lambda item: _order(item[0], batch))
            # Two rules' reminders of one appointment, sent late: once is enough, and the later one knows best.
            latest = {row.appointment_id: row.id for row, _ in messages if row.kind in _OF_ONE}
            # A change says all that a reminder would, and asks.
            latest.update((row.appointment_id, row.id) for row, _ in messages if row.kind == Kind.CHANGE)
            kept: list[tuple[ClaimedMessage, Wording]] = []
            for row, said in messages:
                # Of two changes of one appointment (one was tried before, and waited) each says what is true now. One
                # that counts others besides stays.
                of_one = row.kind in _OF_ONE or (row.kind == Kind.CHANGE and not more_of(row))
                if of_one and latest[row.appointment_id] != row.id:
                    composed[row.id] = Skip("said_with_another")
                else:
                    kept.append((row, said))
            for some in _messages(kept):
                first = some[0][0].id
                composed[first] = body_of([said for _, said in some])
                composed.update((row.id, Merged(first, said.told)) for row, said in some[1:])
        return composed

    def _say(self, row: ClaimedMessage, batch: Batch) -> Wording | Skip:
        # By far the most are about an appointment ahead, thousands of them in a morning.
        ahead = _AHEAD.get(row.kind)
        return self._say_else(row, batch) if ahead is None else _say_ahead(ahead, row, batch)

    def _say_else(self, row: ClaimedMessage, batch: Batch) -> Wording | Skip:
        match row.kind:
            case Kind.OVERVIEW:
                return to_person_on_appointments.overview(row, batch)
            case Kind.NEXT:
                return to_person_on_appointments.comes_next(row, batch)
            case Kind.MILESTONE | Kind.TERM_CORRECTION:
                stored = batch.terms.get(person_of(row) or 0)
                rules = self._term_rules(stored.municipality) if stored is not None else LAW.rules
                say = on_terms.milestone if row.kind == Kind.MILESTONE else on_terms.correction
                return say(row, batch, rules)
            case Kind.UNDELIVERED:
                return to_consultant.undelivered(row, batch)
        appointment = batch.appointments.get(row.appointment_id or 0)
        person_id = person_of(row)
        if row.kind == Kind.CHANGE and appointment is not None and person_id is not None:
            return changes.change(row, appointment, person_id, batch)
        if row.kind == Kind.REPORT_STANDS and appointment is not None:
            return to_consultant.report_stands(row, appointment, batch)
        if appointment is None or appointment.version != row.appointment_version:
            return Skip("appointment_changed")
        return to_consultant.conflict(row, appointment, batch) if row.kind == Kind.CONFLICT else Skip("nobody")


def _say_ahead(say: _AboutAppointment, row: ClaimedMessage, batch: Batch) -> Wording | Skip:
    appointment = batch.appointments.get(row.appointment_id or 0)
    if appointment is None or appointment.version != row.appointment_version:
        return Skip("appointment_changed")
    if appointment.status is not AppointmentStatus.PLANNED:
        return Skip("appointment_cancelled")
    if appointment.starts_at <= batch.now:
        return Skip("appointment_began")
    person_id = person_of(row)
    return say(row, appointment, person_id, batch) if person_id is not None else Skip("nobody")


def _messages(
    said: Sequence[tuple[ClaimedMessage, Wording]],
) -> Iterator[Sequence[tuple[ClaimedMessage, Wording]]]:
    """What goes into one message each, in this order."""
    for listed, some in groupby(said, key=lambda one: one[0].kind in _LISTED):
        together, most = list(some), MOST_LISTED if listed else MOST_TOGETHER
        for start in range(0, len(together), most):
            yield together[start : start + most]


def _order(row: ClaimedMessage, batch: Batch) -> tuple[int, datetime, datetime, int]:
    appointment = batch.appointments.get(row.appointment_id or 0)
    due_at = row.due_at or batch.now
    return _place(row.kind), due_at if appointment is None else appointment.starts_at, due_at, row.id


def _place(kind: str) -> int:
    return _ORDER.index(Kind(kind)) if kind in _ORDER else len(_ORDER)
