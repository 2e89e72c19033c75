"""python -m tests.model --sequences N --engine sqlite|postgresql --seed S: random weeks for as long as it takes.

Ends at the first fault, or with --go-on at the end, or when it is interrupted; each fault is told as the smallest
sequence that fails, and last how many were lived through. Exit code 1 where there was a fault.
"""

import argparse
import asyncio
import logging
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

import structlog

from bot.configuration.garbage import settle
from storage.engine.keys import KeyRing
from tests.databases import SECRET, PostgresDatabases, SqliteDatabases
from tests.model.running import Counted, fault_of

_MEMORY: Final = Path("/dev/shm")


class _Databases:
    """Fresh databases of one engine, of which only the latest is kept."""

    def __init__(self, engine: str, folder: Path) -> None:
        self._folder = folder
        self._postgres = PostgresDatabases() if engine == "postgresql" else None
        self._sqlite = SqliteDatabases(folder) if engine == "sqlite" else None
        self._last = ""

    def new(self) -> str:
        """The URL of another one."""
        if self._postgres is not None:
            if self._last:
                self._postgres.drop(self._last)
            self._last = self._postgres.new()
            return self._last
        assert self._sqlite is not None
        for old in self._folder.glob("maatje-*"):
            old.unlink()
        return self._sqlite.new(self._folder)

    def stop(self) -> None:
        """Leave nothing behind."""
        if self._postgres is not None:
            self._postgres.stop()


class _Interrupted:
    """Whether somebody asked it to end, by Ctrl-C or otherwise: the sequence of the moment is lived to its end, so that
    what is told of it is whole. Asked twice, it ends at once."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        self.asked = True
        signal.signal(number, signal.SIG_DFL)


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--sequences", type=int, default=2000, help="how many")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1, help="of the first; the next ones follow it")
    parser.add_argument("--weeks", type=int, default=8, help="simulated weeks of each")
    parser.add_argument("--go-on", action="store_true", help="go on after a fault")
    return parser.parse_args()


def _run(wanted: argparse.Namespace, new: Callable[[], str]) -> int:
    keys, faults, total, began = KeyRing([SECRET]), 0, Counted(), time.monotonic()
    done = 0
    interrupted = _Interrupted()
    for seed in range(wanted.seed, wanted.seed + wanted.sequences):
        if interrupted.asked:
            break
        counted, fault = asyncio.run(fault_of(seed, wanted.weeks, new, keys))
        total, done = total + counted, done + 1
        if fault:
            faults += 1
            print(fault, flush=True)
            if not wanted.go_on:
                break
        if done % 25 == 0:
            print(_said(wanted.engine, done, faults, total, began), flush=True)
    print(_said(wanted.engine, done, faults, total, began), flush=True)
    return 1 if faults else 0


def _said(engine: str, done: int, faults: int, total: Counted, began: float) -> str:
    return (
        f"{engine}: {done} sequences, {total.acts} acts, {total.messages} messages, {total.checks} checks, "
        f"{faults} faults, {time.monotonic() - began:.0f} s"
    )


def main() -> int:
    """See the module."""
    wanted = _wanted()
    # Channels that are out and addresses that are gone are what this is about: nothing to warn of.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # As the service does: most time would go to looking for garbage among what stays.
    settle()
    # In memory where there is such a folder: the queue's own connection waits for the disk at each commit.
    folder = Path(tempfile.mkdtemp(prefix="maatje-model-", dir=_MEMORY if _MEMORY.is_dir() else None))
    databases = _Databases(wanted.engine, folder)
    try:
        return _run(wanted, databases.new)
    finally:
        databases.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
