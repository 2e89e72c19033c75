"""WhatsApp as a channel (see bot.channels.base.Channel)."""

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.base import BringAgain, Capabilities, News, Receipt, Receive, Report, RetryLater
from bot.channels.bounded import body_at_most
from bot.channels.receiving import Receiving
from bot.channels.recent import Recent
from bot.channels.whatsapp.api import GraphApi
from bot.channels.whatsapp.config import WhatsAppConfig
from bot.channels.whatsapp.errors import TO_MEND, WINDOW_CLOSED, MediaRefused, OutsideWindow
from bot.channels.whatsapp.inbound import CHANNEL, LeftAside, is_user_id, items_of
from bot.channels.whatsapp.templates import filled
from bot.channels.whatsapp.wording import LONGEST_BODY, MOST_ROWS, Content, contents_of, text_of
from bot.events import InboundEvent
from locales.rendering.message import Text
from locales.rendering.render import File, Rendered, Renderer
from reminders.delivery.channel import Clock

log = structlog.get_logger(__name__)

WEBHOOK_PATH = "/whatsapp/webhook"
LARGEST = 1_000_000
# Seconds that a webhook may wait in line, all of its messages together. Meta names no time after which it gives up, but
# asks that fewer than one answer in a hundred take more than a second, and slows down for who is slower
# (docs.360dialog.com/partner/messaging/receiving-messages-via-webhook). What finds no place comes again.
HELD_FOR = 0.8
# A little less than Meta's 24 hours: a message that is on its way must still be inside.
WINDOW = timedelta(hours=23, minutes=55)
REMEMBERED = 1000


