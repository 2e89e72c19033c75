"""A report that was sent: what happens next, and what the person can still do with it."""

from bot.actions.absences import reports
from bot.actions.absences.drafts import Refused, WhyNot
from bot.dialogue import letters, media, menu
from bot.dialogue.appointments.absence_questions import ask_confirmation, ask_which, ask_why
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button
from reminders.intents import Act, asks
from storage.appointments.absences import Absence
from storage.vocabulary import AbsenceState


def after_buttons(report: Absence) -> list[list[Button]]:
    """What can be done with a report: better again, changed, taken back."""
    better = [[button("absence.better", asks(Act.ABSENCE, report.id, "better"), "👍")]] if report.open_ended else []
    return [
        *better,
        [button("absence.change", asks(Act.ABSENCE, report.id, "change"), "✏️")],
        [button("absence.take_back", asks(Act.ABSENCE, report.id, "back"), "↩️")],
    ]


async def say_refused(turn: Turn, refused: Refused) -> None:
    """Why nothing was done with a report, and what can be done instead."""
    report = refused.report
    match refused.why:
        case WhyNot.REPORTED if report is not None:
            # Twice is once: the person hears what they know, and what can be done.
            key = "absence.already_seen" if report.state is AbsenceState.SEEN else "absence.already_reported"
            turn.say(part(key), buttons=[*after_buttons(report), menu.back()])
        case WhyNot.WITHDRAWN:
            turn.say(part("absence.was_withdrawn"), buttons=menu.rows())
        case WhyNot.CANCELLED if report is not None:
            turn.say(part("absence.not_needed_cancelled"), buttons=menu.rows())
        case WhyNot.CANCELLED:
            turn.say(part("appointment.is_cancelled"), buttons=[menu.back()])
        case WhyNot.NO_REASON if report is not None:
            await ask_why(turn, report)
        case WhyNot.MOVED if report is not None:
            await ask_confirmation(turn, report)
        case WhyNot.OVER:
            turn.say(
                part("absence.too_late_to_change"),
                buttons=[[button("menu.consultant", asks(Act.LETTER), "💬")], menu.back()],
            )
        case WhyNot.CLOSED:
            turn.say(part("absence.closed_already"), buttons=menu.rows())
        case _:
            turn.say(part("absence.unknown"), buttons=menu.rows())


async def send(turn: Turn, draft: Absence) -> None:
    """Send the report to the consultant, or to who stands in; say what happens next."""
    sent = await reports.send(turn.acting, turn.person.id, draft.id, media.just_sent(turn))
    if isinstance(sent, Refused):
        if sent.why in (WhyNot.CANCELLED, WhyNot.REPORTED):
            turn.expect("")
        await say_refused(turn, sent)
        return
    media.forget(turn)
    turn.expect("")
    if sent.consultant is None:
        turn.say(title("absence.kept"), letters.whom_to_call(turn), buttons=[*after_buttons(draft), menu.back()])
        return
    here = sent.reachable
    turn.say(
        title("absence.sent", consultant=sent.consultant.name) if here else title("absence.kept"),
        part("absence.what_next"),
        *([] if here else letters.telephone(turn)),
        *([part("absence.will_ask")] if draft.open_ended else []),
        buttons=[*after_buttons(draft), menu.back()],
        card="done:✅" if here else "",
    )


async def change(turn: Turn, report: Absence, what: str) -> None:
    """Change the reason or the appointments, until they begin; nothing is sent before it is confirmed again."""
    if what not in ("why", "which"):
        found = await reports.changeable(turn.acting, turn.person.id, report.id)
        if isinstance(found, Refused):
            await say_refused(turn, found)
            return
        turn.say(
            title("absence.change_what"),
            buttons=[
                [button("absence.change_why", asks(Act.ABSENCE, report.id, "change", "why"), "💬")],
                [button("absence.change_which", asks(Act.ABSENCE, report.id, "change", "which"), "📅")],
                [button("absence.take_back", asks(Act.ABSENCE, report.id, "back"), "↩️")],
                menu.back(),
            ],
        )
        return
    draft = await reports.change(turn.acting, turn.person.id, report.id)
    if isinstance(draft, Refused):
        await say_refused(turn, draft)
    else:
        await (ask_why if what == "why" else ask_which)(turn, draft)


async def take_back(turn: Turn, report: Absence, _value: str = "") -> None:
    """The person comes after all, to what has not begun."""
    found = await reports.take_back(turn.acting, turn.person.id, report.id)
    if isinstance(found, Refused):
        await say_refused(turn, found)
    else:
        turn.say(part("absence.taken_back"), buttons=menu.rows(), card="done:👍")


async def better(turn: Turn, report: Absence, _value: str = "") -> None:
    """Better again: what has not begun is on as before."""
    found = await reports.end_illness(turn.acting, turn.person.id, report.id)
    if isinstance(found, Refused):
        await say_refused(turn, found)
    else:
        turn.say(title("absence.good_to_hear"), part("absence.see_you"), buttons=menu.rows())


async def still_ill(turn: Turn, report: Absence, _value: str = "") -> None:
    """Not better yet: it is asked again."""
    found = await reports.still_ill(turn.acting, turn.person.id, report.id)
    if isinstance(found, Refused):
        await say_refused(turn, found)
    else:
        buttons = [*after_buttons(report)[:1], menu.back()]
        turn.say(title("absence.get_well"), part("absence.asked_again"), buttons=buttons)
