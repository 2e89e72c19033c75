"""The channel between its servers."""

from collections.abc import AsyncIterator

import pytest

from tests.bot.channels.email.rig import Rig, rigged


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Sending and reading."""
    async with rigged() as made:
        yield made
