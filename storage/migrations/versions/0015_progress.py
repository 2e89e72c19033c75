"""Parts of plans have a table of their own; what stood in plan.progress, and hours that were attended, go there.

Also: since when, and why, somebody's guidance is over here.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import keys_of
from storage.engine.encryption.row_binding import row_name
from storage.engine.keys import KeyRing, Undecryptable

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_PAGE = 500
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_EXAMS = ("exam_reading", "exam_listening", "exam_writing", "exam_speaking", "knm")
# What each word of plan.progress was; "exam" was all of them.
_PARTS = {"exam": _EXAMS, "bridging": ("bridging",), "pvt": ("pvt",), "map": ("map",)}
_HOURS = {"lesson_hours": "lessons", "participation_hours": "participation"}
# What hours at an appointment counted for (storage/appointment_kinds.py, as it was then).
_COUNTED = {
    "class": ("lessons",),
    "pvt": ("pvt", "participation"),
    "map": ("participation",),
    "workshop": ("participation",),
    "activity": ("participation",),
}
_THERE = ("present", "late")


class _Moved(NamedTuple):
    """One part of one person's plan."""

    person_id: int
    part: str
    status: str
    noted_minutes: int | None = None
    noted_on: date | None = None
    attended_minutes: int | None = None
    source: str = "plan"


