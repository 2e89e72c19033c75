"""Five lives of three and a half years and thirty generated ones, day by day where something is due: every message
about a term that came, to whom and when, equals the page; nobody hears that something is open that they did."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from reminders.terms.rule_sets import LAW, NOTE
from reminders.terms.terms import TermFacts, compute_terms
from storage.attention.contact_moments import ContactMoment
from storage.engine.database import Database
from storage.people.people import Person
from storage.vocabulary import AppointmentKind, ContactHow, Group, MessageState, Route
from tests.clock import FakeClock
from tests.reminders.planning.lives import CALLED, NOON, Event, Heard, Life, at, dates_of, expected, months_later, page
from tests.reminders.planning.planning_world import ZONE, PlanningWorld

DAY = timedelta(days=1)
_OF_PERSON = ("brp_registered_on", "duty_notified_on", "housed_on", "born_on")


@pytest.fixture
async def world(sqlite_database: Database, clock: FakeClock) -> PlanningWorld:
    # Which engine it is does not matter to the law; planned far ahead, the clock steps to fewer days.
    return PlanningWorld(sqlite_database, clock, horizon=timedelta(days=120))


async def lived(world: PlanningWorld, life: Life) -> list[Heard]:
    """What came of a life, with the real planner and dispatcher."""
    world.follow(life.rules.rules)
    world.clock.set(at(life.days[0].on, NOON) - timedelta(hours=1))
    person = await world.person(life.name, agreed=False, group=life.group)
    async with world.database.writing() as session:
        row = await session.get_one(Person, person)
        row.benefit = life.known.has_benefit
        for name, day in dates_of(life.known).items():
            assert name in _OF_PERSON
            setattr(row, name, day)
    done: set[str] = set()
    hours: dict[str, float] = {}
    events, planned_at = list(life.days), world.clock.now()
    while True:
        moment = await world.next_due(person)
        look = planned_at + timedelta(days=110)
        now = min(moment or look, look, *(at(one.on, NOON) for one in events[:1]))
        event = events[0] if events and at(events[0].on, NOON) == now else None
        if now > at(life.until, NOON):
            break
        world.clock.set(now)
        if event is not None:
            events.pop(0)
            await happens(world, person, event)
            for part, what in event.did.items():
                hours[part] = hours.get(part, 0) + (0 if isinstance(what, str) else what)
            done |= {part for part, what in event.did.items() if isinstance(what, str)}
            done |= {part for part, made in hours.items() if made >= 800}
        if event is not None or now == look:
            planned_at = now
            await world.plan(person, **(event.plan if event is not None else {}))
        for text in [*await world.heard(by=life.name), *await world.heard(by="ilse")]:
            # "exam" and "knm" are called the same, and only one of them is asked on a route.
            assert not [part for part in done if CALLED[part] in text], text
    return sorted(await told(world, person))


async def happens(world: PlanningWorld, person: int, event: Event) -> None:
    """What an event changes beside the plan, as importers and screens do."""
    now = world.clock.now()
    async with world.database.writing() as session:
        if event.agrees:
            (await session.get_one(Person, person)).consented_at = now
        if event.talk:
            session.add(ContactMoment(person_id=person, how=ContactHow.CALLED, at=now - timedelta(minutes=1)))
    if event.evening:
        # Of others, and taken for a contact by none.
        evening = f"{now.astimezone(ZONE) - DAY:%Y-%m-%d} 19:00"
        await world.made(evening, person=person, kind=AppointmentKind.PVT)
    if event.did:
        await world.did(person, event.did)


async def told(world: PlanningWorld, person: int) -> list[Heard]:
    """The messages about terms that were sent, as the outbox keeps them."""
    found: list[Heard] = []
    for row in await world.rows(MessageState.SENT):
        if row.sent_at is None or person not in (row.person_id, row.about_id):
            continue
        when = row.sent_at.astimezone(ZONE).replace(second=0, microsecond=0)
        match row.key.split(":"):
            case ["milestone", _, about, on, which, to]:
                found.append(Heard(when, to, about, which, on))
            case ["term_correction", _, about, _, new, to]:
                found.append(Heard(when, to, about, "correction", new))
    return found


SIGNED = date(2024, 4, 15)


def signed(on: date, route: Route, **more: date) -> Event:
    return Event(on=on, plan={"route": route, "plan_signed_on": on, "plan_dated_on": on, **more})


def starts(brp: date, housed_on: date | None = None) -> tuple[TermFacts, tuple[Event, ...]]:
    """Registered, linked after two weeks, with an intake after three."""
    intake = brp + timedelta(days=21)
    known = TermFacts(brp_registered_on=brp, housed_on=housed_on)
    return known, (
        Event(on=brp),
        Event(on=brp + timedelta(days=14), agrees=True),
        Event(on=intake, plan={"intake_on": intake}),
    )


def five() -> list[Life]:
    brp = date(2024, 2, 29)
    known, begin = starts(brp, housed_on=date(2024, 2, 20))
    end = compute_terms(TermFacts(plan_signed_on=SIGNED)).guidance_end or SIGNED
    until = end + timedelta(days=40)
    linked_late = (begin[0], begin[2], Event(on=date(2024, 8, 1), agrees=True))
    talks = (Event(on=date(2024, 6, 3), talk=True), Event(on=date(2024, 12, 2), talk=True))
    relief = Event(on=date(2024, 5, 1), plan={"relief_started_on": date(2024, 5, 1)})
    all_b1 = {"exam": "done", "pvt": "done", "map": "done"}
    return [
        Life(
            name="b1",
            group=Group.ASYLUM,
            known=replace(known, group=Group.ASYLUM),
            events=(
                *begin, signed(SIGNED, Route.B1), relief, *talks,
                Event(on=date(2025, 3, 1), did={"pvt": "done", "lesson_hours": 400}),
                Event(on=date(2025, 9, 13), did={"map": "done", "lesson_hours": 250}),
                Event(on=date(2026, 11, 20), did={"exam": "done"}),
            ),
            until=until,
        ),
        Life(
            name="education24",
            group=Group.ASYLUM,
            known=replace(known, group=Group.ASYLUM, born_on=date(2000, 1, 1)),
            events=(
                *begin, signed(SIGNED, Route.EDUCATION, bridging_started_on=date(2024, 9, 2)), relief, talks[0],
                Event(on=date(2025, 4, 17), talk=True),
                Event(on=date(2025, 5, 1), did={"pvt": "done"}),
                # Late: after the term, and after the longest that the bridging may last.
                Event(on=date(2027, 9, 20), did={"bridging": "done", "knm": "done"}),
            ),
            until=until,
            rules=NOTE,
        ),
        Life(
            name="z",
            group=Group.ASYLUM,
            known=replace(known, group=Group.ASYLUM),
            events=(
                *begin, signed(date(2024, 5, 20), Route.Z), relief, Event(on=date(2024, 8, 1), evening=True),
                Event(on=date(2024, 10, 1), evening=True),
                Event(on=date(2025, 6, 1), did={"lesson_hours": 500, "participation_hours": 300}),
                Event(on=date(2026, 12, 1), did={"lesson_hours": 300, "pvt": "done", "map": "done"}),
            ),
            until=until + timedelta(days=60),
        ),
        Life(
            name="extended",
            group=Group.ASYLUM,
            known=replace(known, group=Group.ASYLUM, duty_notified_on=date(2024, 3, 11)),
            events=(
                *linked_late, signed(SIGNED, Route.B1), *talks,
                # Once before anybody was told when the term ends, and once after that.
                Event(on=date(2026, 3, 20), plan={"term_extended_until": date(2027, 6, 15)}),
                Event(on=date(2026, 12, 18), plan={"term_extended_until": date(2027, 10, 15)}),
                Event(on=date(2027, 9, 1), did=all_b1),
            ),
            until=until + timedelta(days=60),
        ),
        Life(
            name="migrant",
            group=Group.MIGRANT,
            known=TermFacts(brp_registered_on=brp, group=Group.MIGRANT),
            events=(*begin, signed(SIGNED, Route.B1), Event(on=date(2024, 6, 3), talk=True)),
            until=until,
        ),
    ]  # fmt: skip


#: Days on which calendars go wrong: leap days, ends of months and years, the nights of summer and winter time.
_DAYS = (
    date(2024, 2, 29), date(2024, 1, 31), date(2024, 3, 30), date(2024, 8, 31), date(2024, 10, 26), date(2024, 12, 31),
    date(2025, 2, 28), date(2025, 4, 19), date(2024, 5, 9), date(2025, 1, 1),
)  # fmt: skip


def generated(seed: int) -> Life:
    """A life with dates around every boundary; things are done early, late or never."""
    chance = Random(seed)
    group = chance.choice([Group.ASYLUM, Group.ASYLUM, Group.MIGRANT])
    route = chance.choice(list(Route))
    rules = chance.choice([LAW, LAW, NOTE])
    brp = _DAYS[seed % len(_DAYS)] + DAY * chance.choice([-1, 0, 0, 1])
    known = TermFacts(
        brp_registered_on=brp,
        duty_notified_on=chance.choice([None, brp + 12 * DAY]),
        housed_on=brp + chance.randrange(30) * DAY if group is Group.ASYLUM else None,
        group=group,
        has_benefit=chance.choice([None, True, False]),
    )
    intake = brp + chance.choice([1, 20, 41, 42, 43]) * DAY
    events = [Event(on=brp), Event(on=intake, plan={"intake_on": intake})]
    due = compute_terms(TermFacts(brp_registered_on=brp, duty_notified_on=known.duty_notified_on), rules.rules).pip_due
    assert due is not None
    plan_on = chance.choice([intake + 5 * DAY, due, due + DAY, due + 13 * DAY, due + 40 * DAY, None])
    agreed = chance.choice([brp + 2 * DAY, intake, (plan_on or due) + 30 * DAY, (plan_on or due) + 75 * DAY])
    events.append(Event(on=agreed, agrees=True))
    if plan_on is None:
        return Life(name=f"g{seed}", group=group, known=known, events=tuple(events), until=due + 60 * DAY, rules=rules)
    plan: dict[str, date | Route] = {"route": route, "plan_signed_on": plan_on, "plan_dated_on": plan_on}
    if route is Route.EDUCATION:
        plan["bridging_started_on"] = plan_on + chance.choice([1, 30, 120]) * DAY
    if group is Group.ASYLUM and chance.random() < 0.7:
        plan["relief_started_on"] = plan_on + chance.choice([-20, 0, 10]) * DAY
    # The municipality's file comes on the day, or later.
    events.append(Event(on=plan_on + chance.choice([0, 0, 1, 13, 15, 61]) * DAY, plan=plan))
    start = plan_on + DAY
    end = months_later(start, 36) - DAY
    events += [
        Event(on=start + chance.choice([20, 270, 274, 335, 364, 366]) * DAY, talk=True)
        for _ in range(chance.choice([0, 1, 2, 3]))
    ]
    events.append(Event(on=start + 100 * DAY, evening=True))
    events += _done(chance, route, group, start, end)
    if chance.random() < 0.3:
        # The date on the plan was mistyped.
        events.append(
            Event(on=start + 75 * DAY, plan={"plan_dated_on": plan_on - 3 * DAY, "plan_signed_on": plan_on - 3 * DAY})
        )
    if chance.random() < 0.5:
        granted = months_later(end, chance.choice([4, 6, 24]))
        events.append(
            Event(on=end + chance.choice([-500, -400, -150, -20, 20]) * DAY, plan={"term_extended_until": granted})
        )
    until = months_later(start, 42) + 40 * DAY
    return Life(name=f"g{seed}", group=group, known=known, events=tuple(events), until=until, rules=rules)


def _done(chance: Random, route: Route, group: Group, start: date, end: date) -> list[Event]:
    parts: Mapping[Route, Sequence[Mapping[str, str | float]]] = {
        Route.B1: ({"pvt": "done", "lesson_hours": 350}, {"map": "done", "lesson_hours": 250}, {"exam": "done"}),
        Route.EDUCATION: ({"pvt": "done"}, {"bridging": "done"}, {"knm": "done"}),
        Route.Z: (
            {"pvt": "done", "lesson_hours": 400},
            {"lesson_hours": 400},
            {"map": "done", **({"participation_hours": 800} if group is Group.ASYLUM else {})},
        ),
    }
    days = {
        "early": (start + 200 * DAY, start + 500 * DAY, start + 700 * DAY),
        "on time": (start + 300 * DAY, end - 95 * DAY, end),
        "late": (start + 400 * DAY, end - 10 * DAY, end + 30 * DAY),
        "never": (start + 400 * DAY,),
    }[chance.choice(["early", "on time", "late", "never"])]
    return [Event(on=day, did=part) for day, part in zip(days, parts[route], strict=False)]


@pytest.mark.parametrize("life", five(), ids=lambda life: life.name)
async def test_a_life_hears_what_the_page_says(world: PlanningWorld, life: Life) -> None:
    assert await lived(world, life) == expected(life)


@pytest.mark.slow
async def test_thirty_lives_around_every_boundary_hear_what_the_page_says(world: PlanningWorld) -> None:
    heard = 0
    for seed in range(30):
        life = generated(seed)
        came = await lived(world, life)
        assert came == expected(life), f"life {seed}"
        heard += len(came)
    assert heard > 500


def test_the_lives_meet_every_line_of_the_page() -> None:
    lives = [*five(), *map(generated, range(30))]
    met = {(one.about, one.which, one.to) for life in lives for one in expected(life)}
    assert {(row.told, row.which, to) for row in page() for to in row.to} <= met
