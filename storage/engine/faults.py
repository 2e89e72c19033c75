"""Whose fault an error is: what the database could not do is never the fault of who asked it."""

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
