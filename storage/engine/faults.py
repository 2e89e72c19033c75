"""Whose fault an error is: what the database or the machine could not do is never the fault of who asked it."""

import errno
from collections.abc import Iterator

from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    PendingRollbackError,
    TimeoutError,
)

#: Out of reach, refused, locked, full, read-only, no connection free, cut off in the middle: the same work may succeed
#: later, so nothing may be given up for it. A constraint that does not hold or a wrong statement is not among them.
DATABASE_FAULTS: tuple[type[Exception], ...] = (
    OperationalError,
    InterfaceError,
    InternalError,
    TimeoutError,
    PendingRollbackError,
    ConnectionError,
)


def is_databases_fault(error: BaseException) -> bool:
    """Whether the database could not do its part, and the same work may succeed later."""
    if isinstance(error, DATABASE_FAULTS) or type(error) is DatabaseError:
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


# No descriptor, memory, disk or process left.
_USED_UP = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.ENOSPC, errno.EDQUOT})


def is_machines_fault(error: BaseException) -> bool:
    """Whether the machine would not give what was needed (memory, a thread, a descriptor, room on a disk), here or
    behind what was made of it; the same work may succeed later."""
    return any(
        isinstance(one, MemoryError)
        or (isinstance(one, OSError) and one.errno in _USED_UP)
        or (isinstance(one, RuntimeError) and "start new thread" in str(one))
        for one in _behind(error)
    )


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
