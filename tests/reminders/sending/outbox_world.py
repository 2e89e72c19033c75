"""People with addresses, messages in the outbox, and a channel that does as it is told: what dispatcher tests need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from locales.rendering.catalog import Catalogs
from locales.rendering.message import Body, Button, Json, Part, verbatim
from locales.rendering.render import Rendered, Renderer
from reminders.delivery.channel import Capabilities, Clock, Receipt, Sender
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.composing import Composer
from reminders.sending.dispatcher import Dispatcher
from reminders.sending.limits import Limits
from reminders.wording.composers import SayComposer
from storage.engine.database import Database
from storage.outbox.message import Attempt, Message, Outgoing, put
from storage.people.contacts import Contact
from storage.people.people import Consultant, Person
from storage.vocabulary import ContactState, Group, Priority

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
Answer = Receipt | Exception


@dataclass
class FakeSender:
    """Records what it is given; `answers` decides, by address and text, what comes back."""

    name: str = "telegram"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(buttons=True))
    sent: list[tuple[str, str]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    messages: list[Rendered] = field(default_factory=list)
    tries: int = 0
    answer: Callable[[str, str], Answer] = lambda _address, _text: Receipt("ref")

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """See reminders.delivery.channel.Sender."""
        self.tries += 1
        answer = self.answer(address, message.text)
        if isinstance(answer, Exception):
            raise answer
        self.sent.append((address, message.text))
        self.references.append(reference)
        self.messages.append(message)
        return answer

    @property
    def texts(self) -> list[str]:
        """What arrived, in order."""
        return [text for _, text in self.sent]


def say(text: str, *buttons: str) -> dict[str, Json]:
    """Parameters of a message that says this in every language."""
    rows = tuple((Button(verbatim(label), f"intent:{label}"),) for label in buttons)
    return Body((Part(verbatim(text)),), rows).to_json()


class OutboxWorld:
    """One database with people in it, and a dispatcher on a clock that stands still."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.renderer = Renderer(Catalogs(), AMSTERDAM)

    def dispatcher(
        self,
        *senders: Sender,
        composer: Composer | None = None,
        worker: str = "host/1/1",
        limits: Limits | None = None,
        between: Callable[[float, float], float] = lambda low, high: (low + high) / 2,
        rules: ChannelRules | None = None,
    ) -> Dispatcher:
        """A dispatcher over these senders; waiting moves the clock."""
        return Dispatcher(
            self.database,
            {sender.name: sender for sender in senders},
            self.renderer,
            composer or SayComposer(),
            self.clock,
            worker,
            limits=limits,
            rules=rules,
            sleep=getattr(self.clock, "tick", None) or _no_sleep,
            between=between,
        )

    async def person(
        self, name: str = "amina", *channels: str, language: str = "nl", stopped: bool = False, order: str = ""
    ) -> int:
        """A person with an address "<channel>:<name>" on each channel (Telegram when none is named)."""
        now = self.clock.now()
        async with self.database.writing() as session:
            person = self.new_person(name, language=language)
            person.stopped_at, person.channel_order = now if stopped else None, order
            session.add(person)
            await session.flush()
            for place, channel in enumerate(channels or ("telegram",)):
                heard = now - timedelta(hours=place)
                session.add(self.new_contact(channel, name, person_id=person.id, last_heard_at=heard))
            return person.id

    def new_person(self, name: str, *, language: str = "nl") -> Person:
        """A person who is not stored yet."""
        return Person(
            external_id=name,
            given_name=name,
            family_name="",
            language=language,
            group=Group.ASYLUM,
            municipality="Huizen",
            created_at=self.clock.now(),
            updated_at=self.clock.now(),
        )

    async def consultant(self, name: str = "ilse", *channels: str) -> int:
        """A consultant, reached likewise."""
        async with self.database.writing() as session:
            consultant = Consultant(
                email=f"{name}@example.org", email_hash=name.encode(), name=name, created_at=self.clock.now()
            )
            session.add(consultant)
            await session.flush()
            for channel in channels or ("telegram",):
                session.add(self.new_contact(channel, name, consultant_id=consultant.id))
            return consultant.id

    async def stranger(self, name: str, channel: str = "telegram", language: str | None = None) -> int:
        """A contact of nobody we know."""
        async with self.database.writing() as session:
            contact = self.new_contact(channel, name, language=language)
            session.add(contact)
            await session.flush()
            return contact.id

    async def contact_of(self, name: str, channel: str = "telegram") -> Contact:
        """The contact at this address."""
        async with self.database.reading() as session:
            wanted = self.database.keys.fingerprint(f"{channel}:{name}", f"contact/{channel}")
            return (await session.scalars(select(Contact).where(Contact.address_hash == wanted))).one()

    def new_contact(
        self,
        channel: str,
        name: str,
        *,
        person_id: int | None = None,
        consultant_id: int | None = None,
        language: str | None = None,
        last_heard_at: datetime | None = None,
    ) -> Contact:
        address = f"{channel}:{name}"
        return Contact(
            channel=channel,
            address=address,
            address_hash=self.database.keys.fingerprint(address, f"contact/{channel}"),
            person_id=person_id,
            consultant_id=consultant_id,
            language=language,
            state=ContactState.ACTIVE,
            last_heard_at=last_heard_at,
            created_at=self.clock.now(),
        )

    async def put(self, *messages: Outgoing) -> list[int]:
        """Put messages into the outbox."""
        async with self.database.writing() as session:
            return await put(session, messages, self.clock.now())

    async def tell(
        self,
        text: str,
        *,
        person: int | None = None,
        consultant: int | None = None,
        contact: int | None = None,
        priority: Priority = Priority.NORMAL,
        due_in: timedelta = timedelta(0),
        useful_for: timedelta | None = None,
        buttons: Sequence[str] = (),
    ) -> int:
        """Put one message that says `text` into the outbox; its key is the text."""
        due_at = self.clock.now() + due_in
        message = Outgoing(
            key=text,
            kind="say",
            due_at=due_at,
            params=say(text, *buttons),
            person_id=person,
            consultant_id=consultant,
            contact_id=contact,
            priority=priority,
            useful_until=None if useful_for is None else due_at + useful_for,
        )
        (row_id,) = await self.put(message)
        return row_id

    async def messages(self) -> dict[str, Message]:
        """All rows of the outbox, by key."""
        async with self.database.reading() as session:
            return {message.key: message for message in await session.scalars(select(Message).order_by(Message.id))}

    async def states(self) -> dict[str, str]:
        """The state of each message, by key."""
        return {key: message.state.value for key, message in (await self.messages()).items()}

    async def attempts(self) -> list[tuple[str, str]]:
        """Channel and outcome of every attempt, in order."""
        async with self.database.reading() as session:
            rows = await session.execute(select(Attempt.channel, Attempt.outcome).order_by(Attempt.id))
            return list(rows)


async def _no_sleep(_seconds: float) -> None:
    return


async def drain(dispatcher: Dispatcher) -> int:
    """Dispatch until nothing is due; how many rows were handled."""
    handled = 0
    while count := await dispatcher.run_once():
        handled += count
    return handled
