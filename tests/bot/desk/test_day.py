"""A consultant's day: what stands on the first page, and what is done about each."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.events import Pressed
from locales.rendering.message import Text
from storage.appointments.absences import Absence
from storage.people.people import Consultant
from storage.people.phone_tasks import PhoneTask
from storage.people.relayed import Letter
from storage.privacy.audit import AuditEntry
from storage.vocabulary import AbsenceState, LetterKind, TaskState
from tests.bot.desk.conftest import Browser
from tests.bot.desk.many_reports import many_reports
from tests.bot.dialogue.talk import RENDERER, Phone, Talk


async def reports(talk: Talk) -> Phone:
    """Amina cannot come to her meeting: her child is ill."""
    amina = await talk.linked("Amina")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    await amina.taps("reason.child_ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")
    return amina


async def writes(talk: Talk, text: str, kind: LetterKind = LetterKind.MESSAGE) -> int:
    """Amina wrote something; its number."""
    async with talk.database.writing() as session:
        letter = Letter(
            person_id=talk.person_ids["Amina"],
            consultant_id=talk.consultant_ids["Sanne"],
            kind=kind,
            text=text,
            language="en",
            reading={"act": "urgent", "need": "emergency"} if kind is LetterKind.URGENT else None,
            written_at=talk.clock.now(),
        )
        session.add(letter)
        await session.flush()
        return letter.id


async def letter(talk: Talk, number: int) -> Letter:
    async with talk.database.reading() as session:
        return await session.get_one(Letter, number)


async def test_a_report_is_seen_and_the_person_hears_it(talk: Talk, sanne: Browser) -> None:
    amina = await reports(talk)
    page = await sanne.look("/desk")
    assert RENDERER.say(Text("reason.child_ill"), "nl") in page
    (row,) = re.findall(r'name="report" value="(\d+)"', page)
    said = await sanne.does("/desk/absences/seen", report=row)
    assert "Gezien. De persoon hoort het." in said
    assert 'name="report"' not in said
    amina.mark()
    await talk.settle()
    amina.sees("absence.seen_by", consultant="Sanne")
    async with talk.database.reading() as session:
        (report,) = await session.scalars(select(Absence))
        assert (report.state, report.seen_by) == (AbsenceState.SEEN, talk.consultant_ids["Sanne"])
        entries = [(one.actor, one.action) for one in await session.scalars(select(AuditEntry))]
    assert (f"consultant:{talk.consultant_ids['Sanne']}", "saw") in entries


async def test_forty_reports_are_seen_with_one_click(talk: Talk, sanne: Browser) -> None:
    """All that the page shows are chosen beforehand: the one button marks them."""
    await many_reports(talk, 40)
    page = await sanne.look("/desk")
    rows = re.findall(r'name="report" value="(\d+)" checked', page)
    assert len(rows) == 40
    assert "40 keer gezien" in await sanne.does("/desk/absences/seen", report=rows)
    async with talk.database.reading() as session:
        assert {one.state for one in await session.scalars(select(Absence))} == {AbsenceState.SEEN}


async def test_asking_somebody_to_call_counts_as_seen(talk: Talk, sanne: Browser) -> None:
    amina = await reports(talk)
    (row,) = re.findall(r'name="report" value="(\d+)"', await sanne.look("/desk"))
    await sanne.does(f"/desk/absences/{row}/call")
    amina.mark()
    await talk.settle()
    assert "Sanne" in amina.news
    async with talk.database.reading() as session:
        assert (await session.scalars(select(Absence))).one().state is AbsenceState.SEEN


async def test_a_cry_stands_first_until_somebody_says_what_was_done(talk: Talk, sanne: Browser) -> None:
    number = await writes(talk, "I cannot breathe", LetterKind.URGENT)
    page = await sanne.look("/desk")
    assert page.index("I cannot breathe") < page.index('id="absences"')
    await sanne.does(f"/desk/letters/{number}/seen")
    assert "I cannot breathe" in await sanne.look("/desk")
    assert "Er is niets gedaan" in await sanne.does(f"/desk/letters/{number}/done", done="  ")
    page = await sanne.does(f"/desk/letters/{number}/done", done="112 gebeld")
    assert "I cannot breathe" not in page
    assert (await letter(talk, number)).done == "112 gebeld"


async def test_a_question_is_answered_from_the_day(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    number = await writes(talk, "May I bring my son?")
    page = await sanne.look("/desk")
    (answer,) = re.findall(r'href="(/desk/people/\d+\?answers=\d+)#write"', page)
    path = answer.partition("?")[0]
    await sanne.does(f"{path}/write", answer, words="Natuurlijk", answers=str(number), once="1")
    amina.mark()
    await talk.settle()
    assert "Natuurlijk" in amina.news
    assert (await letter(talk, number)).answered_at is not None
    assert "May I bring my son?" not in await sanne.look("/desk")


async def test_a_question_that_was_read_is_answered_so(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    number = await writes(talk, "I found a job")
    await sanne.does(f"/desk/letters/{number}/seen")
    amina.mark()
    await talk.settle()
    amina.sees("letter.seen_by", consultant="Sanne")


@pytest.mark.parametrize(
    ("result", "state"),
    [("reached", TaskState.REACHED), ("wrong", TaskState.WRONG_NUMBER), ("again", TaskState.OPEN)],
)
async def test_what_came_of_a_call_is_noted(talk: Talk, sanne: Browser, result: str, state: TaskState) -> None:
    async with talk.database.writing() as session:
        task = PhoneTask(person_id=talk.person_ids["Amina"], opened_at=talk.clock.now())
        session.add(task)
        await session.flush()
    assert f"/desk/calls/{task.id}" in await sanne.look("/desk")
    await sanne.does(f"/desk/calls/{task.id}", result=result)
    async with talk.database.reading() as session:
        assert (await session.get_one(PhoneTask, task.id)).state is state


async def test_words_of_people_are_words_and_no_page(talk: Talk, sanne: Browser) -> None:
    await writes(talk, '<script>alert(1)</script><img src=x onerror="x">')
    page = await sanne.look("/desk")
    assert re.findall(r"<script[^>]*", page) == re.findall(r"<script src=\"/desk/static/desk.js[^>]*", page)
    assert page.count("<script") == 1
    assert "<img" not in page
    assert "&lt;script&gt;" in page


async def test_a_stand_in_sees_the_day_of_who_is_away(talk: Talk, karim: Browser) -> None:
    await reports(talk)
    assert "Amina" not in await karim.look("/desk")
    async with talk.database.writing() as session:
        sanne = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
        day = talk.clock.now().date()
        sanne.away_from, sanne.away_until = day - timedelta(days=1), day + timedelta(days=1)
        sanne.stand_in_id = talk.consultant_ids["Karim"]
    assert "Amina Tesfay" in await karim.look("/desk")


async def test_the_day_can_be_read_in_english(talk: Talk, sanne: Browser) -> None:
    await sanne.does("/desk/language/en")
    page = await sanne.look("/desk")
    assert '<html lang="en">' in page
    assert "Absence reports, not seen yet" in page


async def test_wishes_and_asks_for_help_are_closed_on_the_first_page(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed("offerwish"))
    await amina.says("I want a language buddy")
    await amina.does(Pressed("money:help"))
    page = await sanne.look("/desk")
    assert "I want a language buddy" in page
    assert 'id="questions"' not in page
    amina.mark()
    said = await sanne.does("/desk/letters/1/take-up")
    await talk.settle()
    amina.sees("letter.seen_by", consultant="Sanne")
    assert "I want a language buddy" in said
    assert "take-up" not in said
    said = await sanne.does("/desk/wishes/1", answer="yes")
    await talk.settle()
    amina.sees("offers.agreed", what="I want a language buddy")
    assert 'id="wishes"' not in said
    assert (await sanne.send("/desk/wishes/1", answer="perhaps")).status_code == 404


async def test_a_meeting_of_the_desk_says_what_to_bring_in_the_persons_language(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    path = f"/desk/people/{talk.person_ids['Amina']}"
    amina.mark()
    things = ["identity", "pen"]
    await sanne.does(
        f"{path}/meetings", path, kind="workshop", on="2026-03-05", at="14:00", bring=things, interpreter="yes"
    )
    await talk.settle()
    for thing in things:
        assert RENDERER.say(Text(f"bring.{thing}"), "en") in amina.news
    amina.sees("interpreter.yes")
    amina.sees_not("Neem mee")
