"""The quick counterpart: answers both libraries, keeps what it took, and knows the same faults."""

import aiogram
import aiohttp
import pytest
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram.error import NetworkError, RetryAfter

from tests.botapi import QuickBotApi

TEXT = "één & <twee> 😀"


async def test_python_telegram_bot() -> None:
    async with (
        QuickBotApi(record=True) as api,
        telegram.Bot(api.token, base_url=api.base_url) as bot,
    ):
        sent = await bot.send_message(2**40, TEXT)
        await bot.send_chat_action(5, "typing")
        await bot.send_document(6, b"content")
        assert await bot.get_updates() == ()
        assert sent.chat.id == 2**40
        assert api.messages[0] == (2**40, TEXT)
        assert [chat for chat, _ in api.messages] == [2**40, 6]
        assert await api.until_sent(2)


async def test_aiogram() -> None:
    async with (
        QuickBotApi(record=True) as api,
        aiogram.Bot(api.token, session=AiohttpSession(api=TelegramAPIServer.from_base(api.url))) as bot,
    ):
        assert (await bot.send_message(7, TEXT)).chat.id == 7
        assert api.messages == [(7, TEXT)]


async def test_faults() -> None:
    taken: list[tuple[int, str]] = []
    async with (
        QuickBotApi(on_message=lambda chat, text: taken.append((chat, text))) as api,
        telegram.Bot(api.token, base_url=api.base_url) as bot,
    ):
        api.faults.too_many("sendMessage", retry_after=2)
        with pytest.raises(RetryAfter):
            await bot.send_message(7, "a")
        api.faults.reset("sendMessage")
        with pytest.raises(NetworkError):
            await bot.send_message(7, "b")
        assert taken == []
        api.faults.answer_lost("sendMessage")
        with pytest.raises(NetworkError):
            await bot.send_message(7, "c")
        api.faults.slow(0.01, "sendMessage", count=1)
        await bot.send_message(7, "d")
        hang = api.faults.hang("sendMessage")
        hang.release()
        await bot.send_message(7, "e")
        assert [text for _, text in taken] == ["c", "d", "e"]


async def test_control_by_http() -> None:
    async with QuickBotApi(record=True) as api, aiohttp.ClientSession() as session:
        address = f"{api.base_url}{api.token}/sendMessage"
        await session.post(f"{api.url}/_control/faults", json={"code": 502, "method": "sendMessage"})
        assert (await session.post(address, json={"chat_id": 7, "text": TEXT})).status == 502
        assert (await session.post(address, json={"chat_id": 7, "text": TEXT})).status == 200
        assert (await session.post(f"{api.url}/_control/faults", json={"kind": "x"})).status == 400
        async with session.get(f"{api.url}/_control/messages") as response:
            assert await response.json() == {"sent": 1, "messages": [[7, TEXT]]}
        await session.post(f"{api.url}/_control/reset")
        assert (api.sent, api.messages) == (0, [])
