"""Signing in, signing out and what is refused, at an OpenID provider that nobody here wrote (npm oidc-provider), over
real sockets: `make test-oidc`."""

import asyncio
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
import pytest
import uvicorn

from bot.serve import server_config
from storage.engine.database import Database
from tests.bot.dialogue.talk import Talk, town
from tests.browser.serving import listener_on
from tests.clock import FakeClock

SETTINGS = Path(__file__).with_name("provider.mjs")
#: Where `make test-oidc` put it.
PACKAGES = Path(os.environ.get("OIDC_PROVIDER", "")).resolve()


@asynccontextmanager
async def provider_for(desk: str) -> AsyncIterator[str]:
    """The provider of this desk; its issuer."""
    node = shutil.which("node")
    assert node is not None, "Node.js is needed"
    running = await asyncio.create_subprocess_exec(
        node, str(SETTINGS), str(PACKAGES), desk, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert running.stdout is not None
    try:
        yield (await asyncio.wait_for(running.stdout.readline(), 30)).decode().strip()
    finally:
        running.kill()
        await running.wait()


@pytest.fixture
async def desk(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[str]:
    """A town's desk behind a real server, with this provider; its address. A parameter is the secret that it has."""
    listener, url = listener_on()
    async with provider_for(url) as issuer:
        for name, value in (
            ("ISSUER", issuer),
            ("CLIENT_ID", "maatje"),
            ("CLIENT_SECRET", getattr(request, "param", "a secret of the provider")),
            ("ROLES", "consultant=Consulent, administrator=Beheer"),
        ):
            monkeypatch.setenv(f"MAATJE_OIDC_{name}", value)
        # The provider's clock is the machine's.
        async with town(sqlite_database, FakeClock(datetime.now(UTC)), public_url=url) as talk, served(talk, listener):
            yield url
    listener.close()


@asynccontextmanager
async def served(talk: Talk, listener: socket.socket) -> AsyncIterator[None]:
    """The town's pages, until the block ends."""
    server = uvicorn.Server(server_config(talk.app.http, most=100))
    running = asyncio.create_task(server._serve(sockets=[listener]))
    yield
    server.should_exit = True
    await running


class Surfer:
    """Somebody's browser: it goes where it is sent, at the desk and at the provider."""

    def __init__(self, desk: str) -> None:
        self.desk = desk
        self.client = httpx.AsyncClient()

    async def goes(self, address: str, *, until: str = "") -> str:
        """Follow redirections from here; the address where it ends, or the first one that begins with `until`."""
        for _ in range(20):
            if until and address.startswith(until):
                return address
            self.page = await self.client.get(address)
            if not self.page.is_redirect:
                return address
            address = urljoin(address, self.page.headers["location"])
        raise AssertionError(f"no end of redirections, at {address}")

    async def sends(self, more: Mapping[str, str], *, until: str = "") -> str:
        """Send the form of the page, as it stands there; where that leads."""
        action = re.search(r'action="([^"]+)"', self.page.text)
        assert action is not None, self.page.text
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.page.text)
        here = urljoin(str(self.page.url), action[1])
        self.page = await self.client.post(here, data={**dict(hidden), **more})
        return await self.goes(urljoin(here, self.page.headers["location"]), until=until)

    async def to_provider(self, who: str) -> str:
        """Begin at the desk, sign in at the provider's page and agree; the address back that the provider gives."""
        back = f"{self.desk}/desk/oidc/back"
        at = await self.goes(f"{self.desk}/desk/oidc", until=back)
        if not at.startswith(back):
            at = await self.sends({"login": who, "password": "x"}, until=back)
        if not at.startswith(back):
            at = await self.sends({}, until=back)
        return at

    async def signs_in(self, who: str) -> str:
        """All of it; where it ends."""
        return await self.goes(await self.to_provider(who))

    async def is_in(self) -> bool:
        return (await self.client.get(f"{self.desk}/desk")).status_code == 200

    async def signs_out(self) -> None:
        """By the desk's button, and the provider's own page after it."""
        token = re.search(r'name="form_token" value="([^"]*)"', (await self.client.get(f"{self.desk}/desk")).text)
        assert token is not None
        left = await self.client.post(
            f"{self.desk}/desk/sign-out", data={"form_token": token[1]}, headers={"origin": self.desk}
        )
        await self.goes(left.headers["location"])
        await self.sends({"logout": "yes"})


@pytest.fixture
async def surfer(desk: str) -> AsyncIterator[Surfer]:
    one = Surfer(desk)
    yield one
    await one.client.aclose()


def changed(address: str, **fields: str) -> str:
    """The same address with other fields."""
    parts = urlsplit(address)
    return parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **fields})).geturl()


