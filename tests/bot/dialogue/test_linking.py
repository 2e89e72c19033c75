"""Strangers, codes, language, consent."""

import re

from bot.channels.base import Capabilities
from bot.events import Command, Left, Media, Pressed, Returned, Said, Started
from locales.rendering.message import Text
from storage.people.link_codes import MAX_ATTEMPTS
from storage.people.people import Person
from storage.vocabulary import MediaKind
from tests.bot.dialogue.talk import Talk


async def test_a_stranger_learns_what_this_is_and_nothing_else(talk: Talk) -> None:
    stranger = talk.phone("9")
    for payload in (
        Started(None),
        Said("Who is Amina?"),
        Command("plan"),
        Pressed("plan"),
        Pressed(f"appt:{talk.appointment_ids['Amina-meeting']}"),
        Pressed("consent:yes"),
        Media(MediaKind.VOICE, "f"),
    ):
        await stranger.does(payload)
        stranger.sees("stranger.how_to_link")
        assert "Amina" not in stranger.news.replace("Who is Amina?", "")


async def test_a_wrong_code_and_then_the_right_one(talk: Talk) -> None:
    amina = talk.phone("1")
    await amina.says("ACDEFGHJKM")
    amina.sees("link.unknown")
    await amina.says(await talk.code_for("Amina"))
    amina.sees("language.ask")
    await amina.does(Pressed("lang:ar"))
    amina.sees("consent.ask")
    await amina.taps("consent.yes")
    amina.sees("menu.ask")
    async with talk.database.reading() as session:
        person = await session.get_one(Person, talk.person_ids["Amina"])
    assert (person.language, person.consented_at) == ("ar", talk.clock.now())


async def test_guessing_is_limited(talk: Talk) -> None:
    stranger = talk.phone("1")
    for _ in range(MAX_ATTEMPTS):
        await stranger.says("ACDEFGHJKM")
    await stranger.says(await talk.code_for("Amina"))
    stranger.sees("link.too_many")


async def test_a_code_that_was_used_links_nobody_else(talk: Talk) -> None:
    code = await talk.code_for("Amina")
    await talk.phone("1").starts(code)
    other = talk.phone("2")
    await other.starts(code)
    other.sees("link.unknown")


async def test_nothing_is_shown_before_consent(talk: Talk) -> None:
    amina = talk.phone("1")
    await amina.starts(await talk.code_for("Amina"))
    await amina.does(Pressed("plan"))
    amina.sees("language.ask")
    await amina.does(Pressed("lang:en"))
    await amina.says("What is my plan?")
    amina.sees("consent.ask")
    await amina.taps("consent.no")
    amina.sees("consent.declined")
    await amina.does(Command("plan"))
    amina.sees("consent.ask")


async def test_numbers_and_words_answer_the_open_question(talk: Talk) -> None:
    amina = talk.phone("1")
    await amina.starts(await talk.code_for("Amina"))
    position = [b.intent for row in amina.messages[-1].buttons for b in row].index("lang:ar") + 1
    await amina.says("٠١٢٣٤٥٦٧٨٩"[position])
    amina.sees("consent.ask")
    await amina.says("نعم أوافق")
    amina.sees("menu.ask")


async def test_a_number_never_answers_an_older_question(talk: Talk) -> None:
    # As on WhatsApp: fifteen languages are numbered, a menu has buttons.
    talk.channel.capabilities = Capabilities(buttons=True, most_buttons=10)
    amina = talk.phone("1")
    await amina.starts(await talk.code_for("Amina"))
    assert re.search(r"^1\. \w+$", amina.messages[-1].text, re.MULTILINE)
    await amina.says("5")
    await amina.taps("consent.yes")
    amina.sees("menu.ask")
    # A reminder came below the menu: its choices are the newest, and it has no fourth.
    await amina.says("4")
    amina.sees_not("language")
    amina.sees("answer.not_there", number=4)
    await amina.does(Command("menu"))
    await amina.says("4")
    amina.sees("plan.route", route=Text("route.b1"))


async def test_somebody_elses_code_does_not_take_over_a_chat(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says(await talk.code_for("Omar"))
    amina.sees("link.somebody_else")
    await amina.starts(await talk.code_for("Omar"))
    amina.sees("link.somebody_else")
    await amina.starts(await talk.code_for("Amina"))
    amina.sees("menu.ask")


async def test_the_same_event_twice_does_nothing(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Command("menu"), event_id="same")
    before = len(amina.messages)
    await amina.does(Command("menu"), event_id="same")
    assert len(amina.messages) == before


async def test_a_block_ends_messages_and_coming_back_begins_them(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Left())
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:thanks"))
    assert "ready" not in amina.news
    await amina.does(Returned())
    await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:get_well"))
    amina.sees("ready.get_well")


async def test_used_buttons_are_taken_away(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.taps("menu.plan")
    assert ("Amina", "1") in talk.channel.closed
