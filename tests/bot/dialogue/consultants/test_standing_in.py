"""A stand-in is asked, and sees nothing before their own yes; who asked hears the answer, and silence."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.actions.access.standing_in import tell_of_silence
from bot.configuration.municipality import Municipalities, Municipality
from bot.events import Command, Pressed
from storage.engine.database import Database
from storage.people.people import Consultant
from tests.bot.dialogue.talk import Phone, Talk, town
from tests.clock import FakeClock


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock) as settled:
        yield settled


async def moved(talk: Talk, name: str, municipality: str) -> None:
    async with talk.database.writing() as session:
        (await session.get_one(Consultant, talk.consultant_ids[name])).municipality = municipality


async def who_stands_in(talk: Talk, name: str) -> int | None:
    async with talk.database.reading() as session:
        return (await session.get_one(Consultant, talk.consultant_ids[name])).stand_in_id


async def asked(talk: Talk) -> tuple[Phone, Phone]:
    """Sanne, who is away, and Karim, whom she asked."""
    sanne, karim = await talk.linked("Sanne"), await talk.linked("Karim")
    await sanne.does(Pressed(f"away:{talk.clock.now().date()}:{talk.clock.now().date() + timedelta(days=4)}"))
    karim.mark()
    await sanne.does(Pressed(f"standin:{talk.consultant_ids['Karim']}"))
    return sanne, karim


async def sees_amina(karim: Phone) -> bool:
    await karim.does(Command("find", "amina"))
    return "Tesfay" in karim.news


async def silence(talk: Talk) -> None:
    async with talk.database.writing() as session:
        await tell_of_silence(session, talk.clock.now())
    await talk.settle()


async def test_who_is_asked_sees_nothing_before_the_yes(talk: Talk) -> None:
    sanne, karim = await asked(talk)
    sanne.sees("consultant.stand_in_asked", colleague="Karim")
    karim.sees("consultant.will_you_stand_in", colleague="Sanne")
    assert not await sees_amina(karim)
    assert await who_stands_in(talk, "Sanne") is None
    sanne.mark()
    await karim.taps("consultant.stand_in_yes")
    karim.sees("consultant.you_stand_in", colleague="Sanne")
    sanne.sees("consultant.stands_in", colleague="Karim")
    assert await sees_amina(karim)


async def test_a_no_opens_nothing_and_is_told(talk: Talk) -> None:
    sanne, karim = await asked(talk)
    sanne.mark()
    await karim.taps("consultant.stand_in_no")
    sanne.sees("consultant.does_not_stand_in", colleague="Karim")
    assert not await sees_amina(karim)
    # The question is answered: its yes is not there any more.
    await karim.does(Pressed(f"standsin:{talk.consultant_ids['Sanne']}:yes"))
    karim.sees("consultant.stand_in_over")
    assert await who_stands_in(talk, "Sanne") is None


async def test_who_stands_in_can_end_it(talk: Talk) -> None:
    sanne, karim = await asked(talk)
    await karim.taps("consultant.stand_in_yes")
    await karim.does(Pressed(f"standsin:{talk.consultant_ids['Sanne']}:no"))
    sanne.sees("consultant.does_not_stand_in", colleague="Karim")
    assert not await sees_amina(karim)


async def test_nobody_stands_in_who_was_not_asked(talk: Talk) -> None:
    sanne, karim = await talk.linked("Sanne"), await talk.linked("Karim")
    sanne.mark()
    for said in ("yes", "no", "maybe"):
        await karim.does(Pressed(f"standsin:{talk.consultant_ids['Sanne']}:{said}"))
        karim.sees("consultant.stand_in_over")
    assert await who_stands_in(talk, "Sanne") is None
    assert sanne.news == ""


async def test_silence_is_told_once_after_a_day_and_a_later_yes_holds(talk: Talk) -> None:
    sanne, karim = await asked(talk)
    sanne.mark()
    talk.clock.forward(hours=23)
    await silence(talk)
    assert sanne.news == ""
    talk.clock.forward(hours=2)
    for _ in range(2):
        await silence(talk)
    sanne.sees("consultant.stand_in_silent", colleague="Karim")
    assert len(sanne.messages) - sanne._mark == 1
    await karim.taps("consultant.stand_in_yes")
    assert await who_stands_in(talk, "Sanne") == talk.consultant_ids["Karim"]


async def test_who_answered_is_not_called_silent(talk: Talk) -> None:
    sanne, karim = await asked(talk)
    await karim.taps("consultant.stand_in_no")
    sanne.mark()
    talk.clock.forward(hours=30)
    await silence(talk)
    assert sanne.news == ""


async def test_consultants_without_a_municipality_are_nobodys_colleagues(talk: Talk) -> None:
    await moved(talk, "Sanne", "")
    await moved(talk, "Karim", "")
    sanne = await talk.linked("Sanne")
    await sanne.does(Pressed("standin"))
    sanne.sees("consultant.no_colleagues")
    await sanne.does(Pressed(f"standin:{talk.consultant_ids['Karim']}"))
    sanne.sees("consultant.unknown_button")


@pytest.mark.parametrize(
    ("pairs", "may"),
    [
        pytest.param({}, False, id="nothing said"),
        pytest.param({"Huizen": ("Blaricum",)}, True, id="hers allows it"),
        pytest.param({"Blaricum": ("Huizen",)}, False, id="only the other one does"),
    ],
)
async def test_across_municipalities_only_where_hers_allows_it(
    talk: Talk, pairs: dict[str, tuple[str, ...]], may: bool
) -> None:
    of = {name: Municipality(stand_in_with=pairs.get(name, ())) for name in ("Huizen", "Blaricum")}
    # Frozen for everybody else.
    object.__setattr__(talk.services, "municipalities", Municipalities(of))
    await moved(talk, "Karim", "Blaricum")
    sanne, karim = await talk.linked("Sanne"), await talk.linked("Karim")
    await sanne.does(Pressed(f"standin:{talk.consultant_ids['Karim']}"))
    if may:
        await karim.taps("consultant.stand_in_yes")
    else:
        sanne.sees("consultant.unknown_button")
    assert (await who_stands_in(talk, "Sanne") is not None) == may


async def test_what_is_allowed_no_more_is_not_opened_by_a_late_yes(talk: Talk) -> None:
    _, karim = await asked(talk)
    await moved(talk, "Karim", "Laren")
    await karim.taps("consultant.stand_in_yes")
    assert await who_stands_in(talk, "Sanne") is None
