"""What consultants write at night: it waits for the morning, unless it cannot; and they see when it goes."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.actions import letters, meetings, proposals
from bot.actions.letters import Words
from bot.events import Pressed
from reminders.local_time import AMSTERDAM
from storage.appointments.appointments import Appointment
from storage.engine.database import Database
from storage.people.people import Person
from storage.vocabulary import LetterKind
from tests.bot.actions.test_meetings_and_absences import acting
from tests.bot.dialogue.talk import Phone, Talk, town
from tests.clock import FakeClock

NIGHT, MORNING = datetime(2026, 3, 3, 23, 10, tzinfo=AMSTERDAM), datetime(2026, 3, 4, 8, 0, tzinfo=AMSTERDAM)
THURSDAY = datetime(2026, 3, 5, 10, 0, tzinfo=AMSTERDAM)


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(sqlite_database, clock) as settled:
        yield settled


async def at(talk: Talk, moment: datetime) -> None:
    talk.clock.set(moment)
    await talk.settle()


async def linked(talk: Talk, *names: str) -> list[Phone]:
    """They link in the afternoon, and it becomes night."""
    talk.clock.set(datetime(2026, 3, 3, 15, 0, tzinfo=AMSTERDAM))
    phones = [await talk.linked(name) for name in names]
    await at(talk, NIGHT)
    for phone in phones:
        phone.mark()
    return phones


async def test_it_goes_out_in_the_morning_and_who_wrote_it_sees_that(talk: Talk) -> None:
    amina, sanne = await linked(talk, "Amina", "Sanne")
    await sanne.does(Pressed(f"write:{talk.person_ids['Amina']}"))
    await sanne.says("Neem morgen uw brief mee.")
    sanne.sees("consultant.goes_at", at=MORNING)
    assert amina.news == ""
    await at(talk, MORNING)
    assert "Neem morgen uw brief mee." in amina.news


async def test_by_day_it_goes_at_once_and_nothing_is_said_of_it(talk: Talk) -> None:
    amina, sanne = await linked(talk, "Amina", "Sanne")
    await at(talk, MORNING + timedelta(hours=1))
    amina.mark()
    await sanne.does(Pressed(f"write:{talk.person_ids['Amina']}"))
    await sanne.says("Tot straks.")
    assert "Tot straks." in amina.news
    assert "🌙" not in sanne.news


async def test_who_wrote_just_now_is_answered_at_once(talk: Talk) -> None:
    amina, sanne = await linked(talk, "Amina", "Sanne")
    await amina.says("hello")
    talk.clock.forward(minutes=20)
    amina.mark()
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:get_well"))
    assert amina.news != ""
    assert "🌙" not in sanne.news


async def test_the_hours_that_somebody_chose_are_theirs(talk: Talk) -> None:
    amina, sanne = await linked(talk, "Amina", "Sanne")
    async with talk.database.writing() as session:
        (await session.get_one(Person, talk.person_ids["Amina"])).quiet_hours = "22:00-10:00"
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:get_well"))
    await at(talk, MORNING)
    assert amina.news == ""
    await at(talk, MORNING + timedelta(hours=2))
    assert amina.news != ""


async def test_an_answer_to_a_cry_for_help_waits_for_nothing(talk: Talk) -> None:
    (amina,) = await linked(talk, "Amina")
    async with acting(talk, "Amina") as her:
        await letters.write_to_consultant(her, LetterKind.URGENT, Words("help", "en"))
    await at(talk, NIGHT + timedelta(hours=2))
    amina.mark()
    async with acting(talk, "Sanne") as his:
        await letters.see_letter(his, 1)
    await talk.settle()
    assert "Sanne" in amina.news


async def meeting_on_thursday(talk: Talk, starts_at: datetime = THURSDAY) -> int:
    async with talk.database.writing() as session:
        meeting = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
        meeting.starts_at = starts_at
    return talk.appointment_ids["Amina-meeting"]


async def test_a_proposal_waits_and_only_the_last_one_is_told_once(talk: Talk) -> None:
    meeting = await meeting_on_thursday(talk)
    (amina,) = await linked(talk, "Amina")
    for days in (3, 4, 4):
        async with acting(talk, "Sanne") as his:
            await proposals.propose(his, meeting, 1, [THURSDAY + timedelta(days=days)])
    await talk.settle()
    amina.sees_nothing_of("proposal.choose")
    await at(talk, MORNING)
    assert amina.news.count("Sanne proposes another time") == 1
    assert any("9 March" in label for label in amina.labels()), amina.labels()


async def test_a_proposal_for_a_meeting_that_changed_since_is_not_told(talk: Talk) -> None:
    meeting = await meeting_on_thursday(talk)
    (amina,) = await linked(talk, "Amina")
    async with acting(talk, "Sanne") as his:
        await proposals.propose(his, meeting, 1, [THURSDAY + timedelta(days=3)])
    async with acting(talk, "Sanne") as his:
        await meetings.cancel(his, meeting, 1)
    await at(talk, MORNING)
    amina.sees_nothing_of("proposal.choose")


async def test_a_proposal_for_a_meeting_of_the_next_morning_wakes(talk: Talk) -> None:
    meeting = await meeting_on_thursday(talk, MORNING + timedelta(minutes=30))
    (amina,) = await linked(talk, "Amina")
    async with acting(talk, "Sanne") as his:
        await proposals.propose(his, meeting, 1, [THURSDAY])
    await talk.settle()
    amina.sees("proposal.choose")


async def test_the_same_times_proposed_again_by_day_are_told_once(talk: Talk) -> None:
    meeting = await meeting_on_thursday(talk)
    (amina,) = await linked(talk, "Amina")
    await at(talk, MORNING + timedelta(hours=1))
    amina.mark()
    for _ in range(2):
        async with acting(talk, "Sanne") as his:
            done = await proposals.propose(his, meeting, 1, [THURSDAY + timedelta(days=3)])
        assert isinstance(done, meetings.Meeting)
        assert done.refused is None
    await talk.settle()
    assert amina.news.count("Sanne proposes another time") == 1
