"""The demo's clock: real time plus what it was moved forward by."""

from datetime import UTC, datetime, timedelta


class DemoClock:
    """See reminders.delivery.channel.Clock. Only ever moves forward: what was said stays said."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The demo's present instant."""
        return datetime.now(UTC) + self._ahead

    def steady(self) -> datetime:
        """See reminders.delivery.channel.Clock; pauses are over when the demo was moved past them."""
        return self.now()

    def move_to(self, moment: datetime) -> None:
        """Stand at `moment` (an instant), when that is ahead; then go on from there."""
        self._ahead = max(self._ahead, moment - datetime.now(UTC))
