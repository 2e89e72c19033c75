"""Starts `maatje` by forking a process that has imported everything once.

A start takes 3.4 seconds of CPU, of which 0.9 are left after a fork, and the suite starts some two hundred services and
commands. A forked one is a process of its own in everything that a test can do to it: signals, kill -9, files, exit
code; limits are set on it before it begins. What is to be loaded before it (LD_PRELOAD) has a forge of its own.
"""

import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from asyncio import wrap_future
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from bot.cli import build, main

ROOT = Path(__file__).parents[2]


class Forked:
    """A process, as asyncio.subprocess has them."""

    def __init__(self, pid: int, ended: "Future[int]") -> None:
        self.pid = pid
        self._ended = ended

    @property
    def returncode(self) -> int | None:
        """Its exit code, less than nothing after a signal; None while it runs."""
        return self._ended.result() if self._ended.done() else None

    def send_signal(self, number: int) -> None:
        """Send a signal; nothing happens when it has ended."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    async def wait(self) -> int:
        """Its exit code, when it has ended. Who stops waiting ends nothing."""
        return await wrap_future(self._ended) if not self._ended.done() else self._ended.result()

    def wait_here(self, within: float) -> int:
        """The same for a thread."""
        return self._ended.result(within)


class Forge:
    """The process that forks, and what it told."""

    def __init__(self, preload: Path | None) -> None:
        ours, theirs = socket.socketpair()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        if preload is not None:
            environment["LD_PRELOAD"] = str(preload)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.forge", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env=environment,
        )
        theirs.close()
        self._socket = ours
        self._lines = ours.makefile("r")
        self._asked = threading.Lock()
        self._begun: Future[int] = Future()
        self._ends: dict[int, Future[int]] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._lines:
            told = json.loads(line)
            if "code" in told:
                self._ends[told["pid"]].set_result(told["code"])
            else:
                self._ends[told["pid"]] = Future()
                self._begun.set_result(told["pid"])

    def start(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        out: Path,
        err: Path,
        limits: Mapping[int, int] | None = None,
    ) -> Forked:
        """Run `maatje` with these arguments; its output is added to files. `limits` by the numbers of `resource`."""
        wanted = {
            "arguments": list(arguments),
            "cwd": str(cwd),
            "env": dict(env),
            "out": str(out),
            "err": str(err),
            "limits": list((limits or {}).items()),
        }
        with self._asked:
            self._begun = Future()
            self._socket.sendall(json.dumps(wanted).encode() + b"\n")
            pid = self._begun.result(120)
        return Forked(pid, self._ends[pid])


@cache
def forge(preload: Path | None = None) -> Forge:
    """The one of this test process (with this library loaded before all others); it ends with it."""
    return Forge(preload)


def _import_everything() -> None:
    for name in ("bot.serve", "bot.channels.telegram.channel"):
        import_module(name)
    for command in ("run", "invite", "import"):
        build(command)
    gc.collect()
    gc.freeze()


def _be(wanted: dict[str, object]) -> NoReturn:
    """The child: `maatje`, as if it had begun here."""
    code = 1
    try:
        os.environ.clear()
        env, arguments = wanted["env"], wanted["arguments"]
        assert isinstance(env, dict)
        assert isinstance(arguments, list)
        os.environ.update(env)
        os.chdir(str(wanted["cwd"]))
        for name, number in (("out", 1), ("err", 2)):
            file = os.open(str(wanted[name]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.dup2(file, number)
            os.close(file)
        limits = wanted["limits"]
        assert isinstance(limits, list)
        for number, most in limits:
            resource.setrlimit(number, (most, most))
        sys.argv = ["maatje", *arguments]
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # as the interpreter does at its end
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _serve(connection: socket.socket) -> None:
    """Fork when asked, and tell of every end."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rest = b""
    while True:
        ready, _, _ = select.select([connection.fileno(), woken], [], [])
        if woken in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(woken, 4096)
        if connection.fileno() in ready:
            came = connection.recv(65_536)
            if not came:
                return
            *lines, rest = (rest + came).split(b"\n")
            for line in lines:
                pid = os.fork()
                if not pid:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    signal.signal(signal.SIGINT, signal.default_int_handler)
                    for one in (woken, wake):
                        os.close(one)
                    connection.close()
                    _be(json.loads(line))
                connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                told = {"pid": ended[0], "code": os.waitstatus_to_exitcode(ended[1])}
                connection.sendall(json.dumps(told).encode() + b"\n")


if __name__ == "__main__":
    _import_everything()
    _serve(socket.socket(fileno=int(sys.argv[1])))
