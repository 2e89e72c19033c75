"""The table of acts, walked: every act, in every role, over every way, as that way's own messages are read.

What each may do is written down here once more, from the issue and not from the table: an act without a row, and a gate
that is gone, are found by what happens. Buttons go through the parser of their channel; where there are no buttons, the
choice is offered in a message and answered with its number.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pytest
from sqlalchemy import inspect, select, update

from bot.actions.acting import Proof, Role
from bot.channels.base import Capabilities, News
from bot.channels.email.channel import EmailChannel
from bot.channels.email.config import EmailConfig
from bot.channels.email.kind import is_persons
from bot.channels.email.tokens import Tokens
from bot.channels.notify.callbacks import Inbound, event_of
from bot.channels.notify.words import SmsWords
from bot.channels.phone.hearing import hears
from bot.channels.receiving import Receiving
from bot.channels.telegram.parsing import parse
from bot.channels.whatsapp.inbound import items_of
from bot.dialogue import gate, person
from bot.dialogue.consultants import door
from bot.dialogue.own import digits
from bot.events import InboundEvent, Payload, Pressed, command_in
from bot.understanding.acts import SpeechAct, Understanding
from locales.rendering.message import Body, Button, Part, Text, verbatim
from reminders.intents import Act
from reminders.kinds import Kind
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, Participation
from storage.appointments.proposals import Proposal
from storage.engine.base import Base
from storage.engine.database import Database
from storage.offers.offers import OfferWish
from storage.outbox.message import Message, Outgoing, put
from storage.people.contacts import Contact, LinkCode, contact_made_at
from storage.people.people import Consultant, Person
from storage.people.relayed import Letter
from storage.privacy.audit import AuditEntry
from storage.progress.parts import Progress
from storage.vocabulary import Priority
from tests.bot.dialogue.talk import RENDERER, Talk, town
from tests.clock import FakeClock


def _acts(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


#: What a person may do over a way on which anybody can write in their name, over an answer to our mail besides, and
#: over an account (or a mail that is known to be theirs) besides.
PERSON_CLAIMED: Final = _acts(
    "menu notthere lang consent appts appt come notcome othertime dayplan prop absent ab missed howwas checkin",
    "ask faq pass helped nolang letter notme offers offertake offerleave offerwish doubt moving money",
    "here share askfirst",
)
PERSON_REPLY: Final = PERSON_CLAIMED | _acts(
    "whole listen hear cal plan settings wish checkins quiet clock privacy resume"
)
PERSON_ALL: Final = PERSON_REPLY | _acts("chan chanuse ways export stop erase")
#: What a consultant may do by the mail that offers it, and over an account besides.
CONSULTANT_OFFERED: Final = _acts(
    "notthere whole seen callme lseen write ready reply invite groups group people found who road endway notme",
    "offeryes offerno wanted takeup wishes",
    "standsin pick new make move meet mv cx time list digest today cries absences unconfirmed undelivered questions",
    "terms talks moods unspoken more away calls call contacted sums parts part notepart reopen moved",
)
CONSULTANT_ALL: Final = CONSULTANT_OFFERED | _acts("add addlang addgroup code standin")
#: What a school or a partner answers to the list that was sent to them: see test_school_list.
OF_LISTS: Final = _acts("wasthere")
# Where an answer to our mail was not confirmed by the own mail server, a consultant does nothing by it.
NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: its channel, the address there, and what may be done over it by person and consultant."""

    name: str
    channel: str
    address: str
    of_person: frozenset[str]
    of_consultant: frozenset[str]
    takes_commands: bool = True


