"""Fills a database with people and messages for the dispatch benchmark, as fast as the engine takes them.

The messages are the planner's reminders of progress meetings, encrypted as in service, for readers of three languages;
names are made up.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.kinds import Kind
from storage.engine.database import database_url
from storage.engine.encryption.row_binding import row_name
from storage.engine.keys import KeyRing
from storage.vocabulary import Priority

CHANNEL = "bench"
_MEETINGS_EACH = 4
_PARAMS = b'{"ask":true}'
_OURS = "bench:"
LANGUAGES = ("nl", "en", "ar")
_PERSON = ("id", "external_id", "given_name", "family_name", "language", "participant_group", "municipality")
_PERSON_COLUMNS = (*_PERSON, "wishes", "channel_order", "listens", "created_at", "updated_at")
_CONTACT_COLUMNS = ("id", "channel", "address", "address_hash", "person_id", "state", "created_at")
_OUTBOX = ("key", "kind", "params", "person_id", "priority", "state", "due_at", "next_at", "useful_until", "attempts")
_OUTBOX_COLUMNS = (*_OUTBOX, "appointment_id", "appointment_version", "created_at")
_APPOINTMENT = ("id", "external_id", "person_id", "kind", "starts_at", "ends_at", "location", "with_whom", "mandatory")
_APPOINTMENT_COLUMNS = (*_APPOINTMENT, "status", "version", "made_at", "updated_at")

Row = tuple[object, ...]


def reminder(number: int, starts_at: datetime) -> Body:
    """A progress meeting's reminder as the composer words it."""
    return Body(
        (
            Part(Text("reminder.tomorrow", {"kind": Text("kind.progress_meeting")}), Style.TITLE),
            Part(Text("appointment.when_until", {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)})),
            Part(Text("appointment.where", {"place": f"Gemeentehuis, kamer {number % 40}"})),
            Part(Text("appointment.with", {"name": f"Consulent {number % 7}"})),
            Part(Text("about.progress_meeting")),
            Part(Text("reminder.ask")),
            Part(Text("reminder.can_you_not")),
        ),
        (
            (Button(Text("button.coming"), f"come:{number}", "✅"),),
            (Button(Text("button.not_coming"), f"notcome:{number}", "🤒"),),
            (Button(Text("button.other_time"), f"othertime:{number}", "🔁"),),
        ),
    )


