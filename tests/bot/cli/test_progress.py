"""Progress on the command line: a file goes in, the plan shows it, a handover holds it and no words (issue 23)."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.demo.people import FINISHED, HALF_WAY, HALF_WAY_Z, ROUTES, make_tables
from reminders.terms.open_parts import open_parts
from reminders.terms.progress import is_finished
from reminders.terms.terms import Group, Route
from storage.progress.noted import NotedPart
from storage.vocabulary import PartStatus, PlanPart

RUN = CliRunner()
TABLES = {
    "people": "external_id,given_name,language,group,municipality,consultant_email\nP1,Amina,nl,asylum,Huizen,s@h.nl\n",
    "plans": "person_external_id,route,plan_dated_on\nP1,z,2025-01-06\n",
    "appointments": (
        "external_id,person_external_id,kind,starts_at,ends_at\n"
        "M1,P1,pvt,2025-03-05 14:00,2025-03-05 17:30\nM2,P1,class,2025-03-06 09:00,2025-03-06 12:00\n"
    ),
    "attendance": "appointment_external_id,person_external_id,presence\nM1,P1,present\nM2,P1,late\n",
    "progress": (
        "person_external_id;part;status;on;hours;attempt;note\n"
        "P1;lessons;busy;2025-02-01;50;;\nP1;map;done;2025-06-01;40;;mooi gedaan\nP1;writing;done;;;;\n"
    ),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables as files, and the test's settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAATJE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MAATJE_SECRET_KEY", "a secret for tests that is long enough")
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)


def maatje(*arguments: str, code: int = 0) -> dict[str, object]:
    done = RUN.invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_file_of_progress_and_lists_of_attendance_meet_in_the_plan() -> None:
    for kind in ("people", "plans", "appointments", "attendance"):
        maatje("import", kind, f"{kind}.csv", "--json")
    rejected = [{"row": 4, "field": "part"}]
    # The hours of the lessons stood there already, by the list.
    for arguments, counts in ((["--dry-run"], (1, 1, 0)), ([], (1, 1, 0)), ([], (0, 0, 2))):
        report = maatje("import", "progress", "progress.csv", "--json", *arguments, code=1)
        assert (report["created"], report["updated"], report["unchanged"]) == counts
        found = cast(list[dict[str, object]], report["rejected"])
        assert [{"row": one["row"], "field": one["field"]} for one in found] == rejected
    plan = maatje("plan", "P1", "--json")
    parts = {cast(str, one["part"]): one for one in cast(list[dict[str, object]], plan["progress"])}
    assert {name: one["status"] for name, one in parts.items()} == {
        "pvt": "busy", "lessons": "busy", "participation": "busy", "map": "done",
    }  # fmt: skip
    assert (parts["lessons"]["hours"], parts["lessons"]["hours_required"]) == (53.0, 800.0)
    assert (parts["pvt"]["hours"], parts["pvt"]["hours_required"]) == (3.5, 12.0)
    assert plan["open"] == ["lesson_hours", "participation_hours", "pvt"]
    assert (plan["finished"], plan["closed"]) == (False, None)
    columns = maatje("import", "columns", "progress", "--json")
    assert [one["name"] for one in cast(list[dict[str, object]], columns["columns"])] == [
        "person_external_id", "part", "status", "on", "hours", "attempt", "note",
    ]  # fmt: skip


def test_a_handover_has_the_plan_and_no_words() -> None:
    for kind in ("people", "plans", "appointments", "attendance"):
        maatje("import", kind, f"{kind}.csv", "--json")
    maatje("import", "progress", "progress.csv", "--json", code=1)
    handed = maatje("export", "P1", "--handover")
    assert {"person", "plan", "terms", "progress", "open", "hours", "appointments"} <= handed.keys()
    assert not {"letters", "messages", "absences", "conversations", "audit", "contacts"} & handed.keys()
    assert cast(dict[str, object], handed["plan"])["route"] == "z"
    assert [one["presence"] for one in cast(list[dict[str, object]], handed["appointments"])] == ["present", "late"]
    assert "plan" in maatje("export", "P1")


def test_the_demo_has_somebody_half_way_and_somebody_finished() -> None:
    table = csv.DictReader(io.StringIO(make_tables(date(2026, 11, 30)).progress.decode("utf-8-sig")), delimiter=";")
    noted: dict[str, list[NotedPart]] = {}
    for row in table:
        minutes = int(row["hours"]) * 60 if row["hours"] else None
        line = NotedPart(PlanPart(row["part"]), PartStatus(row["status"]), date.fromisoformat(row["on"]), minutes)
        noted.setdefault(row["person_external_id"], []).append(line)
    open_of = {
        number: open_parts(Group.ASYLUM, Route(ROUTES[number]), noted[f"P{number + 1:03}"])
        for number in (HALF_WAY, HALF_WAY_Z, FINISHED)
    }
    assert open_of[FINISHED] == ()
    assert is_finished(Group.ASYLUM, Route(ROUTES[FINISHED]), noted[f"P{FINISHED + 1:03}"])
    assert len(open_of[HALF_WAY]) == 2
    assert len(open_of[HALF_WAY_Z]) == 3
