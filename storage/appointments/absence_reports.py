"""Queries on absence reports.

A report follows its appointments: it holds for one on the day for which it was reported, at whatever hour and place, as
long as that takes place and the person did not end it (storage/appointments/report_stands.py).
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment
from storage.appointments.schedule import answers_to
from storage.vocabulary import SENT_REPORT, AbsenceState, Answer, AppointmentStatus

#: How far back "how often absent lately" looks.
LOOK_BACK: Final = timedelta(weeks=8)


async def absence_of(session: AsyncSession, person_id: int, absence_id: int) -> Absence | None:
    """The report when it is this person's; None otherwise, whatever the id."""
    absence = await session.get(Absence, absence_id)
    return absence if absence is not None and absence.person_id == person_id else None


async def report_by_id(session: AsyncSession, absence_id: int) -> Absence | None:
    """A report, whosever it is, as it is now and locked until the transaction ends: of two colleagues who look at it,
    one sees it first."""
    return await session.get(Absence, absence_id, with_for_update=True)


async def chosen_appointments(session: AsyncSession, absence_id: int) -> list[Appointment]:
    """The appointments a report is about, by time."""
    return list(
        await session.scalars(
            select(Appointment)
            .join(AbsenceAppointment, AbsenceAppointment.appointment_id == Appointment.id)
            .where(AbsenceAppointment.absence_id == absence_id)
            .order_by(Appointment.starts_at, Appointment.id)
        )
    )


async def reports_by_id(session: AsyncSession, report_ids: Collection[int]) -> dict[int, Absence]:
    """These reports; unknown ones are absent."""
    found = await session.scalars(select(Absence).where(Absence.id.in_(report_ids)))
    return {report.id: report for report in found}


