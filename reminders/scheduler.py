"""APScheduler drives, the database remembers: a handful of jobs, none per reminder (DESIGN.md rule 7).

The dispatcher has a loop of its own (it is woken by replies); the jobs here look ahead and clean up. Every worker may
run them: what they do is idempotent. Looking ahead at everybody is done by one of the workers at a time, for all of
them; when it dies meanwhile, another begins within a minute (storage/outbox/leases.py).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeAlias, TypeVar

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.ext.asyncio import AsyncSession

from reminders.delivery.channel import Clock
from reminders.delivery.episodes import Episodes
from reminders.kinds import KEPT_WITH_PERSON
from reminders.planning.not_delivered import NotDelivered
from reminders.planning.planner import Planner
from reminders.sending.dispatcher import Dispatcher
from storage.engine.database import Database
from storage.outbox.leases import LOOK_FOR_TURN, Turns, worker_name
from storage.privacy.retention import forget_old
from storage.privacy.seals import seal_audit

log = structlog.get_logger(__name__)

T = TypeVar("T")

PLAN_EVERY = timedelta(minutes=15)
CLEAN_EVERY = timedelta(hours=6)
LOOK_EVERY = timedelta(minutes=1)
_PLANNING: Final = "plan_ahead"


# Plans what is not about one person's reminders, in a transaction of its own; returns how many messages are new.
PlanMore: TypeAlias = Callable[[AsyncSession], Awaitable[int]]


class Scheduler:
    """Runs the dispatcher's loop and the periodic jobs until stopped."""

    def __init__(
        self,
        *,
        database: Database,
        dispatcher: Dispatcher,
        planner: Planner,
        not_delivered: NotDelivered,
        clock: Clock,
        plan_more: Sequence[PlanMore] = (),
        often: Sequence[Callable[[], Awaitable[int]]] = (),
        retention: Mapping[str, int] | None = None,
        worker: str = "",
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._planner = planner
        self._not_delivered = not_delivered
        self._clock = clock
        self._plan_more = plan_more
        self._often = often
        self._retention = retention or {}
        self._turns = Turns(database, worker or worker_name(), clock.now)
        self._started_at = clock.steady()
        self._stumbling = Episodes("job_failing")
        self._stop = asyncio.Event()
        self._jobs = AsyncIOScheduler()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; the first planning happens at once, in the background."""
        self._loop = asyncio.create_task(self._dispatcher.run(self._stop))
        self._started_at = self._clock.steady()
        self._every(LOOK_FOR_TURN, self.plan_in_turn)
        self._every(CLEAN_EVERY, self.clean_up)
        self._every(LOOK_EVERY, self.look_after)
        self._jobs.start()

    async def stop(self) -> None:
        """End the jobs; messages that are being sent are finished."""
        if self._jobs.running:
            self._jobs.shutdown(wait=False)
        self._stop.set()
        self._dispatcher.wake()
        if self._loop is not None:
            await self._loop

    async def clock_jumped(self, by: timedelta) -> None:
        """The wall clock was set by so much: every job's next run and every try that waits are reckoned anew."""
        log.warning("clock_jumped", seconds=round(by.total_seconds()))
        for job in self._jobs.get_jobs():
            job.modify(next_run_time=self._clock.now())
        await self._dispatcher.clock_jumped(by)

    async def plan_in_turn(self) -> None:
        """Plan ahead when that is due and no other worker does: every quarter of an hour, and once since this worker
        was started (with settings that may be new)."""
        since = self._clock.now() - (self._clock.steady() - self._started_at)
        async with self._turns.take(_PLANNING, every=PLAN_EVERY, since=since) as mine:
            if mine:
                await self.plan_ahead()

    async def plan_ahead(self) -> None:
        """Plan what is to be said in the coming weeks, and see to it that it is sent."""
        if planned := await self.plan_everything():
            log.info("planned_ahead", messages=planned)
            self._dispatcher.wake()

    async def plan_everything(self) -> int:
        """Put what is to be said in the coming weeks into the outbox; how many messages are new."""
        planned = await self._step("planner", self._planner.plan_ahead(self._database))
        for plan in self._plan_more:
            planned += await self._step(getattr(plan, "__name__", "?"), self._written(plan))
        return planned

    async def look_after(self) -> None:
        """Do what cannot wait a quarter of an hour; wake the dispatcher when there is something to send."""
        found = sum([await self._step(getattr(look, "__name__", "?"), look()) for look in self._often])
        # Whom nothing reached is to be telephoned before the meeting that it was about.
        if lost := await self._step("not_delivered", self._not_delivered.tell(self._database)):
            log.info("told_of_undelivered", messages=lost)
        if found or lost:
            self._dispatcher.wake()

    async def clean_up(self) -> None:
        """Forget what is kept no longer than needed."""
        async with self._database.writing() as session:
            await forget_old(session, self._clock.now(), kept_with_person=KEPT_WITH_PERSON, days=self._retention)
            await seal_audit(session, self._database.keys, self._clock.now())

    async def _written(self, plan: PlanMore) -> int:
        async with self._database.writing() as session:
            return await plan(session)

    async def _step(self, name: str, work: Awaitable[int]) -> int:
        """What one part of a job did; one that stumbles costs the other parts nothing."""
        return await self._tried(name, work) or 0

    async def _tried(self, name: str, work: Awaitable[T]) -> T | None:
        """What came of it; None where it stumbled, which is said."""
        try:
            done = await work
        except Exception as error:
            self._stumbling.noticed(name, error=type(error).__name__)
            return None
        self._stumbling.well(name)
        return done

    def _every(self, interval: timedelta, job: Callable[[], Awaitable[None]]) -> None:
        async def guarded() -> None:
            # One failed run must not end the job: the next one comes.
            await self._tried(getattr(job, "__name__", "?"), job())

        # Without a trigger: once, at once; on a busy machine a moment later, and never left out.
        self._jobs.add_job(guarded, misfire_grace_time=None)
        self._jobs.add_job(
            guarded,
            IntervalTrigger(seconds=int(interval.total_seconds()), jitter=min(30, int(interval.total_seconds()) // 5)),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
