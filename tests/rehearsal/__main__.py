"""See the package's docstring."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from locales.rendering.catalog import Catalogs
from locales.rendering.message import Text
from locales.rendering.render import Renderer
from tests.botapi import BotApi
from tests.rehearsal.machine import Machine, alone, be_alone, certify, filled
from tests.rehearsal.page import blocks

ROOT: Final = Path(__file__).parents[2]
_ZONE: Final = ZoneInfo("Europe/Amsterdam")
_RENDERER: Final = Renderer(Catalogs(), _ZONE)
_CERTIFICATES: Final = "certificates"
_BACKUPS: Final = Path("/var/backups/maatje")
_CONSULTANT: Final = "consultant@municipality.example"
#: Minutes until it is a day before each person's meeting. Who agreed after that was made is reminded two minutes after
#: they agreed, or then: the first before the backup, the second between that and the loss.
_DUE: Final = {"P001": 3, "P002": 5}
#: Seconds that the person waits for an answer, and beyond its time for a reminder.
_ANSWER: Final = 60.0
_LATE: Final = 90.0


def _said(key: str) -> str:
    return _RENDERER.say(Text(key), "nl")


def _wheel(folder: Path) -> Path:
    """The program as it is committed, made as the page says."""
    source = folder / "source"
    source.mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x"], cwd=source, input=archive, check=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), "."]
    subprocess.run(command, cwd=source, check=True)
    shutil.copy(source / "constraints.txt", folder)
    shutil.rmtree(source)
    return next(folder.glob("*.whl"))


def _room(person: str) -> str:
    """Where a person's meeting is: nothing else of a message says it."""
    return f"Zaal {person}"


def _write_tables(folder: Path, now: datetime) -> None:
    """Two people with their consultant, a plan, and a meeting of each, in a room of its own."""
    (folder / "people.csv").write_text(
        "external_id,given_name,family_name,language,group,municipality,consultant_email,consultant_name\n"
        + "".join(f"{one},A{one},Tesfay,nl,asylum,Huizen,{_CONSULTANT},Sanne de Boer\n" for one in _DUE)
    )
    (folder / "plans.csv").write_text("person_external_id,route,intake_on\nP001,b1,2026-01-10\n")
    rows = ["external_id,person_external_id,kind,starts_at,location"]
    for one, minutes in _DUE.items():
        starts_at = now + timedelta(days=1, minutes=minutes)
        rows.append(f"A{one},{one},progress_meeting,{starts_at:%Y-%m-%d %H:%M},{_room(one)}")
    (folder / "appointments.csv").write_text("\n".join([*rows, ""]))


def _copy(files: Iterable[Path], to: Path) -> list[Path]:
    """Take files to another place; where they are there."""
    return [Path(shutil.copy(file, to)) for file in files]


