"""When people may be telephoned, and when again."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.delivery.calling_hours import BETWEEN_TRIES, CallingHours
from reminders.delivery.channel import Capabilities
from reminders.delivery.channel_rules import ChannelRule, ChannelRules
from reminders.local_time import AMSTERDAM, QuietHours
from storage.vocabulary import Priority

HOURS = CallingHours(holidays={date(2026, 12, 25), date(2026, 12, 26)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        pytest.param("2026-11-30T08:59", "2026-11-30T09:00", id="early on a monday"),
        pytest.param("2026-11-30T09:00", "2026-11-30T09:00", id="at nine"),
        pytest.param("2026-11-30T19:59", "2026-11-30T19:59", id="just before eight in the evening"),
        pytest.param("2026-11-30T20:00", "2026-12-01T09:00", id="at eight in the evening"),
        pytest.param("2026-12-05T21:00", "2026-12-07T09:00", id="saturday night: not on sunday"),
        pytest.param("2026-12-24T22:00", "2026-12-28T09:00", id="christmas, boxing day, sunday"),
        pytest.param("2026-03-29T02:30", "2026-03-30T09:00", id="the night without an hour"),
    ],
)
def test_when_people_may_be_telephoned(now: str, opens: str) -> None:
    assert HOURS.opens_at(at(now)) == at(opens)


@pytest.mark.parametrize(
    ("tried", "again"),
    [
        pytest.param("2026-11-30T09:30", "2026-11-30T12:00", id="in the morning: in the afternoon"),
        pytest.param("2026-11-30T11:50", "2026-11-30T13:50", id="late in the morning: two hours later"),
        pytest.param("2026-11-30T14:00", "2026-11-30T17:00", id="in the afternoon: in the evening"),
        pytest.param("2026-11-30T19:00", "2026-12-01T09:00", id="in the evening: the morning after"),
        pytest.param("2026-12-05T18:00", "2026-12-07T09:00", id="saturday evening: monday"),
    ],
)
def test_when_again(tried: str, again: str) -> None:
    assert HOURS.again_at(at(tried)) == at(again)


def test_hours_of_a_morning_only_find_another_day_or_none() -> None:
    with pytest.raises(LookupError):
        CallingHours(time(9), time(11)).again_at(at("2026-11-30T09:30"))


@given(st.integers(0, 2 * 366 * 24 * 60))
def test_a_call_is_never_made_outside_the_hours(minutes: int) -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    for found in (HOURS.opens_at(instant), HOURS.again_at(instant)):
        local = found.astimezone(AMSTERDAM)
        assert time(9) <= local.time() < time(20)
        assert local.weekday() != 6
        assert local.date() not in {date(2026, 12, 25), date(2026, 12, 26)}
    assert HOURS.opens_at(instant) >= instant
    assert HOURS.again_at(instant) >= instant + BETWEEN_TRIES


@pytest.mark.parametrize("text", ["20:00-09:00", "09:00", "9-20"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="hours"):
        CallingHours.parse(text)


def test_a_span_as_a_setting() -> None:
    assert CallingHours.parse("10:00-18:30") == CallingHours(time(10), time(18, 30))


def test_the_rules_of_a_channel_with_hours() -> None:
    """Answers go out at any hour: who asks for a code is awake. Nothing else does, however urgent."""
    night, morning = at("2026-11-30T23:00"), at("2026-12-01T09:00")
    rules = ChannelRules({"phone": Capabilities(buttons=False, hours=HOURS)})
    assert rules.opens_at("phone", Priority.REPLY, night) == night
    assert rules.opens_at("phone", Priority.URGENT, night) == morning
    assert rules.opens_at("phone", Priority.REMINDER, night) == morning
    quieter = ChannelRules(rules.capabilities, {"phone": ChannelRule(quiet=QuietHours.parse("08:00-11:00"))})
    assert quieter.opens_at("phone", Priority.REMINDER, at("2026-12-01T08:30")) == at("2026-12-01T11:00")
