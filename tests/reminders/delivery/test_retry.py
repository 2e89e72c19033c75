"""When a message that was not taken is tried again."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.delivery.retry import (
    GIVE_UP,
    LAST_CALL,
    LONGEST,
    SHORTEST,
    Between,
    end_of_use,
    next_attempt,
    next_reply,
)
from tests.clock import START

FAR = START + timedelta(days=2)


def _shortest(low: float, _high: float) -> float:
    return low


def _longest(_low: float, high: float) -> float:
    return high


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [
        pytest.param(1, 6, id="the first failure"),
        pytest.param(2, 18, id="the second"),
        pytest.param(3, 54, id="the third"),
        pytest.param(5, 300, id="five minutes at most"),
        pytest.param(10_000, 300, id="however often"),
    ],
)
def test_the_pause_grows(tries: int, seconds: float) -> None:
    assert next_attempt(START, tries=tries, until=FAR, between=_longest) == START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("tries", "after", "seconds"),
    [
        pytest.param(1, None, 1, id="a second first"),
        pytest.param(3, None, 1.44, id="growing slowly"),
        pytest.param(10_000, None, 30, id="half a minute at most"),
        pytest.param(1, 2, 2, id="the provider's time, and no longer"),
        pytest.param(9, 2, 2, id="however often"),
        pytest.param(2, 0, 1.2, id="at once is not at once"),
    ],
)
def test_a_reply_is_waited_for(tries: int, after: float | None, seconds: float) -> None:
    asked = timedelta(seconds=after) if after is not None else None
    at = next_reply(
        START, tries=tries, until=FAR, after=asked, between=lambda low, high: max(low, min(1.0, high)) if low else 0
    )
    assert at == START + timedelta(seconds=seconds)


def test_two_limits_and_a_broken_line_cost_a_reply_six_seconds() -> None:
    at = START
    for tries, after in ((1, timedelta(seconds=2)), (2, timedelta(seconds=2)), (3, None)):
        later = next_reply(at, tries=tries, until=FAR, after=after, between=_longest)
        assert later is not None
        at = later
    assert at - START <= timedelta(seconds=6)


def test_a_reply_that_is_of_no_use_any_more_is_not_tried() -> None:
    assert next_reply(START, tries=1, until=START, after=None, between=_longest) is None


@pytest.mark.parametrize(
    ("after", "between", "seconds"),
    [
        pytest.param(30, _shortest, 30, id="never before the provider's own time"),
        pytest.param(30, _longest, 31, id="a little after it, so that not all come back at once"),
        pytest.param(0, _shortest, 2, id="at once is not at once"),
        pytest.param(-5, _shortest, 2, id="a time that has passed"),
        pytest.param(3600, _shortest, 3600, id="longer than our longest pause"),
    ],
)
def test_the_providers_word_is_a_floor(after: float, between: Between, seconds: float) -> None:
    at = next_attempt(START, tries=1, until=FAR, after=timedelta(seconds=after), between=between)
    assert at == START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("left", "after", "expected"),
    [
        pytest.param(60, None, 40, id="a last try before its use ends"),
        pytest.param(22, None, 2, id="just time for it"),
        pytest.param(21, None, None, id="no time left"),
        pytest.param(0, None, None, id="over"),
        pytest.param(60, 45, 45, id="the provider says later than the last call"),
        pytest.param(60, 60, None, id="the provider says later than its use"),
        pytest.param(60, 30, 30, id="the provider says earlier"),
    ],
)
def test_the_end_of_use(left: float, after: float | None, expected: float | None) -> None:
    at = next_attempt(
        START,
        tries=9,
        until=START + timedelta(seconds=left),
        after=None if after is None else timedelta(seconds=after),
        between=_longest if after is None else _shortest,
    )
    assert at == (None if expected is None else START + timedelta(seconds=expected))


@given(
    tries=st.integers(1, 60),
    left=st.floats(0, 100_000),
    after=st.none() | st.floats(0, 5_000),
    seed=st.integers(0, 1_000),
)
def test_never_too_soon_never_too_late_never_against_the_provider(
    tries: int, left: float, after: float | None, seed: int
) -> None:
    until = START + timedelta(seconds=left)
    asked = None if after is None else timedelta(seconds=after)
    at = next_attempt(START, tries=tries, until=until, after=asked, between=random.Random(seed).uniform)
    if at is None:
        assert until - LAST_CALL < START + max(SHORTEST, asked or SHORTEST)
        return
    assert START + SHORTEST <= at < until
    assert asked is None or at >= START + asked
    assert at <= START + max(LONGEST, (asked or SHORTEST) + timedelta(seconds=1))


def test_pauses_of_many_messages_are_spread() -> None:
    chance = random.Random(1)
    at = {next_attempt(START, tries=6, until=FAR, between=chance.uniform) for _ in range(100)}
    assert len(at) > 90


def test_what_has_no_end_is_given_up_after_two_days() -> None:
    assert end_of_use(START, None) == START + GIVE_UP
    assert end_of_use(START, FAR) == FAR
