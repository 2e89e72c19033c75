"""Stored values written anew under the first secret and bound to their row, a page of a table at a time.

By names and not by mapped classes, so that a migration can do it to a table as it was then.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, Table, bindparam, select, update

from storage.engine.encryption.row_binding import row_name
from storage.engine.keys import KeyRing, Undecryptable

PAGE = 500


class Sealed(NamedTuple):
    """An encrypted column: its context, and the columns that name its row."""

    name: str
    context: str
    named_by: tuple[str, ...]


class PageAnew(NamedTuple):
    """What came of one page: rows looked at, rows changed, the last one's number, and those that cannot be read."""

    seen: int
    changed: int
    last: int
    bad: list[int]


#: More values of a row that follow from its plain ones, by column: look-up hashes.
Following = Callable[[Mapping[str, Any], Mapping[str, bytes]], Mapping[str, object]]


def page_anew(
    connection: Connection,
    keys: KeyRing,
    table: str,
    key: str,
    sealed: Sequence[Sealed],
    *,
    after: int,
    beside: Sequence[str] = (),
    following: Following = lambda _row, _plain: {},
) -> PageAnew:
    """Write the page after this number anew; `beside` are columns that `following` needs.

    What is current stays as it is, and so does a row with a value that cannot be read.
    """
    names = dict.fromkeys((key, *beside, *(name for one in sealed for name in one.named_by)))
    stored = Table(
        table,
        MetaData(),
        Column(key, BigInteger, primary_key=True),
        *(Column(name) for name in names if name != key),
        *(Column(one.name, LargeBinary) for one in sealed),
    )
    number = stored.c[key]
    rows = connection.execute(
        select(stored).where(number > after).order_by(number).limit(PAGE).with_for_update()
    ).mappings()
    seen, last, bad = 0, after, list[int]()
    changes: defaultdict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        seen, last = seen + 1, row[key]
        if all(row[one.name] is None or keys.is_current(row[one.name]) for one in sealed):
            continue
        try:
            values = _anew(dict(row), keys, sealed, following)
        except Undecryptable:
            bad.append(last)
        else:
            changes[tuple(values)].append({"the_row": last, **values})
    for columns, group in changes.items():
        anew = update(stored).where(number == bindparam("the_row")).values({name: bindparam(name) for name in columns})
        connection.execute(anew, group)
    return PageAnew(seen, sum(map(len, changes.values())), last, bad)


def _anew(row: Mapping[str, Any], keys: KeyRing, sealed: Sequence[Sealed], following: Following) -> dict[str, object]:
    plain, values = dict[str, bytes](), dict[str, object]()
    for one in sealed:
        if (token := row[one.name]) is not None:
            bound = row_name(*(row[name] for name in one.named_by))
            plain[one.name] = keys.decrypt(token, one.context, bound)
            values[one.name] = keys.encrypt(plain[one.name], one.context, bound)
    return {**values, **following(row, plain)}
