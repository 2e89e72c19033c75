"""Reports that nobody saw come again as one message, with buttons that work; and each alone where it is alone."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.events import Pressed
from reminders.intents import LONGEST, Act, pack, packed_in
from reminders.kinds import Kind
from reminders.planning.after_absence import chase
from storage.appointments.absences import Absence
from storage.engine.database import Database
from storage.outbox.message import Message, put
from storage.people.people import Consultant
from storage.vocabulary import AbsenceState, MessageState
from tests.bot.desk.many_reports import many_reports
from tests.bot.dialogue.talk import Phone, Talk, town
from tests.clock import FakeClock


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    """On both engines: which rows are claimed together is the database's affair."""
    async with town(database, clock) as settled:
        yield settled


async def unseen(talk: Talk, count: int) -> list[int]:
    """So many reports of Sanne's people, one a minute from nine, each to be shown again; their numbers."""
    await many_reports(talk, count)
    async with talk.database.writing() as session:
        sanne = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
        reports = list(await session.scalars(select(Absence).order_by(Absence.id)))
        for number, report in enumerate(reports):
            now = talk.clock.now() + timedelta(minutes=number)
            await put(session, chase(report, sanne, now, talk.services.zone, talk.services.holidays), now)
        return [report.id for report in reports]


async def states(talk: Talk) -> list[AbsenceState]:
    async with talk.database.reading() as session:
        return list(await session.scalars(select(Absence.state).order_by(Absence.id)))


async def later(talk: Talk, phone: Phone) -> None:
    """Four working hours and a half later."""
    phone.mark()
    talk.clock.forward(hours=4, minutes=30)
    await talk.settle()


async def test_twenty_three_come_again_as_one_and_all_are_seen_by_one_button(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    await unseen(talk, 23)
    before = len(sanne.messages)
    await later(talk, sanne)
    assert len(sanne.messages) == before + 1
    assert sanne.news.startswith("⏰ Nog niet gezien: 23 afmeldingen\n")
    for number in range(23):
        assert f"Person{number} van der" in sanne.news
    labels = sanne.labels()
    assert len(labels) == 25
    assert labels[0] == "👀 Deze 23 zijn gezien"
    await sanne.does(Pressed(sanne.messages[-1].buttons[0][0].intent, "1"))
    assert await states(talk) == [AbsenceState.SEEN] * 23
    # Nothing is left to be passed on.
    before = len(sanne.messages)
    await later(talk, sanne)
    assert len(sanne.messages) == before


async def test_one_of_them_is_seen_by_its_own_button_and_the_others_come_once_more(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    await unseen(talk, 3)
    await later(talk, sanne)
    await sanne.does(Pressed(sanne.messages[-1].buttons[2][0].intent, "1"))
    assert await states(talk) == [AbsenceState.REPORTED, AbsenceState.SEEN, AbsenceState.REPORTED]
    await later(talk, sanne)
    assert sanne.news.startswith("⏰ Nog niet gezien: 2 afmeldingen\n")
    assert "Person1 van" not in sanne.news


async def test_one_alone_comes_in_full(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    await unseen(talk, 1)
    await later(talk, sanne)
    assert "Nog niet gezien: afmelding van Person0" in sanne.news
    assert any("callme:" in intent for intent in sanne.intents())


async def test_who_stands_in_gets_one_message_too_and_may_do_all_of_it(talk: Talk) -> None:
    karim = await talk.linked("Karim")
    async with talk.database.writing() as session:
        sanne = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
        sanne.stand_in_id = talk.consultant_ids["Karim"]
    await unseen(talk, 5)
    before = len(karim.messages)
    await later(talk, karim)
    await later(talk, karim)
    assert len(karim.messages) == before + 1
    assert karim.news.startswith("⏰ 5 afmeldingen die Sanne nog niet heeft gezien\n")
    await karim.does(Pressed(karim.messages[-1].buttons[0][0].intent, "1"))
    assert await states(talk) == [AbsenceState.SEEN] * 5


async def test_where_the_one_message_cannot_be_brought_none_of_them_counts_as_said(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    await unseen(talk, 3)
    talk.channel.gone.add(sanne.address)
    await later(talk, sanne)
    async with talk.database.reading() as session:
        rows = list(await session.scalars(select(Message).where(Message.kind == Kind.ABSENCE_AGAIN)))
    assert sorted(row.state for row in rows) == [MessageState.FAILED] * 3 + [MessageState.PENDING] * 3


async def test_whoever_it_was_not_sent_to_sees_nothing_by_its_button(talk: Talk) -> None:
    karim = await talk.linked("Karim")
    numbers = await unseen(talk, 3)
    await karim.does(Pressed(f"{Act.SEEN}:{pack(numbers)}"))
    assert await states(talk) == [AbsenceState.REPORTED] * 3


@pytest.mark.parametrize("numbers", [[5], [5, 6, 7], [900_000, 900_007, 901_000], list(range(10_000, 10_023))])
def test_many_rows_are_one_argument(numbers: list[int]) -> None:
    assert packed_in(pack(numbers)) == numbers
    assert len(f"{Act.SEEN}:{pack(numbers)}") <= LONGEST


@pytest.mark.parametrize("arg", ["", "5", "+", "+a..b", "+é", "+1.-2", "+" + "z" * 80, "+" + "z" * 20, "+ 1"])
def test_what_is_no_such_argument_is_no_row(arg: str) -> None:
    assert packed_in(arg) == []
