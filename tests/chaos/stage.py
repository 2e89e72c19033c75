"""What a fault strikes: the real service on a database of its own, linked people, and Telegram's counterpart."""

import asyncio
import json
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import text

from storage.appointments.appointments import Appointment
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.people.contacts import Contact
from storage.people.conversations import Conversation
from storage.people.people import Consultant
from storage.vocabulary import AppointmentKind, ContactState
from tests.botapi.server import BotApi
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.end_to_end.service import SECRET, Service
from tests.people import somebody

SQLITE, POSTGRESQL = "sqlite", "postgresql"
WEBHOOK, POLLING = "webhook", "polling"
FIRST = 50_000
OF_ONE_CONSULTANT = 5
CONSULTANTS = 40_000


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a script: engine, way, how many people write, and how many seconds a trouble lasts."""

    engine: str
    way: str
    people: int
    seconds: float
    # A PostgreSQL that is there already; None: one of its own.
    server: PostgresDatabases | None = None
    # When it begins by the wall clock of the service; None: now.
    begins_at: datetime | None = None


@dataclass(slots=True)
class Stage:
    """One run: its database, its folder, the counterpart and the service, and how many people are linked.

    Each has a meeting in twenty days, and an open question: what they write next is for their consultant.
    """

    engine: str
    people: int
    # How long a trouble lasts.
    seconds: float
    url: str
    folder: Path
    bot_api: BotApi
    service: Service
    # How updates come to it.
    way: str
    # Where each kind of trouble stops being waited for.
    patience: float = 120.0
    postgresql: PostgresDatabases | None = None
    # How far the service's wall clock is from the machine's (tests.chaos.wall_clock).
    away: timedelta = timedelta(0)
    # When the service begins by that clock, where the day matters.
    begins_at: datetime | None = None

    @property
    def path(self) -> Path:
        """The database's file, of SQLite."""
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def ids(self) -> range:
        """The people's Telegram ids."""
        return range(FIRST, FIRST + self.people)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """A connection of our own to the service's database."""
        database = open_database(self.url, KeyRing([SECRET]))
        try:
            yield database
        finally:
            await database.close()

    async def value(self, statement: str) -> int:
        """One number from the database."""
        async with self.database() as database, database.reading() as session:
            return int(await session.scalar(text(statement)) or 0)

    async def do(self, *statements: str) -> None:
        """Change something behind the service's back."""
        async with self.database() as database, database.writing() as session:
            for statement in statements:
                await session.execute(text(statement))

    def events(self, name: str) -> list[dict[str, object]]:
        """What the service logged under this name."""
        return [event for event in self.logged() if event.get("event") == name]

    def logged(self) -> list[dict[str, object]]:
        """All that the service logged; a line that is no JSON is an event "stray"."""
        return list(_read(self.service.log()))

    async def said(self, name: str, within: float = 60.0) -> dict[str, object]:
        """The first event of this name, as soon as it is logged."""

        async def is_there() -> bool:
            return bool(self.events(name))

        assert await until(is_there, within), f"{name} was not logged\n{self.service.log()[-3000:]}"
        return self.events(name)[0]

    async def ready(self) -> tuple[int, float]:
        """What /health/ready says, and after how many seconds."""
        began = asyncio.get_running_loop().time()
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http,
            http.get(f"{self.service.url}/health/ready") as answer,
        ):
            status = answer.status
        return status, round(asyncio.get_running_loop().time() - began, 2)


def _read(log: str) -> Iterator[dict[str, object]]:
    for line in log.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            found = {"event": "stray", "line": line}
        yield found if isinstance(found, dict) else {"event": "stray", "line": line}


@contextmanager
def burning(cores: int) -> Iterator[None]:
    """So many cores kept busy beside it."""
    processes = [multiprocessing.Process(target=_burn, daemon=True) for _ in range(cores)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def _burn() -> None:
    while True:
        pass


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="maatje-chaos-"))
    folder.chmod(0o755)
    return folder


