"""After an attendance list: who was missed is asked how they are; who is missed often is a reason to talk.

Nobody is told of duties or fines here: a missed lesson is a question ("are you all right?"), and what follows from
several is the consultant's, who hears both sides first (start note 3.8).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from locales.message import Body, Button, Part, Style, Text
from reminders.absence_wording import REASON_ICONS
from reminders.claimed import ClaimedMessage, Composed, Merged, Skip
from reminders.planner import Planner
from reminders.wording import appointment_line, name_of
from storage.absences import AbsenceReason
from storage.appointments import Presence
from storage.attendance import AttendanceChange, Attended, Outcome, attendance_of, unreported_patterns
from storage.caseload import handler_of
from storage.outbox import Message, MessageState, Outgoing, Priority, put
from storage.people import Person, people_by_id
from storage.schedule import appointment_rows

# "We missed you" of more than a week ago helps nobody.
FRESH: Final = timedelta(days=7)
_ARRIVED: Final = (MessageState.DELIVERED, MessageState.READ)
_SENT: Final = (MessageState.SENT, *_ARRIVED)


class Missed(StrEnum):
    """The kinds of these messages."""

    MISSED = "missed"  # to the person
    PATTERN = "pattern"  # to the consultant


@dataclass(frozen=True, slots=True)
class TalkRule:
    """How many missed appointments without a report, within how long, are a reason for a talk (a setting)."""

    count: int = 3
    window: timedelta = timedelta(weeks=4)


#: The rule of a municipality, by its name.
TalkRules = Callable[[str], TalkRule]


async def missed_of(
    session: AsyncSession, person_ids: Collection[int], since: datetime, until: datetime, zone: ZoneInfo
) -> list[Attended]:
    """What these people missed in [since, until) without a report, by time."""
    rows = await attendance_of(session, person_ids=person_ids, since=since, until=until, zone=zone)
    return [row for row in rows if row.outcome is Outcome.NOT_REPORTED]


async def patterns_of(
    session: AsyncSession, people: Collection[Person], now: datetime, zone: ZoneInfo, rules: TalkRules
) -> dict[int, tuple[Attended, ...]]:
    """The people with whom a talk is due, with what they missed, by person id."""
    longest = max((rules(person.municipality).window for person in people), default=timedelta(0))
    missed = await missed_of(session, [person.id for person in people], now - longest, now, zone)
    found: dict[int, tuple[Attended, ...]] = {}
    for person in people:
        rule = rules(person.municipality)
        mine = [row for row in missed if row.person_id == person.id and row.starts_at >= now - rule.window]
        found |= unreported_patterns(mine, count=rule.count, window=rule.window)
    return found


class AfterAttendance:
    """Plans what follows from an attendance list, in the transaction that stores it; see OnAttendance."""

    def __init__(self, planner: Planner, now: Callable[[], datetime], zone: ZoneInfo, rules: TalkRules) -> None:
        self._planner = planner
        self._now = now
        self._zone = zone
        self._rules = rules

    async def __call__(self, session: AsyncSession, changes: Sequence[AttendanceChange]) -> None:
        """See OnAttendance."""
        now = self._now()
        absent = [change for change in changes if change.presence is Presence.ABSENT]
        readers = {r.id: r for r in await self._planner.readers(session, {c.person_id for c in absent})}
        fresh = {
            (row.appointment_id, row.person_id)
            for row in await missed_of(session, list(readers), now - FRESH, now, self._zone)
        }
        messages = []
        for change in absent:
            reader = readers.get(change.person_id)
            about = (change.appointment_id, change.person_id)
            if reader is None or not reader.may_be_told or about not in fresh:
                continue
            due_at = reader.quiet_hours.later_than_quiet(now)
            messages.append(
                Outgoing(
                    key=f"{Missed.MISSED}:{change.appointment_id}:{change.person_id}",
                    kind=Missed.MISSED,
                    due_at=due_at,
                    useful_until=due_at + FRESH,
                    person_id=change.person_id,
                    appointment_id=change.appointment_id,
                    priority=Priority.NOTICE,
                )
            )
        people = (await people_by_id(session, set(readers))).values()
        await put(session, [*messages, *await self._talks(session, people, now)], now)

    async def _talks(self, session: AsyncSession, people: Collection[Person], now: datetime) -> list[Outgoing]:
        talks = []
        today = now.astimezone(self._zone).date()
        for person_id, missed in (await patterns_of(session, people, now, self._zone, self._rules)).items():
            person = next(person for person in people if person.id == person_id)
            consultant = await handler_of(session, person.consultant_id, today)
            if consultant is None:
                continue
            year, week, _ = missed[-1].starts_at.astimezone(self._zone).isocalendar()
            talks.append(
                Outgoing(
                    # Once a week at most, however many lists come.
                    key=f"{Missed.PATTERN}:{person_id}:{year}-{week:02}",
                    kind=Missed.PATTERN,
                    due_at=now,
                    params={"person_id": person_id},
                    consultant_id=consultant.id,
                    about_id=person_id,
                    priority=Priority.NOTICE,
                )
            )
        return talks


class MissedComposer:
    """Says what these messages say when they are sent."""

    def __init__(self, zone: ZoneInfo, rules: TalkRules) -> None:
        self._zone = zone
        self._rules = rules

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer. Several missed lessons of one person are one question."""
        composed: dict[int, Composed] = {}
        by_person: dict[int, list[ClaimedMessage]] = {}
        for row in rows:
            if row.kind == Missed.PATTERN:
                composed[row.id] = await self._pattern(session, row, now)
            elif row.person_id is not None:
                by_person.setdefault(row.person_id, []).append(row)
        for person_id, mine in by_person.items():
            composed |= await self._missed(session, person_id, mine, now)
        return composed

    async def _missed(
        self, session: AsyncSession, person_id: int, rows: Sequence[ClaimedMessage], now: datetime
    ) -> dict[int, Composed]:
        person = await session.get(Person, person_id)
        still = {row.appointment_id for row in await missed_of(session, [person_id], now - 2 * FRESH, now, self._zone)}
        composed: dict[int, Composed] = {row.id: Skip("reported") for row in rows if row.appointment_id not in still}
        asked = [row for row in rows if row.appointment_id in still and row.appointment_id is not None]
        if person is None or person.stopped_at is not None or person.consented_at is None:
            return composed | {row.id: Skip("stopped") for row in asked}
        if asked:
            appointments = await appointment_rows(session, [row.appointment_id or 0 for row in asked])
            lines = [appointment_line(a) for a in sorted(appointments.values(), key=lambda a: a.starts_at)]
            latest = max(appointments.values(), key=lambda a: a.starts_at).id
            composed |= {row.id: Merged(asked[0].id) for row in asked[1:]}
            composed[asked[0].id] = Body(
                (
                    Part(Text("missed.title"), Style.TITLE),
                    *(Part(line) for line in lines),
                    Part(Text("missed.all_right")),
                ),
                missed_buttons(latest),
            )
        return composed

    async def _pattern(self, session: AsyncSession, row: ClaimedMessage, now: datetime) -> Composed:
        person_id = row.params.get("person_id")
        person = await session.get(Person, person_id) if isinstance(person_id, int) else None
        if person is None:
            return Skip("nobody")
        missed = (await patterns_of(session, [person], now, self._zone, self._rules)).get(person.id)
        if not missed:
            return Skip("reported")
        return Body(
            (
                Part(Text("consultant.pattern", {"person": name_of(person)}), Style.TITLE),
                *await pattern_parts(session, person.id, missed),
            ),
            (
                (Button(Text("consultant.invite"), f"invite:{person.id}", "🗣️"),),
                (Button(Text("consultant.new"), f"new:{person.id}", "➕"),),
                (Button(Text("consultant.write"), f"write:{person.id}", "✍️"),),
            ),
        )


