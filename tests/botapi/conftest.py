"""A running counterpart, a person in it, and the two libraries that talk to it."""

import json
from collections.abc import AsyncIterator

import aiogram
import aiohttp
import pytest
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.botapi import BotApi, BotApiUser
from tests.botapi.errors import Json


class RawClient:
    """Requests as no library would make them."""

    def __init__(self, session: aiohttp.ClientSession, api: BotApi) -> None:
        self._session = session
        self._api = api

    async def call(self, method: str, **parameters: object) -> Json:
        """POST as JSON; the answer's document."""
        return await self.call_as(self._api.token, method, **parameters)

    async def call_as(self, token: str, method: str, **parameters: object) -> Json:
        """The same with another token."""
        async with self._session.post(f"{self._api.base_url}{token}/{method}", json=parameters) as response:
            return await _document(response)

    async def form(self, method: str, **parameters: object) -> Json:
        """POST as a form; what is no text is JSON."""
        data = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
        async with self._session.post(f"{self._api.base_url}{self._api.token}/{method}", data=data) as response:
            return await _document(response)

    async def get(self, method: str, **parameters: str) -> Json:
        """GET with a query."""
        async with self._session.get(f"{self._api.base_url}{self._api.token}/{method}", params=parameters) as response:
            return await _document(response)

    async def control(self, name: str, body: object) -> Json:
        """POST to the control surface."""
        async with self._session.post(f"{self._api.url}/_control/{name}", json=body) as response:
            return await _document(response, ok=False)


async def _document(response: aiohttp.ClientResponse, *, ok: bool = True) -> Json:
    document = await response.json()
    assert isinstance(document, dict)
    if ok:
        assert document["ok"] is (response.status == 200)
        assert document["ok"] or document["error_code"] == response.status
    return document


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns about the number that RetryAfter holds unless its later form is asked for."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as running:
        yield running


@pytest.fixture
async def person(api: BotApi) -> BotApiUser:
    """Someone who has started the bot, with an id that does not fit in 32 bits."""
    someone = api.user(2**40 + 1, first_name="Samira", language_code="ar")
    await someone.starts()
    return someone


@pytest.fixture
async def raw(api: BotApi) -> AsyncIterator[RawClient]:
    async with aiohttp.ClientSession() as session:
        yield RawClient(session, api)


@pytest.fixture
async def ptb(api: BotApi) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(api.token, base_url=api.base_url, base_file_url=api.base_file_url) as bot:
        yield bot


@pytest.fixture
async def gram(api: BotApi) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.url))
    async with aiogram.Bot(api.token, session=session) as bot:
        yield bot
