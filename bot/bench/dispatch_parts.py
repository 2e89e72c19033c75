"""What dispatching is made of, each part alone: a process of its own of the dispatch benchmark.

`python -m bot.bench.dispatch_parts URL SECRET COUNT`, with twice COUNT messages due in the database: half of them are
claimed and marked as sent by the plain driver, with no more than that takes; the others are decrypted, composed and
rendered, and not sent. The figures follow as one line of JSON.
"""

import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import text

from bot.bench.outbox_rows import LANGUAGES, reminder
from bot.configuration.garbage import settle
from locales.rendering.catalog import Catalogs
from locales.rendering.message import Body
from locales.rendering.render import Renderer
from reminders.delivery.composing import ClaimedMessage
from reminders.sending.limits import Limits
from reminders.sending.recorder import GROUP
from reminders.terms.rule_sets import LAW
from reminders.wording.composers import every_composer
from storage.attendance.patterns import TalkRule
from storage.engine.columns import sqlite_text
from storage.engine.database import Database, database_url
from storage.engine.encryption.row_binding import row_name
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.outbox.queue import ClaimedRow, OutboxQueue
from storage.vocabulary import Priority

_BATCH = Limits().batch
_PRIORITY = int(Priority.REMINDER)
_CLAIM = """
UPDATE outbox SET state = 'sending', lease_owner = 'raw', lease_until = ? WHERE id IN (
  SELECT id FROM outbox WHERE state = 'pending' AND priority = ? AND next_at <= ? ORDER BY next_at, id LIMIT ?
) RETURNING id, key, params, person_id, appointment_id
"""
_MARK = "UPDATE outbox SET state = 'sent', sent_at = ?, lease_owner = NULL, lease_until = NULL WHERE id = ?"
_TOKENS = text("""
SELECT o.key, o.params, c.id, c.address, a.id, a.location, a.with_whom FROM outbox AS o
JOIN contact AS c ON c.person_id = o.person_id JOIN appointment AS a ON a.id = o.appointment_id
WHERE o.state = 'sending' LIMIT :most
""")

Row = tuple[object, ...]
Figures = dict[str, float]


class _Raw:
    """The plain driver: one transaction a call. An SQLite file is as safe as the service's."""

    def __init__(self, url: str) -> None:
        where = database_url(url)
        self._sqlite: sqlite3.Connection | None = None
        self._postgresql: psycopg.Connection[Row] | None = None
        if where.get_backend_name() == "sqlite":
            self._sqlite = sqlite3.connect(str(where.database), isolation_level=None)
            self._sqlite.execute("PRAGMA synchronous = FULL")
        else:
            conninfo = where.set(drivername="postgresql").render_as_string(hide_password=False)
            self._postgresql = psycopg.connect(conninfo)

    def claim(self, now: datetime, most: int) -> list[Row]:
        until = now + timedelta(minutes=2)
        if self._sqlite is not None:
            with _transaction(self._sqlite):
                return self._sqlite.execute(_CLAIM, (sqlite_text(until), _PRIORITY, sqlite_text(now), most)).fetchall()
        if self._postgresql is None:
            return []
        with self._postgresql.transaction():
            return self._postgresql.execute(
                _CLAIM.replace("?", "%s").encode(), (until, _PRIORITY, now, most)
            ).fetchall()

    def mark(self, rows: Sequence[Row], now: datetime) -> None:
        if self._sqlite is not None:
            with _transaction(self._sqlite):
                self._sqlite.executemany(_MARK, [(sqlite_text(now), row[0]) for row in rows])
        elif self._postgresql is not None:
            with self._postgresql.transaction(), self._postgresql.cursor() as cursor:
                cursor.executemany(_MARK.replace("?", "%s").encode(), [(now, row[0]) for row in rows])

    def close(self) -> None:
        for connection in (self._sqlite, self._postgresql):
            if connection is not None:
                connection.close()


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


async def parts(url: str, secret: str, count: int) -> dict[str, Figures]:
    """Each part's rate and what it costs."""
    keys = KeyRing([secret])
    database = open_database(url, keys)
    try:
        zone = ZoneInfo("Europe/Amsterdam")
        renderer = Renderer(Catalogs(), zone)
        for language in LANGUAGES:
            renderer.render(reminder(0, datetime.now(UTC)), language)
        settle()
        return {
            "claiming_and_marking": await asyncio.to_thread(_claimed_and_marked, url, count),
            **await _composed_and_rendered(database, renderer, zone, count),
        }
    finally:
        await database.close()


def _claimed_and_marked(url: str, count: int) -> Figures:
    raw, done, figures = _Raw(url), 0, _begun()
    try:
        while done < count and (rows := raw.claim(datetime.now(UTC), min(_BATCH, count - done))):
            for start in range(0, len(rows), GROUP):
                raw.mark(rows[start : start + GROUP], datetime.now(UTC))
            done += len(rows)
        return figures(done)
    finally:
        raw.close()


async def _composed_and_rendered(
    database: Database, renderer: Renderer, zone: ZoneInfo, count: int
) -> dict[str, Figures]:
    queue, now = OutboxQueue(database, "parts"), datetime.now(UTC)
    rows: list[ClaimedRow] = []
    while len(rows) < count and (some := await queue.claim(now, _BATCH, timedelta(minutes=10))):
        rows.extend(some)
    decrypting = await _decrypted(database, len(rows))
    composer = every_composer(zone, lambda _: LAW.rules, lambda _: TalkRule())
    messages = [_message(database.keys, row) for row in rows]
    figures, rendered = _begun(), 0
    for start in range(0, len(messages), _BATCH):
        some_messages = messages[start : start + _BATCH]
        async with database.reading() as session:
            composed = await composer.compose(session, some_messages, now)
        for message in some_messages:
            body = composed[message.id]
            if isinstance(body, Body):
                renderer.render(body, LANGUAGES[message.id % len(LANGUAGES)])
                rendered += 1
    return {"decrypting": decrypting, "composing_and_rendering": figures(rendered)}


async def _decrypted(database: Database, count: int) -> Figures:
    """What each message is made of: its parameters, the address, the place and with whom."""
    async with database.reading() as session:
        found = [tuple(row) for row in await session.execute(_TOKENS, {"most": count})]
    decrypt, figures = database.keys.decrypt, _begun()
    for key, params, contact_id, address, appointment_id, place, whom in found:
        decrypt(params, "outbox.params", row_name(key))
        decrypt(address, "contact.address", row_name(contact_id))
        decrypt(place, "appointment.location", row_name(appointment_id))
        decrypt(whom, "appointment.with_whom", row_name(appointment_id))
    return figures(len(found))


def _message(keys: KeyRing, row: ClaimedRow) -> ClaimedMessage:
    return ClaimedMessage(
        row.id,
        row.key,
        row.kind,
        row.read(keys),
        person_id=row.person_id,
        appointment_id=row.appointment_id,
        appointment_version=row.appointment_version,
        due_at=row.due_at,
        useful_until=row.useful_until,
    )


def _begun() -> Callable[[int], Figures]:
    """Measures from now on; called with how many were done, it gives the figures."""
    started, cpu = time.perf_counter(), time.process_time()

    def ended(done: int) -> Figures:
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
        many = max(1, done)
        return {"messages_per_s": round(done / seconds), "cpu_s_per_1000": round(used / many * 1000, 4)}

    return ended


def main() -> None:
    """See the module's docstring."""
    url, secret, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    sys.stdout.write(json.dumps(asyncio.run(parts(url, secret, count))) + "\n")


if __name__ == "__main__":
    main()
