"""What somebody reported is known wherever they look, and what stood on a report ends with it, on both sides."""

from datetime import timedelta

import pytest

from bot.events import Pressed
from locales.rendering.message import Text
from reminders.wording.appointment import known_line
from storage.appointments.appointments import Appointment, appointments_of
from storage.appointments.proposals import Proposal
from storage.vocabulary import AppointmentKind, ProposalState
from tests.bot.dialogue.talk import RENDERER, ZONE, Phone, Talk


async def _pair(talk: Talk) -> tuple[Phone, Phone]:
    return await talk.linked("Amina"), await talk.linked("Sanne")


async def _reports(amina: Phone, appointment_id: int) -> None:
    await amina.does(Pressed(f"notcome:{appointment_id}"))
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")


async def _appointment(talk: Talk, appointment_id: int) -> Appointment:
    async with talk.database.reading() as session:
        return await session.get_one(Appointment, appointment_id)


def _missed(appointment: Appointment) -> str:
    return RENDERER.say(known_line(appointment, missed=True), "en")


async def test_the_overview_strikes_out_what_was_reported(talk: Talk) -> None:
    amina, _ = await _pair(talk)
    meeting = await _appointment(talk, talk.appointment_ids["Amina-meeting"])
    await _reports(amina, meeting.id)
    await amina.taps("menu.back")
    await amina.taps("menu.appointments")

    assert amina.news.count("❌") == 1
    assert _missed(meeting) in amina.news
    assert sum(label.startswith("❌") for label in amina.labels()) == 1


async def test_a_week_of_seven_is_shown_whole_and_of_a_fuller_one_how_many_more(talk: Talk) -> None:
    amina, _ = await _pair(talk)
    await amina.taps("menu.appointments")
    assert len(amina.labels()) == 3 + 1

    async def more(first: int, count: int) -> None:
        async with talk.database.writing() as session:
            for number in range(count):
                session.add(
                    Appointment(
                        external_id=f"more-{first + number}",
                        person_id=talk.person_ids["Amina"],
                        kind=AppointmentKind.ACTIVITY,
                        starts_at=talk.clock.now() + timedelta(days=3, hours=first + number),
                        made_at=talk.clock.now(),
                        updated_at=talk.clock.now(),
                    )
                )

    await more(0, 4)
    await amina.does(Pressed("appts"))
    assert len(amina.labels()) == 7 + 1
    await more(4, 4)
    await amina.does(Pressed("appts"))
    assert len(amina.labels()) == 9 + 1
    assert RENDERER.say(Text("absence.and_more", {}, count=2), "en") in amina.news


async def test_the_week_ahead_says_what_was_reported_and_is_silent_when_that_is_all(talk: Talk) -> None:
    amina, _ = await _pair(talk)
    now = talk.clock.now()
    async with talk.database.writing() as session:
        made = [
            Appointment(
                external_id=f"next-{number}",
                person_id=talk.person_ids["Amina"],
                kind=AppointmentKind.CLASS,
                starts_at=now + timedelta(days=8 + number),
                made_at=now,
                updated_at=now,
            )
            for number in range(2)
        ]
        session.add_all(made)
    await _reports(amina, made[0].id)
    talk.clock.forward(days=6, hours=9)
    await talk.planner.plan_ahead(talk.database)
    amina.mark()
    await talk.settle()

    amina.sees("overview.title")
    assert _missed(made[0]) in amina.news
    assert amina.news.count("❌") == 1
    async with talk.database.reading() as session:
        ahead = await appointments_of(
            session, talk.person_ids["Amina"], talk.clock.now(), talk.clock.now() + timedelta(days=7), zone=ZONE
        )
    assert len(ahead) == 2


@pytest.mark.parametrize("comes", ["take_back", "coming"])
async def test_who_comes_after_all_is_not_offered_another_time(talk: Talk, comes: str) -> None:
    amina, sanne = await _pair(talk)
    meeting = talk.appointment_ids["Amina-meeting"]
    await _reports(amina, meeting)
    await sanne.taps("consultant.new_time")
    begun = sanne.intents()[-20:]
    if comes == "take_back":
        await amina.taps("absence.take_back")
    else:
        await amina.does(Pressed(f"come:{meeting}"))

    # The button on the report, and a step further on.
    for intent in dict.fromkeys(one for one in begun if one.startswith("time:")):
        await sanne.does(Pressed(intent))
        sanne.sees("consultant.was_withdrawn", person="Amina Tesfay")
    await sanne.taps("consultant.call_me")
    sanne.sees("consultant.was_withdrawn", person="Amina Tesfay")
    async with talk.database.reading() as session:
        assert await session.get(Proposal, 1) is None


async def test_who_asked_for_another_time_and_comes_ends_that_question_too(talk: Talk) -> None:
    amina, sanne = await _pair(talk)
    meeting = talk.appointment_ids["Amina-meeting"]
    await amina.does(Pressed(f"othertime:{meeting}"))
    asked = next(one for one in reversed(sanne.intents()) if one.startswith("time:"))
    await amina.does(Pressed(f"come:{meeting}"))
    await sanne.does(Pressed(asked))
    sanne.sees("consultant.comes_as_it_is", person="Amina Tesfay")
    # From the meeting itself a consultant may still propose one.
    version = (await _appointment(talk, meeting)).version
    await sanne.does(Pressed(f"time:{meeting}:{version}"))
    sanne.sees_nothing_of("consultant.comes_as_it_is", person="Amina Tesfay")


async def test_times_that_were_proposed_for_a_report_end_when_it_is_taken_back(talk: Talk) -> None:
    amina, sanne = await _pair(talk)
    meeting = await _appointment(talk, talk.appointment_ids["Amina-meeting"])
    await _reports(amina, meeting.id)
    report = next(one for one in sanne.intents() if one.startswith("time:"))
    moment = (meeting.starts_at + timedelta(days=1)).astimezone(ZONE)
    await sanne.does(Pressed(f"{report}:{moment:%y%m%d%H%M}:send"))
    offered = [one for one in amina.intents() if one.startswith("prop:")]
    assert offered
    await amina.does(Pressed(f"come:{meeting.id}"))
    async with talk.database.reading() as session:
        assert (await session.get_one(Proposal, 1)).state is ProposalState.OVERTAKEN
    await amina.does(Pressed(offered[0]))
    assert (await _appointment(talk, meeting.id)).starts_at == meeting.starts_at


async def test_menu_in_the_middle_of_a_letter_is_asked_about(talk: Talk) -> None:
    amina, sanne = await _pair(talk)
    sanne.mark()
    for word in ("menu", "القائمة", "Mijn afspraken"):
        await amina.does(Pressed("letter"))
        await amina.says(word)
        amina.sees("page.menu_or_letter", words=word)
        assert sanne.news == ""
    await amina.taps("page.send_words")
    amina.sees("letter.sent")
    assert "Mijn afspraken" in sanne.news
    await amina.does(Pressed("letter"))
    await amina.says("menu")
    await amina.taps("menu.back")
    amina.sees("menu.ask")
    sanne.mark()
    await amina.says("Hoe laat is het menu in de kantine?")
    assert "kantine" not in sanne.news
