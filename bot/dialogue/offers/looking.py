"""What a person can take part in: one thing at a time, with its picture, to take, to ask for, or to let go."""

from collections.abc import Sequence

from bot.actions.offers import taking_part as offers
from bot.actions.offers.taking_part import OfferRefused, OfferShown
from bot.dialogue import menu
from bot.dialogue.turn import Turn, button, part, title
from bot.telling.offers import name_in
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.rendering.message import Button, Part, Style
from reminders.intents import Act, asks, number_in
from reminders.wording.appointment import when_part
from storage.offers.kinds import OFFERS
from storage.vocabulary import WishState

#: The open question in which somebody says in their own words what they want.
TOPIC = "offer_wish"
_STANDS = {
    WishState.TAKEN: "offers.taken",
    WishState.ASKED: "offers.asked",
    WishState.WAITING: "offers.waiting",
}


async def show(turn: Turn, args: Sequence[str]) -> None:
    """The offer at this place (from 0): "offers[:<place>]"."""
    found = await offers.shown_to(turn.acting, turn.person.id)
    if not found:
        turn.expect(TOPIC)
        turn.say(title("menu.offers"), part("offers.none"), buttons=[menu.back()])
        return
    place = number_in(args) % len(found)
    _say(turn, found[place], place, len(found))


def _say(turn: Turn, one: OfferShown, place: int, count: int) -> None:
    icon = OFFERS[one.offer.kind].icon
    turn.say(
        part("offers.place", number=str(place + 1), total=str(count)),
        *_about(turn, one),
        buttons=_buttons(one, place, count),
        card=f"icon:{icon}",
    )


def _about(turn: Turn, one: OfferShown) -> list[Part]:
    """What it is in the person's language, the Dutch name beside it, when, where, by whom, and how it stands."""
    offer, language = one.offer, turn.person.language
    parts = [Part(name_in(offer, language), Style.TITLE)]
    dutch = offer.title_in(SOURCE)
    if language != SOURCE and (offer.title_in(language) is None or dutch is not None):
        parts.append(part("offers.in_dutch", title=offer.any_title))
    parts.append(when_part(offer.starts_at, offer.ends_at) if offer.starts_at is not None else part("offers.any_time"))
    if offer.location:
        parts.append(part("appointment.where", place=offer.location))
    if offer.provider:
        parts.append(part("offers.by", provider=offer.provider))
    if offer.languages:
        spoken = ", ".join(LANGUAGES[code].name for code in offer.languages.split() if code in LANGUAGES)
        parts.append(part("offers.spoken", languages=spoken))
    if one.state is not None:
        parts.append(part(_STANDS[one.state]))
    elif one.left == 0:
        parts.append(part("offers.full"))
    else:
        parts += [part("offers.places_left", number=str(one.left))] if one.left is not None else []
        parts += [part("offers.agreed_first")] if _is_asked(one) else []
    return parts


def _is_asked(one: OfferShown) -> bool:
    return OFFERS[one.offer.kind].agreed or one.offer.starts_at is None


def _buttons(one: OfferShown, place: int, count: int) -> list[list[Button]]:
    if one.state is not None:
        first = button("offers.leave", asks(Act.LEAVE_OFFER, one.offer.id), "❌")
    elif _is_asked(one):
        first = button("offers.ask", asks(Act.TAKE_OFFER, one.offer.id), "🙋")
    else:
        label = "offers.wait" if one.left == 0 else "offers.take"
        first = button(label, asks(Act.TAKE_OFFER, one.offer.id), "✅")
    following = [button("offers.next", asks(Act.OFFERS, (place + 1) % count), "➡️")] if count > 1 else []
    return [[first], following, [button("offers.something_else", asks(Act.OTHER_OFFER), "✍️")], menu.back()]


async def take(turn: Turn, args: Sequence[str]) -> None:
    """Take part, or ask the consultant to: "offertake:<offer>"."""
    _say_stands(turn, await offers.take(turn.acting, turn.person.id, number_in(args)))


async def leave(turn: Turn, args: Sequence[str]) -> None:
    """Not after all: "offerleave:<offer>"."""
    _say_stands(turn, await offers.leave(turn.acting, turn.person.id, number_in(args)))


def _say_stands(turn: Turn, found: OfferShown | OfferRefused) -> None:
    more = [[button("menu.offers", asks(Act.OFFERS), "🙋")], menu.back()]
    match found:
        case OfferRefused.TOO_MANY:
            turn.say(part("offers.asked"), buttons=more)
        case OfferRefused():
            turn.say(part("offers.gone"), buttons=more)
        case OfferShown(offer=offer, state=state):
            what = Part(name_in(offer, turn.person.language), Style.TITLE)
            when = [when_part(offer.starts_at, offer.ends_at)] if offer.starts_at is not None else []
            where = [part("appointment.where", place=offer.location)] if offer.location else []
            if state is None:
                turn.say(what, part("offers.left"), buttons=more)
            elif state is WishState.TAKEN:
                turn.say(what, *when, *where, part("offers.taken"), buttons=more, card="done:✅")
            else:
                turn.say(what, part(_STANDS[state]), buttons=more)


async def ask(turn: Turn, _args: Sequence[str]) -> None:
    """Something else: in one's own words."""
    turn.expect(TOPIC)
    turn.say(title("offers.something_else"), part("offers.say_wish"), buttons=[menu.back()], card="icon:✍️")


async def take_words(turn: Turn, text: str) -> None:
    """What somebody wants, in their own words: a task for their consultant."""
    turn.expect("")
    await offers.ask_for(turn.acting, turn.person.id, text)
    turn.say(part("offers.asked"), buttons=[menu.back()])
