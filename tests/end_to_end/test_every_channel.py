"""The main job over the channels beside Telegram and the web chat: one running service, each provider's counterpart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.channels.whatsapp.templates import catalog
from bot.demo.counterparts import notify as notify_side
from bot.demo.counterparts import whatsapp as whatsapp_side
from bot.demo.counterparts.notify import NotifyCounterpart
from bot.demo.counterparts.whatsapp import WhatsAppCounterpart
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from tests.bot.channels.email.rig import PostOffice, mail_settings, mailbox, post_office
from tests.bot.channels.notify.rig import serving
from tests.botapi import BotApi
from tests.browser.serving import listener_on
from tests.end_to_end.plain_phones import MailPhone, SmsPhone, WhatsAppPhone
from tests.end_to_end.service import Service
from tests.end_to_end.test_every_language import inviting
from tests.end_to_end.test_main_job import RENDERER, Phone, assert_no_personal_data, main_job, prepare


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url, KeyRing(["a secret for end to end tests only"]))
    yield opened
    await opened.close()


async def test_the_main_job_on_every_channel(tmp_path: Path, sqlite_url: str, database: Database) -> None:
    async def nothing() -> None:
        return

    cast = [(channel, locale) for channel in ("sms", "whatsapp", "email") for locale in ("nl", "ar", "tr")]
    async with BotApi() as bot_api, AsyncExitStack() as stack:
        service = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
        notify = NotifyCounterpart(callbacks=service.url, callback_token=notify_side.CALLBACK_TOKEN, unicode=True)
        notify_socket, notify_url = listener_on()
        await stack.enter_async_context(serving(notify_socket, notify.app))
        stack.push_async_callback(notify.close)
        service.set_up(
            MAATJE_NOTIFY_API_KEY=notify_side.API_KEY,
            MAATJE_NOTIFY_API_URL=notify_url,
            MAATJE_NOTIFY_SMS_TEMPLATE=notify_side.SMS_TEMPLATE,
            MAATJE_NOTIFY_CALLBACK_TOKEN=notify_side.CALLBACK_TOKEN,
            MAATJE_NOTIFY_SMS_NUMBER=notify_side.SMS_NUMBER,
            MAATJE_NOTIFY_UNICODE="true",
        )
        meta = WhatsAppCounterpart(callbacks=service.url)
        meta.approve([template.as_submitted() for template in catalog(RENDERER)])
        meta_socket, meta_url = listener_on()
        await stack.enter_async_context(serving(meta_socket, meta.app))
        stack.push_async_callback(meta.close)
        service.set_up(
            MAATJE_WHATSAPP_TOKEN=whatsapp_side.TOKEN,
            MAATJE_WHATSAPP_PHONE_NUMBER_ID=whatsapp_side.PHONE_NUMBER_ID,
            MAATJE_WHATSAPP_APP_SECRET=whatsapp_side.APP_SECRET,
            MAATJE_WHATSAPP_VERIFY_TOKEN=whatsapp_side.VERIFY_TOKEN,
            MAATJE_WHATSAPP_NUMBER=whatsapp_side.NUMBER,
            MAATJE_WHATSAPP_API_URL=meta_url,
        )
        office = PostOffice()
        smtp_port = await stack.enter_async_context(post_office(office))
        imap_port = await stack.enter_async_context(mailbox())
        service.set_up(**mail_settings(smtp_port, imap_port))
        await prepare(service, tmp_path, *(locale for _, locale in cast))

        async def speak(channel: str, number: int, locale: str) -> None:
            person: Phone
            if channel == "sms":
                person = SmsPhone(notify, f"+3161234567{number}", locale)
            elif channel == "email":
                person = MailPhone(office, imap_port, f"person{number}@example.net", locale)
            else:
                person = WhatsAppPhone(meta, f"3161234567{number}")
            try:
                asker, invite = bot_api.user(6000 + number), inviting(database)
                is_sure = channel != "sms"
                await main_job(person, asker, invite, locale, nothing, number, is_sure=is_sure)
            except AssertionError as error:
                raise AssertionError(f"{locale} on {channel}") from error

        try:
            async with asyncio.TaskGroup() as group:
                for number, (channel, locale) in enumerate(cast, 1):
                    group.create_task(speak(channel, number, locale))
        finally:
            stopped = await service.stop()
    assert bot_api.mistakes == []
    assert stopped == 0
    assert_no_personal_data(service.log())
