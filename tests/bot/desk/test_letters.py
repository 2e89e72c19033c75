"""Letters of invitation, printed at the desk: who is reached nowhere gets a page, and nobody of a colleague."""

import re

import pypdfium2
from sqlalchemy import func, select

from storage.people.contacts import LinkCode
from storage.people.people import Person
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import Talk


async def codes(talk: Talk) -> set[int | None]:
    async with talk.database.reading() as session:
        return set(await session.scalars(select(LinkCode.person_id).where(LinkCode.used_at.is_(None))))


async def test_who_is_reached_nowhere_gets_a_page_and_nobody_of_a_colleague(talk: Talk, sanne: Browser) -> None:
    await talk.linked("Amina")
    async with talk.database.reading() as session:
        of_sanne = set(
            await session.scalars(select(Person.id).where(Person.consultant_id == talk.consultant_ids["Sanne"]))
        )
        everybody = await session.scalar(select(func.count()).select_from(Person))
    unreached = of_sanne - {talk.person_ids["Amina"]}
    assert everybody is not None
    page = await sanne.look("/desk/people")
    assert "Brieven maken" in page
    answer = await sanne.send("/desk/people/letters", "/desk/people", print="all")
    if not unreached:
        assert "all_reached" in answer.headers["location"]
        return
    assert answer.headers["content-type"] == "application/pdf"
    made = pypdfium2.PdfDocument(answer.content)
    assert len(made) == len(unreached)
    assert await codes(talk) == unreached
    links = {
        link
        for one in made
        for link in re.findall(r"/chat#\w+", one.get_textpage().get_text_bounded().replace("\r\n", ""))
    }
    assert len(links) == len(unreached)


async def test_a_form_that_does_not_ask_for_it_prints_nothing(talk: Talk, sanne: Browser) -> None:
    before = await codes(talk)
    answer = await sanne.send("/desk/people/letters", "/desk/people")
    assert answer.status_code == 303
    assert await codes(talk) == before
