"""Faults on demand: each does what it says, as often as it says, and to nobody else."""

import asyncio
import datetime as dt

import aiohttp
import pytest
import telegram
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from tests.botapi import BotApi, BotApiUser, Fault, Flood
from tests.botapi.conftest import RawClient


async def send(bot: telegram.Bot, person: BotApiUser, text: str = "x") -> telegram.Message:
    return await bot.send_message(person.id, text)


async def test_too_many_requests(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    api.faults.too_many("sendMessage", retry_after=7)
    with pytest.raises(RetryAfter) as caught:
        await send(ptb, person)
    assert caught.value.retry_after == dt.timedelta(seconds=7)
    await send(ptb, person)
    assert len(person.messages) == 1
    assert api.refusals == []


async def test_refusals(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    api.faults.forbidden("sendMessage")
    api.faults.bad_request("sendMessage", reason="chat not found")
    api.faults.server_error("sendMessage", code=502)
    expected: list[type[TelegramError]] = [Forbidden, BadRequest, NetworkError]
    for error in expected:
        with pytest.raises(error):
            await send(ptb, person)
    await send(ptb, person)


async def test_reset_takes_nothing_and_a_lost_answer_does(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    api.faults.reset("sendMessage")
    with pytest.raises(NetworkError):
        await send(ptb, person, "reset")
    assert person.messages == []
    api.faults.answer_lost("sendMessage")
    with pytest.raises(NetworkError):
        await send(ptb, person, "lost")
    assert [message.text for message in person.messages] == ["lost"]


async def test_garbage(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    api.faults.garbage("sendMessage")
    with pytest.raises(TelegramError):
        await send(ptb, person)
    assert person.messages == []


async def test_hang_until_released(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    fault = api.faults.hang("sendMessage")
    sending = asyncio.create_task(send(ptb, person))
    await fault.struck()
    assert person.messages == []
    fault.release()
    await sending
    assert len(person.messages) == 1


async def test_a_client_that_gives_up_on_a_hang_sent_nothing(api: BotApi, person: BotApiUser) -> None:
    fault = api.faults.hang("sendMessage")
    url = f"{api.base_url}{api.token}/sendMessage"
    async with aiohttp.ClientSession() as session:
        with pytest.raises(TimeoutError):
            await session.post(url, json={"chat_id": person.id, "text": "x"}, timeout=aiohttp.ClientTimeout(0.1))
        await session.get(f"{api.base_url}{api.token}/getMe")
    fault.release()
    assert person.messages == []


async def test_slow(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    fault = api.faults.slow(0.05, "sendMessage")
    loop = asyncio.get_running_loop()
    before = loop.time()
    await send(ptb, person)
    assert loop.time() - before >= 0.05
    fault.cancel()


async def test_only_the_chat_the_method_and_the_number(ptb: telegram.Bot, api: BotApi, person: BotApiUser) -> None:
    other = api.user(3)
    await other.starts()
    fault = api.faults.forbidden("sendMessage", chat=person.id, count=2)
    await send(ptb, other)
    await ptb.send_chat_action(person.id, "typing")
    for _ in range(2):
        with pytest.raises(Forbidden):
            await send(ptb, person)
    await send(ptb, person)
    assert fault.hits == 2


async def test_after_share_and_clear(raw: RawClient, api: BotApi) -> None:
    late = api.faults.add("garbage", "getMe", after=2, count=None)
    assert [(await raw.call("getMe"))["ok"] for _ in range(2)] == [True, True]
    assert late.hits == 0
    api.faults.clear()
    some: Fault = api.faults.add("slow", "getMe", share=0.5, count=None)
    for _ in range(40):
        await raw.call("getMe")
    assert 5 < some.hits < 35


async def test_flood_control(raw: RawClient, api: BotApi, person: BotApiUser) -> None:
    api.set_flood(Flood(overall=30, per_chat=1, overall_burst=30, chat_burst=2))
    answers = [await raw.call("sendMessage", chat_id=person.id, text=str(n)) for n in range(3)]
    assert [answer["ok"] for answer in answers] == [True, True, False]
    assert answers[2]["parameters"] == {"retry_after": 1}
    assert api.flood_refused == 1
    other = api.user(3)
    await other.starts()
    assert (await raw.call("sendMessage", chat_id=other.id, text="x"))["ok"] is True
