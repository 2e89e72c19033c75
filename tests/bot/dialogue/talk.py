"""Conversations as readable scripts, through the real inbox, outbox and dispatcher, on a channel in memory."""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from bot.actions.acting import Proof
from bot.app import Edges, build
from bot.channels.base import AddressGone, Capabilities, Channel, Receipt, Receive
from bot.configuration.config_file import Configuration
from bot.configuration.municipality import Municipalities, Municipality
from bot.configuration.settings import G, Settings, SettingsGroup
from bot.content.texts import read_texts
from bot.enclosures.file_check import FileCheck
from bot.enclosures.pdf_pages import Pages
from bot.enclosures.virus_scan import OnlySignature
from bot.events import InboundEvent, Payload, Pressed, Said, Started
from bot.faq.absence import ComingWords
from bot.faq.finding import Candidate, Finder, Finding
from bot.understanding.courtesies import CourteousWords
from bot.understanding.finder_door import FinderDoor
from bot.voice.speaking import Speaker
from bot.voice.studio import build_speaker
from locales.rendering.message import Text, Value
from locales.rendering.render import Rendered
from storage.appointments.appointments import Appointment
from storage.engine.database import Database
from storage.people.link_codes import make_code
from storage.people.people import Consultant, Person, Plan
from storage.vocabulary import AppointmentKind, Group, Route
from tests.clock import FakeClock

ZONE = ZoneInfo("Europe/Amsterdam")
TEXTS = read_texts(None, ZONE)
FAQ, RENDERER = TEXTS.faq, TEXTS.renderer
COMING = ComingWords()
# Read once: 3,500 phrases would be normalised anew in every town.
COURTEOUS = CourteousWords()
# Speaks nothing where no channel carries sound.
SPEAKER = build_speaker(RENDERER)
_GROUPS: dict[type[SettingsGroup], SettingsGroup] = {}
HUIZEN = Municipality(telephone="035 528 19 11", call_number="035 528 19 00", duty_telephone="06 12345678")


class TownSettings(Settings):
    """Settings whose channels' groups, of which no town sets any, are read once for all towns."""

    def of(self, group: type[G]) -> G:
        """See Settings."""
        found = _GROUPS.get(group)
        if not isinstance(found, group):
            found = _GROUPS[group] = super().of(group)
        return found


async def _draws_nothing(_: bytes) -> Pages | None:
    return None


class ScriptedFinder:
    """Finds what a test says: "?topic …" answers with that topic, "!" is a cry for help, anything else is unknown.

    A text that begins with "@ar " is in Arabic. What people say about coming is heard as the finder hears it.
    """

    def find(self, text: str, locale: str | None = None) -> Finding:
        """See Finder."""
        if text.startswith("@"):
            locale, _, text = text[1:].partition(" ")
        if text.startswith("!"):
            return Finding("urgent", language=locale)
        if text.startswith("?"):
            topic, _, text = text[1:].partition(" ")
            return COMING.heeded(Finding("answer", topic=topic, language=locale), text)
        if text.startswith("~"):
            near, _, text = text[1:].partition(" ")
            return Finding("handover", candidates=(Candidate(near, 0.46),), language=locale)
        return COMING.heeded(Finding("handover", language=locale), text)


class MemoryChannel:
    """Keeps what it sends, by address."""

    name = "web"
    capabilities = Capabilities(buttons=True)

    def __init__(self) -> None:
        self.sent: dict[str, list[Rendered]] = {}
        self.references: dict[str, list[str]] = {}
        self.gone: set[str] = set()
        self.closed: list[tuple[str, str]] = []
        # Whether it gives what was sent to it.
        self.gives = True

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """See Sender."""
        if address in self.gone:
            raise AddressGone("blocked")
        self.sent.setdefault(address, []).append(message)
        self.references.setdefault(address, []).append(reference)
        return Receipt(reference)

    def routes(self) -> Sequence[BaseRoute]:
        """None."""
        return ()

    async def start(self, receive: Receive) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    async def close_buttons(self, address: str, message_ref: str) -> None:
        """Note it."""
        self.closed.append((address, message_ref))

    async def acknowledge(self, event: InboundEvent) -> None:
        """Nothing to do."""

    async def fetch(self, file: str) -> bytes | None:
        """What was sent, by its name."""
        return file.encode() if self.gives else None

    def link(self, code: str) -> str | None:
        """None."""
        return None


