"""My appointments: the coming ones, one of them in full, and the answer to it."""

from collections.abc import Sequence
from datetime import timedelta

from bot.dialogue import menu
from bot.dialogue.appointments import absence_draft, absence_sent
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Attachment, Button, Part, Text
from reminders.wording.appointment import KIND_ICONS, answer_buttons, appointment_line, appointment_parts, name_of
from storage.appointments.appointments import (
    Appointment,
    answer_appointments,
    appointment_for,
    appointments_of,
    participation_in,
)
from storage.vocabulary import Answer, AppointmentStatus

SHOWN = 6
AHEAD = timedelta(days=90)


async def coming(turn: Turn, limit: int = SHOWN) -> list[Appointment]:
    """The person's next appointments."""
    return await appointments_of(turn.session, turn.person.id, turn.now, turn.now + AHEAD, zone=turn.zone, limit=limit)


async def show_all(turn: Turn, _args: Sequence[str]) -> None:
    """The coming appointments, each with a button that opens it."""
    found = await coming(turn)
    if not found:
        turn.say(title("appointments.title"), part("appointments.none"), buttons=[menu.back()])
        return
    rows = [[Button(appointment_button(a), f"appt:{a.id}", KIND_ICONS[a.kind])] for a in found]
    turn.say(
        title("appointments.title"),
        *(Part(appointment_line(a)) for a in found),
        part("appointments.choose"),
        buttons=[*rows, menu.back()],
        card=f"week_of:{found[0].id}",
    )


def appointment_button(appointment: Appointment) -> Text:
    """A short label: what and when."""
    return Text(
        "appointment.button",
        {"kind": Text(f"kind.{appointment.kind.value}"), "starts_at": appointment.starts_at},
    )


async def find(turn: Turn, args: Sequence[str]) -> Appointment | None:
    """The appointment a button is about, when it is this person's; says so when it is not (any more)."""
    number = int(args[0]) if args and args[0].isdecimal() and len(args[0]) < 12 else 0
    appointment = await appointment_for(turn.session, turn.person.id, number, zone=turn.zone)
    if appointment is None:
        turn.say(part("appointment.unknown"), buttons=[menu.back()])
    return appointment


async def open_appointment(
    turn: Turn, args: Sequence[str], begun_within: timedelta = timedelta(0)
) -> Appointment | None:
    """As `find`, but only one that can still be answered: not cancelled, not begun (or not so long ago)."""
    appointment = await find(turn, args)
    if appointment is None:
        return None
    if appointment.status is AppointmentStatus.CANCELLED:
        turn.say(part("appointment.is_cancelled"), buttons=[menu.back()])
        return None
    if appointment.starts_at + begun_within <= turn.now:
        turn.say(part("appointment.is_over"), buttons=[[button("menu.consultant", "letter", "💬")], menu.back()])
        return None
    return appointment


async def show_one(turn: Turn, args: Sequence[str]) -> None:
    """One appointment in full, with what was answered, the answers and the calendar file."""
    appointment = await find(turn, args)
    if appointment is None:
        return
    parts = appointment_parts(appointment)
    if appointment.status is AppointmentStatus.CANCELLED:
        turn.say(*parts, part("appointment.is_cancelled"), buttons=[menu.back()], card=f"appointment:{appointment.id}")
        return
    participation = await participation_in(turn.session, appointment.id, turn.person.id)
    if participation is not None and participation.answer is not None:
        parts.append(part(f"appointment.answered_{participation.answer.value}"))
    turn.say(
        *parts,
        buttons=[
            *answer_buttons(appointment),
            [button("button.calendar", f"cal:{appointment.id}", "🗓️")],
            menu.back(),
        ],
        card=f"appointment:{appointment.id}",
    )


async def calendar(turn: Turn, args: Sequence[str]) -> None:
    """The appointment as a calendar file."""
    appointment = await find(turn, args)
    if appointment is None:
        return
    # The buttons that were pressed are gone: what is not answered yet can be answered here.
    participation = await participation_in(turn.session, appointment.id, turn.person.id)
    answered = participation is not None and participation.answer is not None
    is_open = appointment.status is not AppointmentStatus.CANCELLED and appointment.starts_at > turn.now
    turn.say(
        part("appointment.calendar_file"),
        buttons=[*(answer_buttons(appointment) if is_open and not answered else ()), menu.back()],
        attachment=Attachment("calendar", str(appointment.id)),
    )


async def come(turn: Turn, args: Sequence[str]) -> None:
    """I come."""
    appointment = await open_appointment(turn, args)
    if appointment is None:
        return
    before = await participation_in(turn.session, appointment.id, turn.person.id)
    changed_mind = before is not None and before.answer in (Answer.NOT_COMING, Answer.OTHER_TIME)
    if changed_mind:
        await absence_sent.withdraw_for(turn, appointment)
    await answer_appointments(turn.session, turn.person.id, [appointment], Answer.COMING, turn.now)
    consultant = await turn.who_hears()
    if changed_mind and consultant is not None:
        turn.tell_consultant(
            consultant.id,
            f"coming:{appointment.id}:{turn.person.id}:{turn.event.event_id}",
            part("consultant.coming_after_all", person=name_of(turn.person), what=appointment_line(appointment)),
        )
    turn.say(
        part("appointment.thanks_coming"),
        Part(appointment_line(appointment)),
        buttons=[[button("button.calendar", f"cal:{appointment.id}", "🗓️")], menu.back()],
        card=f"appointment:{appointment.id}",
    )


async def not_come(turn: Turn, args: Sequence[str]) -> None:
    """I can't come: goes on to the absence report, with this appointment chosen."""
    appointment = await open_appointment(turn, args, begun_within=absence_draft.AFTERWARDS)
    if appointment is not None:
        await absence_draft.begin(turn, appointment)


async def other_time(turn: Turn, args: Sequence[str]) -> None:
    """Another time please: the consultant hears it at once; the person may say when they can."""
    appointment = await open_appointment(turn, args)
    if appointment is None:
        return
    await answer_appointments(turn.session, turn.person.id, [appointment], Answer.OTHER_TIME, turn.now)
    consultant = await turn.who_hears()
    if consultant is not None:
        turn.tell_consultant(
            consultant.id,
            f"othertime:{appointment.id}:{appointment.version}:{turn.person.id}",
            title("consultant.other_time", person=name_of(turn.person)),
            Part(appointment_line(appointment)),
            buttons=[
                [button("consultant.new_time", f"time:{appointment.id}:{appointment.version}", "🔁")],
                [button("consultant.write", f"write:{turn.person.id}", "✍️")],
            ],
        )
    turn.expect(f"other_time:{appointment.id}")
    turn.say(
        part("appointment.other_time_passed_on"),
        part("appointment.say_when"),
        buttons=[menu.back()],
    )
