"""Three faces: how it goes, how a meeting was; and how often somebody wants to be asked."""

from collections.abc import Sequence
from datetime import date

from bot.actions.attention.moods import FaceTaken, check_in, choose_check_ins, say_how_it_was
from bot.dialogue import menu
from bot.dialogue.asking import cries
from bot.dialogue.letters import whom_to_call
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button
from reminders.intents import Act, asks, number_in
from storage.vocabulary import CheckIns, Mood

_ICONS = {CheckIns.WEEKLY: "🔔", CheckIns.FORTNIGHTLY: "🔔", CheckIns.NEVER: "❌"}


async def how_often(turn: Turn, args: Sequence[str]) -> None:
    """Whether and how often to ask: "checkins", "checkins:weekly"."""
    if args and args[0] in set(CheckIns):
        await choose_check_ins(turn.acting, CheckIns(args[0]))
        turn.say(part("settings.kept"), buttons=[menu.back()])
        return
    turn.say(
        title("settings.check_ins_ask"),
        part("settings.check_ins_how"),
        buttons=[
            *(
                [button(f"check_ins.{often.value}", asks(Act.CHECK_INS, often.value), _ICONS[often])]
                for often in _ICONS
            ),
            menu.back(),
        ],
    )


async def how_it_goes(turn: Turn, args: Sequence[str]) -> None:
    """The answer of one tap: "checkin:<Monday>:<mood>". Who says that it goes badly hears who sees that."""
    week, mood = _week(args), _mood(args)
    taken = await check_in(turn.acting, week, mood) if week is not None and mood is not None else FaceTaken.TOO_LATE
    if taken is FaceTaken.TOO_LATE:
        turn.say(part("error.unknown_button"), buttons=menu.rows())
    elif mood is Mood.GOOD:
        turn.say(part("check_in.good"), buttons=[menu.back()])
    elif mood is Mood.SO_SO:
        turn.say(part("check_in.so_so"), buttons=[_talk(), menu.back()])
    else:
        sees = part("check_in.bad_seen") if taken is FaceTaken.CONSULTANT_SEES else whom_to_call(turn)
        turn.say(title("check_in.bad"), sees, cries.emergency_line(), buttons=[_talk(), menu.back()])


async def how_it_was(turn: Turn, args: Sequence[str]) -> None:
    """The answer of one tap: "howwas:<appointment>:<mood>"."""
    mood = _mood(args)
    taken = await say_how_it_was(turn.acting, number_in(args), mood) if mood is not None else FaceTaken.TOO_LATE
    if taken is FaceTaken.TOO_LATE:
        turn.say(part("error.unknown_button"), buttons=menu.rows())
    else:
        turn.say(part("feedback.thanks"), buttons=[*([_talk()] if mood is Mood.BAD else []), menu.back()])


def _talk() -> list[Button]:
    return [button("menu.consultant", asks(Act.LETTER), "💬")]


def _mood(args: Sequence[str]) -> Mood | None:
    return next((mood for mood in Mood if list(args[1:2]) == [mood.value]), None)


def _week(args: Sequence[str]) -> date | None:
    try:
        return date.fromisoformat(args[0]) if args else None
    except ValueError:
        return None