class WhatsAppChannel:
    """Sends and receives through the Cloud API.

    `window` gives when somebody at an address wrote last (UTC), which decides between words and a template; `report`
    takes what WhatsApp tells of our messages later.
    """

    name = CHANNEL
    capabilities = Capabilities(buttons=True, most_buttons=MOST_ROWS, per_second=80, receipts=True, cost=40, media=True)

    def __init__(
        self,
        config: WhatsAppConfig,
        *,
        clock: Clock,
        report: Report,
        window: Callable[[str], Awaitable[datetime | None]],
        renderer: Renderer,
    ) -> None:
        self._config = config
        self._clock = clock
        self._report = report
        self._window = window
        self._renderer = renderer
        self._api = GraphApi(config)
        self._receiving = Receiving()
        self._started = False
        # What was for nobody here, by why: for operators, in the log.
        self.left_aside: Counter[str] = Counter()
        # Messages in several parts whose sending broke off half-way: how many of those went.
        self._sent_parts = Recent[int](REMEMBERED)
        # Messages of which WhatsApp said afterwards that the window was closed.
        self._outside = Recent[None](REMEMBERED)

    def routes(self) -> Sequence[BaseRoute]:
        """The webhook."""
        return (
            Route(WEBHOOK_PATH, self._verify, methods=["GET"]),
            Route(WEBHOOK_PATH, self._take, methods=["POST"]),
        )

    async def start(self, receive: Receive) -> None:
        """From now on what arrives is handed on."""
        self._receiving.begin(receive)
        self._started = True

    async def stop(self) -> None:
        """Take nothing more; wait for what is in hand."""
        self._started = False
        await self._receiving.end()

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """Send one message: in words within 24 hours of the person's last ones, else as an approved template.

        Raises:
            RetryLater, AddressGone, Rejected: see reminders.delivery.channel.
        """
        heard_at = await self._window(address)
        if heard_at is None or self._clock.now() - heard_at > WINDOW or reference in self._outside:
            return await self._send_template(address, message, reference)
        try:
            return await self._send_freely(address, message, reference)
        except OutsideWindow:
            return await self._send_template(address, message, reference)

    async def _send_freely(self, address: str, message: Rendered, reference: str) -> Receipt:
        contents = await self._contents(message)
        provider_ref = ""
        for number, content in enumerate(contents):
            if number < self._sent_parts.get(reference, 0):
                continue
            try:
                provider_ref = await self._post(address, content, reference)
            except MediaRefused:
                log.warning("whatsapp_media_refused", message=reference)
            if number < len(contents) - 1:
                self._sent_parts[reference] = number + 1
        self._sent_parts.pop(reference, None)
        return Receipt(provider_ref[:120] or None)

    async def _contents(self, message: Rendered) -> list[Content]:
        """Picture, words with their choices, sound and file, in this order; a short text is the picture's caption."""
        words = contents_of(message, self._renderer.say(Text("whatsapp.choose"), message.locale))
        before: list[Content] = []
        if message.picture is not None:
            picture = await self._media("image", message.picture.file)
            if picture is not None:
                text = text_of(message)
                if not message.buttons and len(text) <= LONGEST_BODY:
                    words = [{"type": "image", "image": {**picture, "caption": text}}]
                else:
                    before.append({"type": "image", "image": picture})
        after: list[Content] = []
        for file in (message.voice, message.file):
            if file is None:
                continue
            kind = {"audio": "audio", "image": "image"}.get(file.media_type.partition("/")[0], "document")
            media = await self._media(kind, file)
            if media is not None:
                after.append({"type": kind, kind: media if kind != "document" else {**media, "filename": file.name}})
        # The choices come last, nearest to the thumb.
        return [*before, *words[:-1], *after, words[-1]] if message.buttons else [*before, *words, *after]

    async def _media(self, kind: str, file: File) -> dict[str, object] | None:
        try:
            return {"id": await self._api.upload(file)}
        except MediaRefused:
            log.warning("whatsapp_media_refused", kind=kind)
            return None

    async def _send_template(self, address: str, message: Rendered, reference: str) -> Receipt:
        try:
            provider_ref = await self._post(address, filled(message, reference), reference)
        except (OutsideWindow, MediaRefused):
            raise RetryLater("template_not_taken", timedelta(minutes=5)) from None
        return Receipt(provider_ref[:120])

    async def _post(self, address: str, content: Content, reference: str) -> str:
        return await self._api.send(
            {
                "recipient_type": "individual",
                # To a number, or to the id of a user who keeps theirs to themselves.
                "recipient" if is_user_id(address) else "to": address,
                "biz_opaque_callback_data": reference,
                **content,
            }
        )

    async def close_buttons(self, address: str, message_ref: str) -> None:
        """Nothing: WhatsApp takes no button off; one that is pressed twice is known to the dialogue."""

    async def acknowledge(self, event: InboundEvent) -> None:
        """Nothing: the answer to the webhook is enough."""

    async def fetch(self, file: str) -> bytes | None:
        """A voice note or photo that was sent to us; None when WhatsApp does not give it. Never raises."""
        try:
            return await self._api.download(file)
        except Exception as error:
            log.warning("whatsapp_file_not_fetched", error=type(error).__name__)
            return None

    def link(self, code: str) -> str | None:
        """Opens a chat with our number, the code already written."""
        return self._config.link(code)

    async def _verify(self, request: Request) -> Response:
        """Meta's question when the webhook is entered: who knows the verify token may have the challenge back."""
        asked = request.query_params
        known = hmac.compare_digest(asked.get("hub.verify_token", "").encode(), self._config.verify_token.encode())
        if asked.get("hub.mode") != "subscribe" or not known or not self._config.verify_token:
            return Response(status_code=403)
        return PlainTextResponse(asked.get("hub.challenge", "")[:200])

    async def _take(self, request: Request) -> Response:
        """200 once all of it is committed; 503 makes Meta bring it again."""
        body = await body_at_most(request, LARGEST)
        if body is None:
            return Response(status_code=413)
        if not self._is_signed(request.headers, body):
            return Response(status_code=403)
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            log.warning("whatsapp_webhook_unreadable", size=len(body))
            return Response(status_code=400)
        if not self._started:
            return Response(status_code=503)
        well = True
        began = asyncio.get_running_loop().time()
        for item in items_of(raw, self._config.phone_number_id, self._clock.now()):
            left = max(0.0, HELD_FOR + began - asyncio.get_running_loop().time())
            patient = replace(item, patience=left) if isinstance(item, InboundEvent) else item
            well = await self._hand_on(patient) and well
        return Response(status_code=200 if well else 503)

    async def _hand_on(self, item: InboundEvent | News | LeftAside) -> bool:
        """Whether it is done; one that fails does not keep the others, all come again and are known then."""
        try:
            match item:
                case LeftAside(why=why):
                    self.left_aside[why] += 1
                    log.warning("whatsapp_message_left_aside", why=why, times=self.left_aside[why])
                case News():
                    if item.reason == WINDOW_CLOSED and item.reference:
                        self._outside[item.reference] = None
                    if item.reason in TO_MEND:
                        self._api.to_mend.needed(item.reason)
                    await self._report(item)
                case _:
                    await self._receiving.take(item)
        except BringAgain:
            return False
        except Exception as error:
            log.error("whatsapp_webhook_not_handled", kind=type(item).__name__, error=type(error).__name__)
            return False
        return True

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        given = headers.get("x-hub-signature-256", "")
        wanted = "sha256=" + hmac.new(self._config.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return bool(self._config.app_secret) and hmac.compare_digest(given.encode(), wanted.encode())
