"""What may be done over which way: the table row by row, and an intruder's afternoon by SMS."""

import itertools
import re
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import select

from bot.actions.acting import Proof, Role
from bot.actions.trust import CONSULTANT, PERSON, Need, is_enough, need_of
from bot.channels.base import Capabilities
from bot.channels.notify.callbacks import payload_of
from bot.channels.notify.words import SmsWords
from bot.dialogue import gate
from bot.dialogue import person as person_screens
from bot.dialogue.consultants import door
from bot.dialogue.gate import MOST_OF_STRANGER
from bot.events import Command, InboundEvent, Payload, Pressed, Said
from locales.rendering.message import Text
from reminders.intents import Act
from storage.engine.database import Database
from storage.people.contacts import Contact, LinkCode, contact_made_at
from storage.people.people import Person
from storage.privacy.audit import AuditEntry
from storage.vocabulary import ContactState
from tests.bot.dialogue.talk import RENDERER, Phone, Talk, town
from tests.clock import FakeClock

NUMBER, HERS = "+31612345678", "amina@example.net"
WORDS = SmsWords.load()
#: What an act is tried with, where it needs more than its word to do anything.
ARGUMENTS = {
    Act.ERASE: ":yes",
    Act.STOP: ":yes",
    Act.WISHES: ":weekly",
    Act.QUIET_HOURS: ":0",
    Act.CLOCK: ":both",
    Act.CHANNELS: ":add:sms",
}


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock, more=("sms", "email")) as settled:
        settled.more["sms"].capabilities = Capabilities(buttons=False, bare_numbers=True, confidential=False)
        yield settled


class Sms:
    """Whoever texts with this number as the sender: its owner, or anybody at all."""

    def __init__(self, talk: Talk, number: str) -> None:
        self._talk = talk
        self.number = number
        self._mark = 0

    async def texts(self, *texts: str) -> None:
        """One text after the other."""
        for text in texts:
            await self._receives(payload_of(text, WORDS))

    async def presses(self, intent: str) -> None:
        """As if the text had named this choice."""
        await self._receives(Pressed(intent))

    async def _receives(self, payload: Payload) -> None:
        self._mark = len(self.messages)
        number = str(next(self._talk.numbers))
        event = InboundEvent("sms", self.number, number, payload, proof=Proof.CLAIMED)
        await self._talk.inbox.receive(event)
        await self._talk.settle()

    @property
    def messages(self) -> list[str]:
        """Everything that arrived at the number, whoever has it in hand."""
        return [message.text for message in self._talk.more["sms"].sent.get(self.number, [])]

    def sees(self, key: str, locale: str = "en", **params: str | Text) -> None:
        """The news hold this text."""
        wanted = RENDERER.say(Text(key, params), locale)
        assert any(wanted in text for text in self.messages[self._mark :]), (wanted, self.messages[self._mark :])

    @property
    def news(self) -> list[str]:
        """What arrived since the last text."""
        return self.messages[self._mark :]


async def gives(talk: Talk, number: str, name: str) -> Sms:
    """A number that was proved to be theirs, as it was before this table."""
    async with talk.database.writing() as session:
        contact = await contact_made_at(session, talk.database.keys, "sms", number, talk.clock.now())
        contact.person_id = talk.person_ids.get(name)
        contact.consultant_id = talk.consultant_ids.get(name)
        contact.linked_at = talk.clock.now()
    return Sms(talk, number)


async def contacts(talk: Talk) -> list[tuple[str, str, int | None, int | None]]:
    async with talk.database.reading() as session:
        return [
            (one.channel, one.address, one.person_id, one.consultant_id)
            for one in await session.scalars(select(Contact).order_by(Contact.id))
        ]


