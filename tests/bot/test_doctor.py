"""`maatje doctor` finds out whether each channel lets us in, and says what to look at."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.configuration.settings import Settings
from bot.demo.counterparts import notify as side
from bot.demo.counterparts.notify import NotifyCounterpart
from bot.doctor import examine
from tests.bot.channels.email.rig import FOLDER, OURS, PASSWORD, USER, PostOffice, mailbox, post_office
from tests.bot.channels.notify.rig import serving
from tests.browser.serving import listener_on


class Town:
    """Notify, a mail server, and the settings that lead to them."""

    def __init__(self, notify_url: str, smtp_port: int, imap_port: int, database_url: str) -> None:
        self.settings = Settings.model_validate(
            {
                "database_url": database_url,
                "secret_key": "a secret for the tests of the doctor only",
                "notify_api_key": side.API_KEY,
                "notify_api_url": notify_url,
                "notify_sms_template": side.SMS_TEMPLATE,
                "notify_callback_token": side.CALLBACK_TOKEN,
                "smtp_host": "127.0.0.1",
                "smtp_port": smtp_port,
                "smtp_security": "none",
                "email_from": OURS,
                "imap_host": "127.0.0.1",
                "imap_port": imap_port,
                "imap_security": "none",
                "imap_user": USER,
                "imap_password": PASSWORD,
                "imap_folder": FOLDER,
                "public_url": "https://maatje.example",
            }
        )

    async def found(self, about: str, **changed: object) -> tuple[str, str]:
        """State and text of the first finding about a channel, with some settings changed."""
        settings = Settings.model_validate({**self.settings.model_dump(), **changed})
        finding = next(one for one in await examine(settings) if one.about == about)
        return finding.state, finding.text


@pytest.fixture
async def town(sqlite_url: str) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        notify = NotifyCounterpart()
        socket, url = listener_on()
        await stack.enter_async_context(serving(socket, notify.app))
        stack.push_async_callback(notify.close)
        smtp_port = await stack.enter_async_context(post_office(PostOffice()))
        imap_port = await stack.enter_async_context(mailbox())
        yield Town(url, smtp_port, imap_port, sqlite_url)


async def test_every_channel_that_lets_us_in_is_well(town: Town) -> None:
    assert await town.found("sms") == ("ok", "Notify accepts the key")
    assert await town.found("email") == ("ok", "the server lets us in")


async def test_a_key_a_server_or_a_mailbox_that_is_not_right_is_named(town: Town) -> None:
    wrong = side.API_KEY[:-4] + "0000"
    state, text = await town.found("sms", notify_api_key=wrong)
    assert (state, "key_refused" in text, wrong in text) == ("fault", True, False)
    state, text = await town.found("sms", notify_api_key="nonsense")
    assert (state, "nonsense" in text) == ("fault", False)
    state, text = await town.found("email", smtp_port=1)
    assert (state, "MAATJE_SMTP" in text) == ("fault", True)
    state, text = await town.found("email", imap_password="wrong")
    assert (state, "MAATJE_IMAP" in text, "wrong" in text) == ("fault", True, False)