async def chosen_of(session: AsyncSession, report_ids: Collection[int]) -> dict[int, list[Appointment]]:
    """The appointments that each of these reports is about, by time; one about none is absent. One query."""
    rows = await session.execute(
        select(AbsenceAppointment.absence_id, Appointment)
        .join(Appointment, Appointment.id == AbsenceAppointment.appointment_id)
        .where(AbsenceAppointment.absence_id.in_(report_ids))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    found: dict[int, list[Appointment]] = {}
    for report_id, appointment in rows:
        found.setdefault(report_id, []).append(appointment)
    return found


async def standing_appointments(session: AsyncSession, absence_id: int, zone: ZoneInfo) -> list[Appointment]:
    """The appointments for which a report holds as they are now, by time."""
    rows = await session.execute(
        select(Appointment, AbsenceAppointment.reported_for)
        .join(AbsenceAppointment, AbsenceAppointment.appointment_id == Appointment.id)
        .where(AbsenceAppointment.absence_id == absence_id, Appointment.status == AppointmentStatus.PLANNED)
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [one for one, reported_for in rows if is_same_day(reported_for, one.starts_at, zone)]


def is_same_day(reported_for: datetime | None, starts_at: datetime, zone: ZoneInfo) -> bool:
    """Whether what was reported for that time is about an appointment at this one: on the same local day."""
    return reported_for is None or reported_for.astimezone(zone).date() == starts_at.astimezone(zone).date()


async def reported_absent(
    session: AsyncSession, person_id: int, appointments: Sequence[Appointment], zone: ZoneInfo
) -> frozenset[int]:
    """Which of these the person said that they miss, on the day on which they are now."""
    answers = await answers_to(session, [a.id for a in appointments], [person_id])
    missed = set()
    for appointment in appointments:
        answer, answered_for = answers.get((appointment.id, person_id), (None, None))
        if answer is Answer.NOT_COMING and is_same_day(answered_for, appointment.starts_at, zone):
            missed.add(appointment.id)
    return frozenset(missed)


async def choose_appointments(session: AsyncSession, absence_id: int, appointment_ids: Collection[int]) -> None:
    """Make a report be about exactly these appointments, as they are now."""
    await session.execute(delete(AbsenceAppointment).where(AbsenceAppointment.absence_id == absence_id))
    await add_appointments(session, absence_id, appointment_ids)


async def add_appointments(session: AsyncSession, absence_id: int, appointment_ids: Collection[int]) -> None:
    """Make a report be about these appointments too, as they are now."""
    await drop_appointments(session, absence_id, appointment_ids)
    rows = await session.execute(
        select(Appointment.id, Appointment.starts_at).where(Appointment.id.in_(appointment_ids))
    )
    session.add_all(AbsenceAppointment(absence_id=absence_id, appointment_id=i, reported_for=at) for i, at in rows)
    await session.flush()


async def drop_appointments(session: AsyncSession, absence_id: int, appointment_ids: Collection[int]) -> None:
    """Make one report be about these appointments no more."""
    await session.execute(
        delete(AbsenceAppointment).where(
            AbsenceAppointment.absence_id == absence_id, AbsenceAppointment.appointment_id.in_(appointment_ids)
        )
    )


async def times_reported(session: AsyncSession, person_id: int, since: datetime, but: int | None = None) -> int:
    """How many reports a person sent since then and did not take back; `but` is not counted."""
    counted = await session.scalar(
        select(func.count())
        .select_from(Absence)
        .where(
            Absence.person_id == person_id,
            Absence.state.in_(SENT_REPORT),
            Absence.reported_at > since,
            *([Absence.id != but] if but is not None else []),
        )
    )
    return counted or 0


async def leave_out(session: AsyncSession, person_id: int, appointment_ids: Collection[int]) -> None:
    """Make sent reports of this person be about these appointments no more; of a report that was made for nothing else
    its days are left."""
    sent = select(Absence.id).where(Absence.state.in_(SENT_REPORT), Absence.person_id == person_id)
    await session.execute(
        delete(AbsenceAppointment).where(
            AbsenceAppointment.appointment_id.in_(appointment_ids), AbsenceAppointment.absence_id.in_(sent)
        )
    )


async def report_of_days(
    session: AsyncSession, person_id: int, first: date, last: date | None, but: int | None = None
) -> Absence | None:
    """A sent report that says of all these days already that the person is absent: made for no appointment in
    particular or, for days without a last one, without an end too. `but` is not looked at."""
    if last is None:
        same = [Absence.open_ended, Absence.better_on.is_(None)]
    else:
        for_some = select(AbsenceAppointment.absence_id)
        # Who was better again in between, and is ill anew, reports something new.
        holds = or_(Absence.better_on.is_(None), Absence.better_on > last)
        same = [Absence.from_on <= first, Absence.until_on >= last, holds, Absence.id.not_in(for_some)]
    found = await session.scalars(
        select(Absence)
        .where(
            Absence.person_id == person_id,
            Absence.state.in_(SENT_REPORT),
            *same,
            *([Absence.id != but] if but is not None else []),
        )
        .order_by(Absence.id.desc())
    )
    return found.first()


async def reports_ahead(session: AsyncSession, person_id: int, now: datetime) -> list[Absence]:
    """A person's sent reports that still hold: without an end, or about something that has not begun; by their ids."""
    not_begun = (
        select(AbsenceAppointment.absence_id)
        .join(Appointment, Appointment.id == AbsenceAppointment.appointment_id)
        .where(Appointment.starts_at > now)
    )
    return list(
        await session.scalars(
            select(Absence)
            .where(
                Absence.person_id == person_id,
                Absence.state.in_(SENT_REPORT),
                Absence.better_on.is_(None),
                or_(Absence.open_ended, Absence.id.in_(not_begun)),
            )
            .order_by(Absence.id)
        )
    )


async def unseen_report(session: AsyncSession, person_id: int, consultant_id: int) -> Absence | None:
    """A person's latest report that went to this consultant and was not seen yet."""
    found = await session.scalars(
        select(Absence)
        .where(Absence.person_id == person_id, Absence.told_id == consultant_id, Absence.state == AbsenceState.REPORTED)
        .order_by(Absence.id.desc())
        .limit(1)
    )
    return found.first()


async def reports_about(session: AsyncSession, person_id: int, appointment_id: int) -> list[Absence]:
    """A person's sent reports about an appointment that were not taken back, whether they hold for it now or not."""
    return [report for report, _ in await _about(session, person_id, appointment_id)]


async def standing_reports(
    session: AsyncSession, person_id: int, appointment: Appointment, zone: ZoneInfo
) -> list[Absence]:
    """A person's sent reports that hold for an appointment as it is now: who reported has nothing to report anew."""
    found = await _about(session, person_id, appointment.id)
    return [report for report, reported_for in found if is_same_day(reported_for, appointment.starts_at, zone)]


async def drop_lapsed(session: AsyncSession, person_id: int, appointment: Appointment, zone: ZoneInfo) -> None:
    """What was reported anew for its new day is not what was reported for an earlier one."""
    for report, reported_for in await _about(session, person_id, appointment.id):
        if not is_same_day(reported_for, appointment.starts_at, zone):
            await drop_appointments(session, report.id, [appointment.id])


async def _about(session: AsyncSession, person_id: int, appointment_id: int) -> list[tuple[Absence, datetime | None]]:
    rows = await session.execute(
        select(Absence, AbsenceAppointment.reported_for)
        .join(AbsenceAppointment, AbsenceAppointment.absence_id == Absence.id)
        .where(
            Absence.person_id == person_id,
            AbsenceAppointment.appointment_id == appointment_id,
            Absence.state.in_(SENT_REPORT),
        )
        .order_by(Absence.id)
    )
    return [(report, reported_for) for report, reported_for in rows]


async def unseen_reports(session: AsyncSession, told_id: int) -> list[Absence]:
    """The reports that this consultant was told and that nobody saw yet."""
    wanted = select(Absence).where(Absence.told_id == told_id, Absence.state == AbsenceState.REPORTED)
    return list(await session.scalars(wanted))


async def reports_that_matter(
    session: AsyncSession, person_ids: Collection[int], *, since: datetime, today: date
) -> list[Absence]:
    """Reports that nobody saw, and of those that were seen the ones since then, without an end, or not over yet (a
    local day); the newest first."""
    still_on = or_(
        Absence.reported_at > since,
        and_(Absence.open_ended, Absence.better_on.is_(None)),
        Absence.until_on >= today,
    )
    found = await session.scalars(
        select(Absence)
        .where(
            Absence.person_id.in_(person_ids),
            or_(Absence.state == AbsenceState.REPORTED, (Absence.state == AbsenceState.SEEN) & still_on),
        )
        .order_by(Absence.reported_at.desc())
    )
    return list(found)


async def first_appointments(session: AsyncSession, report_ids: Collection[int]) -> dict[int, datetime]:
    """When the first appointment of each of these reports is."""
    if not report_ids:
        return {}
    rows = await session.execute(
        select(AbsenceAppointment.absence_id, Appointment.starts_at)
        .join(Appointment, Appointment.id == AbsenceAppointment.appointment_id)
        .where(AbsenceAppointment.absence_id.in_(report_ids))
        .order_by(Appointment.starts_at.desc())
    )
    return dict(iter(rows))


async def reports_of(session: AsyncSession, person_id: int, *, limit: int) -> list[Absence]:
    """What a person reported, taken back or not, the newest first; no half-made ones."""
    found = await session.scalars(
        select(Absence)
        .where(Absence.person_id == person_id, Absence.state != AbsenceState.DRAFT)
        .order_by(Absence.reported_at.desc())
        .limit(limit)
    )
    return list(found)
