"""Clocks: the wall clock is set an hour forward or back while people write, and the nights that have an hour more or
less."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.watch import JUMP
from tests.chaos.crowd import Crowd, Figures
from tests.chaos.inbound import no_storm
from tests.chaos.outbound import all_arrived, arrivals, put_due
from tests.chaos.run import Script
from tests.chaos.stage import Stage, until
from tests.chaos.wall_clock import WallClock
from tests.end_to_end.forge import forge

# In the Netherlands both nights turn at 1:00 by UTC.
SPRING = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
# What is left of the evening where the run is short: time for the service to see what is due.
SOON = timedelta(seconds=7)
AUTUMN = datetime(2027, 10, 31, 1, 0, tzinfo=UTC)


async def clock_set_back(stage: Stage, found: Figures) -> None:
    """The wall clock is set an hour back: who was just written to is written to again, and nothing goes twice."""
    await _jump(stage, found, timedelta(hours=-1))


async def clock_set_forward(stage: Stage, found: Figures) -> None:
    """The wall clock is set an hour forward: what is due meanwhile goes, and nothing goes twice."""
    await _jump(stage, found, timedelta(hours=1))


async def _jump(stage: Stage, found: Figures, by: timedelta) -> None:
    clock = WallClock(stage)
    await stage.service.start()
    count = await put_due(stage, called="before ")
    found.expect("arrived_before", await all_arrived(stage, count, stage.patience), True)
    # Due half an hour from now: by the new clock at once, or after an hour and a half.
    await put_due(stage, clock.now() + timedelta(minutes=30), called="later ")
    clock.jump(by)
    said = await stage.said("clock_jumped", within=60)
    found.expect("said_by_how_much", abs(float(str(said["seconds"])) - by.total_seconds()) < 5, True)
    at_once = await put_due(stage, clock.now(), called="after ")
    crowd = Crowd(stage)
    crowd.write()
    await crowd.answered()
    wanted = count + at_once + (count if by > timedelta(0) else 0)
    found.expect("arrived_after", await all_arrived(stage, wanted, stage.patience), True)
    await crowd.judge(found)
    found.expect("doubled", sum(times - 1 for times in arrivals(stage).values()), 0)
    early = sum("later" in text for text in arrivals(stage))
    found.expect("of_later", early, count if by > timedelta(0) else 0)
    found.expect("said_once", len(stage.events("clock_jumped")), 1)
    no_storm(stage, found)


async def autumn_night(stage: Stage, found: Figures) -> None:
    """The night that has its hour from two to three twice: each message goes once, at its instant."""
    await _night(stage, found, AUTUMN)


async def spring_night(stage: Stage, found: Figures) -> None:
    """The night without an hour from two to three: nothing that was due in it is left out."""
    await _night(stage, found, SPRING)


async def _night(stage: Stage, found: Figures, turn: datetime) -> None:
    clock = WallClock(stage)
    moments = {"before ": turn - timedelta(seconds=4), "at ": turn, "after ": turn + timedelta(seconds=4)}
    count = sum([await put_due(stage, at, called=called) for called, at in moments.items()])
    assert stage.begins_at is not None
    # All was made ready on the clock's time; the service need not wait for the turn as long as that took.
    await asyncio.to_thread(forge, stage.service.preload)
    clock.jump(stage.begins_at - clock.now())
    await stage.service.start()
    left = turn - clock.now()
    found.expect("is_up_before", left > timedelta(0), True)
    if SOON < left < JUMP:
        # In short: less than is taken for a jump.
        clock.jump(SOON - left)
    crowd = Crowd(stage)

    async def turns() -> bool:
        return clock.now() >= turn - timedelta(seconds=1)

    await until(turns, (turn - clock.now()).total_seconds() + 30)
    early = {text for text in arrivals(stage) if not text.startswith("due before")}
    found.expect("too_early", len(early), 0)
    crowd.write()
    await crowd.answered()
    found.expect("arrived", await all_arrived(stage, count, stage.patience), True)
    await crowd.judge(found)
    # The jobs of the next minutes run as ever.
    await asyncio.sleep(stage.seconds)
    found.expect("doubled", sum(times - 1 for times in arrivals(stage).values()), 0)
    found.expect("taken_for_a_jump", len(stage.events("clock_jumped")), 0)
    found.expect("jobs_failed", len(stage.events("job_failing_began")), 0)
    no_storm(stage, found)


SCRIPTS = (
    Script(clock_set_back, full=100, short=4),
    Script(clock_set_forward, full=100, short=4),
    Script(autumn_night, full=40, short=3, full_seconds=60.0, short_seconds=1.0, turns_at=AUTUMN, only_full=True),
    Script(spring_night, full=40, short=3, full_seconds=60.0, short_seconds=1.0, turns_at=SPRING, only_full=True),
)
