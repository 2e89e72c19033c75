"""The files of an operator's machine agree with what there is: metrics, pages, systemd's own judgement."""

import json
import math
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from typer.testing import CliRunner

from bot.cli import build
from bot.operating.figures import OperatingFigures
from bot.operating.files import folder
from bot.operating.machine import PublicAddress
from reminders.sending.metrics import PrometheusMetrics
from storage.backup.acts import SUBJECT, BackupAct
from storage.engine.database import Database
from storage.outbox.message import Outgoing, put
from storage.people.relayed import Letter
from storage.privacy.audit import AuditEntry
from storage.vocabulary import LetterKind
from tests.clock import FakeClock
from tests.people import somebody

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
UNITS = ("maatje@.service", "maatje-backup.service")


def _expressions() -> list[str]:
    rules = yaml.safe_load((folder() / "prometheus-rules.yml").read_text())
    dashboard = json.loads((folder() / "grafana-dashboard.json").read_text())
    return [
        *(rule["expr"] for group in rules["groups"] for rule in group["rules"]),
        *(target["expr"] for panel in dashboard["panels"] for target in panel["targets"]),
    ]


async def test_every_metric_that_is_asked_for_is_told(sqlite_database: Database, clock: FakeClock) -> None:
    registry = CollectorRegistry()
    metrics = PrometheusMetrics(registry)
    metrics.finished("telegram", "sent")
    metrics.sent_after("telegram", 1)
    metrics.channel_down("telegram", down=False)
    await OperatingFigures(registry, sqlite_database, clock).look()
    told = set(re.findall(r"^(\w+)", generate_latest(registry).decode(), re.MULTILINE)) | {"up"}
    asked = {name for one in _expressions() for name in re.findall(r"\b(maatje_\w+|process_\w+|up)\b", one)}
    assert len(asked) > 10
    assert asked <= told


async def test_the_figures_are_of_the_whole_deployment(database: Database, clock: FakeClock) -> None:
    registry = CollectorRegistry()
    figures = OperatingFigures(registry, database, clock)
    written = clock.now()

    async def told() -> dict[str, float | None]:
        await figures.look()
        names = ("database_up", "queue_age_seconds", "cry_unseen_seconds", "backup_age_seconds")
        return {name: registry.get_sample_value(f"maatje_{name}") for name in names}

    nothing = {"database_up": 1, "queue_age_seconds": 0, "cry_unseen_seconds": 0}
    assert await told() == {**nothing, "backup_age_seconds": written.timestamp()}
    async with database.writing() as session:
        person = somebody(written)
        session.add(person)
        await session.flush()
        await put(session, [Outgoing("one", "say", written, person_id=person.id)], written)
        session.add(Letter(person_id=person.id, kind=LetterKind.URGENT, text="help", written_at=written))
        act = BackupAct.BACKED_UP.value
        session.add(AuditEntry(at=written, actor="operator", action=act, subject=SUBJECT))
    clock.forward(minutes=5)
    assert await told() == {
        "database_up": 1, "queue_age_seconds": 300, "cry_unseen_seconds": 300, "backup_age_seconds": 300,
    }  # fmt: skip
    assert 0 < (registry.get_sample_value("maatje_disk_free_ratio") or 0) < 1


async def test_the_public_address_is_looked_at_once_an_hour_and_oftener_while_it_is_down(
    sqlite_database: Database, clock: FakeClock
) -> None:
    registry = CollectorRegistry()
    there = [PublicAddress(None, timedelta(days=80)), PublicAddress("no address in DNS")]
    asked: list[str] = []

    async def outside(url: str) -> PublicAddress:
        asked.append(url)
        return there[min(len(asked), len(there)) - 1]

    def told() -> tuple[float, float]:
        names = ("maatje_public_address_up", "maatje_certificate_left_seconds")
        up, left = (registry.get_sample_value(name) for name in names)
        assert up is not None
        assert left is not None
        return up, left

    url = "https://maatje.example"
    figures = OperatingFigures(registry, sqlite_database, clock, public_url=url, outside=outside)
    seen = []
    for minutes in (0, 59, 1, 1, 1):
        clock.forward(minutes=minutes)
        await figures.look()
        await figures.outside_looked_at()
        seen.append((len(asked), told()[0]))
    assert seen == [(1, 1), (1, 1), (2, 0), (2, 0), (3, 0)]
    assert math.isnan(told()[1])


def test_every_alarm_has_its_section() -> None:
    rules = yaml.safe_load((folder() / "prometheus-rules.yml").read_text())
    alarms = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    assert set(re.findall(r"^### (Maatje\w+)$", PAGE.read_text(), re.MULTILINE)) == alarms


def test_the_files_are_written_where_they_are_wanted(tmp_path: Path) -> None:
    done = CliRunner().invoke(build("files"), ["files", str(tmp_path / "new"), "--json"])
    assert done.exit_code == 0
    written = {Path(one).name for one in json.loads(done.stdout)["files"]}
    assert written == {path.name for path in (tmp_path / "new").iterdir()} >= {*UNITS, "nginx.conf"}
    # Each is spoken of where an operator reads.
    assert all(name in PAGE.read_text() for name in written)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_reads_a_unit_and_calls_it_safe(name: str, tmp_path: Path) -> None:
    unit = tmp_path / name
    unit.write_text((folder() / name).read_text().replace("/opt/maatje/bin/maatje", "/bin/true"))
    verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=29", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-200:]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool here")
def test_prometheus_reads_the_alarms() -> None:
    file = folder() / "prometheus-rules.yml"
    done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
