"""I can't come: from the first tap to the report, in at most six taps and without typing.

Every answer is kept in a draft report in the database and every button names its draft, so that the conversation goes
on after a restart, on another channel, or from a button of yesterday. No threats here: the person is told what happens
next, and the consultant decides (start note 3.8; a conversation always comes first).
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta

from bot.dialogue import media, menu
from bot.dialogue.appointments import absence_sent as report_of
from bot.dialogue.appointments.absence_questions import (
    PERIOD_DAYS,
    PERIOD_STARTS,
    ask_another,
    ask_confirmation,
    ask_from,
    ask_how_long,
    ask_until,
    ask_which,
    ask_why,
    choose,
    choose_days,
    choose_open_ended,
)
from bot.dialogue.turn import Turn, part
from bot.events import Media
from storage.appointments.absence_reports import absence_of, chosen_appointments, reports_about
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, appointment_for
from storage.vocabulary import AbsenceReason, AbsenceState, AppointmentStatus

NOTE_LENGTH = 1000
# A text of so many words says more than "ill": it goes along as the note.
_WORDS_OF_A_NOTE = 4
# Reported afterwards; what is longer ago is for a talk.
AFTERWARDS = timedelta(days=14)


async def start(turn: Turn, _args: Sequence[str]) -> None:
    """From the menu; what was sent just before (a voice note, a photo) goes along."""
    await begin(turn, None)


async def start_from_text(turn: Turn, text: str) -> None:
    """From free text ("my child is ill"): more than a few words are the note."""
    await begin(turn, None, note=text if len(text.split()) >= _WORDS_OF_A_NOTE else "")


async def begin(turn: Turn, appointment: Appointment | None, *, note: str = "") -> None:
    """Open a draft, with what was sent just before; with a chosen appointment go straight to why."""
    if appointment is not None:
        reported = await reports_about(turn.session, turn.person.id, appointment.id)
        if reported:
            report_of.say_reported_already(turn, reported[-1])
            return
    draft = Absence(person_id=turn.person.id, started_at=turn.now)
    _take_note(turn, draft, note)
    report_of.attach(turn, draft)
    turn.session.add(draft)
    await turn.session.flush()
    if appointment is not None:
        await choose(turn, draft, [appointment])
        await ask_why(turn, draft)
        return
    await ask_which(turn, draft)


async def press(turn: Turn, args: Sequence[str]) -> None:
    """A button of a report: "ab:<report>:<step>[:<value>]"."""
    number = int(args[0]) if args and args[0].isdecimal() and len(args[0]) < 12 else 0
    report = await absence_of(turn.session, turn.person.id, number)
    step = args[1] if len(args) > 1 else ""
    if report is None or (step not in _STEPS and step not in _AFTER):
        turn.say(part("absence.unknown"), buttons=menu.rows())
        return
    value = args[2] if len(args) > 2 else ""
    if report.state is AbsenceState.WITHDRAWN:
        turn.say(part("absence.was_withdrawn"), buttons=menu.rows())
    elif step in _AFTER:
        await _press_after(turn, report, step, value)
    elif report.state is not AbsenceState.DRAFT:
        report_of.say_reported_already(turn, report)
    else:
        await _STEPS[step](turn, report, value)


async def _press_after(turn: Turn, report: Absence, step: str, value: str) -> None:
    if report.state is AbsenceState.DRAFT:
        await _press_drop(turn, report, "")
    else:
        await _AFTER[step](turn, report, value)


async def _press_which(turn: Turn, draft: Absence, value: str) -> None:
    appointment = (
        await appointment_for(turn.session, turn.person.id, int(value), zone=turn.zone)
        if value.isdecimal() and len(value) < 12
        else None
    )
    if appointment is None:
        turn.say(part("appointment.unknown"))
        await ask_which(turn, draft)
        return
    if appointment.status is AppointmentStatus.CANCELLED:
        turn.say(part("appointment.is_cancelled"), buttons=[menu.back()])
        return
    about = await reports_about(turn.session, turn.person.id, appointment.id)
    reported = [report for report in about if report.id != draft.replaces_id]
    if reported:
        report_of.say_reported_already(turn, reported[-1])
        return
    chosen = await chosen_appointments(turn.session, draft.id) if turn.recall("adding") == draft.id else []
    turn.remember(adding=None)
    draft.open_ended = False
    await choose(turn, draft, [*(a for a in chosen if a.id != appointment.id), appointment])
    await _why_unless_known(turn, draft)


async def _why_unless_known(turn: Turn, draft: Absence) -> None:
    if draft.reason is not None and draft.replaces_id is not None:
        await ask_confirmation(turn, draft)
    else:
        await ask_why(turn, draft)


async def _press_more(turn: Turn, draft: Absence, _value: str) -> None:
    turn.remember(adding=draft.id)
    await ask_another(turn, draft)


async def _press_why(turn: Turn, draft: Absence, _value: str) -> None:
    turn.remember(adding=None)
    await ask_why(turn, draft)


async def _press_today(turn: Turn, draft: Absence, _value: str) -> None:
    await choose_days(turn, draft, turn.today, turn.today)
    await _why_unless_known(turn, draft)


async def _press_from(turn: Turn, draft: Absence, value: str) -> None:
    day = _day(value)
    if day is None or not 0 <= (day - turn.today).days < PERIOD_STARTS:
        ask_from(turn, draft)
        return
    draft.from_on, draft.until_on, draft.open_ended = day, None, False
    ask_until(turn, draft)


async def _press_until(turn: Turn, draft: Absence, value: str) -> None:
    last, first = _day(value), draft.from_on
    if last is None or first is None or not 0 <= (last - first).days <= PERIOD_DAYS[-1]:
        ask_until(turn, draft)
        return
    await choose_days(turn, draft, first, last)
    await _why_unless_known(turn, draft)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


async def _press_open(turn: Turn, draft: Absence, _value: str) -> None:
    # After "from when?" the day that was chosen; otherwise today.
    chosen_first = draft.from_on is not None and draft.until_on is None and not draft.open_ended
    await choose_open_ended(turn, draft, draft.from_on if chosen_first and draft.from_on else turn.today)
    await _why_unless_known(turn, draft)


async def _press_reason(turn: Turn, draft: Absence, value: str) -> None:
    try:
        draft.reason = AbsenceReason(value)
    except ValueError:
        await ask_why(turn, draft)
        return
    if draft.replaces_id is not None:
        await ask_confirmation(turn, draft)
    else:
        await ask_how_long(turn, draft)


async def _press_duration(turn: Turn, draft: Absence, value: str) -> None:
    first = draft.from_on or turn.today
    match value:
        case "day":
            await choose_days(turn, draft, first, first)
        case "week":
            await choose_days(turn, draft, first, first + timedelta(days=6 - first.weekday()))
        case "open":
            await choose_open_ended(turn, draft, first)
        case _:
            draft.open_ended = False
    await ask_confirmation(turn, draft)


async def _press_drop(turn: Turn, draft: Absence, _value: str) -> None:
    turn.remember(adding=None)
    draft.state = AbsenceState.WITHDRAWN
    turn.expect("")
    turn.say(part("absence.dropped"), buttons=menu.rows())


async def _press_send(turn: Turn, draft: Absence, _value: str) -> None:
    await report_of.send(turn, draft)


async def take_note(turn: Turn, draft_id: int, text: str, sent: Media | None = None) -> bool:
    """Free text while the summary is open becomes the note; a voice note or photo goes along with what was sent before.
    False when it is not open."""
    draft = await absence_of(turn.session, turn.person.id, draft_id)
    if draft is None or draft.state is not AbsenceState.DRAFT:
        return False
    if sent is not None:
        draft.attachment = media.joined(draft.attachment, media.kept(turn, sent))
        text = text or sent.caption
    _take_note(turn, draft, text)
    if sent is not None and media.goes_on(turn, sent):
        return True
    if sent is not None:
        media.began(turn, sent, "absence")
    await ask_confirmation(turn, draft)
    return True


def _take_note(turn: Turn, draft: Absence, text: str) -> None:
    if text.strip():
        draft.note = text.strip()[:NOTE_LENGTH]
        draft.note_language = turn.services.finder.find(text, turn.language).language or turn.language


_STEPS: dict[str, Callable[[Turn, Absence, str], Awaitable[None]]] = {
    "w": _press_which,
    "more": _press_more,
    "why": _press_why,
    "today": _press_today,
    "from": _press_from,
    "until": _press_until,
    "open": _press_open,
    "r": _press_reason,
    "d": _press_duration,
    "send": _press_send,
    "drop": _press_drop,
}


# Of a report that was sent.
_AFTER: dict[str, Callable[[Turn, Absence, str], Awaitable[None]]] = {
    "change": report_of.change,
    "back": report_of.take_back,
    "better": report_of.better,
    "still": report_of.still_ill,
}
