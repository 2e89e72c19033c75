"""Damaged files: reading never fails, and what is lost is told.

FUZZ=5000 tries so many; each damage is a cut, a repetition, a swap or strange bytes at any place.
"""

import os
import re
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.timetables.reading import read_timetable

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
TRIES = int(os.environ.get("FUZZ", "80"))
LESSONS = "".join(
    f"""BEGIN:VEVENT\r
UID:les-{n}@school\r
DTSTAMP:20260201T100000Z\r
DTSTART;TZID={zone}:20260{n + 2}02T090000\r
DTEND;TZID={zone}:20260{n + 2}02T113000\r
RRULE:FREQ=WEEKLY;COUNT=3;BYDAY={day}\r
EXDATE;TZID={zone}:20260{n + 2}09T090000\r
SUMMARY:Taalles {n}\r
LOCATION:Lokaal {n}\\, Huizen\r
DESCRIPTION:Neem je boek mee\\nen een\r
  pen\r
ATTENDEE;CN="De Vries, J.";ROLE=REQ-PARTICIPANT:mailto:j@example.org\r
END:VEVENT\r
"""
    for n, (zone, day) in enumerate(
        [("Europe/Amsterdam", "MO"), ('"(UTC+01:00) Amsterdam, Berlin"', "TH"), ("W. Europe Standard Time", "SA")]
    )
)
WHOLE = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:Europe/Amsterdam\r\n{LESSONS}END:VCALENDAR\r\n".encode()
JUNK = st.one_of(
    st.text('0123456789:;=,TZ\r\n \\"-XMO', max_size=8).map(str.encode),
    st.binary(max_size=8),
    st.sampled_from([b"\r\n", b"\n\n", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"\x00", b"\xef\xbb\xbf", b'"']),
)
DAMAGE = st.lists(
    st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 40), JUNK, st.booleans()), min_size=1, max_size=4
)


def damaged(damage: list[tuple[int, int, bytes, bool]]) -> bytes:
    data = WHOLE
    for at, length, put, again in damage:
        data = data[:at] + put + (data[at : at + length] * 2 if again else b"") + data[at + length :]
    return data


@settings(max_examples=TRIES, deadline=None)
@given(DAMAGE)
def test_reading_never_fails_and_what_is_lost_is_told(damage: list[tuple[int, int, bytes, bool]]) -> None:
    data = damaged(damage)
    found = read_timetable(data, horizon=YEAR)
    assert found == read_timetable(data, horizon=YEAR)
    read = {occurrence.summary for occurrence in found.occurrences}
    # A start that still is one may be another year's; then the lesson is not lost but elsewhere.
    elsewhere = re.search(rb"DTSTART[^\r\n]*?:(?!20260[1-9])\d{4}-?\d\d-?\d\d", data.replace(b"\r\n ", b""))
    if len(read) < 3 and not elsewhere:
        assert found.faults
