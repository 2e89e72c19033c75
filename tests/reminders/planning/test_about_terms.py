"""Milestones and corrections as they arrive: what the person is told, what the consultant is, and what is put right."""

from datetime import date

import pytest
from sqlalchemy import update

from reminders.kinds import Kind
from reminders.own_dates import OwnDates, key_of
from reminders.planning.about_terms import told_by
from reminders.terms.open_parts import open_parts
from reminders.terms.rule_sets import LAW, NOTE, RuleSet
from storage.engine.database import Database
from storage.outbox.message import Message, Outgoing, put
from storage.vocabulary import AppointmentKind, Group, MessageState, Route
from tests.clock import FakeClock
from tests.progress import noted
from tests.reminders.planning.planning_world import PlanningWorld, holds, local


@pytest.fixture
def world(database: Database, clock: FakeClock) -> PlanningWorld:
    return PlanningWorld(database, clock)


async def at(world: PlanningWorld, moment: str, by: str = "amina") -> list[str]:
    """Plan ahead as the service does, then see what arrives."""
    world.clock.set(local(moment))
    await world.replanned()
    return await world.heard(by=by)


async def test_the_end_of_relief_is_told_a_month_before_with_what_must_then_be_paid(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, relief_started_on=date(2026, 1, 1))
    # Ends on 30 June; a month before is Saturday 30 May, so it is said on the Friday.
    assert await at(world, "2026-05-28 12:00") == []
    texts = await at(world, "2026-05-29 10:00")
    assert holds(texts, "Ontzorgen", "30 juni 2026", "huur", "zorgverzekering")
    assert holds(await at(world, "2026-05-29 10:01", by="ilse"), "Amina", "30 juni 2026")


async def test_the_end_of_the_term_names_what_is_open(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, route=Route.Z, plan_signed_on=date(2024, 4, 15))
    # The term ends on 15 April 2027.
    texts = await at(world, "2026-04-15 10:00")
    assert holds(texts, "nog 12 maanden", "15 april 2027", "Lesuren", "PVT", "MAP", "consulent")


async def test_who_did_everything_is_not_told_of_the_end(world: PlanningWorld) -> None:
    amina = await world.person()
    done = {"exam": "done", "pvt": "done", "map": "done"}
    await world.did(amina, done)
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2024, 4, 15))
    assert await at(world, "2026-04-15 10:00") == []
    assert await at(world, "2026-04-15 10:00", by="ilse") == []


async def test_relief_that_ended_with_the_benefit_is_told_by_name(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, relief_started_on=date(2026, 1, 1))
    assert holds(await at(world, "2026-05-29 10:00"), "30 juni 2026")
    await world.plan(amina, relief_started_on=None)
    assert holds(await world.heard(), "Ontzorgen", "❌ Niet meer: dinsdag 30 juni 2026", "geldt niet meer")


async def test_who_got_more_time_is_not_told_that_guidance_ends_before_it(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2023, 4, 15), term_extended_until=date(2027, 12, 1))
    # Guidance by the start note's norm ends on 15 October 2026.
    assert not holds(await at(world, "2026-09-15 10:00"), "begeleiding")


async def test_a_corrected_date_replaces_what_waits_and_puts_right_what_was_said(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2024, 4, 15))
    assert len(await at(world, "2026-04-15 10:00")) == 1
    await at(world, "2026-04-15 10:00", by="ilse")
    await world.plan(amina, plan_signed_on=date(2024, 5, 15))
    assert holds(await world.heard(), "andere datum", "❌ Niet meer: donderdag 15 april 2027", "15 mei 2027")
    assert holds(await world.heard(by="ilse"), "Amina", "15 april 2027", "15 mei 2027")
    await world.replanned()
    assert await world.heard() == []
    assert holds(await at(world, "2026-05-15 10:00"), "nog 12 maanden", "15 mei 2027")


