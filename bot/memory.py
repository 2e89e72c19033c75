"""What the garbage collector is told once a process is up.

A service holds some hundred megabytes of modules, mapped classes and catalogs that live as long as it does, and makes
thousands of small objects a message. With Python's own thresholds the collector runs after each 700 of them and
measured a third of all processor time while dispatching (`maatje bench dispatch`).
"""

import gc

# So many more objects made than freed, before the youngest are looked at: some ten megabytes at most.
_YOUNG = 50_000


def settle() -> None:
    """Leave what is there now out of later collections, and collect less often. Call it once, when all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
