"""The screen of "we missed you": why the person was not there, or that they were."""

from collections.abc import Sequence

from bot.actions.absences.drafts import Refused, WhyNot
from bot.actions.attendance import report_missed, say_was_there
from bot.dialogue import menu
from bot.dialogue.turn import Turn, part, title
from reminders.intents import number_in
from storage.vocabulary import AbsenceReason

_REASONS = {reason.value: reason for reason in AbsenceReason}


async def answer(turn: Turn, args: Sequence[str]) -> None:
    """ "missed:<appointment>:<reason>", or "there" for a reason; about everything missed in the week before it too."""
    what = args[1] if len(args) > 1 else ""
    found: object
    if what == "there":
        found = await say_was_there(turn.acting, turn.person.id, number_in(args))
    elif what in _REASONS:
        found = await report_missed(turn.acting, turn.person.id, number_in(args), _REASONS[what])
    else:
        found = Refused(WhyNot.NOT_THEIRS)
    match found:
        case Refused(why=WhyNot.CLOSED):
            turn.say(part("absence.closed_already"), buttons=menu.rows())
        case Refused():
            turn.say(part("error.unknown_button"), buttons=menu.rows())
        case _ if what == "there":
            turn.say(part("missed.was_there_thanks"), buttons=menu.rows())
        case _:
            turn.say(title("missed.thanks"), buttons=menu.rows())
