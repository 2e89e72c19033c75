"""Dialect words and letters that are held are read as what they stand for."""

import pytest

from bot.faq.dialect import Dialect


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        pytest.param("heeeelp", "help", id="a letter that is held"),
        pytest.param("imdaaaat!!!", "imdat!!!", id="not the marks"),
        pytest.param("спаситеее", "спасите", id="in another script"),
        pytest.param("om 10000 uur", "om 10000 uur", id="not numbers"),
        pytest.param("zee een", "zee een", id="two are a word"),
    ],
)
def test_what_is_written(written: str, standard: str) -> None:
    assert Dialect().standard(written) == standard