async def until(look: Callable[[], Awaitable[bool]], within: float, *, every: float = 0.1) -> bool:
    """Wait until it is so; whether it is in time. Seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if await look():
            return True
        await asyncio.sleep(every)
    return False


@asynccontextmanager
async def staged(run: Run) -> AsyncIterator[Stage]:
    """A stage with its people; the service is set up and not started yet."""
    with ExitStack() as stack:
        folder = _folder()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = run.server
        if run.engine == SQLITE:
            url = SqliteDatabases(folder).new(folder)
        else:
            if server is None:
                server = PostgresDatabases(durable=True)
                stack.callback(server.stop)
            url = server.new()
        async with _staged_on(url, run, folder) as stage:
            stage.postgresql = server
            yield stage


@asynccontextmanager
async def _staged_on(url: str, run: Run, folder: Path) -> AsyncIterator[Stage]:
    """A stage on a migrated, empty database."""
    async with BotApi() as bot_api:
        service = Service(folder, url, telegram_url=bot_api.url, token=bot_api.token)
        if run.way == WEBHOOK:
            service.set_up(MAATJE_PUBLIC_URL=service.url, MAATJE_TELEGRAM_WEBHOOK_SECRET="a-secret-of-the-webhook")
        stage = Stage(run.engine, run.people, run.seconds, url, folder, bot_api, service, run.way)
        if run.begins_at is not None:
            stage.begins_at, stage.away = run.begins_at, run.begins_at - datetime.now(UTC)
        await _settle(stage)
        try:
            yield stage
        finally:
            await service.stop()


def meeting_at(now: datetime) -> datetime:
    """When everybody's meeting is: far enough for nothing to be said of it yet."""
    return (now + timedelta(days=20)).replace(hour=11, minute=0, second=0, microsecond=0)


async def _settle(stage: Stage) -> None:
    """People who are linked, gave consent and have a meeting in twenty days, and their consultants."""
    now = datetime.now(UTC) + stage.away
    async with stage.database() as database, database.writing() as session:
        consultants = []
        for number in range(-(-stage.people // OF_ONE_CONSULTANT)):
            email = f"consultant{number}@example.org"
            consultants.append(
                Consultant(
                    email=email,
                    email_hash=database.keys.fingerprint(email, "email"),
                    name="Sanne de Boer",
                    language="nl",
                    municipality="Huizen",
                    created_at=now,
                )
            )
        session.add_all(consultants)
        await session.flush()
        people = [
            somebody(now - timedelta(days=30), external_id=f"P{number}", family_name="Tesfay", language="en")
            for number in range(stage.people)
        ]
        for number, person in enumerate(people):
            person.consultant_id = consultants[number // OF_ONE_CONSULTANT].id
            person.consented_at = person.language_chosen_at = person.created_at
        session.add_all(people)
        await session.flush()
        for number, person in enumerate(people):
            session.add(contact(database, str(FIRST + number), now, person_id=person.id))
            # What they write next is for their consultant.
            session.add(Conversation(party=f"person:{person.id}", topic="letter", updated_at=now))
            session.add(
                Appointment(
                    external_id=f"A{number}",
                    person_id=person.id,
                    kind=AppointmentKind.PROGRESS_MEETING,
                    starts_at=meeting_at(now),
                    location="Gemeentehuis Huizen",
                    mandatory=True,
                    made_at=now - timedelta(days=30),
                    updated_at=now - timedelta(days=30),
                )
            )
        for number, consultant in enumerate(consultants):
            session.add(contact(database, str(CONSULTANTS + number), now, consultant_id=consultant.id))
            stage.bot_api.world.person(CONSULTANTS + number).started = True
    for telegram_id in stage.ids:
        stage.bot_api.world.person(telegram_id).started = True


def contact(
    database: Database,
    address: str,
    now: datetime,
    *,
    channel: str = "telegram",
    person_id: int | None = None,
    consultant_id: int | None = None,
) -> Contact:
    """An address that is linked and trusted since a month."""
    return Contact(
        channel=channel,
        address=address,
        address_hash=database.keys.fingerprint(address, f"contact/{channel}"),
        person_id=person_id,
        consultant_id=consultant_id,
        state=ContactState.ACTIVE,
        linked_at=now - timedelta(days=30),
        trusted_at=now - timedelta(days=30),
        last_heard_at=now - timedelta(days=1),
        created_at=now - timedelta(days=30),
    )
