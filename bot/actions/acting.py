"""Who acts, how surely, and with what: the first parameter of every action.

An action is an async function `(acting, values) -> values or a named refusal`. It checks the right, changes rows,
writes the audit log and puts the messages for others into the outbox, all in the transaction of `acting.session`; what
whoever acts hears is the affair of the screen, page or command. So chat, desk, command line and importers share it.
"""

from collections.abc import Awaitable, Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.configuration.municipality import Municipalities
from locales.rendering.message import Attachment, Body, Part, Text
from reminders.kinds import Kind
from reminders.local_time import QuietHours
from reminders.planning.about_changes import WAKE_FOR
from reminders.wording.appointment import name_of
from storage.appointments.changes import OnChanges
from storage.appointments.changing import AppointmentWriter
from storage.caseload import may_act_for, who_hears
from storage.engine.keys import KeyRing
from storage.outbox.message import Outgoing, put
from storage.people.contacts import contacts_of, is_reachable, way_of_consultant
from storage.people.people import Consultant, Person
from storage.privacy.audit import AuditEntry
from storage.vocabulary import AddressKind, ChangeSource, Priority


class Proof(StrEnum):
    """How surely we know who it is (DESIGN.md rule 10)."""

    ACCOUNT = "account"  # a signed-in account of the channel: Telegram, WhatsApp, a web session
    REPLY = "reply"  # an e-mail with our unexpired secret, from the address that it was sent to
    CLAIMED = "claimed"  # a sender that anybody can forge: SMS, other e-mail
    DESK = "desk"  # signed in at the desk, or at the machine itself


