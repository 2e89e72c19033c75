"""Two editors of content; what they change is said by the texts that tests share, and forgotten after each test."""

from collections.abc import Iterator

import pytest

from locales.rendering.catalog import OwnTexts
from storage.vocabulary import DeskRole
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import TEXTS, Talk


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    TEXTS.renderer.catalogs.put_own(OwnTexts())


@pytest.fixture
async def editor(talk: Talk) -> Browser:
    return await Browser(talk).signs_in("redactie@huizen.example", DeskRole.CONTENT_EDITOR)


@pytest.fixture
async def second(talk: Talk) -> Browser:
    return await Browser(talk).signs_in("tweede@huizen.example", DeskRole.CONTENT_EDITOR)
