"""The month's figures of reach, meetings, reports and open questions: what they count, and that few are not shown."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.reports.month.figures import Month, figures_of, rows_of
from bot.reports.month.small_groups import EVERYWHERE, FEWEST, Counted, figure
from reminders.terms.rule_sets import LAW
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, Participation
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.faq_gaps import FaqGap
from storage.people.people import Person
from storage.vocabulary import (
    AbsenceReason,
    AbsenceState,
    Answer,
    AppointmentKind,
    GapReason,
    Group,
    MessageState,
    Priority,
)

ZONE = ZoneInfo("Europe/Amsterdam")
MADE = datetime(2026, 1, 5, 9, tzinfo=UTC)
MARCH = datetime(2026, 3, 10, 9, tzinfo=UTC)
NOW = datetime(2026, 4, 3, 10, tzinfo=UTC)


async def fill(database: Database, municipality: str = "Huizen") -> None:
    """Thirty people: twenty read Arabic, six Tigrinya, two Somali and two Dari. Each has a meeting in March, of which
    they heard over Telegram, or (the first six) by SMS, which says nothing of what comes of it."""
    languages = ["ar"] * 20 + ["ti"] * 6 + ["so"] * 2 + ["fa_AF"] * 2
    async with database.writing() as session:
        for number, language in enumerate(languages):
            person = Person(
                external_id=f"{municipality}{number}", given_name="P", family_name="", language=language,
                group=Group.ASYLUM, municipality=municipality, created_at=MADE, updated_at=MADE, consented_at=MADE,
            )  # fmt: skip
            session.add(person)
            await session.flush()
            meeting = Appointment(
                external_id=f"{municipality}m{number}", person_id=person.id, kind=AppointmentKind.PROGRESS_MEETING,
                starts_at=MARCH, ends_at=MARCH + timedelta(hours=1), made_at=MADE, updated_at=MADE,
            )  # fmt: skip
            session.add(meeting)
            await session.flush()
            if number < 15:
                # Of five the meeting was on another day when they said so.
                for_day = MARCH if number < 10 else MARCH - timedelta(days=1)
                session.add(
                    Participation(
                        appointment_id=meeting.id, person_id=person.id, answer=Answer.COMING, answered_for=for_day
                    )
                )
            if number < 25:
                told = MARCH - timedelta(days=1)
                session.add(
                    Message(
                        key=f"{municipality}r{number}", kind="reminder", due_at=told, next_at=told, created_at=told,
                        params={}, person_id=person.id, appointment_id=meeting.id, priority=Priority.NORMAL,
                        state=MessageState.SENT if number < 6 else MessageState.DELIVERED, sent_at=told,
                        channel="sms" if number < 6 else "telegram",
                    )
                )  # fmt: skip
            if number < 12:
                seen = MARCH + timedelta(hours=1 if number < 7 else 30)
                session.add(
                    Absence(
                        person_id=person.id, state=AbsenceState.SEEN, version=1, reason=AbsenceReason.ILL,
                        from_on=MARCH.date(), started_at=MARCH, reported_at=MARCH, seen_at=seen,
                    )
                )  # fmt: skip
        for number in range(17):
            session.add(
                FaqGap(
                    at=MARCH, municipality=municipality, language="ar" if number < 12 else "ti",
                    reason=GapReason.NOT_HELPED if number < 12 else GapReason.NOT_FOUND,
                    topic="duty_who" if number < 7 else "exam_costs" if number < 12 else None,
                    question="My name is Amina and I live in the Havenstraat",
                )
            )  # fmt: skip


async def month_of(database: Database, municipality: str = "") -> Month:
    async with database.reading() as session:
        return await figures_of(session, date(2026, 3, 1), ZONE, lambda _municipality: LAW.rules, NOW, municipality)


async def test_what_reach_meetings_reports_and_questions_come_to(database: Database) -> None:
    await fill(database)
    month = await month_of(database)
    found = {one.name: one for one in month.figures}
    assert found["reached_language"].of("ar") == {"reached": 15, "linked_not_reached": 0, "not_linked": 5}
    # Two and two are too few: they are shown with the next smallest.
    assert {cell.place for cell in found["reached_language"].cells} == {EVERYWHERE, "ar", "fa_AF, so, ti"}
    assert found["reached_channel"].of() == {"reached": 20}
    assert found["messages"].of("telegram") == {"arrived": 20, "sent": 0}
    assert found["messages"].of("sms") == {"arrived": 0, "sent": 5}
    assert found["delivered"].of() == {"arrived": 20, "sent": 5, "not_told": 5}
    assert found["confirmed"].of() == {"coming": 10, "not_coming": 0, "other_time": 0, "no_answer": 20}
    assert found["seen"].of() == {"within_4_hours": 5, "within_1_day": 0, "later": 5, "waiting": 0}
    assert found["faq_gaps"].of("ar") == {"not_found": 0, "none_of_these": 0, "not_helped": 10}
    assert found["faq_topics"].of("duty_who") == {"not_helped": 5}
    assert not any("Amina" in str(row) for row in rows_of(month))


async def test_each_municipality_has_its_own_and_few_are_not_shown(sqlite_database: Database) -> None:
    await fill(sqlite_database)
    async with sqlite_database.writing() as session:
        for number in range(4):
            session.add(
                FaqGap(
                    at=MARCH,
                    municipality="Laren",
                    language="tr",
                    reason=GapReason.NOT_FOUND,
                    question=f"{number}",
                )
            )
    assert {one.name: one for one in (await month_of(sqlite_database, "laren")).figures}["faq_gaps"].is_left_out
    everywhere = {one.name: one for one in (await month_of(sqlite_database, "huizen")).figures}
    assert "tr" not in {cell.place for cell in everywhere["faq_gaps"].cells}


@pytest.mark.parametrize("seed", range(30))
def test_places_are_put_together_as_if_each_thing_was_looked_at(seed: int) -> None:
    """Sums are made once by place; whether they are right is asked of what was counted."""
    chance = Random(seed)
    things = [
        Counted(
            chance.randrange(40),
            f"place{chance.randrange(5)}",
            chance.choices(("a", "b"), weights=[9, 1])[0],
            chance.randrange(1, 4),
        )
        for _ in range(chance.choice([3, 30, 200]))
    ]
    found = figure("x", ("a", "b"), things)
    people: dict[tuple[str, str], set[int]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for cell in found.cells:
        for thing in things:
            if cell.category == thing.category and (cell.place == EVERYWHERE or thing.place in cell.place.split(", ")):
                people.setdefault((cell.place, cell.category), set()).add(thing.person_id)
                counts[cell.place, cell.category] += thing.times
    assert all(len(theirs) >= FEWEST for theirs in people.values())
    assert all(cell.count == counts[cell.place, cell.category] for cell in found.cells)
