"""What people and consultants hear of appointments, and when: planned, changed, answered, merged, taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from reminders.delivery.channel import AddressGone, Receipt, RetryLater
from storage.appointments.appointments import Membership
from storage.engine.database import Database
from storage.people.people import Person
from storage.vocabulary import Answer, AppointmentKind, MessageState, Wishes
from tests.clock import FakeClock
from tests.reminders.planning.planning_world import PlanningWorld, holds, local

# The clock stands at Monday 2 March 2026, 09:00 in Amsterdam.


@pytest.fixture
def world(database: Database, clock: FakeClock) -> PlanningWorld:
    return PlanningWorld(database, clock)


async def test_a_meeting_is_reminded_asked_again_and_shown_to_the_consultant(world: PlanningWorld) -> None:
    await world.told("2026-03-19 14:00", person=await world.person())
    assert await world.pending() == [
        ("reminder", "03-12 14:00"),
        ("confirm_again", "03-16 12:00"),
        ("unconfirmed", "03-17 09:00"),
        ("reminder", "03-18 14:00"),
        ("reminder", "03-19 12:00"),
    ]


async def test_planning_twice_changes_nothing(world: PlanningWorld) -> None:
    amina = await world.person()
    group = await world.group(amina)
    await world.made("2026-03-19 14:00", person=amina)
    for day in range(3, 9):
        await world.made(f"2026-03-0{day} 10:00", group=group, kind=AppointmentKind.CLASS)
    before = [(row.id, row.key, row.due_at) for row in await world.rows()]
    assert await world.replanned() == 0
    world.clock.forward(minutes=15)
    assert await world.replanned() == 0
    assert [(row.id, row.key, row.due_at) for row in await world.rows()] == before


async def test_made_late_is_told_at_once_and_passed_reminders_are_not(world: PlanningWorld) -> None:
    await world.made("2026-03-03 11:00", person=await world.person())
    assert await world.pending("reminder") == [("reminder", "03-02 11:00"), ("reminder", "03-03 09:00")]
    assert holds(await world.heard(), "🆕 Nieuwe afspraak", "Gemeentehuis", "Komt u?")


async def test_what_is_made_long_before_is_told_at_once_and_in_the_night_in_the_morning(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-26 14:00", person=amina)
    assert holds(await world.heard(), "🆕 Nieuwe afspraak: Voortgangsgesprek", "26 maart", "Gemeentehuis", "Komt u?")
    world.clock.set(local("2026-03-02 22:00"))
    await world.made("2026-03-27 14:00", person=amina, kind=AppointmentKind.PVT)
    assert await world.heard() == []
    assert holds(await world.heard("2026-03-03 08:00"), "🆕 Nieuwe afspraak: PVT-bijeenkomst")
    assert await world.replanned() == 0


async def test_many_that_are_made_at_once_are_told_in_one_message_and_lessons_in_the_week(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-24 14:00", group=await world.group(amina), kind=AppointmentKind.CLASS)
    for day in (24, 25, 26, 27):
        await world.made(f"2026-03-{day} 10:00", person=amina, kind=AppointmentKind.MAP)
    assert holds(await world.heard(), "24 maart", "25 maart", "26 maart", "27 maart")
    assert await world.pending("notice") == []


async def test_who_wants_meetings_only_is_not_told_of_what_is_free(world: PlanningWorld) -> None:
    amina = await world.person(wishes=Wishes.ONLY_MEETINGS)
    await world.made("2026-03-26 14:00", person=amina, kind=AppointmentKind.WORKSHOP, mandatory=False)
    assert await world.heard() == []
    await world.made("2026-03-27 14:00", person=amina)
    assert holds(await world.heard(), "🆕 Nieuwe afspraak")


async def test_a_move_is_told_once_with_old_and_new(world: PlanningWorld) -> None:
    meeting = await world.told("2026-03-19 14:00", person=await world.person())
    await world.changed(meeting, starts="2026-03-20 10:00", location="Bibliotheek")
    assert holds(
        await world.heard(), "veranderd", "❌ Niet meer: donderdag 19 maart", "❌ Niet meer: Gemeentehuis", "20 maart"
    )
    assert await world.heard() == []
    assert await world.pending("reminder") == [
        ("reminder", "03-13 10:00"),
        ("reminder", "03-19 10:00"),
        ("reminder", "03-20 08:00"),
    ]


async def test_moves_in_the_night_are_told_as_one_in_the_morning(world: PlanningWorld) -> None:
    meeting = await world.told("2026-03-19 14:00", person=await world.person())
    world.clock.set(local("2026-03-04 23:00"))
    await world.changed(meeting, starts="2026-03-19 15:00")
    await world.changed(meeting, starts="2026-03-19 16:00")
    assert await world.heard("2026-03-05 07:59") == []
    assert holds(await world.heard("2026-03-05 08:00"), "❌ Niet meer: donderdag 19 maart, 14:00", "16:00")


async def test_moved_and_moved_back_is_not_told(world: PlanningWorld) -> None:
    meeting = await world.told("2026-03-19 14:00", person=await world.person())
    world.clock.set(local("2026-03-04 23:00"))
    await world.changed(meeting, starts="2026-03-19 15:00")
    await world.changed(meeting, starts="2026-03-19 14:00")
    assert await world.heard("2026-03-05 08:30") == []
    assert ("reminder", "03-18 14:00") in await world.pending()


async def test_made_and_cancelled_before_it_was_told_is_not_told(world: PlanningWorld) -> None:
    world.clock.set(local("2026-03-02 23:00"))
    meeting = await world.made("2026-03-04 14:00", person=await world.person())
    await world.changed(meeting, cancelled=True)
    assert await world.heard("2026-03-03 09:00") == []
    assert await world.pending() == []


async def test_a_cancellation_wakes_who_would_stand_at_a_closed_door(world: PlanningWorld) -> None:
    meeting = await world.made("2026-03-19 08:30", person=await world.person())
    world.clock.set(local("2026-03-19 06:30"))
    await world.heard()
    await world.changed(meeting, cancelled=True)
    assert holds(await world.heard(), "❌ Gaat niet door", "08:30", "hoeft niet te komen")


async def test_cancelled_and_restored(world: PlanningWorld) -> None:
    meeting = await world.told("2026-03-19 14:00", person=await world.person())
    await world.changed(meeting, cancelled=True)
    assert holds(await world.heard(), "Gaat niet door")
    assert await world.pending() == []
    await world.changed(meeting)
    assert holds(await world.heard(), "Gaat toch door")
    assert len(await world.pending("reminder")) == 3


async def test_reminders_of_one_person_that_fall_together_become_one(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-19 14:00", person=amina)
    await world.made("2026-03-19 14:20", person=amina, kind=AppointmentKind.PVT, location="Taalhuis")
    await world.heard()
    texts = await world.heard("2026-03-12 14:00")
    assert holds(texts, "Voortgangsgesprek", "PVT", "Taalhuis")
    assert texts[0].count("Kunt u niet komen?") == 1
    labels = [button.label for row in world.sender.messages[-1].buttons for button in row]
    assert labels[:2] == ["✅ Ik kom: Voortgangsgesprek", "🤒 Ik kan niet: Voortgangsgesprek"]
    assert len(labels) == 4
    said = [row for row in await world.rows(MessageState.SENT) if row.kind == "reminder"]
    assert len(said) == 2


async def test_in_one_message_each_question_stands_with_its_appointment_the_nearest_first(
    world: PlanningWorld,
) -> None:
    amina = await world.person()
    exam = await world.made("2026-03-17 14:10", person=amina, kind=AppointmentKind.EXAM)
    await world.made("2026-03-11 14:00", person=amina)
    await world.answers(amina, exam, Answer.COMING)
    await world.heard("2026-03-09 12:00")
    [text] = await world.heard("2026-03-10 14:00")
    order = ["Voortgangsgesprek", "Komt u?", "Examen", "U hebt gezegd dat u komt", "Kunt u niet komen?"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


async def test_who_comes_is_not_asked_again_and_who_does_not_is_left_alone(world: PlanningWorld) -> None:
    amina = await world.person()
    meeting = await world.made("2026-03-19 14:00", person=amina)
    other = await world.made("2026-03-20 14:00", person=amina)
    assert "Komt u?" in (await world.heard("2026-03-12 14:00"))[0]
    await world.answers(amina, meeting, Answer.COMING)
    await world.answers(amina, other, Answer.NOT_COMING)
    assert await world.heard("2026-03-17 09:00") == []
    assert await world.heard(by="ilse") == []
    assert holds(await world.heard("2026-03-18 14:00"), "U hebt gezegd dat u komt")
    assert holds(await world.heard("2026-03-19 12:00"), "Vandaag")
    assert await world.heard("2026-03-20 13:00") == []


async def test_an_unconfirmed_meeting_is_shown_to_the_consultant_with_how_often_was_asked(world: PlanningWorld) -> None:
    await world.told("2026-03-19 14:00", person=await world.person())
    await world.heard("2026-03-12 14:00")
    assert holds(await world.heard("2026-03-16 12:00"), "Ik weet nog niet of u komt")
    await world.heard("2026-03-17 09:00")
    # With the message that told of it, a week before, and after three days without an answer.
    assert holds(await world.heard(by="ilse"), "Amina", "3 keer gevraagd", "+31612345678")


async def test_who_was_asked_when_a_meeting_was_made_is_not_shown_as_never_asked(world: PlanningWorld) -> None:
    await world.told("2026-03-05 14:00", person=await world.person())
    assert holds(await world.heard("2026-03-03 09:00", by="ilse"), "Amina", "keer gevraagd")


async def test_who_was_asked_for_that_day_was_asked_whatever_the_hour_is_now(world: PlanningWorld) -> None:
    """Found by the model: after a move within the day it was "no message arrived yet"."""
    amina = await world.person()
    meeting = await world.told("2026-03-05 14:00", person=amina)
    async with world.database.writing() as session:
        await session.execute(update(Person).values(stopped_at=world.clock.now()))
    await world.changed(meeting, starts="2026-03-05 15:00")
    assert holds(await world.heard("2026-03-03 09:00", by="ilse"), "15:00", "1 keer gevraagd")


async def test_who_is_asked_when_the_service_is_back_has_time_to_answer(world: PlanningWorld) -> None:
    """Found by the model: the question and "I could not ask" went in the same minute."""
    await world.made("2026-03-05 14:00", person=await world.person())
    world.clock.set(local("2026-03-03 18:00"))
    assert not any("nog niet gezegd" in said for said in await world.heard(by="ilse"))
    assert holds(await world.heard("2026-03-03 18:20", by="ilse"), "1 keer gevraagd")


async def test_who_is_asked_when_the_channel_is_back_has_time_to_answer(world: PlanningWorld) -> None:
    """Found by the model: it was put off once, while the channel was out, and then went in that minute after all."""
    world.sender.answer = lambda *_: RetryLater("unreachable")
    world.clock.set(local("2026-03-03 08:58"))
    await world.made("2026-03-05 14:00", person=await world.person())
    for at in ("08:58", "09:00"):
        await world.heard(f"2026-03-03 {at}")
    world.sender.answer = lambda *_: Receipt("1")
    assert holds(await world.heard("2026-03-03 09:58"), "Komt u?")
    assert await world.heard(by="ilse") == []
    assert holds(await world.heard("2026-03-03 10:20", by="ilse"), "1 keer gevraagd")


async def test_a_reminder_that_falls_just_after_the_word_of_a_move_is_not_said(world: PlanningWorld) -> None:
    """Found by the model: the reminder that quiet hours bring to the evening came five minutes after the change."""
    meeting = await world.told("2026-03-19 14:00", person=await world.person())
    world.clock.set(local("2026-03-05 20:50"))
    await world.heard()
    await world.changed(meeting, starts="2026-03-06 09:30")
    assert holds(await world.heard(), "veranderd", "09:30")
    assert await world.heard("2026-03-05 21:00") == []


async def test_who_never_agreed_gets_nothing_and_the_consultant_hears_that_nobody_could_ask(
    world: PlanningWorld,
) -> None:
    await world.made("2026-03-19 14:00", person=await world.person(agreed=False))
    assert await world.pending() == [("unconfirmed", "03-17 09:00")]
    assert await world.heard("2026-03-17 09:00") == []
    assert holds(await world.heard(by="ilse"), "Ik kon het niet vragen")


async def test_who_agrees_later_is_reminded_once_of_what_passed(world: PlanningWorld) -> None:
    amina = await world.person(agreed=False)
    await world.made("2026-03-19 14:00", person=amina)
    world.clock.set(local("2026-03-18 16:00"))
    async with world.database.writing() as session:
        await session.execute(update(Person).values(consented_at=world.clock.now()))
        await world.planner.plan_people(session, [amina])
    # The welcome is read first: text messages of one moment arrive in any order.
    assert await world.heard() == []
    assert holds(await world.heard("2026-03-18 16:02"), "Morgen")
    assert await world.pending("reminder") == [("reminder", "03-19 12:00")]


async def test_who_agrees_after_a_late_appointment_was_made_is_told_of_it_at_once(world: PlanningWorld) -> None:
    amina = await world.person(agreed=False)
    world.clock.set(local("2026-03-04 15:00"))
    await world.made("2026-03-05 14:00", person=amina)
    world.clock.set(local("2026-03-04 16:00"))
    async with world.database.writing() as session:
        (await session.get_one(Person, amina)).consented_at = world.clock.now()
        await world.planner.plan_people(session, [amina])
    assert holds(await world.heard("2026-03-04 16:02"), "Morgen: Voortgangsgesprek", "Komt u?")
    assert holds(await world.heard("2026-03-05 12:00"), "Vandaag: Voortgangsgesprek")


async def test_a_clock_that_goes_back_loses_no_reminder(world: PlanningWorld) -> None:
    amina = await world.person()
    world.clock.set(local("2026-03-04 14:30"))
    await world.made("2026-03-05 14:00", person=amina)
    world.clock.set(local("2026-03-04 13:30"))
    await world.replanned()
    assert ("reminder", "03-04 14:00") in await world.pending("reminder")


async def test_stopping_takes_back_what_waits(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-19 14:00", person=amina)
    async with world.database.writing() as session:
        await session.execute(update(Person).values(stopped_at=world.clock.now()))
        await world.planner.plan_people(session, [amina])
    assert await world.pending() == [("unconfirmed", "03-17 09:00")]


async def test_classes_are_told_the_evening_before_and_by_the_week(world: PlanningWorld) -> None:
    group = await world.group(await world.person())
    world.clock.set(local("2026-03-01 09:00"))
    for hour in ("10:00", "13:00"):
        await world.made(f"2026-03-03 {hour}", group=group, kind=AppointmentKind.CLASS, location="Lokaal 3")
    assert await world.pending() == [("overview", "03-01 17:00"), ("classes", "03-02 18:00")]
    assert holds(await world.heard("2026-03-01 17:00"), "Uw week", "10:00", "13:00")
    assert holds(await world.heard("2026-03-02 18:00"), "Morgen hebt u les", "10:00", "13:00", "Lokaal 3")


@pytest.mark.parametrize(
    ("wishes", "kinds"),
    [
        pytest.param(Wishes.EVERYTHING, {"overview", "classes"}, id="everything"),
        pytest.param(Wishes.WEEKLY, {"overview"}, id="weekly"),
        pytest.param(Wishes.ONLY_MEETINGS, set(), id="only meetings"),
    ],
)
async def test_wishes(world: PlanningWorld, wishes: Wishes, kinds: set[str]) -> None:
    group = await world.group(await world.person(wishes=wishes))
    await world.made("2026-03-12 10:00", group=group, kind=AppointmentKind.CLASS)
    assert {kind for kind, _ in await world.pending()} == kinds


async def test_a_changed_wish_takes_back_and_gives_again(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-12 10:00", group=await world.group(amina), kind=AppointmentKind.CLASS)
    before = await world.pending()
    for wishes, expected in ((Wishes.ONLY_MEETINGS, []), (Wishes.EVERYTHING, before)):
        async with world.database.writing() as session:
            await session.execute(update(Person).values(wishes=wishes))
            await world.planner.plan_people(session, [amina])
        assert await world.pending() == expected


async def test_changed_quiet_hours_move_what_waits(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-12 10:00", group=await world.group(amina), kind=AppointmentKind.CLASS)
    async with world.database.writing() as session:
        await session.execute(update(Person).values(quiet_hours="17:30-08:00"))
        await world.planner.plan_people(session, [amina])
    assert ("classes", "03-11 17:29") in await world.pending()
    assert len(await world.pending("classes")) == 1


async def test_who_leaves_the_group_hears_no_more_of_its_classes(world: PlanningWorld) -> None:
    amina = await world.person()
    group = await world.group(amina)
    await world.made("2026-03-12 10:00", group=group, kind=AppointmentKind.CLASS)
    assert await world.pending() != []
    async with world.database.writing() as session:
        await session.execute(update(Membership).values(until_on=local("2026-03-11 00:00").date()))
        await world.planner.plan_people(session, [amina])
    assert await world.pending() == []


async def test_a_cancelled_week_is_one_message(world: PlanningWorld) -> None:
    group = await world.group(await world.person())
    lessons = [
        await world.made(f"2026-03-{day} 10:00", group=group, kind=AppointmentKind.CLASS) for day in (10, 11, 12)
    ]
    for lesson in lessons:
        await world.changed(lesson, cancelled=True)
    texts = await world.heard()
    assert holds(texts, "10 maart", "11 maart", "12 maart")
    assert texts[0].count("U hoeft niet te komen") == 1


async def test_appointments_at_the_same_time_are_told_to_the_consultant_once(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-10 09:00", group=await world.group(amina), kind=AppointmentKind.CLASS, hours=3)
    await world.made("2026-03-10 11:00", person=amina)
    assert holds(await world.heard(by="ilse"), "twee afspraken tegelijk", "Amina")
    await world.replanned()
    assert await world.heard(by="ilse") == []


async def test_the_clashes_of_many_people_come_to_their_consultant_as_one_list(world: PlanningWorld) -> None:
    for place in range(13):
        person = await world.person(f"Amina{place}")
        await world.made("2026-03-10 09:00", person=person, hours=2)
        await world.made("2026-03-10 10:00", person=person, kind=AppointmentKind.PVT)
    (text,) = await world.heard(by="ilse")
    assert text.count("tegelijk") == 1
    assert "13 keer twee afspraken tegelijk" in text
    assert text.count("Wilt u een van de twee verplaatsen?") == 1
    assert all(f"👤 Amina{place}\n" in f"{text}\n" for place in range(13))


async def test_two_timetables_that_overlap_are_told_once_a_month(world: PlanningWorld) -> None:
    amina = await world.person()
    mornings = await world.group(amina)
    await world.made("2026-03-10 09:00", group=mornings, kind=AppointmentKind.CLASS, hours=3)
    await world.made("2026-03-12 09:00", group=mornings, kind=AppointmentKind.CLASS, hours=3)
    others = await world.group(amina, name="B2")
    await world.made("2026-03-10 10:00", group=others, kind=AppointmentKind.CLASS)
    assert holds(await world.heard(by="ilse"), "twee afspraken tegelijk", "dinsdag 10 maart")
    await world.made("2026-03-12 10:00", group=others, kind=AppointmentKind.CLASS)
    assert await world.heard(by="ilse") == []


async def test_appointments_after_each_other_do_not_overlap(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-10 09:00", person=amina, hours=2)
    await world.made("2026-03-10 11:00", person=amina, kind=AppointmentKind.PVT)
    assert await world.pending("overlap") == []


async def test_the_wall_time_of_classes_stays_across_the_night_of_the_clock(world: PlanningWorld) -> None:
    world.clock.set(local("2026-03-23 09:00"))
    group = await world.group(await world.person())
    for day in ("2026-03-27", "2026-03-30"):
        await world.made(f"{day} 09:00", group=group, kind=AppointmentKind.CLASS)
    assert await world.pending("classes") == [("classes", "03-26 18:00"), ("classes", "03-29 18:00")]


async def test_after_an_outage_only_the_latest_reminder_of_a_meeting_is_sent(world: PlanningWorld) -> None:
    await world.told("2026-03-19 14:00", person=await world.person())
    world.clock.set(local("2026-03-18 15:00"))
    assert holds(await world.heard(), "Morgen")


async def test_nothing_is_planned_for_what_has_begun(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-02 08:30", person=amina)
    assert await world.rows() == []


async def test_looking_ahead_comes_to_classes_beyond_the_horizon(world: PlanningWorld) -> None:
    group = await world.group(await world.person())
    await world.made("2026-04-20 10:00", group=group, kind=AppointmentKind.CLASS)
    assert await world.pending() == []
    world.clock.set(local("2026-04-07 09:00"))
    assert await world.replanned() == 2
    assert (await world.rows())[0].useful_until == (await world.rows())[0].due_at + timedelta(days=1)


async def test_what_does_not_arrive_is_told_to_the_consultant_once_a_day(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-19 14:00", person=amina)
    await world.made("2026-03-19 16:00", person=amina, kind=AppointmentKind.PVT)
    world.sender.answer = lambda address, _text: AddressGone("blocked") if address == "amina" else Receipt("1")
    await world.heard("2026-03-12 16:00")
    assert await world.not_delivered.tell(world.database) == 1
    assert await world.not_delivered.tell(world.database) == 0
    assert holds(await world.heard(by="ilse"), "komen niet aan bij Amina", "+31612345678")


async def test_a_lost_message_to_who_stopped_or_has_nobody_is_not_told(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.made("2026-03-19 14:00", person=amina)
    world.sender.answer = lambda *_: AddressGone("blocked")
    await world.heard("2026-03-12 16:00")
    async with world.database.writing() as session:
        await session.execute(update(Person).values(stopped_at=world.clock.now()))
    assert await world.not_delivered.tell(world.database) == 0
