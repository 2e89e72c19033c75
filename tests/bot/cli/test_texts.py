"""`maatje translations …` as an operator calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from locales.rendering.languages import LANGUAGES

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


def test_check_says_how_easy_the_dutch_is() -> None:
    done = RUN.invoke(app, ["translations", "check", "--locale", "nl", "--json"])
    reading = json.loads(done.stdout)["locales"]["nl"]["readability"]
    assert reading["all"]["words_a_sentence"] < 12
    assert reading["texts"]["menu.ask"]["longest_sentence"] == 5


@pytest.mark.parametrize("name", ["sheet.csv", "sheet.xlsx"])
def test_a_sheet_goes_out_and_comes_in(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert RUN.invoke(app, ["translations", "export", "ar", str(file)]).exit_code == 0
    done = RUN.invoke(app, ["translations", "import", str(file), "--dry-run", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["unchanged"] > 250
    assert (found["approved"], found["corrected"], found["rejected"]) == (0, 0, [])


@pytest.mark.parametrize(("locale", "name"), [("nl", "sheet.csv"), ("ar", "sheet.pdf"), ("xx", "sheet.csv")])
def test_what_cannot_be_exported(tmp_path: Path, locale: str, name: str) -> None:
    assert RUN.invoke(app, ["translations", "export", locale, str(tmp_path / name)]).exit_code == 2
    assert not list(tmp_path.iterdir())


def test_what_is_no_sheet_is_told(tmp_path: Path) -> None:
    file = tmp_path / "sheet.csv"
    file.write_text("a,b\n")
    assert RUN.invoke(app, ["translations", "import", str(file)]).exit_code == 1


def test_a_language_that_is_there_cannot_be_added() -> None:
    done = RUN.invoke(app, ["translations", "add", "ar", "--name", "x", "--parts", "a,b,c,d"])
    assert done.exit_code == 2
