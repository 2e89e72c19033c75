"""What a planned message says, made when it is sent from what is true then; or why it is not said any more."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from locales.message import Body, Button, Part, Style, Text
from reminders.claimed import ClaimedMessage, Skip
from reminders.wording import answer_buttons, appointment_line, appointment_parts, kind_text
from storage.appointments import (
    Answer,
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Participation,
    appointments_of,
    day_bounds,
    participation_in,
)
from storage.people import Person

_CLASS_BUTTONS = ((Button(Text("button.not_coming"), "absent", "🤒"),),)


class AppointmentComposer:
    """Composes the planner's messages; `zone` is the wall time people live by."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> dict[int, Body | Skip]:
        """What each row says now, by row id; see Composer."""
        return {row.id: await self._one(session, row, now) for row in rows}

    async def _one(self, session: AsyncSession, row: ClaimedMessage, now: datetime) -> Body | Skip:
        if row.kind == "overview":
            return await self._overview(session, row)
        appointment = await session.get(Appointment, row.appointment_id)
        if appointment is None or appointment.version != row.appointment_version:
            return Skip("appointment_changed")
        if row.kind == "notice":
            return self._notice(row, appointment)
        if appointment.status is not AppointmentStatus.PLANNED:
            return Skip("appointment_cancelled")
        if appointment.starts_at <= now:
            return Skip("appointment_began")
        person_id = row.person_id if row.person_id is not None else row.params.get("person_id")
        if not isinstance(person_id, int):
            return Skip("nobody")
        answer = _answer_to(appointment, await participation_in(session, appointment.id, person_id))
        if row.kind == "classes":
            return await self._classes(session, appointment, person_id, answer, now)
        if answer is Answer.NOT_COMING:
            return Skip("not_coming")
        if row.kind == "unconfirmed":
            if answer is not None:
                return Skip("answered")
            return await _unconfirmed(session, appointment, person_id)
        if row.kind == "confirm_again":
            if answer is not None:
                return Skip("answered")
            return _reminder(appointment, [Part(Text("reminder.ask_again"))], now, self._zone)
        return self._reminder(row, appointment, answer, now)

    def _reminder(self, row: ClaimedMessage, appointment: Appointment, answer: Answer | None, now: datetime) -> Body:
        if answer is Answer.COMING:
            return _reminder(appointment, [Part(Text("reminder.you_come"))], now, self._zone)
        asks = [Part(Text("reminder.ask"))] if row.params.get("ask") else []
        return _reminder(appointment, [*asks, Part(Text("reminder.can_you_not"))], now, self._zone)

    async def _classes(
        self, session: AsyncSession, first: Appointment, person_id: int, answer: Answer | None, now: datetime
    ) -> Body | Skip:
        """The evening before: all classes of that day in one message, those reported absent left out."""
        day = first.starts_at.astimezone(self._zone).date()
        start, end = day_bounds(day, self._zone)
        that_day = [
            a
            for a in await appointments_of(session, person_id, start, end, zone=self._zone)
            if a.kind is AppointmentKind.CLASS
            and _answer_to(a, await participation_in(session, a.id, person_id)) is not Answer.NOT_COMING
        ]
        if not that_day:
            return Skip("not_coming" if answer is Answer.NOT_COMING else "appointment_cancelled")
        today = now.astimezone(self._zone).date()
        return Body(
            (
                Part(Text("class.today" if day == today else "class.tomorrow"), Style.TITLE),
                *(Part(_class_line(a)) for a in that_day),
            ),
            ((Button(Text("button.not_coming"), f"notcome:{that_day[0].id}", "🤒"),),),
        )

    async def _overview(self, session: AsyncSession, row: ClaimedMessage) -> Body | Skip:
        monday = row.params.get("monday")
        if not isinstance(monday, str) or row.person_id is None:
            return Skip("nobody")
        first = date.fromisoformat(monday)
        start, end = day_bounds(first, self._zone)[0], day_bounds(first + timedelta(days=6), self._zone)[1]
        week = await appointments_of(session, row.person_id, start, end, zone=self._zone)
        if not week:
            return Skip("appointment_cancelled")
        return Body(
            (
                Part(Text("overview.title"), Style.TITLE),
                *(Part(appointment_line(a)) for a in week),
                Part(Text("overview.hint")),
            ),
            _CLASS_BUTTONS,
        )

    def _notice(self, row: ClaimedMessage, appointment: Appointment) -> Body:
        kind = {"kind": kind_text(appointment.kind)}
        change = row.params.get("change")
        if appointment.status is AppointmentStatus.CANCELLED:
            old = row.params.get("old_starts_at")
            starts_at = datetime.fromisoformat(old) if isinstance(old, str) else appointment.starts_at
            return Body(
                (
                    Part(Text("notice.cancelled", kind), Style.TITLE),
                    Part(Text("notice.old_time", {"starts_at": starts_at})),
                    Part(Text("notice.need_not_come")),
                )
            )
        details = appointment_parts(appointment)[1:]
        ask = Part(Text("reminder.ask"))
        if change == "moved":
            was = self._what_was(row, appointment)
            parts = (Part(Text("notice.changed", kind), Style.TITLE), *was, Part(Text("notice.now")), *details, ask)
        else:
            key = "notice.restored" if change == "restored" else "notice.new"
            parts = (Part(Text(key, kind), Style.TITLE), *details, *_about(appointment), ask)
        return Body(parts, answer_buttons(appointment))

    def _what_was(self, row: ClaimedMessage, appointment: Appointment) -> list[Part]:
        was: list[Part] = []
        old_time, old_place = row.params.get("old_starts_at"), row.params.get("old_location")
        if isinstance(old_time, str) and datetime.fromisoformat(old_time) != appointment.starts_at:
            was.append(Part(Text("notice.old_time", {"starts_at": datetime.fromisoformat(old_time)})))
        if isinstance(old_place, str) and old_place != appointment.location:
            was.append(Part(Text("notice.old_place", {"place": old_place})))
        return was


