"""What person and consultant are told of what somebody wants to take part in, and how an offer is called."""

from locales.rendering.message import Body, Button, Part, Style, Text, verbatim
from reminders.intents import Act, asks
from reminders.wording.appointment import name_of
from storage.offers.kinds import OFFERS
from storage.offers.offers import ActivityOffer, OfferWish
from storage.people.people import Person
from storage.vocabulary import WishState


def name_in(offer: ActivityOffer, language: str) -> Text:
    """How an offer is called in a language: its own title there, else what kind of thing it is."""
    title = offer.title_in(language)
    what: Text | str = title if title is not None else Text(f"offers.kind.{offer.kind.value}")
    return Text("offers.what", {"icon": verbatim(OFFERS[offer.kind].icon), "what": what})


def asked(person: Person, wish: OfferWish, offer: ActivityOffer | None, language: str) -> Body:
    """To the consultant: somebody wants to take part, or asks for something in their own words."""
    who = name_of(person)
    title = (
        Text("consultant.wants_something", {"person": who})
        if offer is None
        else Text("consultant.offer_asked", {"person": who, "what": name_in(offer, language)})
    )
    words = (Part(Text("consultant.offer_words", {"words": wish.words})),) if wish.words else ()
    return Body(
        (Part(title, Style.TITLE), *words),
        (
            (Button(Text("consultant.offer_agree"), asks(Act.AGREE_OFFER, wish.id), "✅"),),
            (Button(Text("consultant.offer_refuse"), asks(Act.REFUSE_OFFER, wish.id), "❌"),),
            (Button(Text("consultant.write"), asks(Act.WRITE, person.id), "✍️"),),
        ),
    )


def decided(wish: OfferWish, offer: ActivityOffer | None, language: str) -> Body:
    """To the person: it is fine, they wait for a place, or it is not possible now."""
    what: Text | str = name_in(offer, language) if offer is not None else wish.words or ""
    back = ((Button(Text("menu.back"), asks(Act.MENU), "🏠"),),)
    match wish.state:
        case WishState.TAKEN:
            later = (Part(Text("offers.any_time")),) if offer is None or offer.starts_at is None else ()
            return Body((Part(Text("offers.agreed", {"what": what}), Style.TITLE), *later), back)
        case WishState.WAITING:
            waits = Text("offers.what", {"icon": verbatim("⏳"), "what": what})
            return Body((Part(waits), Part(Text("offers.waiting"))), back)
        case _:
            talk = (Button(Text("menu.consultant"), asks(Act.LETTER), "💬"),)
            return Body((Part(Text("offers.refused", {"what": what})),), (talk, *back))
