"""The shipped door, read once."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.faq.finder import build_finder
from bot.understanding.door import TrainedDoor
from locales.faq.content import load_faq

#: A Monday.
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.fixture(scope="session")
def door() -> TrainedDoor:
    return TrainedDoor(build_finder(load_faq()))
