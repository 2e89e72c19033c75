"""What is encrypted is bound to its column and its row: copied elsewhere it is refused, and only that row suffers."""

import asyncio
import os
from datetime import date, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    Table,
    UniqueConstraint,
    insert,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.exc import StatementError

from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, LessonGroup, Participation, group_named
from storage.appointments.proposals import Proposal
from storage.engine.bad_rows import in_parts
from storage.engine.columns import EncryptedColumn
from storage.engine.database import Database
from storage.engine.encryption.key_marks import check_key_marks
from storage.engine.encryption.rekey import rekey
from storage.engine.encryption.row_binding import keyed_hashes
from storage.engine.encryption.tables import encrypted_columns, encrypted_tables
from storage.engine.keys import KeyRing, Undecryptable
from storage.engine.migrate import MIGRATIONS, migrate
from storage.mapped import open_database
from storage.outbox.heard import HeardRow
from storage.outbox.message import Message, Outgoing, put
from storage.people.contacts import Contact
from storage.people.people import Person, Plan, people_by_id
from storage.people.relayed import Letter
from storage.progress.parts import rows_of
from storage.vocabulary import EXAMS, AbsenceReason, AppointmentKind, Group, PartStatus, PlanPart, Presence, Route
from tests.clock import FakeClock
from tests.databases import SECRET
from tests.people import somebody

COLUMNS = [
    pytest.param(column, kind, id=f"{column.table.name}.{column.name}")
    for table in encrypted_tables()
    for column, kind in encrypted_columns(table).items()
]


def person(number: int, now: datetime, given_name: str = "Amina") -> Person:
    return somebody(now, external_id=f"P{number}", given_name=given_name, family_name="Tesfay", language="ti")


def unbound(plain: str, context: str) -> bytes:
    """A value as schema 0010 and before wrote it: bound to its column alone."""
    key_id, key = (
        HKDF(algorithm=SHA256(), length=32, salt=None, info=f"maatje/{purpose}".encode()).derive(SECRET.encode())
        for purpose in ("id", "encryption")
    )
    return b"\x01" + key_id[:4] + b"n" * 12 + AESGCM(key).encrypt(b"n" * 12, plain.encode(), context.encode())


async def test_a_value_of_another_row_is_refused_and_the_others_are_read(database: Database, clock: FakeClock) -> None:
    async with database.writing() as session:
        session.add_all(person(number, clock.now(), f"Amina {number}") for number in range(1, 6))
    async with database.writing() as session:
        await session.execute(
            text("UPDATE person SET given_name = (SELECT given_name FROM person WHERE id = 2) WHERE id = 4")
        )
    async with database.reading() as session:
        with pytest.raises(Undecryptable, match=r"person\.given_name.*another row's"):
            await people_by_id(session, range(1, 6))
        bad: list[int] = []
        found = await in_parts(
            range(1, 6), lambda ids: people_by_id(session, ids), lambda number, _error: bad.append(number)
        )
    assert bad == [4]
    read = {number: one.given_name for some in found for number, one in some.items()}
    assert read == {number: f"Amina {number}" for number in (1, 2, 3, 5)}


async def test_a_value_of_another_column_is_refused(database: Database, clock: FakeClock) -> None:
    async with database.writing() as session:
        session.add(person(1, clock.now()))
        await session.flush()
        await session.execute(text("UPDATE person SET given_name = family_name"))
    async with database.reading() as session:
        with pytest.raises(Undecryptable, match="given_name"):
            await session.scalars(select(Person.given_name))


async def test_rows_are_numbered_on_and_never_twice(database: Database, clock: FakeClock) -> None:
    async with database.writing() as session:
        session.add_all(person(number, clock.now()) for number in range(3))
    async with database.writing() as session:
        await session.execute(text("DELETE FROM person WHERE id = (SELECT max(id) FROM person)"))
        session.add(person(9, clock.now(), "Later"))
        await session.flush()
        session.add_all([person(10, clock.now(), "Last"), person(11, clock.now(), "Of all")])
    async with database.reading() as session:
        rows = (await session.execute(select(Person.id, Person.given_name).order_by(Person.id))).all()
    assert [name for _, name in rows] == ["Amina", "Amina", "Later", "Last", "Of all"]
    assert rows[2][0] > 3


