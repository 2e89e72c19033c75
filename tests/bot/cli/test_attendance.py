"""Attendance on the command line: a list goes in, a report, a picture and the facts come out."""

import asyncio
import csv
import io
import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import app
from bot.reports.attendance_counts import CountedLine
from bot.reports.attendance_plot import MOST_BARS, PlotImpossible, draw
from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment, Participation
from storage.attendance.attendance import Outcome
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.outbox.message import Message
from storage.privacy.audit import AuditEntry
from storage.vocabulary import AbsenceReason, AbsenceState, Answer, AppointmentKind, MessageState
from tests.databases import SqliteDatabases

RUN = CliRunner()
SECRET = "a secret for tests that is long enough"

TABLES = {
    "people.csv": (
        "external_id,given_name,family_name,language,group,municipality,consultant_email\n"
        "P1,Amina,Haile,nl,asylum,Huizen,s@h.example\n=P2,Omar,Aziz,nl,asylum,Laren,t@h.example\n"
    ),
    "plans.csv": "person_external_id,route,plan_signed_on\nP1,b1,2025-01-06\n=P2,z,2025-01-06\n",
    "groups.csv": "group,person_external_id,from,until\nA,P1,2020-01-01,\nA,=P2,2020-01-01,\n",
    "appointments.csv": (
        "external_id,person_external_id,kind,starts_at,ends_at,with_whom\n"
        "M1,P1,progress_meeting,2025-03-05 14:00,2025-03-05 15:00,Sanne\n"
        "M2,=P2,pvt,2025-03-06 14:00,2025-03-06 17:30,@Vluchtelingenwerk [NL]\n"
    ),
    "attendance.csv": (
        "appointment_external_id;group;starts_at;person_external_id;presence;minutes\n"
        "M1;;;P1;te laat;\n"
        "M2;;;=P2;x;\n"
        ";A;2025-03-03 09:00;P1;aanwezig;\n"
        ";A;2025-03-03 09:00;=P2;geoorloofd;\n"
        ";A;2025-03-10 09:00;P1;afwezig;0\n"
        ";A;2025-03-10 09:00;=P2;aanwezig;90\n"
        ";A;2025-03-17 09:00;P1;afwezig;\n"
        ";A;2025-03-31 09:00;P1;ja;\n"
    ),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteDatabases) -> tuple[Path, Path]:
    """Databases that are copied for each test: two people with a plan, a group of both, two meetings, lessons, and P1
    reported 10 March; and the same with the attendance list imported."""
    place = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        url = _opens(sqlite_databases.new(place), place, patch)
        for kind in ("people", "plans", "groups", "appointments"):
            maatje("import", kind, f"{kind}.csv")
        # A timetable's import looks ahead; these lessons are long past.
        asyncio.run(_lessons_and_report(url))
        [plain] = place.glob("maatje-*")
        with_list = place / "listed.db"
        shutil.copyfile(plain, with_list)
        _opens(f"sqlite:///{with_list}", place, patch)
        assert maatje("import", "attendance", "attendance.csv")["created"] == 8
    # Nothing is left in a log beside them.
    assert not list(place.glob("*-wal"))
    return plain, with_list


def _opens(url: str, place: Path, patch: pytest.MonkeyPatch) -> str:
    """The command line stands in this place, with its tables, and works on this database."""
    patch.chdir(place)
    patch.setenv("MAATJE_DATABASE_URL", url)
    patch.setenv("MAATJE_SECRET_KEY", SECRET)
    for name, text in TABLES.items():
        (place / name).write_text(text)
    return url


