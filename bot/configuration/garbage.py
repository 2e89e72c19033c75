"""Python's collector of circular garbage in a process that is up and makes thousands of objects a message."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# So many more objects made than freed, before the youngest are looked at: some ten megabytes at most. A service holds
# some hundred megabytes of modules, mapped classes and catalogs that live as long as it does, and makes thousands of
# small objects a message; with Python's own thresholds the collector took a third of all processor time while
# dispatching (`maatje bench dispatch`).
_YOUNG = 50_000


def settle() -> None:
    """Leave what is there now out of later collections, and collect less often. Call it once, when all is loaded."""
    gc.collect()
    _settle()


@contextmanager
def settled() -> Iterator[None]:
    """The same for a work of seconds, and as before after it: an import of 10,000 rows spent a third of its time on
    looking through what it had just read."""
    before, is_settled = gc.get_threshold(), gc.get_freeze_count() > 0
    _settle()
    try:
        yield
    finally:
        if not is_settled:
            gc.unfreeze()
        gc.set_threshold(*before)


def _settle() -> None:
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
