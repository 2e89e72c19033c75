"""Python's collector of circular garbage in a process that is up and makes thousands of objects a message."""

import gc

# So many more objects made than freed, before the youngest are looked at: some ten megabytes at most. A service holds
# some hundred megabytes of modules, mapped classes and catalogs that live as long as it does, and makes thousands of
# small objects a message; with Python's own thresholds the collector took a third of all processor time while
# dispatching (`maatje bench dispatch`).
_YOUNG = 50_000


def settle() -> None:
    """Leave what is there now out of later collections, and collect less often. Call it once, when all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
