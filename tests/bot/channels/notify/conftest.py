"""A rig a test."""

from collections.abc import AsyncIterator

import pytest

from tests.bot.channels.notify.rig import Rig, rigged


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Both channels started, Notify as it is by itself."""
    async with rigged() as made:
        yield made
