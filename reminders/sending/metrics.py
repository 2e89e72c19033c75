"""What the dispatcher counts: messages by channel and outcome, how late they left, how many are in hand."""

from functools import cache
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.1, 0.5, 1, 2, 5, 15, 60, 300, 1800, 7200)


class DeliveryMetrics(Protocol):
    """Where the dispatcher counts. Outcomes and channels are words of a small vocabulary, never of people."""

    def finished(self, channel: str, outcome: str) -> None:
        """A message reached an end, or a try failed: "sent", "failed", "expired", "cancelled", "retry", "deferred"."""

    def claimed_after(self, seconds: float) -> None:
        """A message was claimed so many seconds after it was due."""

    def sent_after(self, channel: str, seconds: float) -> None:
        """A message left so many seconds after it was due."""

    def in_hand(self, count: int) -> None:
        """So many messages are claimed by this process now."""

    def channel_down(self, channel: str, *, down: bool) -> None:
        """Whether a channel counts as down now."""


class NoMetrics:
    """Counts nothing."""

    def finished(self, channel: str, outcome: str) -> None:
        """See DeliveryMetrics."""

    def claimed_after(self, seconds: float) -> None:
        """See DeliveryMetrics."""

    def sent_after(self, channel: str, seconds: float) -> None:
        """See DeliveryMetrics."""

    def in_hand(self, count: int) -> None:
        """See DeliveryMetrics."""

    def channel_down(self, channel: str, *, down: bool) -> None:
        """See DeliveryMetrics."""


class PrometheusMetrics:
    """Counts in a prometheus-client registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        outcomes = Counter(
            "maatje_messages", "Messages by channel and outcome", ["channel", "outcome"], registry=registry
        )
        lag = Histogram(
            "maatje_message_lag_seconds",
            "From due to sent",
            ["channel"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._claim_lag = Histogram(
            "maatje_message_claim_lag_seconds", "From due to claimed", buckets=_BUCKETS, registry=registry
        )
        # Looking a label up costs more than counting under it.
        self._outcome = cache(outcomes.labels)
        self._lag_of = cache(lag.labels)
        self._in_hand = Gauge("maatje_messages_in_hand", "Messages claimed by this process", registry=registry)
        self._down = Gauge("maatje_channel_down", "1 while a channel counts as down", ["channel"], registry=registry)

    def finished(self, channel: str, outcome: str) -> None:
        """See DeliveryMetrics."""
        self._outcome(channel, outcome).inc()

    def claimed_after(self, seconds: float) -> None:
        """See DeliveryMetrics."""
        self._claim_lag.observe(max(0.0, seconds))

    def sent_after(self, channel: str, seconds: float) -> None:
        """See DeliveryMetrics."""
        self._lag_of(channel).observe(max(0.0, seconds))

    def in_hand(self, count: int) -> None:
        """See DeliveryMetrics."""
        self._in_hand.set(count)

    def channel_down(self, channel: str, *, down: bool) -> None:
        """See DeliveryMetrics."""
        self._down.labels(channel).set(int(down))
