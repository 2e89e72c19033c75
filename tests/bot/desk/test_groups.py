"""One message to a whole lesson group: looked at first, in each one's language, and taken back until it goes."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.configuration.municipality import Municipalities
from storage.appointments.appointments import LessonGroup, Membership
from storage.outbox.message import Message
from storage.people.people import Person
from storage.vocabulary import Group, MessageState
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import Talk


@pytest.fixture
async def path(talk: Talk) -> str:
    """Amina (English), Selam (Tigrinya) and Karim's Omar are in one group."""
    now = talk.clock.now()
    async with talk.database.writing() as session:
        group = LessonGroup(name="Ochtend A")
        selam = Person(
            external_id="Selam",
            given_name="Selam",
            family_name="Kidane",
            language="ti",
            group=Group.ASYLUM,
            municipality="Huizen",
            consultant_id=talk.consultant_ids["Sanne"],
            created_at=now,
            updated_at=now,
        )
        session.add_all([group, selam])
        await session.flush()
        for person_id in (talk.person_ids["Amina"], talk.person_ids["Omar"], selam.id):
            session.add(Membership(group_id=group.id, person_id=person_id, from_on=now.date()))
    return f"/desk/groups/{group.id}"


async def sent(talk: Talk) -> list[tuple[int | None, MessageState]]:
    async with talk.database.reading() as session:
        wanted = select(Message.person_id, Message.state).where(Message.key.startswith("broadcast:"))
        return [(person_id, state) for person_id, state in await session.execute(wanted)]


async def test_a_ready_sentence_is_shown_in_each_language_before_it_goes(talk: Talk, sanne: Browser, path: str) -> None:
    amina = await talk.linked("Amina")
    page = await sanne.does(f"{path}/preview", path, ready="good_luck")
    assert "Amina Tesfay" in page
    assert "Selam Kidane" in page
    assert "Omar" not in page
    assert re.search("[ሀ-፿]", page)
    assert await sent(talk) == []
    amina.mark()
    await sanne.does(f"{path}/send", path, ready="good_luck")
    await talk.settle()
    amina.sees("ready.good_luck")
    assert len(await sent(talk)) == 2


async def test_own_words_reach_only_who_can_read_them_unless_it_is_asked(talk: Talk, sanne: Browser, path: str) -> None:
    words = {"words_nl": "Morgen geen les", "words_en": "No lesson tomorrow"}
    page = await sanne.does(f"{path}/preview", path, **words)
    assert "No lesson tomorrow" in page
    assert "Krijgt niets" in page
    await sanne.does(f"{path}/send", path, **words)
    assert [person for person, _ in await sent(talk)] == [talk.person_ids["Amina"]]
    assert "Krijgt niets" not in await sanne.does(f"{path}/preview", path, **words, dutch="yes")


async def test_what_goes_later_is_taken_back_until_then(talk: Talk, sanne: Browser, path: str) -> None:
    day = (talk.clock.now() + timedelta(days=1)).date().isoformat()
    await sanne.does(f"{path}/send", path, ready="good_luck", on=day, at="08:00")
    (take_back,) = re.findall(r'action="([^"]*take-back)"', await sanne.look(path))
    assert "niemand krijgt dit bericht" in await sanne.does(take_back, path)
    assert {state for _, state in await sent(talk)} == {MessageState.CANCELLED}
    await talk.linked("Amina")
    talk.clock.forward(days=2)
    await talk.settle()
    assert {state for _, state in await sent(talk)} == {MessageState.CANCELLED}


async def test_what_was_sent_is_taken_back_no_more(talk: Talk, sanne: Browser, path: str) -> None:
    day = (talk.clock.now() + timedelta(days=1)).date().isoformat()
    await sanne.does(f"{path}/send", path, ready="good_luck", on=day, at="08:00")
    (take_back,) = re.findall(r'action="([^"]*take-back)"', await sanne.look(path))
    talk.clock.forward(days=1)
    await sanne.signs_in("sanne@huizen.example")
    assert "Er is niets gedaan" in await sanne.does(take_back, path)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "niets gedaan"),
        ({"ready": "good_luck", "on": "2026-03-01", "at": "09:00"}, "al voorbij"),
        ({"ready": "good_luck", "on": "2027-03-01", "at": "09:00"}, "al voorbij"),
        ({"words_xx": "no such language"}, "niets gedaan"),
    ],
)
async def test_nothing_goes_to_nobody_or_in_the_past(
    talk: Talk, sanne: Browser, path: str, fields: dict[str, str], said: str
) -> None:
    assert said in await sanne.does(f"{path}/send", path, **fields)
    assert await sent(talk) == []


async def test_a_colleague_takes_nothing_back(talk: Talk, sanne: Browser, karim: Browser, path: str) -> None:
    day = (talk.clock.now() + timedelta(days=1)).date().isoformat()
    await sanne.does(f"{path}/send", path, ready="good_luck", on=day, at="08:00")
    (take_back,) = re.findall(r'action="([^"]*take-back)"', await sanne.look(path))
    assert (await karim.send(take_back)).status_code == 404
    assert "take-back" not in await karim.look(path)


async def test_a_message_to_many_waits_for_a_second_persons_yes(
    talk: Talk, sanne: Browser, karim: Browser, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = talk.services.municipalities.of("Huizen").model_copy(update={"second_yes_above": 1})
    monkeypatch.setattr(Municipalities, "of", lambda _, __: few)
    assert "Een collega moet eerst ja zeggen" in await sanne.does(f"{path}/send", path, ready="good_luck")
    assert await sent(talk) == []
    assert "/desk/broadcasts/" not in await sanne.look("/desk/groups")
    (asked,) = re.findall(r'action="(/desk/broadcasts/[^"]*)"', await karim.look("/desk/groups"))
    assert (await sanne.send(asked, answer="yes")).status_code == 404
    assert "Selam" not in await karim.look("/desk/groups")
    await karim.does(asked, "/desk/groups", answer="yes")
    assert len(await sent(talk)) == 2
    assert (await karim.send(asked, answer="yes")).status_code == 404
    assert len(await sent(talk)) == 2


@pytest.mark.parametrize("who", ["karim", "sanne"])
async def test_without_the_second_yes_nobody_gets_it(
    talk: Talk, sanne: Browser, karim: Browser, path: str, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    few = talk.services.municipalities.of("Huizen").model_copy(update={"second_yes_above": 1})
    monkeypatch.setattr(Municipalities, "of", lambda _, __: few)
    await sanne.does(f"{path}/send", path, words_nl="Morgen vrij", words_en="Free tomorrow", dutch="yes")
    (asked,) = re.findall(r'action="(/desk/broadcasts/[^"]*)"', await karim.look("/desk/groups"))
    if who == "karim":
        await karim.does(asked, "/desk/groups", answer="no")
    else:
        (take_back,) = re.findall(r'action="([^"]*take-back)"', await sanne.look(path))
        await sanne.does(take_back, path)
    assert (await karim.send(asked, answer="yes")).status_code == 404
    assert await sent(talk) == []