async def test_who_is_told_other_dates_because_the_rules_changed_is_told_so(world: PlanningWorld) -> None:
    amina = await world.person()
    world.follow(NOTE.rules)
    await world.plan(amina, route=Route.EDUCATION, plan_signed_on=date(2026, 3, 1), plan_dated_on=date(2026, 2, 20))
    # The note: until 1 September 2027, told three months before.
    assert holds(await at(world, "2027-06-01 10:00"), "1 september 2027")
    await at(world, "2027-06-01 10:00", by="ilse")
    world.follow(LAW.rules)
    texts = await at(world, "2027-06-03 10:00")
    assert holds(texts, "andere datum", "De regels zijn veranderd", "❌ Niet meer: woensdag 1 september 2027")
    # What the date was about, and what holds instead.
    assert holds(texts, "Veranderen van leerroute", "Naar de B1-route veranderen kan altijd")
    assert holds(await world.heard(by="ilse"), "Amina", "De regels zijn veranderd")
    await world.replanned()
    assert await world.heard() == []


@pytest.mark.parametrize(("told_by_rules", "says_so"), [pytest.param(NOTE, True), pytest.param(LAW, False)])
async def test_what_was_read_in_the_chat_is_put_right_by_the_rules_it_was_told_by(
    world: PlanningWorld, told_by_rules: RuleSet, says_so: bool
) -> None:
    amina = await world.person()
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2026, 3, 1), plan_dated_on=date(2026, 2, 20))
    told = OwnDates(told_by_rules.rules.mark, {"scale_down_from": date(2027, 9, 2), "pip_due": date(2026, 2, 1)})
    now = world.clock.now()
    async with world.database.writing() as session:
        row = Outgoing(key_of(told, "reply:web:1"), Kind.OWN_DATES, now, {}, person_id=amina)
        await put(session, [row], now)
        await session.execute(update(Message).values(state=MessageState.DELIVERED, sent_at=now))
    await world.replanned()
    texts = await world.heard()
    # By the law no date decides on A2; the plan is there, so by when it was to be is no news.
    assert holds(texts, "Examen op niveau A2", "❌ Niet meer: donderdag 2 september 2027", "geldt niet meer")
    assert holds(texts, "De regels zijn veranderd") is says_so
    assert not holds(texts, "Uw plan (PIP)")


async def test_who_has_another_plan_is_not_told_that_the_rules_changed(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2024, 4, 15))
    assert len(await at(world, "2026-04-15 10:00")) == 1
    await world.plan(amina, plan_dated_on=date(2024, 4, 10))
    texts = await world.heard()
    assert holds(texts, "❌ Niet meer: donderdag 15 april 2027", "10 april 2027")
    assert not holds(texts, "De regels")


async def test_a_date_that_was_not_told_is_corrected_in_silence(world: PlanningWorld) -> None:
    amina = await world.person()
    world.clock.set(local("2026-04-10 09:00"))
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2024, 4, 15))
    assert {kind for kind, _ in await world.pending()} == {"milestone"}
    await world.plan(amina, plan_signed_on=date(2024, 8, 15))
    assert await world.pending() == []
    assert await world.heard() == []


async def test_an_extension_by_duo_moves_the_end_everywhere(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2024, 4, 15))
    assert len(await at(world, "2026-04-15 10:00")) == 1
    await world.plan(amina, term_extended_until=date(2027, 10, 15))
    assert holds(await world.heard(), "15 oktober 2027")


async def test_the_consultant_hears_of_missing_contacts_in_the_first_year(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2026, 3, 2))
    await world.made("2026-06-01 10:00", person=amina)
    await at(world, "2026-06-02 10:00", by="ilse")
    texts = await at(world, "2026-12-03 10:00", by="ilse")
    assert holds(texts, "Amina", "twee contactmomenten", "1 contactmoment")
    await world.made("2026-12-10 10:00", person=amina)
    await at(world, "2026-12-11 09:00", by="ilse")
    assert await at(world, "2027-02-03 10:00", by="ilse") == []


async def test_the_plan_that_is_due_is_shown_to_the_consultant_until_it_is_signed(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, intake_on=date(2026, 3, 3))
    # Due on 31 March; two weeks before is 17 March.
    assert holds(await at(world, "2026-03-17 10:00", by="ilse"), "PIP", "31 maart 2026")
    await world.plan(amina, plan_signed_on=date(2026, 3, 20))
    assert await at(world, "2026-03-28 10:00", by="ilse") == []


async def test_people_are_not_told_what_is_the_municipalitys_own_task(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, intake_on=date(2026, 3, 3), route=Route.B1)
    assert await at(world, "2026-03-28 10:00") == []


