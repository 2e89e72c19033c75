"""One telephone number for two people: who is there is asked, and nothing of one is shown to the other before."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.actions.acting import OPERATOR, Acting, Proof
from bot.actions.contacts import Invited, invite
from bot.channels.base import Capabilities
from bot.events import InboundEvent, Left, Moved, Payload, Pressed, Said, Started
from locales.rendering.message import Body, Part, Text, Value
from locales.rendering.render import Rendered
from reminders.kinds import Kind
from storage.appointments.absences import Absence
from storage.engine.database import Database
from storage.outbox.message import Message, Outgoing, put
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.vocabulary import ContactState, MessageState, Priority
from tests.bot.dialogue.talk import FAQ, RENDERER, Talk, town
from tests.clock import FakeClock

CHANNELS = {
    "telegram": Capabilities(buttons=True),
    "whatsapp": Capabilities(buttons=True, most_buttons=3),
    "sms": Capabilities(buttons=False, confidential=False, bare_numbers=True, receipts=True),
}
NUMBER = "+31612345678"


class SharedTelephone:
    """A telephone in the family of Amina and Omar, on one channel."""

    def __init__(self, talk: Talk, channel: str) -> None:
        self.talk, self.channel = talk, channel
        self._mark = 0

    @property
    def messages(self) -> list[Rendered]:
        return self.talk.more[self.channel].sent.get(NUMBER, [])

    @property
    def news(self) -> str:
        return "\n".join(_shown(one) for one in self.messages[self._mark :])

    async def does(self, payload: Payload, proof: Proof | None = None) -> None:
        self._mark = len(self.messages)
        surely = proof or (Proof.CLAIMED if self.channel == "sms" else Proof.ACCOUNT)
        number = str(next(self.talk.numbers))
        await self.talk.inbox.receive(InboundEvent(self.channel, NUMBER, number, payload, proof=surely))
        await self.talk.settle()

    async def says(self, text: str) -> None:
        await self.does(Said(text))

    async def chooses(self, words: str) -> None:
        """Press the newest button that says so; where there are none, answer with its number."""
        for message, ref in zip(reversed(self.messages), reversed(self.references), strict=True):
            buttons = [one for row in message.buttons for one in row]
            for place, one in enumerate(buttons, start=1):
                if one.label.endswith(words):
                    await self.does(Said(str(place)) if self.channel == "sms" else Pressed(one.intent, ref))
                    return
        raise AssertionError(f"no {words!r} in {self.news!r}")

    @property
    def references(self) -> list[str]:
        return self.talk.more[self.channel].references.get(NUMBER, [])

    async def later(self, **by: float) -> None:
        self.talk.clock.forward(**by)
        self._mark = len(self.messages)
        await self.talk.settle()

    async def is_told(self, name: str, text: str, priority: Priority = Priority.NORMAL) -> str:
        """Something comes unasked for somebody; its key."""
        key = f"told:{name}:{text}"
        said = Body((Part(Text("verbatim", {"text": text})),))
        async with self.talk.database.writing() as session:
            message = Outgoing(
                key=key,
                kind=Kind.SAY,
                due_at=self.talk.clock.now(),
                params=said.to_json(),
                person_id=self.talk.person_ids[name],
                priority=priority,
            )
            await put(session, [message], self.talk.clock.now())
        self._mark = len(self.messages)
        await self.talk.settle()
        return key

    async def state_of(self, key: str) -> MessageState:
        async with self.talk.database.reading() as session:
            return (await session.scalars(select(Message.state).where(Message.key == key))).one()

    async def contact_of(self, name: str) -> Contact:
        async with self.talk.database.reading() as session:
            wanted = select(Contact).where(
                Contact.person_id == self.talk.person_ids[name], Contact.channel == self.channel
            )
            return (await session.scalars(wanted)).one()

    async def joins(self, name: str) -> None:
        """Somebody opens their own link here, and goes through the first minutes."""
        code = await self.talk.code_for(name)
        await (self.says(code) if self.channel == "sms" else self.does(Started(code)))
        if self.sees("shared.link_ask"):
            await self.chooses(_say("shared.link_yes"))
        if digits := re.search(r"\b\d{6}\b", self.news):
            await self.says(digits[0])
        await self.does(Pressed("lang:en"))
        await self.does(Pressed("consent:yes"))

    def sees(self, key: str, **params: Value) -> bool:
        return _say(key, **params) in self.news


def _shown(message: Rendered) -> str:
    texts = [one.text for one in message.brief] or [message.text]
    return "\n".join([*texts, *(one.label for row in message.buttons for one in row)])


def _say(key: str, **params: Value) -> str:
    return RENDERER.say(Text(key, params), "en")


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=tuple(CHANNELS)) as settled:
        for name, capabilities in CHANNELS.items():
            settled.more[name].name = name
            settled.more[name].capabilities = capabilities
        yield settled


@pytest.fixture(params=["sms", "telegram"])
async def family(talk: Talk, request: pytest.FixtureRequest) -> SharedTelephone:
    """Amina had the telephone, and Omar joined: he is there."""
    telephone = SharedTelephone(talk, request.param)
    await telephone.joins("Amina")
    await telephone.joins("Omar")
    await telephone.later(hours=1)
    # Amina hears that he joined, and gives the telephone back.
    await telephone.chooses(_say("shared.yes", name="Amina"))
    await telephone.does(Pressed(f"here:{(await telephone.contact_of('Omar')).id}:is"))
    await telephone.later(hours=1)
    return telephone


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_second_person_joins_and_none_is_told_to_erase(talk: Talk, channel: str) -> None:
    telephone = SharedTelephone(talk, channel)
    await telephone.joins("Amina")
    code = await talk.code_for("Omar")
    await (telephone.says(code) if channel == "sms" else telephone.does(Started(code)))
    assert telephone.sees("shared.link_ask")
    assert not telephone.sees("link.somebody_else")
    assert "Omar" not in telephone.news
    await telephone.chooses(_say("shared.link_yes"))
    if channel == "sms":
        await telephone.says("".join(re.findall(r"\b\d{6}\b", telephone.news)))
    assert telephone.sees("language.ask")
    await telephone.does(Pressed("lang:en"))
    await telephone.does(Pressed("consent:yes"))
    assert telephone.sees("welcome.title", name="Omar")
    amina, omar = await telephone.contact_of("Amina"), await telephone.contact_of("Omar")
    assert amina.address_hash == omar.address_hash
    assert (omar.absent_since, amina.absent_since is None) == (None, False)
    # Whose it was before is told by name who joined; but only once it is known that it is she who reads it.
    await telephone.later(minutes=10)
    assert telephone.sees("shared.message", name="Amina")
    assert not telephone.sees("shared.also_here", name="Omar")
    await telephone.chooses(_say("shared.yes", name="Amina"))
    assert telephone.sees("shared.also_here", name="Omar")


async def test_no_is_no(talk: Talk) -> None:
    telephone = SharedTelephone(talk, "telegram")
    await telephone.joins("Amina")
    await telephone.does(Started(await talk.code_for("Omar")))
    await telephone.chooses(_say("consent.no"))
    assert telephone.sees("link.somebody_else")
    await telephone.does(Pressed("share:yes"))
    assert not telephone.sees("language.ask")
    async with talk.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Contact).where(Contact.channel == "telegram")) == 1


async def test_a_message_for_another_asks_before_it_shows_anything(family: SharedTelephone) -> None:
    key = await family.is_told("Amina", "Your exam is at ten.")
    assert family.sees("shared.message", name="Amina")
    assert "exam" not in family.news
    assert await family.state_of(key) is MessageState.PENDING
    # A second one the same day does not ask again.
    await family.is_told("Amina", "Bring your pass.")
    assert family.news == ""
    await family.chooses(_say("shared.yes", name="Amina"))
    assert family.sees("shared.now", name="Amina")
    for part in ("exam", "pass") if family.channel != "sms" else ():
        assert part in family.news
    # Whose it is stands above it.
    assert family.sees("shared.for", name="Amina")
    assert await family.state_of(key) is MessageState.SENT
    # She is there now: what comes for her is shown, and what comes for him asks.
    await family.later(hours=1)
    await family.is_told("Amina", "The room is another one.")
    assert not family.sees("shared.message", name="Amina")
    assert family.sees("shared.for", name="Amina")
    await family.is_told("Omar", "Your boss called.")
    assert family.sees("shared.message", name="Omar")
    assert "boss" not in family.news


async def test_it_is_not_me(family: SharedTelephone) -> None:
    key = await family.is_told("Amina", "Your exam is at ten.")
    await family.chooses(_say("consent.no"))
    assert family.sees("shared.waits", name="Amina")
    assert await family.state_of(key) is MessageState.PENDING
    # The next day it is asked once more.
    await family.later(days=1, minutes=1)
    assert family.sees("shared.message", name="Amina")


async def test_a_message_that_nobody_asked_for_is_lost_and_not_shown(family: SharedTelephone) -> None:
    key = await family.is_told("Amina", "Your exam is at ten.")
    for _ in range(3):
        await family.later(days=1)
        assert "exam" not in family.news
    assert await family.state_of(key) is MessageState.EXPIRED


async def test_where_she_has_another_way_it_goes_there_after_a_while(family: SharedTelephone) -> None:
    talk = family.talk
    async with talk.database.writing() as session:
        session.add(
            Contact(
                channel="web",
                address="amina-web",
                address_hash=talk.database.keys.fingerprint("amina-web", "contact/web"),
                person_id=talk.person_ids["Amina"],
                created_at=talk.clock.now() - timedelta(days=90),
            )
        )
        person = await session.get_one(Person, talk.person_ids["Amina"])
        person.channel_order = family.channel
    await family.is_told("Amina", "Your exam is at ten.")
    assert family.sees("shared.message", name="Amina")
    assert "amina-web" not in talk.channel.sent
    await family.later(hours=3)
    assert "exam" in talk.channel.sent["amina-web"][-1].text
    assert family.news == ""


async def test_what_is_reported_in_words_is_of_whoever_says_it_was_they(family: SharedTelephone) -> None:
    talk = family.talk
    await family.says("I am ill, I cannot come tomorrow")
    assert family.sees("shared.people")
    await family.chooses("Amina")
    assert not family.sees("shared.people")
    assert await _reporters(talk) == {talk.person_ids["Amina"]}
    # She goes on in the same breath, and is not asked again.
    await family.says("menu")
    assert not family.sees("shared.people") or family.sees("menu.ask")


async def test_two_texts_before_the_answer_are_both_taken_up(family: SharedTelephone) -> None:
    await family.says("Hallo daar")
    topic = next(name for name, one in FAQ.topics.items() if one.action is None)
    await family.says(f"?{topic} tell me")
    await family.chooses("Omar")
    assert family.sees("question.not_understood")
    assert len(family.messages) == family._mark + 2


async def test_a_cry_for_help_waits_for_no_question(family: SharedTelephone) -> None:
    await family.says("! he hits me")
    assert "112" in family.news
    assert not family.sees("shared.people")


async def test_an_old_button_of_the_other_asks_first(talk: Talk) -> None:
    telephone = SharedTelephone(talk, "telegram")
    await telephone.joins("Amina")
    await telephone.does(Pressed("menu"))
    menu = telephone.references[-1]
    await telephone.joins("Omar")
    await telephone.does(Pressed("appts", menu))
    assert telephone.sees("shared.sure", name="Amina")
    assert "meeting" not in telephone.news
    await telephone.chooses(_say("shared.yes", name="Amina"))
    assert "Progress meeting" in telephone.news
    assert (await telephone.contact_of("Amina")).absent_since is None


async def test_a_bare_digit_answers_whom_was_asked_last(talk: Talk) -> None:
    telephone = SharedTelephone(talk, "sms")
    await telephone.joins("Amina")
    await telephone.joins("Omar")
    await telephone.later(hours=1)
    await telephone.is_told("Amina", "Your exam is at ten.")
    await telephone.says("1")
    assert telephone.sees("shared.now", name="Amina")
    await telephone.later(hours=1)
    await telephone.is_told("Omar", "Your boss called.")
    await telephone.says("2")
    assert telephone.sees("shared.waits", name="Omar")


async def test_the_setting_leaves_the_question_out(family: SharedTelephone) -> None:
    """Omar lets his messages be shown; Amina's still ask."""
    await family.does(Pressed("askfirst:no"))
    assert family.sees("shared.shows_now")
    await family.does(Pressed(f"here:{(await family.contact_of('Amina')).id}:is"))
    await family.later(hours=1)
    await family.is_told("Omar", "Your boss called.")
    assert not family.sees("shared.message", name="Omar")
    assert family.sees("shared.for", name="Omar")
    await family.does(Pressed(f"here:{(await family.contact_of('Omar')).id}:is"))
    await family.later(hours=1)
    await family.is_told("Amina", "Your exam is at ten.")
    assert family.sees("shared.message", name="Amina")


