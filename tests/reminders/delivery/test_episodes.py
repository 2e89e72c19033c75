"""Trouble is one line when it begins and one when it is over."""

from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import LogCapture

from reminders.delivery.episodes import Episodes


@pytest.fixture
def said() -> Iterator[LogCapture]:
    capture = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[capture])
    yield capture
    structlog.configure(processors=before)


def _events(said: LogCapture) -> list[tuple[str, object]]:
    return [(entry["event"], entry.get("times")) for entry in said.entries]


def test_a_storm_is_two_lines(said: LogCapture) -> None:
    now = [0.0]
    episodes = Episodes("channel_down", clock=lambda: now[0])
    for _ in range(1500):
        episodes.noticed("telegram", error="TimedOut")
        now[0] += 0.1
    episodes.well("telegram")
    episodes.well("telegram")
    assert _events(said) == [("channel_down_began", None), ("channel_down_over", 1500)]
    assert said.entries[-1]["seconds"] == pytest.approx(150.0)


def test_long_trouble_is_said_again_now_and_then(said: LogCapture) -> None:
    now = [0.0]
    episodes = Episodes("channel_down", reminded=600, clock=lambda: now[0])
    for _ in range(14):
        episodes.noticed("sms")
        now[0] += 100
    assert [event for event, _ in _events(said)] == [
        "channel_down_began",
        "channel_down_goes_on",
        "channel_down_goes_on",
    ]


def test_it_is_over_only_when_it_was_calm_for_long_enough(said: LogCapture) -> None:
    now = [0.0]
    episodes = Episodes("inbox_full", calm=10, clock=lambda: now[0])
    episodes.noticed("web")
    now[0] = 5
    episodes.well("web")
    assert episodes.is_open("web")
    now[0] = 11
    episodes.well("web")
    assert not episodes.is_open("web")
    assert [event for event, _ in _events(said)] == ["inbox_full_began", "inbox_full_over"]
