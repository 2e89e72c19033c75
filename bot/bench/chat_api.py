"""The Bot API of the chat benchmark: it answers every method at once, and says when a message for a chat arrived."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class BotApi:
    """Answers every method at once, and says when a message for a chat arrived."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[float]] = {}

    def expect(self, chat: int) -> asyncio.Future[float]:
        """The moment (time.perf_counter) at which the next message for this chat arrives."""
        self._waiting[chat] = asyncio.get_running_loop().create_future()
        return self._waiting[chat]

    async def serve(self, request: web.Request) -> web.Response:
        """One request."""
        arrived = time.perf_counter()
        method = request.match_info["method"]
        result: object = True
        if method == "getMe":
            result = {"id": 4242424242, "is_bot": True, "first_name": "Maatje", "username": "maatje_test_bot"}
        elif method == "getMyCommands":
            result = []
        elif method == "sendMessage":
            given = await request.json() if request.content_type == "application/json" else await request.post()
            chat = int(str(given["chat_id"]))
            found = self._waiting.pop(chat, None)
            if found is not None and not found.done():
                found.set_result(arrived)
            result = {"message_id": 1, "date": 1767225600, "chat": {"id": chat, "type": "private"}, "text": "…"}
        return web.json_response({"ok": True, "result": result})


@asynccontextmanager
async def listening(api: BotApi) -> AsyncIterator[str]:
    """It listens on a free port of this machine; its address."""
    app = web.Application()
    app.router.add_route("*", "/bot{token:[^/]*}/{method}", api.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
