"""One worker of the dispatch benchmark, a process of its own: says it is ready, dispatches, prints its figures.

`python -m bot.bench.dispatch_worker URL SECRET EXPECTED [--profile]`: "ready" goes to standard output, a line on
standard input starts it, the figures follow as one line of JSON.
"""

import asyncio
import cProfile
import json
import pstats
import resource
import sys
import time
from zoneinfo import ZoneInfo

from bot.bench.outbox_rows import CHANNEL, LANGUAGES, reminder
from bot.configuration.clock import SystemClock
from bot.configuration.garbage import settle
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Rendered, Renderer
from reminders.delivery.channel import Capabilities, Receipt
from reminders.sending.dispatcher import Dispatcher
from reminders.terms.rule_sets import LAW
from reminders.wording.composers import every_composer
from storage.attendance.patterns import TalkRule
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.outbox.leases import worker_name

# Nothing was sent for so many seconds: another worker took the rest; or, before the first, the start takes long.
_QUIET = 2.0
_LONGEST_START = 30.0
_KEPT_LAGS = 20_000
_MOST_COSTLY = 30


class InstantSender:
    """A counterpart that answers at once."""

    name = CHANNEL
    capabilities = Capabilities(buttons=True)

    def __init__(self) -> None:
        self.sent = 0
        self.characters = 0

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """See reminders.delivery.channel.Sender."""
        self.sent += 1
        self.characters += len(message.text)
        return Receipt(reference)


class Lags:
    """Keeps how late messages were claimed; in_hand is told last when a result is on disk."""

    def __init__(self) -> None:
        self.claimed: list[float] = []
        self.last_written = 0.0
        self.most_in_hand = 0

    def finished(self, channel: str, outcome: str) -> None:
        """See DeliveryMetrics."""

    def claimed_after(self, seconds: float) -> None:
        """See DeliveryMetrics."""
        self.claimed.append(seconds)

    def sent_after(self, channel: str, seconds: float) -> None:
        """See DeliveryMetrics."""

    def in_hand(self, count: int) -> None:
        """See DeliveryMetrics."""
        self.most_in_hand = max(self.most_in_hand, count)
        self.last_written = time.time()

    def channel_down(self, channel: str, *, down: bool) -> None:
        """See DeliveryMetrics."""


def _memory() -> float:
    """This process's present memory in MB."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 1e6


def _memory_peak() -> float:
    """The most memory this process had, in MB. (getrusage's figure starts at what the parent had when it forked.)"""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 / 1e6 for line in status if line.startswith("VmHWM:"))


async def work(url: str, secret: str, expected: int) -> dict[str, object]:
    """Dispatch until `expected` messages were sent here or none came for a while."""
    database = open_database(url, KeyRing([secret]))
    sender, lags = InstantSender(), Lags()
    zone = ZoneInfo("Europe/Amsterdam")
    renderer = Renderer(Catalogs(), zone)
    for language in LANGUAGES:
        # A service that is up has its catalogs read; a start costs each worker a second, once.
        renderer.render(reminder(0, SystemClock().now()), language)
    dispatcher = Dispatcher(
        database,
        {CHANNEL: sender},
        renderer,
        every_composer(zone, lambda _: LAW.rules, lambda _: TalkRule()),
        SystemClock(),
        worker_name(),
        metrics=lags,
    )
    stop = asyncio.Event()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    settle()
    before, halfway = _memory(), 0.0
    started, cpu = time.time(), time.process_time()
    running = asyncio.create_task(dispatcher.run(stop))
    seen, seen_at = 0, time.time()
    while sender.sent < expected:
        await asyncio.sleep(0.05)
        if not halfway and sender.sent >= expected / 2:
            halfway = _memory()
        if sender.sent != seen:
            seen, seen_at = sender.sent, time.time()
        elif time.time() - seen_at > (_QUIET if seen else _LONGEST_START):
            break
    stop.set()
    await running
    cpu = time.process_time() - cpu
    await database.close()
    lags.claimed.sort()
    return {
        "sent": sender.sent,
        "started": started,
        "ended": lags.last_written,
        "cpu_s": cpu,
        "memory_before_mb": round(before, 1),
        # One of several workers may never come to half of all.
        "memory_halfway_mb": round(halfway or before, 1),
        "memory_after_mb": round(_memory(), 1),
        "memory_peak_mb": round(_memory_peak(), 1),
        "most_in_hand": lags.most_in_hand,
        "claimed_after_s": lags.claimed[:: max(1, len(lags.claimed) // _KEPT_LAGS)],
    }


def _where_time_goes(profile: cProfile.Profile) -> list[dict[str, object]]:
    """The functions that cost most, by their own time."""
    profiled = pstats.Stats(profile).get_stats_profile()
    ranked = sorted(profiled.func_profiles.items(), key=lambda item: item[1].tottime, reverse=True)[:_MOST_COSTLY]
    return [
        {
            "function": f"{'/'.join(stats.file_name.split('/')[-2:])}:{stats.line_number} {name}",
            "calls": stats.ncalls,
            "share": round(stats.tottime / (profiled.total_tt or 1.0), 3),
        }
        for name, stats in ranked
    ]


def main() -> None:
    """See the module's docstring."""
    url, secret, expected = sys.argv[1], sys.argv[2], int(sys.argv[3])
    profile = cProfile.Profile() if "--profile" in sys.argv else None
    if profile is not None:
        profile.enable()
    figures = asyncio.run(work(url, secret, expected))
    if profile is not None:
        profile.disable()
        figures["profile"] = _where_time_goes(profile)
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
