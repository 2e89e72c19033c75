"""People in guidance, their consultants and their plans (PIP)."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final, NamedTuple, cast

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, Table, Text, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId, vocabulary
from storage.engine.encryption.kinds import EncryptedCode, EncryptedDate, EncryptedFlag, EncryptedNumber, EncryptedWord
from storage.engine.keys import KeyRing
from storage.engine.one_of_many import among, among_texts, among_those
from storage.vocabulary import AddressKind, CheckIns, Closing, Group, Route, Wishes

# Keeps a statement below both engines' limits on bound values.
_AT_ONCE = 5_000


class Consultant(Base, kw_only=True):
    """An integration consultant (integratieconsulent): the one fixed contact person."""

    __tablename__ = "consultant"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    email: Mapped[str] = mapped_column(Encrypted("consultant.email"))
    email_hash: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    name: Mapped[str] = mapped_column(Encrypted("consultant.name"))
    language: Mapped[str] = mapped_column(String(8), default="nl")
    municipality: Mapped[str] = mapped_column(String(80), default="")
    away_from: Mapped[date | None] = mapped_column(default=None)
    away_until: Mapped[date | None] = mapped_column(default=None)
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id"), default=None)
    # Who was asked to stand in, and when; nothing of it holds before they said yes.
    stand_in_asked_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id"), default=None)
    stand_in_asked_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]


class Person(Base, kw_only=True):
    """A person with the integration obligation, status holder or migrant."""

    __tablename__ = "person"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    external_id: Mapped[str] = mapped_column(String(80), unique=True)
    given_name: Mapped[str] = mapped_column(Encrypted("person.given_name"))
    family_name: Mapped[str] = mapped_column(Encrypted("person.family_name"))
    language: Mapped[str] = mapped_column(EncryptedCode("person.language"))
    group: Mapped[Group] = mapped_column("participant_group", EncryptedWord("person.participant_group", Group))
    municipality: Mapped[str] = mapped_column(String(80))
    consultant_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id"), index=True, default=None)
    born_on: Mapped[date | None] = mapped_column(EncryptedDate("person.born_on"), default=None)
    # A keyed index: an import asks who was born on a day, to find who is about to be made a second time.
    born_on_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary(16), index=True, default=None, init=False, info={"hash_of": "born_on"}
    )
    phone: Mapped[str | None] = mapped_column(Encrypted("person.phone"), default=None)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True, default=None)
    email: Mapped[str | None] = mapped_column(Encrypted("person.email"), default=None)
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True, default=None)
    brp_registered_on: Mapped[date | None] = mapped_column(EncryptedDate("person.brp_registered_on"), default=None)
    # DUO's written notice of the duty: the ten weeks for the plan count from it (Besluit inburgering 2021, art. 5.3).
    duty_notified_on: Mapped[date | None] = mapped_column(EncryptedDate("person.duty_notified_on"), default=None)
    # A benefit under the Participatiewet; None = unknown.
    benefit: Mapped[bool | None] = mapped_column(EncryptedFlag("person.benefit"), default=None)
    housed_on: Mapped[date | None] = mapped_column(EncryptedDate("person.housed_on"), default=None)
    consented_at: Mapped[datetime | None] = mapped_column(default=None)
    # A person who stopped gets nothing but answers to what they write; the consultant is told once.
    stopped_at: Mapped[datetime | None] = mapped_column(default=None)
    # Set when the person chose a language; the importer then leaves it alone.
    language_chosen_at: Mapped[datetime | None] = mapped_column(default=None)
    wishes: Mapped[Wishes] = mapped_column(vocabulary(Wishes), default=Wishes.EVERYTHING)
    # How often they want to be asked how it goes.
    check_ins: Mapped[CheckIns] = mapped_column(vocabulary(CheckIns), default=CheckIns.NEVER, server_default="never")
    # "21:00-08:00"; None = the municipality's.
    quiet_hours: Mapped[str | None] = mapped_column(String(16), default=None)
    # Channel names in the person's order, comma-separated; empty = as they come.
    channel_order: Mapped[str] = mapped_column(Text, default="")
    # Rather listens than reads: every message comes with its picture and its sound.
    listens: Mapped[bool] = mapped_column(default=False)
    # Has times told by the Ethiopian clock too. Everybody has a value, since having one would tell where they are from;
    # None = not, after erasing. (Made with the object: a default of the column would not be bound to the row.)
    ethiopian_clock: Mapped[bool | None] = mapped_column(EncryptedFlag("person.ethiopian_clock"), default_factory=bool)
    # Links and codes from before this open nothing any more: their access was ended, or they were erased.
    links_since: Mapped[datetime | None] = mapped_column(default=None)
    # Since when the guidance is over here, and why. What is held of them is kept for five years from then.
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_as: Mapped[Closing | None] = mapped_column(EncryptedWord("person.closed_as", Closing), default=None)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def on_record(self, kind: AddressKind) -> str | None:
        """The number or address that the municipality has."""
        return self.phone if kind is AddressKind.PHONE else self.email


#: A plan's dates, as the plans table names them (DESIGN.md, File formats).
PLAN_DATES: Final = (
    "intake_on",
    "plan_signed_on",
    "plan_dated_on",
    "relief_started_on",
    "relief_continued_until",
    "bridging_started_on",
    "term_extended_until",
)


class Plan(Base, kw_only=True):
    """A person's PIP: route, goal, dates from which the terms are computed (never the terms themselves)."""

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    route: Mapped[Route | None] = mapped_column(EncryptedWord("plan.route", Route), default=None)
    intake_on: Mapped[date | None] = mapped_column(EncryptedDate("plan.intake_on"), default=None)
    plan_signed_on: Mapped[date | None] = mapped_column(EncryptedDate("plan.plan_signed_on"), default=None)
    plan_dated_on: Mapped[date | None] = mapped_column(EncryptedDate("plan.plan_dated_on"), default=None)
    relief_started_on: Mapped[date | None] = mapped_column(EncryptedDate("plan.relief_started_on"), default=None)
    relief_continued_until: Mapped[date | None] = mapped_column(
        EncryptedDate("plan.relief_continued_until"), default=None
    )
    bridging_started_on: Mapped[date | None] = mapped_column(EncryptedDate("plan.bridging_started_on"), default=None)
    term_extended_until: Mapped[date | None] = mapped_column(EncryptedDate("plan.term_extended_until"), default=None)
    progress_meetings_per_year: Mapped[int | None] = mapped_column(
        EncryptedNumber("plan.progress_meetings_per_year"), default=None
    )
    goal: Mapped[str | None] = mapped_column(Encrypted("plan.goal"), default=None)
    updated_at: Mapped[datetime]