class Phone:
    """One person's or consultant's telephone."""

    def __init__(self, talk: "Talk", address: str) -> None:
        self._talk = talk
        self.address = address
        self._mark = 0

    async def does(
        self,
        payload: Payload,
        *,
        event_id: str | None = None,
        language: str | None = None,
        proof: Proof = Proof.ACCOUNT,
    ) -> None:
        """Any event."""
        self._mark = len(self.messages)
        number = event_id or str(next(self._talk.numbers))
        await self._talk.inbox.receive(InboundEvent("web", self.address, number, payload, language, proof=proof))
        await self._talk.settle()

    async def starts(self, code: str | None = None) -> None:
        """Open the chat."""
        await self.does(Started(code))

    async def says(self, text: str) -> None:
        """Write."""
        await self.does(Said(text))

    async def replies(self, text: str, back: int = 1) -> None:
        """Answer the newest message (or the one so many before it), as an e-mail does."""
        self._mark = len(self.messages)
        answers = self._talk.channel.references[self.address][-back]
        number = str(next(self._talk.numbers))
        await self._talk.inbox.receive(
            InboundEvent("web", self.address, number, Said(text), answers=answers, proof=Proof.ACCOUNT)
        )
        await self._talk.settle()

    async def taps(self, key: str, **params: Value) -> None:
        """Press the newest button with this catalog label."""
        for message in reversed(self.messages):
            wanted = RENDERER.say(Text(key, params), message.locale)
            for button in (b for row in message.buttons for b in row):
                if button.label.endswith(wanted):
                    await self.does(Pressed(button.intent, "1"))
                    return
        raise AssertionError(f"no button {key}; there are {self.labels()}")

    @property
    def messages(self) -> list[Rendered]:
        """Everything that arrived."""
        return self._talk.channel.sent.get(self.address, [])

    @property
    def news(self) -> str:
        """What arrived since the last act, as text."""
        return "\n".join(message.text for message in self.messages[self._mark :])

    def mark(self) -> None:
        """What arrives from now on is the news."""
        self._mark = len(self.messages)

    def labels(self) -> list[str]:
        """The buttons of the newest message."""
        return [b.label for row in self.messages[-1].buttons for b in row] if self.messages else []

    def intents(self) -> list[str]:
        """What the buttons of all messages mean."""
        return [b.intent for message in self.messages for row in message.buttons for b in row]

    def sees(self, key: str, **params: Value) -> None:
        """The news hold this text, in the language they are in."""
        wanted = self._said(key, params)
        assert wanted in self.news, f"{wanted!r} not in {self.news!r}"

    def sees_nothing_of(self, key: str, **params: Value) -> None:
        """The news do not hold this text, in the language they are in."""
        assert self._said(key, params) not in self.news

    def _said(self, key: str, params: Mapping[str, Value]) -> str:
        return RENDERER.say(Text(key, params), self.messages[-1].locale if self.messages else "nl")

    def sees_not(self, part: str) -> None:
        """The news do not hold this."""
        assert part not in self.news


