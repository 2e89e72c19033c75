"""A report follows its meeting, and ends in ways that both hear of (issue 17, rows 1, 2, 6, 7 and 8).

Amina's meeting with Sanne is on Wednesday 4 March; the clock stands on Monday morning.
"""

from datetime import datetime, timedelta

import pytest

from bot.actions import meetings
from bot.actions.acting import Acting, Actor, Proof, Role
from bot.events import Pressed
from locales.rendering.message import Text
from reminders.planning.not_delivered import NotDelivered
from storage.appointments.appointments import Appointment, participation_in
from storage.engine.database import Database
from storage.outbox.heard import know
from storage.people.people import Consultant
from storage.vocabulary import Answer, AppointmentStatus, Told
from tests.bot.dialogue.talk import RENDERER, ZONE, Phone, Talk
from tests.clock import FakeClock


class Town:
    """Amina, Sanne and their meeting."""

    def __init__(self, talk: Talk, amina: Phone, sanne: Phone) -> None:
        self.talk = talk
        self.amina = amina
        self.sanne = sanne
        self.meeting = talk.appointment_ids["Amina-meeting"]

    async def cannot_come(self) -> None:
        """Four taps."""
        await self.amina.does(Pressed(f"notcome:{self.meeting}"))
        await self.amina.taps("reason.ill")
        await self.amina.taps("absence.only_this")
        await self.amina.taps("absence.send")

    async def is_ill_until_better(self) -> None:
        """From the menu."""
        await self.amina.taps("menu.absent")
        await self.amina.taps("absence.until_better")
        await self.amina.taps("reason.ill")
        await self.amina.taps("absence.send")

    async def at(self) -> datetime:
        async with self.talk.database.reading() as session:
            return (await session.get_one(Appointment, self.meeting)).starts_at

    async def moves(self, *, days: int = 0, hours: int = 0) -> None:
        """Sanne moves the meeting."""
        starts_at = await self.at() + timedelta(days=days, hours=hours)
        await self._acts("move", starts_at)

    async def cancels(self) -> None:
        await self._acts("cancel")

    async def restores(self) -> None:
        await self._acts("restore")

    async def _acts(self, what: str, starts_at: datetime | None = None) -> None:
        talk = self.talk
        for phone in (self.amina, self.sanne):
            phone.mark()
        async with talk.database.writing() as session:
            by = Actor(Role.CONSULTANT, Proof.ACCOUNT, talk.consultant_ids["Sanne"])
            acting = Acting(by, session, talk.clock.now(), talk.services)
            version = (await session.get_one(Appointment, self.meeting)).version
            if starts_at is not None:
                done = await meetings.move(acting, self.meeting, version, starts_at)
            else:
                act = meetings.cancel if what == "cancel" else meetings.restore
                done = await act(acting, self.meeting, version)
            assert isinstance(done, meetings.Meeting)
            assert done.refused is None
        await talk.settle()

    async def answer(self) -> Answer | None:
        async with self.talk.database.reading() as session:
            found = await participation_in(session, self.meeting, self.talk.person_ids["Amina"])
        return found.answer if found is not None else None


@pytest.fixture
async def town(talk: Talk) -> Town:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await talk.planner.plan_ahead(talk.database)
    await talk.settle()
    return Town(talk, amina, sanne)


async def test_row_1_who_was_ill_and_better_can_report_anew(town: Town, clock: FakeClock) -> None:
    await town.is_ill_until_better()
    await town.amina.taps("absence.better")
    town.amina.sees("absence.good_to_hear")
    clock.forward(days=1)
    await town.cannot_come()
    town.amina.sees("absence.sent", consultant="Sanne")
    town.sanne.sees("consultant.absence", person="Amina Tesfay")
    assert await town.answer() is Answer.NOT_COMING


async def test_row_1_better_ends_one_report_and_leaves_another_about_the_same_meeting(town: Town) -> None:
    await town.cannot_come()
    await town.is_ill_until_better()
    await town.amina.taps("absence.better")
    assert await town.answer() is Answer.NOT_COMING


async def test_row_6_a_report_is_the_answer_at_another_hour(town: Town) -> None:
    await town.cannot_come()
    await town.moves(hours=1)
    town.amina.sees("appointment.answered_not_coming")
    town.amina.sees_nothing_of("reminder.ask")
    assert town.sanne.news == ""
    await town.amina.does(Pressed(f"notcome:{town.meeting}"))
    town.amina.sees("absence.already_reported")


async def test_row_6_a_report_is_the_answer_after_cancelled_and_restored(town: Town) -> None:
    await town.cannot_come()
    await town.cancels()
    town.sanne.sees("consultant.report_cancelled", person="Amina Tesfay")
    await town.restores()
    town.amina.sees("appointment.answered_not_coming")
    town.amina.sees_nothing_of("reminder.ask")
    town.sanne.sees("consultant.report_holds", person="Amina Tesfay")


async def test_row_6_on_another_day_it_is_asked_once_and_may_be_reported_anew(town: Town, clock: FakeClock) -> None:
    await town.cannot_come()
    await town.moves(days=1)
    town.amina.sees("appointment.answered_not_coming")
    town.amina.sees("reminder.ask")
    town.sanne.sees("consultant.report_another_day", person="Amina Tesfay")
    town.sanne.sees("consultant.report_asked_again", person="Amina Tesfay")
    # Nobody answers in the very moment in which they are asked.
    clock.forward(minutes=1)
    await town.cannot_come()
    town.amina.sees("absence.sent", consultant="Sanne")
    town.sanne.sees("consultant.absence", person="Amina Tesfay")
    # The new report is what stands: back on the first day that one has lapsed, and the old one is no more.
    await town.moves(days=-1)
    town.sanne.sees("consultant.report_another_day", person="Amina Tesfay")
    town.sanne.sees_nothing_of("consultant.report_holds", person="Amina Tesfay")


