"""Trouble is said when it begins and when it is over, with how often and how long: one line each, never a storm."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Episode:
    began_at: float
    last_at: float
    times: int = 1
    said_at: float = 0.0


class Episodes:
    """Counts what goes wrong under a name, by subject (a channel, a job).

    Two log lines an episode, `<name>_began` and `<name>_over` (with `times` and `seconds`), and `<name>_goes_on` once
    in `reminded` seconds. An episode is over when it is said to be (`well`), or when nothing went wrong for `calm`
    seconds. Seconds are of a clock that no change of the wall time moves.
    """

    def __init__(
        self, name: str, *, calm: float = 0.0, reminded: float = 600.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._calm = calm
        self._reminded = reminded
        self._clock = clock
        self._open: dict[str, _Episode] = {}

    def noticed(self, subject: str, **facts: str | float) -> None:
        """It went wrong again. `facts` are ids, counts and names of errors, never anybody's words."""
        now = self._clock()
        episode = self._open.get(subject)
        if episode is None:
            self._open[subject] = _Episode(now, now, said_at=now)
            log.error(f"{self._name}_began", subject=subject, **facts)
            return
        episode.times += 1
        episode.last_at = now
        if now - episode.said_at >= self._reminded:
            episode.said_at = now
            log.error(f"{self._name}_goes_on", subject=subject, times=episode.times, **facts)

    def well(self, subject: str) -> None:
        """It went well; ends the episode, unless it must be calm for longer first."""
        if not self._open:
            return
        episode = self._open.get(subject)
        now = self._clock()
        if episode is not None and now - episode.last_at >= self._calm:
            del self._open[subject]
            seconds = round(now - episode.began_at, 1)
            log.warning(f"{self._name}_over", subject=subject, times=episode.times, seconds=seconds)

    def is_open(self, subject: str) -> bool:
        """Whether an episode of this subject is going on."""
        return subject in self._open
