"""A fault's script, and how it is run: with which engines, by which ways, and with how many people."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime

from tests.chaos.crowd import Figures
from tests.chaos.stage import POLLING, POSTGRESQL, SQLITE, WEBHOOK, Run, Stage, staged

BOTH_ENGINES = (SQLITE, POSTGRESQL)
BOTH_WAYS = (WEBHOOK, POLLING)


@dataclass(frozen=True, slots=True)
class Script:
    """One fault. `full` is how many people write in `make chaos`, `short` in the suite (0: nobody needs to)."""

    play: Callable[[Stage, Figures], Coroutine[object, object, None]]
    full: int = 500
    short: int = 30
    engines: tuple[str, ...] = BOTH_ENGINES
    ways: tuple[str, ...] = (WEBHOOK,)
    # Seconds that the trouble lasts, in full and in short.
    full_seconds: float = 0.0
    short_seconds: float = 0.0
    # Not in the suite: it takes long, or more of the machine than a test may.
    only_full: bool = False
    # When it begins, where the day matters.
    begins_at: datetime | None = None

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self.play.__name__

    async def run(self, run: Run) -> Figures:
        """Play it on a stage of its own; what was found."""
        found = Figures(self.name, run.engine, run.way)
        async with staged(replace(run, begins_at=self.begins_at)) as stage:
            await self.play(stage, found)
        return found