class Rehearsal:
    """An administrator who follows the page, and the person whom the bot reminds.

    `elsewhere` is what is not on the machine: the program's two files, the safe, and the copies of backups.
    """

    def __init__(self, machine: Machine, api: BotApi, elsewhere: Path) -> None:
        self._machine = machine
        self._api = api
        self._elsewhere = elsewhere
        self._page = blocks()
        self._began = time.monotonic()
        self._people = {one: api.user(77 + number) for number, one in enumerate(_DUE)}
        self._began_at = datetime.now(_ZONE)

    async def all(self) -> None:
        """The whole way."""
        await self._installed()
        await self._settled()
        await self._types("Workers")
        await self._types("The proxy", values={"YOUR.NAME": "maatje.example.nl"})
        self._notes("installed, behind nginx, on PostgreSQL, with two workers")
        await self._meets_the_first_person()
        await self._reminds("P001")
        await self._backs_up()
        await self._reminds("P002")
        self._machine.is_lost()
        self._notes("the machine is lost")
        await self._returns()
        await self._goes_on()
        self._notes("done")

    async def _installed(self) -> None:
        """The machine, The program, The database."""
        self._machine.begin()
        await self._types("The machine")
        for file in self._elsewhere.iterdir():
            if file.suffix in (".whl", ".txt"):
                shutil.copy(file, "/root")
        await self._types("The program")
        await self._types("The database")

    async def _settled(self) -> None:
        """The settings: two keys, the two files; then they go into the safe."""
        shown = await self._types("The settings")
        secret, key = shown.splitlines()[0], shown.splitlines()[-1]
        (self._elsewhere / "key.txt").write_text(f"{key}\n")
        public = re.search(r"age1[a-z0-9]+", shown)
        assert public is not None, shown
        values = {
            "SECRET_KEY='…'": f"SECRET_KEY='{secret}'",
            "TELEGRAM_TOKEN='…'": f"TELEGRAM_TOKEN='{self._api.token}'",
            "age1…": public[0],
            # The counterpart instead of Telegram; and no quiet hours, whenever this is run.
            "MAATJE_CONFIG=": (
                f"MAATJE_TELEGRAM_API_URL='{self._api.url}'\nMAATJE_QUIET_HOURS='02:58-02:59'\nMAATJE_CONFIG="
            ),
        }
        # `doctor` still finds the webhook, which cannot answer yet.
        print(await self._types("The settings", 1, values=values, fails=True))
        shutil.copytree("/etc/maatje", self._elsewhere / "safe")

    async def _meets_the_first_person(self) -> None:
        """The first person: the tables, the link, the language, consent."""
        self._began_at = datetime.now(_ZONE)
        _write_tables(Path("/var/lib/maatje"), self._began_at)
        shown = await self._types("The first person", values={_CONSULTANT: _CONSULTANT})
        codes = re.findall(r"start=([A-Za-z0-9_-]+)", shown)
        assert codes, shown
        await self._links("P001", codes[-1])
        await self._links("P002", re.findall(r"start=([A-Za-z0-9_-]+)", await self._runs("maatje invite P002"))[-1])

    async def _links(self, person: str, code: str) -> None:
        telephone = self._people[person]
        await telephone.starts(code)
        await telephone.sees(_said("language.ask"), timeout=_ANSWER)
        await telephone.taps("Nederlands", timeout=_ANSWER)
        await telephone.sees(_said("consent.ask"), timeout=_ANSWER)
        await telephone.taps(_said("consent.yes"), timeout=_ANSWER)
        await telephone.sees(_said("menu.ask"), timeout=_ANSWER)
        self._notes(f"{person} linked and agreed, by a webhook through nginx")

    async def _reminds(self, person: str) -> None:
        latest = self._began_at + timedelta(minutes=_DUE[person])
        wait = (latest - datetime.now(_ZONE)).total_seconds() + _LATE
        await self._people[person].sees(_room(person), timeout=wait, ever=True)
        self._notes(f"{person} reminded")

    async def _backs_up(self) -> None:
        """What the timer starts every night, and the copy that is taken to another machine."""
        await self._runs("systemctl start maatje-backup.service")
        (made,) = _copy(_BACKUPS.iterdir(), self._elsewhere)
        self._notes(f"backup of {made.stat().st_size:,} bytes")

    async def _returns(self) -> None:
        """A new machine, and what is brought back."""
        await self._installed()
        (backup,) = self._elsewhere.glob("*.backup")
        shutil.copytree(self._elsewhere / "safe", "/etc/maatje", dirs_exist_ok=True)
        await self._runs("chown root:maatje /etc/maatje/* && chmod 0640 /etc/maatje/*")
        for file in (backup, self._elsewhere / "key.txt"):
            shutil.copy(file, "/root")
        shown = await self._types("Return", values={"20261130T023000.backup": backup.name}, every=True)
        print(shown)
        held = await self._runs("maatje held list")
        print(held)
        assert "reminder" in held, held
        # It worked on until it was lost.
        await self._runs("maatje held sent --all")
        await self._types("Workers")
        await self._types("The proxy", values={"YOUR.NAME": "maatje.example.nl"})

    async def _goes_on(self) -> None:
        """People are answered, by either worker, and are told nothing twice."""
        await self._asks("P001")
        await self._runs("kill -9 $(cat /run/units/maatje@1.pid)")
        await self._asks("P002")
        for person, telephone in self._people.items():
            told = [one.text for one in telephone.messages if _room(person) in one.text]
            assert len(told) == 1, told

    async def _asks(self, person: str) -> None:
        await self._people[person].says(_said("menu.plan"))
        await self._people[person].sees(_said("plan.title"), timeout=_ANSWER)
        self._notes(f"{person} answered")

    async def _types(
        self,
        heading: str,
        number: int = 0,
        *,
        values: Mapping[str, str] | None = None,
        fails: bool = False,
        every: bool = False,
    ) -> str:
        """Type a block of the page, with the administrator's own values in it (`every` time that they stand there)."""
        block = self._page[heading][number]
        for was, now in (values or {}).items():
            block = block.replace(was, now) if every else filled(block, {was: now})
        return await self._runs(block, fails=fails)

    async def _runs(self, block: str, *, fails: bool = False) -> str:
        # Not on the loop, on which the counterpart answers.
        return await asyncio.to_thread(self._machine.types, block, fails=fails)

    def _notes(self, what: str) -> None:
        print(f"== {time.monotonic() - self._began:5.0f} s  {what}  (load {os.getloadavg()[0]:.1f})", flush=True)


async def _rehearse(machine: Machine, elsewhere: Path) -> None:
    async with BotApi() as api:
        await Rehearsal(machine, api, elsewhere).all()


def main() -> None:
    """Make the wheel, then follow the page in namespaces of our own."""
    if not alone():
        folder = Path(tempfile.mkdtemp())
        print(f"made {_wheel(folder).name}", flush=True)
        # Before a library is loaded that reads once whom it trusts.
        certify(folder / _CERTIFICATES)
        be_alone(str(folder))
    with tempfile.TemporaryDirectory() as layers:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", layers], check=True)
        elsewhere = Path(sys.argv[1])
        machine = Machine(Path(layers), elsewhere / _CERTIFICATES)
        try:
            asyncio.run(_rehearse(machine, elsewhere))
        finally:
            machine.is_lost()
            subprocess.run(["umount", "--lazy", layers], check=True)


if __name__ == "__main__":
    main()
