"""Replies to e-mails: the message that is answered says what a number, a button's words or own words mean."""

import pytest
from sqlalchemy import select

from bot.events import Pressed
from locales.rendering.message import Text
from reminders.delivery.channel import Capabilities
from storage.appointments.absences import Absence
from storage.vocabulary import AbsenceState
from tests.bot.dialogue.talk import RENDERER, Phone, Talk


async def reported(talk: Talk) -> tuple[Phone, Phone]:
    """Amina cannot come to her meeting; Sanne has the report."""
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    await amina.taps("reason.child_ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")
    sanne.sees("consultant.absence", person="Amina Tesfay")
    return amina, sanne


async def state(talk: Talk) -> AbsenceState:
    async with talk.database.reading() as session:
        return (await session.scalars(select(Absence))).one().state


@pytest.mark.parametrize("words", ["Gezien", "gezien!", "👀 Gezien", "1", "1."])
async def test_a_report_is_seen_by_replying_so(talk: Talk, words: str) -> None:
    amina, sanne = await reported(talk)
    await sanne.replies(words)
    sanne.sees("consultant.person_knows", person="Amina Tesfay")
    amina.sees("absence.seen_by", consultant="Sanne")
    assert await state(talk) is AbsenceState.SEEN


async def test_own_words_in_a_reply_to_a_report_go_to_the_person_and_it_was_seen(talk: Talk) -> None:
    amina, sanne = await reported(talk)
    await sanne.replies("Beterschap, ik bel morgen")
    sanne.sees("consultant.sent", person="Amina Tesfay")
    amina.sees("absence.seen_by", consultant="Sanne")
    assert "Beterschap, ik bel morgen" in amina.news
    assert await state(talk) is AbsenceState.SEEN


async def test_a_letter_is_answered_by_replying_and_so_is_the_answer(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed("letter"))
    await amina.says("May I bring my son?")
    await sanne.replies("Natuurlijk")
    assert "Natuurlijk" in amina.news
    await amina.replies("Thank you")
    amina.sees("letter.sent")
    assert "Thank you" in sanne.news


async def test_what_answers_something_else_is_a_question_like_any(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    before = len(sanne.messages)
    await amina.replies("?bot_talk_to_human")
    assert len(sanne.messages) == before
    await sanne.replies("Hallo?")
    sanne.sees("consultant.not_understood")


async def test_a_reply_to_another_consultants_message_gives_no_way_to_their_person(talk: Talk) -> None:
    amina, _ = await reported(talk)
    karim = await talk.linked("Karim")
    talk.channel.references["Karim"].append(talk.channel.references["Sanne"][-1])
    await karim.replies("Beterschap")
    karim.sees("consultant.not_understood")
    assert "Beterschap" not in amina.news


async def test_a_number_answers_the_message_that_is_replied_to_whatever_came_after_it(talk: Talk) -> None:
    _, sanne = await reported(talk)
    await sanne.does(Pressed("digest"))
    back = (
        len(talk.channel.references["Sanne"])
        - [
            place
            for place, m in enumerate(sanne.messages)
            if any("seen:" in b.intent for row in m.buttons for b in row)
        ][-1]
    )
    await sanne.replies("1", back=back)
    sanne.sees("consultant.person_knows", person="Amina Tesfay")


async def test_a_number_never_answers_an_older_question_than_the_last(talk: Talk) -> None:
    """The consultant's words have one button; the menu before them had seven, and "4" was the plan."""
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    talk.channel.capabilities = Capabilities(buttons=False)
    await amina.does(Pressed("menu"))
    await amina.says("4")
    amina.sees("plan.title")
    await amina.does(Pressed("menu"))
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:get_well"))
    await amina.says("4")
    assert RENDERER.say(Text("plan.title"), "en") not in amina.news


async def test_a_message_that_was_shown_in_part_comes_whole_and_only_to_its_reader(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    omar = await talk.linked("Omar")
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:get_well"))
    told = talk.channel.references["Amina"][-1]
    await amina.does(Pressed(f"whole:{told}"))
    amina.sees("ready.get_well")
    assert "letter" in [b.intent for row in amina.messages[-1].buttons for b in row]
    await omar.does(Pressed(f"whole:{told}"))
    omar.sees("menu.ask")
    await sanne.does(Pressed("whole:99999"))
    sanne.sees("consultant.unknown_button")