class Role(StrEnum):
    """In which capacity somebody acts; the values stand in the audit log."""

    PERSON = "person"
    CONSULTANT = "consultant"
    STRANGER = "contact"  # an address that is nobody's yet
    OPERATOR = "operator"
    OFFICE = "lesson_link"  # whoever opens a link that was given to a school; the link's id


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, by role and id (the operator has none), and how surely."""

    role: Role
    proof: Proof
    id: int | None = None
    # An operator's, as the machine knows them.
    name: str = ""

    @property
    def ref(self) -> str:
        """As the audit log writes it: "person:7", "consultant:2", "contact:9", "operator", "operator:jan"."""
        which = self.name[:30] if self.id is None else str(self.id)
        return f"{self.role.value}:{which}" if which else self.role.value


#: Who wrote so lately is awake, and waits for an answer.
JUST_NOW: Final = timedelta(minutes=30)
#: Who works at the machine's command line.
OPERATOR = Actor(Role.OPERATOR, Proof.DESK)


class Parts(Protocol):
    """The long-lived parts that actions use; the dialogue's Services are such."""

    @property
    def zone(self) -> ZoneInfo:
        """The wall time people live by."""

    @property
    def night(self) -> QuietHours:
        """When people are not disturbed, unless they chose other hours."""

    @property
    def holidays(self) -> Container[date]:
        """Public holidays, as local days."""

    @property
    def keys(self) -> KeyRing:
        """The keys that addresses and codes are stored and signed under."""

    @property
    def municipalities(self) -> Municipalities:
        """Each municipality's own facts."""

    @property
    def channels(self) -> Mapping[str, AddressKind | None]:
        """The deployment's channels by name, with the kind of address that is typed and proved by a code; None = people
        prove themselves by opening a chat."""

    @property
    def replan(self) -> Callable[[AsyncSession, Collection[int]], Awaitable[int]]:
        """Plans these people's messages anew."""

    @property
    def changed(self) -> OnChanges:
        """Hears of every change to an appointment, in its transaction."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, in which transaction, when (an instant), with which parts, and where: in the chat, or at the desk."""

    by: Actor
    session: AsyncSession
    now: datetime
    parts: Parts
    source: ChangeSource = ChangeSource.CHAT
    # When what was said to people goes out, of what waits until their quiet hours are over: to be told to who said it.
    held: list[datetime] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        """The wall time people live by."""
        return self.parts.zone

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(self.zone).date()

    def writer(self) -> AppointmentWriter:
        """What changes appointments, in the name of whoever acts."""
        return AppointmentWriter(
            self.session, source=self.source, by=self.by.ref, now=self.now, listener=self.parts.changed
        )

    def audit(self, action: str, subject: str) -> None:
        """Write the audit log: who did what to whom or what, by ids ("person:7", "absence:3")."""
        self.session.add(AuditEntry(at=self.now, actor=self.by.ref, action=action, subject=subject))

    async def may_act_for(self, person: Person) -> bool:
        """Whether whoever acts may do so for this person: they themselves, whose work they are, or the operator."""
        match self.by.role:
            case Role.PERSON:
                return self.by.id == person.id
            case Role.CONSULTANT:
                return self.by.id is not None and await may_act_for(
                    self.session, self.by.id, person, self.now, self.today
                )
            case Role.OPERATOR:
                return True
            case Role.STRANGER | Role.OFFICE:
                return False

    async def person(self, person_id: int | None, *, for_update: bool = False) -> Person | None:
        """The person, when whoever acts may do so for them; None otherwise, whatever the id.

        With `for_update` who acts for the same person at this moment waits until the transaction ends.
        """
        lock = True if for_update else None
        person = await self.session.get(Person, person_id, with_for_update=lock) if person_id is not None else None
        return person if person is not None and await self.may_act_for(person) else None

    async def own_person(self) -> Person:
        """The person who acts.

        Raises:
            LookupError: no person acts.
        """
        if self.by.role is not Role.PERSON or self.by.id is None:
            raise LookupError("this is done by people themselves")
        return await self.session.get_one(Person, self.by.id)

    async def consultant(self) -> Consultant:
        """The consultant who acts.

        Raises:
            LookupError: no consultant acts.
        """
        if self.by.role is not Role.CONSULTANT or self.by.id is None:
            raise LookupError("this is done by consultants")
        return await self.session.get_one(Consultant, self.by.id)

    async def who_hears(self, person: Person) -> Consultant | None:
        """Who hears what a person has to say today: their consultant, or who stands in for them."""
        return await who_hears(self.session, person.consultant_id, self.today)

    async def is_reachable(self, consultant: Consultant) -> bool:
        """Whether a consultant can be reached now; what is told to one who cannot waits until they can."""
        return await is_reachable(self.session, consultant.id, self.parts.channels)

    async def replan(self, *person_ids: int) -> None:
        """Plan these people's messages anew, after a change of what is planned by."""
        await self.session.flush()
        await self.parts.replan(self.session, person_ids)

    async def put(self, *messages: Outgoing) -> list[int]:
        """Put messages into the outbox; the ids of those that are new."""
        await self.session.flush()
        return await put(self.session, messages, self.now)

    async def tell_person(
        self,
        person_id: int,
        key: str,
        body: Body,
        *,
        kind: Kind = Kind.SAY,
        needed_by: datetime | None = None,
        urgent: bool = False,
    ) -> None:
        """Say something to a person on their own channels; `key` makes it once.

        In their quiet hours it waits for the morning, unless it is urgent, is of no use then (`needed_by`), or they
        wrote just now and wait for it.
        """
        person = await self.session.get_one(Person, person_id)
        due_at = self.now if urgent else await self._considerate_at(person, needed_by)
        said = Outgoing(key=key, kind=kind, due_at=due_at, params=body.to_json(), person_id=person_id)
        if await self.put(said) and due_at > self.now:
            self.held.append(due_at)

    async def _considerate_at(self, person: Person, needed_by: datetime | None) -> datetime:
        morning = self.parts.night.own(person.quiet_hours).later_than_quiet(self.now)
        if morning <= self.now or (needed_by is not None and needed_by <= morning + WAKE_FOR):
            return self.now
        ways = await contacts_of(self.session, person.id)
        waits = any(one.last_heard_at is not None and one.last_heard_at > self.now - JUST_NOW for one in ways)
        return self.now if waits else morning

    async def tell_consultant(
        self,
        consultant_id: int,
        key: str,
        body: Body,
        *,
        about: Person,
        urgent: bool = False,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        """Say something about a person to a consultant on their own channels; `key` makes it once.

        Each file of the person follows in a message of its own: where it cannot be had at this moment, the words do not
        wait for it, and it comes when it can.
        """
        if self.by.proof is Proof.CLAIMED:
            # Whoever reads it must know that anybody may have written it.
            body = replace(body, parts=(*body.parts, Part(Text("consultant.by_claimed"))))
        await self.put(
            *(
                Outgoing(
                    key=name,
                    kind=Kind.SAY,
                    due_at=self.now,
                    params=said.to_json(),
                    consultant_id=consultant_id,
                    about_id=about.id,
                    priority=Priority.URGENT if urgent else Priority.NORMAL,
                )
                for name, said in ((key, body), *_files(key, about, attachments))
            )
        )

    async def tell_colleague(self, consultant_id: int, key: str, body: Body) -> None:
        """Say something that is about nobody in guidance, and for nobody else, to a consultant; `key` makes it once."""
        await self.put(await for_themselves(self.session, consultant_id, key, body, self.now))


async def for_themselves(session: AsyncSession, consultant_id: int, key: str, body: Body, now: datetime) -> Outgoing:
    """What is for a consultant alone: on away days too it is not for who stands in for them."""
    way = await way_of_consultant(session, consultant_id)
    return Outgoing(
        key=key,
        kind=Kind.SAY,
        due_at=now,
        params=body.to_json(),
        consultant_id=consultant_id,
        contact_id=way.id if way is not None else None,
    )


def _files(key: str, about: Person, attachments: Sequence[Attachment]) -> Iterator[tuple[str, Body]]:
    for place, attachment in enumerate(attachments):
        whose = Part(Text("consultant.file_of", {"person": name_of(about)}))
        name = f"{key}:file:{place}" if place else f"{key}:file"
        yield name, Body((whose,), attachment=replace(attachment, needed=True))
