"""One door a channel. The doors are found by the registry's names: a channel without one fails here.

A new channel adds `tests/contract/<name>.py` with `<name>_door` and what it `CAN`, and the suite holds for it. The
toy shows that nothing else is needed.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module

import pytest

from bot.channels.registry import names
from storage.engine.database import Database
from tests.contract.door import Can, Door

# Nobody writes on a telephone, and nothing is shown there: tests/bot/channels/phone holds it to its own contract.
SPOKEN = frozenset({"phone"})
NAMES = (*(name for name in names() if name not in SPOKEN), "toy")
MODULES = {name: import_module(f"tests.contract.{name}") for name in NAMES}
DOORS: dict[str, Callable[[Database], AbstractAsyncContextManager[Door]]] = {
    name: getattr(module, f"{name}_door") for name, module in MODULES.items()
}
CAN: dict[str, Can] = {name: module.CAN for name, module in MODULES.items()}


@pytest.fixture(params=NAMES)
async def door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """A started channel with one person at the other end, for each channel in turn."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened


@pytest.fixture(params=[name for name in NAMES if CAN[name].buttons])
async def button_door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """The same for each channel that has buttons."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened


@pytest.fixture(params=[name for name in NAMES if CAN[name].take_buttons_off])
async def closing_door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """The same for each channel that can take buttons off."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened


@pytest.fixture(params=[name for name in NAMES if not CAN[name].buttons])
async def plain_door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """The same for each channel that has none."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened


@pytest.fixture(params=[name for name in NAMES if CAN[name].files])
async def file_door(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Door]:
    """The same for each channel that carries files."""
    async with DOORS[request.param](sqlite_database) as opened:
        yield opened
