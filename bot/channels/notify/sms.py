"""SMS through Notify as a channel."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.base import Capabilities, News, Receipt, Receive, Rejected, Report
from bot.channels.notify.api import NotifyApi
from bot.channels.notify.callbacks import INBOUND_PATH, SMS, Callbacks, Inbound, NotifyReceipts, event_of
from bot.channels.notify.config import NotifyConfig
from bot.channels.notify.gsm import plain
from bot.channels.notify.sending import NotifySending
from bot.channels.notify.sms_characters import SmsCharacters, readable
from bot.channels.notify.sms_wording import all_of, cut_text, whole_text
from bot.channels.notify.words import SmsWords
from bot.channels.receiving import Receiving
from bot.events import InboundEvent
from locales.rendering.languages import SOURCE
from locales.rendering.message import Text
from locales.rendering.render import Rendered, Renderer
from reminders.delivery.channel import Clock

log = structlog.get_logger(__name__)

# An address's personal link to the web chat; None for who has none.
More: TypeAlias = Callable[[str], Awaitable[str | None]]
# What a message of one or two segments costs in the Netherlands, in thousandths of a euro.
COST = 60


class SmsChannel:
    """Keeps bot.channels.base.Channel. Addresses are telephone numbers in E.164.

    `more` gives the link under what does not fit. Raises ValueError where the config has no SMS template.
    """

    name = SMS

    def __init__(
        self,
        config: NotifyConfig,
        *,
        clock: Clock,
        renderer: Renderer,
        report: Report,
        more: More,
        words: SmsWords | None = None,
    ) -> None:
        if not config.sms_template:
            raise ValueError("SMS through Notify needs the id of an SMS template")
        self.capabilities = Capabilities(
            buttons=False,
            confidential=False,
            bare_numbers=True,
            receipts=True,
            cost=COST,
            per_second=config.per_second,
        )
        self._config = config
        self._renderer = renderer
        self._more = more
        self._words = words or SmsWords.load()
        self._api = NotifyApi(config, clock)
        self._sending = NotifySending("sms", self._api, config)
        self._characters = SmsCharacters(self._preview, clock, unicode=config.unicode)
        self._callbacks = Callbacks(config, clock)
        self._receiving = Receiving()
        self._started = False
        self._receipts = NotifyReceipts(config, clock, self._api, report, lambda: self._started)

    async def start(self, receive: Receive) -> None:
        """From now on callbacks are taken. Notify is not asked for anything."""
        self._receiving.begin(receive)
        self._started = True

    async def stop(self) -> None:
        """Take nothing more; wait for what is in hand."""
        self._started = False
        await self._receiving.end()

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    def routes(self) -> Sequence[BaseRoute]:
        """The two callbacks of Notify."""

        async def take(request: Request) -> Response:
            return await self._callbacks.take(request, Inbound, self._hear if self._started else None)

        return (Route(INBOUND_PATH, take, methods=["POST"]), self._receipts.route())

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """Send one message, as one SMS of at most sms_wording.MOST_SEGMENTS segments.

        Raises:
            RetryLater, AddressGone, Rejected: see reminders.delivery.channel. Rejected("letters_not_carried") where
                Notify would make question marks of the person's script, and there is no link to send instead.
        """
        if (earlier := await self._sending.already_taken(reference, address)) is not None:
            return earlier
        text = await self._text(address, message)
        body: dict[str, object] = {
            "phone_number": address,
            "template_id": self._config.sms_template,
            "personalisation": {"message": text},
        }
        if self._config.sms_sender_id:
            body["sms_sender_id"] = self._config.sms_sender_id
        taken = await self._sending.send(reference, body)
        if taken.body and not self._characters.learn(text, taken.body):
            log.warning("sms_characters_lost", message=reference, locale=message.locale)
        return Receipt(taken.id)

    def doubt(self, reference: str) -> None:
        """Told that an earlier process may have sent this message: Notify is asked before it is sent."""
        self._sending.doubt(reference)

    async def status_of(self, provider_ref: str) -> News | None:
        """What became of a message whose receipt did not come; None where that is not known yet. Never raises."""
        return await self._receipts.status_of(self.name, provider_ref)

    async def close_buttons(self, address: str, message_ref: str) -> None:
        """Nothing: an SMS stays as it is."""

    async def acknowledge(self, event: InboundEvent) -> None:
        """Nothing: nobody waits."""

    async def fetch(self, file: str) -> bytes | None:
        """Nothing: an SMS brings words only."""
        return None

    def link(self, code: str) -> str | None:
        """Opens the telephone's messages with the code written; None where the service has no number to text to."""
        return f"sms:{self._config.sms_number}?body={code}" if self._config.sms_number else None

    async def _hear(self, inbound: Inbound) -> None:
        stale = self._callbacks.is_stale(inbound.date_received)
        event = event_of(inbound, self.name, self._words) if not stale else None
        if event is None:
            # From a name or a service's own number, which nobody can answer; without words; or of last week.
            log.warning("sms_left_aside", why="stale" if stale else "no_sender_or_words")
            return
        await self._receiving.take(event)

    async def _preview(self, text: str) -> str | None:
        return await self._api.preview(self._config.sms_template, {"message": text})

    async def _text(self, address: str, message: Rendered) -> str:
        # With the letters of the link's sentence, so that Notify is asked once.
        lost = await self._characters.lost(all_of(message) + self._say("sms.more", message.locale, ""))
        whole = whole_text(message, lost)
        if whole is not None and message.file is None:
            return whole
        # A file does not fit either: it is in the chat.
        url = await self._more(address)
        cut = cut_text(message, await self._pointer(message.locale, url) if url else "", lost)
        if cut is not None:
            return cut
        if url is None:
            raise Rejected("letters_not_carried")
        return self._say("sms.instead", SOURCE, url)

    async def _pointer(self, locale: str, url: str) -> str:
        """The sentence with the link, in the person's language where its letters arrive."""
        sentence = self._say("sms.more", locale, url)
        return readable(sentence, await self._characters.lost(sentence)) or self._say("sms.more", SOURCE, url)

    def _say(self, key: str, locale: str, url: str) -> str:
        return plain(self._renderer.say(Text(key, {"url": url}), locale))
