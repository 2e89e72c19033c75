"""Importing what reminders come from and looking ahead at them, as an operator does on the command line."""

import json
import re
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from bot.cli import app

RUN = CliRunner()

PEOPLE = "external_id,given_name,language,group,municipality,consultant_email\nP1,Amina,nl,asylum,Huizen,s@h.example\n"
MEETING = (
    "external_id;person_external_id;kind;starts_at;ends_at;location\n"
    "A1;P1;progress_meeting;2030-03-14 14:00;2030-03-14 15:00;Gemeentehuis\n"
)
GROUPS = "group,person_external_id,from,until\nA,P1,2026-01-01,\n"
TIMETABLE = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:les
DTSTART;TZID=Europe/Amsterdam:20200106T090000
DTEND;TZID=Europe/Amsterdam:20200106T120000
RRULE:FREQ=WEEKLY
SUMMARY:NT2
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def folder(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tables are; the settings are the test's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAATJE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MAATJE_SECRET_KEY", "a secret for tests that is long enough")
    for name, text in {
        "people.csv": PEOPLE,
        "appointments.csv": MEETING,
        "groups.csv": GROUPS,
        "timetable.ics": TIMETABLE,
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def maatje(*arguments: str, code: int = 0) -> dict[str, object]:
    done = RUN.invoke(app, [*arguments, "--json"])
    assert done.exit_code == code, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.usefixtures("folder")
def test_reminders_of_an_imported_meeting_are_previewed_as_text() -> None:
    maatje("import", "people", "people.csv")
    maatje("import", "appointments", "appointments.csv")
    shown = maatje("reminders", "preview", "P1", "--days", "14", "--now", "2030-03-05T09:00")
    assert (shown["held_back"], shown["channel"], shown["language"]) == ("not_agreed", None, "nl")
    messages = shown["messages"]
    assert isinstance(messages, list)
    assert [message["at"] for message in messages] == [
        "2030-03-07T14:00:00+01:00",
        "2030-03-11T12:00:00+01:00",
        "2030-03-13T14:00:00+01:00",
        "2030-03-14T12:00:00+01:00",
    ]
    assert [message["kind"] for message in messages] == ["reminder", "confirm_again", "reminder", "reminder"]
    for part in ("Voortgangsgesprek", "donderdag 14 maart", "14:00", "Gemeentehuis", "Komt u?"):
        assert part in messages[0]["text"]


def test_dates_that_contradict_each_other_are_warned_of_and_kept(folder: Path) -> None:
    (folder / "people.csv").write_text(
        "external_id,given_name,language,group,municipality,consultant_email,brp_registered_on\n"
        "P1,Amina,nl,migrant,Huizen,s@h.example,2026-02-01\nP2,Omar,nl,asylum,Huizen,s@h.example,2026-02-01\n"
    )
    (folder / "plans.csv").write_text(
        "person_external_id,route,plan_signed_on,relief_started_on,bridging_started_on\n"
        "P1,b1,2026-01-15,2026-02-01,2026-03-01\nP2,education,2026-03-01,2026-02-01,2026-03-01\n"
    )
    maatje("import", "people", "people.csv")
    for created in (2, 0):
        report = maatje("import", "plans", "plans.csv")
        assert (report["created"], report["unchanged"], report["rejected"]) == (created, 2 - created, [])
        warnings = report["warnings"]
        assert isinstance(warnings, list)
        assert [(w["row"], w["field"]) for w in warnings] == [
            (2, "bridging_started_on"),
            (2, "plan_signed_on"),
            (2, "relief_started_on"),
        ]


@pytest.mark.usefixtures("folder")
def test_a_timetable_is_imported_for_a_group_and_again_without_change() -> None:
    maatje("import", "people", "people.csv")
    assert maatje("import", "groups", "groups.csv")["created"] == 1
    first = maatje("import", "timetable", "timetable.ics", "--group", "A")
    again = maatje("import", "timetable", "timetable.ics", "--group", "A")
    assert first["created"] == again["unchanged"] != 0
    assert (again["created"], again["updated"], again["rejected"]) == (0, 0, [])
    # Nobody has agreed yet, so that there is nothing to plan but what the consultant must know.
    assert maatje("reminders", "plan") == {"people": 1, "planned": 0}
    messages = maatje("reminders", "preview", "P1", "--days", "8")["messages"]
    assert isinstance(messages, list)
    assert {kind for message in messages for kind in message["kinds"]} == {"classes", "overview"}


def test_every_change_is_listed_with_its_source(folder: Path) -> None:
    table = (folder / "appointments.csv").read_text()
    maatje("import", "people", "people.csv")
    maatje("import", "appointments", "appointments.csv")
    (folder / "appointments.csv").write_text(
        table.replace("03-14 14:00", "03-15 10:00").replace("03-14 15:00", "03-15 11:00")
    )
    assert maatje("import", "appointments", "appointments.csv")["updated"] == 1
    (meeting,) = cast(list[dict[str, object]], maatje("plan", "P1")["appointments"])
    # For people it is tables, with every term on a line and every appointment in a row.
    shown = RUN.invoke(app, ["plan", "P1"]).stdout
    assert "{" not in shown
    assert re.search(r"term_end\s", shown)
    assert re.search(r"^\s*A1\s", shown, re.MULTILINE)
    assert meeting["source"] == "csv"
    changes = cast(list[dict[str, object]], meeting["changes"])
    assert [(c["change"], c["source"], c["by"], c["version"], c["starts_at"], c["old_starts_at"]) for c in changes] == [
        ("made", "csv", "operator", 1, "2030-03-14T14:00:00+01:00", None),
        ("moved", "csv", "operator", 2, "2030-03-15T10:00:00+01:00", "2030-03-14T14:00:00+01:00"),
    ]
    done = RUN.invoke(app, ["audit", "--about", "P1", "--json"])
    # That the operator looked at the plan stands there too.
    changed = [line for line in json.loads(done.stdout) if line["source"] is not None]
    assert [(line["action"], line["source"], line["by"]) for line in changed] == [
        ("moved_appointment", "csv", "operator"),
        ("made_appointment", "csv", "operator"),
    ]
    assert "moved_appointment (csv)" in RUN.invoke(app, ["audit", "--by", "operator"]).stdout
    assert RUN.invoke(app, ["audit", "--about", "P9"]).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["reminders", "preview", "P1", "--now", "tomorrow"], id="no moment"),
        pytest.param(["import", "timetable", "timetable.ics", "--group", " "], id="no group"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_wrong_usage_says_what_to_do(arguments: list[str]) -> None:
    maatje("import", "people", "people.csv")
    done = RUN.invoke(app, arguments)
    assert done.exit_code == 2
    assert "write 2026-03-01T09:00" in done.stderr or "name the lesson group" in done.stderr


@pytest.mark.usefixtures("folder")
def test_nobody_by_that_name() -> None:
    done = RUN.invoke(app, ["reminders", "preview", "P9"])
    assert done.exit_code == 1
    assert "Import people first" in done.stderr


def test_a_damaged_timetable_is_reported_by_line(folder: Path) -> None:
    (folder / "timetable.ics").write_text(TIMETABLE.replace("FREQ=WEEKLY", "FREQ=OFTEN"))
    maatje("import", "people", "people.csv")
    found = maatje("import", "timetable", "timetable.ics", "--group", "A", code=1)
    rejected = found["rejected"]
    assert isinstance(rejected, list)
    assert rejected[0]["row"] == 7
