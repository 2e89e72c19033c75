"""A fault's script, and how it is run: with which engines, by which ways, and with how many people."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.chaos.crowd import Figures
from tests.chaos.stage import POLLING, POSTGRESQL, SQLITE, WEBHOOK, Run, Stage, staged
from tests.databases import PostgresDatabases

BOTH_ENGINES = (SQLITE, POSTGRESQL)
BOTH_WAYS = (WEBHOOK, POLLING)


@dataclass(frozen=True, slots=True)
class Script:
    """One fault. `full` is how many people write in `make chaos`, `short` in the suite (0: nobody needs to)."""

    play: Callable[[Stage, Figures], Coroutine[object, object, None]]
    full: int = 500
    short: int = 30
    engines: tuple[str, ...] = BOTH_ENGINES
    # Seconds that the trouble lasts, in full and in short.
    full_seconds: float = 0.0
    short_seconds: float = 0.0
    # In the suite on one engine only, where the other has nothing of its own to show.
    once: bool = False
    # Not in the suite: nothing but waiting makes it.
    only_full: bool = False
    # The instant at which the night turns, and how long before it the service's clock begins.
    turns_at: datetime | None = None
    full_before: timedelta = timedelta(seconds=75)
    short_before: timedelta = timedelta(seconds=55)

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self.play.__name__

    def cases(self, number: int) -> list[tuple[str, str]]:
        """The engines and ways of the suite: the ways in turn, for the script that has this number."""
        if self.only_full:
            return []
        ends = [(engine, BOTH_WAYS[(number + place) % 2]) for place, engine in enumerate(self.engines)]
        return [ends[number // 2 % 2]] if self.once and len(ends) > 1 else ends

    def at_length(self, engine: str, way: str, people: int | None = None) -> Run:
        """As `make chaos` runs it."""
        return Run(engine, way, people or self.full, self.full_seconds, begins_at=self._begins(self.full_before))

    def in_short(
        self, engine: str, way: str, people: int | None = None, server: PostgresDatabases | None = None
    ) -> Run:
        """As the suite runs it, on a PostgreSQL that is there already."""
        begins_at = self._begins(self.short_before)
        return Run(engine, way, people or self.short, self.short_seconds, server, begins_at)

    def _begins(self, before: timedelta) -> datetime | None:
        return None if self.turns_at is None else self.turns_at - before

    async def run(self, run: Run) -> Figures:
        """Play it on a stage of its own; what was found."""
        found = Figures(self.name, run.engine, run.way)
        async with staged(run) as stage:
            await self.play(stage, found)
        return found
