"""Everybody writes at once: nobody's words are lost, nobody hears "sorry", nobody is answered twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.botapi.server import BotApi
from tests.end_to_end.flood import flood, set_up
from tests.end_to_end.service import Service


@pytest.fixture
async def bot_api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


async def test_a_flood_by_webhook(bot_api: BotApi, tmp_path: Path, sqlite_url: str) -> None:
    service = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
    set_up(service)
    await service.start()
    try:
        found = await flood(service, bot_api, people=150)
    finally:
        await service.stop()
    assert (found.answered, found.apologies, found.twice) == (150, 0, 0)
