"""Requests go through the proxy that the environment names, unless it says not to."""

import pytest

from bot.channels.telegram.request import AiohttpRequest
from tests.botapi import QuickBotApi

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def _status(url: str) -> int:
    async with AiohttpRequest() as request:
        status, _ = await request.do_request(url, "POST")
        return status


async def test_a_proxy_is_asked_for_what_it_is_named_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async with QuickBotApi() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        # Nobody of this name exists; the proxy answers for it.
        assert await _status("http://telegram.invalid/bot1:x/sendMessage") == 200
        assert proxy.sent == 1


async def test_no_proxy_is_asked_for_what_is_excepted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with QuickBotApi() as proxy, QuickBotApi() as telegram:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert await _status(f"{telegram.url}/bot1:x/sendMessage") == 200
        assert (proxy.sent, telegram.sent) == (0, 1)
