"""Offers as tables name them, and who takes part, waits or asks: the mapped classes and what is asked of them."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appointments.appointments import Appointment
from storage.appointments.details import Details
from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId, vocabulary
from storage.offers.kinds import OFFERS
from storage.people.people import Person, is_same_municipality
from storage.vocabulary import AppointmentStatus, Group, OfferKind, Route, WishState

#: The languages that a title may be in; `title_nl`, `title_ar`, …
TITLE_LANGUAGES: Final = (
    *("nl", "en", "ar", "ti", "am", "tr", "fa", "fa_AF", "ps", "so", "ku", "ckb", "uk", "ru", "fr"),
)


class ActivityOffer(Base, kw_only=True):
    """Something that people can take part in; the same for everybody, so nothing in it is encrypted.

    `titles` are by language, as JSON; `audience` the groups and routes that it is for, `languages` the languages that
    are spoken there, both as words with spaces between ("" = everybody, not known). Without `municipality` it is for
    the people of all. Without `starts_at` its time is agreed with whoever takes part; without `places` there are as
    many as come.
    """

    __tablename__ = "activity_offer"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    external_id: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[OfferKind] = mapped_column(vocabulary(OfferKind))
    titles: Mapped[str] = mapped_column(Text)
    provider: Mapped[str | None] = mapped_column(String(200), default=None)
    audience: Mapped[str] = mapped_column(String(255), default="")
    languages: Mapped[str] = mapped_column(String(255), default="")
    location: Mapped[str | None] = mapped_column(String(500), default=None)
    starts_at: Mapped[datetime | None] = mapped_column(default=None)
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    places: Mapped[int | None] = mapped_column(default=None)
    municipality: Mapped[str] = mapped_column(String(80), default="", server_default="")
    updated_at: Mapped[datetime]

    def title_in(self, language: str) -> str | None:
        """Its title in a language; None where it has none in it."""
        titles: Mapping[str, str] = json.loads(self.titles)
        return titles.get(language)

    @property
    def any_title(self) -> str:
        """The title in Dutch, else in whatever language it has one."""
        titles: Mapping[str, str] = json.loads(self.titles)
        return titles.get("nl") or next(iter(titles.values()), self.external_id)

    def is_of(self, municipality: str) -> bool:
        """Whether it is for the people of this municipality."""
        return not self.municipality or is_same_municipality(self.municipality, municipality)

    def is_for(self, group: Group, route: Route | None) -> bool:
        """Whether it is for people of this group and route; words that are neither say nothing about that."""
        words = set(self.audience.split())
        groups, routes = words & set(Group), words & set(Route)
        return (not groups or group in groups) and (not routes or route in routes)


class OfferWish(Base, kw_only=True):
    """That a person takes part in an offer, waits for a place, or asks for something in their own words (without an
    offer then, or with the offer that they mean)."""

    __tablename__ = "offer_wish"
    __table_args__ = (
        UniqueConstraint("offer_id", "person_id"),
        Index("ix_offer_wish_person_id", "person_id"),
        IDS_NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("activity_offer.id", ondelete="CASCADE"), default=None)
    state: Mapped[WishState] = mapped_column(vocabulary(WishState))
    words: Mapped[str | None] = mapped_column(Encrypted("offer_wish.words"), default=None)
    # The appointment that it became.
    appointment_id: Mapped[int | None] = mapped_column(
        ForeignKey("appointment.id", ondelete="SET NULL"), index=True, default=None
    )
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None] = mapped_column(default=None)


async def offers_ahead(session: AsyncSession, now: datetime) -> list[ActivityOffer]:
    """What has not begun, the nearest first, and then what has no time of its own."""
    wanted = select(ActivityOffer).where(or_(ActivityOffer.starts_at.is_(None), ActivityOffer.starts_at > now))
    found = list(await session.scalars(wanted.order_by(ActivityOffer.id)))
    return sorted(found, key=lambda offer: (offer.starts_at is None, offer.starts_at or now, offer.id))


async def offer_by_id(session: AsyncSession, offer_id: int, *, for_update: bool = False) -> ActivityOffer | None:
    """An offer; with `for_update` whoever else wants its last place waits until the transaction ends."""
    return await session.get(ActivityOffer, offer_id, with_for_update=True if for_update else None)


async def offers_by_external_id(session: AsyncSession, external_ids: Collection[str]) -> dict[str, ActivityOffer]:
    """The offers with these external ids, by them."""
    found = await session.scalars(select(ActivityOffer).where(ActivityOffer.external_id.in_(external_ids)))
    return {offer.external_id: offer for offer in found}


async def wishes_of(session: AsyncSession, person_id: int) -> list[OfferWish]:
    """All that a person takes part in or asks for, the oldest first."""
    return list(await session.scalars(select(OfferWish).where(OfferWish.person_id == person_id).order_by(OfferWish.id)))


async def wish_for(session: AsyncSession, offer_id: int, person_id: int) -> OfferWish | None:
    """What this person asked of this offer."""
    return await session.scalar(
        select(OfferWish).where(OfferWish.offer_id == offer_id, OfferWish.person_id == person_id)
    )


async def wish_by_id(session: AsyncSession, wish_id: int) -> OfferWish | None:
    """A wish, whosever it is, locked until the transaction ends."""
    return await session.get(OfferWish, wish_id, with_for_update=True)


async def asked_by(
    session: AsyncSession, person_ids: Collection[int], now: datetime
) -> list[tuple[OfferWish, ActivityOffer | None]]:
    """What these people asked for and nobody decided about, with the offer that they mean, if any, the oldest first;
    not what has begun meanwhile."""
    rows = await session.execute(
        select(OfferWish, ActivityOffer)
        .outerjoin(ActivityOffer, ActivityOffer.id == OfferWish.offer_id)
        .where(
            OfferWish.person_id.in_(person_ids),
            OfferWish.state == WishState.ASKED,
            or_(ActivityOffer.starts_at.is_(None), ActivityOffer.starts_at > now),
        )
        .order_by(OfferWish.asked_at, OfferWish.id)
    )
    return [(wish, offer) for wish, offer in rows]


async def words_of(session: AsyncSession, wish_ids: Collection[int]) -> dict[int, str]:
    """What people said with these wishes, by the wish; those without words are absent."""
    wished = await session.scalars(select(OfferWish).where(OfferWish.id.in_(wish_ids)))
    return {wish.id: wish.words for wish in wished if wish.words}


async def taken(session: AsyncSession, offer_ids: Sequence[int]) -> dict[int, int]:
    """How many take part in each of these offers: whose appointment was cancelled do not."""
    rows = await session.execute(
        select(OfferWish.offer_id, func.count())
        .outerjoin(Appointment, Appointment.id == OfferWish.appointment_id)
        .where(
            OfferWish.offer_id.in_(offer_ids),
            OfferWish.state == WishState.TAKEN,
            or_(OfferWish.appointment_id.is_(None), Appointment.status == AppointmentStatus.PLANNED),
        )
        .group_by(OfferWish.offer_id)
    )
    return {offer_id: count for offer_id, count in rows if offer_id is not None}


async def waiting(session: AsyncSession, now: datetime) -> list[tuple[OfferWish, ActivityOffer]]:
    """Who waits for a place in what has not begun, the longest first."""
    rows = await session.execute(
        select(OfferWish, ActivityOffer)
        .join(ActivityOffer, ActivityOffer.id == OfferWish.offer_id)
        .join(Person, Person.id == OfferWish.person_id)
        .where(
            OfferWish.state == WishState.WAITING,
            or_(ActivityOffer.starts_at.is_(None), ActivityOffer.starts_at > now),
            Person.consented_at.is_not(None),
            Person.stopped_at.is_(None),
        )
        .order_by(OfferWish.asked_at, OfferWish.id)
    )
    return [(wish, offer) for wish, offer in rows]


async def appointments_from(session: AsyncSession, offer_ids: Collection[int]) -> dict[int, list[Appointment]]:
    """The appointments that take place from these offers, by offer."""
    rows = await session.execute(
        select(OfferWish.offer_id, Appointment)
        .join(Appointment, Appointment.id == OfferWish.appointment_id)
        .where(
            OfferWish.offer_id.in_(offer_ids),
            OfferWish.state == WishState.TAKEN,
            Appointment.status == AppointmentStatus.PLANNED,
        )
        .order_by(Appointment.id)
    )
    found: dict[int, list[Appointment]] = {}
    for offer_id, appointment in rows:
        if offer_id is not None:
            found.setdefault(offer_id, []).append(appointment)
    return found


#: What an offer says of the appointments made from it.
PLACE_AND_TIME: Final = frozenset({"starts_at", "ends_at", "location", "with_whom"})


def details_of(offer: ActivityOffer, starts_at: datetime) -> Details:
    """The appointment that an offer becomes; nobody must come."""
    return Details(
        OFFERS[offer.kind].appointment,
        starts_at,
        offer.ends_at,
        location=offer.location,
        with_whom=offer.provider,
        mandatory=False,
    )
