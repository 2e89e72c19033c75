"""Faults at the start and of the ground itself: keys, a second service, descriptors, memory, files that go away."""

import asyncio
import os
import resource
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from storage.people.people import Plan
from storage.vocabulary import Route
from tests.chaos.crowd import Crowd, Figures
from tests.chaos.inbound import no_storm
from tests.chaos.outbound import all_arrived, arrivals, put_due
from tests.chaos.run import Script
from tests.chaos.stage import POSTGRESQL, SQLITE, WEBHOOK, Stage
from tests.end_to_end.service import SECRET, Service

# Root may write everywhere; without this it is as anybody else.
_WITHOUT_ROOTS_RIGHTS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-dac_override")


async def wrong_secret(stage: Stage, found: Figures) -> None:
    """The service is started with another secret for a moment: it refuses, says so, and nothing is changed."""
    count = await put_due(stage)
    stage.service.set_up(MAATJE_SECRET_KEY="quite another secret, long enough")
    await stage.service.begin()
    code = await stage.service.ended(within=60)
    found.expect("refused", code not in (None, 0), True)
    found.expect("says_what_to_do", "MAATJE_SECRET_KEY" in stage.service.log(), True)
    waiting = await stage.value("SELECT count(*) FROM outbox WHERE key LIKE 'due:%' AND state = 'pending'")
    found.expect("untouched", waiting, count)
    stage.service.set_up(MAATJE_SECRET_KEY=SECRET)
    await stage.service.start()
    found.expect("arrived", await all_arrived(stage, count, stage.patience), True)
    found.expect("twice", sum(times - 1 for times in arrivals(stage).values()), 0)


async def second_service(stage: Stage, found: Figures) -> None:
    """A second service on the same database: refused on a file, and harmless on PostgreSQL. By polling they take the
    updates from each other's hands, as Telegram allows one poll at a time."""
    await stage.service.start()
    folder = stage.folder / "second"
    await asyncio.to_thread(folder.mkdir)
    second = Service(folder, stage.url, telegram_url=stage.bot_api.url, token=stage.bot_api.token)
    if stage.way == WEBHOOK:
        # The updates go on to the first.
        second.set_up(MAATJE_PUBLIC_URL=stage.service.url, MAATJE_TELEGRAM_WEBHOOK_SECRET="a-secret-of-the-webhook")
    if stage.engine == SQLITE:
        await second.begin()
        found.expect("refused", await second.ended(within=60), 2)
        found.expect("says_who_has_it", "is served by another Maatje" in second.log(), True)
    else:
        await second.start()
    try:
        count = await put_due(stage)
        crowd = Crowd(stage)
        crowd.write()
        await crowd.judge(found)
        found.expect("arrived", await all_arrived(stage, count, stage.patience), True)
        found.expect("doubled", sum(times - 1 for times in arrivals(stage).values()), 0)
        no_storm(stage, found)
    finally:
        await second.stop()


async def few_descriptors(stage: Stage, found: Figures) -> None:
    """Too few descriptors: a start that cannot get enough says so; one whose descriptors are used up recovers."""
    stage.service.limits[resource.RLIMIT_NOFILE] = 120
    await stage.service.begin()
    found.expect("refused", await stage.service.ended(within=60), 2)
    found.expect("says_what_to_do", "ulimit -n" in stage.service.log(), True)
    await asyncio.to_thread((stage.folder / "service.log").unlink)
    stage.service.limits[resource.RLIMIT_NOFILE] = 300
    await stage.service.start()
    with _connected(stage.service.port, 400):
        await asyncio.sleep(stage.seconds)
        crowd = Crowd(stage)
        crowd.write()
        await asyncio.sleep(stage.seconds)
    await crowd.judge(found)
    no_storm(stage, found)


@contextmanager
def _connected(port: int, count: int) -> Iterator[None]:
    """So many connections that say nothing, as far as they are taken."""
    with ExitStack() as stack:
        for _ in range(count):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        yield


async def little_memory(stage: Stage, found: Figures) -> None:
    """Too little memory for a start, which says so; then enough, until it is used up in the middle of it all: the
    process ends with a word, and started anew it answers everybody."""
    service, least = stage.service, 1_000_000_000
    service.limits[resource.RLIMIT_AS] = least - 1
    await service.begin()
    found.expect("refused", await service.ended(within=60), 2)
    found.expect("says_what_to_do", "ulimit -v" in service.log(), True)
    await asyncio.to_thread((stage.folder / "service.log").unlink)
    service.limits[resource.RLIMIT_AS] = least
    await service.start()
    crowd = Crowd(stage)
    crowd.write()
    await crowd.answered(0.5)
    # As much as it has, and a little more.
    resource.prlimit(service.pid, resource.RLIMIT_AS, (service.reserved() + 1_000_000, least))
    found.expect("ends_when_used_up", await service.ended(within=60), 1)
    found.expect("says_so", "memory that this process may have is used up" in service.log(), True)
    await service.start()
    await crowd.judge(found)
    found.figures["peak_mb"] = service.memory()


