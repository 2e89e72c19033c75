"""Ending access at the command line: a lost phone, a colleague who leaves, what is kept how long."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import build

RUN = CliRunner()
PEOPLE = (
    "external_id,given_name,family_name,language,group,municipality,born_on,phone,email,consultant_email,consultant_name\n"
    "P1,Amina,Tesfay,ti,asylum,Huizen,1990-05-01,0612345678,,s@huizen.example,Sanne\n"
    "P2,Omar,Haddad,ar,asylum,Huizen,1990-05-01,,,k@huizen.example,Karim\n"
    "P3,Lea,Kovac,en,migrant,Laren,1990-05-01,,,l@laren.example,Loes\n"
)


@pytest.fixture(autouse=True)
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAATJE_SECRET_KEY", "a secret for the tests of the command line")
    monkeypatch.setenv("MAATJE_OPERATOR", "jan de beheerder")
    (tmp_path / "people.csv").write_text(PEOPLE)
    assert RUN.invoke(build(), ["import", "people", "people.csv"]).exit_code == 0


def said(*command: str, exit_code: int = 0) -> dict[str, object]:
    done = RUN.invoke(build(), [*command, "--json"])
    assert done.exit_code == exit_code, done.output
    found = json.loads(done.stdout) if exit_code == 0 else {}
    assert isinstance(found, dict)
    return found


def test_who_there_is_and_a_lost_phone() -> None:
    listed = said("people", "list")["people"]
    assert listed == [{"person": name, "ways": []} for name in ("P1", "P2", "P3")]
    assert said("people", "list", "--unlinked")["people"] == listed
    said("invite", "P1")
    assert said("people", "revoke", "P1") == {"person": "P1", "ended": []}
    assert RUN.invoke(build(), ["people", "revoke", "P9"]).exit_code == 1
    audit = RUN.invoke(build(), ["audit", "--by", "operator", "--json"])
    acts = {line["by"] for line in json.loads(audit.stdout)}
    assert "operator:jandebeheerder" in acts


def test_a_colleague_who_leaves_hands_over_within_the_municipality() -> None:
    assert RUN.invoke(build(), ["consultants", "remove", "s@huizen.example"]).exit_code == 1
    assert RUN.invoke(build(), ["consultants", "hand-over", "s@huizen.example", "l@laren.example"]).exit_code == 1
    assert said("consultants", "remove", "s@huizen.example", "--to", "k@huizen.example")["handed_over"] == 1
    left = said("consultants", "list")["consultants"]
    assert isinstance(left, list)
    assert [(one["name"], one["people"]) for one in left] == [("Karim", 2), ("Loes", 1)]


def test_what_is_kept_how_long_is_shown_as_it_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "maatje.toml").write_text("[retention]\nletter = 90\n")
    monkeypatch.setenv("MAATJE_CONFIG", "maatje.toml")
    rules = said("retention")["retention"]
    assert isinstance(rules, list)
    days = {rule["table"]: rule["days"] for rule in rules}
    assert (days["letter"], days["absence"], days["person"]) == (90, 400, 1826)
    assert all(rule["why"] for rule in rules)
    (tmp_path / "maatje.toml").write_text("[retention]\nperson = 90\n")
    assert RUN.invoke(build(), ["retention"]).exit_code == 2


def test_what_an_operator_looks_at_stands_in_the_log_under_their_name() -> None:
    said("plan", "P1")
    said("reminders", "preview", "P1")
    done = RUN.invoke(build(), ["audit", "--about", "P1", "--json"])
    acts = {(line["by"], line["action"]) for line in json.loads(done.stdout)}
    assert {("operator:jandebeheerder", "looked_at"), ("operator:jandebeheerder", "previewed")} <= acts
    every = json.loads(RUN.invoke(build(), ["audit", "--json"]).stdout)
    assert ("imported", "people") in {(line["action"], line["about"]) for line in every}


def test_letters_are_made_for_everybody_who_is_reached_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "letters.pdf"
    assert said("invite", "--all", "--letters", str(file)) == {"letters": 3, "file": str(file)}
    assert file.read_bytes().startswith(b"%PDF")
    assert file.stat().st_mode & 0o077 == 0
    # Neither over a file that is there, nor half of the question.
    assert RUN.invoke(build(), ["invite", "--all", "--letters", str(file)]).exit_code == 2
    assert RUN.invoke(build(), ["invite", "--all"]).exit_code == 2
    assert RUN.invoke(build(), ["invite"]).exit_code == 2