async def test_two_transactions_at_once_number_their_rows_apart(database: Database, clock: FakeClock) -> None:
    async def add(number: int) -> None:
        async with database.writing() as session:
            session.add(person(number, clock.now()))
            await session.flush()
            await asyncio.sleep(0)
            session.add(person(number + 100, clock.now()))

    await asyncio.gather(*(add(number) for number in range(4)))
    async with database.reading() as session:
        assert len(set(await session.scalars(select(Person.id)))) == 8


async def test_a_change_is_bound_again_and_nothing_is_written_loose(database: Database, clock: FakeClock) -> None:
    async with database.writing() as session:
        session.add(person(1, clock.now()))
    async with database.writing() as session:
        (await session.scalars(select(Person))).one().given_name = "Selam"
    async with database.writing() as session:
        assert (await session.scalars(select(Person.given_name))).one() == "Selam"
        with pytest.raises(StatementError, match="bound to its row"):
            await session.execute(update(Person).values(given_name="Loose"))
    async with database.writing() as session:
        with pytest.raises(StatementError, match="bound to its row"):
            await session.execute(insert(Message).values(key="k", kind="say", params={"a": 1}))


async def test_messages_are_bound_by_their_keys(database: Database, clock: FakeClock) -> None:
    now = clock.now()
    async with database.writing() as session:
        await put(session, [Outgoing(f"k:{n}", "say", now, params={"n": n}) for n in range(3)], now)
        await put(session, [Outgoing("k:1", "say", now, params={"n": 9})], now)
        assert [row.params for row in await session.scalars(select(Message).order_by(Message.id))] == [
            {"n": n} for n in range(3)
        ]
        await session.execute(
            text("UPDATE outbox SET params = (SELECT o.params FROM outbox AS o WHERE o.key = 'k:0') WHERE key = 'k:2'")
        )
        session.expire_all()
        with pytest.raises(Undecryptable, match=r"outbox\.params"):
            await session.scalars(select(Message).where(Message.key == "k:2"))


def _to(connection: Connection, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, version)


async def older(url: str, keys: KeyRing, version: str, statements: list[tuple[str, dict[str, object]]]) -> Database:
    """A database as it was at an earlier version, with rows."""
    database = open_database(url, keys)
    if database.is_sqlite:
        os.close(os.open(str(database.url.database), os.O_CREAT))
        os.chmod(str(database.url.database), 0o644)
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
        await connection.run_sync(_to, version)
        for statement, values in statements:
            await connection.execute(text(statement), values)
    return database


CONSULTANT = (
    "INSERT INTO consultant (id, email, email_hash, name, language, municipality, created_at)"
    " VALUES (3, :email, :hash, :name, 'nl', 'Huizen', '2026-03-02 13:00:00.000000')"
)
CONTACT = (
    "INSERT INTO contact (id, channel, address, address_hash, consultant_id, state, created_at)"
    " VALUES (4, 'email', :address, :hash, 3, 'active', '2026-03-02 13:00:00.000000')"
)
PERSON = (
    "INSERT INTO person (id, external_id, given_name, family_name, language, participant_group, municipality, wishes,"
    " channel_order, listens, created_at, updated_at) VALUES (:id, :external, :given, :family, 'ti', 'asylum',"
    " 'Huizen', 'everything', '', :no, '2026-03-02 13:00:00.000000', '2026-03-02 13:00:00.000000')"
)
LETTER = (
    "INSERT INTO letter (id, person_id, kind, text, written_at)"
    " VALUES (5, 7, 'message', :text, '2026-03-02 13:00:00.000000')"
)
HEARD = (
    "INSERT INTO heard (person_id, appointment_id, how, lost, takes_place, asked, version, starts_at, location, at)"
    " VALUES (7, 12, 'call', :no, :no, :no, 1, '2026-03-02 13:00:00.000000', :place, '2026-03-02 13:00:00.000000')"
)
MESSAGE = (
    "INSERT INTO outbox (key, kind, params, priority, state, due_at, next_at, attempts, created_at)"
    " VALUES ('k', 'say', :params, 3, 'sent', '2026-03-02 13:00:00.000000', '2026-03-02 13:00:00.000000', 1,"
    " '2026-03-02 13:00:00.000000')"
)


PROGRESS = "UPDATE plan SET progress = :done WHERE id = 1"

