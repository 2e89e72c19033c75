"""An import leaves SQLite's lock to whoever is answering people."""

from pathlib import Path

import pytest

from storage.engine.database import Database
from storage.engine.sqlite_file import ServiceLock, is_served
from storage.importing.pace import FEWEST, FIRST, FREE, HOLD, MANY, GroupPace


class _Watch:
    """Seconds, and what was slept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def _sizes(pace: GroupPace, watch: _Watch, cost: float, groups: int = 12) -> list[int]:
    sizes = []
    for _ in range(groups):
        sizes.append(pace.size)
        pace.begins()
        watch.now += pace.size * cost
        await pace.ended(pace.size)
    return sizes


@pytest.mark.parametrize(
    ("cost", "settles_at"),
    [
        pytest.param(0.002, 50, id="people"),
        pytest.param(0.01, 10, id="plans with a year of reminders"),
        pytest.param(0.5, FEWEST, id="very dear rows"),
        pytest.param(0.00001, MANY, id="rows that cost nothing"),
    ],
)
async def test_a_group_holds_the_lock_for_a_tenth_of_a_second(
    sqlite_database: Database, cost: float, settles_at: int
) -> None:
    watch = _Watch()
    with ServiceLock(str(sqlite_database.url.database)):
        sizes = await _sizes(GroupPace(sqlite_database, clock=watch, sleep=watch.sleep), watch, cost)
    assert sizes[0] == FIRST
    assert abs(sizes[-1] - settles_at) <= 1
    assert sizes[-1] * cost <= HOLD * 1.05 or sizes[-1] == FEWEST


async def test_the_lock_is_free_between_groups_where_a_service_runs(sqlite_database: Database) -> None:
    path = str(sqlite_database.url.database)
    watch = _Watch()
    with ServiceLock(path):
        assert is_served(path)
        await _sizes(GroupPace(sqlite_database, clock=watch, sleep=watch.sleep), watch, 0.002)
    assert len(watch.slept) == 12
    assert min(watch.slept) >= FREE
    assert not is_served(path)


def test_a_file_that_nobody_ever_served(tmp_path: Path) -> None:
    assert not is_served(str(tmp_path / "maatje.db"))


async def test_where_nobody_waits_groups_are_large(database: Database) -> None:
    """PostgreSQL, where others can write meanwhile, and a file that no service has open."""
    watch = _Watch()
    sizes = await _sizes(GroupPace(database, clock=watch, sleep=watch.sleep), watch, 0.01, 3)
    assert sizes == [MANY] * 3
    assert watch.slept == []
