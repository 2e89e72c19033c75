"""What consultants hear of reports whose appointment changed, when what they were told of it was lost on the way."""

from datetime import UTC, datetime, timedelta

import pytest

from reminders.planning.about_reports import report_messages
from storage.appointments.report_stands import ReportStands
from storage.outbox.planning import Earlier
from storage.vocabulary import MessageState, ReportEnd

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
FAILED, SENT = MessageState.FAILED, MessageState.SENT
PENDING, CANCELLED = MessageState.PENDING, MessageState.CANCELLED


def report(end: ReportEnd | None) -> ReportStands:
    """Amina's report of Thursday's meeting, as it stands now."""
    day = NOW + timedelta(days=2)
    return ReportStands(7, 1, 5, 2, day, day, NOW - timedelta(hours=2), end)


def earlier(number: int, key: str, state: MessageState) -> Earlier:
    return Earlier(number, None, 5, key, state, NOW - timedelta(hours=1))


MOVED = "report_stands:7:5:another_day:0"


@pytest.mark.parametrize(
    ("before", "end", "told"),
    [
        pytest.param([], ReportEnd.ANOTHER_DAY, ["another_day:0"], id="it does not hold any more"),
        pytest.param([(9, MOVED, SENT)], None, ["holds:9"], id="told so, and it holds again"),
        # Found by the model: it "held again", and nobody had heard that it did not.
        pytest.param([(9, MOVED, FAILED), (10, "kept:9", PENDING)], None, [], id="that was lost: nothing to say"),
        pytest.param([(9, MOVED, FAILED), (10, "kept:9", CANCELLED)], None, [], id="nor later"),
        pytest.param([(9, MOVED, FAILED)], None, [], id="nor in the minute before it is kept"),
        pytest.param(
            [(9, MOVED, FAILED), (10, "kept:9", PENDING)], ReportEnd.ANOTHER_DAY, [], id="it waits to be told"
        ),
        pytest.param(
            [(9, MOVED, FAILED), (10, "kept:9", CANCELLED)],
            ReportEnd.ANOTHER_DAY,
            ["another_day:9"],
            id="it held in between, and does not again",
        ),
        pytest.param([(9, MOVED, FAILED), (10, "passed:9:3", SENT)], None, ["holds:9"], id="the stand-in was told"),
        pytest.param(
            [(9, MOVED, FAILED), (10, "passed:9:3", FAILED), (11, "kept:10", SENT)],
            ReportEnd.ANOTHER_DAY,
            [],
            id="told in the end",
        ),
    ],
)
def test_what_was_lost_was_not_told(
    before: list[tuple[int, str, MessageState]], end: ReportEnd | None, told: list[str]
) -> None:
    found = report_messages([report(end)], [earlier(*one) for one in before], NOW)
    assert [message.key.removeprefix("report_stands:7:5:") for message in found] == told
