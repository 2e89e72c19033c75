"""Taking part: a person takes an offer, waits for a place or asks for something; the consultant agrees where needed.

What somebody takes part in is an appointment like any other, made by the one writer; nobody must come.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.acting import OPERATOR, Acting, Parts, Role
from bot.actions.people import look_at
from bot.telling import offers as told
from storage.appointments.appointments import Appointment, appointment_by_id
from storage.offers.kinds import OFFERS
from storage.offers.offers import (
    PLACE_AND_TIME,
    ActivityOffer,
    OfferWish,
    details_of,
    offer_by_id,
    offers_ahead,
    taken,
    waiting,
    wish_by_id,
    wish_for,
    wishes_of,
)
from storage.people.people import Person, plan_of
from storage.vocabulary import AppointmentStatus, WishState

#: So many characters of what somebody wishes are kept.
LONGEST_WISH: Final = 500
#: What waits for the consultant of one person, at most: nobody is to be flooded.
MOST_ASKED: Final = 10
#: It is theirs, or may be.
HOLDS: Final = frozenset({WishState.TAKEN, WishState.ASKED, WishState.WAITING})


class OfferRefused(StrEnum):
    """Why nothing was done."""

    NOT_THEIRS = "not_theirs"  # no such offer, or none for them: which, is not told
    OVER = "over"  # it has begun
    TOO_MANY = "too_many"  # the consultant has not answered what was asked before
    DECIDED = "decided"  # somebody answered already


@dataclass(frozen=True, slots=True)
class OfferShown:
    """An offer as it stands for one person: what became of it, and how many places are left (None = no end)."""

    offer: ActivityOffer
    wish: OfferWish | None
    left: int | None

    @property
    def state(self) -> WishState | None:
        """How it stands; None where nothing holds."""
        return self.wish.state if self.wish is not None and self.wish.state in HOLDS else None


async def shown_to(acting: Acting, person_id: int) -> list[OfferShown]:
    """What this person can take part in, the nearest first."""
    person = await acting.person(person_id)
    if person is None:
        return []
    plan = await plan_of(acting.session, person.id)
    route = plan.route if plan is not None else None
    offers = [
        offer
        for offer in await offers_ahead(acting.session, acting.now)
        if offer.is_of(person.municipality) and offer.is_for(person.group, route)
    ]
    wished = await wishes_of(acting.session, person.id)
    wishes: Mapping[int | None, OfferWish] = {wish.offer_id: wish for wish in wished}
    by_offer = await taken(acting.session, [offer.id for offer in offers])
    return [OfferShown(offer, wishes.get(offer.id), _left(offer, by_offer.get(offer.id, 0))) for offer in offers]


async def take(acting: Acting, person_id: int, offer_id: int, words: str = "") -> OfferShown | OfferRefused:
    """Take part in an offer: at once, when the consultant has agreed, or when there is a place.

    `words` are the person's own; the consultant reads them.
    """
    person = await acting.person(person_id, for_update=True)
    offer = await offer_by_id(acting.session, offer_id, for_update=True) if person is not None else None
    if person is None or offer is None or not offer.is_of(person.municipality):
        return OfferRefused.NOT_THEIRS
    if offer.starts_at is not None and offer.starts_at <= acting.now:
        return OfferRefused.OVER
    wish = await wish_for(acting.session, offer.id, person.id)
    if wish is not None and wish.state in HOLDS:
        return OfferShown(offer, wish, await _places(acting, offer))
    asks = OFFERS[offer.kind].agreed or offer.starts_at is None
    if asks and await _asked_already(acting, person.id) >= MOST_ASKED:
        return OfferRefused.TOO_MANY
    if wish is None:
        wish = OfferWish(person_id=person.id, offer_id=offer.id, state=WishState.ASKED, asked_at=acting.now)
        acting.session.add(wish)
    wish.state, wish.asked_at, wish.decided_at = WishState.ASKED, acting.now, None
    wish.words = words[:LONGEST_WISH] or None
    await acting.session.flush()
    if asks:
        acting.audit("asked_offer", f"person:{person.id}")
        await _ask_consultant(acting, person, wish, offer)
    else:
        await _give_place(acting, person, wish, offer, known=True)
    return OfferShown(offer, wish, await _places(acting, offer))


async def ask_for(acting: Acting, person_id: int, words: str) -> OfferWish | OfferRefused:
    """Ask for something in one's own words ("I want a language buddy"): a task for the consultant."""
    person = await acting.person(person_id, for_update=True)
    if person is None or not words.strip():
        return OfferRefused.NOT_THEIRS
    if await _asked_already(acting, person.id) >= MOST_ASKED:
        return OfferRefused.TOO_MANY
    wish = OfferWish(
        person_id=person.id, state=WishState.ASKED, words=words.strip()[:LONGEST_WISH], asked_at=acting.now
    )
    acting.session.add(wish)
    await acting.session.flush()
    acting.audit("asked_offer", f"person:{person.id}")
    await _ask_consultant(acting, person, wish, None)
    return wish


