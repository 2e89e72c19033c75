"""Group, languages, dates, benefit, route, reasons, presence, groups' names and proposed times are encrypted too.

Each is written anew in a column beside its own, which then takes its place. A day of birth and a group's name are found
by a keyed hash from now on.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

from storage.engine.columns import keys_of
from storage.engine.encryption.row_binding import row_name

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PAGE = 500
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class _Kind(NamedTuple):
    """How a value stood in its column, and how it is encrypted: each kind at one length."""

    stood: sa.types.TypeEngine[Any]
    plain: Callable[[Any], bytes]


_WORD = _Kind(sa.String(32), lambda word: str(word).encode().ljust(32))
_CODE = _Kind(sa.String(8), lambda code: str(code).encode().ljust(8))
_DATE = _Kind(sa.Date(), lambda day: str(day.isoformat()).encode())
_NUMBER = _Kind(sa.Integer(), lambda number: str(number).encode().rjust(12))
_FLAG = _Kind(sa.Boolean(), lambda flag: b"1" if flag else b"0")
_TEXT = _Kind(sa.String(120), lambda text: str(text).encode())

_PLAN_DATES = (
    "intake_on",
    "plan_signed_on",
    "plan_dated_on",
    "relief_started_on",
    "relief_continued_until",
    "bridging_started_on",
    "term_extended_until",
)


class _Change(NamedTuple):
    columns: Mapping[str, _Kind]
    named_by: tuple[str, ...] = ("id",)
    # Columns that are never empty.
    needed: tuple[str, ...] = ()
    # The column that a keyed hash is kept of.
    hashed: str | None = None
    # Whether SQLite never gives a number out twice.
    counted: bool = False


_TABLES = {
    "person": _Change(
        {
            "language": _CODE,
            "participant_group": _WORD,
            "born_on": _DATE,
            "brp_registered_on": _DATE,
            "duty_notified_on": _DATE,
            "benefit": _FLAG,
            "housed_on": _DATE,
        },
        needed=("language", "participant_group"),
        hashed="born_on",
        counted=True,
    ),
    "plan": _Change({"route": _WORD, "progress_meetings_per_year": _NUMBER, **dict.fromkeys(_PLAN_DATES, _DATE)}),
    "absence": _Change({"reason": _WORD, "note_language": _CODE}, counted=True),
    "participation": _Change({"presence": _WORD, "minutes": _NUMBER}, named_by=("appointment_id", "person_id")),
    "contact": _Change({"language": _CODE}, counted=True),
    "letter": _Change({"language": _CODE}, counted=True),
    "proposal": _Change({"times": _TEXT}, needed=("times",), counted=True),
    "lesson_group": _Change({"name": _TEXT}, needed=("name",), hashed="name"),
}


def upgrade() -> None:
    """Encrypt."""
    for table, change in _TABLES.items():
        for name in change.columns:
            op.add_column(table, sa.Column(f"{name}_anew", sa.LargeBinary(), nullable=True))
        if change.hashed is not None:
            op.add_column(table, sa.Column(f"{change.hashed}_hash", sa.LargeBinary(length=16), nullable=True))
        _encrypt(table, change)
        made = {"sqlite_autoincrement": change.counted}
        numbered_to = _counter(table) if change.counted else None
        with op.batch_alter_table(table, table_kwargs=made) as batch_op:
            if table == "lesson_group":
                batch_op.drop_constraint(op.f("uq_lesson_group_name"), type_="unique")
            for name in change.columns:
                batch_op.drop_column(name)
        with op.batch_alter_table(table, table_kwargs=made) as batch_op:
            for name in change.columns:
                batch_op.alter_column(
                    f"{name}_anew",
                    new_column_name=name,
                    existing_type=sa.LargeBinary(),
                    nullable=name not in change.needed,
                )
            if table == "lesson_group":
                batch_op.alter_column("name_hash", existing_type=sa.LargeBinary(length=16), nullable=False)
                batch_op.create_unique_constraint(op.f("uq_lesson_group_name_hash"), ["name_hash"])
            if table == "person":
                batch_op.create_index(op.f("ix_person_born_on_hash"), ["born_on_hash"])
        if numbered_to is not None:
            # The table was made anew, and would count on from the last row that is there.
            op.execute(
                sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = :table").bindparams(
                    last=numbered_to, table=table
                )
            )


def _encrypt(table: str, change: _Change) -> None:
    connection = op.get_bind()
    keys = keys_of(connection.dialect)
    beside = {f"{name}_anew" for name in change.columns} | ({f"{change.hashed}_hash"} if change.hashed else set())
    stored = sa.Table(
        table,
        sa.MetaData(),
        sa.Column("id", _ID, primary_key=True),
        *(sa.Column(name, _ID) for name in change.named_by if name != "id"),
        *(sa.Column(name, kind.stood) for name, kind in change.columns.items()),
        *(sa.Column(name, sa.LargeBinary()) for name in beside),
    )
    last, rows = -1, [1]
    while rows:
        page = connection.execute(sa.select(stored).where(stored.c.id > last).order_by(stored.c.id).limit(_PAGE))
        rows = []
        values = []
        for row in page.mappings():
            rows.append(last := row["id"])
            bound = row_name(*(row[name] for name in change.named_by))
            anew: dict[str, object] = {"the_row": last, **dict.fromkeys(beside)}
            for name, kind in change.columns.items():
                if row[name] is not None:
                    plain = kind.plain(row[name])
                    anew[f"{name}_anew"] = keys.encrypt(plain, f"{table}.{name}", bound)
                    if name == change.hashed:
                        anew[f"{name}_hash"] = keys.fingerprint(plain.decode(), name)
            values.append(anew)
        if values:
            written: dict[str, object] = {name: sa.bindparam(name) for name in beside}
            connection.execute(sa.update(stored).where(stored.c.id == sa.bindparam("the_row")).values(written), values)


def _counter(table: str) -> int | None:
    """The last number that SQLite gave out; PostgreSQL's counters stand apart from their tables."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return None
    last = connection.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table").bindparams(table=table))
    return None if last is None else int(last)


def downgrade() -> None:
    """The version before cannot read what is encrypted: bring back the backup of before."""
    raise RuntimeError("schema 0013 cannot be taken back; restore the backup that was made before it")
