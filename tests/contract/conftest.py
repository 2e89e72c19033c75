"""One door a channel. A new channel adds its own here, and the whole suite holds for it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from storage.engine.database import Database
from tests.contract.door import Door
from tests.contract.email import email_door
from tests.contract.sms import sms_door
from tests.contract.telegram import telegram_door
from tests.contract.web import web_door
from tests.contract.whatsapp import whatsapp_door

DOORS: dict[str, Callable[[Database], AbstractAsyncContextManager[Door]]] = {
    "web": web_door,
    "telegram": telegram_door,
    "whatsapp": whatsapp_door,
    "sms": sms_door,
    "email": email_door,
}
# SMS and e-mail have no buttons; an SMS carries no file.
PLAIN = {"sms", "email"}


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """A started channel with one person at the other end, for each channel in turn."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened


@pytest.fixture(params=[name for name in DOORS if name not in PLAIN])
async def button_door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """The same for each channel that has buttons."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened


@pytest.fixture(params=["web", "telegram"])
async def closing_door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """The same for each channel that can take buttons off; WhatsApp cannot."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened


@pytest.fixture(params=[name for name in DOORS if name in PLAIN])
async def plain_door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """The same for each channel that has none."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened


@pytest.fixture(params=[name for name in DOORS if name != "sms"])
async def file_door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """The same for each channel that carries files."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened
