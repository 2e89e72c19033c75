from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.local_time import to_instant
from reminders.timetables.calendar_file import CalendarEntry, Method, Party, calendar_file

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
NINE = to_instant(datetime.fromisoformat("2026-03-30T09:00")).instant


def entry(version: int = 1, starts_at: datetime = NINE, summary: str = "Voortgangsgesprek") -> CalendarEntry:
    return CalendarEntry(
        uid="appointment-7@maatje",
        version=version,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        summary=summary,
        location="Raadhuisplein 1, Huizen",
        description="Neem mee:\nuw plan; uw pas",
        organizer=Party("consulent@huizen.example", 'Anna "A." Jansen, consulent'),
    )


def event_of(data: bytes) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical(data)
    [found] = calendar.walk("VEVENT")
    assert isinstance(found, icalendar.Event)
    assert found.errors == []
    # Each value by its name: the library's own types are a union of thirty.
    return dict(found.items())


def test_an_appointment_can_be_read_back() -> None:
    data = calendar_file(entry(), made_at=MADE)
    found = event_of(data)
    assert (found["UID"], found["SEQUENCE"], found["STATUS"]) == ("appointment-7@maatje", 1, "CONFIRMED")
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (
        datetime(2026, 3, 30, 7, tzinfo=UTC),
        datetime(2026, 3, 30, 8, tzinfo=UTC),
    )
    assert found["DESCRIPTION"] == "Neem mee:\nuw plan; uw pas"
    assert found["LOCATION"] == "Raadhuisplein 1, Huizen"
    assert found["DTSTAMP"].dt == MADE
    assert b"METHOD:PUBLISH\r\n" in data


def test_an_update_and_a_cancellation_are_of_the_same_entry() -> None:
    first, moved = event_of(calendar_file(entry(), made_at=MADE)), entry(2, NINE + timedelta(days=1))
    update, cancelled = (
        event_of(calendar_file(moved, method=m, made_at=MADE)) for m in (Method.PUBLISH, Method.CANCEL)
    )
    assert first["UID"] == update["UID"] == cancelled["UID"]
    assert first["SEQUENCE"] < update["SEQUENCE"] == cancelled["SEQUENCE"]
    assert cancelled["STATUS"] == "CANCELLED"
    assert b"METHOD:CANCEL\r\n" in calendar_file(moved, method=Method.CANCEL, made_at=MADE)


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    data = calendar_file(entry(summary="محادثة التقدم " * 20), made_at=MADE)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert calendar_file(entry(), made_at=MADE) == calendar_file(entry(), made_at=MADE)


def test_an_invitation_asks_for_an_answer() -> None:
    invited = CalendarEntry(
        uid="a",
        version=1,
        starts_at=NINE,
        ends_at=None,
        summary="x",
        organizer=Party("a@huizen.example"),
        attendee=Party("b@example.org"),
    )
    data = calendar_file(invited, method=Method.REQUEST, made_at=MADE)
    assert b"ATTENDEE;RSVP=TRUE:mailto:b@example.org\r\n" in data
    assert b"DTEND" not in data
    with pytest.raises(ValueError, match="organizer and an attendee"):
        calendar_file(entry(), method=Method.REQUEST, made_at=MADE)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        pytest.param(
            CalendarEntry(uid=" ", version=1, starts_at=NINE, ends_at=None, summary="x"), "needs a uid", id="uid"
        ),
        pytest.param(
            CalendarEntry(
                uid="a", version=1, starts_at=datetime.fromisoformat("2026-01-01"), ends_at=None, summary="x"
            ),
            "needs a zone",
            id="zone",
        ),
        pytest.param(
            CalendarEntry(uid="a", version=1, starts_at=NINE, ends_at=NINE, summary="x"), "ends after", id="empty"
        ),
        pytest.param(
            CalendarEntry(
                uid="a", version=1, starts_at=NINE, ends_at=None, summary="x", organizer=Party("a@b\r\nATTENDEE:c")
            ),
            "e-mail address",
            id="a line smuggled in",
        ),
    ],
)
def test_what_no_calendar_could_use_is_refused(wrong: CalendarEntry, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        calendar_file(wrong, made_at=MADE)


@settings(deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_any_text_stays_in_its_own_property(summary: str, description: str) -> None:
    wanted = CalendarEntry(uid="a", version=3, starts_at=NINE, ends_at=None, summary=summary, description=description)
    found = event_of(calendar_file(wanted, made_at=MADE))
    assert set(found) <= {
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "LAST-MODIFIED",
        "DTSTART",
        "SUMMARY",
        "DESCRIPTION",
        "STATUS",
        "TRANSP",
    }
    assert found["DTSTART"].dt == NINE
