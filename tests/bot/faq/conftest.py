"""The shipped content and the shipped finder, read once."""

import pytest

from bot.faq.finder import TrainedFinder, build_finder
from locales.faq.content import FaqContent, load_faq


@pytest.fixture(scope="session")
def content() -> FaqContent:
    return load_faq()


@pytest.fixture(scope="session")
def finder(content: FaqContent) -> TrainedFinder:
    return build_finder(content)
