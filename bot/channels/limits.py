"""Token buckets in memory: how often one key (a client's address, a contact) may do something."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

# Enough for a town's phones; whoever makes up more keys pushes out the oldest, and those start full again.
_KEYS = 20_000


class Limit:
    """At most `burst` at once, then `per_second` more; `monotonic` is a clock in seconds that never goes back."""

    def __init__(self, burst: int, per_second: float, monotonic: Callable[[], float]) -> None:
        self._burst = burst
        self._per_second = per_second
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> int:
        """0 when it is allowed (and counted); otherwise the whole seconds to wait."""
        now = self._monotonic()
        left, at = self._buckets.pop(key, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._per_second)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > _KEYS:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, ceil((1 - left) / self._per_second))


def network_of(client: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 of an IPv6 address, which one household has whole."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return client
