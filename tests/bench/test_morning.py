"""A morning over channels with their real rates, in simulated time: the logic alone uses all that they take."""

import asyncio

from tests.bench.morning import RATES, measure
from tests.bench.simulated_time import SimulatedClock, SimulatedLoop


def test_all_of_the_rates_are_used_and_answers_do_not_wait() -> None:
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        used = runner.run(measure(7, SimulatedClock()))
    assert used.parts.keys() == RATES.keys()
    # A second's worth goes at once.
    assert all(0.95 <= part <= 1.25 for part in used.parts.values()), used.parts
    assert len(used.waits) == used.asked > 0
    assert max(used.waits) < 1
