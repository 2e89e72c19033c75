"""A person's browser, as far as a conversation needs one: opens a link, writes, presses, hears the live events."""

import asyncio
import contextlib
import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp

TIMEOUT = 10.0
T = TypeVar("T")


@dataclass(slots=True)
class Line:
    """One line of the chat as the page would show it."""

    id: int
    mine: bool
    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)
    picture: str = ""
    voice: bool = False
    hear: str = ""
    file: str = ""


class WebPhone:
    """Speaks the page's own protocol over HTTP. `async with WebPhone(url, language) as phone`."""

    def __init__(self, url: str, language: str = "nl") -> None:
        self._url = url
        self._headers = {"origin": url, "sec-fetch-site": "same-origin", "accept-language": language}
        self._token = secrets.token_hex(32)
        self._lines: dict[int, Line] = {}
        self._since = 0
        self._changed = asyncio.Condition()
        self._listening: asyncio.Task[None] | None = None
        self._http = aiohttp.ClientSession(
            headers=self._headers,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=None, connect=5, sock_read=None),
        )

    async def __aenter__(self) -> "WebPhone":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
        await self._http.close()

    async def starts(self, code: str | None = None) -> None:
        """Open the page, with the code of a personal link or without one."""
        self._mark()
        body: dict[str, object] = {"token": self._token}
        if code is not None:
            body["code"] = code
        opened = await self._post("open", body)
        await self._take(opened["lines"])
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(int(str(opened["cursor"]))))

    async def says(self, text: str) -> None:
        """Write something."""
        self._mark()
        await self._post("say", {"event": str(uuid.uuid4()), "text": text})

    async def sends(self, content: bytes) -> None:
        """Send a photo, a voice note or a document."""
        self._mark()
        async with self._http.post(
            f"{self._url}/chat/send",
            params={"event": str(uuid.uuid4())},
            data=content,
            headers={"content-type": "application/octet-stream"},
        ) as answer:
            assert answer.status == 200, f"send: {answer.status}\n{self.transcript()}"

    async def taps(self, label: str) -> None:
        """Press the newest button whose label is, or contains, `label`."""

        def find() -> tuple[int, str] | None:
            for exact in (True, False):
                for line in sorted(self._lines.values(), key=lambda line: -line.id):
                    for shown, intent in line.buttons:
                        if shown == label or intent == label or (not exact and label in shown):
                            return line.id, intent
            return None

        found = await self._until(find, f"a button {label!r}")
        self._mark()
        await self._post("press", {"event": str(uuid.uuid4()), "message": found[0], "intent": found[1]})

    async def sees(self, wanted: str) -> str:
        """Wait for a line of the bot, since this person's last act, that contains `wanted`."""

        def find() -> str | None:
            for line in sorted(self._lines.values(), key=lambda line: line.id):
                if line.id > self._since and not line.mine and wanted in line.text:
                    return line.text
            return None

        return await self._until(find, repr(wanted))

    async def newest(self, wanted: Callable[[Line], bool]) -> Line:
        """Wait for a line of the bot, since this person's last act, that is wanted."""

        def find() -> Line | None:
            fresh = [line for line in self._lines.values() if line.id > self._since and not line.mine and wanted(line)]
            return max(fresh, key=lambda line: line.id, default=None)

        return await self._until(find, "what is wanted")

    async def presses(self, line: Line, intent: str) -> None:
        """Press one button of one line."""
        self._mark()
        await self._post("press", {"event": str(uuid.uuid4()), "message": line.id, "intent": intent})

    async def gets(self, path: str) -> tuple[str, bytes]:
        """A file of the chat: its media type and content."""
        async with self._http.get(f"{self._url}/chat/{path}") as answer:
            assert answer.status == 200, f"{path}: {answer.status}"
            return answer.content_type, await answer.read()

    def buttons(self) -> list[str]:
        """The labels of all open buttons."""
        return [label for line in self._lines.values() for label, _ in line.buttons]

    def transcript(self) -> str:
        """Everything, for a failing test."""
        return "\n".join(
            f"{'>' if line.mine else '<'} {line.text} {[label for label, _ in line.buttons]}"
            for line in sorted(self._lines.values(), key=lambda line: line.id)
        )

    def _mark(self) -> None:
        self._since = max((line.id for line in self._lines.values() if not line.mine), default=0)

    async def _post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        # A restarting server refuses connections for a moment: the page tries again, and so does this.
        last: Exception | None = None
        for _ in range(200):
            try:
                async with self._http.post(f"{self._url}/chat/{path}", json=body) as answer:
                    if answer.status in (503, 429):
                        await asyncio.sleep(0.05)
                        continue
                    assert answer.status < 300, f"{path}: {answer.status}\n{self.transcript()}"
                    return await answer.json() if answer.status == 200 else {}
            except aiohttp.ClientError as error:
                last = error
                await asyncio.sleep(0.05)
        raise AssertionError(f"{path}: nobody answers ({last!r})")

    async def _listen(self, after: int) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with self._http.get(f"{self._url}/chat/events", params={"after": after, "lang": "x"}) as stream:
                    event = ""
                    async for raw in stream.content:
                        name, _, value = raw.decode().rstrip("\n").partition(": ")
                        if name == "event":
                            event = value
                        elif name == "id":
                            after = int(value)
                        elif name == "data" and event == "lines":
                            await self._take(json.loads(value))
            await asyncio.sleep(0.05)

    async def _take(self, lines: object) -> None:
        assert isinstance(lines, list)
        async with self._changed:
            for line in lines:
                blocks = "\n".join(block["text"] for block in line["blocks"])
                buttons = [(b["label"], b.get("intent", "")) for row in line["buttons"] for b in row]
                self._lines[line["id"]] = Line(
                    line["id"],
                    line["from"] == "person",
                    blocks,
                    buttons,
                    picture=line.get("picture", ""),
                    voice=line.get("voice", False),
                    hear=line.get("hear", ""),
                    file=line.get("file", {}).get("type", ""),
                )
            self._changed.notify_all()

    async def _until(self, find: Callable[[], T | None], what: str) -> T:
        try:
            async with asyncio.timeout(TIMEOUT), self._changed:
                while (found := find()) is None:
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"did not see {what}\n{self.transcript()}") from None
