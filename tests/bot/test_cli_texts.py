"""`maatje translations …` as an operator calls it."""

import json

import pytest
from typer.testing import CliRunner

from bot.cli import app
from locales.languages import LANGUAGES

RUN = CliRunner()


def test_check_says_of_every_locale_how_it_stands() -> None:
    done = RUN.invoke(app, ["translations", "check", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert list(found["locales"]) == list(LANGUAGES)
    assert found["faults"] == []
    dutch = found["locales"]["nl"]
    assert dutch["translated"] == dutch["texts"] > 300
    assert dutch["missing"] == dutch["fuzzy"] == dutch["broken_placeholders"] == 0


def test_check_of_one_locale() -> None:
    done = RUN.invoke(app, ["translations", "check", "--locale", "ar", "--json"])
    assert done.exit_code == 0, done.output
    assert list(json.loads(done.stdout)["locales"]) == ["ar"]


def test_check_as_a_table() -> None:
    done = RUN.invoke(app, ["translations", "check", "--locale", "en"])
    assert done.exit_code == 0, done.output
    assert "in order" in done.stdout


@pytest.mark.parametrize("locale", ["xx", ""])
def test_a_language_that_maatje_does_not_speak(locale: str) -> None:
    done = RUN.invoke(app, ["translations", "check", "--locale", locale])
    assert done.exit_code == 2
