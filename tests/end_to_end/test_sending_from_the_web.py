"""What is spoken and photographed on the web chat reaches the consultant on Telegram as sound and picture."""

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from PIL import Image

from bot.voice.encoding import decode
from locales.rendering.languages import LANGUAGES
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from tests.bot.channels.web.files import PDF, PLACE, photo_with_a_place, sound
from tests.botapi import BotApi
from tests.end_to_end.service import Service, consultant_of
from tests.end_to_end.test_every_language import inviting
from tests.end_to_end.test_main_job import Words, assert_no_personal_data, prepare
from tests.end_to_end.web_phone import WebPhone


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url, KeyRing(["a secret for end to end tests only"]))
    yield opened
    await opened.close()


async def test_a_voice_note_and_a_photo_reach_the_consultant(
    tmp_path: Path, sqlite_url: str, database: Database
) -> None:
    async with BotApi() as bot_api, AsyncExitStack() as stack:
        service = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
        await prepare(service, tmp_path, "ar")
        stack.push_async_callback(service.stop)
        say, dutch, invite = Words("ar"), Words("nl"), inviting(database)
        consultant = bot_api.user(6001)
        person = await stack.enter_async_context(WebPhone(service.url, "ar"))
        await consultant.starts(await invite(consultant_of(1)))
        await consultant.sees(dutch("consultant.what_comes"))
        await person.starts(await invite("P1"))
        await person.sees(say("language.ask"))
        await person.taps(LANGUAGES["ar"].name)
        await person.taps(say("consent.yes"))
        await person.sees(say("menu.ask"))

        # Ill, told in a voice note while the summary is open.
        await person.taps(say("menu.absent"))
        await person.taps(say("kind.class"))
        await person.taps(say("reason.ill"))
        await person.taps(say("absence.only_this"))
        await person.sees(say("absence.check"))
        await person.sends(sound("webm", "libopus"))
        await person.sees(say("absence.check"))
        await person.taps(say("absence.send"))
        await consultant.sees(dutch("consultant.absence", person="Amina Tesfay"))
        heard = await consultant.sees(lambda message: message.kind == "voice")
        assert decode(consultant.file(heard)).seconds == pytest.approx(2, abs=0.2)

        # The doctor's letter, photographed, and the same as a PDF.
        for content, kind in ((photo_with_a_place(), "photo"), (PDF, "document")):
            await person.says("/consultant")
            await person.sees(say("letter.how"))
            await person.sends(content)
            seen = await consultant.sees(lambda message, kind=kind: message.kind == kind)  # type: ignore[misc]
            got = consultant.file(seen)
            if kind == "document":
                assert got == PDF
                continue
            assert PLACE.encode() not in got
            with Image.open(io.BytesIO(got)) as image:
                assert (image.format, image.size) == ("JPEG", (48, 64))
        stopped = await service.stop()
    assert bot_api.mistakes == []
    assert stopped == 0
    assert_no_personal_data(service.log())
