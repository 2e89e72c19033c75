"""One door a channel. A new channel adds its own here, and the whole suite holds for it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from storage.database import Database
from tests.contract.door import Door
from tests.contract.telegram import telegram_door
from tests.contract.web import web_door

DOORS: dict[str, Callable[[Database], AbstractAsyncContextManager[Door]]] = {
    "web": web_door,
    "telegram": telegram_door,
}


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """A started channel with one person at the other end, for each channel in turn."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened
