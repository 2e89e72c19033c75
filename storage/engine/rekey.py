"""Rotation of the secret key: writes everything anew under the first secret, after which the others may be dropped.

While rotating both secrets stand in SECRET_KEY and the service runs on as always; this may be run beside it, stopped,
and run again. Hashes of values that are stored too are made anew. Link codes and browsers' sessions are kept as hashes
alone: those of the old secret work as long as it stands in SECRET_KEY, and no longer.
"""

from collections.abc import Callable

from sqlalchemy import LargeBinary, Table, select, type_coerce, update
from sqlalchemy.engine import Row

from storage.engine.base import Base
from storage.engine.columns import EncryptedColumn
from storage.engine.database import Database
from storage.engine.key_marks import read_key_marks
from storage.engine.keys import KeyRing, Undecryptable

PAGE = 500


async def rekey(database: Database, *, progress: Callable[[int], None] | None = None) -> int:
    """Encrypt what is not under the first secret anew; returns how many rows were changed.

    Raises:
        storage.engine.keys.Undecryptable: a value is under a secret that is not in SECRET_KEY; nothing was changed.
    """
    marks = await read_key_marks(database)
    if marks.unreadable:
        raise Undecryptable(marks.complaint())
    changed = 0
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        if isinstance(table, Table):
            changed += await _rekey_table(database, table, progress)
    return changed


async def _rekey_table(database: Database, table: Table, progress: Callable[[int], None] | None) -> int:
    contexts = {c.name: c.type.context for c in table.columns if isinstance(c.type, EncryptedColumn)}
    if not contexts:
        return 0
    key = next(iter(table.primary_key))
    raw = [type_coerce(table.c[name], LargeBinary).label(name) for name in contexts]
    others = [table.c[name] for name in ("channel",) if name in table.c]
    changed, last = 0, -1
    while True:
        wanted = select(key, *raw, *others).where(key > last).order_by(key).limit(PAGE).with_for_update()
        async with database.engine.begin() as connection:
            rows = (await connection.execute(wanted)).all()
            for row in rows:
                values = _anew(row, contexts, database.keys)
                if values:
                    values |= _hashes(table, row, contexts, database.keys)
                    bound = {name: type_coerce(value, LargeBinary) for name, value in values.items()}
                    await connection.execute(update(table).where(key == row[0]).values(bound))
                    changed += 1
        if not rows:
            return changed
        last = rows[-1][0]
        if progress is not None:
            progress(len(rows))


def _anew(row: Row[tuple[object, ...]], contexts: dict[str, str], keys: KeyRing) -> dict[str, bytes]:
    values: dict[str, bytes] = {}
    for name, context in contexts.items():
        token = row._mapping[name]
        if isinstance(token, bytes) and not keys.is_current(token):
            values[name] = keys.encrypt(keys.decrypt(token, context), context)
    return values


def _hashes(table: Table, row: Row[tuple[object, ...]], contexts: dict[str, str], keys: KeyRing) -> dict[str, bytes]:
    """The look-up hashes of the row's values, in the columns named <value>_hash."""
    found: dict[str, bytes] = {}
    for name, context in contexts.items():
        token = row._mapping[name]
        if f"{name}_hash" in table.c and isinstance(token, bytes):
            hashed_as = f"contact/{row._mapping['channel']}" if name in ("address", "also") else name
            found[f"{name}_hash"] = keys.fingerprint(keys.decrypt(token, context).decode(), hashed_as)
    return found