async def test_a_consultant_and_an_administrator_sign_in(surfer: Surfer) -> None:
    assert await surfer.signs_in("sanne") == f"{surfer.desk}/desk"
    assert "Afmeldingen" in surfer.page.text
    boss = Surfer(surfer.desk)
    assert await boss.signs_in("beheer") == f"{surfer.desk}/desk"
    assert "Logboek" in boss.page.text
    assert (await boss.client.get(f"{surfer.desk}/desk/people")).status_code == 404
    await boss.client.aclose()


@pytest.mark.parametrize(("who", "said"), [("nobody", "no_place"), ("somebody", "no_place"), ("unsure", "no_provider")])
async def test_who_has_no_place_here_is_told_so(surfer: Surfer, who: str, said: str) -> None:
    assert said in await surfer.signs_in(who)
    assert not await surfer.is_in()


async def test_an_answer_counts_once_in_the_browser_that_asked_with_the_state_that_was_given(surfer: Surfer) -> None:
    back = await surfer.to_provider("sanne")
    other = Surfer(surfer.desk)
    assert "no_provider" in await other.goes(back)
    # Somebody else's answer put into a browser that asked for one of its own: state, then the code alone.
    own = await other.to_provider("karim")
    assert "no_provider" in await other.goes(changed(own, state="another"))
    own = await other.to_provider("karim")
    stolen = dict(parse_qsl(urlsplit(back).query))["code"]
    assert "no_provider" in await other.goes(changed(own, code=stolen))
    assert not await other.is_in()
    await other.client.aclose()
    # The provider takes a code that was tried elsewhere back; the next sign-in is good, and its answer counts once.
    back = await surfer.to_provider("sanne")
    assert await surfer.goes(back) == f"{surfer.desk}/desk"
    surfer.client.cookies.delete("maatje-desk")
    assert "no_provider" in await surfer.goes(back)


async def test_who_breaks_it_off_at_the_provider_is_not_in(surfer: Surfer) -> None:
    await surfer.goes(f"{surfer.desk}/desk/oidc")
    stop = re.search(r'href="([^"]+/abort)"', surfer.page.text)
    assert stop is not None
    assert "no_provider" in await surfer.goes(urljoin(str(surfer.page.url), stop[1]))
    assert not await surfer.is_in()


async def test_signing_out_ends_it_here_and_at_the_provider(surfer: Surfer) -> None:
    await surfer.signs_in("sanne")
    await surfer.signs_out()
    assert not await surfer.is_in()
    # The provider asks for the name again.
    await surfer.goes(f"{surfer.desk}/desk/oidc")
    assert 'name="login"' in surfer.page.text


async def test_the_end_of_a_session_at_the_provider_ends_that_one_here_and_no_other(surfer: Surfer) -> None:
    """Back-channel logout: the provider's server tells ours, without any browser of ours."""
    await surfer.signs_in("sanne")
    other = Surfer(surfer.desk)
    await other.signs_in("sanne")
    configuration = await surfer.client.get(f"{await issuer_of(surfer)}/.well-known/openid-configuration")
    await surfer.goes(configuration.json()["end_session_endpoint"])
    await surfer.sends({"logout": "yes"})
    assert not await surfer.is_in()
    assert await other.is_in()
    await other.client.aclose()


async def issuer_of(surfer: Surfer) -> str:
    begun = urlsplit((await surfer.client.get(f"{surfer.desk}/desk/oidc")).headers["location"])
    return f"{begun.scheme}://{begun.netloc}"


@pytest.mark.parametrize("desk", ["a wrong secret"], indirect=True)
async def test_a_desk_with_a_wrong_secret_lets_nobody_in(surfer: Surfer) -> None:
    assert "no_provider" in await surfer.signs_in("sanne")
    assert not await surfer.is_in()
