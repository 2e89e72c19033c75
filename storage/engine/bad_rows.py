"""Work on many rows in which one that is bad costs nobody else: the page as a whole, then ever smaller parts."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from storage.engine.faults import is_databases_fault

T = TypeVar("T")


async def in_parts(
    ids: Sequence[int], work: Callable[[Sequence[int]], Awaitable[T]], bad: Callable[[int, Exception], None]
) -> list[T]:
    """What `work` makes of these rows: of all together, or where it stumbles of each half, down to the single row.

    One bad row among n is found with about 2 · log2(n) tries. `work` must change nothing where it raises. `bad` is told
    of every row that it stumbled over alone.

    Raises:
        Exception: what the database could not do (storage.engine.faults) is no row's fault and comes out.
    """
    if not ids:
        return []
    try:
        return [await work(ids)]
    except Exception as error:
        if is_databases_fault(error):
            raise
        if len(ids) == 1:
            bad(ids[0], error)
            return []
    middle = len(ids) // 2
    return [*await in_parts(ids[:middle], work, bad), *await in_parts(ids[middle:], work, bad)]
