"""Whether an act may be done by who asks for it here (bot.actions.trust), and how much one sender is read a day.

Every screen that a button, a command or a word opens is reached through here. What needs more than this way proves is
offered over a safer way that the person has, by the very button; without one, through their consultant. What an answer
to our mail is not sure enough for is done once digits came back from that mailbox.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.actions.acting import Proof, Role
from bot.actions.trust import is_enough, need_of
from bot.actions.ways import offer_safely
from bot.dialogue.answers import is_offered
from bot.dialogue.memory import HEARD_TODAY
from bot.dialogue.own.digits import ask_for_digits, is_sure
from bot.dialogue.turn import Screen, Turn, part
from bot.events import Media, Said
from bot.understanding.acts import SpeechAct
from locales.rendering.message import Text
from reminders.intents import Act, asks

# How an act is called where it is offered again; others lead to the menu.
_LABELS: Final[Mapping[Act, str]] = {
    Act.PLAN: "menu.plan",
    Act.SETTINGS: "menu.settings",
    Act.WISHES: "settings.reminders",
    Act.QUIET_HOURS: "settings.quiet",
    Act.CHECK_INS: "settings.check_ins",
    Act.CLOCK: "menu.settings",
    Act.CHANNELS: "settings.channels",
    Act.ADDRESS_ON_RECORD: "settings.channels",
    Act.PRIVACY: "menu.privacy",
    Act.EXPORT: "privacy.export",
    Act.STOP: "privacy.stop",
    Act.RESUME: "privacy.resume",
    Act.ERASE: "privacy.erase",
    Act.LISTEN: "listen.rather",
}


#: Words and files of a person a day: anybody's worst day, and too little to fill a disk. Buttons do not count.
MOST_OF_PERSON: Final = 400
#: Of somebody who is nobody's: a code, a few questions of how.
MOST_OF_STRANGER: Final = 30


def is_within_quota(turn: Turn) -> bool:
    """Whether what came is still read. A person who is over it hears so once a day, a stranger nothing; a cry for help
    is always read."""
    payload = turn.event.payload
    if not isinstance(payload, Said | Media) or turn.linked_consultant is not None:
        return True
    count = turn.count_today(HEARD_TODAY)
    most = MOST_OF_STRANGER if turn.linked_person is None else MOST_OF_PERSON
    if count <= most or (isinstance(payload, Said) and turn.linked_person is not None and is_urgent(turn, payload)):
        return True
    if count == most + 1 and turn.linked_person is not None:
        turn.say(part("quota.today"))
    return False


def is_urgent(turn: Turn, said: Said) -> bool:
    """Whether it is a cry for help, which goes before all else."""
    return turn.services.door.understand(said.text, turn.language).act is SpeechAct.URGENT


def guarded(screens: Mapping[Act, Screen]) -> dict[Act, Screen]:
    """The same screens, each opened only to who may do its act."""
    return {act: _guarded(act, screen) for act, screen in screens.items()}


def _guarded(act: Act, screen: Screen) -> Screen:
    async def enter(turn: Turn, args: Sequence[str]) -> None:
        if await may(turn, act, args):
            await screen(turn, args)
        else:
            await refuse(turn, act, args)

    return enter


async def may(turn: Turn, act: Act, args: Sequence[str] = ()) -> bool:
    """Whether whoever acts in this turn may do this here."""
    by = turn.by
    need = need_of(by.role, act)
    if is_enough(need, by.proof, sure=is_sure(turn)):
        return True
    # A reply is worth its mail; whether that offered this is looked up only where it matters.
    return is_enough(need, by.proof, offered=True) and await is_offered(turn, asks(act, *args))


async def refuse(turn: Turn, act: Act, args: Sequence[str] = ()) -> None:
    """Say that this cannot be done here, and how it can."""
    if turn.by.role is Role.PERSON and is_enough(need_of(Role.PERSON, act), turn.by.proof, sure=True):
        ask_for_digits(turn, asks(act, *args))
        return
    turn.expect("")
    way = await offer_safely(turn.acting, turn.contact, act, _LABELS.get(act, "menu.back"), once=turn.once)
    if turn.by.role is Role.CONSULTANT:
        say_not_here(turn)
    elif way is not None:
        turn.say(part("safer.look", channel=Text(f"channel.{way.channel}")))
    else:
        known = await turn.acting.who_hears(turn.person)
        turn.say(part("safer.consultant" if known is not None else "reach.cannot_add"))


def say_not_here(turn: Turn) -> None:
    """To a consultant: what this way can and cannot do."""
    key = "consultant.only_offered" if turn.by.proof is Proof.REPLY else "consultant.not_here"
    turn.say(part(key))
