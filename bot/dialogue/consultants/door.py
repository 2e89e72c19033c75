"""A consultant's turn: buttons and commands to screens, free text to whatever is open."""

from collections.abc import Sequence

from bot.actions.acting import Proof
from bot.commands import consultants_commands
from bot.dialogue import gate, media, menu
from bot.dialogue.again import repeat_message
from bot.dialogue.answers import asks_for_this, say_not_there
from bot.dialogue.attention import contacted
from bot.dialogue.consultants import agenda, away, calls, lists, people, progress, proposals, reports, writing
from bot.dialogue.consultants.common import menu_rows
from bot.dialogue.gate import guarded
from bot.dialogue.offers import deciding
from bot.dialogue.turn import Screen, Turn, part, title
from bot.events import Command, Media, Pressed, Said, Started
from reminders.intents import Act, Intent, number_in
from storage.people.sent_media import SentMedia

_UNGUARDED: dict[Act, Screen] = {
    Act.SEEN: reports.seen,
    Act.CALL_ME: reports.call_me,
    Act.LETTER_SEEN: writing.letter_seen,
    Act.ROAD: people.road,
    Act.PARTS: progress.parts,
    Act.PART: progress.one_part,
    Act.NOTE_PART: progress.note,
    Act.REOPEN: progress.reopen,
    Act.MOVED: progress.moved,
    Act.WRITE: writing.write,
    Act.READY_ANSWER: writing.ready,
    Act.REPLY: writing.reply,
    Act.INVITE_TO_TALK: writing.invite,
    Act.GROUPS: writing.groups,
    Act.GROUP: writing.group,
    Act.LIST: lists.show,
    Act.OVERVIEW: lists.overview,
    Act.PEOPLE: people.show_all,
    Act.FOUND: people.show_found,
    Act.WHO: people.who,
    Act.ADD: people.add,
    Act.GIVE_CODE: people.give_code,
    Act.END_WAY: people.end_way,
    Act.NOT_ME: people.not_me,
    Act.ADD_LANGUAGE: people.add_language,
    Act.ADD_GROUP: people.add_group,
    Act.AGREE_OFFER: deciding.agree,
    Act.REFUSE_OFFER: deciding.refuse,
    Act.WANTED: deciding.show,
    Act.TAKE_UP: deciding.take_up,
    Act.PICK: agenda.people,
    Act.NEW: agenda.new,
    Act.MAKE: agenda.make,
    Act.MEETINGS: agenda.meetings,
    Act.MEETING: agenda.meeting,
    Act.MOVE: agenda.move_to,
    Act.CANCEL: agenda.cancel_it,
    Act.PROPOSE_TIME: proposals.propose,
    Act.WHOLE_MESSAGE: repeat_message,
    Act.NOT_THERE: say_not_there,
    Act.MORE: away.more,
    Act.AWAY: away.away,
    Act.STAND_IN: away.stand_in,
    Act.STANDS_IN: away.stands_in,
    Act.CALLS: calls.show,
    Act.CALL: calls.call,
    Act.CONTACTED: contacted.contacted,
    Act.SUMS: contacted.sums,
    **{Act(name): screen for name, screen in lists.LIST_SCREENS.items()},
}
_SCREENS = guarded(_UNGUARDED)
#: What consultants can ask for.
ACTS = frozenset(_SCREENS)


async def _commands(turn: Turn, _args: Sequence[str]) -> None:
    menu.say_commands(turn, consultants_commands(), menu_rows())


_COMMANDS: dict[str, Screen] = {
    "help": _commands,
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
    "contact": contacted.contacted_named,
    "feedback": contacted.sums,
    "away": away.away,
    "standin": away.stand_in,
}
# What follows these commands is a name.
_NAMED = (people.ask_find, contacted.contacted_named)
# Where a copy of a mail may have been answered, words are heard only as what that mail asked for.
_BY_MAIL = frozenset({"write", "group", "whom", "place", "find"})


async def welcome(turn: Turn) -> None:
    """After linking, or /start."""
    turn.expect("")
    # A browser forgets a consultant after a working day (storage.people.webchat).
    ends = [part("consultant.session_ends")] if turn.event.channel == "web" else []
    turn.say(
        title("consultant.welcome", name=turn.consultant.name),
        part("consultant.what_comes"),
        *ends,
        buttons=menu_rows(),
    )


def _may_be_forged(turn: Turn) -> bool:
    """Whether nothing is done with what came, because it cannot be known who sent it; that is said."""
    if turn.by.proof is Proof.CLAIMED:
        gate.say_not_here(turn)
        return True
    # A secret may be read by whoever reads the mailbox over their shoulder: the own server must confirm the sender too.
    if turn.by.proof is Proof.REPLY and not turn.event.checked:
        turn.say(part("consultant.mail_unproved"))
        return True
    return False


async def step(turn: Turn) -> None:
    """One event of a consultant.

    Over a way that anybody can forge nothing is done; by mail only what the mail that is answered offered.
    """
    if _may_be_forged(turn):
        return
    match turn.event.payload:
        case Pressed(intent=intent):
            # What was being written is let go: words meant for one person must never reach another.
            turn.expect("")
            asked = Intent.parse(intent)
            screen = _SCREENS.get(asked.act) if asked is not None else None
            if asked is None or screen is None:
                turn.say(part("consultant.unknown_button"), buttons=menu_rows())
            else:
                await screen(turn, list(asked.args))
        case Said(text=text):
            await _free_text(turn, text, ())
        case Media() as sent:
            await _free_text(turn, sent.caption, media.kept(turn, sent))
        case Command() if turn.by.proof is Proof.REPLY:
            gate.say_not_here(turn)
        case Command(name=name, rest=rest) if name in _COMMANDS:
            turn.expect("")
            # What follows a command is a name, not a button's arguments.
            if rest and name in ("new", "move"):
                await agenda.with_named(turn, name, rest)
            else:
                await _COMMANDS[name](turn, [rest] if _COMMANDS[name] in _NAMED and rest else ())
        case Started() | Command():
            await welcome(turn)
        case _:
            return


async def _free_text(turn: Turn, text: str, sent: tuple[SentMedia, ...]) -> None:
    if (text.strip() or sent) and await writing.answer_by_reply(turn, text, sent):
        return
    topic, _, number = turn.conversation.topic.partition(":")
    if turn.by.proof is Proof.REPLY and not (topic in _BY_MAIL and await asks_for_this(turn)):
        gate.say_not_here(turn)
        return
    if not text.strip() and not sent:
        turn.say(part("consultant.not_understood"), buttons=menu_rows())
    elif (topic == "write" and await writing.send(turn, number_in([number]), text, sent)) or (
        topic == "cry_done" and await writing.take_done(turn, number_in([number]), text)
    ):
        pass
    elif topic == "group":
        await writing.send_to_group(turn, number_in([number]), text, sent)
    elif topic == "add_name":
        await people.take_name(turn, text)
    elif topic == "whom" and text.strip():
        await agenda.with_named(turn, number, text)
    elif topic == "place":
        await agenda.take_place(turn, text)
    elif not await people.find(turn, text):
        turn.expect("")
        turn.say(part("consultant.not_understood"), buttons=menu_rows())
