"""What is said next to a person, and what other dates of their plan would make of it, before they are saved."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.outbox.message import Message
from storage.people.people import Plan
from storage.vocabulary import MessageState
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import Talk


@pytest.fixture
async def path(talk: Talk) -> str:
    return f"/desk/people/{talk.person_ids['Amina']}/ahead"


async def dated(talk: Talk) -> Plan:
    async with talk.database.reading() as session:
        (plan,) = await session.scalars(select(Plan).where(Plan.person_id == talk.person_ids["Amina"]))
        return plan


async def waiting(talk: Talk) -> set[str]:
    """What is planned for Amina, by key and time."""
    async with talk.database.reading() as session:
        rows = await session.execute(
            select(Message.key, Message.due_at).where(
                Message.person_id == talk.person_ids["Amina"], Message.state == MessageState.PENDING
            )
        )
        return {f"{key} {at}" for key, at in rows}


async def test_what_is_said_next_stands_there_in_their_language(talk: Talk, sanne: Browser, path: str) -> None:
    await talk.linked("Amina")
    page = await sanne.look(path)
    assert 'lang="en"' in page
    assert "meeting" in page.partition("next-title")[2]
    assert "niets: nog niet akkoord" not in page


async def test_who_gets_nothing_now_is_said_to_get_nothing(talk: Talk, sanne: Browser, path: str) -> None:
    assert "Deze persoon krijgt nu niets" in await sanne.look(path)


async def test_consequences_are_shown_before_dates_are_saved(talk: Talk, sanne: Browser, path: str) -> None:
    await talk.linked("Amina")
    async with talk.database.writing() as session:
        await talk.services.replan(session, [talk.person_ids["Amina"]])
    before, signed = await waiting(talk), (await dated(talk)).plan_signed_on
    assert signed is not None
    wanted = (signed - timedelta(days=1070)).isoformat()
    fields = {"route": "b1", "plan_signed_on": wanted, "plan_dated_on": wanted}
    page = await sanne.does(f"{path}/preview", path, **fields)
    assert "Einde inburgeringstermijn" in page
    assert "Dit wordt dan gezegd" in page
    assert page.count('class="desk-message"') > 0
    assert (await dated(talk)).plan_signed_on == signed
    assert await waiting(talk) == before
    await sanne.does(f"{path}/save", path, **fields)
    assert (await dated(talk)).plan_signed_on == signed - timedelta(days=1070)
    assert await waiting(talk) != before


@pytest.mark.parametrize("day", ["x", "0202-03-01", "2026-02-30"])
async def test_what_is_no_day_is_not_saved(talk: Talk, sanne: Browser, path: str, day: str) -> None:
    before = await dated(talk)
    for act in ("preview", "save"):
        assert "Er is niets gedaan" in await sanne.does(f"{path}/{act}", path, intake_on=day)
    assert (await dated(talk)).intake_on == before.intake_on
