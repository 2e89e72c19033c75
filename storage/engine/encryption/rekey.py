"""Rotation of the secret key: writes everything anew under the first secret, after which the others may be dropped.

While rotating both secrets stand in SECRET_KEY and the service runs on as always; this may be run beside it, stopped,
and run again. Hashes of values that are stored too are made anew. Link codes and browsers' sessions are kept as hashes
alone: those of the old secret work as long as it stands in SECRET_KEY, and no longer.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table

from storage.engine.database import Database
from storage.engine.encryption.key_marks import read_key_marks
from storage.engine.encryption.rewriting import PageAnew, Sealed, page_anew
from storage.engine.encryption.tables import encrypted_columns, encrypted_tables
from storage.engine.keys import KeyRing, Undecryptable


async def rekey(
    database: Database,
    *,
    progress: Callable[[int], None] | None = None,
    bad: Callable[[str, int], None] = lambda _table, _row: None,
) -> int:
    """Encrypt what is not under the first secret, or not bound to its row yet, anew; how many rows were changed.

    `bad` is told of every row with a value that was altered or is another row's; it stays as it is.

    Raises:
        storage.engine.keys.Undecryptable: a value is under a secret that is not in SECRET_KEY; nothing was changed.
    """
    marks = await read_key_marks(database)
    if marks.unreadable:
        raise Undecryptable(marks.complaint())
    changed = 0
    for table in encrypted_tables():
        last, seen = -1, 1
        while seen:
            async with database.engine.begin() as connection:
                written = await connection.run_sync(_page, database.keys, table, last)
            seen, last, changed = written.seen, written.last, changed + written.changed
            for row in written.bad:
                bad(table.name, row)
            if progress is not None and seen:
                progress(seen)
    return changed


def _page(connection: Connection, keys: KeyRing, table: Table, after: int) -> PageAnew:
    sealed = [
        Sealed(column.name, kind.context, tuple(named.name for named in kind.naming(table)))
        for column, kind in encrypted_columns(table).items()
    ]

    def hashes(row: Mapping[str, Any], plain: Mapping[str, bytes]) -> dict[str, bytes]:
        """The look-up hashes of the row's values, in the columns named <value>_hash."""
        found: dict[str, bytes] = {}
        for name, value in plain.items():
            if f"{name}_hash" in table.c:
                hashed_as = f"contact/{row['channel']}" if name in ("address", "also") else name
                found[f"{name}_hash"] = keys.fingerprint(value.decode(), hashed_as)
        return found

    key = next(iter(table.primary_key)).name
    beside = [name for name in ("channel",) if name in table.c]
    hashed = [f"{one.name}_hash" for one in sealed if f"{one.name}_hash" in table.c]
    return page_anew(
        connection, keys, table.name, key, sealed, after=after, beside=[*beside, *hashed], following=hashes
    )