AT = "'2026-03-02 13:00:00.000000'"
#: As schema 0012 and before had them in plain.
IN_PLAIN = [
    "UPDATE person SET born_on = '1990-05-06', housed_on = '2025-03-01', benefit = :no WHERE id = 7",
    "INSERT INTO plan (id, person_id, route, plan_signed_on, progress_meetings_per_year, updated_at)"
    f" VALUES (1, 7, 'education', '2025-04-01', 4, {AT})",
    "INSERT INTO lesson_group (id, name) VALUES (6, 'B1 ochtend')",
    "INSERT INTO appointment (id, external_id, group_id, kind, starts_at, mandatory, status, version, made_at,"
    f" updated_at) VALUES (12, 'A12', 6, 'class', {AT}, :no, 'planned', 1, {AT}, {AT})",
    "INSERT INTO participation (id, appointment_id, person_id, presence, minutes) VALUES (1, 12, 7, 'late', 90)",
    "INSERT INTO absence (id, person_id, state, version, reason, open_ended, note_language, started_at)"
    f" VALUES (8, 7, 'reported', 1, 'child_ill', :no, 'ti', {AT})",
    "INSERT INTO proposal (id, appointment_id, appointment_version, person_id, consultant_id, times, state, made_at)"
    f" VALUES (2, 12, 1, 7, 3, '2026-03-04T10:00:00+00:00', 'open', {AT})",
    "UPDATE contact SET language = 'fa_AF'",
    "UPDATE letter SET language = 'ti'",
]


def rows_of_before() -> list[tuple[str, dict[str, object]]]:
    name, family = unbound("Amina", "person.given_name"), unbound("Tesfay", "person.family_name")
    return [
        (
            CONSULTANT,
            {"email": unbound("s@x", "consultant.email"), "hash": b"h", "name": unbound("S", "consultant.name")},
        ),
        # Points to the consultant, whose table two migrations make anew.
        (CONTACT, {"address": unbound("s@x", "contact.address"), "hash": b"h"}),
        (PERSON, {"id": 7, "external": "P7", "given": name, "family": family, "no": False}),
        # Altered: it stays as it is, and stops nothing.
        (PERSON, {"id": 9, "external": "P9", "given": name[:-1] + b"?", "family": family, "no": False}),
        (LETTER, {"text": unbound("Dag", "letter.text")}),
        (HEARD, {"place": unbound("Lokaal 3", "appointment.location"), "no": False}),
        (MESSAGE, {"params": unbound('{"x":1}', "outbox.params")}),
        *((statement, dict[str, object](no=False) if ":no" in statement else {}) for statement in IN_PLAIN),
        (PROGRESS, {"done": unbound('{"pvt":"done","exam":"busy","lesson_hours":50.5}', "plan.progress")}),
    ]


async def test_a_migration_binds_what_was_there(database_url: str, keys: KeyRing, tmp_path: Path) -> None:
    url = database_url if database_url.startswith("postgresql") else f"sqlite:///{tmp_path / 'older.db'}"
    database = await older(url, keys, "0007", rows_of_before())
    await migrate(database)
    async with database.reading() as session:
        assert await session.scalar(select(Person.given_name).where(Person.id == 7)) == "Amina"
        assert (await session.get_one(Letter, 5)).text == "Dag"
        assert (await session.scalars(select(HeardRow.location))).one() == "Lokaal 3"
        assert (await session.scalars(select(Message.params))).one() == {"x": 1}
        assert (await session.scalars(select(Contact.address))).one() == "s@x"
        raw = type_coerce(Person.given_name, LargeBinary)
        stored = await session.scalars(select(raw).order_by(Person.id))
        assert [bytes(token)[:1] for token in stored] == [b"\x02", b"\x01"]
        with pytest.raises(Undecryptable):
            await session.scalar(select(Person.given_name).where(Person.id == 9))
    if database.is_sqlite:
        assert os.stat(str(database.url.database)).st_mode & 0o777 == 0o600
        async with database.reading() as session:
            assert await session.scalar(text("PRAGMA foreign_keys")) == 1
            tables = await session.scalars(text("SELECT sql FROM sqlite_master WHERE name IN ('consultant', 'letter')"))
            assert all("AUTOINCREMENT" in made for made in tables)
    bad: list[tuple[str, int]] = []
    assert await rekey(database, bad=lambda table, row: bad.append((table, row))) == 0
    assert bad == [("person", 9)]
    await database.close()


