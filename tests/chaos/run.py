"""What a fault's script is given, and the list of all scripts with the engines and ways they are for."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from tests.chaos.crowd import Figures
from tests.chaos.stage import POLLING, POSTGRESQL, SQLITE, WEBHOOK
from tests.databases import PostgresDatabases

BOTH_ENGINES = (SQLITE, POSTGRESQL)
BOTH_WAYS = (WEBHOOK, POLLING)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a script. `people` is how many write; `seconds` how long a trouble lasts."""

    engine: str
    way: str
    people: int
    seconds: float
    # A PostgreSQL that is there already; None: one of its own.
    server: PostgresDatabases | None = None

    def figures(self, name: str) -> Figures:
        """An empty sheet for it."""
        return Figures(name, self.engine, self.way)


@dataclass(frozen=True, slots=True)
class Script:
    """One fault. `full` is how many people write in `make chaos`, `short` in the suite (0: nobody needs to)."""

    play: Callable[[Run], Coroutine[object, object, Figures]]
    full: int = 500
    short: int = 30
    engines: tuple[str, ...] = BOTH_ENGINES
    ways: tuple[str, ...] = (WEBHOOK,)
    # Seconds that the trouble lasts, in full and in short.
    full_seconds: float = 0.0
    short_seconds: float = 0.0
    # Not in the suite: it takes long, or more of the machine than a test may.
    only_full: bool = False

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self.play.__name__
