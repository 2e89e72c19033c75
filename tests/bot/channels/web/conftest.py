"""A rig and browsers without a screen: httpx clients that speak to the application directly."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from secrets import token_hex

import httpx
import pytest

from storage.engine.database import Database
from tests.bot.channels.web.rig import Rig, rigged

URL = "https://chat.example"


class Browser:
    """A browser's cookies and its requests."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        # The chat that was opened last, which the page names with all that it says.
        self.chat: str | None = None

    async def post(self, path: str, **body: object) -> httpx.Response:
        return await self.client.post(f"/chat/{path}", json=body)

    async def open(self, code: str | None = None, token: str | None = None, *, other: bool = False) -> httpx.Response:
        answer = await self.post("open", token=token or token_hex(32), code=code, other=other)
        self.chat = answer.json()["chat"] if answer.status_code == 200 else self.chat
        return answer

    async def lines(self) -> list[dict[str, object]]:
        answer = await self.open()
        assert answer.status_code == 200
        found: list[dict[str, object]] = answer.json()["lines"]
        return found

    async def texts(self) -> list[str]:
        return [line["blocks"][0]["text"] for line in await self.lines()]  # type: ignore[index]

    async def say(self, text: str, event: str | None = None) -> httpx.Response:
        return await self.post("say", event=event or token_hex(16), text=text, chat=self.chat)

    async def send(self, content: bytes, event: str | None = None, **headers: str) -> httpx.Response:
        return await self.client.post(
            f"/chat/send?event={event or token_hex(16)}" + (f"&chat={self.chat}" if self.chat else ""),
            content=content,
            headers={"content-type": "application/octet-stream", **headers},
        )

    async def press(self, message: object, intent: str, event: str | None = None) -> httpx.Response:
        return await self.post("press", event=event or token_hex(16), message=message, intent=intent, chat=self.chat)


NewBrowser = Callable[[], Browser]


@pytest.fixture
async def rig(database: Database) -> AsyncIterator[Rig]:
    async with rigged(database, URL) as made:
        yield made


@pytest.fixture
async def new_browser(rig: Rig) -> AsyncIterator[NewBrowser]:
    transport = httpx.ASGITransport(app=rig.app())
    clients: list[httpx.AsyncClient] = []

    def make() -> Browser:
        clients.append(
            httpx.AsyncClient(
                transport=transport, base_url=URL, headers={"origin": URL, "accept-language": "ar-SY,ar;q=0.9,en;q=0.5"}
            )
        )
        return Browser(clients[-1])

    async with AsyncExitStack() as stack:
        yield make
        for client in clients:
            stack.push_async_callback(client.aclose)


@pytest.fixture
def browser(new_browser: NewBrowser) -> Browser:
    return new_browser()