HERS, OURS, SERVER = "hers@example.org", "maatje@huizen.example", "mx.huizen.example"
WAYS: Final = (
    Way("telegram", "telegram", "7", PERSON_ALL, CONSULTANT_ALL),
    Way("whatsapp", "whatsapp", "31612345601", PERSON_ALL, CONSULTANT_ALL),
    Way("web", "web", "a browser", PERSON_ALL, CONSULTANT_ALL),
    Way("sms", "sms", "+31612345602", PERSON_CLAIMED, NOTHING, takes_commands=False),
    # A call to a known number, and the key that says who is there: as sure as an answer to our mail.
    Way("phone", "phone", "+31612345603", PERSON_REPLY, NOTHING, takes_commands=False),
    Way("mail", "email", HERS, PERSON_CLAIMED, NOTHING),
    Way("reply", "email", HERS, PERSON_REPLY, NOTHING),
    Way("confirmed reply", "email", HERS, PERSON_ALL, CONSULTANT_OFFERED),
)
#: What an act is tried with besides, where it needs more than its word to do something.
DEEPER: Final[Mapping[str, Sequence[str]]] = {
    "erase": ("erase:yes",),
    "stop": ("stop:yes",),
    "wish": ("wish:weekly",),
    "checkins": ("checkins:weekly",),
    "contacted": ("contacted:1", "contacted:1:called"),
    "quiet": ("quiet:0",),
    "clock": ("clock:both",),
    "chan": ("chan:web", "chan:add:sms", "chan:add:telegram"),
    "here": ("here:1:yes",),
    "share": ("share:yes",),
    "askfirst": ("askfirst:no",),
    "ways": ("ways:others", "ways:1:yes", "ways:2:yes"),
    "chanuse": ("chanuse:sms", "chanuse:email"),
    "listen": ("listen:on",),
    "write": ("write:1",),
    "ready": ("ready:1:please_call",),
    "code": ("code:1",),
    "endway": ("endway:1", "endway:2"),
    "make": ("make:1:exam:2603051000:none",),
    "cx": ("cx:1:1:yes", "cx:2:1:yes"),
    "mv": ("mv:1:1:2603051000:none:yes",),
    "away": ("away:2026-03-02:2026-03-06",),
    "standin": ("standin:2",),
    "standsin": ("standsin:2:yes",),
    "seen": ("seen:1",),
    "offertake": ("offertake:1",),
    "offerleave": ("offerleave:1",),
    "offeryes": ("offeryes:1",),
    "offerno": ("offerno:1",),
    "wanted": ("wanted:wish:1", "wanted:letter:1"),
    "takeup": ("takeup:1",),
    "invite": ("invite:1:send",),
    "group": ("group:1",),
    "moving": ("moving:yes",),
    "money": ("money:help",),
    "parts": ("parts:1",),
    "part": ("part:1:pvt",),
    "notepart": ("notepart:1:pvt:done",),
    "reopen": ("reopen:1",),
    "moved": ("moved:1:yes",),
}
TABLES: Final[tuple[type[Base], ...]] = (
    Person, Consultant, Appointment, Participation, Absence, Letter, Proposal, Contact, LinkCode, OfferWish, Progress,
)  # fmt: skip
ROLES: Final = (Role.PERSON, Role.CONSULTANT, Role.STRANGER)
WORDS: Final = SmsWords.load()
NUMBER_ID: Final = "1"


async def _no_news(_news: News) -> None:
    return


