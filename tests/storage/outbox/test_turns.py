"""What one worker does for all: one at a time, when it is due, and by another when that one dies."""

import asyncio
import subprocess
import sys
from datetime import timedelta

from storage.engine.database import Database
from storage.outbox.leases import LOOK_FOR_TURN, TURN_LASTS, Turns
from tests.clock import START, FakeClock

EVERY = timedelta(minutes=15)


def _ended() -> str:
    """The name of a worker that lived on this host."""
    script = "from storage.outbox.leases import worker_name; print(worker_name())"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


async def _takes(turns: Turns, *, since: timedelta = timedelta(hours=-1)) -> bool:
    """Whether it takes the turn, and does the work."""
    async with turns.take("work", every=EVERY, since=START + since) as mine:
        return mine


async def test_one_of_many_workers_does_it(database: Database, clock: FakeClock) -> None:
    workers = [Turns(database, f"other/{number}/1", clock.now) for number in range(4)]
    assert sorted(await asyncio.gather(*map(_takes, workers))) == [False, False, False, True]
    clock.forward(minutes=14)
    assert sorted(await asyncio.gather(*map(_takes, workers))) == [False] * 4
    clock.forward(minutes=2)
    # One after the other: whoever is late finds it done.
    assert [await _takes(worker) for worker in workers] == [True, False, False, False]


async def test_who_dies_is_followed_within_a_minute(database: Database, clock: FakeClock) -> None:
    first, second = Turns(database, "one-host/7/1", clock.now), Turns(database, "other-host/7/1", clock.now)
    async with first.take("work", every=EVERY, since=START) as mine:
        assert mine
        clock.forward(seconds=40)
        assert not await _takes(second)
        # No more is heard of it.
        clock.forward(seconds=TURN_LASTS.total_seconds() - 40 + LOOK_FOR_TURN.total_seconds())
        assert (clock.now() - START).total_seconds() <= 60
        assert await _takes(second)
    # Neither of them does it once more.
    assert not await _takes(first)
    assert not await _takes(second)


async def test_a_dead_process_of_this_host_is_followed_at_once(sqlite_database: Database, clock: FakeClock) -> None:
    async with Turns(sqlite_database, _ended(), clock.now).take("work", every=EVERY, since=START) as mine:
        assert mine
        assert await _takes(Turns(sqlite_database, "other-host/7/1", clock.now))


async def test_what_failed_is_due_still(sqlite_database: Database, clock: FakeClock) -> None:
    turns = Turns(sqlite_database, "host/7/1", clock.now)
    try:
        async with turns.take("work", every=EVERY, since=START):
            raise ValueError
    except ValueError:
        pass
    assert await _takes(turns)


async def test_who_starts_has_it_done_anew(sqlite_database: Database, clock: FakeClock) -> None:
    turns = Turns(sqlite_database, "host/7/1", clock.now)
    assert await _takes(turns)
    clock.forward(minutes=5)
    assert not await _takes(turns)
    assert await _takes(turns, since=timedelta(minutes=1))
    assert not await _takes(turns, since=timedelta(minutes=1))


async def test_a_clock_that_is_set_back_stops_nobody(sqlite_database: Database, clock: FakeClock) -> None:
    first, second = Turns(sqlite_database, "one-host/7/1", clock.now), Turns(sqlite_database, "host/7/1", clock.now)
    async with first.take("work", every=EVERY, since=START) as mine:
        assert mine
        clock.jump(timedelta(hours=-3))
        assert await _takes(second, since=timedelta(hours=-9))
    assert not await _takes(first, since=timedelta(hours=-9))