async def test_stop_and_start_are_the_telephones(family: SharedTelephone) -> None:
    await family.does(Left(said=True))
    for name in ("Amina", "Omar"):
        assert (await family.contact_of(name)).state is ContactState.BLOCKED
        await family.is_told(name, "Hello.")
        assert family.news == ""
    await family.does(Started(None))
    for name in ("Amina", "Omar"):
        assert (await family.contact_of(name)).state is ContactState.ACTIVE


async def test_who_erases_leaves_the_telephone_to_the_other(family: SharedTelephone) -> None:
    await family.does(Pressed("erase:yes"), Proof.ACCOUNT)
    assert family.sees("privacy.erased")
    amina = await family.contact_of("Amina")
    assert (amina.shared_as, amina.absent_since) == (0, None)
    await family.later(hours=1)
    await family.is_told("Amina", "Your exam is at ten.")
    assert not family.sees("shared.message", name="Amina")
    assert not family.sees("shared.for", name="Amina")
    await family.does(Pressed("menu"))
    assert family.sees("menu.ask")


async def test_a_number_that_is_somebody_elses_now_is_nobodys(family: SharedTelephone) -> None:
    await family.does(Moved())
    await family.is_told("Amina", "Your exam is at ten.")
    assert family.news == ""
    await family.does(Said("hello"))
    assert RENDERER.say(Text("stranger.how_to_link"), "nl") in family.news


