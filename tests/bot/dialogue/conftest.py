"""A town to talk in, on each engine."""

from collections.abc import AsyncIterator

import pytest

from storage.engine.database import Database
from tests.bot.dialogue.talk import Talk, town
from tests.clock import FakeClock


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(database, clock) as settled:
        yield settled
