from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.local_time import QuietHours, days_before, to_instant, to_wall


@pytest.mark.parametrize(
    ("wall", "instant", "note"),
    [
        pytest.param("2026-01-15T09:00", "2026-01-15T08:00", None, id="winter"),
        pytest.param("2026-07-15T09:00", "2026-07-15T07:00", None, id="summer"),
        pytest.param("2026-03-29T01:59", "2026-03-29T00:59", None, id="last minute before the gap"),
        pytest.param("2026-03-29T02:00", "2026-03-29T01:00", "gap", id="gap begins: 03:00"),
        pytest.param("2026-03-29T02:30", "2026-03-29T01:30", "gap", id="gap: 03:30"),
        pytest.param("2026-03-29T02:59", "2026-03-29T01:59", "gap", id="gap ends: 03:59"),
        pytest.param("2026-03-29T03:00", "2026-03-29T01:00", None, id="after the gap"),
        pytest.param("2027-03-28T02:15", "2027-03-28T01:15", "gap", id="gap 2027"),
        pytest.param("2026-10-25T01:59", "2026-10-24T23:59", None, id="before the fold"),
        pytest.param("2026-10-25T02:00", "2026-10-25T00:00", "fold", id="fold begins, first"),
        pytest.param("2026-10-25T02:59", "2026-10-25T00:59", "fold", id="fold ends, first"),
        pytest.param("2026-10-25T03:00", "2026-10-25T02:00", None, id="after the fold"),
        pytest.param("2028-02-29T09:00", "2028-02-29T08:00", None, id="leap day"),
    ],
)
def test_wall_times_in_amsterdam(wall: str, instant: str, note: str | None) -> None:
    found = to_instant(datetime.fromisoformat(wall))
    assert (found.instant, found.oddity) == (datetime.fromisoformat(instant).replace(tzinfo=UTC), note)


def test_the_zone_is_a_parameter() -> None:
    assert to_instant(datetime.fromisoformat("2026-03-29T01:30"), ZoneInfo("Europe/London")).oddity == "gap"


@pytest.mark.parametrize(
    ("text", "quiet", "loud"),
    [
        pytest.param(
            "21:00-08:00", ["21:00", "23:59", "00:00", "07:59"], ["08:00", "12:00", "20:59"], id="over midnight"
        ),
        pytest.param("12:00-13:30", ["12:00", "13:29"], ["11:59", "13:30", "00:00"], id="within the day"),
        pytest.param("22:00-24:00", ["22:00", "23:59"], ["00:00", "21:59"], id="until midnight"),
        pytest.param(" 21:00 – 08:00 ", ["21:00"], ["08:00"], id="spaces and a long dash"),
    ],
)
def test_quiet_hours(text: str, quiet: list[str], loud: list[str]) -> None:
    hours = QuietHours.parse(text)
    at = {clock: to_instant(datetime.fromisoformat(f"2026-06-01T{clock}")).instant for clock in quiet + loud}
    assert [clock for clock, instant in at.items() if hours.is_quiet(instant)] == quiet


@pytest.mark.parametrize("text", ["", "21", "21:00", "21:00-21:00", "25:00-08:00", "21:00-08:00-09:00", "9-8", "a-b"])
def test_what_are_no_quiet_hours(text: str) -> None:
    with pytest.raises(ValueError, match="write it as 21:00-08:00"):
        QuietHours.parse(text)


@pytest.mark.parametrize(
    ("hours", "instant", "earlier"),
    [
        pytest.param("21:00-08:00", "2026-06-01T05:59", "2026-05-31T18:59", id="summer morning"),
        pytest.param("21:00-08:00", "2026-06-01T06:00", "2026-06-01T06:00", id="just loud"),
        pytest.param("21:00-08:00", "2026-03-29T05:30", "2026-03-28T19:59", id="spring night"),
        pytest.param("21:00-08:00", "2026-10-25T06:30", "2026-10-24T18:59", id="autumn night"),
        pytest.param("02:30-08:00", "2026-03-29T05:00", "2026-03-29T00:59", id="quiet begins in the gap"),
        pytest.param(
            "02:30-08:00", "2026-10-25T05:00", "2026-10-25T01:29", id="quiet begins in the fold: the later 02:29"
        ),
        pytest.param("02:30-08:00", "2026-10-25T00:45", "2026-10-25T00:29", id="in the first 02:45 of the fold"),
    ],
)
def test_the_last_minute_before_quiet_hours(hours: str, instant: str, earlier: str) -> None:
    found = QuietHours.parse(hours).earlier_than_quiet(datetime.fromisoformat(instant).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(earlier).replace(tzinfo=UTC)


def test_days_before_keep_the_wall_time() -> None:
    monday = to_instant(datetime.fromisoformat("2026-03-30T09:00")).instant
    assert days_before(monday, 1, at=time(18)) == datetime(2026, 3, 29, 16, tzinfo=UTC)
    assert days_before(monday, 7) == datetime(2026, 3, 23, 8, tzinfo=UTC)
    assert days_before(monday, 2, at=time(12)) == datetime(2026, 3, 28, 11, tzinfo=UTC)


def test_instants_and_wall_times_are_not_mixed_up() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        to_wall(datetime.fromisoformat("2026-01-01"))
    with pytest.raises(ValueError, match="no zone"):
        to_instant(datetime(2026, 1, 1, tzinfo=UTC))


instants = st.datetimes(
    datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2030-01-01"), timezones=st.just(UTC)
)
# Half of all instants near a DST night, where things go wrong.
nights = st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]).flatmap(
    lambda night: st.timedeltas(timedelta(hours=-12), timedelta(hours=12)).map(lambda away: night + away)
)
clock = st.times().map(lambda found: found.replace(second=0, microsecond=0))
spans = st.tuples(clock, clock).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: QuietHours(*pair))


@settings(deadline=None)
@given(st.one_of(instants, nights), spans)
def test_earlier_is_never_quiet_never_later_and_the_last_such_minute(instant: datetime, hours: QuietHours) -> None:
    found = hours.earlier_than_quiet(instant)
    assert found <= instant
    assert not hours.is_quiet(found)
    if found != instant:
        assert hours.is_quiet(found + timedelta(minutes=1))
        assert hours.is_quiet(instant)


@settings(deadline=None)
@given(st.one_of(instants, nights), spans)
def test_later_is_never_quiet_and_never_earlier(instant: datetime, hours: QuietHours) -> None:
    found = hours.later_than_quiet(instant)
    assert found >= instant
    assert not hours.is_quiet(found)
    assert found == instant or hours.is_quiet(instant)


@settings(deadline=None)
@given(st.one_of(instants, nights))
def test_a_wall_time_comes_back_as_itself_or_is_noted(instant: datetime) -> None:
    wall = to_wall(instant)
    back = to_instant(wall)
    assert to_wall(back.instant) == wall
    assert back.instant == instant or (back.oddity == "fold" and back.instant == instant - timedelta(hours=1))
