from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reminders.timetables.reading import Occurrence, Timetable, TimetableDiff, diff_timetable, read_timetable

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@dataclass(frozen=True, slots=True)
class Known:
    """What the database keeps of a class."""

    starts_at: datetime
    ends_at: datetime | None
    summary: str
    location: str | None
    cancelled: bool


def read(*events: str) -> Timetable:
    return read_timetable("\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR"]).encode(), horizon=YEAR)


def event(*lines: str, uid: str = "les") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def known(timetable: Timetable) -> dict[str, Known]:
    return {o.key: Known(o.starts_at, o.ends_at, o.summary, o.location, o.cancelled) for o in timetable.occurrences}


def days(found: tuple[Occurrence, ...]) -> list[str]:
    return [f"{o.starts_local:%m-%d %H:%M}" for o in found]


SERIES = ("DTSTART;TZID=Europe/Amsterdam:20260310T090000", "DURATION:PT2H", "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Les")
OLD = read(event(*SERIES))


def test_the_first_import_adds_everything_and_the_second_nothing() -> None:
    first = diff_timetable({}, OLD)
    assert (days(first.added), first.changed, first.cancelled) == (
        ["03-10 09:00", "03-17 09:00", "03-24 09:00", "03-31 09:00"],
        (),
        (),
    )
    assert diff_timetable(known(OLD), read(event(*SERIES))) == TimetableDiff(unchanged=tuple(known(OLD)))


def test_one_moved_class_is_one_change() -> None:
    new = read(
        event(*SERIES),
        event("RECURRENCE-ID:20260317T090000", "DTSTART:20260318T090000", "DURATION:PT2H", "SUMMARY:Les"),
    )
    found = diff_timetable(known(OLD), new)
    [change] = found.changed
    assert (change.old_key, change.fields) == (change.new.key, frozenset({"starts_at", "ends_at"}))
    assert (found.added, found.cancelled, len(found.unchanged)) == ((), (), 3)


def test_another_room_is_a_change_of_all() -> None:
    found = diff_timetable(known(OLD), read(event(*SERIES, "LOCATION:Lokaal 4")))
    assert [change.fields for change in found.changed] == [{"location"}] * 4


def test_a_left_out_day_is_cancelled() -> None:
    found = diff_timetable(known(OLD), read(event(*SERIES, "EXDATE:20260317T090000")))
    assert found.cancelled == ("les|20260317T080000Z",)
    assert (found.added, found.changed) == ((), ())


def test_a_cancelled_class_is_told_once_and_can_come_back() -> None:
    gone = read(event(*SERIES), event("RECURRENCE-ID:20260317T090000", "DTSTART:20260317T090000", "STATUS:CANCELLED"))
    assert diff_timetable(known(OLD), gone).cancelled == ("les|20260317T080000Z",)
    assert diff_timetable(known(gone), gone).cancelled == ()
    [back] = diff_timetable(known(gone), OLD).changed
    assert "status" in back.fields
    assert len(diff_timetable({}, gone).added) == 3


def test_a_whole_series_at_another_time_is_moved_day_by_day() -> None:
    later = read(event(SERIES[0].replace("T09", "T10"), *SERIES[1:]))
    found = diff_timetable(known(OLD), later)
    assert (found.added, found.cancelled) == ((), ())
    assert next((change.old_key, change.new.key) for change in found.changed) == (
        "les|20260310T080000Z",
        "les|20260310T090000Z",
    )


def test_a_series_on_another_day_is_moved_week_by_week() -> None:
    other = read(event(SERIES[0].replace("0310", "0311"), *SERIES[1:]))
    found = diff_timetable(known(OLD), other)
    assert (found.added, found.cancelled) == ((), ())
    assert [f"{change.old_key[4:12]} {change.new.starts_local:%m%d}" for change in found.changed] == [
        "20260310 0311",
        "20260317 0318",
        "20260324 0325",
        "20260331 0401",
    ]


def test_an_event_with_a_fault_changes_nothing() -> None:
    broken = read(event(*SERIES), event("RECURRENCE-ID:20260317T090000", "DTSTART:morgen"), event("DTSTART:x", uid="b"))
    before = known(read(event(*SERIES), event("DTSTART:20260601T090000", uid="b")))
    found = diff_timetable(before, broken)
    assert (found.added, found.changed, found.cancelled) == ((), (), ())
    unreadable = read_timetable(b"<html>", horizon=YEAR)
    assert diff_timetable(before, unreadable).cancelled == ()


def test_what_lies_outside_the_horizon_is_left_alone() -> None:
    last_year = {
        "les|20251230T080000Z": Known(OLD.occurrences[0].starts_at - timedelta(days=365), None, "", None, False)
    }
    assert diff_timetable(last_year, OLD).cancelled == ()


def test_the_same_times_under_another_uid_are_the_same_classes() -> None:
    found = diff_timetable(known(OLD), read(event(*SERIES, uid="anders")))
    assert (found.added, found.cancelled) == ((), ())
    assert [(change.old_key.split("|")[0], change.new.uid, change.fields) for change in found.changed] == [
        ("les", "anders", frozenset())
    ] * 4


def test_under_another_uid_a_class_is_moved_to_the_nearest_of_its_day() -> None:
    later = event(*SERIES[1:], "DTSTART;TZID=Europe/Amsterdam:20260310T130000", uid="anders")
    found = diff_timetable(known(OLD), read(later))
    assert (found.added, found.cancelled, len(found.changed)) == ((), (), 4)
    found = diff_timetable(known(OLD), read(later, later.replace("T13", "T15").replace("anders", "nog een")))
    assert (len(found.added), len(found.cancelled)) == (4, 0)
    assert {f"{change.new.starts_local:%H}" for change in found.changed} == {"13"}


def test_a_series_that_is_cancelled_without_its_rule_is_cancelled_as_a_whole() -> None:
    found = diff_timetable(known(OLD), read("METHOD:CANCEL", event(SERIES[0])))
    assert (len(found.cancelled), found.unchanged, found.added) == (4, (), ())
    other = diff_timetable(known(OLD), read("METHOD:CANCEL", event(SERIES[0], uid="anders")))
    assert (other.cancelled, len(other.unchanged)) == ((), 4)


def test_a_cancellation_of_one_class_leaves_the_others() -> None:
    of_one = event("RECURRENCE-ID;TZID=Europe/Amsterdam:20260317T090000", SERIES[0].replace("0310", "0317"))
    found = diff_timetable(known(OLD), read("METHOD:CANCEL", of_one))
    assert ([key[-16:] for key in found.cancelled], len(found.unchanged)) == (["20260317T080000Z"], 3)
