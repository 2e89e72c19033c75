"""Attendance beside absence reports: what covers what, hours, patterns, and a generated year counted in another way."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert

from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment, LessonGroup, Membership, Participation
from storage.attendance.attendance import (
    Attended,
    HoursMade,
    Outcome,
    SentReport,
    attendance_of,
    hours,
    minutes_counted,
    outcome_of,
    unreported_patterns,
)
from storage.engine.database import Database
from storage.people.people import Consultant, Person
from storage.vocabulary import AbsenceReason, AbsenceState, AppointmentKind, AppointmentStatus, Group, Presence

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
LESSON = 7


def sent(
    from_on: date | None = MONDAY, until_on: date | None = None, *chosen: int, open_ended: bool = False
) -> SentReport:
    return SentReport(1, 1, AbsenceReason.ILL, NOW, from_on, until_on, open_ended, frozenset(chosen))


TUESDAY, SUNDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=6)


@pytest.mark.parametrize(
    ("report", "day", "covers"),
    [
        pytest.param(sent(MONDAY, MONDAY, LESSON), MONDAY, True, id="chosen"),
        pytest.param(sent(MONDAY, MONDAY, LESSON), TUESDAY, True, id="chosen, and moved since"),
        pytest.param(sent(MONDAY, MONDAY, 8), MONDAY, False, id="the other lesson of the day"),
        pytest.param(sent(MONDAY, SUNDAY, 8, 9), TUESDAY, False, id="others of a week"),
        pytest.param(sent(MONDAY, SUNDAY), MONDAY, True, id="first day of a period"),
        pytest.param(sent(MONDAY, SUNDAY), SUNDAY, True, id="last day of a period"),
        pytest.param(sent(MONDAY, SUNDAY), SUNDAY + timedelta(days=1), False, id="the day after"),
        pytest.param(sent(TUESDAY, SUNDAY), MONDAY, False, id="the day before"),
        pytest.param(sent(MONDAY), MONDAY, True, id="one day"),
        pytest.param(sent(MONDAY), TUESDAY, False, id="one day is one day"),
        pytest.param(sent(MONDAY, open_ended=True), date(2026, 12, 31), True, id="open, months later"),
        pytest.param(sent(MONDAY, None, 8, open_ended=True), SUNDAY, True, id="open, first weeks chosen"),
        pytest.param(sent(TUESDAY, open_ended=True), MONDAY, False, id="open, before it"),
        pytest.param(sent(MONDAY, TUESDAY, open_ended=True), TUESDAY, True, id="was open, last day"),
        pytest.param(sent(MONDAY, TUESDAY, open_ended=True), SUNDAY, False, id="was open, is over"),
        pytest.param(sent(MONDAY, TUESDAY, LESSON, open_ended=True), SUNDAY, False, id="better before a chosen one"),
        pytest.param(sent(MONDAY, TUESDAY, LESSON, open_ended=True), TUESDAY, True, id="better on the day itself"),
        pytest.param(sent(None), MONDAY, False, id="says nothing"),
    ],
)
def test_what_a_report_covers(report: SentReport, day: date, covers: bool) -> None:
    assert report.covers(LESSON, day) is covers


@pytest.mark.parametrize(
    ("presence", "reports", "outcome"),
    [
        pytest.param(Presence.PRESENT, [], Outcome.PRESENT, id="present"),
        pytest.param(Presence.PRESENT, [sent()], Outcome.PRESENT, id="came all the same"),
        pytest.param(Presence.LATE, [sent()], Outcome.LATE, id="late"),
        pytest.param(Presence.EXCUSED, [], Outcome.EXCUSED, id="excused"),
        pytest.param(Presence.EXCUSED, [sent()], Outcome.EXCUSED, id="excused stays excused"),
        pytest.param(Presence.ABSENT, [sent()], Outcome.REPORTED, id="reported"),
        pytest.param(Presence.ABSENT, [], Outcome.NOT_REPORTED, id="not reported"),
    ],
)
def test_outcomes(presence: Presence, reports: list[SentReport], outcome: Outcome) -> None:
    assert outcome_of(presence, reports) is outcome


@pytest.mark.parametrize(
    ("presence", "minutes", "ends", "counted"),
    [
        pytest.param(Presence.PRESENT, None, 180, 180, id="the lesson's length"),
        pytest.param(Presence.LATE, 150, 180, 150, id="the list's"),
        pytest.param(Presence.PRESENT, 0, 180, 0, id="none at all"),
        pytest.param(Presence.PRESENT, None, None, None, id="not known"),
        pytest.param(Presence.ABSENT, None, 180, 0, id="absent"),
        pytest.param(Presence.EXCUSED, 60, 180, 0, id="excused"),
    ],
)
def test_minutes(presence: Presence, minutes: int | None, ends: int | None, counted: int | None) -> None:
    ends_at = NOW + timedelta(minutes=ends) if ends is not None else None
    assert minutes_counted(presence, minutes, NOW, ends_at) == counted


def row(
    person_id: int = 1,
    starts_at: datetime = NOW,
    outcome: Outcome = Outcome.NOT_REPORTED,
    kind: AppointmentKind = AppointmentKind.CLASS,
    minutes: int | None = 0,
    appointment_id: int = 1,
) -> Attended:
    presence = Presence.ABSENT if outcome in (Outcome.REPORTED, Outcome.NOT_REPORTED) else Presence(outcome.value)
    return Attended(
        appointment_id, person_id, kind, starts_at, None, presence, minutes, outcome, None, group=None, provider=None
    )


def test_hours_by_what_they_count_for() -> None:
    kinds = AppointmentKind
    rows = [row(outcome=Outcome.PRESENT, kind=kind, minutes=90) for kind in kinds]
    rows += [row(outcome=Outcome.LATE, kind=kinds.CLASS, minutes=30), row(minutes=0), row(2, minutes=None)]
    assert hours(rows) == {1: HoursMade(lessons=2.0, pvt=1.5, participation=6.0), 2: HoursMade()}
    assert hours([]) == {}


def weekly(*weeks_ago: float, outcome: Outcome = Outcome.NOT_REPORTED) -> list[Attended]:
    # The newest of these is after the clock was changed, on 25 October 2026.
    newest = datetime(2026, 11, 9, 9, 0, tzinfo=AMSTERDAM)
    starts = [(newest - timedelta(weeks=weeks)).astimezone(UTC) for weeks in weeks_ago]
    return [row(starts_at=at, outcome=outcome, appointment_id=number) for number, at in enumerate(starts)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param(weekly(0, 1), 0, id="two"),
        pytest.param(weekly(0, 1, 2), 3, id="three"),
        pytest.param(weekly(0, 2, 4), 3, id="four weeks apart, and the clock changed"),
        pytest.param(weekly(0, 2, 4.2), 0, id="a day too many"),
        pytest.param(weekly(0, 5, 6, 7), 0, id="an older pattern that ended"),
        pytest.param(weekly(0, 0, 1, 9), 3, id="two on a day"),
        pytest.param([*weekly(0, 1), *weekly(2, outcome=Outcome.REPORTED)], 0, id="one was reported"),
        pytest.param([*weekly(5, 6, 7), *weekly(0, outcome=Outcome.PRESENT)], 3, id="present since"),
        pytest.param([], 0, id="nothing"),
    ],
)
def test_patterns_end_with_the_newest(rows: list[Attended], found: int) -> None:
    patterns = unreported_patterns(reversed(rows))
    assert [len(pattern) for pattern in patterns.values()] == ([found] if found else [])
    for pattern in patterns.values():
        assert list(pattern) == sorted(pattern, key=lambda r: (r.starts_at, r.appointment_id))


def test_patterns_are_each_persons_own_and_as_wide_as_asked() -> None:
    rows = [*weekly(0, 1), replace(weekly(0)[0], person_id=2)]
    assert unreported_patterns(rows) == {}
    assert set(unreported_patterns(rows, count=2)) == {1}
    assert unreported_patterns(rows, count=2, window=timedelta(days=6)) == {}


# --- A generated year -------------------------------------------------------------------------------------------------


@dataclass
class Plain:
    """The year as plain values, beside what is stored of it."""

    # (appointment, person) -> presence
    lists: dict[tuple[int, int], str] = field(default_factory=dict)
    # appointment -> (local day, length in minutes, cancelled, kind, group's name or "")
    appointments: dict[int, tuple[date, int, bool, str, str]] = field(default_factory=dict)
    # (person, state, first, last, open, chosen)
    reports: list[tuple[int, str, date | None, date | None, bool, list[int]]] = field(default_factory=list)
    minutes: dict[tuple[int, int], int] = field(default_factory=dict)
    utc_days: dict[int, date] = field(default_factory=dict)


async def year(database: Database, *, people: int = 100, seed: int = 16) -> Plain:
    """A year of people in six groups: timetables, memberships in time, own meetings, presence, all sorts of reports."""
    dice, plain = random.Random(seed), Plain()
    start = date(2025, 9, 1)
    async with database.writing() as session:
        for number in (1, 2):
            email = f"c{number}@h.example"
            hashed = database.keys.fingerprints(email, "email")[0]
            session.add(Consultant(email=email, email_hash=hashed, name=f"C{number}", created_at=NOW))
        await session.flush()
        for number in range(1, people + 1):
            session.add(
                Person(
                    external_id=f"P{number:03}",
                    given_name=f"Naam{number}",
                    family_name="X",
                    language="nl",
                    group=Group.ASYLUM,
                    municipality="Huizen",
                    consultant_id=1 + number % 2,
                    created_at=NOW,
                    updated_at=NOW,
                )
            )
        groups = [LessonGroup(name=f"A{number}") for number in range(6)]
        session.add_all(groups)
        await session.flush()
        members: list[tuple[int, int, date, date | None]] = []
        for number in range(1, people + 1):
            change_on = start + timedelta(days=dice.randrange(60, 300))
            old, new = dice.sample(range(6), 2)
            members.append((old, number, start, change_on if number % 3 else None))
            if number % 3 == 1:
                members.append((new, number, change_on + timedelta(days=1), None))
        for which, number, from_on, until_on in members:
            session.add(Membership(group_id=groups[which].id, person_id=number, from_on=from_on, until_on=until_on))

        appointments: list[dict[str, object]] = []

        def make(day: date, hour: int, minutes: int, kind: str, group: int | None, person: int | None) -> int:
            made = len(appointments) + 1
            starts_at = datetime(day.year, day.month, day.day, hour, 0, tzinfo=AMSTERDAM).astimezone(UTC)
            cancelled = dice.random() < 0.04
            appointments.append(
                {
                    "id": made,
                    "external_id": f"x{made}",
                    "person_id": person,
                    "group_id": groups[group].id if group is not None else None,
                    "kind": AppointmentKind(kind),
                    "starts_at": starts_at,
                    "ends_at": starts_at + timedelta(minutes=minutes),
                    "with_whom": None if person is None else dice.choice(["Sanne", "VluchtelingenWerk", None]),
                    "location": f"Taalhuis {group % 3}" if group is not None else "Gemeentehuis",
                    "status": AppointmentStatus.CANCELLED if cancelled else AppointmentStatus.PLANNED,
                    "mandatory": True,
                    "version": 1,
                    "made_at": NOW,
                    "updated_at": NOW,
                }
            )
            plain.utc_days[made] = starts_at.date()
            plain.appointments[made] = (day, minutes, cancelled, kind, f"A{group}" if group is not None else "")
            return made

        participations: list[dict[str, object]] = []

        def attend(appointment: int, person: int) -> None:
            presence = dice.choices(["present", "late", "absent", "excused", None], [70, 8, 15, 4, 3])[0]
            minutes = dice.choice([None, None, 45]) if presence in ("present", "late") else None
            if presence is not None:
                plain.lists[appointment, person] = presence
                if minutes is not None:
                    plain.minutes[appointment, person] = minutes
            participations.append(
                {
                    "appointment_id": appointment,
                    "person_id": person,
                    "presence": Presence(presence) if presence is not None else None,
                    "minutes": minutes,
                }
            )

        theirs: dict[int, list[int]] = {number: [] for number in range(1, people + 1)}
        for offset in range(365):
            day = start + timedelta(days=offset)
            for group in range(6):
                if day.weekday() not in (group % 5, (group + 2) % 5):
                    continue
                # Midnight is another day in UTC than on the wall.
                for hour in (9, 0) if day.weekday() == group % 5 else (13,):
                    lesson = make(day, hour, 120, "class", group, None)
                    here = {
                        n for g, n, since, end in members if g == group and since <= day and (not end or day <= end)
                    }
                    for number in sorted(here):
                        theirs[number].append(lesson)
                        attend(lesson, number)
            for number in range(1, people + 1):
                if dice.random() < 0.02:
                    kind = dice.choice(["progress_meeting", "pvt", "map", "activity", "workshop", "intake_meeting"])
                    meeting = make(day, 11, 60, kind, None, number)
                    theirs[number].append(meeting)
                    attend(meeting, number)
        await session.execute(insert(Appointment), appointments)
        await session.execute(insert(Participation), participations)

        for number in range(1, people + 1):
            for _ in range(dice.randrange(0, 12)):
                first = start + timedelta(days=dice.randrange(365))
                state = dice.choices(["reported", "seen", "withdrawn", "draft"], [4, 4, 1, 1])[0]
                last: date | None = first + timedelta(days=dice.randrange(0, 8))
                chosen: list[int] = []
                is_open = False
                match dice.choice(["chosen", "period", "open", "day"]):
                    case "chosen":
                        chosen = dice.sample(theirs[number], min(len(theirs[number]), dice.randrange(1, 4)))
                    case "open":
                        is_open, last = True, dice.choice([None, last]) if dice.random() < 0.3 else last
                        near = [a for a in theirs[number] if first <= plain.appointments[a][0] <= first + timedelta(7)]
                        chosen = near[:2]
                    case "day":
                        last = first
                plain.reports.append((number, state, first, last, is_open, chosen))
                report = Absence(
                    person_id=number,
                    state=AbsenceState(state),
                    reason=AbsenceReason.ILL,
                    from_on=first,
                    until_on=last,
                    open_ended=is_open,
                    started_at=NOW,
                    reported_at=None if state == "draft" else NOW,
                )
                session.add(report)
                await session.flush()
                session.add_all(AbsenceAppointment(absence_id=report.id, appointment_id=a) for a in chosen)
    return plain


def naive_outcome(plain: Plain, appointment: int, person: int) -> str:
    """The outcome, found by looking through everything."""
    presence = plain.lists[appointment, person]
    if presence != "absent":
        return presence
    day = plain.appointments[appointment][0]
    for who, state, first, last, is_open, chosen in plain.reports:
        if who != person or state == "draft" or state == "withdrawn":
            continue
        if is_open and last is not None and last < day:
            continue
        for one in chosen:
            if one == appointment:
                return "reported"
        by_period = is_open or len(chosen) == 0
        if by_period and first is not None and first <= day and (last is None or day <= last):
            return "reported"
    return "not_reported"


async def test_a_generated_year_is_counted_alike_in_another_way(database: Database) -> None:
    plain = await year(database)
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    async with database.reading() as session:
        rows = await attendance_of(
            session, since=datetime(2025, 1, 1, tzinfo=UTC), until=datetime(2027, 1, 1, tzinfo=UTC), zone=AMSTERDAM
        )
    assert len([s for s in statements if s.lstrip().upper().startswith("SELECT")]) == 4

    expected = {key: naive_outcome(plain, *key) for key in plain.lists if not plain.appointments[key[0]][2]}
    assert len(expected) > 5_000
    assert {(r.appointment_id, r.person_id): r.outcome.value for r in rows} == expected
    counted = Counter(expected.values())
    assert min(counted[outcome.value] for outcome in Outcome) > 100, counted

    lessons: Counter[int] = Counter()
    participation: Counter[int] = Counter()
    for (appointment, person), presence in plain.lists.items():
        _, length, cancelled, kind, _ = plain.appointments[appointment]
        if cancelled or presence not in ("present", "late"):
            continue
        minutes = plain.minutes.get((appointment, person), length)
        if kind == "class":
            lessons[person] += minutes
        elif kind in ("pvt", "map", "activity", "workshop"):
            participation[person] += minutes
    made = hours(rows)
    assert len(made) == 100
    for person, found in made.items():
        assert round(found.lessons * 60) == lessons[person]
        assert round(found.participation * 60) == participation[person]

    patterns = unreported_patterns(rows)
    for person in made:
        days = sorted(plain.utc_days[a] for (a, p), word in expected.items() if p == person and word == "not_reported")
        near = [day for day in days if (days[-1] - day).days <= 28]
        assert (person in patterns) == (len(near) >= 3)
    assert 0 < len(patterns) < 100


async def test_narrowed_down_by_group_people_consultant_and_time(database: Database) -> None:
    plain = await year(database, people=30)
    since = datetime(2025, 12, 1, tzinfo=AMSTERDAM)
    until = datetime(2026, 3, 1, tzinfo=AMSTERDAM)
    async with database.reading() as session:

        async def keys(**narrowed: object) -> set[tuple[int, int]]:
            rows = await attendance_of(session, since=since, until=until, zone=AMSTERDAM, **narrowed)  # type: ignore[arg-type]
            return {(r.appointment_id, r.person_id) for r in rows}

        found = {
            "all": await keys(),
            "group": await keys(group="A1"),
            "people": await keys(person_ids=[3, 4]),
            "many": await keys(person_ids=range(3, 12_000)),
            "nobody": await keys(person_ids=[]),
            "consultant": await keys(consultant_id=2),
        }
        providers = {
            r.provider for r in await attendance_of(session, since=since, until=until, group="A1", zone=AMSTERDAM)
        }
    every = {
        key
        for key in plain.lists
        if date(2025, 12, 1) <= plain.appointments[key[0]][0] < date(2026, 3, 1) and not plain.appointments[key[0]][2]
    }
    assert found == {
        "all": every,
        "group": {key for key in every if plain.appointments[key[0]][4] == "A1"},
        "people": {key for key in every if key[1] in (3, 4)},
        "many": {key for key in every if key[1] >= 3},
        "nobody": set(),
        "consultant": {key for key in every if key[1] % 2 == 1},
    }
    assert providers == {"Taalhuis 1"}
