"""Absence reports that were sent: changed, taken back, seen, answered."""

from bot.actions.acting import Acting
from storage.appointments.absence_reports import chosen_appointments, leave_out, reports_about
from storage.appointments.appointments import Appointment
from storage.vocabulary import AbsenceState


async def comes_after_all(acting: Acting, person_id: int, appointment: Appointment) -> None:
    """Take back the reports about one appointment, because the person comes to it; a report about others too holds for
    those. The consultant is told by the act that this is part of."""
    for report in await reports_about(acting.session, person_id, appointment.id):
        if len(await chosen_appointments(acting.session, report.id)) == 1 and not report.open_ended:
            report.state = AbsenceState.WITHDRAWN
    await acting.session.flush()
    await leave_out(acting.session, person_id, [appointment.id])
