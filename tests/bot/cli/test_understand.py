"""`maatje understand`: what is made of a text, and of a file of texts with what is expected."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

FIELDS = {"act", "need", "reason", "from", "until", "minutes", "topic", "candidates", "language", "score"}


def ran(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["understand", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_a_text_is_one_document_with_every_field() -> None:
    found = json.loads(ran("ik ben ziek, ik kom morgen niet", "--lang", "nl", "--now", "2026-11-30T09:00", "--json"))
    assert found.keys() >= FIELDS
    assert (found["act"], found["reason"]) == ("absence", "ill")
    assert (found["from"], found["until"]) == ("2026-12-01", "2026-12-01")
    assert found["need"] is None


def test_a_file_is_judged_row_by_row(tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text(
        '- {lang: nl, text: "mijn man slaat mij", expect: "urgent:violence"}\n'
        '- {lang: nl, text: "wat is de hoofdstad van peru", expect: null}\n'
        '- {lang: nl, text: "ik ga dood van het lachen", expect: "not urgent"}\n'
        '- {lang: nl, text: "goedemorgen", expect: courtesy}\n'
    )
    found = json.loads(ran("eval", str(file), "--json"))
    assert found["results"][0]["text"] == "mijn man slaat mij"
    assert found["summary"]["all"]["texts"] == 4
    assert found["summary"]["by_kind"]["urgent"]["nl"]["details"] == 1
    assert "urgent" in ran("eval", str(file))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["eval", "nowhere.yaml"], "file that is there"),
        (["hallo", "--lang", "xx"], "does not speak"),
        (["hallo", "--now", "tomorrow"], "is no moment"),
    ],
)
def test_wrong_usage_says_what_to_write(arguments: list[str], said: str) -> None:
    assert said in ran(*arguments, code=2)