class Talk:
    """A town: two people, two consultants, a channel in memory."""

    def __init__(
        self,
        database: Database,
        clock: FakeClock,
        finder: Finder | None = None,
        speaker: Speaker | None = None,
        *more: str,
        channels: Mapping[str, Channel] | None = None,
        huizen: Municipality = HUIZEN,
        public_url: str = "",
    ) -> None:
        self.database = database
        self.clock = clock
        self.channel = MemoryChannel()
        # Other channels, which only send here.
        self.more = {name: MemoryChannel() for name in more}
        self.channel.capabilities = Capabilities(buttons=True, media=speaker is not None)
        self.numbers = itertools.count(1)
        self.app = build(
            TownSettings(_env_file=None, public_url=public_url),
            keys=database.keys,
            clock=clock,
            edges=Edges(
                database=database,
                channels={"web": self.channel, **self.more, **(channels or {})},
                configuration=Configuration(Municipalities({"Huizen": huizen})),
                texts=TEXTS,
                door=FinderDoor(finder or ScriptedFinder(), COURTEOUS),
                speaker=speaker or SPEAKER,
                # No process is started for a PDF: none can be shown as pictures here.
                check=FileCheck(OnlySignature(), _draws_nothing),
                sleep=clock.tick,
            ),
        )
        self.planner = self.app.planner
        self.dispatcher = self.app.dispatcher
        self.services = self.app.services
        self.inbox = self.app.inbox
        self.person_ids: dict[str, int] = {}
        self.consultant_ids: dict[str, int] = {}
        self.appointment_ids: dict[str, int] = {}

    async def settle(self) -> None:
        """Let everything that is due arrive."""
        await self.inbox.stop()
        while await self.dispatcher.run_once():
            pass

    def phone(self, address: str) -> Phone:
        """A telephone."""
        return Phone(self, address)

    async def code_for(self, name: str) -> str:
        """A link code for a person or consultant of the town."""
        async with self.database.writing() as session:
            code, _ = await make_code(
                session,
                self.database.keys,
                self.clock.now(),
                person_id=self.person_ids.get(name),
                consultant_id=self.consultant_ids.get(name),
            )
        return code

    async def linked(self, name: str, address: str | None = None) -> Phone:
        """A person who went through language and consent, or a linked consultant."""
        phone = self.phone(address or name)
        await phone.starts(await self.code_for(name))
        if name in self.person_ids:
            await phone.does(Pressed("lang:en"))
            await phone.does(Pressed("consent:yes"))
        return phone

    async def known(self, name: str, *, group: Group = Group.ASYLUM, benefit: bool | None = None) -> None:
        """What the municipality knows of somebody."""
        async with self.database.writing() as session:
            person = await session.get_one(Person, self.person_ids[name])
            person.group, person.benefit = group, benefit

    async def settle_in(self) -> None:
        """Amina and Omar in Huizen, Sanne (Amina's) and Karim (Omar's); meetings and classes this week."""
        now = self.clock.now()
        async with self.database.writing() as session:
            consultants = [
                Consultant(
                    email=f"{name.lower()}@huizen.example",
                    email_hash=self.database.keys.fingerprint(f"{name.lower()}@huizen.example", "email"),
                    name=name,
                    municipality="Huizen",
                    created_at=now,
                )
                for name in ("Sanne", "Karim")
            ]
            session.add_all(consultants)
            await session.flush()
            people = [
                Person(
                    external_id=name,
                    given_name=name,
                    family_name="Tesfay",
                    language="en",
                    group=Group.ASYLUM,
                    municipality="Huizen",
                    consultant_id=consultant.id,
                    created_at=now,
                    updated_at=now,
                )
                for name, consultant in zip(("Amina", "Omar"), consultants, strict=True)
            ]
            session.add_all(people)
            await session.flush()
            appointments: list[Appointment] = []
            for person in people:
                session.add(
                    Plan(person_id=person.id, route=Route.B1, plan_signed_on=now.date(), goal="care", updated_at=now)
                )
                appointments += [
                    Appointment(
                        external_id=f"{person.external_id}-{label}",
                        person_id=person.id,
                        kind=kind,
                        starts_at=now + timedelta(days=days, hours=hours),
                        location="Gemeentehuis",
                        made_at=now,
                        updated_at=now,
                    )
                    for label, days, hours, kind in (
                        ("class", 0, 4, AppointmentKind.CLASS),
                        ("class2", 1, 2, AppointmentKind.CLASS),
                        ("meeting", 2, 6, AppointmentKind.PROGRESS_MEETING),
                    )
                ]
            session.add_all(appointments)
            await session.flush()
            self.consultant_ids = {one.name: one.id for one in consultants}
            self.person_ids = {one.given_name: one.id for one in people}
            self.appointment_ids = {str(one.external_id): one.id for one in appointments}


@asynccontextmanager
async def town(
    database: Database,
    clock: FakeClock,
    speaker: Speaker | None = None,
    more: Sequence[str] = (),
    huizen: Municipality = HUIZEN,
    public_url: str = "",
) -> AsyncIterator[Talk]:
    """A settled town; with a speaker its messages can be seen and heard. `more` are other channels."""
    talk = Talk(database, clock, None, speaker, *more, huizen=huizen, public_url=public_url)
    await talk.settle_in()
    yield talk
    await talk.inbox.stop()
    if speaker is not None:
        await talk.app.illustrations.close()
