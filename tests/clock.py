"""A clock that stands still until a test moves it; its `tick` stands in for the dispatcher's waiting."""

from datetime import UTC, datetime, timedelta

# A Monday morning in winter: 09:00 in Amsterdam.
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class FakeClock:
    """See reminders.delivery.channel.Clock."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        # How far the wall clock was set away from the time that passed.
        self._set_by = timedelta(0)

    def now(self) -> datetime:
        """The instant it stands at."""
        return self._now

    def steady(self) -> datetime:
        """The time that passed, without the jumps of the wall clock."""
        return self._now - self._set_by

    def jump(self, by: timedelta) -> None:
        """Somebody sets the wall clock forward or (by less than nothing) back; no time passes."""
        self._now += by
        self._set_by += by

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
