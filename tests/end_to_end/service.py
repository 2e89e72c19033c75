"""The real service in its own process, as an operator runs it: tables imported, `maatje run`, killed and run again."""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp

from tests.end_to_end.forge import Forked, forge

ROOT = Path(__file__).parents[2]
# On a machine whose cores eight others share, too.
STARTS_WITHIN = 60.0
SECRET = "a secret for end to end tests only"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """One deployment in a folder of its own."""

    def __init__(self, folder: Path, database_url: str, *, telegram_url: str, token: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        # What the service is started by, to bend what it sees of the machine.
        self.under: tuple[str, ...] = ()
        # What it may use at most, by the numbers of `resource`, and a library that is loaded before all others.
        self.limits: dict[int, int] = {}
        self.preload: Path | None = None
        self._process: asyncio.subprocess.Process | Forked | None = None
        self._environment: dict[str, str] = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAATJE_")},
            "MAATJE_DATABASE_URL": database_url,
            "MAATJE_SECRET_KEY": SECRET,
            "MAATJE_TELEGRAM_TOKEN": token,
            "MAATJE_TELEGRAM_API_URL": telegram_url,
            "MAATJE_PORT": str(self.port),
            "MAATJE_QUIET_HOURS": "02:58-02:59",
            "MAATJE_LOG_FORMAT": "json",
            "PYTHONPATH": str(ROOT),
        }

    def set_up(self, **settings: str) -> None:
        """More settings, for the next start."""
        self._environment.update(settings)

    def maatje(self, *arguments: str) -> str:
        """Run a command to its end; its standard output."""
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            forked = forge().start(arguments, cwd=self._folder, env=self._environment, out=out, err=err)
            code, said, told = forked.wait_here(120), out.read_text(), err.read_text()
        assert code == 0, f"maatje {' '.join(arguments)}: {code}\n{said}\n{told}"
        return said

    async def invite(self, who: str) -> str:
        """A fresh link code."""
        shown = await asyncio.to_thread(self.maatje, "invite", who, "--json")
        return str(json.loads(shown)["code"])

    async def begin(self) -> None:
        """Run the service, without waiting for anything."""
        file = self._folder / "service.log"
        if not self.under:
            self._process = await asyncio.to_thread(
                forge(self.preload).start,
                ("run",),
                cwd=self._folder,
                env=self._environment,
                out=file,
                err=file,
                limits=self.limits,
            )
            return
        command = (*self.under, sys.executable, "-m", "bot", "run")
        with file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, cwd=self._folder, env=self._environment, stdout=log, stderr=log
            )

    async def ended(self, within: float = 0.0) -> int | None:
        """Its exit code, when it ends within so many seconds."""
        assert self._process is not None
        try:
            async with asyncio.timeout(within):
                return await self._process.wait()
        except TimeoutError:
            return self._process.returncode

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    def memory(self) -> int:
        """The most memory that the process had until now, in megabytes."""
        return self._status("VmHWM") // 1000

    def reserved(self) -> int:
        """The addresses that the process has now, in bytes."""
        return self._status("VmSize") * 1024

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith(f"{name}:")))

    async def start(self) -> None:
        """Run the service and wait until it is ready."""
        await self.begin()
        assert self._process is not None
        async with aiohttp.ClientSession() as http, asyncio.timeout(STARTS_WITHIN):
            while True:
                if self._process.returncode is not None:
                    raise AssertionError(f"the service ended\n{self.log()}")
                try:
                    async with http.get(f"{self.url}/health/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM, and its exit code."""
        if self._process is None or self._process.returncode is not None:
            return 0
        self._process.terminate()
        return await self._process.wait()

    def log(self) -> str:
        """What it logged."""
        return (self._folder / "service.log").read_text()


def write_tables(folder: Path, *languages: str) -> None:
    """Per language one person (P1, P2, …), their own consultant, a plan, a meeting the day after tomorrow and a class
    tomorrow; and one person more with the first consultant."""
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    meeting = f"progress_meeting,{datetime.combine(today + timedelta(days=2), time(14, 0)):%Y-%m-%d %H:%M}"
    meeting = f"{meeting},,Gemeentehuis Huizen,Sanne de Boer,yes,planned"
    lesson = f"class,{datetime.combine(today + timedelta(days=1), time(9, 30)):%Y-%m-%d %H:%M}"
    lesson = f"{lesson},,Taalschool Huizen,,no,planned"
    people, plans, appointments = list[str](), list[str](), list[str]()
    for number, language in enumerate(languages, 1):
        consultant = f"{consultant_of(number)},Sanne de Boer"
        people.append(f"P{number},Amina,Tesfay,{language},asylum,Huizen,{consultant},2026-01-05")
        plans.append(f"P{number};b1;2026-02-02;2026-02-28;2026-01-10;4;Werk in de zorg")
        appointments += (f"A{number},P{number},{meeting}", f"L{number},P{number},{lesson}")
    people.append(f"P0,Omar,Nasser,nl,asylum,Huizen,{consultant_of(1)},Sanne de Boer,2026-01-05")
    appointments.append(f"A0,P0,{meeting}")
    _write(
        folder / "people.csv",
        "external_id,given_name,family_name,language,group,municipality,consultant_email,consultant_name,"
        "brp_registered_on",
        people,
    )
    # As spreadsheets write it: semicolons and a byte order mark.
    _write(
        folder / "plans.csv",
        "person_external_id;route;intake_on;plan_signed_on;relief_started_on;progress_meetings_per_year;goal",
        plans,
        encoding="utf-8-sig",
    )
    _write(
        folder / "appointments.csv",
        "external_id,person_external_id,kind,starts_at,ends_at,location,with_whom,mandatory,status",
        appointments,
    )


def consultant_of(number: int) -> str:
    """The e-mail address of the consultant of person number N."""
    return f"sanne{number}@example.org"


def _write(path: Path, head: str, rows: list[str], encoding: str = "utf-8") -> None:
    path.write_text("\n".join([head, *rows, ""]), encoding=encoding)
