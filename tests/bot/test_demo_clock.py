"""The demo's clock passes what the real service does on the way: the consultant's morning too."""

import json
from datetime import datetime

from starlette.requests import Request
from starlette.types import Message

from bot.demo.clock import DemoClock
from bot.demo.routes import DemoRoutes
from storage.engine.database import Database
from tests.bot.dialogue.talk import town
from tests.clock import FakeClock


class MovedClock(DemoClock):
    """The demo's clock over that of a test."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def now(self) -> datetime:
        """The test's instant."""
        return self._clock.now()

    def move_to(self, moment: datetime) -> None:
        """Only ever ahead."""
        self._clock.set(max(moment, self._clock.now()))


def asked(**wish: int) -> Request:
    """A press of the start page's button."""

    async def receive() -> Message:
        return {"type": "http.request", "body": json.dumps(wish).encode(), "more_body": False}

    return Request({"type": "http", "method": "POST", "path": "/demo/move", "headers": []}, receive)


async def test_a_day_further_the_consultant_has_read_what_it_brings(
    sqlite_database: Database, clock: FakeClock
) -> None:
    async with town(sqlite_database, clock) as talk:
        sanne = await talk.linked("Sanne")
        routes = DemoRoutes(talk.app, MovedClock(clock))
        sanne.mark()
        answer = await routes.move(asked(minutes=23 * 60 + 30))
        assert answer.status_code == 200
        await talk.settle()
        assert any("Uw dag" in message.text for message in sanne.messages)
