"""The real clock. The demo has another (bot/demo)."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's time in UTC."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)

    def steady(self) -> datetime:
        """See reminders.delivery.channel.Clock."""
        return datetime.fromtimestamp(time.monotonic(), UTC)
