"""From the invitation to a confirmed appointment and a reported absence, by who looks at pictures, listens and presses
icons, and reads no word: on Telegram and in the web chat, in Tigrinya, Arabic, and Somali, which nobody speaks yet."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest
from PIL import Image

from bot.voice.encoding import decode
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from tests.botapi import BotApi
from tests.botapi.client import BotApiUser
from tests.botapi.world import Message
from tests.end_to_end.service import Service, consultant_of
from tests.end_to_end.test_every_language import inviting
from tests.end_to_end.test_main_job import Invite, Phone, Words, assert_no_personal_data, prepare
from tests.end_to_end.web_phone import Line, WebPhone


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url, KeyRing(["a secret for end to end tests only"]))
    yield opened
    await opened.close()


class Listener(Protocol):
    """Somebody who looks, listens and presses."""

    async def starts(self, code: str) -> None:
        """Scan the QR code of the invitation."""

    async def looks(self, *, picture: bool = True) -> bytes:
        """Wait for the next message that can be seen and heard; its picture. Checks that it sounds."""

    async def presses(self, icon: str) -> None:
        """Press the first button of the newest question with this icon."""


def _checked(picture: bytes, sound: bytes) -> bytes:
    if picture:
        with Image.open(io.BytesIO(picture)) as drawn:
            assert drawn.width == 640
        assert len(picture) < 60_000
    assert decode(sound).seconds > 0.3
    return picture


class TelegramListener:
    """See Listener."""

    def __init__(self, user: BotApiUser) -> None:
        self._user = user

    async def starts(self, code: str) -> None:
        await self._user.starts(code)

    async def looks(self, *, picture: bool = True) -> bytes:
        sound = await self._user.sees(lambda message: message.kind == "voice")
        drawn = await self._user.sees(lambda message: message.kind == "photo") if picture else None
        return _checked(self._user.file(drawn) if drawn is not None else b"", self._user.file(sound))

    async def presses(self, icon: str) -> None:
        def has_it(message: Message) -> bool:
            return any(button.text.startswith(icon) for button in message.buttons)

        asked = await self._user.sees(has_it)
        chosen = next(button for button in asked.buttons if button.text.startswith(icon))
        assert chosen.data is not None
        self._user.presses(asked, chosen.data)


class WebListener:
    """See Listener."""

    def __init__(self, phone: WebPhone) -> None:
        self._phone = phone

    async def starts(self, code: str) -> None:
        await self._phone.starts(code)

    async def looks(self, *, picture: bool = True) -> bytes:
        line = await self._phone.newest(lambda line: line.voice and (not picture or bool(line.picture)))
        kind, sound = await self._phone.gets(f"media/{line.id}/voice")
        assert kind == "audio/ogg"
        if not picture:
            return _checked(b"", sound)
        kind, drawn = await self._phone.gets(f"media/{line.id}/picture")
        assert kind == "image/png"
        return _checked(drawn, sound)

    async def presses(self, icon: str) -> None:
        def has_it(line: Line) -> bool:
            return any(label.startswith(icon) for label, _ in line.buttons)

        line = await self._phone.newest(has_it)
        await self._phone.presses(line, next(intent for label, intent in line.buttons if label.startswith(icon)))


async def without_reading(person: Listener, consultant: Phone, invite: Invite, number: int) -> list[bytes]:
    """The script; the pictures that were seen."""
    dutch = Words("nl")
    await consultant.starts(await invite(consultant_of(number)))
    await consultant.sees(dutch("consultant.what_comes"))
    await person.starts(await invite(f"P{number}"))
    seen = []
    # The names of the languages are heard; the first is the one that the municipality knows.
    await person.looks(picture=False)
    await person.presses("1\ufe0f\u20e3")
    # May we? and: rather listen.
    seen.append(await person.looks())
    await person.presses("👂")
    seen.append(await person.looks())
    await person.presses("✅")
    # The menu, the week, the meeting, "I come".
    seen.append(await person.looks())
    await person.presses("📅")
    seen.append(await person.looks())
    await person.presses("🗣️")
    seen.append(await person.looks())
    await person.presses("✅")
    seen.append(await person.looks())
    await person.presses("🏠")
    # A lesson that the child's illness makes impossible.
    seen.append(await person.looks())
    await person.presses("🤒")
    seen.append(await person.looks())
    await person.presses("📚")
    seen.append(await person.looks())
    await person.presses("👶")
    seen.append(await person.looks())
    await person.presses("1\ufe0f\u20e3")
    seen.append(await person.looks())
    await person.presses("✅")
    report = await consultant.sees(dutch("consultant.absence", person="Amina Tesfay"))
    assert dutch("reason.child_ill") in str(getattr(report, "text", report))
    seen.append(await person.looks())
    await person.presses("🏠")
    # Please call me.
    seen.append(await person.looks())
    await person.presses("💬")
    seen.append(await person.looks())
    await person.presses("📞")
    await consultant.sees(dutch("letter.call_me"))
    seen.append(await person.looks())
    # The road.
    await person.presses("🏠")
    await person.looks()
    await person.presses("🧭")
    seen.append(await person.looks())
    return seen


async def test_everything_works_without_reading_a_word(tmp_path: Path, sqlite_url: str, database: Database) -> None:
    cast = [("telegram", "ti"), ("web", "ar"), ("web", "so")]
    async with BotApi() as bot_api, AsyncExitStack() as stack:
        service = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
        await prepare(service, tmp_path, *(locale for _, locale in cast))

        async def live(number: int, channel: str, locale: str) -> list[bytes]:
            person: Listener
            if channel == "telegram":
                person = TelegramListener(bot_api.user(7000 + number))
            else:
                person = WebListener(await stack.enter_async_context(WebPhone(service.url, locale)))
            try:
                return await without_reading(person, bot_api.user(8000 + number), inviting(database), number)
            except AssertionError as error:
                raise AssertionError(f"{locale} on {channel}") from error

        try:
            async with asyncio.TaskGroup() as group:
                lives = [group.create_task(live(number, *who)) for number, who in enumerate(cast, 1)]
        finally:
            stopped = await service.stop()
    for life in lives:
        # Question after question another picture; only the menu, the week and "done" come again as they were.
        assert len(set(life.result())) >= len(life.result()) - 4
    assert bot_api.mistakes == []
    assert stopped == 0
    assert_no_personal_data(service.log())