async def file_deleted(stage: Stage, found: Figures) -> None:
    """The database's file is deleted under the service: it ends with a word, and no empty one is made."""
    await _ends_after(stage, found, Path.unlink)
    found.expect("empty_file_made", await asyncio.to_thread(stage.path.exists), False)


async def file_replaced(stage: Stage, found: Figures) -> None:
    """Another file is put in the place of the database's: the service ends with a word."""
    await _ends_after(stage, found, _replace)


async def file_damaged(stage: Stage, found: Figures) -> None:
    """The database's file is damaged under the service: it ends with a word."""
    await _ends_after(stage, found, _damage)


async def _ends_after(stage: Stage, found: Figures, lose: Callable[[Path], None]) -> None:
    await stage.service.start()
    await asyncio.to_thread(lose, stage.path)
    found.expect("ends_it", await stage.service.ended(within=30), 1)
    found.expect("is_said", str(stage.path) in stage.service.log(), True)


def _replace(path: Path) -> None:
    shutil.copyfile(path, path.with_suffix(".other"))
    os.replace(path.with_suffix(".other"), path)


def _damage(path: Path) -> None:
    # Pages that every query needs, the file's length unchanged; what is in the log is no use without them.
    path.with_name(f"{path.name}-wal").write_bytes(b"")
    with path.open("r+b") as file:
        file.write(b"\x00no database any more" * 1000)


async def read_only_folder(stage: Stage, found: Figures) -> None:
    """Neither the database's folder nor its file may be written: the start ends with a word, and nothing is changed."""
    path = stage.path
    stage.service.under = _WITHOUT_ROOTS_RIGHTS if os.geteuid() == 0 else ()
    await asyncio.to_thread(_allow, path, writing=False)
    try:
        await stage.service.begin()
        code = await stage.service.ended(within=60)
    finally:
        await asyncio.to_thread(_allow, path, writing=True)
    log = stage.service.log()
    found.expect("refused", code not in (None, 0), True)
    found.expect("says_what_to_do", str(path) in log and "Traceback" not in log, True)


def _allow(path: Path, *, writing: bool) -> None:
    (path.parent / "service.log").touch()
    path.chmod(0o600 if writing else 0o400)
    path.parent.chmod(0o755 if writing else 0o555)


async def bad_rows(stage: Stage, found: Figures) -> None:
    """Some rows cannot be read: everybody else's reminders are planned, and it is said whose were not."""
    await _damaged(stage)
    await stage.service.start()
    await stage.said("planned_ahead")
    planned = "SELECT count(DISTINCT person_id) FROM outbox WHERE person_id IS NOT NULL"
    found.at_least("people_planned", await stage.value(planned), stage.people - 2)
    named = {event.get("subject") for event in stage.events("person_not_planned_began")}
    found.expect("said_whose", "3" in named, True)
    told = await stage.value("SELECT count(*) FROM outbox WHERE key LIKE 'not_planned:%'")
    found.expect("consultants_told", told, len(named))
    crowd = Crowd(stage, [who for number, who in enumerate(stage.ids) if number not in (1, 2)])
    crowd.write()
    await crowd.judge(found)
    no_storm(stage, found)


async def _damaged(stage: Stage) -> None:
    """One person's quiet hours are no hours, another's route was damaged."""
    async with stage.database() as database, database.writing() as session:
        session.add_all(Plan(person_id=number, route=Route.B1, updated_at=datetime.now(UTC)) for number in (2, 3))
    # The right key's mark, and a last byte that is not what was written.
    bent = {
        SQLITE: "CAST(substr(route, 1, length(route) - 2) || x'0000' AS BLOB)",
        POSTGRESQL: "set_byte(route, length(route) - 1, get_byte(route, length(route) - 1) # 255)",
    }
    await stage.do(
        "UPDATE person SET quiet_hours = '25:99' WHERE id = 2",
        f"UPDATE plan SET route = {bent[stage.engine]} WHERE person_id = 3",
    )


SCRIPTS = (
    Script(wrong_secret, full=200, short=12),
    Script(second_service, full=150, short=10),
    Script(few_descriptors, full=50, short=8, full_seconds=20.0, short_seconds=1.0),
    Script(little_memory, full=100, short=8),
    Script(file_deleted, full=20, short=2, engines=(SQLITE,)),
    Script(file_replaced, full=20, short=2, engines=(SQLITE,)),
    Script(file_damaged, full=20, short=2, engines=(SQLITE,)),
    Script(read_only_folder, full=20, short=2, engines=(SQLITE,)),
    Script(bad_rows, full=100, short=12),
)
