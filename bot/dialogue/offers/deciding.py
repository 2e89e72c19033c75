"""The consultant's answer to what one of their people wants to take part in."""

from collections.abc import Sequence

from bot.actions.offers import taking_part as offers
from bot.actions.offers.taking_part import OfferRefused
from bot.dialogue.consultants.common import menu_rows, say_unknown
from bot.dialogue.turn import Turn, button, part
from bot.telling.offers import name_in
from locales.rendering.message import Part, Text
from reminders.intents import Act, asks, number_in
from reminders.wording.appointment import name_of
from storage.vocabulary import WishState


async def agree(turn: Turn, args: Sequence[str]) -> None:
    """It is fine: "offeryes:<wish>"."""
    await _decide(turn, args, agrees=True)


async def refuse(turn: Turn, args: Sequence[str]) -> None:
    """It is not possible: "offerno:<wish>"."""
    await _decide(turn, args, agrees=False)


async def _decide(turn: Turn, args: Sequence[str], *, agrees: bool) -> None:
    done = await offers.decide(turn.acting, number_in(args), agrees=agrees)
    if isinstance(done, OfferRefused):
        if done is OfferRefused.NOT_THEIRS:
            say_unknown(turn)
        else:
            turn.say(part("consultant.choose_again"), buttons=menu_rows())
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
