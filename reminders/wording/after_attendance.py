"""What "we missed you" and "plan a talk" say when they are sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Composed, Merged, Skip
from reminders.intents import Act, asks
from reminders.kinds import Kind, useful_for
from reminders.wording.absence import REASON_ICONS
from reminders.wording.appointment import appointment_line, name_of
from storage.appointments.schedule import appointment_rows
from storage.attendance.attendance import Attended
from storage.attendance.patterns import TalkRules, missed_of, patterns_of
from storage.outbox.message import count_states
from storage.people.people import Person
from storage.vocabulary import AbsenceReason, Group, MessageState

_ARRIVED: Final = (MessageState.DELIVERED, MessageState.READ)

_KNOWN: Final[Mapping[bool | None, str]] = {True: "yes", False: "no", None: "unknown"}
_SENT: Final = (MessageState.SENT, *_ARRIVED)


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
            if row.kind == Kind.PATTERN:
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
        still = {
            row.appointment_id
            for row in await missed_of(session, [person_id], now - 2 * useful_for(Kind.MISSED), now, self._zone)
        }
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
                *await pattern_parts(session, person, missed),
            ),
            (
                (Button(Text("consultant.invite"), asks(Act.INVITE_TO_TALK, person.id), "🗣️"),),
                (Button(Text("consultant.new"), asks(Act.NEW, person.id), "➕"),),
                (Button(Text("consultant.write"), asks(Act.WRITE, person.id), "✍️"),),
            ),
        )


def missed_buttons(appointment_id: int) -> tuple[tuple[Button, ...], ...]:
    """The reasons to choose from, and "I was there"."""
    reasons = [
        Button(Text(f"reason.{reason.value}"), asks(Act.WHY_MISSED, appointment_id, reason.value), REASON_ICONS[reason])
        for reason in AbsenceReason
    ]
    rows = [tuple(reasons[i : i + 2]) for i in range(0, len(reasons), 2)]
    return (*rows, (Button(Text("missed.was_there"), asks(Act.WHY_MISSED, appointment_id, "there"), "🙋"),))


async def pattern_parts(session: AsyncSession, person: Person, missed: Sequence[Attended]) -> list[Part]:
    """The record: what was missed, what was sent about it and arrived, that both sides are heard first, and what the
    benefit and the group decide about a measure or a fine (1.11, 3.8)."""
    by_state = await count_states(session, person.id, [row.appointment_id for row in missed], _SENT)
    arrived = sum(by_state.get(state, 0) for state in _ARRIVED)
    return [
        *(Part(Text("consultant.pattern_missed", {"at": row.starts_at})) for row in missed),
        Part(Text("consultant.pattern_sent", {"arrived": arrived}, count=sum(by_state.values()))),
        Part(Text("consultant.pattern_why")),
        *([Part(Text("consultant.pattern_own_course"))] if person.group is Group.MIGRANT else []),
        Part(Text(f"consultant.pattern_benefit.{_KNOWN[person.benefit]}")),
    ]