class Seeder:
    """Writes rows into a migrated database; `now` is the instant the rows are made."""

    def __init__(self, url: str, keys: KeyRing, now: datetime) -> None:
        self._url = database_url(url)
        self._keys = keys
        self._now = now

    def people(self, count: int) -> None:
        """People 1 … count, each with one address."""
        at = self._at(self._now)
        listens = 0 if self._url.get_backend_name() == "sqlite" else False

        def persons() -> Iterator[Row]:
            for n in range(1, count + 1):
                code = LANGUAGES[n % len(LANGUAGES)].encode().ljust(8)
                language = self._keys.encrypt(code, "person.language", row_name(n))
                group = self._keys.encrypt(b"asylum".ljust(32), "person.participant_group", row_name(n))
                name = self._keys.encrypt(b"Bench", "person.given_name", row_name(n))
                family = self._keys.encrypt(b"Mark", "person.family_name", row_name(n))
                yield n, f"{_OURS}{n}", name, family, language, group, "Huizen", "everything", "", listens, at, at

        def contacts() -> Iterator[Row]:
            for n in range(1, count + 1):
                address = self._keys.encrypt(str(n).encode(), "contact.address", row_name(n))
                yield n, CHANNEL, address, n.to_bytes(16, "big"), n, "active", at

        self._insert("person", _PERSON_COLUMNS, persons())
        self._insert("contact", _CONTACT_COLUMNS, contacts())
        self._insert("appointment", _APPOINTMENT_COLUMNS, self._appointments(count))

    def _appointments(self, people: int) -> Iterator[Row]:
        """Progress meetings of tomorrow, a few for each person: number + people * turn is one of person `number`."""
        starts = (self._now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
        at, mandatory = self._at(self._now), 1 if self._url.get_backend_name() == "sqlite" else True
        for turn in range(_MEETINGS_EACH):
            starts_at, ends_at = self._at(starts + timedelta(hours=turn)), self._at(starts + timedelta(hours=turn + 1))
            for n in range(1, people + 1):
                number = n + people * turn
                bound = row_name(number)
                place = self._keys.encrypt(f"Gemeentehuis, kamer {n % 40}".encode(), "appointment.location", bound)
                whom = self._keys.encrypt(f"Consulent {n % 7}".encode(), "appointment.with_whom", bound)
                yield (
                    number, f"{_OURS}{number}", n, "progress_meeting", starts_at, ends_at, place, whom, mandatory,
                    "planned", 1, at, at,
                )  # fmt: skip

    def messages(
        self,
        prefix: str,
        count: int,
        people: int,
        first_due: datetime,
        apart: timedelta,
    ) -> None:
        """Messages for the people in turn, the first due at `first_due`, the others `apart` after one another."""
        made = self._at(self._now)

        def rows() -> Iterator[Row]:
            for n in range(count):
                due_at = first_due + apart * n
                due, until = self._at(due_at), self._at(due_at + timedelta(days=2))
                params = self._keys.encrypt(_PARAMS, "outbox.params", row_name(f"{prefix}:{n}"))
                yield (
                    f"{prefix}:{n}", Kind.REMINDER.value, params, n % people + 1, int(Priority.REMINDER),
                    "pending", due, due, until, 0, n % people + 1 + people * (n // people % _MEETINGS_EACH), 1, made,
                )  # fmt: skip

        self._insert("outbox", _OUTBOX_COLUMNS, rows())

    def holds_only_its_own(self) -> bool:
        """Whether nobody's data is here, only what an earlier run may have left."""
        others = (
            f"SELECT count(*) FROM person WHERE external_id NOT LIKE '{_OURS}%'",  # noqa: S608 - our own words
            f"SELECT count(*) FROM contact WHERE channel <> '{CHANNEL}'",  # noqa: S608 - our own words
            "SELECT count(*) FROM consultant",
        )
        return not any(self.execute(statement) for statement in others)

    def recorded(self, prefix: str) -> int:
        """How many of these messages are written down as sent."""
        return self.execute(f"SELECT count(*) FROM outbox WHERE state = 'sent' AND key LIKE '{prefix}:%'")  # noqa: S608

    def wipe(self, *tables: str) -> None:
        """Empty the database of what was put in; drop these tables."""
        if self._url.get_backend_name() == "sqlite":
            for table in ("heard", "attempt", "outbox", "appointment", "contact", "person"):
                self.execute(f"DELETE FROM {table}")  # noqa: S608 - our own words
        else:
            self.execute("TRUNCATE heard, attempt, outbox, appointment, contact, person CASCADE")
        for table in tables:
            self.execute(f"DROP TABLE IF EXISTS {table}")

    def settle(self) -> None:
        """Let the engine look at what it holds, as it does by itself in the course of a day."""
        self.execute("ANALYZE" if self._url.get_backend_name() == "sqlite" else "VACUUM ANALYZE outbox")

    def sync_url(self) -> str:
        """The URL for a library that is not asynchronous."""
        driver = "sqlite" if self._url.get_backend_name() == "sqlite" else "postgresql+psycopg"
        return self._url.set(drivername=driver).render_as_string(hide_password=False)

    def execute(self, statement: str) -> int:
        """One statement without a result set (VACUUM, ANALYZE); or the first number of its result."""
        if self._url.get_backend_name() == "sqlite":
            connection = sqlite3.connect(str(self._url.database), isolation_level=None)
            try:
                row = connection.execute(statement).fetchone()
            finally:
                connection.close()
        else:
            with psycopg.connect(self._conninfo(), autocommit=True) as postgres:
                cursor = postgres.execute(statement.encode())
                row = cursor.fetchone() if cursor.description else None
        return int(row[0]) if row else 0

    def _insert(self, table: str, columns: tuple[str, ...], rows: Iterator[Row]) -> None:
        names = ", ".join(columns)
        if self._url.get_backend_name() == "sqlite":
            marks = ", ".join("?" * len(columns))
            with sqlite3.connect(str(self._url.database)) as connection:
                connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - our names
            connection.close()
            return
        with psycopg.connect(self._conninfo()) as postgres, postgres.cursor() as cursor:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
            # COPY of explicit ids leaves the sequence behind; no row is added here without one.
            postgres.commit()

    def _conninfo(self) -> str:
        return self._url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _at(self, moment: datetime) -> object:
        if self._url.get_backend_name() == "sqlite":
            return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        return moment
