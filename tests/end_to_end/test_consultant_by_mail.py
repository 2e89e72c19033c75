"""A consultant who has nothing but e-mail: reports, what was said, lists and answers, all in mails."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from locales.rendering.languages import LANGUAGES
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from tests.bot.channels.email.rig import PostOffice, mail_settings, mailbox, post_office
from tests.botapi import BotApi
from tests.botapi.client import VOICE
from tests.end_to_end.plain_phones import MailPhone
from tests.end_to_end.service import Service, consultant_of
from tests.end_to_end.test_every_language import inviting
from tests.end_to_end.test_main_job import Words, prepare

NAME = {"person": "Amina Tesfay"}


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url, KeyRing(["a secret for end to end tests only"]))
    yield opened
    await opened.close()


async def test_a_consultants_work_by_mail(tmp_path: Path, sqlite_url: str, database: Database) -> None:
    say, dutch = Words("ar"), Words("nl")
    async with BotApi() as bot_api, AsyncExitStack() as stack:
        service = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
        office = PostOffice()
        smtp_port = await stack.enter_async_context(post_office(office))
        imap_port = await stack.enter_async_context(mailbox())
        service.set_up(**mail_settings(smtp_port, imap_port))
        await prepare(service, tmp_path, "ar")
        try:
            person = bot_api.user(7001)
            await person.starts(await inviting(database)("P1"))
            await person.taps(LANGUAGES["ar"].name)
            await person.taps(say("consent.yes"))
            await person.sees(say("menu.ask"))
            await person.says("انا مريض")
            await person.sees(say("absence.which"))
            await person.taps(say("kind.progress_meeting"))
            await person.taps(say("absence.only_this"))
            await person.sees(say("absence.check"))
            await person.sends_voice()
            await person.sees(say("absence.attachment_line"))
            await person.taps(say("absence.send"))

            # The municipality gave the address: nothing to link.
            consultant = MailPhone(office, imap_port, consultant_of(1), "nl")
            await consultant.sees(dutch("consultant.absence", **NAME))
            await consultant.sees(dutch("consultant.file_of", **NAME))
            files = [file for mail in office.mails for file in mail.iter_attachments()]
            assert [file.get_content() for file in files] == [VOICE]
            await consultant.taps(dutch("consultant.seen"))
            await consultant.sees(dutch("consultant.person_knows", **NAME))
            await person.sees("👀")

            # A mail answers what it was asked: its own choices, and a name where it asks for one. Copies travel, so
            # commands are for the chat.
            for choice, part in (
                ("consultant.today", dutch("consultant.list.today")),
                ("consultant.absences", "Amina Tesfay"),
                ("consultant.overview", dutch("consultant.list.absences")),
                ("consultant.people", dutch("consultant.people")),
            ):
                await consultant.taps(dutch(choice))
                await consultant.sees(part)
            await consultant.says("Amina")
            await consultant.sees(dutch("consultant.person", **NAME))
            await consultant.says("/find Amina")
            await consultant.sees(dutch("consultant.only_offered"))
        finally:
            stopped = await service.stop()
    assert bot_api.mistakes == []
    assert stopped == 0