@pytest.mark.parametrize(
    ("group", "route", "progress", "expected"),
    [
        pytest.param("asylum", "b1", {}, ["exam", "pvt", "map"], id="b1"),
        pytest.param("asylum", "b1", {"exam": "done", "map": "done"}, ["pvt"], id="b1 nearly done"),
        # KNM is an exam of the education route too (Regeling inburgering, art. 3.5).
        pytest.param("asylum", "education", {}, ["exam", "bridging", "pvt"], id="education is exempt from map"),
        pytest.param("asylum", "education", {"knm": "done"}, ["bridging", "pvt"], id="education, KNM done"),
        pytest.param(
            "asylum", "z", {}, ["lesson_hours", "participation_hours", "pvt", "map"], id="z"
        ),
        pytest.param(
            "asylum", "z", {"lesson_hours": 800, "participation_hours": 799.5}, ["participation_hours", "pvt", "map"],
            id="z hours",
        ),
        pytest.param("migrant", "z", {"pvt": "done"}, ["lesson_hours", "map"], id="z migrant"),
        pytest.param("asylum", None, {}, [], id="no route yet"),
    ],
)  # fmt: skip
def test_open_parts(group: str, route: str | None, progress: dict[str, str | float], expected: list[str]) -> None:
    found = open_parts(Group(group), Route(route) if route else None, noted(progress))
    assert [part.value for part in found] == expected


def test_the_last_that_was_told_counts() -> None:
    keys = [
        "milestone:7:term_end:2027-04-15:12_months:person",
        "term_correction:7:term_end:2027-04-15:2027-05-15:person",
        "term_correction:7:relief_end:2026-06-30:none:person",
        "reminder:7:1:week:7",
    ]
    assert told_by(keys) == {("term_end", "person"): date(2027, 5, 15), ("relief_end", "person"): None}


async def test_a_meeting_of_another_kind_is_no_contact_moment(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2026, 3, 2))
    for day in ("2026-06-01", "2026-06-02"):
        await world.made(f"{day} 10:00", person=amina, kind=AppointmentKind.ACTIVITY)
    await at(world, "2026-06-03 10:00", by="ilse")
    assert holds(await at(world, "2026-12-03 10:00", by="ilse"), "0 contactmomenten")


async def test_that_the_term_began_is_said_once_with_both_days_and_what_is_to_be_done(world: PlanningWorld) -> None:
    amina = await world.person()
    world.clock.set(local("2026-03-03 16:00"))
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2026, 3, 3))
    texts = await at(world, "2026-03-04 10:00")
    assert holds(texts, "is begonnen", "4 maart 2026", "3 maart 2029", "Beide dagen tellen mee", "Examens", "PVT")
    # A signature that was mistyped is put right, and the beginning is not told anew.
    await world.plan(amina, plan_signed_on=date(2026, 3, 2))
    assert holds(await at(world, "2026-03-05 10:00"), "andere datum", "2 maart 2029")


async def test_a_bridging_year_that_may_outlast_the_term_is_told_with_that_word(world: PlanningWorld) -> None:
    amina = await world.person()
    world.follow(NOTE.rules)
    await world.plan(
        amina, route=Route.EDUCATION, plan_signed_on=date(2024, 3, 1), bridging_started_on=date(2024, 9, 2)
    )
    # The term ends on 1 March 2027, the bridging on 1 September at the latest; six months before that is a Monday.
    texts = await at(world, "2027-03-01 10:00")
    assert any("taalschakeltraject stopt bijna" in text and "maandag 1 maart 2027" in text for text in texts)
    assert any("hoogstens tot en met" in text for text in await world.heard(by="ilse"))


async def test_more_time_by_duo_is_told_as_that_and_not_as_a_mistake(world: PlanningWorld) -> None:
    amina = await world.person()
    await world.plan(amina, route=Route.B1, plan_signed_on=date(2024, 4, 15))
    await at(world, "2026-04-15 10:00")
    await world.plan(amina, term_extended_until=date(2027, 10, 15))
    texts = await world.heard()
    assert holds(texts, "extra tijd van DUO", "❌ Niet meer: donderdag 15 april 2027", "15 oktober 2027")
    assert "andere datum" not in texts[0]
