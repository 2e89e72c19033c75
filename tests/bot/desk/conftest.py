"""The desk of a town: browsers that speak to the application directly, signed in by link and authenticator app."""

import re
from collections.abc import AsyncIterator, Mapping

import httpx
import pyotp
import pytest

from bot.actions.access.desk import DeskInvited, give_link
from bot.actions.acting import OPERATOR, Acting
from bot.desk.foreseen import Foresees
from bot.desk.operating.system import ShowsSystem
from storage.engine.database import Database
from storage.vocabulary import DeskRole
from tests.bot.dialogue.talk import Talk, town
from tests.clock import FakeClock

HERE = "http://127.0.0.1:8080"
FROM_HERE = {"origin": HERE, "sec-fetch-site": "same-origin"}


class Browser:
    """Somebody's browser at the desk."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        transport = httpx.ASGITransport(app=talk.app.http)
        self.client = httpx.AsyncClient(transport=transport, base_url=HERE)
        self.secret = ""

    async def look(self, path: str) -> str:
        """A page that is there."""
        answer = await self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, path: str, page: str = "/desk", **fields: str | list[str]) -> httpx.Response:
        """Send a form as its page does, with that page's token."""
        found = re.search(r'name="form_token" value="([^"]*)"', await self.look(page))
        assert found is not None
        return await self.post(path, {"form_token": found[1], **fields})

    async def post(self, path: str, fields: Mapping[str, str | list[str]], **headers: str) -> httpx.Response:
        """Send fields, from our own page unless the headers say otherwise."""
        return await self.client.post(path, data=dict(fields), headers={**FROM_HERE, **headers})

    async def does(self, path: str, page: str = "/desk", **fields: str | list[str]) -> str:
        """Send a form; the page that it leads to."""
        answer = await self.send(path, page, **fields)
        assert answer.status_code in (200, 303), answer.text
        return answer.text if answer.status_code == 200 else await self.look(answer.headers["location"])

    async def opens(self, token: str) -> httpx.Response:
        """Open a one-time link, by its button."""
        return await self.post(f"/desk/link/{token}", {})

    async def shows(self, digits: str) -> httpx.Response:
        """Type the digits of the app."""
        return await self.post("/desk/step", {"digits": digits})

    def digits(self) -> str:
        """What the authenticator app shows now."""
        return pyotp.TOTP(self.secret).at(self.talk.clock.now())

    async def signs_in(self, email: str, role: DeskRole | None = None, municipality: str = "") -> "Browser":
        """By a link of the operator's and an authenticator app."""
        await self.opens((await link_for(self.talk, email, role, municipality)).token)
        found = re.search(r"<code>([A-Z2-7]+)</code>", await self.look("/desk/step"))
        self.secret = found[1] if found is not None else self.secret
        assert (await self.shows(self.digits())).headers["location"] == "/desk"
        return self


def foresees(talk: Talk) -> Foresees:
    """What words messages ahead of time, as the service has it."""
    parts = talk.app.parts
    return Foresees(talk.planner, parts.composer(), talk.services.renderer, parts.quiet_hours)


def system(talk: Talk, *down: str) -> ShowsSystem:
    """What shows how the service is, where these channels cannot send."""
    return ShowsSystem(talk.database, talk.app.parts, talk.app.readiness, lambda: down, tuple(talk.app.channels))


async def link_for(talk: Talk, email: str, role: DeskRole | None = None, municipality: str = "") -> DeskInvited:
    """A one-time link, as `maatje desk link` makes it."""
    async with talk.database.writing() as session:
        given = await give_link(Acting(OPERATOR, session, talk.clock.now(), talk.services), email, role, municipality)
    assert isinstance(given, DeskInvited)
    return given


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(sqlite_database, clock) as settled:
        yield settled


@pytest.fixture
async def sanne(talk: Talk) -> AsyncIterator[Browser]:
    browser = await Browser(talk).signs_in("sanne@huizen.example")
    yield browser
    await browser.client.aclose()


@pytest.fixture
async def karim(talk: Talk) -> AsyncIterator[Browser]:
    browser = await Browser(talk).signs_in("karim@huizen.example")
    yield browser
    await browser.client.aclose()
