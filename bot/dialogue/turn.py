"""One turn of a conversation: what arrived, from whom, what is remembered, and what is said back.

A screen is an async function `(turn, arguments) -> None` that asks and tells: it reads what it shows, has things done
by actions (`turn.acting`), and replies with `turn.say`. It changes nothing itself but what is remembered of the
conversation; nothing leaves before the inbox commits the turn.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.acting import Acting, Actor, Role
from bot.dialogue.memory import ASKED_IN, CHOICES, Memory
from bot.dialogue.services import Services
from bot.events import InboundEvent, Payload, Pressed
from locales.rendering.message import Attachment, Body, Button, Part, Style, Text
from reminders.kinds import Kind
from reminders.own_dates import OwnDates, dates_said, key_of
from storage.engine.columns import Json
from storage.outbox.message import Message, Outgoing
from storage.people.contacts import Contact
from storage.people.conversations import Conversation, conversation_of
from storage.people.people import Consultant, Person
from storage.vocabulary import Priority

T = TypeVar("T")
Rows: TypeAlias = Sequence[Sequence[Button]]


def party_of(contact: Contact) -> str:
    """Who a conversation is kept for: the person or consultant behind a contact, or the stranger's contact itself."""
    if contact.person_id is not None:
        return f"person:{contact.person_id}"
    if contact.consultant_id is not None:
        return f"consultant:{contact.consultant_id}"
    return f"contact:{contact.id}"


def part(key: str, style: Style = Style.NORMAL, **params: "str | int | float | datetime | Text") -> Part:
    """A paragraph from a catalog key; dates go in as Text parameters through Part directly."""
    return Part(Text(key, params), style)


def title(key: str, **params: "str | int | float | datetime | Text") -> Part:
    """A paragraph that stands out."""
    return Part(Text(key, params), Style.TITLE)


def button(key: str, intent: str, icon: str = "", **params: "str | int | datetime | Text") -> Button:
    """A choice with a catalog label."""
    return Button(Text(key, params), intent, icon)


