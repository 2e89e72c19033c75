"""A consultant's turn: buttons and commands to screens, free text to whatever is open."""

from bot.dialogue import media
from bot.dialogue.again import repeat_message
from bot.dialogue.consultants import agenda, away, calls, lists, people, proposals, reports, writing
from bot.dialogue.consultants.common import menu_rows, number_in
from bot.dialogue.turn import Screen, Turn, part, title
from bot.events import Command, Media, Pressed, Said, Started
from storage.engine.columns import Json

_SCREENS: dict[str, Screen] = {
    "seen": reports.seen,
    "callme": reports.call_me,
    "lseen": writing.letter_seen,
    "road": people.road,
    "write": writing.write,
    "ready": writing.ready,
    "reply": writing.reply,
    "invite": writing.invite,
    "groups": writing.groups,
    "group": writing.group,
    "list": lists.show,
    "digest": lists.overview,
    "people": people.show_all,
    "found": people.show_found,
    "who": people.who,
    "add": people.add,
    "addlang": people.add_language,
    "addgroup": people.add_group,
    "pick": agenda.people,
    "new": agenda.new,
    "make": agenda.make,
    "move": agenda.meetings,
    "meet": agenda.meeting,
    "mv": agenda.move_to,
    "cx": agenda.cancel_it,
    "time": proposals.propose,
    "whole": repeat_message,
    "more": away.more,
    "away": away.away,
    "standin": away.stand_in,
    "calls": calls.show,
    "call": calls.call,
    **lists.LIST_SCREENS,
}
_COMMANDS: dict[str, Screen] = {
    **lists.LIST_SCREENS,
    "digest": lists.overview,
    "who": people.ask_find,
    "find": people.ask_find,
    "people": people.show_all,
    "add": people.add,
    "new": agenda.new,
    "move": agenda.meetings,
    "group": writing.groups,
    "calls": calls.show,
    "away": away.away,
    "standin": away.stand_in,
}


async def welcome(turn: Turn) -> None:
    """After linking, or /start."""
    turn.expect("")
    turn.say(title("consultant.welcome", name=turn.consultant.name), part("consultant.what_comes"), buttons=menu_rows())


async def step(turn: Turn) -> None:
    """One event of a consultant."""
    match turn.event.payload:
        case Pressed(intent=intent):
            # What was being written is let go: words meant for one person must never reach another.
            turn.expect("")
            name, *args = intent.split(":")
            screen = _SCREENS.get(name)
            if screen is None:
                turn.say(part("consultant.unknown_button"), buttons=menu_rows())
            else:
                await screen(turn, args)
        case Said(text=text):
            await _free_text(turn, text, None)
        case Media() as sent:
            await _free_text(turn, sent.caption, media.kept(turn, sent))
        case Command(name=name, rest=rest) if name in _COMMANDS:
            turn.expect("")
            # What follows a command is a name, not a button's arguments.
            if rest and name in ("new", "move"):
                await agenda.with_named(turn, name, rest)
            else:
                await _COMMANDS[name](turn, [rest] if _COMMANDS[name] is people.ask_find and rest else ())
        case Started() | Command():
            await welcome(turn)
        case _:
            return


async def _free_text(turn: Turn, text: str, media: dict[str, Json] | None) -> None:
    if (text.strip() or media is not None) and await writing.answer_by_reply(turn, text, media):
        return
    topic, _, number = turn.conversation.topic.partition(":")
    if not text.strip() and media is None:
        turn.say(part("consultant.not_understood"), buttons=menu_rows())
    elif topic == "write" and await writing.send(turn, number_in([number]), text, media):
        pass
    elif topic == "group":
        await writing.send_to_group(turn, number_in([number]), text, media)
    elif topic == "add_name":
        await people.take_name(turn, text)
    elif topic == "whom" and text.strip():
        await agenda.with_named(turn, number, text)
    elif topic == "place":
        await agenda.take_place(turn, text)
    elif not await people.find(turn, text):
        turn.expect("")
        turn.say(part("consultant.not_understood"), buttons=menu_rows())
