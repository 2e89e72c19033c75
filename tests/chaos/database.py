"""Faults of the database under people who write: connections ended, queries that fail, another server, only reading."""

import asyncio
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.crowd import Crowd, Figures
from tests.chaos.inbound import READY_WITHIN, no_storm
from tests.chaos.run import Script
from tests.chaos.stage import POSTGRESQL, SQLITE, Stage, until


async def connections_ended(stage: Stage, found: Figures) -> None:
    """The server ends all connections, again and again, while everybody writes."""
    await stage.service.start()
    crowd = Crowd(stage)
    crowd.write()
    ended = 0
    for share in (0.2, 0.5, 0.8):
        await crowd.answered(share)
        ended += await stage.value(_END_OTHERS)
    found.at_least("connections_ended", ended, 1)
    # A reply that had to wait for its lease would come a minute later.
    await crowd.judge(found, slowest=stage.seconds)
    no_storm(stage, found)


async def failed_query(stage: Stage, found: Figures) -> None:
    """Single queries fail after the replies are stored: what is sent is written down a moment later, nothing waits for
    its lease. On PostgreSQL the server is out of memory for some; on SQLite the disk takes nothing for a moment."""
    await stage.service.start()
    crowd = Crowd(stage)
    if stage.engine == POSTGRESQL:
        await stage.do(*_SOME_FAIL)
    crowd.write()
    if stage.engine == SQLITE:
        for share in (0.2, 0.5, 0.8):
            await crowd.answered(share)
            async with _takes_nothing(stage):
                await asyncio.sleep(0.3)
    # A reply that had to wait for its lease would come a minute later.
    await crowd.judge(found, slowest=stage.seconds)

    async def all_written() -> bool:
        return not await stage.value("SELECT count(*) FROM outbox WHERE state = 'sending'")

    found.expect("all_written_down", await until(all_written, stage.patience), True)
    if stage.engine == POSTGRESQL:
        found.expect("failed", min(FAILING, await stage.value("SELECT last_value FROM asked")), FAILING)
    no_storm(stage, found)


FAILING = 5
# A sequence goes on counting though its transaction is taken back.
_SOME_FAIL = (
    "CREATE SEQUENCE asked",
    f"CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN IF nextval('asked') <= {FAILING} THEN "
    "RAISE EXCEPTION 'no memory left' USING ERRCODE = '53200'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER some_fail BEFORE UPDATE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION fail()",
)


async def server_restarted(stage: Stage, found: Figures) -> None:
    """The database server dies and another one comes up at the same address."""
    assert stage.postgresql is not None
    await stage.service.start()
    crowd = Crowd(stage)
    crowd.write()
    await crowd.answered(0.3)
    await asyncio.to_thread(stage.postgresql.crash)
    await asyncio.sleep(stage.seconds)
    ready, took = await stage.ready()
    found.expect("ready_without_server", ready, 503)
    found.at_most("ready_seconds", took, READY_WITHIN)
    await asyncio.to_thread(stage.postgresql.start_again)
    back = time.monotonic()
    await crowd.judge(found)
    found.figures["seconds_after_it_is_back"] = round(time.monotonic() - back, 1)
    no_storm(stage, found)


async def read_only(stage: Stage, found: Figures) -> None:
    """The database takes nothing for a while (a standby, a full disk): ready says no, and nobody hears "sorry"."""
    await stage.service.start()
    crowd = Crowd(stage)
    async with _takes_nothing(stage):
        crowd.write()
        await asyncio.sleep(stage.seconds)
        ready, took = await stage.ready()
    found.expect("ready_when_read_only", ready, 503)
    found.at_most("ready_seconds", took, READY_WITHIN)
    await crowd.judge(found)
    found.at_least("said_when_it_began", len(stage.events("inbox_database_began")), 1)
    found.at_least("said_when_it_was_over", len(stage.events("inbox_database_over")), 1)
    no_storm(stage, found)


@asynccontextmanager
async def _takes_nothing(stage: Stage) -> AsyncIterator[None]:
    """Meanwhile nothing can be written: PostgreSQL only reads, SQLite's disk takes nothing more of the service."""
    if stage.engine == SQLITE:
        # The log of the database begins anew now and then: room for its head, and for less than any transaction writes.
        _, most = resource.prlimit(stage.service.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(stage.service.pid, resource.RLIMIT_FSIZE, (8192, most))
        try:
            yield
        finally:
            resource.prlimit(stage.service.pid, resource.RLIMIT_FSIZE, (most, most))
        return
    name = await _database_name(stage)
    await _as_owner(stage, f"ALTER DATABASE {name} SET default_transaction_read_only = on", _END_OTHERS)
    yield
    await _as_owner(
        stage,
        "SET default_transaction_read_only = off",
        f"ALTER DATABASE {name} SET default_transaction_read_only = off",
        _END_OTHERS,
    )


_END_OTHERS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def _as_owner(stage: Stage, *statements: str) -> None:
    assert stage.postgresql is not None
    await asyncio.to_thread(stage.postgresql.do, stage.url, *statements)


async def _database_name(stage: Stage) -> str:
    async with stage.database() as database:
        return str(database.url.database)


SCRIPTS = (
    Script(
        connections_ended,
        full=300,
        engines=(POSTGRESQL,),
        full_seconds=55.0,
        short_seconds=50.0,
    ),
    Script(failed_query, full=300, short=20, full_seconds=50.0, short_seconds=50.0),
    Script(server_restarted, full=200, engines=(POSTGRESQL,), full_seconds=10.0, short_seconds=1.0),
    Script(read_only, full=100, short=10, full_seconds=10.0, short_seconds=2.0),
)
