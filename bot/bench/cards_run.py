"""Draws many different cards at once, as a morning of reminders does."""

import asyncio
import os
import statistics
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.bench.faq_run import resident_bytes
from bot.cards.content import AppointmentCard, Card
from bot.cards.renderer import CardRenderer
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES
from locales.rendering.render import Renderer
from storage.engine.columns import Json
from storage.vocabulary import AppointmentKind

_START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
# How long the event loop is kept from other work is looked at every so many seconds.
_LOOK = 0.005


async def bench_cards(count: int, zone: ZoneInfo) -> dict[str, Json]:
    """Figures as JSON: cards a second, bytes of the largest and the middle one, the longest that the event loop was
    held up in ms, memory in MB, and cards a second from the cache."""
    renderer = CardRenderer(Renderer(Catalogs(), zone))
    cards = [_card(number) for number in range(count)]
    locales = list(LANGUAGES)
    try:
        # Each thread's compiler reads the fonts at its first card.
        await asyncio.gather(*(renderer.picture(_card(-number), locales[number % 15]) for number in range(1, 16)))
        before = resident_bytes()
        watching = asyncio.create_task(_longest_hold())
        started = time.perf_counter()
        pictures = await asyncio.gather(
            *(_draw(renderer, card, locales[number % len(locales)]) for number, card in enumerate(cards))
        )
        seconds = time.perf_counter() - started
        watching.cancel()
        started = time.perf_counter()
        await asyncio.gather(
            *(_draw(renderer, card, locales[number % len(locales)]) for number, card in enumerate(cards))
        )
        again = time.perf_counter() - started
        after = resident_bytes()
    finally:
        await renderer.close()
    sizes = [len(picture) for picture in pictures]
    return {
        "cards": count,
        "cores": os.cpu_count(),
        "per_second": round(count / seconds, 1),
        "per_second_cached": round(count / again, 1),
        "largest_bytes": max(sizes),
        "middle_bytes": int(statistics.median(sizes)),
        "loop_held_ms": round(1000 * _HELD[0], 1),
        "memory_mb": round((after - before) / 1e6, 1),
    }


_HELD = [0.0]
_MANY = asyncio.Semaphore(100)


async def _draw(renderer: CardRenderer, card: Card, locale: str) -> bytes:
    # As the dispatcher does: not all of a morning's cards at once.
    async with _MANY:
        return (await renderer.picture(card, locale)).file.content


async def _longest_hold() -> None:
    _HELD[0] = 0.0
    while True:
        started = time.perf_counter()
        await asyncio.sleep(_LOOK)
        _HELD[0] = max(_HELD[0], time.perf_counter() - started - _LOOK)


def _card(number: int) -> AppointmentCard:
    kinds = list(AppointmentKind)
    starts_at = _START + timedelta(minutes=5 * number)
    return AppointmentCard(
        kinds[number % len(kinds)],
        starts_at,
        starts_at + timedelta(hours=1),
        f"Gemeentehuis, kamer {number % 40}",
        with_whom=f"Consulent {number % 7}",
    )
