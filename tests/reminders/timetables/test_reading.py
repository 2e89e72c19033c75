from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.local_time import to_wall
from reminders.timetables import reading
from reminders.timetables.reading import Occurrence, OccurrenceNote, OccurrenceStatus, Timetable, read_timetable

YEAR = (date(2026, 1, 1), date(2026, 12, 31))

VTIMEZONE = """BEGIN:VTIMEZONE
TZID:Lokale tijd
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""


def event(*lines: str, uid: str = "les") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Taalles", *lines, "END:VEVENT"])


def calendar(*parts: str) -> bytes:
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def read(*parts: str, horizon: tuple[date, date] = YEAR) -> Timetable:
    return read_timetable(calendar(*parts), horizon=horizon)


def walls(found: Timetable | Iterable[Occurrence]) -> list[str]:
    occurrences = found.occurrences if isinstance(found, Timetable) else found
    return [f"{o.starts_local:%Y-%m-%dT%H:%M}" for o in occurrences if not o.cancelled]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["DTSTART:20260310T090000"], ["2026-03-10T09:00"], id="floating"),
        pytest.param(["DTSTART:20260310T090000Z"], ["2026-03-10T10:00"], id="UTC in winter"),
        pytest.param(["DTSTART:20260610T090000Z"], ["2026-06-10T11:00"], id="UTC in summer"),
        pytest.param(["DTSTART;TZID=Europe/Amsterdam:20260610T090000"], ["2026-06-10T09:00"], id="TZID"),
        pytest.param(['DTSTART;TZID="Europe/Amsterdam":20260610T090000'], ["2026-06-10T09:00"], id="quoted TZID"),
        pytest.param(["DTSTART;TZID=Europe/London:20260610T090000"], ["2026-06-10T10:00"], id="London"),
        pytest.param(["DTSTART;TZID=W. Europe Standard Time:20260610T090000"], ["2026-06-10T09:00"], id="Windows name"),
        pytest.param(["DTSTART;TZID=Lokale tijd:20260610T090000"], ["2026-06-10T09:00"], id="VTIMEZONE, summer"),
        pytest.param(["DTSTART;TZID=Lokale tijd:20261210T090000"], ["2026-12-10T09:00"], id="VTIMEZONE, winter"),
        pytest.param(
            ["DTSTART;TZID=/mozilla.org/20070129_1/Europe/Amsterdam:20260610T090000"], ["2026-06-10T09:00"], id="vendor"
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;COUNT=3"],
            ["2026-03-10T09:00", "2026-03-17T09:00", "2026-03-24T09:00"],
            id="COUNT",
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;UNTIL=20260317T090000"],
            ["2026-03-10T09:00", "2026-03-17T09:00"],
            id="UNTIL floating, included",
        ),
        pytest.param(
            ["DTSTART;TZID=Europe/Amsterdam:20260324T090000", "RRULE:FREQ=WEEKLY;UNTIL=20260407T070000Z"],
            ["2026-03-24T09:00", "2026-03-31T09:00", "2026-04-07T09:00"],
            id="UNTIL in UTC across the spring night, included",
        ),
        pytest.param(
            ["DTSTART;TZID=Europe/Amsterdam:20260324T090000", "RRULE:FREQ=WEEKLY;UNTIL=20260407T065959Z"],
            ["2026-03-24T09:00", "2026-03-31T09:00"],
            id="UNTIL a second too early",
        ),
        pytest.param(
            ["DTSTART;TZID=Europe/Amsterdam:20260310T090000", "RRULE:FREQ=WEEKLY;UNTIL=20260317"],
            ["2026-03-10T09:00", "2026-03-17T09:00"],
            id="UNTIL a day: that day is in",
        ),
        pytest.param(
            ["DTSTART;TZID=Europe/Amsterdam:20261019T090000", "RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO"],
            ["2026-10-19T09:00", "2026-10-26T09:00"],
            id="across the autumn night",
        ),
        pytest.param(
            ["DTSTART;TZID=Lokale tijd:20260323T090000", "RRULE:FREQ=WEEKLY;COUNT=2"],
            ["2026-03-23T09:00", "2026-03-30T09:00"],
            id="VTIMEZONE across the spring night",
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260317T090000"],
            ["2026-03-10T09:00", "2026-03-24T09:00"],
            id="EXDATE",
        ),
        pytest.param(
            ["DTSTART;TZID=Europe/Amsterdam:20260310T090000", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260317T080000Z"],
            ["2026-03-10T09:00", "2026-03-24T09:00"],
            id="EXDATE in UTC",
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20260317,20260324"],
            ["2026-03-10T09:00"],
            id="EXDATE of whole days, two in a line",
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RDATE:20260312T130000"], ["2026-03-10T09:00", "2026-03-12T13:00"], id="RDATE"
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;COUNT=2", "RDATE;TZID=Europe/London:20260312T090000"],
            ["2026-03-10T09:00", "2026-03-12T10:00", "2026-03-17T09:00"],
            id="RDATE of another zone",
        ),
        pytest.param(
            ["DTSTART:20260131T090000", "RRULE:FREQ=MONTHLY;COUNT=3"],
            ["2026-01-31T09:00", "2026-03-31T09:00", "2026-05-31T09:00"],
            id="MONTHLY on the 31st",
        ),
        pytest.param(
            ["DTSTART:20260106T090000", "RRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=3"],
            ["2026-01-06T09:00", "2026-02-03T09:00", "2026-03-03T09:00"],
            id="first Tuesday of the month",
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3"],
            ["2026-03-10T09:00", "2026-03-24T09:00", "2026-04-07T09:00"],
            id="every other week",
        ),
        pytest.param(
            ["DTSTART:20251229T090000", "RRULE:FREQ=WEEKLY;COUNT=3"],
            ["2026-01-05T09:00", "2026-01-12T09:00"],
            id="began before the horizon",
        ),
        pytest.param(
            ["DTSTART:20261224T090000", "RRULE:FREQ=WEEKLY"], ["2026-12-24T09:00", "2026-12-31T09:00"], id="no end"
        ),
        pytest.param(["DTSTART:20270101T090000"], [], id="after the horizon"),
        pytest.param(["DTSTART;TZID=europe/amsterdam:20260610T090000"], ["2026-06-10T09:00"], id="TZID in lower case"),
        pytest.param(
            ['DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern":20260610T090000'],
            ["2026-06-10T09:00"],
            id="TZID as Outlook shows it",
        ),
        pytest.param(
            ["DTSTART:20261222T090000", "RRULE:FREQ=WEEKLY;UNTIL=99991231T235959Z"],
            ["2026-12-22T09:00", "2026-12-29T09:00"],
            id="UNTIL the end of time",
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0;COUNT=2"],
            ["2026-03-10T09:00", "2026-03-11T09:00"],
            id="the rule repeats the time of the start",
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY; BYDAY=TU, WE;COUNT=2"],
            ["2026-03-10T09:00", "2026-03-11T09:00"],
            id="spaces in the rule",
        ),
        pytest.param(
            ["DTSTART:20260310T090000", "RDATE;VALUE=DATE:20260312"],
            ["2026-03-10T09:00", "2026-03-12T09:00"],
            id="RDATE without a time",
        ),
    ],
)
def test_the_times_of_one_event(lines: list[str], expected: list[str]) -> None:
    found = read(VTIMEZONE, event(*lines))
    assert (walls(found), [fault for fault in found.faults if fault.left_out]) == (expected, [])


SERIES = event("DTSTART;TZID=Europe/Amsterdam:20260310T090000", "DURATION:PT2H30M", "RRULE:FREQ=WEEKLY;COUNT=4")


def test_one_class_is_moved_and_one_cancelled() -> None:
    moved = event("RECURRENCE-ID;TZID=Europe/Amsterdam:20260317T090000", "DTSTART:20260318T130000", "DURATION:PT1H")
    cancelled = event("RECURRENCE-ID:20260324T080000Z", "DTSTART:20260324T090000", "STATUS:CANCELLED")
    plain, found = read(SERIES), read(SERIES, moved, cancelled)
    assert walls(found) == ["2026-03-10T09:00", "2026-03-18T13:00", "2026-03-31T09:00"]
    assert [o.key for o in found.occurrences] == [o.key for o in plain.occurrences]
    assert [o.status for o in found.occurrences][2] is OccurrenceStatus.CANCELLED
    assert found.occurrences[1].ends_at == datetime(2026, 3, 18, 13, tzinfo=UTC)
    assert plain.occurrences[0].ends_at == datetime(2026, 3, 10, 10, 30, tzinfo=UTC)


def test_a_class_moved_out_of_the_horizon_is_still_told() -> None:
    moved = event("RECURRENCE-ID;TZID=Europe/Amsterdam:20260317T090000", "DTSTART:20270118T130000")
    assert walls(read(SERIES, moved))[-1] == "2027-01-18T13:00"


def test_this_and_future_moves_the_rest_under_the_same_keys() -> None:
    later = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Amsterdam:20260324T090000",
        "DTSTART;TZID=Europe/Amsterdam:20260324T100000",
        "DURATION:PT1H",
    )
    plain, found = read(SERIES), read(SERIES, later)
    assert walls(found) == ["2026-03-10T09:00", "2026-03-17T09:00", "2026-03-24T10:00", "2026-03-31T10:00"]
    assert [o.key for o in found.occurrences] == [o.key for o in plain.occurrences]


def test_a_class_that_stands_alone_keeps_its_key_when_moved() -> None:
    one, other = (read(event(f"DTSTART:202603{day}T090000")).occurrences[0] for day in (10, 12))
    assert one.key == other.key == "les|once"


def test_a_whole_calendar_can_be_cancelled() -> None:
    assert walls(read("METHOD:CANCEL", SERIES)) == []
    assert all(o.cancelled for o in read("METHOD:CANCEL", SERIES).occurrences)


def test_a_rule_for_what_is_left_out_is_not_passed_over_in_silence() -> None:
    found = read(SERIES.replace("END:VEVENT", "EXRULE:FREQ=WEEKLY;INTERVAL=2\nEND:VEVENT"))
    assert walls(found) == walls(read(SERIES))
    assert [(fault.code, fault.line, fault.left_out) for fault in found.faults] == [("exrule", 9, False)]


def test_texts_are_read_without_their_escapes() -> None:
    [found] = read(
        event("DTSTART:20260310T090000", "LOCATION:Lokaal 3\\, Huizen", "DESCRIPTION:neem uw\n  boek mee\\nen pen")
    ).occurrences
    assert (found.location, found.description) == ("Lokaal 3, Huizen", "neem uw boek mee\nen pen")


@pytest.mark.parametrize(
    ("start", "instant", "note"),
    [
        pytest.param("DTSTART:20260329T023000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), OccurrenceNote.GAP, id="gap"),
        pytest.param(
            "DTSTART;TZID=Lokale tijd:20260329T023000",
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            OccurrenceNote.GAP,
            id="gap of a VTIMEZONE",
        ),
        pytest.param(
            "DTSTART:20261025T023000", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), OccurrenceNote.FOLD, id="fold"
        ),
    ],
)
def test_times_that_do_not_exist_or_exist_twice_are_noted(start: str, instant: datetime, note: OccurrenceNote) -> None:
    [found] = read(VTIMEZONE, event(start)).occurrences
    assert (found.starts_at, found.notes) == (instant, (note,))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("20260101", "Nieuwjaarsdag"),
        ("20260406", "Tweede paasdag"),
        ("20260427", "Koningsdag"),
        ("20260505", "Bevrijdingsdag"),
        ("20260514", "Hemelvaartsdag"),
        ("20260525", "Tweede pinksterdag"),
        ("20261225", "Eerste kerstdag"),
        ("20260428", None),
    ],
)
def test_holidays_are_named_in_dutch(day: str, name: str | None) -> None:
    [found] = read(event(f"DTSTART:{day}T090000")).occurrences
    assert found.on_holiday == name
    assert (OccurrenceNote.HOLIDAY in found.notes) is (name is not None)


@pytest.mark.parametrize(
    ("part", "code", "line"),
    [
        pytest.param(event(), "no_start", 3, id="no start"),
        pytest.param(event("DTSTART:20261332T090000"), "bad_time", 6, id="month 13"),
        pytest.param(event("DTSTART:20260310T250000"), "bad_time", 6, id="hour 25"),
        pytest.param(event("DTSTART:gisteren"), "bad_time", 6, id="words"),
        pytest.param(event("DTSTART:00010101T090000"), "bad_time", 6, id="year 1"),
        pytest.param(event("DTSTART;TZID=Mars/Base:20260310T090000"), "unknown_zone", 6, id="zone"),
        pytest.param(event("DTSTART;TZID=../../etc/passwd:20260310T090000"), "unknown_zone", 6, id="zone as a path"),
        pytest.param(event("DTSTART:20260310T090000", "DTEND:20260312T090000"), "too_long", 7, id="two days"),
        pytest.param(event("DTSTART:20260310T090000", "DURATION:2 uur"), "bad_duration", 7, id="duration"),
        pytest.param(event("DTSTART:20260310T090000", "DTSTART:20260311T090000"), "twice", 7, id="two starts"),
        pytest.param(event("DTSTART:20260310T090000", "RRULE:FREQ=SECONDLY"), "bad_frequency", 7, id="secondly"),
        pytest.param(event("DTSTART:20260310T090000", "RRULE:FREQ=HOURLY"), "bad_frequency", 7, id="hourly"),
        pytest.param(event("DTSTART:20260310T090000", "RRULE:COUNT=3"), "bad_frequency", 7, id="no frequency"),
        pytest.param(event("DTSTART:20260310T090000", "RRULE:FREQ=DAILY;BYHOUR=1,2"), "bad_rule", 7, id="by hour"),
        pytest.param(event("DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;BYDAY=XX"), "bad_rule", 7, id="day XX"),
        pytest.param(event("DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;COUNT=x"), "bad_rule", 7, id="count"),
        pytest.param(
            event("DTSTART:20260310T090000", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"),
            "bad_rule",
            7,
            id="31 February",
        ),
        pytest.param(
            event("DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;COUNT=2;UNTIL=20260401"), "bad_rule", 7, id="two ends"
        ),
        pytest.param(event("DTSTART:19700105T090000", "RRULE:FREQ=DAILY"), "bad_rule", 3, id="since 1970"),
        pytest.param(event("DTSTART:20260310T090000", "zomaar wat"), "broken_line", 7, id="no property"),
    ],
)
def test_a_broken_event_is_named_and_the_good_ones_go_in(part: str, code: str, line: int) -> None:
    found = read(part, event("DTSTART:20260601T090000", uid="goed"))
    assert walls(found) == ["2026-06-01T09:00"]
    [fault] = found.faults
    assert (fault.code, fault.line) == (code, line)
    assert fault.message
    assert fault.event
    assert fault.left_out


@pytest.mark.parametrize(
    ("part", "code", "line", "expected"),
    [
        pytest.param(event("DTSTART;VALUE=DATE:20260310"), "all_day", 6, [], id="whole day"),
        pytest.param(event("DTSTART:20260310"), "all_day", 6, [], id="whole day, unmarked"),
        pytest.param(
            event("DTSTART:20260310T000000", "DTEND:20260312T000000"), "all_day", 7, [], id="midnight to midnight"
        ),
        pytest.param(
            event("DTSTART:20260310T090000", "DTEND:20260310T080000"),
            "ends_before_start",
            7,
            ["2026-03-10T09:00"],
            id="ends before it starts",
        ),
        pytest.param(
            event("DTSTART:20260310T090000", "DTEND;VALUE=DATE:20260310"),
            "end_without_time",
            7,
            ["2026-03-10T09:00"],
            id="end is a day",
        ),
        pytest.param(
            "BEGIN:VEVENT\nSUMMARY:x\nDTSTART:20260310T090000\nEND:VEVENT",
            "no_uid",
            3,
            ["2026-03-10T09:00"],
            id="no uid",
        ),
        pytest.param(
            event("DTSTART:20260310T090000", "EXDATE:"), "empty_dates", 7, ["2026-03-10T09:00"], id="empty EXDATE"
        ),
        pytest.param(
            event("DTSTART:20260310T090000", 'ATTENDEE;CN="Jan de Vries:mailto:j@x'),
            "broken_text",
            7,
            ["2026-03-10T09:00"],
            id="broken ATTENDEE",
        ),
        pytest.param(
            event("DTSTART:20260310T090000", "DESCRIPTION:neem", "je boek mee"),
            "broken_text",
            8,
            ["2026-03-10T09:00"],
            id="raw line end in DESCRIPTION",
        ),
        pytest.param(
            event("DTSTART:20260310T090000", "SUMMARY:Geen les vandaag"),
            None,
            0,
            ["2026-03-10T09:00"],
            id="a second title",
        ),
    ],
)
def test_what_can_be_read_is_used_and_the_rest_questioned(
    part: str, code: str | None, line: int, expected: list[str]
) -> None:
    found = read(part, event("DTSTART:20260601T090000", uid="goed"))
    assert walls(found) == [*expected, "2026-06-01T09:00"]
    assert [(fault.code, fault.line, fault.left_out) for fault in found.faults] == (
        [] if code is None else [(code, line, False)]
    )


def test_a_title_that_is_broken_off_goes_on_and_a_place_with_a_mistake_before_its_colon_is_taken() -> None:
    text = 'BEGIN:VEVENT\nUID:a\nDTSTART:20260310T090000\nSUMMARY:Taalles\nB1\nLOCATION;X="a:Lokaal 3\nEND:VEVENT'
    [found] = read(text).occurrences
    assert (found.summary, found.location) == ("Taalles\nB1", "Lokaal 3")


def test_two_events_with_one_uid_are_told() -> None:
    found = read(event("DTSTART:20260310T090000"), event("DTSTART:20260311T090000"))
    assert walls(found) == ["2026-03-10T09:00", "2026-03-11T09:00"]
    assert [(fault.code, fault.left_out) for fault in found.faults] == [("uid_twice", False)]
    assert len({one.key for one in found.occurrences}) == 2


def test_of_two_versions_the_later_holds() -> None:
    found = read(event("DTSTART:20260310T090000", "SEQUENCE:1"), event("DTSTART:20260311T090000", "SEQUENCE:2"))
    assert (walls(found), found.faults) == (["2026-03-11T09:00"], ())


def test_of_two_replacements_of_a_class_the_later_holds() -> None:
    def moved(to: str, sequence: int) -> str:
        return event("RECURRENCE-ID:20260317T090000", f"DTSTART:202603{to}T090000", f"SEQUENCE:{sequence}")

    series = event("DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;COUNT=2")
    for parts in ((moved("18", 1), moved("19", 2)), (moved("19", 2), moved("18", 1))):
        found = read(series, *parts)
        assert (walls(found), found.faults) == (["2026-03-10T09:00", "2026-03-19T09:00"], ())


def test_the_same_event_twice_is_no_fault() -> None:
    found = read(event("DTSTART:20260310T090000"), event("DTSTART:20260310T090000"))
    assert (walls(found), found.faults, found.unread) == (["2026-03-10T09:00"], (), ())


def test_calendars_in_one_file_are_one() -> None:
    moved = calendar(event("RECURRENCE-ID:20260317T090000", "DTSTART:20260318T090000"))
    series = calendar(event("DTSTART:20260310T090000", "RRULE:FREQ=WEEKLY;COUNT=2"))
    for data in (moved + series, series + moved):
        assert walls(read_timetable(data, horizon=YEAR)) == ["2026-03-10T09:00", "2026-03-18T09:00"]


def test_a_zone_is_found_whose_name_is_escaped_where_it_is_described() -> None:
    own = VTIMEZONE.replace("Lokale tijd", "Lokaal\\, west").replace("+0200", "+0500")
    found = read(own, event('DTSTART;TZID="Lokaal, west":20260610T120000'))
    assert (walls(found), found.faults) == (["2026-06-10T09:00"], ())


def test_a_series_in_utc_is_warned_of_and_kept() -> None:
    found = read(event("DTSTART:20260324T080000Z", "RRULE:FREQ=WEEKLY;COUNT=2"))
    assert walls(found) == ["2026-03-24T09:00", "2026-03-31T10:00"]
    assert [(fault.code, fault.left_out) for fault in found.faults] == [("repeats_in_utc", False)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "no_calendar", id="nothing"),
        pytest.param(b"PK\x03\x04\x00\xff\xfe zip", "no_calendar", id="another file"),
        pytest.param(b"<html><body>Log in</body></html>", "no_calendar", id="a web page"),
        pytest.param(b"BEGIN:VCALENDAR\r\n" + b"X" * 10 * 1024 * 1024, "too_large", id="too large"),
        pytest.param(b"BEGIN:A\n" * 1000, "no_calendar", id="too deep"),
        pytest.param(calendar(SERIES)[:-20], "cut_off", id="cut off"),
    ],
)
def test_from_a_file_that_cannot_be_read_nothing_is_concluded(data: bytes, code: str) -> None:
    found = read_timetable(data, horizon=YEAR)
    assert code in {fault.code for fault in found.faults}
    assert not found.complete
    assert found.occurrences == ()


def test_a_zone_of_one_file_means_nothing_to_the_next() -> None:
    assert read(VTIMEZONE, event("DTSTART;TZID=Lokale tijd:20260610T090000")).faults == ()
    assert [fault.code for fault in read(event("DTSTART;TZID=Lokale tijd:20260610T090000")).faults] == ["unknown_zone"]


def test_a_zone_that_only_wastes_time_is_refused() -> None:
    hostile = VTIMEZONE.replace("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "FREQ=SECONDLY")
    found = read(hostile, event("DTSTART;TZID=Lokale tijd:20260610T090000"))
    assert [fault.code for fault in found.faults] == ["unknown_zone"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_encoding_is_read(encoding: str) -> None:
    text = calendar(event("DTSTART:20260310T090000", "LOCATION:Café")).decode()
    [found] = read_timetable(text.encode(encoding), horizon=YEAR).occurrences
    assert found.location == "Café"


def test_a_long_uid_gives_a_short_key() -> None:
    [found] = read(event("DTSTART:20260310T090000", uid="x" * 5000)).occurrences
    assert len(found.key) <= 170


def test_more_classes_than_anybody_has_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_OCCURRENCES", 100)
    found = read(event("DTSTART:20260101T090000", "RRULE:FREQ=DAILY"))
    assert (len(found.occurrences), found.complete) == (100, False)
    assert [fault.code for fault in found.faults] == ["too_many_classes"]


@given(
    start=st.datetimes(datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2026-06-01")).map(
        lambda found: found.replace(microsecond=0)
    ),
    interval=st.integers(1, 3),
    frequency=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
)
@settings(max_examples=40, deadline=None)
def test_the_wall_time_of_a_series_never_changes(start: datetime, interval: int, frequency: str) -> None:
    found = read(
        event(
            f"DTSTART;TZID=Europe/Amsterdam:{start:%Y%m%dT%H%M%S}",
            "DURATION:PT1H",
            f"RRULE:FREQ={frequency};INTERVAL={interval}",
        )
    )
    assert not found.faults
    for occurrence in found.occurrences:
        assert to_wall(occurrence.starts_at) == occurrence.starts_local
        assert occurrence.starts_local.time() == start.time() or OccurrenceNote.GAP in occurrence.notes
        assert YEAR[0] <= occurrence.starts_local.date() <= YEAR[1]
        assert occurrence.ends_at is not None
        assert occurrence.ends_at > occurrence.starts_at
    assert len({occurrence.key for occurrence in found.occurrences}) == len(found.occurrences)


WHOLE = calendar(
    VTIMEZONE,
    event("DTSTART;TZID=Lokale tijd:20260310T090000", "DTEND;TZID=Lokale tijd:20260310T100000", "RRULE:FREQ=WEEKLY"),
    event("RECURRENCE-ID:20260317T080000Z", "DTSTART:20260317T100000", "EXDATE:20260324T090000"),
    event("DTSTART:20260310T090000", "RRULE:FREQ=DAILY;COUNT=5;BYDAY=MO,TU", "RDATE:20260401T090000", uid="dag"),
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE)), st.integers(0, 9), st.text('0129:;=,TZ\r\n \\"-XMO', max_size=6))
def test_no_damage_makes_reading_fail(at: int, length: int, put: str) -> None:
    damaged = WHOLE[:at] + put.encode() + WHOLE[at + length :]
    assert read_timetable(damaged, horizon=YEAR) == read_timetable(damaged, horizon=YEAR)


def test_midnight_and_the_edges_of_the_horizon() -> None:
    horizon = (date(2026, 3, 29), date(2026, 3, 30))
    found = read(event("DTSTART:20260301T000000", "RRULE:FREQ=DAILY"), horizon=horizon)
    assert [o.starts_local for o in found.occurrences] == [datetime.combine(day, time()) for day in horizon]
    assert found.occurrences[1].starts_at - found.occurrences[0].starts_at == timedelta(hours=23)