async def audited(talk: Talk) -> list[str]:
    async with talk.database.reading() as session:
        return [entry.action for entry in await session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


# --- the table ------------------------------------------------------------------------------------------------------


def test_every_act_of_every_screen_stands_in_the_table() -> None:
    assert set(PERSON) == {*person_screens._SCREENS, *person_screens._BEFORE_CONSENT, Act.LANGUAGE}
    assert set(CONSULTANT) == set(door._SCREENS)


@pytest.mark.parametrize(
    ("need", "enough"),
    [
        pytest.param(Need.ANY, {Proof.CLAIMED, Proof.REPLY, Proof.ACCOUNT, Proof.DESK}, id="anybody"),
        pytest.param(Need.OWN, {Proof.REPLY, Proof.ACCOUNT, Proof.DESK}, id="an own way"),
        pytest.param(Need.SURE, {Proof.ACCOUNT, Proof.DESK}, id="an account, or a mail that is known to be theirs"),
        pytest.param(Need.OFFERED, {Proof.ACCOUNT, Proof.DESK}, id="an account, or the mail that offered it"),
        pytest.param(Need.ACCOUNT, {Proof.ACCOUNT, Proof.DESK}, id="an account"),
    ],
)
def test_what_is_enough(need: Need, enough: set[Proof]) -> None:
    assert {proof for proof in Proof if is_enough(need, proof)} == enough
    with_offer = enough | ({Proof.REPLY} if need is Need.OFFERED else set())
    assert {proof for proof in Proof if is_enough(need, proof, offered=True)} == with_offer
    when_sure = enough | ({Proof.REPLY} if need is Need.SURE else set())
    assert {proof for proof in Proof if is_enough(need, proof, sure=True)} == when_sure


@pytest.mark.parametrize("act", [*PERSON], ids=str)
def test_what_a_forged_sender_may_do_for_a_person(act: Act) -> None:
    may = {
        "menu", "lang", "consent", "appts", "appt", "come", "notcome", "othertime", "dayplan", "prop", "absent", "ab",
        "missed",
        "ask", "faq", "pass", "helped", "nolang", "letter", "notthere",
        # What ends as words to the consultant, who sees over which way they came; and a place that can be left again.
        "doubt", "moving", "money", "offers", "offertake", "offerleave", "offerwish",
        # How it goes, by a number in an SMS: whoever has nothing else is asked too.
        "checkin", "howwas",
        # It ends what is new, and opens nothing.
        "notme",
        # Who has the shared telephone in hand: what comes of it is seen there, and by no sender that plays it.
        "here", "share", "askfirst",
    }  # fmt: skip
    assert is_enough(need_of(Role.PERSON, act), Proof.CLAIMED) == (act.value in may)


@pytest.mark.parametrize("act", [*CONSULTANT], ids=str)
def test_a_forged_sender_may_do_nothing_for_a_consultant(act: Act) -> None:
    assert not is_enough(need_of(Role.CONSULTANT, act), Proof.CLAIMED, offered=True)


@pytest.mark.parametrize("act", [act for act, need in PERSON.items() if need is not Need.ANY], ids=str)
async def test_what_needs_more_is_refused_by_sms_and_offered_in_the_chat(talk: Talk, act: Act) -> None:
    amina = await talk.linked("Amina")
    sms = await gives(talk, NUMBER, "Amina")
    before = await contacts(talk)
    await sms.presses(f"{act.value}{ARGUMENTS.get(act, '')}")
    sms.sees("safer.look", channel=Text("channel.web"))
    assert len(sms.news) == 1
    assert amina.intents()[-1] == act.value
    assert await contacts(talk) == before
    async with talk.database.reading() as session:
        row = await session.get_one(Person, talk.person_ids["Amina"])
    assert (row.stopped_at, row.wishes.value, row.quiet_hours, row.listens) == (None, "everything", None, False)
    assert (row.consented_at is not None, row.ethiopian_clock) == (True, False)


# --- an intruder with a person's number as the sender -----------------------------------------------------------------


async def test_menu_6_4_2_4_and_an_own_mailbox(talk: Talk) -> None:
    """The story: settings, ways, e-mail, an own address, its code; then the whole export arrived there."""
    amina = await talk.linked("Amina")
    intruder = await gives(talk, NUMBER, "Amina")
    before = await contacts(talk)
    await intruder.texts("MENU", "6", "4", "2", "4", "intruder@example.net", "123456")
    await intruder.texts("MENU", "7", "1")
    assert await contacts(talk) == before
    assert not {"sent_code", "verified_channel", "made_code", "exported"} & set(await audited(talk))
    # Amina hears of it where only she reads, and nothing happens unless she presses.
    assert "settings" in amina.intents()


async def test_a_code_that_is_asked_for_in_the_chat_is_not_proved_by_sms(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    intruder = await gives(talk, NUMBER, "Amina")
    await amina.does(Pressed("chan:add:email"))
    await intruder.texts(HERS)
    assert HERS not in talk.more["email"].sent
    await amina.does(Pressed("chan:add:email"))
    await amina.says(HERS)
    [code] = re.findall(r"\d{6}", talk.more["email"].sent[HERS][-1].text)
    await intruder.texts(str(code))
    assert ("email", HERS, talk.person_ids["Amina"], None) not in await contacts(talk)


async def test_7_3_1(talk: Talk) -> None:
    """The story: privacy, delete, yes."""
    await talk.linked("Amina")
    intruder = await gives(talk, NUMBER, "Amina")
    await intruder.texts("MENU", "7", "3", "1")
    await intruder.presses("erase:yes")
    async with talk.database.reading() as session:
        row = await session.get_one(Person, talk.person_ids["Amina"])
    assert row.consented_at is not None
    assert "erased" not in await audited(talk)


async def test_who_has_no_safer_way_is_helped_by_the_consultant_who_hears_it_once_a_day(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    sms = await gives(talk, NUMBER, "Amina")
    async with talk.database.writing() as session:
        chat = (
            await session.scalars(select(Contact).where(Contact.channel == "web", Contact.person_id.is_not(None)))
        ).one()
        chat.state = ContactState.GONE
    for _ in range(2):
        await sms.presses("export")
        sms.sees("safer.consultant")
    what, how = Text("privacy.export"), Text("channel.sms")
    told = RENDERER.say(Text("consultant.asks_safely", {"person": "Amina Tesfay", "what": what, "channel": how}), "nl")
    assert [told in message.text for message in sanne.messages].count(True) == 1
    await sanne.taps("consultant.code_button")
    sanne.sees("consultant.code_for", person="Amina Tesfay")
    [code] = re.findall(r"\b[A-Z0-9]{10}\b", sanne.news)
    await amina.starts(code)
    amina.sees("menu.ask")


async def test_a_consultant_is_not_played_by_sms(talk: Talk) -> None:
    """The story: "bring 200 euro" went out under her name."""
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    intruder = await gives(talk, NUMBER, "Sanne")
    mine = talk.person_ids["Amina"]
    said = len(amina.messages)
    await sanne.does(Pressed(f"write:{mine}"))
    await intruder.texts("Breng 200 euro mee", "/find Amina", "Amina", "1")
    for intent in (f"write:{mine}", f"ready:{mine}:please_call", f"who:{mine}", "people", "digest", f"code:{mine}"):
        await intruder.presses(intent)
        intruder.sees("consultant.not_here", "nl")
    assert len(amina.messages) == said
    assert "Amina" not in "".join(intruder.messages)


async def test_a_consultants_code_links_no_telephone_number(talk: Talk) -> None:
    code = await talk.code_for("Sanne")
    intruder = Sms(talk, NUMBER)
    await intruder.texts(code)
    intruder.sees("consultant.not_here", "nl")
    assert await contacts(talk) == [("sms", NUMBER, None, None)]
    await talk.phone("9").starts(code)
    assert ("web", "9", None, talk.consultant_ids["Sanne"]) in await contacts(talk)


async def test_a_forged_sender_with_an_own_code_ties_nobodys_telephone(talk: Talk) -> None:
    sms = Sms(talk, NUMBER)
    await sms.texts(await talk.code_for("Omar"))
    [digits] = re.findall(r"\d{6}", sms.news[-1])
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    await sms.texts(wrong)
    sms.sees("link.prove_wrong", "nl")
    assert await contacts(talk) == [("sms", NUMBER, None, None)]
    await sms.texts(digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    assert await contacts(talk) == [("sms", NUMBER, talk.person_ids["Omar"], None)]


async def test_guesses_of_the_digits_are_limited(talk: Talk) -> None:
    sms, code = Sms(talk, NUMBER), await talk.code_for("Omar")
    await sms.texts(code)
    [digits] = re.findall(r"\d{6}", sms.news[-1])
    for guess in itertools.islice((f"{n:06}" for n in itertools.count() if f"{n:06}" != digits), 10):
        await sms.texts(guess)
    await sms.texts(digits, code)
    sms.sees("link.too_many", "nl")
    async with talk.database.reading() as session:
        assert (await session.scalars(select(LinkCode))).one().used_at is None


async def test_what_the_consultant_hears_by_sms_says_so(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne = await talk.linked("Sanne")
    sms = await gives(talk, NUMBER, "Amina")
    await sms.presses("letter")
    await sms.texts("Ik ben ziek")
    sanne.sees("consultant.by_claimed")


# --- STOP -------------------------------------------------------------------------------------------------------------


async def test_stop_is_answered_once_written_down_told_and_true_in_find(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne = await talk.linked("Sanne")
    sms = await gives(talk, NUMBER, "Amina")
    await sms.texts("STOP")
    sms.sees("stop.here", start="START")
    await sms.texts("STOP")
    assert sms.news == []
    assert (await audited(talk)).count("stopped_channel") == 1
    told = RENDERER.say(
        Text("consultant.stopped_channel", {"person": "Amina Tesfay", "channel": Text("channel.sms")}), "nl"
    )
    assert [told in message.text for message in sanne.messages].count(True) == 1
    await sanne.does(Command("find", "Amina"))
    sanne.sees("consultant.ways_stopped", channels=[Text("channel.sms")])
    await sms.texts("START")
    assert sms.news
    await sanne.does(Command("find", "Amina"))
    sanne.sees_not("STOP")
    assert (await audited(talk)).count("resumed_channel") == 1


async def test_words_in_somebodys_name_do_not_lift_their_stop(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne = await talk.linked("Sanne")
    sms = await gives(talk, NUMBER, "Amina")
    await sms.texts("STOP")
    sanne.mark()
    await sms.texts("Ik ben ziek")
    sms.sees("stop.here", start="START")
    assert len(sms.news) > 1
    assert "resumed_channel" not in await audited(talk)
    async with talk.database.reading() as session:
        [contact] = [one for one in await session.scalars(select(Contact)) if one.address == NUMBER]
        assert contact.state is ContactState.BLOCKED
    await sms.texts("START")
    assert (await audited(talk)).count("resumed_channel") == 1
    sanne.sees("consultant.resumed_channel", person="Amina Tesfay", channel=Text("channel.sms"))


async def test_a_strangers_stop_is_answered_and_told_nobody(talk: Talk) -> None:
    sms = Sms(talk, NUMBER)
    await sms.texts("STOP")
    sms.sees("stop.here", "nl", start="START")
    assert await audited(talk) == ["stopped_channel"]


# --- mail of a consultant ---------------------------------------------------------------------------------------------


def replying(talk: Talk, phone: Phone) -> "Mail":
    return Mail(talk, phone)


class Mail:
    """Who answers a consultant's mail: the event carries the proof of a reply, and which mail it answers."""

    def __init__(self, talk: Talk, phone: Phone) -> None:
        self._talk = talk
        self._phone = phone
        self.checked = True

    async def replies(self, payload: Payload, back: int = 1) -> None:
        """Answer the newest message, or the one so many before it."""
        self._phone._mark = len(self._phone.messages)
        answers = self._talk.channel.references[self._phone.address][-back]
        event = InboundEvent(
            "web",
            self._phone.address,
            str(next(self._talk.numbers)),
            payload,
            answers=answers,
            proof=Proof.REPLY,
            checked=self.checked,
        )
        await self._talk.inbox.receive(event)
        await self._talk.settle()


def refused_by_mail(mine: int) -> Iterator[Command | Pressed | Said]:
    yield from (Command("find", "Amina"), Command("people"), Command("add"), Command("standin"))
    yield from (Pressed(f"write:{mine}"), Pressed(f"ready:{mine}:please_call"), Pressed("add"), Pressed(f"code:{mine}"))
    yield from (Said("Amina"), Said("Breng 200 euro mee"))


async def test_a_consultants_mail_does_only_what_the_mail_offered(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    mine = talk.person_ids["Amina"]
    await sanne.does(Pressed("terms"))
    said, back = len(amina.messages), 1
    mail = replying(talk, sanne)
    for payload in refused_by_mail(mine):
        await mail.replies(payload, back)
        back += 1
        sanne.sees("consultant.only_offered")
    assert len(amina.messages) == said
    await amina.does(Pressed("letter"))
    await amina.says("May I bring my son?")
    await mail.replies(Said("Natuurlijk"))
    assert "Natuurlijk" in amina.news


async def test_words_answer_only_the_mail_that_asked_for_them(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    mail = replying(talk, sanne)
    await amina.does(Pressed("letter"))
    await amina.says("May I bring my son?")
    # By mail: "answer" is chosen, our mail asks for the words, and they come in reply to that one.
    letter = next(intent for intent in reversed(sanne.intents()) if intent.startswith("reply:"))
    await mail.replies(Pressed(letter))
    sanne.sees("consultant.write_ask", person="Amina Tesfay")
    said = len(amina.messages)
    await sanne.does(Pressed("terms"))
    await sanne.does(Pressed(letter))
    await mail.replies(Said("Breng 200 euro mee"), back=2)
    sanne.sees("consultant.only_offered")
    assert len(amina.messages) == said


async def test_a_consultants_mail_that_our_server_does_not_confirm_does_nothing(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    mail = Mail(talk, sanne)
    await amina.does(Pressed("letter"))
    await amina.says("May I bring my son?")
    said, mail.checked = len(amina.messages), False
    for payload in (Said("Natuurlijk"), Said("1"), Pressed("digest"), Command("find", "Amina")):
        await mail.replies(payload, back=len(sanne.messages) and 1)
        sanne.sees("consultant.mail_unproved")
    assert len(amina.messages) == said


# --- how much is read -------------------------------------------------------------------------------------------------


async def test_a_stranger_is_read_a_few_lines_a_day(talk: Talk) -> None:
    sms = Sms(talk, NUMBER)
    for _ in range(MOST_OF_STRANGER):
        await sms.texts("Hallo")
        assert sms.news
    await sms.texts("Hallo")
    assert sms.news == []
    talk.clock.forward(days=1)
    await sms.texts("Hallo")
    assert sms.news


async def test_a_person_over_the_days_bound_hears_so_once_and_is_still_helped(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "MOST_OF_PERSON", 3)
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    for _ in range(3):
        await amina.says("xyz")
        assert amina.news
    await amina.says("xyz")
    amina.sees("quota.today")
    await amina.says("xyz")
    assert amina.news == ""
    await amina.says("! help")
    amina.sees("urgent.title")
    assert "! help" in sanne.news
    await amina.taps("menu.back")
    amina.sees("menu.ask")
