"""Speaks many different reminders at once, as a morning of reminders does."""

import asyncio
import os
import statistics
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.bench.faq_run import resident_bytes
from bot.bench.outbox_rows import reminder
from bot.voice.encoding import decode
from bot.voice.studio import build_speaker
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from storage.engine.columns import Json

_START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


async def bench_voice(count: int, zone: ZoneInfo) -> dict[str, Json]:
    """Figures as JSON: reminders a second, seconds of sound a second, bytes of the largest and the middle one, memory
    in MB."""
    speaker = build_speaker(Renderer(Catalogs(), zone))
    locales = sorted(speaker.voices)
    try:
        await speaker.spoken(reminder(1, _START), "nl")
        before = resident_bytes()
        started = time.perf_counter()
        spoken = await asyncio.gather(
            *(
                speaker.spoken(
                    reminder(number, _START + timedelta(minutes=number)),
                    locales[number % len(locales)],
                    with_choices=True,
                )
                for number in range(2, count + 2)
            )
        )
        seconds = time.perf_counter() - started
        after = resident_bytes()
    finally:
        await speaker.close()
    files = [made.file.content for made in spoken if made is not None]
    sizes = [len(file) for file in files]
    lengths = [decode(file).seconds for file in files[: len(locales)]]
    return {
        "reminders": len(files),
        "cores": os.cpu_count(),
        "per_second": round(len(files) / seconds, 1),
        "middle_seconds_of_sound": round(statistics.median(lengths), 1),
        "largest_bytes": max(sizes),
        "middle_bytes": int(statistics.median(sizes)),
        "memory_mb": round((after - before) / 1e6, 1),
    }