def missed_buttons(appointment_id: int) -> tuple[tuple[Button, ...], ...]:
    """The reasons to choose from, and "I was there"."""
    reasons = [
        Button(Text(f"reason.{reason.value}"), f"missed:{appointment_id}:{reason.value}", REASON_ICONS[reason])
        for reason in AbsenceReason
    ]
    rows = [tuple(reasons[i : i + 2]) for i in range(0, len(reasons), 2)]
    return (*rows, (Button(Text("missed.was_there"), f"missed:{appointment_id}:there", "🙋"),))


async def pattern_parts(session: AsyncSession, person_id: int, missed: Sequence[Attended]) -> list[Part]:
    """The record: what was missed, what was sent about it and arrived, and that both sides are heard first."""
    states = await session.execute(
        select(Message.state, func.count())
        .where(
            Message.person_id == person_id,
            Message.appointment_id.in_([row.appointment_id for row in missed]),
            Message.state.in_(_SENT),
        )
        .group_by(Message.state)
    )
    by_state = dict(iter(states))
    arrived = sum(by_state.get(state, 0) for state in _ARRIVED)
    return [
        *(Part(Text("consultant.pattern_missed", {"at": row.starts_at})) for row in missed),
        Part(Text("consultant.pattern_sent", {"arrived": arrived}, count=sum(by_state.values()))),
        Part(Text("consultant.pattern_why")),
    ]
