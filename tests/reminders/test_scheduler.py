"""A part of a job that stumbles costs the other parts nothing, and is said."""

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
