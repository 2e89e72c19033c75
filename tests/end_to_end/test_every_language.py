"""The main job in each of the fifteen languages, on Telegram and in the web chat, in one running service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from locales.rendering.languages import LANGUAGES
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.people.link_codes import make_code
from storage.people.people import consultant_by_email, person_by_external_id
from tests.botapi import BotApi
from tests.end_to_end.service import Service
from tests.end_to_end.test_main_job import Invite, Phone, assert_no_personal_data, main_job, prepare
from tests.end_to_end.web_phone import WebPhone

# How many speak at a time: one chat gets a message a second, so most of it is waiting.
TOGETHER = 15


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url, KeyRing(["a secret for end to end tests only"]))
    yield opened
    await opened.close()


def inviting(database: Database) -> Invite:
    """Makes link codes at once, without a command's start each time."""

    async def invite(who: str) -> str:
        async with database.writing() as session:
            person = await person_by_external_id(session, who)
            consultant = await consultant_by_email(session, database.keys, who)
            code, _ = await make_code(
                session,
                database.keys,
                datetime.now(UTC),
                person_id=person.id if person else None,
                consultant_id=consultant.id if consultant else None,
            )
            return code

    return invite


async def test_the_main_job_in_every_language(tmp_path: Path, sqlite_url: str, database: Database) -> None:
    async def nothing() -> None:
        return

    turns = asyncio.Semaphore(TOGETHER)

    async def speak(channel: str, number: int, locale: str) -> None:
        async with turns, AsyncExitStack() as stack:
            person: Phone
            consultant: Phone
            if channel == "telegram":
                person, consultant = bot_api.user(5000 + number), bot_api.user(6000 + number)
            else:
                person = await stack.enter_async_context(WebPhone(service.url, locale))
                consultant = await stack.enter_async_context(WebPhone(service.url))
            try:
                await main_job(person, consultant, inviting(database), locale, nothing, number)
            except AssertionError as error:
                raise AssertionError(f"{locale} on {channel}") from error

    cast = [(channel, locale) for channel in ("telegram", "web") for locale in LANGUAGES]
    async with BotApi() as bot_api:
        service = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
        await prepare(service, tmp_path, *(locale for _, locale in cast))
        try:
            async with asyncio.TaskGroup() as group:
                for number, (channel, locale) in enumerate(cast, 1):
                    group.create_task(speak(channel, number, locale))
        finally:
            stopped = await service.stop()
    assert bot_api.mistakes == []
    assert stopped == 0
    assert_no_personal_data(service.log())
