"""What follows an absence report: it is shown again when nobody sees it, an open-ended illness is asked after.

The messages are put into the outbox when the report is made, and composed from what is true when they are due: a
report that was seen is not shown again, and who is better is not asked.
"""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from locales.message import Attachment, Body, Button, Part, Style, Text
from reminders.absence_wording import consultant_buttons, for_consultant
from reminders.claimed import ClaimedMessage, Composed, Skip
from reminders.local_time import to_instant
from reminders.wording import name_of
from reminders.working_time import working_time_after
from storage.absence_reports import LOOK_BACK, chosen_appointments, times_reported
from storage.absences import Absence, AbsenceState
from storage.outbox import Message, MessageState, Outgoing, Priority
from storage.people import Consultant, Person

SEEN_WITHIN: Final = timedelta(hours=4)
# Asked after on the third day, and then every week.
FIRST_ASKED: Final = timedelta(days=3)
ASKED_EVERY: Final = timedelta(weeks=1)
ASKED_AT: Final = time(10, 0)
# Further than this is planned when the person says that they are still ill.
ASKED_AHEAD: Final = timedelta(weeks=8)


class FollowUp(StrEnum):
    """The kinds of these messages."""

    ABSENCE_AGAIN = "absence_again"  # to the consultant who did not see a report
    ABSENCE_PASSED = "absence_passed"  # to the colleague who stands in
    STILL_ILL = "still_ill"  # to the person


def chase(
    report: Absence, told: Consultant, now: datetime, zone: ZoneInfo, holidays: Container[date] = frozenset()
) -> list[Outgoing]:
    """Shown again after four working hours, and after four more to who stands in, or once more to the same."""
    again = working_time_after(now, SEEN_WITHIN, zone, holidays)
    passed = working_time_after(again, SEEN_WITHIN, zone, holidays)
    stand_in = told.stand_in_id if told.stand_in_id != told.id else None
    report.told_id, report.passed_to_id, report.passed_at = told.id, stand_in, passed if stand_in else None
    second = FollowUp.ABSENCE_PASSED if stand_in else FollowUp.ABSENCE_AGAIN
    return [
        _about(report, FollowUp.ABSENCE_AGAIN, 1, told.id, again),
        _about(report, second, 2, stand_in or told.id, passed),
    ]


async def pass_to(session: AsyncSession, told: Consultant, stand_in: Consultant) -> None:
    """What this consultant was told and nobody saw yet goes, when it is shown for the last time, to who stands in."""
    for report in await session.scalars(
        select(Absence).where(Absence.told_id == told.id, Absence.state == AbsenceState.REPORTED)
    ):
        last = await session.scalar(
            select(Message).where(
                Message.key.in_([_key(report, kind, 2) for kind in (FollowUp.ABSENCE_AGAIN, FollowUp.ABSENCE_PASSED)]),
                Message.state == MessageState.PENDING,
            )
        )
        if last is not None:
            last.kind, last.consultant_id = FollowUp.ABSENCE_PASSED, stand_in.id
            report.passed_to_id, report.passed_at = stand_in.id, last.due_at


def _key(report: Absence, kind: FollowUp, turn: int) -> str:
    return f"{kind}:{report.id}:{report.version}:{turn}"


def _about(report: Absence, kind: FollowUp, turn: int, consultant_id: int, due_at: datetime) -> Outgoing:
    return Outgoing(
        key=_key(report, kind, turn),
        kind=kind,
        due_at=due_at,
        params={"absence_id": report.id, "version": report.version},
        consultant_id=consultant_id,
        about_id=report.person_id,
        priority=Priority.URGENT,
    )


def ask_after(report: Absence, now: datetime, zone: ZoneInfo) -> list[Outgoing]:
    """The questions of the coming weeks after somebody who is ill without an end: day 3, then weekly, at ten."""
    if report.from_on is None or not report.open_ended:
        return []
    on, questions = report.from_on + FIRST_ASKED, list[Outgoing]()
    while (due_at := to_instant(datetime.combine(on, ASKED_AT), zone).instant) <= now + ASKED_AHEAD:
        if due_at > now:
            questions.append(
                Outgoing(
                    key=f"{FollowUp.STILL_ILL}:{report.id}:{on.isoformat()}",
                    kind=FollowUp.STILL_ILL,
                    due_at=due_at,
                    useful_until=due_at + FIRST_ASKED,
                    params={"absence_id": report.id},
                    person_id=report.person_id,
                    priority=Priority.NOTICE,
                )
            )
        on += ASKED_EVERY
    return questions


class FollowUpComposer:
    """Says what follow-ups say now."""

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
        if row.kind == FollowUp.STILL_ILL:
            return _still_ill(report, person)
        if report.state is not AbsenceState.REPORTED or report.version != row.params.get("version"):
            return Skip("seen")
        return await self._unseen(session, row, report, person, now)

    async def _unseen(
        self, session: AsyncSession, row: ClaimedMessage, report: Absence, person: Person, now: datetime
    ) -> Composed:
        chosen = await chosen_appointments(session, report.id)
        if row.kind == FollowUp.ABSENCE_PASSED:
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
    if report.state not in (AbsenceState.REPORTED, AbsenceState.SEEN) or report.better_on is not None:
        return Skip("better")
    if person.stopped_at is not None or person.consented_at is None:
        return Skip("stopped")
    return Body(
        (Part(Text("absence.how_are_you"), Style.TITLE), Part(Text("absence.how_are_you_why"))),
        (
            (Button(Text("absence.better"), f"ab:{report.id}:better", "👍"),),
            (Button(Text("absence.still_ill"), f"ab:{report.id}:still", "🤒"),),
            (Button(Text("menu.consultant"), "letter", "💬"),),
        ),
    )
