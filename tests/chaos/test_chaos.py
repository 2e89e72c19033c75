"""The short form of the chaos test; the full one is `make chaos`."""

import pytest

from tests.chaos.scenario import Outcome, Scenario, run_scenario


def _told(outcome: Outcome) -> None:
    print(
        f"\n{outcome.engine}: {outcome.kills} kills, {outcome.duplicates} duplicates, "
        f"{outcome.in_flight_at_kills} in flight at kills, {outcome.seconds} s"
    )


@pytest.mark.slow
async def test_every_message_arrives_whoever_dies(database_url: str) -> None:
    outcome = await run_scenario(database_url, Scenario(messages=1_000, kills=20, within=120))
    _told(outcome)
    assert outcome.faults == ()
    assert (outcome.arrived, outcome.kills) == (1_000, 20)


@pytest.mark.slow
async def test_every_message_arrives_where_the_counterpart_is_in_trouble_too(database_url: str) -> None:
    outcome = await run_scenario(database_url, Scenario(messages=400, kills=8, trouble=True, within=120))
    _told(outcome)
    assert outcome.faults == ()
    assert (outcome.arrived, outcome.kills) == (400, 8)
    assert outcome.refused_reset_hung > 0