@pytest.fixture
def folder(tmp_path: Path, sqlite_url: str, filled: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two people with a plan, a group of both, two meetings, lessons, and their list; P1 reported 10 March."""
    shutil.copyfile(filled[0], sqlite_url.removeprefix("sqlite:///"))
    _opens(sqlite_url, tmp_path, monkeypatch)
    return tmp_path


async def _lessons_and_report(url: str) -> None:
    database = open_database(url, KeyRing([SECRET]))
    noon = datetime(2025, 3, 9, 12, 0, tzinfo=UTC)
    async with database.writing() as session:
        lessons = []
        for day, hour in ((3, 8), (10, 8), (17, 8), (24, 8), (31, 7)):
            starts_at = datetime(2025, 3, day, hour, 0, tzinfo=UTC)
            lessons.append(
                Appointment(
                    external_id=f"L{day}",
                    group_id=1,
                    kind=AppointmentKind.CLASS,
                    starts_at=starts_at,
                    ends_at=starts_at.replace(hour=hour + 3),
                    location="Taalhuis",
                    made_at=noon,
                    updated_at=noon,
                )
            )
        session.add_all(lessons)
        await session.flush()
        missed = lessons[1].id
        report = Absence(
            person_id=1, state=AbsenceState.SEEN, reason=AbsenceReason.CHILD_ILL, started_at=noon, reported_at=noon
        )
        session.add(report)
        await session.flush()
        session.add(AbsenceAppointment(absence_id=report.id, appointment_id=missed))
        session.add(
            Participation(
                appointment_id=missed, person_id=1, answer=Answer.NOT_COMING, answered_version=1, answered_at=noon
            )
        )
        for key, state, at in (("a", MessageState.READ, noon), ("b", MessageState.CANCELLED, None)):
            session.add(
                Message(
                    key=key,
                    kind="reminder",
                    params={},
                    person_id=1,
                    appointment_id=missed,
                    state=state,
                    channel="telegram",
                    due_at=noon,
                    next_at=noon,
                    created_at=noon,
                    sent_at=at,
                    read_at=at,
                )
            )
    await database.close()


def maatje(*arguments: str, code: int = 0) -> dict[str, object]:
    done = RUN.invoke(app, [*arguments, "--json"])
    assert done.exit_code == code, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def rows(found: dict[str, object]) -> list[dict[str, object]]:
    listed = found["rows"]
    assert isinstance(listed, list)
    return listed


@pytest.fixture
def listed(folder: Path, sqlite_url: str, filled: tuple[Path, Path]) -> Path:
    """The same, with the attendance list imported."""
    shutil.copyfile(filled[1], sqlite_url.removeprefix("sqlite:///"))
    return folder


@pytest.mark.usefixtures("folder")
def test_a_list_is_imported_once_and_a_dry_run_keeps_nothing() -> None:
    assert maatje("import", "attendance", "attendance.csv", "--dry-run")["created"] == 8
    first = maatje("import", "attendance", "attendance.csv")
    assert (first["created"], first["rejected"]) == (8, [])
    again = maatje("import", "attendance", "attendance.csv")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 8)


def test_a_faulty_row_is_told_and_the_exit_says_so(folder: Path) -> None:
    (folder / "wrong.csv").write_text("group,starts_at,person_external_id,presence\nA,2025-03-03 10:00,P1,x\n")
    found = maatje("import", "attendance", "wrong.csv", code=1)
    assert found["rejected"] == [
        {
            "row": 2,
            "field": "starts_at",
            "error": "is no start of a lesson of this group; the nearest of that day starts at 09:00",
        }
    ]
    (folder / "other.csv").write_text("person_external_id,presence\nP1,x\n")
    done = RUN.invoke(app, ["import", "attendance", "other.csv"])
    assert (done.exit_code, "group and starts_at" in " ".join(done.stderr.split())) == (1, True)


@pytest.mark.usefixtures("listed")
def test_counts_percentages_and_hours_towards_the_goals_by_person() -> None:
    found = maatje("attendance", "report")
    second, first = rows(found)
    assert first == {
        "person": "P1",
        "present": 2,
        "late": 1,
        "excused": 0,
        "reported": 1,
        "not_reported": 1,
        "total": 5,
        "percent_present": 60.0,
        "hours_lessons": 6.0,
        "goal_lessons": 600,
        "hours_participation": 0.0,
        "goal_participation": None,
        "hours_pvt": 0.0,
        "goal_pvt": 12,
    }
    assert second["person"] == "=P2"
    assert [second[name] for name in ("hours_lessons", "goal_lessons")] == [1.5, 800]
    assert [second[name] for name in ("hours_participation", "goal_participation")] == [3.5, 800]
    assert (found["total"], found["from"], found["files"]) == (
        {
            "present": 4,
            "late": 1,
            "excused": 1,
            "reported": 1,
            "not_reported": 1,
            "total": 8,
            "percent_present": 62.5,
        },
        None,
        [],
    )


@pytest.mark.parametrize(
    ("arguments", "totals"),
    [
        pytest.param(["--by", "group"], {"A": 6, None: 2}, id="by group"),
        pytest.param(["--by", "provider"], {"@Vluchtelingenwerk [NL]": 1, "Sanne": 1, "Taalhuis": 6}, id="by provider"),
        pytest.param(["--by", "month"], {"2025-03": 8}, id="by month"),
        pytest.param(
            ["--by", "week"], {"2025-W10": 4, "2025-W11": 2, "2025-W12": 1, "2025-W14": 1}, id="by week of the year"
        ),
        pytest.param(["--person", "P1"], {"P1": 5}, id="one person"),
        pytest.param(["--consultant", "T@h.example"], {"=P2": 3}, id="one consultant's people"),
        pytest.param(["--group", "A"], {"=P2": 2, "P1": 4}, id="one group"),
        pytest.param(["--provider", "taalh", "--by", "group"], {"A": 6}, id="part of a provider's name"),
        pytest.param(["--provider", "nobody"], {}, id="no such provider"),
        pytest.param(["--from", "2025-03-10", "--until", "2025-03-17"], {"=P2": 1, "P1": 2}, id="days, both included"),
        pytest.param(["--until", "1999-12-31"], {}, id="before everything"),
    ],
)
@pytest.mark.usefixtures("listed")
def test_narrowed_down_and_by_something(arguments: list[str], totals: dict[str | None, int]) -> None:
    found = maatje("attendance", "report", *arguments)
    by = str(found["by"])
    assert {row[by]: row["total"] for row in rows(found)} == totals


@pytest.mark.usefixtures("listed")
def test_the_table_names_people_and_shows_the_goals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.attendance.console.width", 160, raising=False)
    done = RUN.invoke(app, ["attendance", "report"])
    assert done.exit_code == 0
    for part in ("P1", "Amina Haile", "60.0%", "6.0 / 600", "3.5 / 800"):
        assert part in done.stdout
    provider = RUN.invoke(app, ["attendance", "report", "--by", "provider"])
    assert "[NL]" in provider.stdout
    assert "Amina" not in provider.stdout
    empty = RUN.invoke(app, ["attendance", "report", "--until", "2001-01-01"])
    assert "No attendance list" in empty.stdout


def test_sheets_hold_no_formulas(listed: Path) -> None:
    found = maatje("attendance", "report", "--csv", "a.csv", "--xlsx", "a.xlsx")
    assert found["files"] == ["a.csv", "a.xlsx"]
    assert "Amina" not in json.dumps(found)
    table = list(csv.DictReader(io.StringIO((listed / "a.csv").read_text("utf-8-sig")), delimiter=";"))
    assert [(row["person"], row["total"]) for row in table] == [("'=P2", "3"), ("P1", "5")]
    sheet = load_workbook(listed / "a.xlsx").active
    assert sheet is not None
    first = sheet.cell(2, 1)
    assert (first.value, first.data_type) == ("=P2", "s")
    assert sheet.cell(1, 1).value == "person"
    assert isinstance(sheet.cell(2, 7).value, int)
    maatje("attendance", "report", "--by", "provider", "--csv", "b.csv")
    assert "'@Vluchtelingenwerk" in (listed / "b.csv").read_text("utf-8-sig")


def test_a_picture_is_drawn(listed: Path) -> None:
    maatje("attendance", "report", "--plot", "a.png")
    maatje("attendance", "report", "--by", "week", "--plot", "a.SVG")
    assert (listed / "a.png").read_bytes().startswith(b"\x89PNG")
    drawn = (listed / "a.SVG").read_text()
    for label in ("present", "late", "excused", "absent, reported", "absent, not reported", "2025-W11"):
        assert f">{label}<" in drawn


def test_names_that_look_like_formulas_and_empty_reports_are_drawn() -> None:
    lines = [CountedLine("$x_1$ & <b>", {Outcome.PRESENT: 2, **dict.fromkeys(list(Outcome)[1:], 0)})]
    assert "$x_1$ &amp; &lt;b&gt;" in draw(lines, title="a $ b $", file_format="svg").decode()
    assert draw(lines, title="t", file_format="svg") == draw(lines, title="t", file_format="svg")
    assert draw([], title="nothing", file_format="png").startswith(b"\x89PNG")
    with pytest.raises(PlotImpossible, match="fewer lines"):
        draw(lines * (MOST_BARS + 1), title="t", file_format="svg")


@pytest.mark.usefixtures("folder")
def test_without_matplotlib_the_command_to_install_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    done = RUN.invoke(app, ["attendance", "report", "--plot", "a.png"])
    assert done.exit_code == 2
    assert "pip install 'maatje[plots]'" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        pytest.param(["report", "--person", "P9"], 1, "Import people first", id="unknown person"),
        pytest.param(["report", "--group", "B"], 1, "groups table", id="unknown group"),
        pytest.param(["report", "--consultant", "x@y.nl"], 1, "No consultant", id="unknown consultant"),
        pytest.param(["facts", "P9"], 1, "Import people first", id="facts of nobody"),
        pytest.param(["report", "--from", "1-3-2025"], 2, "%Y-%m-%d", id="no date"),
        pytest.param(["report", "--from", "2025-03-02", "--until", "2025-03-01"], 2, "look at both", id="wrong order"),
        pytest.param(["report", "--from", "0001-01-01"], 2, "look at the year", id="far away"),
        pytest.param(["report", "--by", "year"], 2, "month", id="by something else"),
        pytest.param(["report", "--plot", "a.pdf"], 2, ".png or .svg", id="another picture"),
        pytest.param(["report", "--csv", "nowhere/a.csv"], 2, "cannot be written", id="nowhere"),
        pytest.param(["facts", "P1", "--from", "2030-01-01", "--until", "2029-01-01"], 2, "look at both", id="facts"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_wrong_usage_and_unknown_names(arguments: list[str], code: int, part: str) -> None:
    done = RUN.invoke(app, ["attendance", *arguments])
    assert done.exit_code == code, done.output
    assert part in " ".join(done.stderr.split())


@pytest.mark.usefixtures("listed")
def test_the_facts_of_a_person(sqlite_url: str) -> None:
    found = maatje("attendance", "facts", "P1")
    facts = found["facts"]
    assert isinstance(facts, list)
    assert [(fact["appointment"], fact["presence"], len(fact["reports"])) for fact in facts] == [
        ("M1", "late", 0),
        ("L10", "absent", 1),
        ("L17", "absent", 0),
    ]
    assert facts[1] == {
        "appointment": "L10",
        "date": "2025-03-10",
        "starts_at": "2025-03-10T09:00:00+01:00",
        "ends_at": "2025-03-10T12:00:00+01:00",
        "kind": "class",
        "group": "A",
        "provider": "Taalhuis",
        "presence": "absent",
        "minutes": 0,
        "reports": [{"reported_at": "2025-03-09T13:00:00+01:00", "reason": "child_ill"}],
        # What was cancelled before it went was never sent.
        "messages": [
            {
                "kind": "reminder",
                "state": "read",
                "channel": "telegram",
                "sent_at": "2025-03-09T13:00:00+01:00",
                "delivered_at": None,
                "read_at": "2025-03-09T13:00:00+01:00",
            }
        ],
        "answer": "not_coming",
        "answered_at": "2025-03-09T13:00:00+01:00",
    }
    assert len(maatje("attendance", "facts", "P1", "--from", "2025-03-11")["facts"]) == 1  # type: ignore[arg-type]
    acts = asyncio.run(_acts(sqlite_url))
    assert acts.count("attendance_facts") == 2
    assert set(acts) == {"attendance_facts", "imported"}


def test_the_facts_as_text_in_a_file(listed: Path) -> None:
    about = ["attendance", "facts", "P1", "--until", "2025-03-10", "--out", "f.txt"]
    assert RUN.invoke(app, about).exit_code == 0
    assert (listed / "f.txt").read_text() == (
        "Feiten over de aanwezigheid van P1, tot en met 10-03-2025\n\n"
        "05-03-2025 14:00-15:00 · Voortgangsgesprek · Sanne\n"
        "  Lijst: te laat\n"
        "  Afmelding: geen\n"
        "  Bericht: geen over deze afspraak\n"
        "  Antwoord: geen\n\n"
        "10-03-2025 09:00-12:00 · Les · A · Taalhuis\n"
        "  Lijst: afwezig, 0 minuten\n"
        "  Afmelding: verstuurd 09-03-2025 13:00, reden: kind ziek\n"
        "  Bericht: herinnering, verstuurd 09-03-2025 13:00, gelezen 09-03-2025 13:00\n"
        "  Antwoord: komt niet, 09-03-2025 13:00\n"
    )
    assert RUN.invoke(app, [*about, "--language", "en"]).exit_code == 0
    assert (listed / "f.txt").read_text() == (
        "Facts about attendance of P1, until 2025-03-10\n\n"
        "2025-03-05 14:00-15:00 · Progress meeting (voortgangsgesprek) · Sanne\n"
        "  List: late\n"
        "  Report: none\n"
        "  Message: none about this appointment\n"
        "  Answer: none\n\n"
        "2025-03-10 09:00-12:00 · Lesson · A · Taalhuis\n"
        "  List: absent, 0 minutes\n"
        "  Report: sent 2025-03-09 13:00, reason: child ill\n"
        "  Message: reminder, sent 2025-03-09 13:00, read 2025-03-09 13:00\n"
        "  Answer: not coming, 2025-03-09 13:00\n"
    )
    done = RUN.invoke(app, ["attendance", "facts", "=P2", "--from", "2025-03-04", "--language", "en"])
    assert "No missed or late appointment" in done.stdout


async def _acts(url: str) -> list[str]:
    database = open_database(url, KeyRing([SECRET]))
    async with database.reading() as session:
        found = list(await session.scalars(select(AuditEntry.action)))
    await database.close()
    return found
