"""Workers that are killed and started again, and the counterpart that counts what each of them delivered."""

import asyncio
import multiprocessing
import random
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

from tests.botapi import Fault, FaultKind, QuickBotApi
from tests.botapi.errors import flood
from tests.chaos.worker import TOKEN, FastClock, work

# How often each fault strikes; ANSWER_LOST takes the message, so it may cause a duplicate without any kill.
TROUBLE = {
    FaultKind.REFUSED: 0.02,
    FaultKind.RESET: 0.01,
    FaultKind.HANG: 0.004,
    FaultKind.ANSWER_LOST: 0.002,
}
_FLOODED = 0.02
_METHOD = "sendMessage"
_ENDS_WITHIN = 20.0


@dataclass(slots=True, eq=False)
class Life:
    """One worker from its start to its death, with a counterpart of its own: whatever arrives there is its work."""

    number: int
    api: QuickBotApi
    process: BaseProcess | None = None
    faults: list[Fault] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)
    killed: bool = False


class Fleet:
    """Keeps `size` workers alive; `kill_at` says at which numbers of arrived messages one of them is killed."""

    def __init__(
        self,
        database_url: str,
        *,
        size: int,
        expected: int,
        kill_at: list[int],
        trouble: bool,
        clock: FastClock,
        chance: random.Random,
    ) -> None:
        self.lives: list[Life] = []
        self.arrivals: Counter[int] = Counter()
        self._url = database_url
        self._size = size
        self._expected = expected
        self._kill_at = sorted(kill_at, reverse=True)
        self._trouble = trouble
        self._clock = clock
        self._chance = chance
        self._total = 0
        self._all_there = asyncio.Event()
        self._turn = asyncio.Lock()
        self._killing: set[asyncio.Task[None]] = set()
        # Forked from a server that has everything imported: a new worker is there in milliseconds.
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.chaos.worker"])

    @property
    def kills(self) -> int:
        """How many workers were killed."""
        return sum(life.killed for life in self.lives)

    def struck(self, kind: FaultKind) -> int:
        """How often a fault struck."""
        return sum(fault.hits for life in self.lives for fault in life.faults if fault.kind is kind)

    async def run(self, within: float) -> bool:
        """Work until every message arrived and every kill was done; False when that took over `within` seconds."""
        try:
            async with asyncio.timeout(within):
                for _ in range(self._size):
                    await self._start()
                await self._all_there.wait()
                while self._killing:
                    await asyncio.wait(self._killing)
                await self._end()
                # What arrived and was not on disk at a late kill is still open: one more worker settles it.
                last = await self._start(until_empty=True)
                if last.process is not None:
                    await asyncio.to_thread(last.process.join)
        except TimeoutError:
            return False
        finally:
            await self._end()
            for life in self.lives:
                await life.api.stop()
        return True

    async def _start(self, *, until_empty: bool = False) -> Life:
        number = len(self.lives)
        api = QuickBotApi(token=TOKEN, seed=number, on_message=lambda _chat, text: self._arrived(life, int(text)))
        life = Life(number, api)
        self.lives.append(life)
        await api.start()
        if self._trouble:
            life.faults = [api.faults.add(kind, _METHOD, count=None, share=share) for kind, share in TROUBLE.items()]
            life.faults.append(api.faults.add(FaultKind.REFUSED, _METHOD, count=None, share=_FLOODED, error=flood(1)))
        arguments = (self._url, api.url, self._clock, until_empty)
        process = self._processes.Process(target=work, args=arguments, daemon=True)
        await asyncio.to_thread(process.start)
        life.process = process
        return life

    def _arrived(self, life: Life, message: int) -> None:
        life.arrived.append(message)
        self.arrivals[message] += 1
        self._total += 1
        if self._kill_at and self._total >= self._kill_at[-1]:
            self._kill_at.pop()
            task = asyncio.get_running_loop().create_task(self._kill(life))
            self._killing.add(task)
            task.add_done_callback(self._killing.discard)
        if len(self.arrivals) == self._expected:
            self._all_there.set()

    async def _kill(self, sender: Life) -> None:
        """Kill the worker that just sent, or another, at once or a little later; start a new one in its place."""
        await asyncio.sleep(self._chance.choice((0.0, self._chance.uniform(0.0, 0.06))))
        # One at a time, so that there is always somebody to be killed.
        async with self._turn:
            alive = [life for life in self.lives if not life.killed and life.process is not None]
            life = sender if sender in alive and self._chance.random() < 0.5 else self._chance.choice(alive)
            if life.process is not None:
                life.killed = True
                life.process.kill()
                await asyncio.to_thread(life.process.join)
            await self._start()

    async def _end(self) -> None:
        for life in self.lives:
            for fault in life.faults:
                fault.cancel()
            if life.process is not None and not life.killed:
                life.process.terminate()
        for life in self.lives:
            if life.process is not None:
                await asyncio.to_thread(life.process.join, _ENDS_WITHIN)
                if life.process.exitcode is None:
                    life.process.kill()
