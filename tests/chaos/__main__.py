"""`python -m tests.chaos`: the chaos runs with their figures; exit 1 when a promise is broken."""

import argparse
import asyncio
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.scenario import MOST_IN_FLIGHT, Outcome, Scenario, run_scenario
from tests.databases import PostgresDatabases, SqliteDatabases

ENGINES = ("sqlite", "postgresql")
SHORT = Scenario(messages=1_000, kills=20, within=120.0)


def main() -> int:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 messages and 200 kills a run")
    parser.add_argument("--engine", choices=ENGINES, help="one engine only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    wanted = parser.parse_args()
    outcomes: list[Outcome] = []
    for engine in [wanted.engine] if wanted.engine else ENGINES:
        for trouble in (False, True):
            base = Scenario() if wanted.full else SHORT
            scenario = Scenario(
                messages=base.messages,
                kills=base.kills,
                trouble=trouble,
                seed=wanted.seed,
                within=base.within,
            )
            outcomes.append(_run(engine, scenario))
            if not wanted.json:
                sys.stdout.write(_told(outcomes[-1]))
                sys.stdout.flush()
    if wanted.json:
        sys.stdout.write(json.dumps([outcome.as_json() for outcome in outcomes], indent=2) + "\n")
    return 1 if any(outcome.faults for outcome in outcomes) else 0


def _run(engine: str, scenario: Scenario) -> Outcome:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if engine == "sqlite":
            url = SqliteDatabases(Path(folder)).new(Path(folder))
        else:
            server = PostgresDatabases(durable=True)
            stack.callback(server.stop)
            url = server.new()
        return asyncio.run(run_scenario(url, scenario))


def _told(outcome: Outcome) -> str:
    counterpart = "answers 429, 500, resets, hangs" if outcome.trouble else "answers at once"
    lines = [
        f"{outcome.engine}, counterpart {counterpart}: {outcome.arrived} of {outcome.messages} messages arrived, "
        f"{outcome.kills} kills, {outcome.duplicates} duplicates ({outcome.in_flight_at_kills} in flight at kills, "
        f"at most {outcome.most_in_flight_at_a_kill} at one, {MOST_IN_FLIGHT} allowed; "
        f"{outcome.answers_lost} answers lost), "
        f"{outcome.refused_reset_hung} refused, reset or hung, {outcome.seconds} s",
        *(f"  BROKEN: {fault}" for fault in outcome.faults),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
