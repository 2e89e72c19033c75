"""Personal attention: talks that are noted, three faces, who was not spoken with for long (start note 2, 3.1, 3.7)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cards.pictograms import pictogram
from bot.events import Command, Pressed
from reminders.local_time import QuietHours
from reminders.planning.attention.asking import plan_attention
from reminders.wording.attention.asking import FACES
from storage.appointments.appointments import Appointment
from storage.attention.contact_moments import contacts_of
from storage.attention.feedback import Feedback, sums_of
from storage.engine.database import Database
from storage.people.people import Person
from storage.vocabulary import AppointmentKind, Group, Mood
from tests.bot.dialogue.talk import Phone, Talk

ZONE = ZoneInfo("Europe/Amsterdam")
QUIET = QuietHours.parse("21:00-08:00", ZONE)


@pytest.fixture
async def database(sqlite_database: Database) -> Database:
    """What is shown here does not depend on the engine."""
    return sqlite_database


async def planned(talk: Talk) -> None:
    """The service's job, and everything that is due then."""
    now = talk.clock.now()
    async with talk.database.writing() as session:
        await plan_attention(session, now, ZONE, QUIET)
    await talk.settle()


async def at(talk: Talk, phone: Phone, moment: str) -> None:
    """Let the clock come to a moment (wall time), with what is planned on the way; what came is the news."""
    await planned(talk)
    talk.clock.set(datetime.fromisoformat(moment).replace(tzinfo=ZONE))
    phone.mark()
    await planned(talk)


async def spoken(talk: Talk, name: str) -> int:
    async with talk.database.reading() as session:
        return len(
            (await contacts_of(session, [talk.person_ids[name]], talk.clock.now())).get(talk.person_ids[name], ())
        )


async def test_a_talk_is_noted_once_and_takes_somebody_off_the_list(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    # The meeting of this week was the last talk.
    talk.clock.forward(days=40)
    assert await spoken(talk, "Amina") == 1
    await sanne.does(Command("unspoken"))
    assert "Amina Tesfay" in sanne.news
    await sanne.does(Command("contact", "amina"))
    await sanne.taps("contact.visited")
    sanne.sees("consultant.contacted_noted", person="Amina Tesfay", how="bezocht")
    await sanne.taps("consultant.person_card")
    assert "Laatst gesproken" in sanne.news
    await sanne.does(Pressed(f"contacted:{talk.person_ids['Amina']}:visited"))
    sanne.sees("consultant.contacted_already", person="Amina Tesfay", how="bezocht")
    talk.clock.forward(minutes=1)
    assert await spoken(talk, "Amina") == 2
    await sanne.does(Command("unspoken"))
    sanne.sees("consultant.nothing")


async def test_nobody_notes_a_talk_with_a_colleagues_people(talk: Talk) -> None:
    karim = await talk.linked("Karim")
    await karim.does(Pressed(f"contacted:{talk.person_ids['Amina']}:called"))
    karim.sees("consultant.unknown_button")
    talk.clock.forward(days=1)
    assert await spoken(talk, "Amina") == 0


async def test_who_wants_to_be_asked_how_it_goes_is_asked_and_a_bad_week_is_seen(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed("settings"))
    await amina.taps("settings.check_ins")
    amina.sees("settings.check_ins_how")
    await amina.taps("check_ins.weekly")
    # Wednesday at five, and not before.
    await at(talk, amina, "2026-03-11 16:59")
    amina.sees_nothing_of("check_in.ask")
    await at(talk, amina, "2026-03-11 17:00")
    amina.sees("check_in.ask")
    asked = len(amina.messages)
    await planned(talk)
    assert len(amina.messages) == asked
    await amina.taps("mood.bad")
    amina.sees("check_in.bad_seen")
    amina.sees("urgent.call_112")
    await sanne.does(Command("moods"))
    assert "Amina Tesfay" in sanne.news
    # Who called takes her off the list.
    talk.clock.forward(minutes=5)
    await sanne.does(Pressed(f"contacted:{talk.person_ids['Amina']}:called"))
    talk.clock.forward(minutes=5)
    await sanne.does(Command("moods"))
    sanne.sees("consultant.nothing")
    await amina.does(Pressed("checkins:never"))
    await at(talk, amina, "2026-03-18 18:00")
    amina.sees_nothing_of("check_in.ask")


async def test_a_good_week_is_nobodys_business(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed("checkins:weekly"))
    await at(talk, amina, "2026-03-04 17:00")
    await amina.taps("mood.good")
    amina.sees("check_in.good")
    await sanne.does(Command("moods"))
    sanne.sees("consultant.nothing")


@pytest.mark.parametrize(
    "intent", ["checkin:2026-01-05:bad", "checkin:x:bad", "checkin:2026-03-09", "howwas:9999:good"]
)
async def test_a_face_of_long_ago_or_of_nothing_is_not_kept(talk: Talk, intent: str) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed(intent))
    amina.sees("error.unknown_button")


async def test_a_meeting_is_asked_about_once_a_week_at_most(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    async with talk.database.reading() as session:
        meeting = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
        ends = meeting.starts_at + timedelta(hours=1)
    talk.clock.set(ends + timedelta(hours=2, minutes=-1))
    amina.mark()
    await planned(talk)
    amina.sees_nothing_of("feedback.ask")
    talk.clock.forward(minutes=1)
    await planned(talk)
    amina.sees("feedback.ask")
    amina.sees("feedback.sums")
    await amina.taps("mood.so_so")
    amina.sees("feedback.thanks")
    talk.clock.forward(hours=3)
    before = len(amina.messages)
    await planned(talk)
    assert len(amina.messages) == before


async def test_fewer_than_five_people_are_no_sum_and_a_sixth_answer_shows_nothing(talk: Talk) -> None:
    now = talk.clock.now()
    people: list[int] = []

    async def answers(mood: Mood) -> dict[AppointmentKind, dict[Mood, int]]:
        async with talk.database.writing() as session:
            one = Person(
                external_id=f"p{len(people)}", given_name="P", family_name="", language="nl", group=Group.ASYLUM,
                municipality="Huizen", created_at=now, updated_at=now,
            )  # fmt: skip
            session.add(one)
            await session.flush()
            people.append(one.id)
            meeting = talk.appointment_ids["Amina-meeting"]
            session.add(Feedback(person_id=one.id, appointment_id=meeting, mood=mood, at=now))
        async with talk.database.reading() as session:
            found = await sums_of(session, people, now - timedelta(days=1), now + timedelta(days=1))
        return {kind: dict(moods) for kind, moods in found.items()}

    for mood in (Mood.GOOD, Mood.GOOD, Mood.BAD, Mood.GOOD):
        assert await answers(mood) == {}
    five = {AppointmentKind.PROGRESS_MEETING: {Mood.GOOD: 4, Mood.BAD: 1}}
    assert await answers(Mood.GOOD) == five
    assert await answers(Mood.BAD) == five


def test_who_does_not_read_sees_the_faces() -> None:
    assert all(pictogram(icon) is not None for icon in FACES.values())
