"""What follows an absence report: it is shown again when nobody sees it, an open-ended illness is asked after.

The messages are put into the outbox when the report is made, and composed from what is true when they are due: a
report that was seen is not shown again, and who is better is not asked.
"""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.kinds import Kind, useful_for
from reminders.local_time import to_instant
from reminders.working_time import working_time_after
from storage.appointments.absence_reports import unseen_reports
from storage.appointments.absences import Absence
from storage.outbox.message import Outgoing, pending_with_key
from storage.people.people import Consultant
from storage.vocabulary import Priority

SEEN_WITHIN: Final = timedelta(hours=4)
#: Those of one half hour come again together: they are one message then (reminders/wording/after_absence.py).
TOGETHER: Final = timedelta(minutes=30)
# Asked after on the third day, and then every week.
FIRST_ASKED: Final = timedelta(days=3)
ASKED_EVERY: Final = timedelta(weeks=1)
ASKED_AT: Final = time(10, 0)
# Further than this is planned when the person says that they are still ill.
ASKED_AHEAD: Final = timedelta(weeks=8)


def chase(
    report: Absence, told: Consultant, now: datetime, zone: ZoneInfo, holidays: Container[date] = frozenset()
) -> list[Outgoing]:
    """Shown again after four working hours (at the half hour before that, with the others of it), and after four more
    to who stands in, or once more to the same."""
    after = working_time_after(now, SEEN_WITHIN, zone, holidays)
    again = after - (after - datetime.min.replace(tzinfo=UTC)) % TOGETHER
    passed = working_time_after(again, SEEN_WITHIN, zone, holidays)
    stand_in = told.stand_in_id if told.stand_in_id != told.id else None
    report.told_id, report.passed_to_id, report.passed_at = told.id, stand_in, passed if stand_in else None
    second = Kind.ABSENCE_PASSED if stand_in else Kind.ABSENCE_AGAIN
    return [
        _about(report, Kind.ABSENCE_AGAIN, 1, told.id, again),
        _about(report, second, 2, stand_in or told.id, passed),
    ]


async def pass_to(session: AsyncSession, told: Consultant, stand_in: Consultant) -> None:
    """What this consultant was told and nobody saw yet goes, when it is shown for the last time, to who stands in."""
    for report in await unseen_reports(session, told.id):
        keys = [_key(report, kind, 2) for kind in (Kind.ABSENCE_AGAIN, Kind.ABSENCE_PASSED)]
        last = await pending_with_key(session, keys)
        if last is not None:
            last.kind, last.consultant_id = Kind.ABSENCE_PASSED, stand_in.id
            report.passed_to_id, report.passed_at = stand_in.id, last.due_at


def _key(report: Absence, kind: Kind, turn: int) -> str:
    return f"{kind}:{report.id}:{report.version}:{turn}"


def _about(report: Absence, kind: Kind, turn: int, consultant_id: int, due_at: datetime) -> Outgoing:
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
                    key=f"{Kind.STILL_ILL}:{report.id}:{on.isoformat()}",
                    kind=Kind.STILL_ILL,
                    due_at=due_at,
                    useful_until=due_at + useful_for(Kind.STILL_ILL),
                    params={"absence_id": report.id},
                    person_id=report.person_id,
                    priority=Priority.NORMAL,
                )
            )
        on += ASKED_EVERY
    return questions