@dataclass(slots=True)
class Turn:
    """Everything a screen works with."""

    session: AsyncSession
    now: datetime
    services: Services
    event: InboundEvent
    contact: Contact
    conversation: Conversation
    # Who is behind the contact; neither for a stranger.
    linked_person: Person | None = None
    linked_consultant: Consultant | None = None
    replies: list[Outgoing] = field(default_factory=list)
    # The intents of the buttons that were said last in this turn, in order.
    offered: tuple[str, ...] = ()
    # What went to the contact before this turn, newest first, once somebody asked (bot.dialogue.answers).
    latest: Sequence[Message] | None = None
    # What was said before it was known who says it: it is taken up after this.
    then: list[Payload] = field(default_factory=list)
    # See Acting.held; what is said next tells of it.
    held: list[datetime] = field(default_factory=list)

    @property
    def by(self) -> Actor:
        """Who acts in this turn, and how surely."""
        if self.contact.person_id is not None:
            return Actor(Role.PERSON, self.event.proof, self.contact.person_id)
        if self.contact.consultant_id is not None:
            return Actor(Role.CONSULTANT, self.event.proof, self.contact.consultant_id)
        return Actor(Role.STRANGER, self.event.proof, self.contact.id)

    @property
    def acting(self) -> Acting:
        """What actions are given first."""
        return Acting(self.by, self.session, self.now, self.services, held=self.held)

    @property
    def zone(self) -> ZoneInfo:
        """The wall time people live by."""
        return self.services.zone

    @property
    def language(self) -> str:
        """The language of whoever is spoken with."""
        if self.linked_person is not None:
            return self.linked_person.language
        if self.linked_consultant is not None:
            return self.linked_consultant.language
        return self.contact.language or "nl"

    def words(self, text: Text) -> str:
        """A text as whoever is spoken with reads it."""
        both_clocks = self.linked_person is not None and bool(self.linked_person.ethiopian_clock)
        return self.services.renderer.by_clock(ethiopian=both_clocks).say(text, self.language)

    @property
    def person(self) -> Person:
        """The person; only screens of linked people use it."""
        if self.linked_person is None:
            raise LookupError("this screen is for linked people")
        return self.linked_person

    @property
    def consultant(self) -> Consultant:
        """The consultant; only consultants' screens use it."""
        if self.linked_consultant is None:
            raise LookupError("this screen is for consultants")
        return self.linked_consultant

    def say(
        self,
        *parts: Part,
        buttons: Rows = (),
        attachment: Attachment | None = None,
        card: str = "",
        aloud: bool = False,
    ) -> None:
        """Reply to where the event came from; the buttons become the open question. `card` and `aloud`: see Body."""
        if self.held and self.linked_consultant is not None:
            parts = (*parts, *(Part(Text("consultant.goes_at", {"at": at})) for at in sorted(set(self.held))))
            self.held.clear()
        shown = tuple(tuple(row) for row in buttons)
        # Encoded once: for the outbox, and as what is remembered of it.
        body = Body(parts, shown, attachment, card=card, aloud=aloud, pressed=self._pressed()).to_json()
        key, kind = f"reply:{self.once}:{len(self.replies)}", Kind.SAY
        if self.linked_person is not None and (dates := dates_said(parts)):
            # When one of them changes, they are told.
            rules = self.services.municipalities.of(self.linked_person.municipality).term_rules
            key, kind = key_of(OwnDates(rules.mark, dates), key), Kind.OWN_DATES
        self.replies.append(
            Outgoing(
                key=key,
                kind=kind,
                due_at=self.now,
                params=body,
                person_id=self.contact.person_id,
                consultant_id=self.contact.consultant_id,
                contact_id=self.contact.id,
                priority=Priority.REPLY,
            )
        )
        if shown:
            self.offered = tuple(one.intent for row in shown for one in row)
            # Encoded already, with the message.
            self._keep(CHOICES.name, body["buttons"])

    def _pressed(self) -> Text | None:
        """What was just pressed, for somebody who listens: who cannot read the button hears that it was this one."""
        payload = self.event.payload
        if self.replies or not isinstance(payload, Pressed):
            return None
        if self.linked_person is None or not self.linked_person.listens:
            return None
        offered = (one for row in self.recall(CHOICES) or () for one in row)
        return next((one.label for one in offered if one.intent == payload.intent), None)

    @property
    def once(self) -> str:
        """Names the event, in keys of what is sent because of it: brought again it makes nothing twice."""
        return f"{self.event.channel}:{self.event.event_id}"

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(self.zone).date()

    async def speak_as(self, contact: Contact) -> None:
        """From here on the turn is that of another person who uses this telephone."""
        self.contact, self.latest, self.offered = contact, None, ()
        self.conversation = await conversation_of(self.session, party_of(contact), self.now)
        found = await self.session.get(Person, contact.person_id) if contact.person_id is not None else None
        self.linked_person, self.linked_consultant = found, None

    def count_today(self, what: Memory[tuple[str, int]]) -> int:
        """Count something of which only so much is done a day; how often on this local day, this time included."""
        day, count = self.recall(what) or ("", 0)
        count = count + 1 if day == self.today.isoformat() else 1
        self.remember(what, (self.today.isoformat(), count))
        return count

    async def can_be_heard(self) -> bool:
        """Whether who hears them can be reached; what is told to a consultant who is not linked yet waits for that."""
        consultant = await self.acting.who_hears(self.person)
        return consultant is not None and await self.acting.is_reachable(consultant)

    def expect(self, topic: str) -> None:
        """From now on free text is the answer to `topic` ("letter", "absence_note:3"); "" = nothing special."""
        if topic != self.conversation.topic:
            self.conversation.topic = topic
            self.conversation.updated_at = self.now
        if topic:
            # Which of our messages asks for it: where copies of messages travel, only its answer is meant for it.
            self.remember(ASKED_IN, f"reply:{self.once}:")

    def remember(self, what: Memory[T], value: T) -> None:
        """Keep a value with the conversation; bot.dialogue.memory lists what is kept."""
        self._keep(what.name, what.write(value))

    def _keep(self, name: str, stored: Json) -> None:
        self.conversation.data = {**(self.conversation.data or {}), name: stored}
        self.conversation.updated_at = self.now

    def forget(self, what: Memory[T]) -> None:
        """Keep it no longer."""
        self.conversation.data = {n: value for n, value in (self.conversation.data or {}).items() if n != what.name}
        self.conversation.updated_at = self.now

    def recall(self, what: Memory[T]) -> T | None:
        """A remembered value, or None."""
        kept = (self.conversation.data or {}).get(what.name)
        return None if kept is None else what.read(kept)


Screen: TypeAlias = Callable[[Turn, Sequence[str]], Awaitable[None]]