async def leave(acting: Acting, person_id: int, offer_id: int) -> OfferShown | OfferRefused:
    """The person does not take part after all: their appointment is off, and the place is free."""
    person = await acting.person(person_id, for_update=True)
    offer = await offer_by_id(acting.session, offer_id, for_update=True) if person is not None else None
    wish = await wish_for(acting.session, offer.id, person_id) if offer is not None else None
    if person is None or offer is None or wish is None or wish.state not in HOLDS:
        return OfferRefused.NOT_THEIRS
    wish.state, wish.decided_at = WishState.LEFT, acting.now
    await _cancel(acting, wish)
    acting.audit("left_offer", f"person:{person.id}")
    return OfferShown(offer, wish, await _places(acting, offer))


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of whose wish; `offer` is None for a wish in their own words."""

    person: Person
    wish: OfferWish
    offer: ActivityOffer | None


async def wish_asked(acting: Acting, wish_id: int) -> Decided | OfferRefused:
    """What one of their people asked for and nobody decided about yet, with the look in the audit log."""
    if acting.by.role not in (Role.CONSULTANT, Role.OPERATOR):
        return OfferRefused.NOT_THEIRS
    wish = await wish_by_id(acting.session, wish_id)
    person = await look_at(acting, wish.person_id) if wish is not None else None
    if wish is None or person is None:
        return OfferRefused.NOT_THEIRS
    if wish.state is not WishState.ASKED:
        return OfferRefused.DECIDED
    offer = await offer_by_id(acting.session, wish.offer_id) if wish.offer_id is not None else None
    return Decided(person, wish, offer)


async def decide(acting: Acting, wish_id: int, *, agrees: bool) -> Decided | OfferRefused:
    """The consultant agrees to what one of their people asked for, or not. The person hears it."""
    if acting.by.role not in (Role.CONSULTANT, Role.OPERATOR):
        return OfferRefused.NOT_THEIRS
    wish = await wish_by_id(acting.session, wish_id)
    person = await acting.person(wish.person_id) if wish is not None else None
    if wish is None or person is None:
        return OfferRefused.NOT_THEIRS
    if wish.state is not WishState.ASKED:
        return OfferRefused.DECIDED
    offer = await offer_by_id(acting.session, wish.offer_id, for_update=True) if wish.offer_id is not None else None
    if offer is not None and offer.starts_at is not None and offer.starts_at <= acting.now:
        return OfferRefused.OVER
    acting.audit("agreed_offer" if agrees else "refused_offer", f"person:{person.id}")
    if not agrees:
        wish.state, wish.decided_at = WishState.REFUSED, acting.now
    elif offer is not None:
        await _give_place(acting, person, wish, offer)
    else:
        wish.state, wish.decided_at = WishState.TAKEN, acting.now
    # An appointment that is made is told of by itself.
    if wish.appointment_id is None:
        await acting.tell_person(person.id, f"offer:{wish.id}:{wish.state}", told.decided(wish, offer, person.language))
    return Decided(person, wish, offer)


def places_of(parts: Parts, now: Callable[[], datetime]) -> Callable[[AsyncSession], Awaitable[int]]:
    """The job that gives free places away, in a transaction of its own; see fill_places."""

    async def free_places(session: AsyncSession) -> int:
        return await fill_places(Acting(OPERATOR, session, now(), parts))

    return free_places


async def fill_places(acting: Acting) -> int:
    """Give places that became free to who waits longest; how many were given. Whom nothing reaches keeps waiting."""
    given = 0
    for wish, offer in await waiting(acting.session, acting.now):
        person = await acting.session.get_one(Person, wish.person_id)
        left = await _places(acting, offer)
        if left is None or left > 0:
            await _give_place(acting, person, wish, offer)
            acting.audit("took_offer", f"person:{person.id}")
            if wish.appointment_id is None:
                body = told.decided(wish, offer, person.language)
                await acting.tell_person(person.id, f"offer:{wish.id}:{wish.state}", body)
            given += 1
    return given


async def _give_place(
    acting: Acting, person: Person, wish: OfferWish, offer: ActivityOffer, *, known: bool = False
) -> None:
    """A place, where one is left; else they wait. `known`: they choose it themselves at this moment."""
    wish.decided_at = acting.now
    left = await _places(acting, offer)
    if left is not None and left <= 0:
        wish.state = WishState.WAITING
        return
    wish.state = WishState.TAKEN
    if known:
        acting.audit("took_offer", f"person:{person.id}")
    if offer.starts_at is None:
        return
    writer, knows = acting.writer(), frozenset({person.id}) if known else frozenset[int]()
    before = await appointment_by_id(acting.session, wish.appointment_id) if wish.appointment_id is not None else None
    details = details_of(offer, offer.starts_at)
    if before is not None:
        writer.restore(before, details, PLACE_AND_TIME, known_to=knows)
        made = before
    else:
        made = writer.make(f"offer-{offer.id}-{person.id}", details, person_id=person.id, known_to=knows)
    await acting.session.flush()
    wish.appointment_id = made.id
    await writer.finish()


async def _cancel(acting: Acting, wish: OfferWish) -> Appointment | None:
    appointment = await appointment_by_id(acting.session, wish.appointment_id) if wish.appointment_id else None
    if appointment is None or appointment.status is AppointmentStatus.CANCELLED or appointment.starts_at <= acting.now:
        return None
    writer = acting.writer()
    writer.cancel(appointment, known_to=frozenset({wish.person_id}))
    await writer.finish()
    return appointment


async def _ask_consultant(acting: Acting, person: Person, wish: OfferWish, offer: ActivityOffer | None) -> None:
    consultant = await acting.who_hears(person)
    if consultant is not None:
        key = f"offer_asked:{wish.id}:{wish.asked_at.isoformat()}"
        body = told.asked(person, wish, offer, consultant.language)
        await acting.tell_consultant(consultant.id, key, body, about=person)


async def _asked_already(acting: Acting, person_id: int) -> int:
    return sum(wish.state is WishState.ASKED for wish in await wishes_of(acting.session, person_id))


async def _places(acting: Acting, offer: ActivityOffer) -> int | None:
    await acting.session.flush()
    return _left(offer, (await taken(acting.session, [offer.id])).get(offer.id, 0))


def _left(offer: ActivityOffer, count: int) -> int | None:
    return None if offer.places is None else max(0, offer.places - count)