class Walk:
    """One role that holds one way, and what comes of each thing that they do."""

    def __init__(self, talk: Talk, way: Way, role: Role) -> None:
        self.talk, self.way, self.role = talk, way, role
        self.sent = (talk.channel if way.channel == "web" else talk.more[way.channel]).sent
        keys = talk.database.keys
        self.tokens = Tokens(lambda text: keys.sign(text, "email"), OURS, talk.clock.now)
        self.mail = EmailChannel(
            EmailConfig(
                smtp_host="localhost", smtp_port=25, smtp_security="none", from_address=OURS, auth_server=SERVER
            ),
            clock=talk.clock,
            report=_no_news,
            sign=lambda text: keys.sign(text, "email"),
            renderer=RENDERER,
            is_known=is_persons(talk.database),
        )
        self._mark = 0

    async def begins(self) -> None:
        """The way is theirs."""
        async with self.talk.database.writing() as session:
            way, keys = self.way, self.talk.database.keys
            contact = await contact_made_at(session, keys, way.channel, way.address, self.talk.clock.now())
            contact.person_id = self.talk.person_ids["Amina"] if self.role is Role.PERSON else None
            contact.consultant_id = self.talk.consultant_ids["Sanne"] if self.role is Role.CONSULTANT else None
            contact.linked_at = self.talk.clock.now() if self.role is not Role.STRANGER else None
            self.contact_id = contact.id
        await self.mail.start(self.talk.inbox.receive)

    async def presses(self, intent: str) -> None:
        """Press a button, or answer the message that offers it."""
        match self.way.channel:
            case "telegram":
                message = {"message_id": 3, "date": 1_700_000_000, "chat": {"id": 7, "type": "private"}, "text": "?"}
                query = {"id": "9", "from": {"id": 7}, "chat_instance": "1", "message": message, "data": intent}
                await self._takes(parse({"update_id": self._number(), "callback_query": query}))
            case "whatsapp":
                reply = {"type": "button_reply", "button_reply": {"id": intent, "title": "?"}}
                await self._takes(self._whatsapp({"type": "interactive", "interactive": reply}))
            case "web":
                await self._takes(self._web(Pressed(intent)))
            case "phone":
                receiving = Receiving()
                receiving.begin(self._takes)
                heard = hears(receiving, self.way.address, f"call-{self._number()}", self.talk.clock.tick)
                assert await heard(Pressed(intent))
            case _:
                await self._let_go()
                reference = await self.offered(intent)
                await self.writes("1", reference)

    async def _let_go(self) -> None:
        """What was asked before is long ago: nobody is in the middle of it, so that a number answers what comes now."""
        async with self.talk.database.writing() as session:
            await session.execute(
                update(Message).where(Message.priority == Priority.REPLY).values(priority=Priority.NORMAL)
            )

    async def commands(self, name: str) -> None:
        """Write a command."""
        text = f"/{name}"
        match self.way.channel:
            case "telegram":
                chat = {"id": 7, "type": "private"}
                message = {"message_id": 3, "date": 1_700_000_000, "chat": chat, "from": {"id": 7}, "text": text}
                await self._takes(parse({"update_id": self._number(), "message": message}))
            case "whatsapp":
                await self._takes(self._whatsapp({"type": "text", "text": {"body": text}}))
            case "web":
                command = command_in(text)
                assert command is not None
                await self._takes(self._web(command))
            case _:
                await self.writes(text, await self.offered("menu"))

    async def offered(self, intent: str) -> str:
        """A message of ours arrives there that offers this; answers with its reference."""
        talk = self.talk
        body = Body((Part(verbatim("?")),), ((Button(verbatim("kies"), intent),),))
        async with talk.database.writing() as session:
            key = f"offers:{self._number()}"
            message = Outgoing(
                key=key,
                kind=Kind.SAY,
                due_at=talk.clock.now(),
                params=body.to_json(),
                contact_id=self.contact_id,
                person_id=talk.person_ids["Amina"] if self.role is Role.PERSON else None,
                consultant_id=talk.consultant_ids["Sanne"] if self.role is Role.CONSULTANT else None,
            )
            await put(session, [message], talk.clock.now())
        await talk.settle()
        return talk.more[self.way.channel].references[self.way.address][-1]

    async def writes(self, text: str, reference: str) -> None:
        """Write by text message, or by mail: in answer to the message with this reference, where the way is that."""
        self._mark = len(self.messages)
        number = self._number()
        if self.way.channel == "sms":
            inbound = Inbound.model_validate(
                {
                    "id": f"00000000-0000-0000-0000-{number:012}",
                    "source_number": self.way.address,
                    "destination_number": "3669",
                    "message": text,
                    "date_received": self.talk.clock.now().isoformat(),
                }
            )
            await self._takes(event_of(inbound, "sms", WORDS))
            return
        to = self.tokens.reply_address(reference, HERS) if self.way.name != "mail" else OURS
        heads = [f"From: {HERS}", f"To: {to}", "Subject: Re: ?", f"Message-ID: <{number}@example.org>"]
        if self.way.name == "confirmed reply":
            heads.insert(0, f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org")
        await self.mail.take(f"1.{number}", "\r\n".join([*heads, "", text, ""]).encode())
        await self.talk.settle()

    def _whatsapp(self, message: Mapping[str, object]) -> InboundEvent | None:
        moment = str(int(self.talk.clock.now().timestamp()))
        whole = {"from": self.way.address, "id": f"wamid.{self._number()}", "timestamp": moment, **message}
        value = {"metadata": {"phone_number_id": NUMBER_ID}, "messages": [whole]}
        raw = {"entry": [{"changes": [{"field": "messages", "value": value}]}]}
        [found] = items_of(raw, NUMBER_ID, self.talk.clock.now())
        return found if isinstance(found, InboundEvent) else None

    def _web(self, payload: Payload) -> InboundEvent:
        return InboundEvent("web", self.way.address, str(self._number()), payload, proof=Proof.ACCOUNT)

    def _number(self) -> int:
        return next(self.talk.numbers)

    async def _takes(self, event: InboundEvent | None) -> None:
        assert event is not None
        assert event.address == self.way.address
        self._mark = len(self.messages)
        await self.talk.inbox.receive(event)
        await self.talk.settle()

    @property
    def messages(self) -> list[str]:
        """Everything that arrived there."""
        return [message.text for message in self.sent.get(self.way.address, [])]

    @property
    def news(self) -> str:
        """What came of the last thing."""
        return "\n".join(self.messages[self._mark :])

    def is_refused(self) -> bool:
        """Whether the last thing was refused for how it came: said, or offered elsewhere, or digits are asked for."""
        if self.way.name == "mail" and self.role is not Role.PERSON:
            # Not heard at all; what to do instead is said once a day.
            return not self.news or RENDERER.say(Text("email.unheard_unproved"), "nl") in self.news
        locale = "en" if self.role is Role.PERSON else "nl"
        keys = (
            ("safer.consultant", "reach.cannot_add")
            if self.role is Role.PERSON
            else ("consultant.not_here", "consultant.only_offered", "consultant.mail_unproved")
        )
        if any(RENDERER.say(Text(key), locale) in self.news for key in keys):
            return True
        looks = [Text("safer.look", {"channel": Text(f"channel.{name}")}) for name in ("web", "telegram", "whatsapp")]
        asked = re.search(r"\b\d{6}\b", self.news) is not None and self.role is Role.PERSON
        return asked or any(RENDERER.say(look, locale) in self.news for look in looks)


@pytest.fixture
async def talk(database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    # A walk says more in a day than anybody.
    for where, bound in ((gate, "MOST_OF_STRANGER"), (gate, "MOST_OF_PERSON"), (digits, "MOST_A_DAY")):
        monkeypatch.setattr(where, bound, 10**6)
    async with town(database, clock, more=("telegram", "whatsapp", "sms", "email", "phone")) as settled:
        for name in ("sms", "email"):
            settled.more[name].capabilities = Capabilities(buttons=False, bare_numbers=True)
        yield settled


async def walked(talk: Talk, way: Way, role: Role) -> Walk:
    """Amina with her chat, and Sanne with hers; and whoever has the way that is walked."""
    await talk.linked("Amina", "her own phone")
    await talk.linked("Sanne", "Sanne's phone")
    walk = Walk(talk, way, role)
    await walk.begins()
    return walk


async def rows(talk: Talk) -> list[str]:
    """Every row that an act could change; when somebody was last heard does not count."""
    found: list[str] = []
    async with talk.database.reading() as session:
        for table in TABLES:
            columns = [one.key for one in inspect(table).column_attrs if one.key not in ("last_heard_at", "updated_at")]
            found.extend(
                f"{table.__tablename__} {[getattr(row, name) for name in columns]!r}"
                for row in await session.scalars(select(table))
            )
    return sorted(found)


def some(talk: Talk, intents: Sequence[str]) -> Sequence[str]:
    """All of them on SQLite, and a part on PostgreSQL: nobody's act does not depend on the engine."""
    return intents if talk.database.is_sqlite else intents[::6]


def over(talk: Talk, way: Way, acts: Sequence[str]) -> Sequence[str]:
    """All of them over each way on SQLite; on PostgreSQL each over two or three of the ways, in turn: what may be done
    over a way does not depend on the engine, and what an act does has been done on both."""
    turn = WAYS.index(way)
    return [act for place, act in enumerate(acts) if talk.database.is_sqlite or (place + turn) % 3 == 0]


async def acts_done(talk: Talk) -> list[str]:
    async with talk.database.reading() as session:
        return [one.action for one in await session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_what_each_may_do_is_written_down_for_every_act() -> None:
    """A new act is put into one of the lists above by whoever makes it."""
    assert {act.value for act in Act} == PERSON_ALL | CONSULTANT_ALL | OF_LISTS
    assert {act.value for act in person.ACTS} == PERSON_ALL
    assert {act.value for act in door.ACTS} == CONSULTANT_ALL
    of_screens = {intent.split(":")[0] for deeper in DEEPER.values() for intent in deeper}
    assert of_screens <= PERSON_ALL | CONSULTANT_ALL


@pytest.mark.parametrize("role", [Role.PERSON, Role.CONSULTANT], ids=str)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_every_act_over_every_way_is_done_or_refused_as_it_is_written_down(
    talk: Talk, way: Way, role: Role
) -> None:
    walk = await walked(talk, way, role)
    all_of_role = PERSON_ALL if role is Role.PERSON else CONSULTANT_ALL
    may = way.of_person if role is Role.PERSON else way.of_consultant
    wrong: list[str] = []
    for act in over(talk, way, sorted(all_of_role)):
        await walk.presses(act)
        if walk.is_refused() == (act in may):
            wrong.append(f"{act}: {walk.news[:120]!r}")
        if not walk.news and way.name != "mail":
            wrong.append(f"{act}: nothing was said")
    assert wrong == []


@pytest.mark.parametrize("role", [Role.PERSON, Role.CONSULTANT], ids=str)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_what_is_refused_changes_nothing(talk: Talk, way: Way, role: Role) -> None:
    walk = await walked(talk, way, role)
    may = way.of_person if role is Role.PERSON else way.of_consultant
    all_of_role = PERSON_ALL if role is Role.PERSON else CONSULTANT_ALL
    before, done = await rows(talk), await acts_done(talk)
    for act in over(talk, way, sorted(all_of_role - may)):
        for intent in (act, *DEEPER.get(act, ())):
            await walk.presses(intent)
            assert walk.is_refused(), (intent, walk.news)
    # What the other role does is nothing here.
    for intent in some(talk, sorted((PERSON_ALL | CONSULTANT_ALL) - all_of_role)):
        await walk.presses(intent)
    assert await rows(talk) == before
    assert {act for act in (await acts_done(talk))[len(done) :] if not act.startswith("refused_")} == set()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_a_stranger_does_nothing_over_any_way(talk: Talk, way: Way) -> None:
    walk = await walked(talk, way, Role.STRANGER)
    before, done = await rows(talk), await acts_done(talk)
    allowed = {RENDERER.say(Text(key), "nl") for key in ("stranger.greeting", "stranger.how_to_link")}
    tried = [intent for act in sorted(PERSON_ALL | CONSULTANT_ALL) for intent in (act, *DEEPER.get(act, ()))]
    for intent in some(talk, tried):
        await walk.presses(intent)
        assert {line for line in walk.news.splitlines() if line.strip()} <= allowed, intent
    assert await rows(talk) == before
    assert await acts_done(talk) == done


@pytest.mark.parametrize("role", ROLES, ids=str)
@pytest.mark.parametrize("way", [way for way in WAYS if way.takes_commands], ids=lambda way: way.name)
async def test_every_command_over_every_way(talk: Talk, way: Way, role: Role) -> None:
    walk = await walked(talk, way, role)
    before = await rows(talk)
    accounts = way.of_consultant == CONSULTANT_ALL
    for name in dict.fromkeys([*person._COMMANDS, *door._COMMANDS, "language"]):
        await walk.commands(name)
        refused = walk.is_refused()
        if role is Role.PERSON:
            act = person._COMMANDS.get(name, Act.LANGUAGE if name == "language" else Act.MENU)
            assert refused == (act.value not in way.of_person), (name, walk.news)
        elif role is Role.CONSULTANT:
            # Commands are for the chat, and never for a mail.
            assert refused == (not accounts), (name, walk.news)
        else:
            assert "Amina" not in walk.news
    # A command asks and shows; what it begins is a draft.
    assert [row for row in await rows(talk) if not row.startswith("absence ")] == before


@dataclass(frozen=True, slots=True)
class Hears:
    """Takes every text for one thing; see Door."""

    act: SpeechAct

    def understand(
        self, text: str, locale: str | None = None, now: datetime | None = None, *, asked: bool = False
    ) -> Understanding:
        """See Door."""
        del text, locale, now, asked
        return Understanding(self.act, 0.9, language="en")


#: What is heard of words opens the same screens as buttons do.
ASKS_FOR: Final = {SpeechAct.STOP: Act.SETTINGS, SpeechAct.HUMAN: Act.LETTER}


# What words open does not depend on the engine, and each takes a second.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("heard", list(SpeechAct), ids=str)
@pytest.mark.parametrize("way", [way for way in WAYS if way.channel in ("sms", "email")], ids=lambda way: way.name)
async def test_words_open_no_more_than_buttons(talk: Talk, way: Way, heard: SpeechAct) -> None:
    walk = await walked(talk, way, Role.PERSON)
    before = await rows(talk)
    # Frozen for everybody else.
    object.__setattr__(talk.services, "door", Hears(heard))
    await walk.writes("words of somebody", await walk.offered("menu"))
    assert walk.news
    if heard in ASKS_FOR:
        assert walk.is_refused() == (ASKS_FOR[heard].value not in way.of_person)
    # A report that is begun, words that are passed on, and who is on duty for a cry for help.
    begun, on_duty = ("absence ", "letter "), "'+31612345678'"
    now = [row for row in await rows(talk) if not row.startswith(begun) and on_duty not in row]
    assert now == before
