"""Updates: long polling with confirmation, conflicts, and webhooks with the secret, retries and order."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.botapi import BotApi, BotApiUser
from tests.botapi.conftest import RawClient
from tests.botapi.errors import Json


def ids(answer: Json) -> list[int]:
    result = answer["result"]
    assert isinstance(result, list)
    return [update["update_id"] for update in result]


class Receiver:
    """A bot's webhook that refuses as often as it is told to."""

    def __init__(self) -> None:
        self.updates: list[Json] = []
        self.secrets: set[str | None] = set()
        self.refuse = 0
        self.arrived = asyncio.Condition()
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=503)
        async with self.arrived:
            self.updates.append(await request.json())
            self.arrived.notify_all()
        return web.Response()

    async def until(self, count: int) -> list[Json]:
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: len(self.updates) >= count)
        return self.updates


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_unconfirmed_updates_come_again(raw: RawClient, person: BotApiUser) -> None:
    await person.says("een")
    assert ids(await raw.call("getUpdates")) == [1, 2]
    assert ids(await raw.call("getUpdates")) == [1, 2]
    assert ids(await raw.call("getUpdates", offset=2)) == [2]
    assert ids(await raw.call("getUpdates", limit=1)) == [2]
    assert ids(await raw.call("getUpdates", offset=3)) == []


async def test_negative_offset_forgets_the_rest(raw: RawClient, person: BotApiUser) -> None:
    await person.says("een")
    await person.says("twee")
    assert ids(await raw.call("getUpdates", offset=-1)) == [3]
    assert ids(await raw.call("getUpdates")) == [3]


async def test_long_polling_wakes_at_once(raw: RawClient, api: BotApi) -> None:
    polling = asyncio.create_task(raw.call("getUpdates", timeout=30))
    await api.until_called("getUpdates")
    await api.user(4).starts("CODE")
    assert ids(await asyncio.wait_for(polling, 5)) == [1]


async def test_the_second_poller_ends_the_first(raw: RawClient, api: BotApi) -> None:
    first = asyncio.create_task(raw.call("getUpdates", timeout=30))
    await api.until_called("getUpdates")
    assert ids(await raw.call("getUpdates")) == []
    assert (await first)["error_code"] == 409


async def test_a_poller_that_was_killed_takes_nothing_along(raw: RawClient, api: BotApi) -> None:
    polling = asyncio.create_task(raw.call("getUpdates", timeout=30))
    await api.until_called("getUpdates")
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    await api.user(4).starts("CODE")
    assert ids(await raw.call("getUpdates", timeout=5)) == [1]


async def test_allowed_updates(raw: RawClient, person: BotApiUser) -> None:
    await raw.call("getUpdates", offset=2, allowed_updates=["message"])
    await person.blocks()
    await person.unblocks()
    await person.says("dag")
    assert ids(await raw.call("getUpdates")) == [2]


async def test_repeated_and_senseless_updates(raw: RawClient, api: BotApi, person: BotApiUser) -> None:
    await raw.call("getUpdates", offset=2)
    api.push({"update_id": 1, "message": {"text": 5}})
    api.push({"update_id": "x"})
    api.push([1, 2])
    answer = await raw.call("getUpdates", offset=2)
    assert answer["result"] == [{"update_id": 1, "message": {"text": 5}}, {"update_id": "x"}, [1, 2]]
    assert ids(await raw.call("getUpdates", offset=2)) == []
    await person.says("en nu goed")
    assert ids(await raw.call("getUpdates", offset=2)) == [2]


async def test_webhook_with_secret(raw: RawClient, api: BotApi, person: BotApiUser, receiver: Receiver) -> None:
    assert (await raw.call("setWebhook", url=receiver.url, secret_token="s3cret"))["ok"] is True
    await person.says("dag")
    updates = await receiver.until(2)
    assert [update["update_id"] for update in updates] == [1, 2]
    assert receiver.secrets == {"s3cret"}
    assert (await raw.call("getUpdates"))["error_code"] == 409
    info = (await raw.call("getWebhookInfo"))["result"]
    assert isinstance(info, dict)
    assert info["url"] == receiver.url


async def test_webhook_retries_in_order(raw: RawClient, api: BotApi, person: BotApiUser, receiver: Receiver) -> None:
    receiver.refuse = 3
    await raw.call("setWebhook", url=receiver.url)
    for number in range(5):
        await person.says(str(number))
    updates = await receiver.until(6)
    assert [update["update_id"] for update in updates] == [1, 2, 3, 4, 5, 6]
    info = (await raw.call("getWebhookInfo"))["result"]
    assert isinstance(info, dict)
    assert "503" in info["last_error_message"]
    assert receiver.secrets == {None}


async def test_what_the_webhook_did_not_take_can_be_polled(
    raw: RawClient, person: BotApiUser, receiver: Receiver
) -> None:
    receiver.refuse = 1000
    await raw.call("setWebhook", url=receiver.url)
    await person.says("dag")
    await raw.call("deleteWebhook")
    assert ids(await raw.call("getUpdates")) == [1, 2]
    await raw.call("deleteWebhook", drop_pending_updates=True)
    assert ids(await raw.call("getUpdates")) == []


async def test_set_webhook_ends_the_poller(raw: RawClient, api: BotApi, receiver: Receiver) -> None:
    polling = asyncio.create_task(raw.call("getUpdates", timeout=30))
    await api.until_called("getUpdates")
    await raw.call("setWebhook", url=receiver.url)
    assert "setWebhook" in str((await polling)["description"])
