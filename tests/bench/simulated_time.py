"""An event loop whose time passes only where everybody waits: ten minutes of sending take half a minute.

Nothing takes time in it but what is waited for on purpose (a rate, a provider's answer), so that what is measured is
the program's own logic and not the load of the machine. What threads do (SQLite) is waited for while the time stands.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, TypeVarTuple, Unpack

import aiosqlite

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_BEGAN: Final = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
# Real seconds, while a thread is at work.
_LOOK_AGAIN: Final = 0.5


class _Selector(selectors.DefaultSelector):
    """Waits for threads, and else lets the time pass at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """See selectors.BaseSelector."""
        events = super().select(0)
        if events or timeout == 0:
            return events
        if self.threads or timeout is None:
            return super().select(_LOOK_AGAIN)
        self.now += timeout
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """See the module's docstring. One at a time: while it is, it hears of SQLite's threads too."""

    def __init__(self) -> None:
        self._waits = _Selector()
        super().__init__(self._waits)
        self._executes: Any = aiosqlite.Connection._execute
        self._connects: Any = aiosqlite.Connection._connect
        setattr(aiosqlite.Connection, "_execute", self._counted(self._executes))  # noqa: B010 - of another's class
        setattr(aiosqlite.Connection, "_connect", self._counted(self._connects))  # noqa: B010

    def time(self) -> float:
        """Simulated seconds."""
        return self._waits.now

    def close(self) -> None:
        """See asyncio.AbstractEventLoop."""
        setattr(aiosqlite.Connection, "_execute", self._executes)  # noqa: B010
        setattr(aiosqlite.Connection, "_connect", self._connects)  # noqa: B010
        super().close()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """See asyncio.AbstractEventLoop."""
        self._waits.threads += 1
        done = super().run_in_executor(executor, func, *args)
        done.add_done_callback(lambda _: self._one_less())
        return done

    def _one_less(self) -> None:
        self._waits.threads -= 1

    def _counted(self, work: Any) -> Any:
        async def counted(*arguments: Any, **named: Any) -> Any:
            self._waits.threads += 1
            try:
                return await work(*arguments, **named)
            finally:
                self._waits.threads -= 1

        return counted


class SimulatedClock:
    """The time of a simulated loop; keeps reminders.delivery.channel.Clock."""

    def now(self) -> datetime:
        """The present instant."""
        return _BEGAN + timedelta(seconds=asyncio.get_running_loop().time())

    def steady(self) -> datetime:
        """The same: nobody sets it."""
        return self.now()

    async def tick(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
