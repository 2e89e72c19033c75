"""Conversations about progress: what is done, the end of a plan, doubts, moving, money (issue 23 items 1, 7, 8)."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.actions.acting import Acting, Actor, Proof, Role
from bot.actions.progress import parts as actions
from bot.actions.progress.parts import ProgressRefused
from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from bot.events import Command, Pressed
from locales.rendering.message import Text
from reminders.local_time import AMSTERDAM, QuietHours
from reminders.progress.closing import AfterProgress
from storage.appointments.appointments import Appointment
from storage.engine.database import Database
from storage.importing.progress import ProgressImporter
from storage.importing.run import run_import
from storage.outbox.message import Message
from storage.people.people import Person, Plan
from storage.people.relayed import Letter
from storage.privacy.audit import AuditEntry
from storage.privacy.retention import forget_old
from storage.progress.parts import rows_of
from storage.vocabulary import EXAMS, AppointmentKind, Closing, LetterKind, MessageState, PartStatus, PlanPart
from tests.bot.dialogue.talk import RENDERER, Talk, town
from tests.clock import FakeClock
from tests.progress import progress_rows


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    """On one engine: the rows themselves are looked at on both (tests/storage/importing/test_progress.py)."""
    async with town(sqlite_database, clock) as settled:
        yield settled


QUIET = QuietHours.parse("21:00-08:00", AMSTERDAM)


async def amina(talk: Talk) -> Person:
    async with talk.database.reading() as session:
        return await session.get_one(Person, talk.person_ids["Amina"])


async def imported(talk: Talk, *lines: str) -> None:
    """A file of progress comes in, as `maatje import progress` does it."""
    border = border_of(Settings(_env_file=None), talk.database.keys, talk.clock.now())
    importer = ProgressImporter(border, AMSTERDAM, AfterProgress(talk.planner.plan_people, talk.clock.now, QUIET))
    head = "person_external_id;part;status;on;hours;attempt;note\n"
    report = await run_import(talk.database, importer, (head + "\n".join(lines)).encode())
    assert report.rejected == []
    await talk.settle()


def done(*parts: PlanPart, on: str = "2026-03-01") -> list[str]:
    return [f"Amina;{part};done;{on};;;" for part in parts]


async def test_my_plan_says_how_far_somebody_is(talk: Talk) -> None:
    phone = await talk.linked("Amina")
    await imported(
        talk, "Amina;pvt;busy;;6;;", "Amina;exam_reading;done;2026-02-01;;1;",
        "Amina;exam_writing;failed;2026-02-01;;1;", "Amina;lessons;busy;;50;;", "Amina;map;exempt;;;;",
    )  # fmt: skip
    await phone.does(Pressed("plan"))
    phone.sees("progress.hours", part=Text("milestone.open.pvt"), made=6, needed=12)
    phone.sees("progress.done", part=Text("progress.part.exam_reading"))
    phone.sees("progress.failed", part=Text("progress.part.exam_writing"))
    phone.sees("progress.free", left=1)
    phone.sees("progress.open", part=Text("progress.part.knm"))
    phone.sees("progress.exempt", part=Text("milestone.open.map"))
    # The law sets no number of hours on this route: they are told as they are.
    phone.sees("progress.made", part=Text("milestone.open.lesson_hours"), made=50)
    await phone.says("?lesson_days How many hours have I done?")
    phone.sees("progress.made", part=Text("milestone.open.lesson_hours"), made=50)
    await phone.says("?pvt_deadline Did I do my PVT?")
    phone.sees("progress.hours", part=Text("milestone.open.pvt"), made=6, needed=12)


async def test_a_consultant_notes_an_exam_in_taps(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne = await talk.linked("Sanne")
    mine = talk.person_ids["Amina"]
    await sanne.does(Pressed(f"who:{mine}"))
    await sanne.taps("consultant.progress.parts")
    sanne.sees("progress.open", part=Text("progress.part.exam_reading"))
    await sanne.taps("progress.part.exam_reading")
    await sanne.taps("consultant.progress.note.failed")
    sanne.sees("consultant.progress.noted", person="Amina Tesfay")
    await sanne.does(Pressed(f"part:{mine}:exam_reading"))
    sanne.sees("consultant.progress.attempts", tries=1)
    await sanne.taps("consultant.progress.note.done")
    async with talk.database.reading() as session:
        rows = await rows_of(session, [mine])
        noted = await session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "noted_progress"))
        assert list(noted) == [f"person:{mine}"] * 2
    assert [(row.attempt, row.status) for row in rows] == [(1, PartStatus.FAILED), (2, PartStatus.DONE)]


async def test_pvt_is_done_by_its_steps(talk: Talk) -> None:
    phone, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await imported(talk, "Amina;pvt;busy;;12;;")
    for step in ("pvt_activity", "pvt_signed"):
        await sanne.does(Pressed(f"part:{talk.person_ids['Amina']}:pvt"))
        await sanne.taps(f"consultant.progress.step.{step}")
    await phone.does(Pressed("plan"))
    phone.sees("progress.done", part=Text("milestone.open.pvt"))


async def test_who_has_done_everything_is_congratulated_and_reminded_no_more(talk: Talk) -> None:
    phone, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await imported(talk, *done(PlanPart.PVT, PlanPart.MAP, *EXAMS[:-1]))
    assert (await amina(talk)).closed_at is None
    phone.mark()
    await sanne.does(Pressed(f"notepart:{talk.person_ids['Amina']}:knm:done"))
    for key in ("progress.finished", "progress.finished.work", "progress.finished.next", "progress.finished.stay"):
        phone.sees(key)
    sanne.sees("consultant.progress.finished", person="Amina Tesfay")
    sanne.sees("consultant.progress.finished.certificate")
    sanne.sees("consultant.progress.finished.hand_over")
    assert (await amina(talk)).closed_as is Closing.FINISHED
    async with talk.database.reading() as session:
        mine = (Message.person_id == talk.person_ids["Amina"]) & (Message.state == MessageState.PENDING)
        waiting = set(await session.scalars(select(Message.kind).where(mine)))
    # The lessons and terms are silent; a meeting that stands is still reminded of.
    assert waiting <= {"reminder", "confirm_again"}
    await phone.does(Pressed("plan"))
    phone.sees("term.term_end.done")
    assert "doubt" not in phone.intents()
    await sanne.taps("consultant.progress.certificate_given")
    sanne.sees("consultant.progress.noted", person="Amina Tesfay")


async def test_it_is_opened_again_by_a_button_and_by_a_correction(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne = await talk.linked("Sanne")
    await imported(talk, *done(PlanPart.PVT, PlanPart.MAP, *EXAMS))
    await sanne.taps("consultant.progress.reopen")
    sanne.sees("consultant.progress.opened", person="Amina Tesfay")
    assert (await amina(talk)).closed_at is None
    # The same file once more changes nothing, and so closes nothing.
    await imported(talk, *done(PlanPart.PVT, PlanPart.MAP, *EXAMS))
    assert (await amina(talk)).closed_at is None
    await imported(talk, *done(PlanPart.PVT, on="2026-02-28"))
    assert (await amina(talk)).closed_as is Closing.FINISHED
    sanne.mark()
    await imported(talk, "Amina;knm;busy;;;;")
    assert (await amina(talk)).closed_at is None
    sanne.sees("consultant.progress.reopened", person="Amina Tesfay")


async def test_who_finished_long_ago_is_not_congratulated(talk: Talk) -> None:
    phone = await talk.linked("Amina")
    phone.mark()
    await imported(talk, *done(PlanPart.PVT, PlanPart.MAP, *EXAMS, on="2025-11-01"))
    assert phone.news == ""
    closed = (await amina(talk)).closed_at
    assert closed is not None
    assert closed.date() == date(2025, 11, 1)
    # Five years later nothing is held.
    talk.clock.forward(days=1826)
    async with talk.database.writing() as session:
        await forget_old(session, talk.clock.now(), kept_with_person=())
        assert await session.get(Person, talk.person_ids["Amina"]) is None
        assert await session.get(Person, talk.person_ids["Omar"]) is not None


async def test_doubts_about_the_route_become_a_task_and_a_talk_with_that_subject(talk: Talk) -> None:
    phone, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await phone.does(Pressed("plan"))
    await phone.taps("progress.doubt")
    phone.sees("progress.doubt.heard")
    sanne.sees("consultant.letter_route", person="Amina Tesfay")
    sanne.mark()
    await sanne.does(Command("questions"))
    assert "Amina" not in sanne.news
    await sanne.does(Command("wishes"))
    assert "Amina Tesfay" in sanne.news
    mine = talk.person_ids["Amina"]
    assert f"new:{mine}:progress_meeting" in sanne.intents()
    await sanne.does(Pressed(f"make:{mine}:progress_meeting:2603101000:none"))
    async with talk.database.reading() as session:
        made = (
            await session.scalars(
                select(Appointment).where(Appointment.person_id == mine).order_by(Appointment.id.desc()).limit(1)
            )
        ).one()
        letter = (await session.scalars(select(Letter))).one()
    assert (made.kind, made.note) == (
        AppointmentKind.PROGRESS_MEETING,
        RENDERER.say(Text("progress.doubt.subject"), "en"),
    )
    assert letter.kind is LetterKind.ROUTE
    assert letter.answered_at is not None
    sanne.mark()
    await sanne.does(Command("wishes"))
    sanne.sees("consultant.nothing")


async def test_moving_tells_both_and_ends_here(talk: Talk) -> None:
    phone, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await phone.does(Pressed("moving"))
    phone.sees("faq.answer.moving_municipality")
    await phone.taps("progress.moving.tell")
    phone.sees("letter.sent")
    sanne.sees("consultant.letter_moving", person="Amina Tesfay")
    await sanne.taps("consultant.progress.moved")
    sanne.sees("consultant.progress.moved_handover", number="Amina")
    await sanne.taps("consultant.progress.moved_yes")
    phone.mark()
    await talk.settle()
    assert (await amina(talk)).closed_as is Closing.MOVED
    told = "\n".join(message.text for message in phone.messages)
    assert RENDERER.say(Text("progress.moved.here"), "en") in told
    await sanne.taps("consultant.progress.reopen")
    assert (await amina(talk)).closed_at is None


async def test_three_lessons_about_money_by_choice_and_help(talk: Talk) -> None:
    phone, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await phone.does(Pressed("plan"))
    assert "money" not in phone.intents()
    async with talk.database.writing() as session:
        plan = (await session.scalars(select(Plan).where(Plan.person_id == talk.person_ids["Amina"]))).one()
        plan.relief_started_on = talk.clock.now().date() - timedelta(days=150)
    await phone.does(Pressed("plan"))
    await phone.taps("progress.money")
    for lesson in (1, 2, 3):
        phone.sees(f"progress.money.{lesson}")
        phone.sees(f"progress.money.{lesson}.text")
        if lesson < 3:
            await phone.taps("progress.money.next")
    await phone.taps("progress.money.help")
    phone.sees("letter.sent")
    sanne.sees("consultant.letter_money", person="Amina Tesfay")


@pytest.mark.parametrize("who_acts", ["Karim", "Amina"])
async def test_nobody_else_notes_opens_or_ends(talk: Talk, who_acts: str) -> None:
    mine = talk.person_ids["Amina"]
    async with talk.database.writing() as session:
        session.add_all(progress_rows(mine, {"pvt": "busy"}, talk.clock.now()))
        (await session.get_one(Person, mine)).closed_at = talk.clock.now()
    role = Role.CONSULTANT if who_acts in talk.consultant_ids else Role.PERSON
    number = talk.consultant_ids.get(who_acts) or talk.person_ids[who_acts]
    async with talk.database.writing() as session:
        acting = Acting(Actor(role, Proof.ACCOUNT, number), session, talk.clock.now(), talk.services)
        refused = [
            await actions.note_part(acting, mine, PlanPart.PVT, PartStatus.DONE, QUIET),
            await actions.reopen(acting, mine),
            await actions.moved(acting, mine, once="1"),
        ]
        assert refused == [ProgressRefused.NOT_THEIRS] * 3
        assert [row.status for row in await rows_of(session, [mine])] == [PartStatus.BUSY]
