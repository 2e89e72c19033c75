"""Structured logs on standard error: events and ids, never a name, a number, a text or a token."""

import io
import json
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Literal, TextIO, cast

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
    handler.setFormatter(_NameOnly(as_json=form == "json"))
    handler.addFilter(_NotAStorm())
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

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """One line, of the same form as our own."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "-"
        level, at = record.levelname.lower(), f"{record.module}:{record.lineno}"
        left_out = getattr(record, _LEFT_OUT, 0)
        if not self._as_json:
            return f"{level} {record.name} {at} {error}" + (f" ({left_out} more like it)" if left_out else "")
        said = {"event": "library", "level": level, "library": record.name, "at": at, "error": error}
        return json.dumps({**said, "left_out": left_out} if left_out else said)


_LEFT_OUT: Final = "maatje_left_out"
# From one place in a library one line in so many seconds: without free descriptors asyncio writes fifty thousand.
_STORM: Final = 10.0


class _NotAStorm(logging.Filter):
    """Lets a library's line through where none came from the same place lately, with how many were left out since."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lately: dict[tuple[str, int, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is written; there are few places, as many as the code has."""
        place, now = (record.pathname, record.lineno, record.levelno), self._clock()
        said_at, left_out = self._lately.get(place, (-_STORM, 0))
        if now - said_at < _STORM:
            self._lately[place] = (said_at, left_out + 1)
            return False
        self._lately[place] = (now, 0)
        setattr(record, _LEFT_OUT, left_out)
        return True
