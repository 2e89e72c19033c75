"""`maatje bench …` in small: the documents they print, and what they refuse."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from bot.bench.telegram_run import AIOGRAM, DEFAULT, OURS
from bot.cli import app
from storage.engine.database import Database
from tests.clock import FakeClock
from tests.reminders.sending.outbox_world import OutboxWorld


def _document(*arguments: str, code: int = 0) -> dict[str, object]:
    done = CliRunner().invoke(app, ["bench", *arguments, "--json"])
    assert done.exit_code == code, done.output
    document: dict[str, object] = json.loads(done.stdout)
    return document


@pytest.mark.slow
def test_dispatch(database_url: str) -> None:
    figures = _document(
        "dispatch", "--pending", "500", "--due", "1000", "--workers", "1", "--jobs", "50", "--database", database_url
    )
    assert (figures["sent"], figures["recorded"]) == (1000, 1000)
    for name in ("messages_per_s", "memory_mb", "due_to_claimed_p99_s"):
        assert isinstance(figures[name], (int, float))
    assert isinstance(figures["ratio_to_alone"], dict)
    assert set(figures["ratio_to_alone"]) == {"claiming_and_marking", "decrypting", "composing_and_rendering"}
    assert all(ratio > 0 for ratio in figures["ratio_to_alone"].values())
    assert isinstance(figures["apscheduler"], dict)
    assert set(figures["apscheduler"]) == {"in_memory", "in_its_sqlalchemy_store"}


async def test_dispatch_leaves_alone_what_is_somebodys(database: Database, database_url: str, clock: FakeClock) -> None:
    world = OutboxWorld(database, clock)
    await world.tell("hello", person=await world.person())
    done = await _in_thread("dispatch", "--database", database_url)
    assert done == 2
    assert await world.states() == {"hello": "pending"}


async def _in_thread(*arguments: str) -> int:
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["bench", *arguments]).exit_code)


@pytest.mark.slow
def test_telegram() -> None:
    done = CliRunner().invoke(app, ["bench", "telegram", "--messages", "100", "--rounds", "1", "--json"])
    # 1 = ours was slower, which a hundred messages do not decide.
    assert done.exit_code in (0, 1), done.output
    figures = json.loads(done.stdout)
    assert set(figures["senders"]) == {OURS, AIOGRAM, DEFAULT}
    assert figures["ratio_to_aiogram"] > 0
