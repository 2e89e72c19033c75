"""The real clock. The demo has another (bot/demo)."""

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """The machine's time in UTC."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)

    def steady(self) -> datetime:
        """See reminders.delivery.channel.Clock."""
        return _EPOCH + timedelta(seconds=time.monotonic())
