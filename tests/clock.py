"""A clock that stands still until a test moves it; its `tick` stands in for the dispatcher's waiting."""

from datetime import UTC, datetime, timedelta

# A Monday morning in winter: 09:00 in Amsterdam.
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class FakeClock:
    """See reminders.delivery.channel.Clock."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant it stands at."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Stand at this instant (aware)."""
        if moment.tzinfo is None:
            raise ValueError("a clock stands at an aware instant")
        self._now = moment.astimezone(UTC)

    def forward(self, **by: float) -> datetime:
        """Move on: `forward(minutes=5)`. Returns the new instant."""
        self._now += timedelta(**by)
        return self._now

    async def tick(self, seconds: float) -> None:
        """Let a wait of so many seconds be over at once."""
        self._now += timedelta(seconds=max(0.0, seconds))
