"""What one of a consultant's people wants to take part in or asks for, and the answer to it."""

from collections.abc import Sequence

from bot.actions import letters
from bot.actions.letters import LetterRefused, letter_from
from bot.actions.offers import taking_part as offers
from bot.actions.offers.taking_part import OfferRefused
from bot.dialogue.consultants.common import menu_rows, say_unknown
from bot.dialogue.turn import Turn, button, part
from bot.telling import letters as told
from bot.telling import offers as offers_told
from bot.telling.offers import name_in
from locales.rendering.message import Part, Text
from reminders.intents import Act, asks, number_in
from reminders.wording.appointment import name_of
from reminders.wording.caseload_lists import Wanted
from storage.people.people import Person
from storage.vocabulary import TO_TAKE_UP, WishState


async def show(turn: Turn, args: Sequence[str]) -> None:
    """One wish of the list, and what can be done about it: "wanted:wish:<wish>" or "wanted:letter:<letter>"."""
    where, number = next(iter(args), ""), number_in(args, 1)
    if where == Wanted.LETTER:
        letter = await letter_from(turn.acting, number)
        if isinstance(letter, LetterRefused) or letter.kind not in TO_TAKE_UP:
            say_unknown(turn)
            return
        person = await turn.session.get_one(Person, letter.person_id)
        body = told.to_take_up(letter, person)
    else:
        asked = await offers.wish_asked(turn.acting, number)
        if isinstance(asked, OfferRefused):
            _say_refused(turn, asked)
            return
        body = offers_told.asked(asked.person, asked.wish, asked.offer, turn.language)
    turn.say(*body.parts, buttons=[*map(list, body.buttons), *menu_rows()])


async def take_up(turn: Turn, args: Sequence[str]) -> None:
    """Something is done about what somebody asked for: "takeup:<letter>"."""
    person = await letters.take_up(turn.acting, number_in(args))
    if isinstance(person, LetterRefused):
        say_unknown(turn)
        return
    turn.say(
        part("consultant.taken_up", person=name_of(person)),
        buttons=[[button("consultant.list.wishes", asks(Act.WISHED), "🙋")], *menu_rows()],
    )


async def agree(turn: Turn, args: Sequence[str]) -> None:
    """It is fine: "offeryes:<wish>"."""
    await _decide(turn, args, agrees=True)


async def refuse(turn: Turn, args: Sequence[str]) -> None:
    """It is not possible: "offerno:<wish>"."""
    await _decide(turn, args, agrees=False)


async def _decide(turn: Turn, args: Sequence[str], *, agrees: bool) -> None:
    done = await offers.decide(turn.acting, number_in(args), agrees=agrees)
    if isinstance(done, OfferRefused):
        _say_refused(turn, done)
        return
    what: Text | str = name_in(done.offer, turn.language) if done.offer is not None else done.wish.words or ""
    key = {
        WishState.TAKEN: "consultant.offer_agreed",
        WishState.WAITING: "consultant.offer_full",
    }.get(done.wish.state, "consultant.offer_refused")
    said = Part(Text(key, {"person": name_of(done.person), "what": what}))
    no_day = done.wish.state is WishState.TAKEN and done.wish.appointment_id is None
    turn.say(
        said,
        *([part("consultant.offer_make_meeting")] if no_day else []),
        buttons=[
            *([[button("consultant.new", asks(Act.NEW, done.person.id), "➕")]] if no_day else []),
            *menu_rows(),
        ],
    )


def _say_refused(turn: Turn, why: OfferRefused) -> None:
    if why is OfferRefused.NOT_THEIRS:
        say_unknown(turn)
    else:
        turn.say(part("consultant.choose_again"), buttons=menu_rows())
