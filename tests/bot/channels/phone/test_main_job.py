"""The main job by keys alone: a reminder, an absence with its reason, "seen", a call by the consultant.

The fallback of who is nowhere reached: a bot that is blocked, an SMS that fails, nobody who answers twice.
"""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, select

from bot.channels.base import Capabilities, Receipt, Rejected
from bot.channels.phone.script import CHOICE_KEYS
from bot.voice.cleaning import without_signs
from bot.voice.numbers import number_words
from locales.rendering.message import Body, Part, Text, verbatim
from locales.rendering.render import Rendered
from reminders.kinds import Kind
from storage.appointments.absences import Absence
from storage.engine.database import Database
from storage.outbox.message import Message, Outgoing, put
from storage.outbox.trace import trace_of
from storage.people.contacts import contact_made_at
from storage.people.phone_tasks import PhoneTask
from storage.vocabulary import AbsenceReason, AbsenceState, CallOutcome
from tests.bot.channels.phone.rig import Handset
from tests.bot.channels.phone.town import NUMBER, Town, town
from tests.bot.dialogue.talk import RENDERER, MemoryChannel
from tests.clock import FakeClock


@pytest.fixture
async def at(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Town]:
    async with town(sqlite_database, clock) as settled:
        yield settled


def bare(text: str) -> str:
    """Words alone: what is written and what is said differ in marks."""
    return " ".join(re.sub(r"[^\w\s]", " ", without_signs(text)).split())


def key_of(phone: Handset, label: str) -> str:
    """The key that is said for this choice, in the phone's language."""
    wanted = bare(RENDERER.say(Text(label), phone.locale))
    for line in phone.hears.split("\n"):
        if bare(line).startswith(wanted):
            return digit_said(phone, line)
    raise AssertionError(f"{label} is not offered in {phone.hears!r}")


def digit_said(phone: Handset, line: str) -> str:
    """The digit that a spoken choice names, by the words of its language."""
    words = number_words(phone.locale)
    assert words is not None
    last = bare(line).split()[-3:]
    found = [digit for digit in CHOICE_KEYS if bare(words.cardinal(int(digit))) in last]
    assert len(found) == 1, (line, found)
    return found[0]


def hears(phone: Handset, key: str) -> bool:
    return bare(RENDERER.say(Text(key), phone.locale)) in bare(phone.hears)


@pytest.mark.parametrize("locale", ["nl", "ar", "ti"])
async def test_the_main_job_by_keys(at: Town, locale: str) -> None:
    sanne = await at.talk.linked("Sanne")
    await at.agrees(locale)
    await at.until_it_rings()
    amina = at.amina
    await amina.picks_up()
    assert "Amina" in amina.hears
    await amina.presses("1")
    assert "Gemeentehuis" in amina.hears
    await amina.presses(key_of(amina, "button.not_coming"))
    assert hears(amina, "absence.why")
    await amina.presses(key_of(amina, "reason.child_ill"))
    assert hears(amina, "absence.how_long")
    await amina.presses(key_of(amina, "absence.only_this"))
    assert hears(amina, "absence.check")
    sanne.mark()
    await amina.presses(key_of(amina, "absence.send"))
    assert hears(amina, "absence.what_next")
    await at.talk.settle()
    sanne.sees("consultant.absence", person="Amina Tesfay")
    await amina.presses("9")
    assert hears(amina, "letter.what_next")
    await amina.hangs_up()
    await at.ends()
    async with at.talk.database.reading() as session:
        [absence] = (await session.scalars(select(Absence))).all()
    assert (absence.state, absence.reason) == (AbsenceState.REPORTED, AbsenceReason.CHILD_ILL)
    # What the consultant does is told in a call too.
    line = amina.line
    await sanne.taps("consultant.seen")
    await at.carrier.line_of(NUMBER, line)
    await amina.line.is_asked()
    await amina.presses("1")
    assert "Sanne" in amina.hears


class FailingSms(MemoryChannel):
    """SMS whose provider takes nothing for this number."""

    name = "sms"
    capabilities = Capabilities(buttons=False)

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """See Sender."""
        raise Rejected("permanent_failure")


async def test_who_is_nowhere_reached_becomes_one_task_with_the_whole_trace(
    sqlite_database: Database, clock: FakeClock
) -> None:
    """A blocked bot, an SMS that fails, nobody who answers in two parts of the day."""
    async with town(sqlite_database, clock, sms=FailingSms()) as at:
        talk = at.talk
        sanne = await talk.linked("Sanne")
        await talk.linked("Amina", "amina-web")
        await at.agrees()
        async with talk.database.writing() as session:
            await session.execute(delete(Message).where(Message.person_id == talk.person_ids["Amina"]))
            sms = await contact_made_at(session, talk.database.keys, "sms", NUMBER, talk.clock.now())
            sms.person_id, sms.linked_at = talk.person_ids["Amina"], talk.clock.now()
        talk.channel.gone.add("amina-web")
        at.carrier.outcomes[NUMBER] = [CallOutcome.NO_ANSWER, CallOutcome.NO_ANSWER]
        async with talk.database.writing() as session:
            body = Body((Part(verbatim("Uw les begint later")),))
            message = Outgoing("later", Kind.SAY, talk.clock.now(), body.to_json(), person_id=talk.person_ids["Amina"])
            await put(session, [message], talk.clock.now())
            number = await session.scalar(select(Message.id).where(Message.key == "later"))
        assert number is not None
        sanne.mark()
        for _ in range(2):
            await talk.settle()
            await at.ends()
            async with talk.database.reading() as session:
                waiting = await session.get_one(Message, number)
            talk.clock.set(max(waiting.next_at, talk.clock.now()))
        for _ in range(2):
            # However often it is looked, there is one task.
            await talk.app.scheduler._not_delivered.tell(talk.database)
            await talk.settle()
        async with talk.database.reading() as session:
            [task] = (await session.scalars(select(PhoneTask))).all()
            steps = (await trace_of(session, await session.get_one(Message, number)))["steps"]
        assert task.message_id == number
        assert isinstance(steps, list)
        assert [one["step"] for one in steps if isinstance(one, dict)] == [
            "made", "blocked", "permanent_failure", "sent", "no_answer", "sent", "no_answer", "permanent_failure",
            "to_telephone",
        ]  # fmt: skip
        assert "Amina Tesfay" in sanne.news
