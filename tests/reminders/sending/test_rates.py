"""Token buckets, the gap of an address, pauses, and the breaker; all as values of a clock."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.delivery.channel import Capabilities
from reminders.sending.rates import Breaker, Bucket, Pace
from tests.clock import START, FakeClock


def _middle(low: float, high: float) -> float:
    return (low + high) / 2


def _breaker() -> Breaker:
    return Breaker(_middle, threshold=3, probes=2)


def test_a_bucket_gives_a_seconds_worth_at_once_and_then_its_rate(clock: FakeClock) -> None:
    bucket = Bucket(10)
    for _ in range(10):
        assert bucket.wait(clock.now()) == 0
        bucket.take(clock.now())
    assert bucket.wait(clock.now()) == pytest.approx(0.1)
    clock.forward(seconds=0.1)
    assert bucket.wait(clock.now()) == 0


def test_a_bucket_slower_than_one_a_second_gives_one(clock: FakeClock) -> None:
    bucket = Bucket(0.5)
    bucket.take(clock.now())
    assert bucket.wait(clock.now()) == pytest.approx(2)


def test_what_did_not_go_is_given_back(clock: FakeClock) -> None:
    bucket = Bucket(1)
    bucket.take(clock.now())
    bucket.give_back()
    assert bucket.wait(clock.now()) == 0


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        Bucket(0)


@given(st.lists(st.floats(0, 0.5), max_size=60), st.sampled_from([1.0, 5.0, 30.0]))
def test_never_more_than_the_burst_and_the_rate(pauses: list[float], rate: float) -> None:
    clock, bucket, gone = FakeClock(), Bucket(rate), 0
    for pause in pauses:
        while bucket.wait(clock.now()) == 0:
            bucket.take(clock.now())
            gone += 1
        clock.forward(seconds=pause)
    passed = (clock.now() - START).total_seconds()
    assert gone <= rate * passed + max(1.0, rate) + 0.01


def test_a_clock_that_goes_back_gives_nothing(clock: FakeClock) -> None:
    bucket = Bucket(1)
    bucket.take(clock.now())
    assert bucket.wait(clock.now() - timedelta(hours=1)) == pytest.approx(1)


def test_each_address_has_its_own_gap(clock: FakeClock) -> None:
    pace = Pace(Capabilities(buttons=True, per_address=timedelta(seconds=1)))
    pace.used(1, clock.now())
    assert pace.wait_for(1, clock.now()) == 1
    assert pace.wait_for(2, clock.now()) == 0
    clock.forward(seconds=1)
    assert pace.wait_for(1, clock.now()) == 0


def test_a_worker_among_several_keeps_to_its_share() -> None:
    assert Pace(Capabilities(buttons=True, per_second=30), share=1 / 3).per_second == pytest.approx(10)
    assert Pace(Capabilities(buttons=True)).bucket is None


def test_a_pause_of_an_address_ends(clock: FakeClock) -> None:
    pace = Pace(Capabilities(buttons=True))
    until = clock.now() + timedelta(seconds=30)
    pace.pause_address(1, until)
    assert pace.paused_until(1, clock.now()) == until
    assert pace.paused_until(2, clock.now()) is None
    assert pace.paused_until(1, until) is None


def test_addresses_that_are_free_again_are_forgotten(clock: FakeClock) -> None:
    pace = Pace(Capabilities(buttons=True, per_address=timedelta(seconds=1)))
    for contact in range(10_002):
        pace.used(contact, clock.now())
    clock.forward(seconds=2)
    pace.used(0, clock.now())
    # What is left of ten thousand; the test looks inside because memory is what it is about.
    assert len(pace._free_at) == 1


def test_a_few_failures_do_not_open_the_breaker_and_a_success_forgets_them(clock: FakeClock) -> None:
    breaker = _breaker()
    for _ in range(2):
        breaker.failed(clock.now())
    breaker.succeeded()
    for _ in range(2):
        breaker.failed(clock.now())
    assert not breaker.is_open


def test_an_open_breaker_lets_a_few_probes_go_when_its_pause_is_over(clock: FakeClock) -> None:
    breaker = _opened(clock)
    assert breaker.wait(clock.now()) == 5
    clock.forward(seconds=5)
    for _ in range(2):
        assert breaker.wait(clock.now()) == 0
        breaker.going()
    assert breaker.wait(clock.now()) > 0
    breaker.succeeded()
    assert breaker.wait(clock.now()) == 0


def test_a_failed_probe_doubles_the_pause_up_to_a_minute(clock: FakeClock) -> None:
    breaker, pauses = _opened(clock), []
    for _ in range(6):
        pauses.append(breaker.wait(clock.now()))
        clock.forward(seconds=pauses[-1])
        breaker.going()
        breaker.failed(clock.now())
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_failures_of_what_was_under_way_do_not_lengthen_the_pause(clock: FakeClock) -> None:
    breaker = _opened(clock)
    for _ in range(10):
        breaker.failed(clock.now())
    assert breaker.wait(clock.now()) == 5


def test_pauses_are_jittered() -> None:
    def at_most(_low: float, high: float) -> float:
        return high

    breaker, now = Breaker(at_most, threshold=1), datetime(2026, 1, 1).astimezone()
    breaker.failed(now)
    assert breaker.wait(now) == 6


def _opened(clock: FakeClock) -> Breaker:
    breaker = _breaker()
    for _ in range(3):
        breaker.failed(clock.now())
    return breaker