async def person_by_external_id(session: AsyncSession, external_id: str) -> Person | None:
    """The person the municipality knows by this id."""
    return await session.scalar(select(Person).where(Person.external_id == external_id))


async def consultant_by_email(session: AsyncSession, keys: KeyRing, email: str) -> Consultant | None:
    """The consultant with this e-mail address, compared without regard to case."""
    hashes = keys.fingerprints(email.strip().lower(), "email")
    return await session.scalar(select(Consultant).where(Consultant.email_hash.in_(hashes)))


async def people_by_id(session: AsyncSession, ids: Collection[int]) -> dict[int, Person]:
    """People by id; unknown ones are absent."""
    if not ids:
        return {}
    return {person.id: person for person in await session.scalars(select(Person).where(Person.id.in_(ids)))}


# Asked for each batch of reminders: put together once.
_CONSULTANTS_OF = select(Person.id, Person.consultant_id).where(
    among_those(Person.id, "ids"), Person.consultant_id.is_not(None)
)
_NAMES = select(Consultant.id, Consultant.name).where(among_those(Consultant.id, "ids"))


async def consultant_names(session: AsyncSession, person_ids: Collection[int]) -> dict[int, str]:
    """The names of these people's consultants, by person; who has none is absent."""
    if not person_ids:
        return {}
    of_person = dict(iter(await session.execute(_CONSULTANTS_OF, {"ids": person_ids})))
    # A handful, each read once: names are encrypted.
    names = dict(iter(await session.execute(_NAMES, {"ids": set(of_person.values())})))
    return {person_id: names[of] for person_id, of in of_person.items() if of is not None}


class PlanningRow(NamedTuple):
    """A person as far as planning goes; nothing of it is encrypted."""

    id: int
    municipality: str
    quiet_hours: str | None
    wishes: Wishes
    consultant_id: int | None
    consented_at: datetime | None
    stopped_at: datetime | None
    closed_at: datetime | None


_PERSON = cast(Table, Person.__table__).c
_PLANNING_ROWS = (
    select(*(_PERSON[name] for name in PlanningRow._fields)).where(among_those(_PERSON.id, "ids")).order_by(_PERSON.id)
)
_READERS = _PLANNING_ROWS.where(
    or_(and_(_PERSON.consented_at.is_not(None), _PERSON.stopped_at.is_(None)), _PERSON.consultant_id.is_not(None))
)
_PEOPLE_AFTER = select(_PERSON.id).where(_PERSON.id > bindparam("last")).order_by(_PERSON.id).limit(bindparam("most"))


