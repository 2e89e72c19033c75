"""Whether this process can do its work: read and write its database, and send over at least one channel.

The answer is there within a second. A look that takes longer goes on by itself and counts as a no meanwhile; nothing
is cancelled half-way, and no second look is begun beside it.
"""

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError

from storage.engine.database import Database
from storage.engine.migrate import schema_found

ANSWER_WITHIN = 0.8


class Readiness:
    """Answers with a check by name; all must hold for /health/ready."""

    def __init__(
        self,
        database: Database,
        channels: Sequence[str],
        channels_down: Callable[[], Sequence[str]],
        *,
        within: float = ANSWER_WITHIN,
    ) -> None:
        self._database = database
        self._channels = channels
        self._channels_down = channels_down
        self._within = within
        self._look: asyncio.Task[dict[str, bool]] | None = None

    async def __call__(self) -> dict[str, bool]:
        """The checks, within a second."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._at_the_database())
        done, _ = await asyncio.wait({self._look}, timeout=self._within)
        found = self._look.result() if done else {"database": False, "writing": False}
        return {**found, "sending": not self._channels or len(self._channels_down()) < len(self._channels)}

    async def finished(self) -> None:
        """Wait for a look that is under way; before the database is closed."""
        if self._look is not None:
            await asyncio.wait({self._look})

    async def _at_the_database(self) -> dict[str, bool]:
        found = {"database": False, "writing": False}
        try:
            found["database"] = (await schema_found(self._database)).fits
            found["writing"] = await self._database.can_write()
        except (SQLAlchemyError, OSError):
            pass
        return found
