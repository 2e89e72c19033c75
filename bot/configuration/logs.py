"""Structured logs on standard error: events and ids, never a name, a number, a text or a token."""

import io
import logging
import sys
import threading
import traceback
from contextlib import suppress
from types import TracebackType
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Libraries that log addresses of requests (with the bot's token in them) or texts at lower levels.
_NOISY = (
    "httpx",
    "httpcore",
    "aiohttp",
    "telegram",
    "apscheduler",
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "alembic",
)


def set_up_logs(form: Literal["console", "json"], level: int = logging.INFO) -> None:
    """Send our own events to standard error in the chosen form; libraries only from WARNING on, without their texts."""
    last: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _place_of_error,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _StandardError())),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_NameOnly())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _crashed
    threading.excepthook = lambda fault: _crashed(fault.exc_type, fault.exc_value, fault.exc_traceback)


def _crashed(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    """What nobody caught, as an event like any other."""
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger(__name__).critical("crashed", exc_info=error)


# The innermost steps of a traceback, which say where it went wrong.
_STEPS = 6


def _place_of_error(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """What went wrong and where, instead of a traceback: an error's message and a frame's variables quote people."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        steps = traceback.extract_tb(error.__traceback__)[-_STEPS:]
        event["error"] = type(error).__name__
        event["at"] = " > ".join(f"{step.filename.rsplit('/', 1)[-1]}:{step.lineno}" for step in steps)
    return event


class _StandardError(io.TextIOBase):
    """Standard error as it is now; where it cannot be written (closed, broken pipe, disk full) the work goes on."""

    def write(self, text: str) -> int:
        """Write, or leave out."""
        with suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or leave out."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()


class _NameOnly(logging.Formatter):
    """A library's warning: name, level, place and kind of error. Its message may quote anything, so it stays out."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "-"
        return f"{record.levelname.lower()} {record.name} {record.module}:{record.lineno} {error}"