async def test_a_migration_encrypts_what_stood_in_plain(database_url: str, keys: KeyRing, tmp_path: Path) -> None:
    url = database_url if database_url.startswith("postgresql") else f"sqlite:///{tmp_path / 'older.db'}"
    database = await older(url, keys, "0007", rows_of_before())
    await check_key_marks(database)
    await migrate(database)
    async with database.reading() as session:
        one = (
            await session.execute(
                select(Person.language, Person.group, Person.born_on, Person.housed_on, Person.benefit).where(
                    Person.id == 7
                )
            )
        ).one()
        assert tuple(one) == ("ti", Group.ASYLUM, date(1990, 5, 6), date(2025, 3, 1), False)
        plan = await session.get_one(Plan, 1)
        assert await session.scalar(select(Person.ethiopian_clock).where(Person.id == 7)) is False
        assert (plan.route, plan.plan_signed_on, plan.intake_on) == (Route.EDUCATION, date(2025, 4, 1), None)
        assert plan.progress_meetings_per_year == 4
        lessons, *parts = sorted(await rows_of(session, [7]), key=lambda row: row.part is not PlanPart.LESSONS)
        assert {row.part: row.status for row in parts} == {
            PlanPart.PVT: PartStatus.DONE,
            **dict.fromkeys(EXAMS, PartStatus.BUSY),
        }
        # The lesson on the day that the total is of is in it.
        assert (lessons.noted_minutes, lessons.noted_on, lessons.attended_minutes) == (3030, date(2026, 3, 2), None)
        there = (await session.scalars(select(Participation))).one()
        assert (there.presence, there.minutes) == (Presence.LATE, 90)
        absence = await session.get_one(Absence, 8)
        assert (absence.reason, absence.note_language) == (AbsenceReason.CHILD_ILL, "ti")
        assert len((await session.get_one(Proposal, 2)).choices()) == 1
        assert (await session.scalars(select(Contact.language))).one() == "fa_AF"
        assert (await session.get_one(Letter, 5)).language == "ti"
        assert (await session.get_one(LessonGroup, 6)).name == "B1 ochtend"
        assert await group_named(session, "B1 ochtend") == 6
        born = keyed_hashes(session.get_bind().dialect, Person.born_on, [date(1990, 5, 6)])
        assert list(await session.scalars(select(Person.id).where(Person.born_on_hash.in_(born)))) == [7]
    assert await rekey(database) == 0
    await database.close()


async def test_a_presence_that_is_changed_is_bound_to_whose_it_is(database: Database, clock: FakeClock) -> None:
    now = clock.now()
    async with database.writing() as session:
        amina, lessons = person(1, now), LessonGroup(name="A1")
        session.add_all([amina, lessons])
        await session.flush()
        meeting = Appointment(
            external_id="A1",
            person_id=amina.id,
            kind=AppointmentKind.INTAKE_MEETING,
            starts_at=now,
            made_at=now,
            updated_at=now,
        )
        session.add(meeting)
        await session.flush()
        session.add(Participation(appointment_id=meeting.id, person_id=amina.id))
    async with database.writing() as session:
        (await session.scalars(select(Participation))).one().presence = Presence.LATE
    async with database.reading() as session:
        assert (await session.scalars(select(Participation.presence))).one() is Presence.LATE


async def test_what_is_not_bound_yet_is_read_and_rekeyed(database: Database, clock: FakeClock) -> None:
    async with database.writing() as session:
        session.add(person(1, clock.now()))
        await session.flush()
        await session.execute(
            text("UPDATE person SET given_name = :token"), {"token": unbound("Selam", "person.given_name")}
        )
    async with database.reading() as session:
        assert (await session.scalars(select(Person.given_name))).one() == "Selam"
    assert await rekey(database) == 1
    async with database.reading() as session:
        raw = (await session.scalars(select(type_coerce(Person.given_name, LargeBinary)))).one()
        assert bytes(raw)[:1] == b"\x02"
        assert (await session.scalars(select(Person.given_name))).one() == "Selam"


@pytest.mark.parametrize(("column", "kind"), COLUMNS)
def test_a_column_is_bound_under_its_own_name_by_what_names_one_row(
    column: Column[object], kind: EncryptedColumn[object]
) -> None:
    # What was heard of an appointment is a copy of the appointment's, and bound to it.
    where = "appointment" if column.table.name == "heard" else column.table.name
    assert kind.context == f"{where}.{column.name}"
    by = [named for named in kind.naming(column.table) if isinstance(named, Column)]
    assert isinstance(column.table, Table)
    unique = [{c.name for c in one.columns} for one in column.table.constraints if isinstance(one, UniqueConstraint)]
    is_of_one = any(named.primary_key or named.unique for named in by) or {named.name for named in by} in unique
    assert by
    assert is_of_one or where == "appointment"
