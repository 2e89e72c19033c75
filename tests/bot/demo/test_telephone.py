"""The demo's telephone, as its page uses it: rings, is picked up, plays our sound, and has keys."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import aiohttp
import numpy as np
import pytest
from starlette.applications import Starlette

from bot.channels.phone.carrier import LINE_RATE, DialResult, HungUp, Incoming
from bot.channels.phone.kind import _vonage
from bot.channels.phone.vonage.carrier import VonageCarrier
from bot.configuration.settings import Settings
from bot.demo.clock import DemoClock
from bot.demo.telephone import Telephones
from bot.voice.sound import Pcm
from storage.engine.keys import KeyRing
from storage.vocabulary import CallOutcome
from tests.bot.channels.notify.rig import serving
from tests.browser.serving import listener_on

NUMBER = "+31612345678"
TONE = Pcm(np.full(LINE_RATE // 10, 500, np.int16), LINE_RATE)


class Page(NamedTuple):
    url: str
    http: aiohttp.ClientSession
    carrier: VonageCarrier

    async def shows(self) -> dict[str, object]:
        async with self.http.get(f"{self.url}/demo/telephone", params={"id": "person-1"}) as answer:
            shown: dict[str, object] = await answer.json()
            return shown

    async def does(self, **what: object) -> dict[str, object]:
        async with self.http.post(f"{self.url}/demo/telephone", json={"id": "person-1", **what}) as answer:
            shown: dict[str, object] = await answer.json()
            return shown

    async def rings(self) -> "asyncio.Task[DialResult]":
        dialling = asyncio.create_task(self.carrier.dial(NUMBER, ring=5))
        async with asyncio.timeout(5):
            while (await self.shows())["state"] != "ringing":
                pass
        return dialling


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async def number_of(_named: str) -> str:
        return NUMBER

    async def nobody_calls(_incoming: Incoming) -> None:
        raise AssertionError("nobody calls")

    listening, url = listener_on()
    clock = DemoClock()
    telephones = Telephones(clock, url)
    settings = telephones.settings(Settings(_env_file=None)).model_copy(update={"public_url": url})
    carrier = VonageCarrier(_vonage(settings), KeyRing(["a secret of the tests that is long enough"]), clock)
    await carrier.start(nobody_calls)
    routes = [*telephones.routes(number_of), *carrier.routes()]
    async with serving(listening, Starlette(routes=routes)), aiohttp.ClientSession() as http:
        yield Page(url, http, carrier)
        await carrier.close()
        await telephones.close()


async def test_it_rings_speaks_and_has_keys(page: Page) -> None:
    assert await page.shows() == {"state": "quiet"}
    dialling = await page.rings()
    picking_up = asyncio.create_task(page.does(act="pick up"))
    line = (await dialling).line
    assert line is not None
    asking = asyncio.create_task(line.ask(TONE, 7, lambda _: True))
    shown = await picking_up
    assert (shown["state"], shown["waits"]) == ("talking", 7)
    async with page.http.get(f"{page.url}{shown['sound']}") as sound:
        assert (await sound.read()).endswith(TONE.samples.tobytes())
    pressing = asyncio.create_task(page.does(act="press", step=shown["step"], key="5"))
    key = await asking
    assert key is not None
    assert key.digit == "5"
    goodbye = asyncio.create_task(line.ask(TONE, 0, lambda _: True))
    shown = await pressing
    assert (shown["waits"], bool(shown["sound"])) == (0, True)
    # The last sentence was said: nothing is waited for.
    assert await page.does(act="press", step=shown["step"], key="") == {"state": "quiet"}
    assert await goodbye is None


async def test_who_does_not_want_it_hangs_up(page: Page) -> None:
    dialling = await page.rings()
    assert await page.does(act="hang up") == {"state": "quiet"}
    assert (await dialling).outcome is CallOutcome.REJECTED
    dialling = await page.rings()
    picking_up = asyncio.create_task(page.does(act="pick up"))
    line = (await dialling).line
    assert line is not None
    asking = asyncio.create_task(line.ask(TONE, 7, lambda _: True))
    await picking_up
    await page.does(act="hang up")
    with pytest.raises(HungUp):
        await asking