async def test_row_6_on_another_day_the_person_may_come(town: Town) -> None:
    await town.cannot_come()
    await town.moves(days=1)
    await town.amina.does(Pressed(f"come:{town.meeting}"))
    town.amina.sees("appointment.thanks_coming")
    assert "Amina Tesfay" in town.sanne.news
    town.sanne.sees("consultant.report_another_day", person="Amina Tesfay")
    assert await town.answer() is Answer.COMING


async def test_row_8_moved_by_mistake_and_back_the_report_holds(town: Town) -> None:
    await town.cannot_come()
    await town.moves(days=1)
    town.sanne.sees("consultant.report_another_day", person="Amina Tesfay")
    await town.moves(days=-1)
    town.sanne.sees("consultant.report_holds", person="Amina Tesfay")
    town.amina.sees("appointment.answered_not_coming")
    town.amina.sees_nothing_of("reminder.ask")
    await town.amina.does(Pressed(f"notcome:{town.meeting}"))
    town.amina.sees("absence.already_reported")


async def test_a_report_that_does_not_hold_is_told_as_that_once(town: Town) -> None:
    """Found by the model: after "it is on another day" came "it is off", of a report that had ended."""
    await town.cannot_come()
    await town.moves(days=1)
    town.sanne.sees("consultant.report_another_day", person="Amina Tesfay")
    town.sanne.mark()
    await town.cancels()
    assert town.sanne.news == ""


async def test_row_8_what_was_moved_while_somebody_reads_the_summary_is_shown_again(town: Town) -> None:
    await town.amina.does(Pressed(f"notcome:{town.meeting}"))
    await town.amina.taps("reason.ill")
    await town.amina.taps("absence.only_this")
    await town.moves(days=1)
    await town.amina.taps("absence.send")
    town.amina.sees("absence.check")
    await town.amina.taps("absence.send")
    town.amina.sees("absence.sent", consultant="Sanne")


async def test_row_8_a_report_that_lapsed_is_not_shown_again_as_unseen(town: Town, clock: FakeClock) -> None:
    await town.cannot_come()
    await town.moves(days=7)
    town.sanne.mark()
    clock.forward(hours=5)
    await town.talk.settle()
    assert town.sanne.news == ""


@pytest.fixture
def losses(talk: Talk) -> NotDelivered:
    return NotDelivered(talk.planner, talk.clock.now, ZONE, lambda _municipality: "035 528 19 11")


async def test_row_7_a_report_to_a_consultant_who_blocked_ends_with_the_person(
    town: Town, losses: NotDelivered, database: Database, clock: FakeClock
) -> None:
    town.talk.channel.gone.add(town.sanne.address)
    await town.cannot_come()
    town.amina.mark()
    await losses.tell(database)
    await town.talk.settle()
    town.amina.sees("absence.not_reached", consultant="Sanne")
    assert "035 528 19 11" in town.amina.news
    # What is shown again because nobody saw it fails too, and the person is not told twice.
    town.amina.mark()
    for _ in range(3):
        clock.forward(hours=5)
        await town.talk.settle()
        await losses.tell(database)
        await town.talk.settle()
    town.amina.sees_not("035 528 19 11")


async def test_row_7_who_stands_in_gets_the_report(town: Town, losses: NotDelivered, database: Database) -> None:
    karim = await town.talk.linked("Karim")
    async with database.writing() as session:
        sanne = await session.get_one(Consultant, town.talk.consultant_ids["Sanne"])
        sanne.stand_in_id = town.talk.consultant_ids["Karim"]
    town.talk.channel.gone.add(town.sanne.address)
    await town.cannot_come()
    karim.mark()
    await losses.tell(database)
    await town.talk.settle()
    karim.sees("consultant.absence", person="Amina Tesfay")
    await karim.taps("consultant.seen")
    town.amina.sees("absence.seen_by", consultant="Karim")


async def test_row_2_the_list_of_whom_to_telephone_names_what_was_lost(
    town: Town, losses: NotDelivered, database: Database
) -> None:
    """A class that was told of today is cancelled while nothing reaches Amina."""
    talk, lesson = town.talk, town.talk.appointment_ids["Amina-class"]
    async with database.writing() as session:
        appointment = await session.get_one(Appointment, lesson)
        know(session, talk.person_ids["Amina"], appointment, Told.MESSAGE, talk.clock.now())
        await session.flush()
        appointment.status = AppointmentStatus.CANCELLED
        appointment.version += 1
        talk.channel.gone.add(town.amina.address)
        await session.flush()
        await talk.planner.plan_people(session, [talk.person_ids["Amina"]])
    await talk.settle()
    await losses.tell(database)
    await talk.settle()
    await town.sanne.does(Pressed("calls"))
    await town.sanne.does(Pressed("call:1"))
    town.sanne.sees("consultant.call_person", person="Amina Tesfay")
    town.sanne.sees("notice.cancelled", kind=Text("kind.class"))
    # What takes place is another one: its reminder is due tonight, and will not arrive either.
    off, _, on = town.sanne.messages[-1].text.partition(RENDERER.say(Text("consultant.script.appointment"), "nl"))
    assert ("13:00" in off, "13:00" in on, "11:00" in on) == (True, False, True)
