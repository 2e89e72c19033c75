"""The real clock. The demo has another (bot/demo)."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's time in UTC."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)
