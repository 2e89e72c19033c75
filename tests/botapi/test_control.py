"""The control surface, and the counterpart as a process of its own."""

import asyncio
import sys

import aiohttp

from tests.botapi import BotApi, BotApiUser
from tests.botapi.conftest import RawClient

KEYBOARD = {"inline_keyboard": [[{"text": "Ja", "callback_data": "yes"}]]}


async def test_a_conversation_by_http(raw: RawClient, api: BotApi) -> None:
    await raw.control("act", {"user": 8, "do": "starts", "args": ["CODE"], "language_code": "ar"})
    waiting = asyncio.create_task(raw.control("wait", {"chat": 8, "contains": "Kom"}))
    await raw.call("sendMessage", chat_id=8, text="Kom je?", reply_markup=KEYBOARD)
    seen = (await waiting)["message"]
    assert isinstance(seen, dict)
    assert seen["buttons"] == [[{"text": "Ja", "data": "yes", "url": None}]]
    tapped = await raw.control("act", {"user": 8, "do": "taps", "args": ["Ja"]})
    assert "callback_query_id" in tapped
    missed = await raw.control("act", {"user": 8, "do": "taps", "args": ["Nee"], "options": {"timeout": 0}})
    assert "finds no button 'Nee'; there are ['Ja']" in str(missed["error"])
    assert (await raw.control("wait", {"chat": 8, "contains": "nooit", "timeout": 0}))["error"] == "not seen"
    assert api.user(8).person.language_code == "ar"


async def test_push_faults_and_reset(raw: RawClient, api: BotApi, person: BotApiUser) -> None:
    pushed = await raw.control("push", {"message": {"from": {"id": 77}, "text": "rubbish"}})
    assert pushed == {"update_id": 2}
    assert (await raw.call("sendMessage", chat_id=77, text="x"))["ok"] is True
    await raw.control("faults", {"kind": "refused", "code": 429, "retry_after": 3, "method": "sendMessage"})
    answer = await raw.call("sendMessage", chat_id=person.id, text="x")
    assert answer["parameters"] == {"retry_after": 3}
    assert "error" in await raw.control("faults", {"kind": "earthquake"})
    assert "error" in await raw.control("faults", {"sort": "reset"})
    assert "error" in await raw.control("act", {"user": "x"})
    await raw.control("reset", {})
    assert api.updates.pending == 0


async def test_as_a_process() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.botapi", "--token", "5:x", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/bot5:x/getMe") as response:
            assert (await response.json())["result"]["id"] == 5
        async with session.get(f"{url}/_control/state") as response:
            assert (await response.json())["calls"] == 1
        async with session.get(f"{url}/_control/messages") as response:
            assert (await response.json())["messages"] == []
    process.terminate()
    assert await process.wait() == 0
