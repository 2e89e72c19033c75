"""My appointments: the coming ones, one of them in full, and the answer to it."""

from collections.abc import Sequence
from datetime import timedelta

from bot.actions import meetings
from bot.actions.acting import Proof
from bot.actions.meetings import MeetingRefused
from bot.dialogue import menu
from bot.dialogue.answers import answered_message
from bot.dialogue.appointments import absence_draft, day_plan
from bot.dialogue.appointments.absence_questions import appointment_label
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Attachment, Button, Part, Text
from reminders.intents import Act, asks, number_in
from reminders.wording.appointment import (
    KIND_ICONS,
    answer_buttons,
    appointment_line,
    appointment_parts,
    known_line,
)
from storage.appointments.absence_reports import is_same_day, reported_absent
from storage.appointments.appointments import (
    Appointment,
    Participation,
    appointment_for,
    appointments_of,
    participation_in,
)
from storage.vocabulary import AppointmentStatus

SHOWN = 6
# As many as a list of ten has room for, with the way back: a whole week, where it is full.
MOST = 9
_WEEK = timedelta(days=7)
AHEAD = timedelta(days=90)
_LOOKED_AT = 40


async def coming(turn: Turn, limit: int = SHOWN) -> list[Appointment]:
    """The person's next appointments."""
    return await appointments_of(turn.session, turn.person.id, turn.now, turn.now + AHEAD, zone=turn.zone, limit=limit)


async def show_all(turn: Turn, _args: Sequence[str]) -> None:
    """The coming appointments, each with a button that opens it."""
    ahead = await coming(turn, limit=_LOOKED_AT)
    this_week = sum(a.starts_at < turn.now + _WEEK for a in ahead)
    found = ahead[: max(SHOWN, min(this_week, MOST))]
    if not found:
        turn.say(title("appointments.title"), part("appointments.none"), buttons=[menu.back()])
        return
    missed = await reported_absent(turn.session, turn.person.id, found, turn.zone)
    more = max(0, this_week - len(found))
    rows = [
        [Button(appointment_label(a), asks(Act.APPOINTMENT, a.id), "❌" if a.id in missed else KIND_ICONS[a.kind])]
        for a in found
    ]
    turn.say(
        title("appointments.title"),
        *(Part(known_line(a, missed=a.id in missed)) for a in found),
        *([Part(Text("absence.and_more", {}, count=more))] if more else []),
        part("appointments.choose"),
        buttons=[*rows, menu.back()],
        card=f"week_of:{found[0].id}",
    )


async def find(turn: Turn, args: Sequence[str]) -> Appointment | None:
    """The appointment a button is about, when it is this person's; says so when it is not (any more)."""
    appointment = await appointment_for(turn.session, turn.person.id, number_in(args), zone=turn.zone)
    if appointment is None:
        turn.say(part("appointment.unknown"), buttons=[menu.back()])
    return appointment


def say_refused(turn: Turn, why: MeetingRefused) -> None:
    """Why an appointment cannot be answered (any more), and what to do."""
    match why:
        case MeetingRefused.CANCELLED:
            turn.say(part("appointment.is_cancelled"), buttons=[menu.back()])
        case MeetingRefused.OVER:
            turn.say(
                part("appointment.is_over"), buttons=[[button("menu.consultant", asks(Act.LETTER), "💬")], menu.back()]
            )
        case _:
            turn.say(part("appointment.unknown"), buttons=[menu.back()])


async def show_one(turn: Turn, args: Sequence[str]) -> None:
    """One appointment in full, with what was answered, the answers and the calendar file."""
    appointment = await find(turn, args)
    if appointment is None:
        return
    parts = _shown(turn, appointment)
    if appointment.status is AppointmentStatus.CANCELLED:
        turn.say(*parts, part("appointment.is_cancelled"), buttons=[menu.back()], card=f"appointment:{appointment.id}")
        return
    participation = await participation_in(turn.session, appointment.id, turn.person.id)
    answer = participation.answer if participation is not None else None
    if answer is not None:
        parts.append(part(f"appointment.answered_{answer.value}"))
    turn.say(
        *parts,
        buttons=[
            *answer_buttons(appointment, answer if _holds(turn, participation, appointment) else None),
            [button("button.calendar", asks(Act.CALENDAR, appointment.id), "🗓️")],
            menu.back(),
        ],
        card=f"appointment:{appointment.id}",
    )


def _holds(turn: Turn, participation: Participation | None, appointment: Appointment) -> bool:
    """Whether an answer is to the day that the appointment is on now."""
    given_for = participation.answered_for if participation is not None else None
    return given_for is not None and is_same_day(given_for, appointment.starts_at, turn.zone)


def _shown(turn: Turn, appointment: Appointment) -> list[Part]:
    """What there is to say of it; over a way that anybody may read along on, time and place without names."""
    parts = appointment_parts(appointment)
    if turn.by.proof is not Proof.CLAIMED:
        return parts
    return [one for one in parts if one.text.key not in ("appointment.with", "appointment.note")]


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


async def is_asked_again(turn: Turn, args: Sequence[str]) -> bool:
    """Whether an appointment changed since the person was told of it: what they answer was about another time, so they
    are asked again with the new one."""
    answered = await answered_message(turn)
    appointment = await meetings.changed_meanwhile(turn.acting, turn.person.id, number_in(args), answered)
    if appointment is None:
        return False
    turn.say(
        part("appointment.changed_meanwhile"),
        Part(appointment_line(appointment)),
        buttons=[*answer_buttons(appointment), menu.back()],
        card=f"appointment:{appointment.id}",
    )
    return True


async def come(turn: Turn, args: Sequence[str]) -> None:
    """I come."""
    if await is_asked_again(turn, args):
        return
    appointment = await meetings.confirm(turn.acting, turn.person.id, number_in(args))
    if isinstance(appointment, MeetingRefused):
        say_refused(turn, appointment)
        return
    asked, rows = day_plan.question(appointment) if day_plan.is_asked(turn, appointment) else ((), ())
    turn.say(
        part("appointment.thanks_coming"),
        Part(appointment_line(appointment)),
        *asked,
        buttons=[*rows, [button("button.calendar", asks(Act.CALENDAR, appointment.id), "🗓️")], menu.back()],
        card=f"appointment:{appointment.id}",
    )


async def not_come(turn: Turn, args: Sequence[str]) -> None:
    """I can't come: goes on to the absence report, with this appointment chosen."""
    if await is_asked_again(turn, args):
        return
    within = absence_draft.AFTERWARDS
    appointment = await meetings.to_answer(turn.acting, turn.person.id, number_in(args), begun_within=within)
    if isinstance(appointment, MeetingRefused):
        say_refused(turn, appointment)
    else:
        await absence_draft.begin(turn, appointment)


async def other_time(turn: Turn, args: Sequence[str]) -> None:
    """Another time please: the consultant hears it at once; the person may say when they can."""
    if await is_asked_again(turn, args):
        return
    appointment = await meetings.ask_other_time(turn.acting, turn.person.id, number_in(args))
    if isinstance(appointment, MeetingRefused):
        say_refused(turn, appointment)
        return
    turn.expect(f"other_time:{appointment.id}")
    turn.say(part("appointment.other_time_passed_on"), part("appointment.say_when"), buttons=[menu.back()])
