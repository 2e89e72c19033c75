"""What follow-ups of an absence report say when they are sent, from what is true then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Attachment, Body, Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Composed, Skip
from reminders.intents import Act, asks
from reminders.kinds import Kind
from reminders.wording.absence import consultant_buttons, for_consultant
from reminders.wording.appointment import name_of
from storage.appointments.absence_reports import (
    LOOK_BACK,
    chosen_appointments,
    standing_appointments,
    times_reported,
)
from storage.appointments.absences import Absence
from storage.people.people import Consultant, Person
from storage.vocabulary import SENT_REPORT, AbsenceState


class FollowUpComposer:
    """Says what follow-ups say now. `zone` is the wall time people live by."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        return {row.id: await self._say(session, row, now) for row in rows}

    async def _say(self, session: AsyncSession, row: ClaimedMessage, now: datetime) -> Composed:
        number = row.params.get("absence_id")
        report = await session.get(Absence, number) if isinstance(number, int) else None
        person = await session.get(Person, report.person_id) if report is not None else None
        if report is None or person is None:
            return Skip("nobody")
        if row.kind == Kind.STILL_ILL:
            return _still_ill(report, person)
        if report.state is not AbsenceState.REPORTED or report.version != row.params.get("version"):
            return Skip("seen")
        return await self._unseen(session, row, report, person, now)

    async def _unseen(
        self, session: AsyncSession, row: ClaimedMessage, report: Absence, person: Person, now: datetime
    ) -> Composed:
        chosen = await standing_appointments(session, report.id, self._zone)
        if not chosen and await chosen_appointments(session, report.id):
            # Off, or on another day: the consultant was told that.
            return Skip("lapsed")
        if row.kind == Kind.ABSENCE_PASSED:
            told = await session.get(Consultant, report.told_id) if report.told_id is not None else None
            colleague = told.name if told is not None else ""
            head = Text("consultant.absence_passed", {"person": name_of(person), "colleague": colleague})
        else:
            head = Text("consultant.absence_again", {"person": name_of(person)})
        earlier = await times_reported(session, report.person_id, now - LOOK_BACK, but=report.id)
        return Body(
            (Part(head, Style.TITLE), *for_consultant(report, chosen, earlier)),
            consultant_buttons(report, chosen),
            Attachment("absence", str(report.id)) if report.attachment else None,
        )


def _still_ill(report: Absence, person: Person) -> Composed:
    if report.state not in SENT_REPORT or report.better_on is not None:
        return Skip("better")
    if person.stopped_at is not None or person.consented_at is None:
        return Skip("stopped")
    return Body(
        (Part(Text("absence.how_are_you"), Style.TITLE), Part(Text("absence.how_are_you_why"))),
        (
            (Button(Text("absence.better"), asks(Act.ABSENCE, report.id, "better"), "👍"),),
            (Button(Text("absence.still_ill"), asks(Act.ABSENCE, report.id, "still"), "🤒"),),
            (Button(Text("menu.consultant"), asks(Act.LETTER), "💬"),),
        ),
    )