async def planning_rows(
    session: AsyncSession, ids: Collection[int], *, only_readers: bool = False
) -> list[PlanningRow]:
    """These people as far as planning goes, by id; what the session has not flushed yet is not seen.

    `only_readers` leaves out of whom neither they nor a consultant may be told anything: most of who was just imported.
    """
    wanted = _READERS if only_readers else _PLANNING_ROWS
    return [PlanningRow._make(row) for row in await session.execute(wanted, {"ids": ids})]


async def people_after(session: AsyncSession, last: int, limit: int) -> list[int]:
    """The ids of the next people after this id, in order: to go through everybody page by page."""
    return list(await session.scalars(_PEOPLE_AFTER, {"last": last, "most": limit}))


class Guided(NamedTuple):
    """A person by numbers alone, and the consultant who guides them."""

    person_id: int
    external_id: str
    consultant_id: int


async def guided_by(session: AsyncSession, ids: Collection[int]) -> list[Guided]:
    """These people's consultants, for those who have one; nothing encrypted is read."""
    rows = await session.execute(
        select(Person.id, Person.external_id, Person.consultant_id)
        .where(among(Person.id, ids), Person.consultant_id.is_not(None))
        .order_by(Person.id)
    )
    return [Guided(id_, number, consultant_id) for id_, number, consultant_id in rows if consultant_id is not None]


async def plan_of(session: AsyncSession, person_id: int) -> Plan | None:
    """The person's plan, when one was imported."""
    return await session.scalar(select(Plan).where(Plan.person_id == person_id))


async def person_ids(session: AsyncSession, external_ids: Collection[str]) -> dict[str, int]:
    """The ids of the people the municipality knows by these ids; unknown ones are absent."""
    found = await session.execute(
        select(Person.external_id, Person.id).where(among_texts(Person.external_id, external_ids))
    )
    return dict(found.all())


async def count_people(session: AsyncSession) -> int:
    """How many people there are."""
    return await session.scalar(select(func.count()).select_from(Person)) or 0


async def routes_of(session: AsyncSession, person_ids: Collection[int]) -> list[tuple[Person, Route | None]]:
    """These people with the route of their plan; unknown ones are absent. One query for every 5,000."""
    ids = sorted(person_ids)
    found = list[tuple[Person, Route | None]]()
    for start in range(0, len(ids), _AT_ONCE):
        rows = await session.execute(
            select(Person, Plan.route)
            .outerjoin(Plan, Plan.person_id == Person.id)
            .where(Person.id.in_(ids[start : start + _AT_ONCE]))
            .order_by(Person.id)
        )
        found.extend((person, route) for person, route in rows)
    return found


async def everybody(session: AsyncSession) -> tuple[list[Consultant], list[tuple[Person, Route | None]]]:
    """All consultants and all people with their routes, oldest first; for small deployments (the demo)."""
    consultants = list(await session.scalars(select(Consultant).order_by(Consultant.id)))
    return consultants, await routes_of(session, list(await session.scalars(select(Person.id))))


async def colleagues_of(
    session: AsyncSession, consultant: Consultant, *, also: Collection[str] = ()
) -> list[Consultant]:
    """The other consultants of the same municipality and of those named in `also`, by name; nobody for who has none: a
    caseload is nobody else's to open."""
    if not consultant.municipality:
        return []
    where = {consultant.municipality.casefold(), *(name.casefold() for name in also if name)}
    others = await session.scalars(select(Consultant).where(Consultant.id != consultant.id))
    found = [other for other in others if other.municipality.casefold() in where]
    return sorted(found, key=lambda c: (c.name.casefold(), c.id))


async def asked_to_stand_in(session: AsyncSession, since: datetime, until: datetime) -> list[Consultant]:
    """Who asked a colleague to stand in between these moments, and has no answer yet."""
    found = await session.scalars(
        select(Consultant)
        .where(
            Consultant.stand_in_asked_id.is_not(None),
            Consultant.stand_in_asked_at > since,
            Consultant.stand_in_asked_at <= until,
        )
        .order_by(Consultant.id)
    )
    return list(found)


def is_in(column: InstrumentedAttribute[str], municipality: str) -> ColumnElement[bool]:
    """Whether this column names the municipality, however it is written."""
    return func.lower(column) == municipality.strip().lower()


def is_same_municipality(one: str, other: str) -> bool:
    """Whether two names are one municipality's, however they are written; as `is_in` asks the database."""
    return one.strip().lower() == other.strip().lower()
