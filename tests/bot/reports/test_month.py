"""The report for management: what it counts, and that it tells of no group of fewer than five people."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.cli import app
from bot.reports.month.figures import Month, figures_of
from bot.reports.month.small_groups import EVERYWHERE, FEWEST, Counted, Figure, figure, in_fives
from reminders.terms.rule_sets import LAW
from storage.appointments.appointments import Appointment, Participation
from storage.attention.contact_moments import ContactMoment
from storage.attention.feedback import Feedback
from storage.engine.database import Database
from storage.offers.offers import OfferWish
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.people.people import Person, Plan
from storage.people.relayed import Letter
from storage.vocabulary import (
    AppointmentKind,
    ContactHow,
    Group,
    LetterKind,
    MessageState,
    Mood,
    Presence,
    Priority,
    Route,
    WishState,
)
from tests.progress import progress_rows

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 4, 3, 10, tzinfo=UTC)
CATEGORIES = ("b1", "education", "z", "no_route")
SECRET = "a secret for tests that is long enough"


def sums(found: Figure) -> Iterator[int]:
    """Every sum and difference of a category that the figure allows: places together, and all but some of them."""
    places = sorted({cell.place for cell in found.cells} - {EVERYWHERE})
    for category in found.of():
        by_place = [found.of(place)[category] for place in places]
        for size in range(len(by_place) + 1):
            for some in combinations(by_place, size):
                yield sum(some)
                yield found.of()[category] - sum(some)


@pytest.mark.parametrize("seed", range(60))
def test_no_group_under_five_is_shown_nor_had_by_subtraction(seed: int) -> None:
    chance = Random(seed)
    towns = [f"town{number}" for number in range(chance.randrange(1, 6))]
    sizes = {town: chance.choice([1, 3, 6, 12, 40, 90]) for town in towns}
    everybody = [
        Counted(number, town, chance.choices(CATEGORIES, weights=[13, chance.choice([0, 1, 16]), 7, 1])[0])
        for number, town in enumerate(town for town in towns for _ in range(sizes[town]))
    ]
    found = figure("routes", CATEGORIES, everybody)
    theirs = {one.category for one in everybody}
    small = {c for c in theirs if sum(one.category == c for one in everybody) < FEWEST}
    assert found.is_left_out == bool(small)
    if not found.is_left_out:
        # A sum over nothing, or over all places, is 0 or the whole; everything between has five people or nobody.
        assert all(one == 0 or one >= FEWEST for one in sums(found))
        assert sum(found.of().values()) == len(everybody)


@pytest.mark.parametrize("seed", range(20))
def test_two_reports_cannot_be_subtracted(seed: int) -> None:
    """A year in which people come, go and change, one or two a month: every sum of one report less that of another."""
    chance = Random(seed)
    towns = ["Huizen", "Laren", "Eemnes"]
    everybody = {number: Counted(number, chance.choice(towns), chance.choice(CATEGORIES)) for number in range(90)}
    shown: list[Figure] = []
    for month in range(12):
        for number in chance.sample(sorted(everybody), 2):
            change = chance.choice(["goes", "comes", "moves"])
            if change == "goes":
                del everybody[number]
            else:
                who = number if change == "moves" else 1000 * (month + 1) + number
                everybody[who] = Counted(who, everybody[number].place, chance.choice(CATEGORIES))
        exact = figure("routes", CATEGORIES, list(everybody.values()))
        shown.append(in_fives(exact))
        # Near enough to steer by: a count is at most two away.
        assert all(abs(one.count - two.count) <= 2 for one, two in zip(exact.cells, shown[-1].cells, strict=True))
    assert len({found.cells for found in shown}) > 1
    for one, two in combinations(shown, 2):
        for first in sums(one):
            assert all(first == second or abs(first - second) >= FEWEST for second in sums(two))


def test_a_town_that_is_too_small_is_shown_with_the_next_smallest() -> None:
    sizes = {"Blaricum": 3, "Eemnes": 9, "Huizen": 30}
    everybody = [Counted(1000 * len(town) + number, town, "people") for town in sizes for number in range(sizes[town])]
    found = figure("people", ("people",), everybody)
    assert {cell.place: cell.count for cell in found.cells} == {"all": 42, "Blaricum, Eemnes": 12, "Huizen": 30}


def test_many_lessons_of_few_people_are_a_small_group() -> None:
    lessons = [Counted(number % 4, "Huizen", "present") for number in range(100)]
    assert figure("attendance", ("present",), lessons).is_left_out


async def fill(database: Database) -> None:
    """Forty people: a quarter without a route, ten linked and reached, ten linked only; and what they did in March."""
    made = datetime(2026, 1, 5, 9, tzinfo=UTC)
    async with database.writing() as session:
        for number in range(40):
            person = Person(
                external_id=f"p{number}", given_name="P", family_name="", language="nl", group=Group.ASYLUM,
                municipality="Huizen" if number < 30 else "Laren", created_at=made, updated_at=made,
                # The ten weeks end on 16 March.
                brp_registered_on=date(2026, 1, 5) if number < 20 else None,
                consented_at=made if number < 20 else None,
            )  # fmt: skip
            session.add(person)
            await session.flush()
            if number >= 10:
                # By 2 February four weeks after the intake, on 9 March within ten, or a year ago.
                dated = date(2026, 2, 2) if number < 15 else date(2026, 3, 9) if number < 20 else date(2025, 3, 10)
                route = list(Route)[number % 3]
                intake = date(2026, 1, 5)
                session.add(
                    Plan(person_id=person.id, route=route, intake_on=intake, plan_dated_on=dated, updated_at=made)
                )
            if number < 20:
                contact = Contact(
                    channel="web", address=f"a{number}", address_hash=f"hash {number:011}".encode(),
                    person_id=person.id, created_at=made,
                )  # fmt: skip
                session.add(contact)
            march = datetime(2026, 3, 10, 9, tzinfo=UTC)
            if number < 10:
                session.add(
                    Message(
                        key=f"say:{number}", kind="say", due_at=march, next_at=march, created_at=march, params={},
                        person_id=person.id, state=MessageState.READ, sent_at=march, priority=Priority.NORMAL,
                    )
                )  # fmt: skip
                session.add(
                    Letter(
                        person_id=person.id, kind=LetterKind.MESSAGE, text="?", written_at=march,
                        seen_at=march + timedelta(hours=5 if number < 5 else 50),
                    )
                )  # fmt: skip
                meeting = Appointment(
                    external_id=f"m{number}", person_id=person.id, kind=AppointmentKind.WORKSHOP, starts_at=march,
                    ends_at=march + timedelta(hours=1), made_at=made, updated_at=made,
                )  # fmt: skip
                session.add(meeting)
                await session.flush()
                presence = Presence.PRESENT if number < 5 else Presence.EXCUSED
                session.add(Participation(appointment_id=meeting.id, person_id=person.id, presence=presence))
                mood = Mood.GOOD if number < 7 else Mood.BAD
                session.add(Feedback(person_id=person.id, appointment_id=meeting.id, mood=mood, at=march))
            if number in range(20, 26):
                session.add(OfferWish(person_id=person.id, state=WishState.TAKEN, asked_at=march))
            if number >= 20:
                for day in (1, 2) if number < 30 else (1,):
                    at = datetime(2025, 6, day, 9, tzinfo=UTC)
                    session.add(ContactMoment(person_id=person.id, how=ContactHow.MET, at=at))
            if number >= 35:
                everything = {"exam": "done", "pvt": "done", "map": "done", "bridging": "done"}
                hours = {"lesson_hours": 800, "participation_hours": 800}
                session.add_all(progress_rows(person.id, {**everything, **hours}, made))


@pytest.fixture
async def month(sqlite_database: Database) -> Month:
    await fill(sqlite_database)
    async with sqlite_database.reading() as session:
        return await figures_of(session, date(2026, 3, 1), ZONE, lambda _municipality: LAW.rules, NOW)


async def test_what_a_month_comes_to(month: Month) -> None:
    found = {one.name: one for one in month.figures}
    assert found["people"].of() == {"people": 40}
    assert found["people"].of("Laren") == {"people": 10}
    assert found["reached"].of() == {"reached": 10, "linked_not_reached": 10, "not_linked": 20}
    assert found["reached"].of("Laren") == {"reached": 0, "linked_not_reached": 0, "not_linked": 10}
    assert found["plans"].of() == {
        "within_4_weeks": 5, "within_10_weeks": 5, "later_or_not_yet": 10, "not_concerned": 20,
    }  # fmt: skip
    assert found["first_year_contacts"].of() == {"two_or_more": 10, "fewer": 10, "not_concerned": 20}
    assert found["routes"].of() == {"b1": 10, "education": 10, "z": 10, "no_route": 10}
    # Three, three and four in Laren: too few to be shown there, so that both towns are shown together.
    assert {cell.place for cell in found["routes"].cells} == {"all"}
    assert found["terms"].of() == {"at_risk": 0, "not_at_risk": 25, "finished": 5, "not_concerned": 10}
    assert found["attendance"].of() == {"present": 5, "late": 0, "excused": 5, "reported": 0, "not_reported": 0}
    assert found["answers"].of() == {"within_1_day": 5, "within_3_days": 5, "later": 0, "waiting": 0}
    # Six, in fives: a report of tomorrow with seven must not tell of one person.
    assert found["offers"].of() == {"taken": 5, "not_taken": 0}
    assert month.feedback == {"workshop": {Mood.GOOD: 7, Mood.BAD: 3}}


def test_the_command_writes_every_file_and_one_document(
    tmp_path: Path, sqlite_url: str, sqlite_filled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAATJE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MAATJE_SECRET_KEY", SECRET)
    files = ["--csv", "r.csv", "--xlsx", "r.xlsx", "--plot", "r.svg"]
    result = CliRunner().invoke(app, ["report", "--month", "2026-03", "--json", *files])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["month"] == "2026-03"
    assert document["files"] == ["r.csv", "r.xlsx", "r.svg"]
    assert {"figure": "people", "place": "all", "category": "people", "count": 40} in document["rows"]
    written = list(csv.reader(io.StringIO(Path("r.csv").read_text("utf-8-sig")), delimiter=";"))
    assert ["2026-03", "routes", "all", "b1", "10"] in written
    sheet = load_workbook("r.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == ["2026-03", "people", "all", "people", 40]
    assert Path("r.svg").read_text().startswith("<?xml")
    for wrong in (["--month", "2026-3x"], ["--month", "2999-01"], ["--month", "2026-03", "--plot", "r.gif"], []):
        assert CliRunner().invoke(app, ["report", *wrong]).exit_code == 2


@pytest.fixture
async def sqlite_filled(sqlite_database: Database) -> None:
    await fill(sqlite_database)