async def test_a_number_that_is_proved_is_shared_or_taken_over(talk: Talk) -> None:
    telephone = SharedTelephone(talk, "sms")
    await telephone.joins("Amina")
    omar = await talk.linked("Omar")
    for answer in ("shared.link_yes", "consent.no"):
        await omar.does(Pressed("chan:add:sms"))
        await omar.says(NUMBER)
        digits = re.findall(r"\b\d{6}\b", telephone.messages[-1].text)
        await omar.says(digits[-1])
        omar.sees("shared.link_ask")
        await omar.taps(answer)
        omar.sees("reach.added", channel=Text("channel.sms"))
        async with talk.database.writing() as session:
            wanted = select(Contact.person_id).where(Contact.channel == "sms").order_by(Contact.id)
            owners = [one for one in await session.scalars(wanted) if one is not None]
            if answer == "shared.link_yes":
                assert owners == [talk.person_ids["Amina"], talk.person_ids["Omar"]]
                mine = select(Contact).where(Contact.person_id == talk.person_ids["Omar"], Contact.channel == "sms")
                [contact] = await session.scalars(mine)
                await session.delete(contact)
            else:
                assert owners == [talk.person_ids["Omar"]]


async def test_the_municipalitys_link_to_a_number_of_two(talk: Talk) -> None:
    """Both have the number on record: who opens the link that was sent there has it too."""
    for name in ("Amina", "Omar"):
        async with talk.database.writing() as session:
            person = await session.get_one(Person, talk.person_ids[name])
            person.phone = NUMBER
            acting = Acting(OPERATOR, session, talk.clock.now(), talk.services)
            invited = await invite(acting, name, by="sms", link_of=lambda code: f"https://maatje.example/l/{code}")
            assert isinstance(invited, Invited)
        browser = talk.phone(f"browser-{name}")
        await browser.starts(invited.code)
        await browser.does(Pressed("lang:en"))
        await browser.does(Pressed("consent:yes"))
    telephone = SharedTelephone(talk, "sms")
    amina, omar = await telephone.contact_of("Amina"), await telephone.contact_of("Omar")
    assert amina.address_hash == omar.address_hash
    assert (amina.absent_since, omar.absent_since is None) == (None, False)


async def test_too_many_do_not_join(talk: Talk) -> None:
    telephone = SharedTelephone(talk, "telegram")
    await telephone.joins("Amina")
    async with talk.database.writing() as session:
        now = talk.clock.now()
        [amina] = await session.scalars(select(Contact).where(Contact.channel == "telegram"))
        for number in range(4):
            person = Person(
                external_id=f"more{number}",
                given_name=f"More{number}",
                family_name="Tesfay",
                language="en",
                group=(await session.get_one(Person, talk.person_ids["Amina"])).group,
                municipality="Huizen",
                created_at=now,
                updated_at=now,
            )
            session.add(person)
            await session.flush()
            session.add(
                Contact(
                    channel="telegram",
                    address=NUMBER,
                    address_hash=amina.address_hash,
                    shared_as=number + 2,
                    absent_since=now,
                    person_id=person.id,
                    created_at=now,
                )
            )
        amina.shared_as = 1
    await telephone.does(Started(await talk.code_for("Omar")))
    await telephone.chooses(_say("shared.link_yes"))
    assert telephone.sees("link.somebody_else")


async def _reporters(talk: Talk) -> set[int]:
    async with talk.database.reading() as session:
        return set(await session.scalars(select(Absence.person_id)))
