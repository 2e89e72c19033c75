"""A part of a job that stumbles costs the other parts nothing, and is said."""

from datetime import timedelta
from typing import cast

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from reminders.planning.not_delivered import NotDelivered
from reminders.planning.planner import Planner
from reminders.scheduler import Scheduler
from reminders.sending.dispatcher import Dispatcher
from storage.engine.database import Database
from tests.clock import FakeClock


class Stumbles:
    """Stands in for the planner, and for who looks after losses."""

    async def plan_ahead(self, _: Database) -> int:
        raise ValueError

    async def tell(self, _: Database) -> int:
        raise KeyError


class Woken:
    """Stands in for the dispatcher."""

    times = 0

    def wake(self) -> None:
        self.times += 1


class Plans:
    """Stands in for the planner of one of several workers; notes who planned."""

    def __init__(self, name: str, done: list[str]) -> None:
        self._name, self._done = name, done

    async def plan_ahead(self, _: Database) -> int:
        self._done.append(self._name)
        return 1


async def test_one_of_several_workers_plans(database: Database, clock: FakeClock) -> None:
    done: list[str] = []
    workers = [
        Scheduler(
            database=database,
            dispatcher=cast(Dispatcher, Woken()),
            planner=cast(Planner, Plans(name, done)),
            not_delivered=cast(NotDelivered, Stumbles()),
            clock=clock,
            worker=f"{name}/1/1",
        )
        for name in ("a", "b", "c")
    ]
    for _ in range(60):
        for worker in workers:
            await worker.plan_in_turn()
        clock.forward(minutes=1)
    assert len(done) == 4
    # The wall clock is set: what is to be said is looked at anew by one of them, once.
    for by in (timedelta(hours=5), timedelta(hours=-9)):
        clock.jump(by)
        done.clear()
        for worker in workers:
            await worker.plan_in_turn()
        assert len(done) == 1


async def test_digests_are_made_where_planning_stumbles(sqlite_database: Database, clock: FakeClock) -> None:
    done: list[str] = []

    async def digests(_: AsyncSession) -> int:
        done.append("digests")
        return 2

    async def passing_on() -> int:
        done.append("passing on")
        return 1

    woken = Woken()
    scheduler = Scheduler(
        database=sqlite_database,
        dispatcher=cast(Dispatcher, woken),
        planner=cast(Planner, Stumbles()),
        not_delivered=cast(NotDelivered, Stumbles()),
        clock=clock,
        plan_more=[digests],
        often=[passing_on],
    )
    with structlog.testing.capture_logs() as logs:
        await scheduler.plan_ahead()
        await scheduler.look_after()
    assert done == ["digests", "passing on"]
    assert woken.times == 2
    assert [(line["subject"], line["error"]) for line in logs if line["event"] == "job_failing_began"] == [
        ("planner", "ValueError"),
        ("not_delivered", "KeyError"),
    ]
