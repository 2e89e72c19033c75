"""E-mail through Notify as a channel: it sends, and hears of delivery; nobody can answer it through Notify.

Notify sends files by a link of its own only (and only from services that asked for it), so files, pictures and calendar
invitations are left out; the link to the web chat leads to them.
"""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from bot.channels.base import Capabilities, News, Receipt, Receive, Report
from bot.channels.notify.api import NotifyApi
from bot.channels.notify.callbacks import EMAIL, NotifyReceipts
from bot.channels.notify.config import NotifyConfig
from bot.channels.notify.email_wording import body_of, subject_of
from bot.channels.notify.sending import NotifySending
from bot.channels.notify.sms import More
from bot.events import InboundEvent
from locales.rendering.message import Text
from locales.rendering.render import Rendered, Renderer
from reminders.delivery.channel import Clock


class NotifyEmailChannel:
    """Keeps bot.channels.base.Channel. Addresses are e-mail addresses.

    `more` gives the link to the chat, where the buttons are. Raises ValueError where the config has no e-mail template.
    """

    name = EMAIL

    def __init__(self, config: NotifyConfig, *, clock: Clock, renderer: Renderer, report: Report, more: More) -> None:
        if not config.email_template:
            raise ValueError("e-mail through Notify needs the id of an e-mail template")
        self.capabilities = Capabilities(
            buttons=False,
            confidential=False,
            receipts=True,
            cost=1,
            per_second=config.per_second,
        )
        self._config = config
        self._renderer = renderer
        self._more = more
        self._api = NotifyApi(config, clock)
        self._sending = NotifySending("email", self._api, config)
        self._started = False
        self._receipts = NotifyReceipts(config, clock, self._api, report, lambda: self._started)

    async def start(self, receive: Receive) -> None:
        """From now on receipts are taken; `receive` is never called."""
        self._started = True

    async def stop(self) -> None:
        """Take nothing more."""
        self._started = False

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    def routes(self) -> Sequence[BaseRoute]:
        """The callback with receipts; the SMS channel's is the same, whichever comes first."""
        return (self._receipts.route(),)

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """Send one message.

        Raises:
            RetryLater, AddressGone, Rejected: see reminders.delivery.channel.
        """
        if (earlier := await self._sending.already_taken(reference, address)) is not None:
            return earlier
        body: dict[str, object] = {
            "email_address": address,
            "template_id": self._config.email_template,
            "personalisation": {
                "subject": subject_of(message),
                "message": body_of(message, await self._pointer(address, message)),
            },
        }
        if self._config.reply_to_id:
            body["email_reply_to_id"] = self._config.reply_to_id
        return Receipt((await self._sending.send(reference, body)).id)

    async def _pointer(self, address: str, message: Rendered) -> str:
        """Where to answer, or where the file is; "" where there is nothing to do or no chat to do it in."""
        asks = any(not button.url for row in message.buttons for button in row)
        if not asks and message.file is None:
            return ""
        url = await self._more(address)
        if url is None:
            return ""
        key = "sms.answer" if asks else "sms.more"
        return self._renderer.say(Text(key, {"url": url}), message.locale)

    def doubt(self, reference: str) -> None:
        """Told that an earlier process may have sent this message: Notify is asked before it is sent."""
        self._sending.doubt(reference)

    async def status_of(self, provider_ref: str) -> News | None:
        """What became of a message whose receipt did not come; None where that is not known yet. Never raises."""
        return await self._receipts.status_of(self.name, provider_ref)

    async def close_buttons(self, address: str, message_ref: str) -> None:
        """Nothing: an e-mail stays as it is."""

    async def acknowledge(self, event: InboundEvent) -> None:
        """Nothing: no event comes from here."""

    async def fetch(self, file: str) -> bytes | None:
        """Nothing: nothing is received."""
        return None

    def link(self, code: str) -> str | None:
        """None: a mail to Notify reaches nobody."""
        return None
