"""What only an operator can mend: said once, with what to do, until the channel takes messages again."""

from collections.abc import Mapping

import structlog

from bot.channels.base import DeliveryError, Rejected

log = structlog.get_logger(__name__)


class ToMend:
    """One channel's; `hints` say what to do, by the reason that a message was refused for."""

    def __init__(self, channel: str, hints: Mapping[str, str]) -> None:
        self._channel = channel
        self._hints = hints
        self._told: set[str] = set()

    def noticed(self, error: DeliveryError, **details: str | int) -> None:
        """A message was not taken; `details` (never an address) go into the log. What passes by itself says nothing."""
        if error.reason in self._hints:
            self.needed(error.reason, **details)
        elif isinstance(error, Rejected):
            log.warning(f"{self._channel}_refused", reason=error.reason, **details)

    def needed(self, reason: str, **details: str | int) -> None:
        """Something has to be mended, of those that there are hints for: said, where it was not yet."""
        if reason not in self._told:
            self._told.add(reason)
            log.error(f"{self._channel}_{reason}", hint=self._hints[reason], **details)

    def taken(self) -> None:
        """A message was taken: what comes now is a new fault."""
        self._told.clear()
