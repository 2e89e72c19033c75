"""Messages that nobody receives: on to the next channel, and at last to the telephone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reminders.delivery import receipts
from reminders.delivery.channel import AddressGone, Capabilities, News, NewsState, Receipt
from reminders.delivery.channel_rules import ChannelRule, ChannelRules
from reminders.delivery.passing_on import TO_TELEPHONE, PassingOn
from reminders.delivery.receipts import Receipts, TooEarly
from reminders.local_time import QuietHours
from reminders.sending.dispatcher import Dispatcher
from storage.engine.database import Database
from storage.outbox.message import Attempt, Message, Outgoing, put
from storage.outbox.queue import OutboxQueue
from storage.outbox.trace import find_message, trace_of
from storage.people.contacts import Contact
from storage.people.conversations import Offer
from storage.vocabulary import ContactState, MessageState
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import FakeSender, OutboxWorld, drain, say

CHAT = Capabilities(buttons=True)
TELLS = Capabilities(buttons=True, receipts=True)
SMS = Capabilities(buttons=False, confidential=False, receipts=True, cost=60)


@dataclass
class Line:
    """A channel that gives each message an id of its own."""

    name: str
    capabilities: Capabilities
    sender: FakeSender = field(init=False)

    def __post_init__(self) -> None:
        self.sender = FakeSender(self.name, self.capabilities)
        self.sender.answer = lambda _address, _text: Receipt(f"{self.name}-{len(self.sender.sent) + 1}")


class Town:
    """A world with several channels, and the two jobs that look after what was sent."""

    def __init__(self, database: Database, clock: FakeClock, *lines: Line, rules: dict[str, ChannelRule]) -> None:
        self.world = OutboxWorld(database, clock)
        self.clock = clock
        self.lines = {line.name: line.sender for line in lines}
        self.rules = ChannelRules({line.name: line.capabilities for line in lines}, rules)
        self.receipts = Receipts(database, clock, sleep=self._moment)
        self.passing_on = PassingOn(
            database,
            OutboxQueue(database, "look"),
            self.rules,
            QuietHours.parse("21:00-08:00"),
            clock,
            self.lines,
            self.receipts.report,
        )

    def dispatcher(self) -> Dispatcher:
        return self.world.dispatcher(*self.lines.values(), rules=self.rules)

    async def _moment(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)

    async def send(self) -> None:
        await drain(self.dispatcher())

    async def later(self, **time: float) -> None:
        """Time passes, what waits too long goes on."""
        self.clock.forward(**time)
        await self.passing_on.run_once()
        await self.send()

    def texts(self) -> dict[str, int]:
        return {name: len(sender.sent) for name, sender in self.lines.items()}


@pytest.fixture
def town(database: Database, clock: FakeClock) -> Town:
    lines = (Line("web", TELLS), Line("whatsapp", TELLS), Line("sms", SMS), Line("telegram", CHAT))
    return Town(database, clock, *lines, rules={})


async def _tell(town: Town, person_id: int, until: timedelta = timedelta(days=2), text: str = "Morgen") -> int:
    return await town.world.tell(text, person=person_id, useful_for=until)


async def _state(town: Town, row_id: int) -> Message:
    async with town.world.database.reading() as session:
        return await session.get_one(Message, row_id)


async def test_what_is_heard_of_stays_where_it_is(town: Town) -> None:
    row_id = await _tell(town, await town.world.person("amina", "web", "sms"))
    await town.send()
    await town.receipts.report(News("web", NewsState.DELIVERED, provider_ref="web-1"))
    await town.later(hours=30)
    assert town.texts() == {"web": 1, "whatsapp": 0, "sms": 0, "telegram": 0}
    assert (await _state(town, row_id)).state is MessageState.DELIVERED


async def test_without_news_it_goes_to_the_next_channel_and_only_there(town: Town) -> None:
    row_id = await _tell(town, await town.world.person("amina", "web", "whatsapp", "sms"))
    await town.send()
    await town.later(hours=3, minutes=59)
    assert town.texts()["whatsapp"] == 0
    await town.later(minutes=2)
    assert town.texts() == {"web": 1, "whatsapp": 1, "sms": 0, "telegram": 0}
    await town.receipts.report(News("whatsapp", NewsState.READ, provider_ref="whatsapp-1"))
    await town.later(hours=40)
    assert town.texts() == {"web": 1, "whatsapp": 1, "sms": 0, "telegram": 0}
    assert (await _state(town, row_id)).channel == "whatsapp"


class _Asked(FakeSender):
    """A channel whose provider can be asked; it knows what it was told to know."""

    known: News | None = None

    async def status_of(self, provider_ref: str) -> News | None:
        """See KnowsWhatBecame."""
        return self.known if self.known is not None and self.known.provider_ref == provider_ref else None


@pytest.mark.parametrize(
    ("known", "over_sms"),
    [
        pytest.param(None, 1, id="not known"),
        pytest.param(News("whatsapp", NewsState.DELIVERED, provider_ref="w-1"), 0, id="it arrived"),
        pytest.param(News("whatsapp", NewsState.FAILED, provider_ref="w-1", reason="gone"), 1, id="it failed"),
    ],
)
async def test_a_receipt_that_was_lost_is_asked_for_before_anything_goes_on(
    database: Database, clock: FakeClock, known: News | None, over_sms: int
) -> None:
    sender = _Asked("whatsapp", TELLS)
    sender.answer = lambda _address, _text: Receipt("w-1")
    sender.known = known
    whatsapp = Line("whatsapp", TELLS)
    whatsapp.sender = sender
    town = Town(database, clock, whatsapp, Line("sms", SMS), rules={})
    row_id = await _tell(town, await town.world.person("amina", "whatsapp", "sms"))
    await town.send()
    await town.later(hours=5)
    assert town.texts() == {"whatsapp": 1, "sms": over_sms}
    assert ((await _state(town, row_id)).state is MessageState.DELIVERED) is (over_sms == 0)


async def test_news_of_a_failure_sends_it_on_at_once_and_gives_the_address_up(town: Town) -> None:
    person_id = await town.world.person("amina", "whatsapp", "telegram")
    first = await _tell(town, person_id)
    await town.send()
    await town.receipts.report(News("whatsapp", NewsState.FAILED, reference=str(first), reason="blocked", gone=True))
    await town.send()
    assert town.texts()["telegram"] == 1
    await town.world.tell("Nog een", person=person_id)
    await town.send()
    assert town.texts() == {"web": 0, "whatsapp": 1, "sms": 0, "telegram": 2}
    async with town.world.database.reading() as session:
        states = dict((await session.execute(select(Contact.channel, Contact.state))).all())
    assert states == {"whatsapp": ContactState.GONE, "telegram": ContactState.ACTIVE}


async def test_a_fault_that_passes_is_tried_again_at_the_same_address_and_then_goes_on(town: Town) -> None:
    row_id = await _tell(town, await town.world.person("amina", "whatsapp", "telegram"))
    first = town.clock.now()
    for number in (1, 2, 3):
        await town.send()
        assert town.texts() == {"web": 0, "whatsapp": number, "sms": 0, "telegram": 0}
        failed = News(
            "whatsapp",
            NewsState.FAILED,
            f"whatsapp-{number}",
            str(row_id),
            "busy",
            again=timedelta(seconds=5),
            at=first,
        )
        await town.receipts.report(failed)
        await town.receipts.report(failed)
        await town.send()
        assert town.texts()["whatsapp"] == number
        town.clock.forward(seconds=5)
    await town.send()
    assert town.texts() == {"web": 0, "whatsapp": 3, "sms": 0, "telegram": 1}


async def test_old_news_of_a_failure_says_nothing_of_the_second_sending(town: Town) -> None:
    row_id = await _tell(town, await town.world.person("amina", "whatsapp", "telegram"))
    await town.send()
    failed = News(
        "whatsapp",
        NewsState.FAILED,
        "whatsapp-1",
        str(row_id),
        "busy",
        again=timedelta(seconds=5),
        at=town.clock.now(),
    )
    await town.receipts.report(failed)
    town.clock.forward(seconds=5)
    await town.send()
    await town.receipts.report(failed)
    town.clock.forward(minutes=1)
    await town.send()
    assert town.texts() == {"web": 0, "whatsapp": 2, "sms": 0, "telegram": 0}
    assert (await _state(town, row_id)).state is MessageState.SENT


async def test_what_would_come_too_late_there_goes_on_at_once(town: Town) -> None:
    person_id = await town.world.person("amina", "whatsapp", "telegram")
    await _tell(town, person_id, until=timedelta(seconds=50))
    await town.send()
    await town.receipts.report(
        News("whatsapp", NewsState.FAILED, "whatsapp-1", reason="busy", again=timedelta(minutes=1))
    )
    await town.send()
    assert town.texts() == {"web": 0, "whatsapp": 1, "sms": 0, "telegram": 1}


async def test_a_failure_that_may_pass_puts_the_channel_behind_the_others_for_a_day(town: Town) -> None:
    person_id = await town.world.person("amina", "whatsapp", "sms", order="whatsapp,sms")
    first = await _tell(town, person_id)
    await town.send()
    town.clock.forward(minutes=1)
    await town.receipts.report(News("whatsapp", NewsState.FAILED, provider_ref="whatsapp-1", reason="phone_off"))
    await town.send()
    await _tell(town, person_id, timedelta(days=3), "Nog een")
    await town.send()
    assert town.texts() == {"web": 0, "whatsapp": 1, "sms": 2, "telegram": 0}
    town.clock.forward(days=1, minutes=1)
    await town.world.tell("Later", person=person_id)
    await town.send()
    assert town.texts()["whatsapp"] == 2
    assert (await _state(town, first)).channel == "sms"


async def test_news_come_twice_late_and_of_nothing(town: Town) -> None:
    row_id = await _tell(town, await town.world.person("amina", "web", "whatsapp"))
    await town.send()
    await town.later(hours=5)
    for news in (
        News("web", NewsState.FAILED, provider_ref="web-1", reason="old"),
        News("web", NewsState.DELIVERED, reference="999999"),
        News("web", NewsState.DELIVERED, reference="rubbish"),
        News("web", NewsState.READ, provider_ref="web-77"),
        News("whatsapp", NewsState.DELIVERED, provider_ref="whatsapp-1"),
        News("whatsapp", NewsState.DELIVERED, provider_ref="whatsapp-1"),
        News("whatsapp", NewsState.FAILED, provider_ref="whatsapp-1", reason="late"),
    ):
        await town.receipts.report(news)
    await town.send()
    assert town.texts() == {"web": 1, "whatsapp": 1, "sms": 0, "telegram": 0}
    assert (await _state(town, row_id)).state is MessageState.DELIVERED


async def test_what_arrives_after_all_does_not_go_on(town: Town) -> None:
    row_id = await _tell(town, await town.world.person("amina", "web", "whatsapp"))
    await town.send()
    town.clock.forward(hours=5)
    assert await town.passing_on.run_once() == 1
    await town.receipts.report(News("web", NewsState.READ, provider_ref="web-1"))
    await town.send()
    assert town.texts()["whatsapp"] == 0
    assert (await _state(town, row_id)).state is MessageState.READ


async def test_news_that_are_quicker_than_our_own_record_are_told_again(town: Town) -> None:
    row_id = await _tell(town, await town.world.person("amina", "whatsapp"))
    async with town.world.database.writing() as session:
        await session.execute(update(Message).values(state=MessageState.SENDING, lease_owner="x"))
    with pytest.raises(TooEarly):
        await town.receipts.report(News("whatsapp", NewsState.DELIVERED, reference=str(row_id)))


async def test_news_of_what_is_recorded_at_that_very_moment_are_not_lost(
    postgresql_database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is committed between any two questions that are asked about the message."""
    town = Town(postgresql_database, clock, Line("whatsapp", TELLS), rules={})
    row_id = await _tell(town, await town.world.person("amina", "whatsapp"))
    contact = (await town.world.contact_of("amina", "whatsapp")).id
    async with postgresql_database.writing() as session:
        await session.execute(update(Message).values(state=MessageState.SENDING, lease_owner="x"))

    def then_recorded(asks: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def asked(*about: object) -> object:
            found = await asks(*about)
            async with postgresql_database.writing() as session:
                sent = {"sent_at": clock.now(), "channel": "whatsapp", "sent_contact_id": contact}
                was = Message.state == MessageState.SENDING
                await session.execute(update(Message).where(was).values(state=MessageState.SENT, **sent))
            return found

        return asked

    for name in ("messages_with_ref", "sent_over", "any_on_its_way"):
        monkeypatch.setattr(receipts, name, then_recorded(getattr(receipts, name)))
    await town.receipts.report(News("whatsapp", NewsState.DELIVERED, reference=str(row_id)))
    assert (await _state(town, row_id)).state is MessageState.DELIVERED


async def test_with_no_channel_left_it_waits_as_long_as_it_can_and_then_counts_as_lost(town: Town) -> None:
    row_id = await _tell(town, await town.world.person("amina", "web"), timedelta(days=7))
    await town.send()
    await town.later(days=5)
    assert (await _state(town, row_id)).state is MessageState.SENT
    await town.later(days=1, minutes=1)
    lost = await _state(town, row_id)
    assert (lost.state, lost.reason) == (MessageState.FAILED, "not_delivered")
    assert timedelta(days=7) - timedelta(days=6, minutes=1) < TO_TELEPHONE
    await town.receipts.report(News("web", NewsState.READ, provider_ref="web-1"))
    assert (await _state(town, row_id)).state is MessageState.READ


async def test_in_the_night_it_waits_for_the_morning_unless_that_is_too_late(town: Town) -> None:
    person_id = await town.world.person("amina", "web", "whatsapp")
    town.clock.set(datetime.fromisoformat("2026-03-02T19:00+01:00"))
    waits = await _tell(town, person_id, timedelta(days=2))
    await town.send()
    await town.later(hours=5)
    assert town.texts()["whatsapp"] == 0
    assert (await _state(town, waits)).next_at == datetime.fromisoformat("2026-03-03T08:00+01:00")
    town.clock.set(datetime.fromisoformat("2026-03-04T01:00+01:00"))
    await _tell(town, person_id, timedelta(hours=8), "Vannacht")
    await town.send()
    await town.later(hours=5)
    assert town.texts() == {"web": 2, "whatsapp": 2, "sms": 0, "telegram": 0}


async def test_a_blocked_bot_a_phone_that_is_off_and_a_full_mailbox(town: Town) -> None:
    """The run of issue 7: it ends with a message that nobody received, and a full trace of why."""
    town.lines["telegram"].answer = lambda _address, _text: AddressGone("blocked")
    person_id = await town.world.person("amina", "telegram", "whatsapp", "sms")
    row_id = await _tell(town, person_id, timedelta(hours=20))
    await town.send()
    await town.later(hours=4, minutes=1)  # the phone is off: no news of WhatsApp
    await town.receipts.report(News("sms", NewsState.FAILED, reference=str(row_id), reason="mailbox_full"))
    await town.send()

    async with town.world.database.reading() as session:
        message = await find_message(session, str(row_id))
        assert message is not None
        trace = await trace_of(session, message)
    assert (trace["state"], trace["reason"]) == ("failed", "not_delivered")
    steps = trace["steps"]
    assert isinstance(steps, list)
    assert [(s["step"], s.get("channel")) for s in steps if isinstance(s, dict)] == [
        ("made", None),
        ("blocked", "telegram"),
        ("sent", "whatsapp"),
        ("no_news", "whatsapp"),
        ("sent", "sms"),
        ("mailbox_full", "sms"),
    ]


async def test_numbered_answers_are_remembered_by_address(town: Town, database: Database) -> None:
    await town.world.person("amina", "sms")
    async with database.writing() as session:
        contact_id = await session.scalar(select(Contact.id))
    await town.world.tell("Komt u?", contact=contact_id, buttons=["Ja", "Nee"])
    await town.send()
    assert town.lines["sms"].texts == ["Er is een bericht voor u van uw gemeente.\n1. Ja\n2. Nee"]
    async with database.reading() as session:
        offer = await session.get_one(Offer, contact_id)
    assert offer.intents == {"intents": ["intent:Ja", "intent:Nee"]}


async def test_a_question_with_buttons_ends_the_numbers_of_the_one_before(database: Database, clock: FakeClock) -> None:
    town = Town(database, clock, Line("whatsapp", Capabilities(buttons=True, most_buttons=2)), rules={})
    person_id = await town.world.person("amina", "whatsapp")
    for labels in (["Arabisch", "Dari", "Turks"], ["Ja", "Nee"]):
        await town.world.tell(labels[0], person=person_id, buttons=labels)
        await town.send()
    async with database.reading() as session:
        [offer] = await session.scalars(select(Offer))
    assert offer.intents == {"intents": ["intent:Ja", "intent:Nee"]}


async def test_what_others_may_read_is_said_in_short_unless_asked_for(town: Town) -> None:
    person_id = await town.world.person("amina", "sms")
    await town.world.tell("Uw voortgangsgesprek met Ilse", person=person_id)
    await town.send()
    assert town.lines["sms"].texts == ["Er is een bericht voor u van uw gemeente."]


@pytest.mark.parametrize(("most", "expected"), [(0, 0), (1, 1), (5, 3)])
async def test_a_budget_holds_for_what_is_sent_unasked(
    database: Database, clock: FakeClock, most: int, expected: int
) -> None:
    town = Town(database, clock, Line("sms", SMS), rules={"sms": ChannelRule(a_month=most)})
    person_id = await town.world.person("amina", "sms")
    for number in range(3):
        await town.world.tell(f"bericht {number}", person=person_id)
        await town.send()
        clock.forward(minutes=2)
    assert len(town.lines["sms"].sent) == expected


@pytest.mark.slow
async def test_a_thousand_people_on_mixed_channels_that_fail_now_and_then(database: Database, clock: FakeClock) -> None:
    """5 % of each channel's messages fail, at once or later: everybody gets every message, each on one channel."""
    names = ("web", "whatsapp", "sms", "telegram")
    town = Town(database, clock, *(Line(name, SMS if name == "sms" else TELLS) for name in names), rules={})
    count = 1000
    async with database.writing() as session:
        await _people(session, town, count, names)
        messages = [
            Outgoing(
                key=f"m{person}",
                kind="say",
                due_at=clock.now(),
                useful_until=clock.now() + timedelta(days=2),
                params=say(f"m{person}"),
                person_id=person,
            )
            for person in range(1, count + 1)
        ]
        await put(session, messages, clock.now())
    arrived: dict[str, list[str]] = {}
    refused: set[tuple[str, str]] = set()
    for place, (name, sender) in enumerate(town.lines.items()):

        def answer(address: str, text: str, name: str = name, place: int = place) -> Receipt | Exception:
            who = address.partition(":")[2]
            number = int(who.rpartition("-")[2])
            if (number // 4 + place) % 20 == 0 and (name, address) not in refused:
                refused.add((name, address))
                return AddressGone("gone") if number % 2 else Receipt(f"{name}:{address}:lost")
            arrived.setdefault(who, []).append(name)
            return Receipt(f"{name}:{address}:well")

        sender.answer = answer
    for _round in range(3):
        await town.send()
        async with database.reading() as session:
            waiting = await session.execute(
                select(Message.channel, Message.provider_ref).where(Message.state == MessageState.SENT)
            )
            news = [
                News(
                    channel or "",
                    NewsState.DELIVERED if str(ref).endswith("well") else NewsState.FAILED,
                    provider_ref=ref,
                    reason="lost",
                )
                for channel, ref in waiting
            ]
        for one in news:
            await town.receipts.report(one)
    async with database.reading() as session:
        states = dict((await session.execute(select(Message.id, Message.state))).all())
        lost = await session.scalar(select(Attempt.id).where(Attempt.outcome == "lost").limit(1))
    assert set(states.values()) == {MessageState.DELIVERED}
    assert lost is not None
    assert len(refused) >= 40
    assert {address: len(channels) for address, channels in arrived.items()} == dict.fromkeys(
        (f"p-{number}" for number in range(1, count + 1)), 1
    )


async def _people(session: AsyncSession, town: Town, count: int, names: tuple[str, ...]) -> None:
    for number in range(1, count + 1):
        person = town.world.new_person(f"p-{number}")
        session.add(person)
        await session.flush()
        for place in range(2 + number % 3):
            name = names[(number + place) % len(names)]
            session.add(town.world.new_contact(name, f"p-{number}", person_id=person.id))
