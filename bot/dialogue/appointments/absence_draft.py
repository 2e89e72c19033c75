"""I can't come: from the first tap to the report, in at most six taps and without typing.

Every answer is kept in a draft report in the database and every button names its draft, so that the conversation goes
on after a restart, on another channel, or from a button of yesterday. No threats here: the person is told what happens
next, and the consultant decides (start note 3.8; a conversation always comes first).
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta

from bot.actions.absences import drafts
from bot.actions.absences.drafts import Refused, WhyNot
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
)
from bot.dialogue.memory import ADDING_TO, DAYS_SAID_IN
from bot.dialogue.turn import Turn, part
from bot.events import Media
from bot.understanding.acts import Understanding
from reminders.intents import number_in
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.people.sent_media import SentMedia
from storage.vocabulary import AbsenceReason, AbsenceState

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
    appointment_id = appointment.id if appointment is not None else None
    along = media.just_sent(turn)
    draft = await drafts.begin(turn.acting, turn.person.id, appointment_id, _note(turn, note, along))
    if isinstance(draft, Refused):
        await report_of.say_refused(turn, draft)
        return
    media.forget(turn)
    await (ask_which if appointment is None else ask_why)(turn, draft)


async def open_draft(turn: Turn, text: str, heard: Understanding) -> Absence:
    """A draft of what somebody wrote, with what was sent just before; more than a few words are its note."""
    note = text if len(text.split()) >= _WORDS_OF_A_NOTE else ""
    draft = await drafts.begin(turn.acting, turn.person.id, None, _note(turn, note, media.just_sent(turn), heard))
    if isinstance(draft, Refused):
        raise LookupError("a person may begin a report of their own")
    media.forget(turn)
    return draft


async def press(turn: Turn, args: Sequence[str]) -> None:
    """A button of a report: "ab:<report>:<step>[:<value>]"."""
    report = await drafts.open_report(turn.acting, turn.person.id, number_in(args))
    step = args[1] if len(args) > 1 else ""
    if isinstance(report, Refused) or (step not in _STEPS and step not in _AFTER):
        turn.say(part("absence.unknown"), buttons=menu.rows())
        return
    value = args[2] if len(args) > 2 else ""
    if report.state is AbsenceState.WITHDRAWN:
        turn.say(part("absence.was_withdrawn"), buttons=menu.rows())
    elif step in _AFTER:
        await _press_after(turn, report, step, value)
    elif report.state is not AbsenceState.DRAFT:
        await report_of.say_refused(turn, Refused(WhyNot.REPORTED, report))
    else:
        await _STEPS[step](turn, report, value)


async def _press_after(turn: Turn, report: Absence, step: str, value: str) -> None:
    if report.state is AbsenceState.DRAFT:
        await _press_drop(turn, report, "")
    else:
        await _AFTER[step](turn, report, value)


async def _press_which(turn: Turn, draft: Absence, value: str) -> None:
    beside = turn.recall(ADDING_TO) == draft.id
    found = await drafts.include(turn.acting, draft, number_in([value]), beside_others=beside)
    match found:
        case Refused(why=WhyNot.NOT_THEIRS):
            turn.say(part("appointment.unknown"))
            await ask_which(turn, draft)
        case Refused():
            await report_of.say_refused(turn, found)
        case _:
            turn.forget(ADDING_TO)
            await _why_unless_known(turn, draft)


async def _why_unless_known(turn: Turn, draft: Absence) -> None:
    if draft.reason is None:
        await ask_why(turn, draft)
    elif draft.replaces_id is not None:
        await ask_confirmation(turn, draft)
    else:
        # It was said in words.
        await ask_how_long(turn, draft)


async def _press_more(turn: Turn, draft: Absence, _value: str) -> None:
    turn.remember(ADDING_TO, draft.id)
    await ask_another(turn, draft)


async def _press_why(turn: Turn, draft: Absence, _value: str) -> None:
    turn.forget(ADDING_TO)
    await ask_why(turn, draft)


async def _press_today(turn: Turn, draft: Absence, _value: str) -> None:
    await drafts.include_days(turn.acting, draft, turn.today, turn.today)
    await _why_unless_known(turn, draft)


async def _press_from(turn: Turn, draft: Absence, value: str) -> None:
    day = _day(value)
    if day is None or not 0 <= (day - turn.today).days < PERIOD_STARTS:
        ask_from(turn, draft)
        return
    await drafts.from_day(turn.acting, draft, day)
    ask_until(turn, draft)


async def _press_until(turn: Turn, draft: Absence, value: str) -> None:
    last, first = _day(value), draft.from_on
    if last is None or first is None or not 0 <= (last - first).days <= PERIOD_DAYS[-1]:
        ask_until(turn, draft)
        return
    await drafts.include_days(turn.acting, draft, first, last)
    await _why_unless_known(turn, draft)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


async def _press_open(turn: Turn, draft: Absence, _value: str) -> None:
    # After "from when?" the day that was chosen; otherwise today.
    chosen_first = draft.from_on is not None and draft.until_on is None and not draft.open_ended
    first = draft.from_on if chosen_first and draft.from_on else turn.today
    await drafts.include_all_from(turn.acting, draft, first)
    await _why_unless_known(turn, draft)


async def _press_reason(turn: Turn, draft: Absence, value: str) -> None:
    try:
        reason = AbsenceReason(value)
    except ValueError:
        await ask_why(turn, draft)
        return
    await drafts.give_reason(turn.acting, draft, reason)
    if draft.replaces_id is not None or turn.recall(DAYS_SAID_IN) == draft.id:
        await ask_confirmation(turn, draft)
    else:
        await ask_how_long(turn, draft)


async def _press_duration(turn: Turn, draft: Absence, value: str) -> None:
    first = draft.from_on or turn.today
    match value:
        case "day":
            await drafts.include_days(turn.acting, draft, first, first)
        case "week":
            await drafts.include_days(turn.acting, draft, first, first + timedelta(days=6 - first.weekday()))
        case "open":
            await drafts.include_all_from(turn.acting, draft, first)
        case _:
            await drafts.only_chosen(turn.acting, draft)
    await ask_confirmation(turn, draft)


async def _press_drop(turn: Turn, draft: Absence, _value: str) -> None:
    turn.forget(ADDING_TO)
    await drafts.drop(turn.acting, draft)
    turn.expect("")
    turn.say(part("absence.dropped"), buttons=menu.rows())


async def _press_send(turn: Turn, draft: Absence, _value: str) -> None:
    await report_of.send(turn, draft)


async def take_note(turn: Turn, draft_id: int, text: str, sent: Media | None = None) -> bool:
    """Free text while the summary is open becomes the note; a voice note or photo goes along with what was sent before.
    False when it is not open."""
    draft = await drafts.open_report(turn.acting, turn.person.id, draft_id)
    if isinstance(draft, Refused) or draft.state is not AbsenceState.DRAFT:
        return False
    along = media.kept(turn, sent) if sent is not None else ()
    await drafts.add_note(turn.acting, draft, _note(turn, text or (sent.caption if sent is not None else ""), along))
    if sent is not None and media.goes_on(turn, sent):
        return True
    if sent is not None:
        media.began(turn, sent, "absence")
    await ask_confirmation(turn, draft)
    return True


def _note(turn: Turn, text: str, attachment: tuple[SentMedia, ...], heard: Understanding | None = None) -> drafts.Note:
    """A note in the language of its words, as far as that shows; `heard` is what they were understood as already."""
    if not text.strip():
        return drafts.Note(text, turn.language, attachment)
    heard = heard or turn.services.door.understand(text, turn.language)
    return drafts.Note(text, heard.language or turn.language, attachment)


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
