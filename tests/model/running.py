"""Runs sequences against fresh databases, and makes of one that fails the smallest that still does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.engine.keys import KeyRing
from tests.clock import FakeClock
from tests.databases import opened
from tests.model.beliefs import LONG_AGO, Wrong
from tests.model.doing import lives
from tests.model.one_thread import in_one_thread
from tests.model.sequences import Step, sequence, smallest
from tests.model.world import ModelWorld


@dataclass(frozen=True, slots=True)
class Counted:
    """What one sequence was: acts done, messages that arrived, and looks of the oracle at what somebody believes."""

    acts: int = 0
    messages: int = 0
    checks: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.acts + other.acts, self.messages + other.messages, self.checks + other.checks)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a sequence; `wrong` is what the oracle has to say of it ("" = nothing)."""

    counted: Counted
    wrong: str = ""
    until: datetime = LONG_AGO
    trace: Sequence[str] = ()


async def lived(url: str, keys: KeyRing, steps: Sequence[Step]) -> Outcome:
    """Live these steps in the database at this URL, which is fresh."""
    database = opened(url, keys)
    in_one_thread(database)
    try:
        world = ModelWorld(database, FakeClock(steps[0].at))
        wrong = ""
        try:
            await world.begin()
            await lives(world, steps)
        except Wrong as found:
            wrong = f"{world.now():%a %d %b %H:%M}  {found}"
        return Outcome(Counted(len(steps), world.messages, world.oracle.checks), wrong, world.clock.now(), world.trace)
    finally:
        await database.close()


async def fault_of(seed: int, weeks: int, new: Callable[[], str], keys: KeyRing) -> tuple[Counted, str]:
    """What a random sequence was, and the smallest part of it that fails, as a text to read; "" when it holds.

    `new` gives the URL of another fresh database.
    """
    steps = sequence(seed, weeks)
    outcome = await lived(new(), keys, steps)
    if not outcome.wrong:
        return outcome.counted, ""

    async def fails(some: Sequence[Step]) -> bool:
        return bool((await lived(new(), keys, some)).wrong)

    # What came after it had no part in it.
    least = await smallest([step for step in steps if step.at <= outcome.until], fails)
    last = await lived(new(), keys, least)
    story = [f"seed {seed}, {len(least)} of {len(steps)} acts:", *(f"  {step}" for step in least)]
    if not last.wrong:
        # What depends on which of two messages came first does not come every time.
        return outcome.counted, "\n".join([*story, f"wrong, but not every time: {outcome.wrong}", *outcome.trace])
    return outcome.counted, "\n".join([*story, f"wrong: {last.wrong}", "what happened:", *last.trace])
