"""What goes wrong at the command line: a sentence on standard error, an exit code, never a traceback."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.databases import SqliteDatabases

RUN = CliRunner()
PEOPLE = "external_id,given_name,language,group,municipality\nP1,Amina,nl,asylum,Huizen\n"
OTHER = "another secret for tests that is long enough"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteDatabases) -> Path:
    """A database with one person, which is copied for each test."""
    place = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        _opens(sqlite_databases.new(place), place, patch)
        assert RUN.invoke(app, ["import", "people", "people.csv"]).exit_code == 0
    # One file: nothing is left in a log beside it.
    [file] = place.glob("maatje-*")
    return file


def _opens(url: str, place: Path, patch: pytest.MonkeyPatch) -> None:
    patch.chdir(place)
    patch.setenv("MAATJE_DATABASE_URL", url)
    patch.setenv("MAATJE_SECRET_KEY", "a secret for tests that is long enough")
    (place / "people.csv").write_text(PEOPLE)


@pytest.fixture
def folder(tmp_path: Path, sqlite_url: str, filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copyfile(filled, sqlite_url.removeprefix("sqlite:///"))
    _opens(sqlite_url, tmp_path, monkeypatch)
    return tmp_path


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        pytest.param("SECRET_KEY", "", "MAATJE_SECRET_KEY is not set", id="no secret"),
        pytest.param("SECRET_KEY", "short", "at least 32", id="short secret"),
        pytest.param("SECRET_KEY", OTHER, "under a secret that is not in MAATJE_SECRET_KEY", id="another secret"),
        pytest.param("DATABASE_URL", "nothing", "no address of a database", id="no url"),
        pytest.param("DATABASE_URL", "mysql://u:hush@h/x", "no address of a database", id="another engine"),
        pytest.param("DATABASE_URL", "sqlite:////no/such/folder/x.db", "There is no folder", id="no such folder"),
        pytest.param("DATABASE_URL", "sqlite:///people.csv", "cannot be used", id="no database"),
        pytest.param("DATABASE_URL", "postgresql://u:hush@127.0.0.1:1/x", "cannot be used", id="no server"),
        pytest.param("CONFIG", "nowhere.toml", "does not exist", id="no such configuration"),
        pytest.param("CONFIG", ".", "cannot be read", id="a folder as configuration"),
        pytest.param("TIMEZONE", "Mars", "no time zone", id="no such zone"),
    ],
)
@pytest.mark.parametrize(
    "command", [("plan", "P1"), ("reminders", "preview", "P1"), ("import", "people", "people.csv")]
)
def test_settings_that_are_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], setting: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"MAATJE_{setting}", value)
    done = RUN.invoke(app, [*command, "--json"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert "hush" not in done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param("plan NOBODY", 1, id="nobody"),
        pytest.param("export NOBODY", 1, id="nobody to export"),
        pytest.param("erase NOBODY --yes", 1, id="nobody to erase"),
        pytest.param("invite NOBODY", 1, id="nobody to invite"),
        pytest.param("reminders preview P1 --now yesterday", 2, id="no moment"),
        pytest.param("reminders preview P1 --now 0001-01-01", 2, id="before all time"),
        pytest.param("reminders preview P1 --now 9999-12-31T23:00", 2, id="after all time"),
        pytest.param("reminders preview P1 --days 0", 2, id="no days"),
        pytest.param("import people nowhere.csv", 2, id="no file"),
        pytest.param("import people .", 2, id="a folder"),
        pytest.param("terms --signed-on 1-3-2026", 2, id="Dutch date"),
        pytest.param("terms --signed-on 9999-12-31", 2, id="outside the calendar"),
        pytest.param("terms --route c1", 2, id="no such route"),
    ],
)
def test_arguments_that_are_wrong(arguments: str, code: int) -> None:
    done = RUN.invoke(app, arguments.split())
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "field"),
    [
        pytest.param("", "file", id="empty"),
        pytest.param("external_id,language,group,municipality\n", "given_name", id="a column is missing"),
        pytest.param("external_id,external_id\n", "external_id", id="a column twice"),
    ],
)
def test_a_file_that_is_no_table_is_reported_as_a_document_too(folder: Path, text: str, field: str) -> None:
    (folder / "people.csv").write_text(text)
    done = RUN.invoke(app, ["import", "people", "people.csv", "--json"])
    report = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [(fault["row"], fault["field"]) for fault in report["rejected"]] == [(1, field)]
    assert (report["created"], report["updated"], report["unchanged"]) == (0, 0, 0)


@pytest.mark.usefixtures("folder")
def test_doctor_notices_that_the_secret_is_not_the_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    def stored_data() -> str:
        found = json.loads(RUN.invoke(app, ["doctor", "--json"]).stdout)["findings"]
        return str(next(finding["state"] for finding in found if finding["about"] == "stored data"))

    assert stored_data() == "ok"
    monkeypatch.setenv("MAATJE_SECRET_KEY", OTHER)
    assert stored_data() == "fault"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["plan P1", "migrate", "rekey", "import people people.csv", "run --port 0"])
def test_a_secret_that_is_not_the_databases_stops_before_anything_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str, command: str
) -> None:
    (folder / "people.csv").write_text(PEOPLE + "P2,Omar,nl,asylum,Huizen\n")
    before = dump(sqlite_url)
    monkeypatch.setenv("MAATJE_SECRET_KEY", OTHER)
    done = RUN.invoke(app, command.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert "person (1). Add that secret" in " ".join(done.stderr.split())
    assert dump(sqlite_url) == before


def dump(url: str) -> list[str]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return list(connection.iterdump())


def test_doctor_makes_no_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAATJE_DATABASE_URL", "sqlite:///new.db")
    done = RUN.invoke(app, ["doctor"])
    assert done.exit_code == 0
    assert "new.db is not there yet" in " ".join(done.stdout.split())
    assert not (folder / "new.db").exists()
