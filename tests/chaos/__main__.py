"""`python -m tests.chaos`: the chaos runs with their figures; exit 1 when a promise is broken.

python -m tests.chaos --full                      everything, for hours on a small machine
python -m tests.chaos --only flood --only lock    some faults (`--list` names them); `kills` are the killed workers
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.crowd import Figures
from tests.chaos.run import BOTH_WAYS
from tests.chaos.scenario import MOST_IN_FLIGHT, Outcome, Scenario, run_scenario
from tests.chaos.scripts import SCRIPTS
from tests.databases import PostgresDatabases, SqliteDatabases

ENGINES = ("sqlite", "postgresql")
KILLS = "kills"
SHORT = Scenario(messages=1_000, kills=20, within=120.0)


def main() -> int:
    """See the module's docstring."""
    names = [KILLS, *(script.name for script in SCRIPTS)]
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="10,000 messages and 200 kills, hundreds of people a fault")
    parser.add_argument("--engine", choices=ENGINES, help="one engine only")
    parser.add_argument("--way", choices=("webhook", "polling"), help="one way only")
    parser.add_argument("--only", action="append", choices=names, help="these faults only")
    parser.add_argument("--people", type=int, help="how many people write")
    parser.add_argument("--list", action="store_true", help="name the faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    wanted = parser.parse_args()
    if wanted.list:
        sys.stdout.write("".join(f"{script.name}: {_first_line(script.play.__doc__)}\n" for script in SCRIPTS))
        return 0
    chosen = wanted.only or names
    sheets: list[Outcome | Figures] = [*_kills(wanted, chosen), *_faults(wanted, chosen)]
    if wanted.json:
        sys.stdout.write(json.dumps([sheet.as_json() for sheet in sheets], indent=2) + "\n")
    return 1 if any(sheet.faults for sheet in sheets) else 0


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0]


def _kills(wanted: argparse.Namespace, names: list[str]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for engine in [wanted.engine] if wanted.engine else ENGINES:
        for trouble in (False, True) if KILLS in names else ():
            base = Scenario() if wanted.full else SHORT
            scenario = Scenario(
                messages=base.messages,
                kills=base.kills,
                trouble=trouble,
                seed=wanted.seed,
                within=base.within,
            )
            outcomes.append(_run(engine, scenario))
            _say(wanted, _told(outcomes[-1]))
    return outcomes


def _faults(wanted: argparse.Namespace, names: list[str]) -> list[Figures]:
    sheets: list[Figures] = []
    for script in SCRIPTS:
        if script.name not in names:
            continue
        for engine in [wanted.engine] if wanted.engine else script.engines:
            if engine not in script.engines:
                continue
            for way in [wanted.way] if wanted.way else BOTH_WAYS:
                run = (script.at_length if wanted.full else script.in_short)(engine, way, wanted.people)
                sheets.append(asyncio.run(script.run(run)))
                # What the machine had to do besides.
                sheets[-1].figures["load"] = round(os.getloadavg()[0], 1)
                _say(wanted, _figures(sheets[-1], run.people))
    return sheets


def _say(wanted: argparse.Namespace, text: str) -> None:
    if not wanted.json:
        sys.stdout.write(text)
        sys.stdout.flush()


def _run(engine: str, scenario: Scenario) -> Outcome:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if engine == "sqlite":
            url = SqliteDatabases(Path(folder)).new(Path(folder))
        else:
            server = PostgresDatabases(durable=True)
            stack.callback(server.stop)
            url = server.new()
        return asyncio.run(run_scenario(url, scenario))


def _figures(sheet: Figures, people: int) -> str:
    figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sheet.figures.items())
    lines = [
        f"{sheet.name}, {sheet.engine}, {sheet.way}, {people} people: {figures}",
        *(f"  BROKEN: {fault}" for fault in sheet.faults),
    ]
    return "\n".join(lines) + "\n"


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
