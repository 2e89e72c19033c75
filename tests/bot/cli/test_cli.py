"""The command line as a whole: every command is there, also when only its own module is imported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_group

import bot.cli
from bot.cli import build, outline

FOLDER = Path(bot.cli.__file__).parent
COMMANDS = sorted(get_group(build()).commands)
# DESIGN.md, "The command line".
OF_THE_DESIGN = {
    "run", "migrate", "doctor", "import", "invite", "terms", "plan", "reminders", "faq", "translations", "export",
    "erase", "bench",
}  # fmt: skip


def test_every_module_of_the_folder_has_its_commands() -> None:
    modules = {file.stem for file in FOLDER.glob("*.py")} - {"__init__", "common", "output"}
    assert modules == bot.cli._MODULES.keys()
    assert set(COMMANDS) >= OF_THE_DESIGN
    assert sorted(name for names in bot.cli._MODULES.values() for name in names) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_there_without_the_others(command: str) -> None:
    assert command in get_group(build(command)).commands


def test_the_outline_says_of_every_command_what_the_command_itself_says() -> None:
    whole, drawn = get_group(build()).commands, get_group(outline()).commands
    lines = {name: (command.help or "").partition("\n\n")[0].replace("\n", " ") for name, command in whole.items()}
    assert {name: command.help for name, command in drawn.items()} == lines


# What only the service, a channel, a file format or a migration needs: each takes a tenth of a second or more.
HEAVY = {
    "aiohttp", "aioimaplib", "alembic", "apscheduler", "av", "holidays", "icalendar", "numpy", "openpyxl", "PIL",
    "prometheus_client", "starlette", "telegram", "typst", "uvicorn", "yaml",
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        pytest.param(["--help"], HEAVY | {"sqlalchemy", "pydantic", "cryptography", "babel", "storage"}, id="help"),
        pytest.param(["plan", "P1"], HEAVY | {"bot.serve", "bot.app", "reminders.wording.composers"}, id="plan"),
    ],
)
def test_the_command_line_starts_fast_since_it_imports_little(
    tmp_path: Path, sqlite_url: str, arguments: list[str], unwanted: set[str]
) -> None:
    """`maatje --help` under half a second and `plan` under one; what is imported decides it, on any machine."""
    seen = "import sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"from bot.cli import main\ntry: main()\nfinally: {seen}", *arguments],
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(FOLDER.parents[1]),
            "MAATJE_DATABASE_URL": sqlite_url,
            "MAATJE_SECRET_KEY": "a secret for tests that is long enough",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (0 if arguments == ["--help"] else 1)
    modules = set(done.stderr.split())
    assert "bot.cli" in modules
    assert not modules & unwanted


def test_terms_need_no_settings_and_nothing_else_stands_on_standard_output(tmp_path: Path) -> None:
    code = "import sys; from bot.cli import main; sys.argv = ['maatje', 'terms', '--json', '--signed-on', '2024-02-28']"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\ntry: main()\nfinally: print('telegram' in sys.modules, file=sys.stderr)"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(FOLDER.parents[1]), "MAATJE_PORT": "wrong"},
        capture_output=True,
        text=True,
        check=True,
    )
    terms = json.loads(done.stdout)
    assert (terms["term_start"], terms["term_end"]) == ("2024-02-29", "2027-02-27")
    # What the channels need takes seconds to import on a slow machine.
    assert done.stderr.strip() == "False"