def upgrade() -> None:
    """Make the table, and move what is known."""
    op.add_column("person", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("closed_as", sa.LargeBinary(), nullable=True))
    op.create_table(
        "progress",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.LargeBinary(), nullable=False),
        sa.Column("attempt", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.LargeBinary(), nullable=False),
        sa.Column("status_on", sa.LargeBinary(), nullable=True),
        sa.Column("noted_minutes", sa.LargeBinary(), nullable=True),
        sa.Column("noted_on", sa.LargeBinary(), nullable=True),
        sa.Column("attended_minutes", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_progress_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_progress_person_id"), "progress", ["person_id"])
    _move()
    with op.batch_alter_table("plan") as batch_op:
        batch_op.drop_column("progress")


def _move() -> None:
    connection = op.get_bind()
    noted: dict[int, dict[str, _Moved]] = {}
    for person_id, updated_at, progress in _plans(connection):
        noted[person_id] = {row.part: row for row in _rows_of(person_id, updated_at, progress)}
    found = [*_with_attended(noted, _attended(connection, noted))]
    keys = keys_of(connection.dialect)
    table = sa.table(
        "progress",
        *(sa.column(name) for name in ("id", "person_id", "part", "status", "noted_minutes", "noted_on")),
        *(sa.column(name) for name in ("attended_minutes", "source")),
        sa.column("updated_at", sa.DateTime(timezone=True)),
    )
    now = datetime.now(UTC)
    for start in range(0, len(found), _PAGE):
        values: list[dict[str, object]] = []
        for number, row in enumerate(found[start : start + _PAGE], start=start + 1):
            bound = row_name(number)

            def sealed(name: str, plain: bytes | None, bound: bytes = bound) -> bytes | None:
                return None if plain is None else keys.encrypt(plain, f"progress.{name}", bound)

            values.append(
                {
                    "id": number,
                    "person_id": row.person_id,
                    "part": sealed("part", row.part.encode().ljust(32)),
                    "status": sealed("status", row.status.encode().ljust(32)),
                    "noted_minutes": sealed("noted_minutes", _number(row.noted_minutes)),
                    "noted_on": sealed("noted_on", None if row.noted_on is None else row.noted_on.isoformat().encode()),
                    "attended_minutes": sealed("attended_minutes", _number(row.attended_minutes)),
                    "source": sealed("source", row.source.encode().ljust(32)),
                    "updated_at": now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now,
                }
            )
        connection.execute(sa.insert(table), values)
    if found and connection.dialect.name == "postgresql":
        connection.execute(
            sa.text("SELECT setval(pg_get_serial_sequence('progress', 'id'), :last)"), {"last": len(found)}
        )


def _number(value: int | None) -> bytes | None:
    return None if value is None else str(value).encode().rjust(12)


def _plans(connection: sa.Connection) -> Iterator[tuple[int, datetime, Mapping[str, Any]]]:
    keys = keys_of(connection.dialect)
    plan = sa.table(
        "plan",
        sa.column("id", _ID),
        sa.column("person_id", _ID),
        sa.column("progress", sa.LargeBinary()),
        sa.column("updated_at", sa.DateTime(timezone=True)),
    )
    for row in _paged(connection, plan, sa.select(plan).where(plan.c.progress.is_not(None))):
        # What was altered stops nothing; nobody could read it before either.
        with suppress(Undecryptable):
            told = keys.decrypt(row["progress"], "plan.progress", row_name(row["id"]))
            yield row["person_id"], row["updated_at"], json.loads(told)


def _rows_of(person_id: int, updated_at: datetime, progress: Mapping[str, Any]) -> Iterator[_Moved]:
    for word, value in progress.items():
        for part in _PARTS.get(word, ()):
            if value in ("open", "busy", "done", "exempt", "failed"):
                yield _Moved(person_id, part, value)
        if word in _HOURS and isinstance(value, (int, float)) and not isinstance(value, bool):
            # A total of the day on which it was written: what is attended later is added to it.
            yield _Moved(person_id, _HOURS[word], "busy", round(value * 60), updated_at.date())


def _attended(connection: sa.Connection, noted: Mapping[int, Mapping[str, _Moved]]) -> Mapping[tuple[int, str], int]:
    """The minutes that lists of attendance say, by person and part, of the days after a total that was given."""
    keys = keys_of(connection.dialect)
    there = sa.table(
        "participation",
        sa.column("id", _ID),
        sa.column("appointment_id", _ID),
        sa.column("person_id", _ID),
        sa.column("presence", sa.LargeBinary()),
        sa.column("minutes", sa.LargeBinary()),
    )
    held = sa.table(
        "appointment",
        sa.column("id", _ID),
        sa.column("kind", sa.String()),
        sa.column("status", sa.String()),
        sa.column("starts_at", sa.DateTime(timezone=True)),
        sa.column("ends_at", sa.DateTime(timezone=True)),
    )
    wanted = (
        sa.select(there, held.c.kind, held.c.starts_at, held.c.ends_at)
        .join_from(there, held, held.c.id == there.c.appointment_id)
        .where(there.c.presence.is_not(None), held.c.status == "planned", held.c.kind.in_(_COUNTED))
    )
    found: defaultdict[tuple[int, str], int] = defaultdict(int)
    for row in _paged(connection, there, wanted):
        minutes = 0
        with suppress(Undecryptable):
            minutes = _minutes(keys, row)
        for part in _COUNTED[row["kind"]]:
            total = noted.get(row["person_id"], {}).get(part)
            if minutes and (total is None or total.noted_on is None or row["starts_at"].date() > total.noted_on):
                found[row["person_id"], part] += minutes
    return found


def _minutes(keys: KeyRing, row: sa.RowMapping) -> int:
    bound = row_name(row["appointment_id"], row["person_id"])
    if keys.decrypt(row["presence"], "participation.presence", bound).decode().rstrip() not in _THERE:
        return 0
    if row["minutes"] is not None:
        return int(keys.decrypt(row["minutes"], "participation.minutes", bound))
    return 0 if row["ends_at"] is None else round((row["ends_at"] - row["starts_at"]).total_seconds() / 60)


def _paged(connection: sa.Connection, table: sa.TableClause, wanted: sa.Select[Any]) -> Iterator[sa.RowMapping]:
    last = -1
    while (
        page := connection.execute(wanted.where(table.c.id > last).order_by(table.c.id).limit(_PAGE)).mappings().all()
    ):
        last = page[-1]["id"]
        yield from page


def _with_attended(
    noted: Mapping[int, Mapping[str, _Moved]], attended: Mapping[tuple[int, str], int]
) -> Iterable[_Moved]:
    for rows in noted.values():
        for row in rows.values():
            yield row._replace(attended_minutes=attended.get((row.person_id, row.part)))
    for (person_id, part), minutes in sorted(attended.items()):
        if part not in noted.get(person_id, {}):
            yield _Moved(person_id, part, "busy", attended_minutes=minutes, source="attendance")


def downgrade() -> None:
    """The version before has no place for most of it: bring back the backup of before."""
    raise RuntimeError("schema 0015 cannot be taken back; restore the backup that was made before it")
