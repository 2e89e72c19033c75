"""The answer to "we missed you": why the person was not there, or that they were."""

from collections.abc import Sequence

from bot.dialogue import menu
from bot.dialogue.appointments.absence_questions import choose
from bot.dialogue.appointments.absence_sent import earlier
from bot.dialogue.turn import Turn, part, title
from locales.rendering.message import Part
from reminders.kinds import Kind, useful_for
from reminders.planning.after_absence import chase
from reminders.wording.absence import consultant_buttons, for_consultant
from reminders.wording.appointment import appointment_line, name_of
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, appointment_for
from storage.appointments.schedule import appointments_by_id
from storage.attendance.patterns import missed_of
from storage.vocabulary import AbsenceReason, AbsenceState

_REASONS = {reason.value: reason for reason in AbsenceReason}


async def answer(turn: Turn, args: Sequence[str]) -> None:
    """ "missed:<appointment>:<reason>", or "there" for a reason; about everything missed in the week before it too."""
    number = int(args[0]) if args and args[0].isdecimal() and len(args[0]) < 12 else 0
    appointment = await appointment_for(turn.session, turn.person.id, number, zone=turn.zone)
    what = args[1] if len(args) > 1 else ""
    if appointment is None or (what != "there" and what not in _REASONS):
        turn.say(part("error.unknown_button"), buttons=menu.rows())
        return
    missed = await _missed_with(turn, appointment)
    if not missed:
        turn.say(part("absence.closed_already"), buttons=menu.rows())
    elif what == "there":
        await _was_there(turn, missed)
    else:
        await _report(turn, missed, _REASONS[what])


async def _missed_with(turn: Turn, appointment: Appointment) -> list[Appointment]:
    rows = await missed_of(
        turn.session,
        [turn.person.id],
        appointment.starts_at - useful_for(Kind.MISSED),
        min(turn.now, appointment.starts_at + useful_for(Kind.MISSED)),
        turn.zone,
    )
    found = await appointments_by_id(turn.session, [row.appointment_id for row in rows])
    return sorted(found.values(), key=lambda a: (a.starts_at, a.id)) if appointment.id in found else []


async def _was_there(turn: Turn, missed: Sequence[Appointment]) -> None:
    consultant = await turn.who_hears()
    if consultant is not None:
        turn.tell_consultant(
            consultant.id,
            f"was_there:{missed[-1].id}:{turn.person.id}",
            title("consultant.says_was_there", person=name_of(turn.person)),
            *(Part(appointment_line(appointment)) for appointment in missed),
        )
    turn.audit("says_was_there", f"appointment:{missed[-1].id}")
    turn.say(part("missed.was_there_thanks"), buttons=menu.rows())


async def _report(turn: Turn, missed: Sequence[Appointment], reason: AbsenceReason) -> None:
    report = Absence(
        person_id=turn.person.id,
        reason=reason,
        state=AbsenceState.REPORTED,
        version=1,
        started_at=turn.now,
        reported_at=turn.now,
    )
    turn.session.add(report)
    await turn.session.flush()
    await choose(turn, report, missed)
    turn.audit("reported_absence", f"absence:{report.id}")
    consultant = await turn.who_hears()
    if consultant is not None:
        turn.tell_consultant(
            consultant.id,
            f"absence:{report.id}:1",
            title("consultant.missed_answer", person=name_of(turn.person)),
            *for_consultant(report, missed, await earlier(turn, report)),
            buttons=consultant_buttons(report, ()),
        )
        turn.outgoing += chase(report, consultant, turn.now, turn.zone, turn.services.holidays)
    turn.say(title("missed.thanks"), buttons=menu.rows())
