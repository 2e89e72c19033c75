"""The web chat's door: its HTTP endpoints, without a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex

import httpx
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import delete

from bot.channels.web.channel import WebChannel
from bot.events import InboundEvent
from storage.engine.database import Database
from storage.people.webchat import WebSession
from tests.bot.channels.web.rig import Rig, rigged
from tests.contract.door import Can, Shown

URL = "https://chat.example"

CAN = Can()


class _Block(BaseModel):
    text: str


class _Button(BaseModel):
    label: str
    intent: str = ""


class _File(BaseModel):
    name: str


class _Line(BaseModel):
    id: int
    sender: str = Field(alias="from")
    blocks: list[_Block]
    buttons: list[list[_Button]]
    file: _File | None = None


class WebDoor:
    """See tests.contract.door.Door."""

    def __init__(self, rig: Rig, client: httpx.AsyncClient) -> None:
        self._rig = rig
        self._client = client
        self._last: tuple[str, dict[str, object]] = ("", {})
        self._heard: list[InboundEvent] = []

    @property
    def channel(self) -> WebChannel:
        return self._rig.web

    @property
    def heard(self) -> list[InboundEvent]:
        return self._heard

    async def receive(self, event: InboundEvent) -> None:
        self._heard.append(event)

    async def _post(self, path: str, body: dict[str, object]) -> None:
        self._last = (path, body)
        await self.repeats()

    async def repeats(self) -> None:
        path, body = self._last
        answer = await self._client.post(f"/chat/{path}", json=body)
        assert answer.status_code in (200, 503)

    async def address(self) -> str:
        return (await self._rig.addresses())[0]

    async def starts(self, code: str | None) -> None:
        await self._post("open", {"token": token_hex(32), "code": code})

    async def says(self, text: str) -> None:
        await self._post("say", {"event": token_hex(16), "text": text})

    async def taps(self, label: str) -> None:
        for line in await self._lines():
            for button in (button for row in line.buttons for button in row if button.label == label):
                await self._post("press", {"event": token_hex(16), "message": line.id, "intent": button.intent})
                return
        raise AssertionError(f"no button {label!r}")

    async def shown(self) -> list[Shown]:
        return [
            Shown(
                "\n".join(block.text for block in line.blocks),
                tuple(button.label for row in line.buttons for button in row),
                None if line.file is None else line.file.name,
            )
            for line in await self._lines()
            if line.sender == "bot"
        ]

    async def goes_away(self) -> None:
        async with self._rig.database.writing() as session:
            await session.execute(delete(WebSession))

    async def _lines(self) -> list[_Line]:
        answer = await self._client.get("/chat/history?before=999999")
        assert answer.status_code == 200
        return TypeAdapter(list[_Line]).validate_python(answer.json()["lines"])


@asynccontextmanager
async def web_door(database: Database) -> AsyncIterator[WebDoor]:
    """A started web channel and a browser's requests."""
    async with rigged(database, URL) as rig:
        transport = httpx.ASGITransport(app=rig.app())
        async with httpx.AsyncClient(transport=transport, base_url=URL, headers={"origin": URL}) as client:
            door = WebDoor(rig, client)
            await rig.web.start(door.receive)
            yield door