def _answer_to(appointment: Appointment, participation: Participation | None) -> Answer | None:
    """What was answered to this version: a moved meeting is asked anew."""
    if participation is None or participation.answered_version != appointment.version:
        return None
    return participation.answer


def _reminder(appointment: Appointment, below: Sequence[Part], now: datetime, zone: ZoneInfo) -> Body:
    days = (appointment.starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    kind = {"kind": kind_text(appointment.kind)}
    if days <= 0:
        title = Text("reminder.today", kind)
    elif days == 1:
        title = Text("reminder.tomorrow", kind)
    else:
        title = Text("reminder.in_days", kind, count=days)
    parts = (Part(title, Style.TITLE), *appointment_parts(appointment)[1:], *_about(appointment), *below)
    return Body(parts, answer_buttons(appointment))


# Kinds that say what they are about and what to bring (start note 3.2: always know what to expect).
_EXPLAINED = frozenset(
    {
        AppointmentKind.INTAKE_MEETING,
        AppointmentKind.LEARNABILITY_TEST,
        AppointmentKind.PROGRESS_MEETING,
        AppointmentKind.PVT,
        AppointmentKind.MAP,
        AppointmentKind.CLOSING_MEETING,
        AppointmentKind.EXAM,
    }
)


def _about(appointment: Appointment) -> list[Part]:
    return [Part(Text(f"about.{appointment.kind.value}"))] if appointment.kind in _EXPLAINED else []


def _class_line(appointment: Appointment) -> Text:
    if appointment.location:
        return Text("class.line", {"starts_at": appointment.starts_at, "place": appointment.location})
    return Text("class.line_bare", {"starts_at": appointment.starts_at})


async def _unconfirmed(session: AsyncSession, appointment: Appointment, person_id: int) -> Body | Skip:
    person = await session.get(Person, person_id)
    if person is None:
        return Skip("nobody")
    name = f"{person.given_name} {person.family_name}".strip()
    return Body(
        (
            Part(Text("consultant.unconfirmed", {"person": name}), Style.TITLE),
            Part(appointment_line(appointment)),
            Part(Text("consultant.unconfirmed_hint")),
        ),
        ((Button(Text("consultant.write"), f"write:{person_id}", "✍️"),),),
    )
