"""Telegram as a channel: sending, receiving by polling or webhook, buttons, the commands menu."""

import asyncio
import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from telegram import Bot, InputFile
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.base import BringAgain, Capabilities, Receipt, Receive, Rejected
from bot.channels.recent import Recent
from bot.channels.telegram.command_menu import CommandMenu, HadOwn, Menu, MenuOf, may_link
from bot.channels.telegram.errors import delivery_error
from bot.channels.telegram.parsing import ALLOWED_UPDATES, CHANNEL, LONGEST_INTENT, parse
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sending import send_text
from bot.channels.telegram.webhook import WEBHOOK_PATH, is_telegram, webhook_fault
from bot.channels.telegram.wording import keyboard_of, parts_of
from bot.events import InboundEvent
from locales.rendering.render import File, Rendered

log = structlog.get_logger(__name__)

# An update is a few kilobytes; what is larger than any rubbish Telegram could pass on does not come from Telegram.
LARGEST_UPDATE = 4_000_000
# Telegram gives bots files up to 20 MB; a voice note of an hour is smaller than this.
LARGEST_FILE = 10_000_000
# A cosmetic call (buttons off, the waiting mark of a button) is not worth waiting for.
BEST_EFFORT_SECONDS = 5.0
# "VOICE_MESSAGES_FORBIDDEN": a premium user's setting of who may send them voice notes.
_NO_VOICE = "voice_messages_forbidden"
FIRST_RETRY, LAST_RETRY = 1.0, 10.0
# Updates that Telegram brings at the same time: what the inbox holds easily, and Telegram keeps the rest.
WEBHOOK_CONNECTIONS = 40
# Messages in parts whose sending broke off half-way: how many of those we remember.
REMEMBERED_PARTS = 1000
# More than can be in hand at a time.
REMEMBERED_PRESSES = 1000


class TelegramChannel:
    """Keeps bot.channels.base.Channel. With `webhook_url` updates come by webhook, without by long polling."""

    name = CHANNEL
    # The limits are Telegram's: 30 messages a second in all, one a second to one chat.
    capabilities = Capabilities(buttons=True, per_second=30, per_address=timedelta(seconds=1), media=True)

    def __init__(
        self,
        token: str,
        *,
        api_url: str,
        webhook_url: str | None = None,
        webhook_secret: str = "",
        commands: Mapping[str, Menu] | None = None,
        menu_of: MenuOf | None = None,
        had_own: HadOwn | None = None,
    ) -> None:
        # python-telegram-bot warns about its old number of seconds in RetryAfter unless told to give a timedelta.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self._requests = (AiohttpRequest(), AiohttpRequest(connections=1))
        self._bot = Bot(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self._webhook_url = webhook_url
        self._webhook_secret = webhook_secret
        self._menu = CommandMenu(self._bot, commands, menu_of, had_own)
        self._aside: set[asyncio.Task[None]] = set()
        self._receive: Receive | None = None
        self._working: asyncio.Task[None] | None = None
        self._username: str | None = None
        self._sent_parts = Recent[int](REMEMBERED_PARTS)
        # Presses whose mark the answer to the webhook's request ends.
        self._ended = Recent[None](REMEMBERED_PRESSES)

    async def start(self, receive: Receive) -> None:
        """Begin to receive, in the background: a Telegram that is out of reach does not keep the service down."""

        async def take(event: InboundEvent) -> None:
            await receive(event)
            task = asyncio.create_task(self._menu.set_chats(event.address, again=may_link(event)))
            self._aside.add(task)
            task.add_done_callback(self._is_done)

        self._receive = take
        self._working = asyncio.create_task(self._work(take))

    async def stop(self) -> None:
        """Receive nothing more. An update in hand is finished by the inbox or brought again by Telegram."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working
        for task in [*self._aside]:
            task.cancel()
        self._receive = None

    def _is_done(self, task: asyncio.Task[None]) -> None:
        self._aside.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("telegram_menu_not_set", error=type(error).__name__)

    def routes(self) -> Sequence[BaseRoute]:
        """The webhook, where updates come by webhook."""
        if self._webhook_url is None:
            return ()

        async def take(request: Request) -> Response:
            # Whoever does not know the secret does not make us read megabytes.
            body = await request.body() if is_telegram(request.headers, self._webhook_secret) else b""
            return await self.handle_webhook(request.headers, body)

        return (Route(WEBHOOK_PATH, take, methods=["POST"]),)

    @property
    def is_receiving(self) -> bool:
        """Whether it was started and not stopped."""
        return self._receive is not None

    async def close(self) -> None:
        """Close the connections. Replies to what was received last have left by then."""
        # Bot.shutdown would leave them open where the bot was never initialized (Telegram was out of reach).
        for request in self._requests:
            await request.shutdown()

    async def username(self) -> str:
        """The bot's name, without @.

        Raises:
            TelegramError: Telegram is out of reach, or refuses the token.
        """
        if self._username is None:
            self._username = (await self._bot.get_me()).username or ""
        return self._username

    async def webhook_fault(self) -> str | None:
        """What keeps Telegram from bringing us updates; None when nothing does, or we fetch them ourselves."""
        return await webhook_fault(self._bot, self._webhook_url) if self._webhook_url is not None else None

    def link(self, code: str) -> str | None:
        """The deep link with a code, once the bot's name is known."""
        return f"https://t.me/{self._username}?start={code}" if self._username else None

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """Send one message: its picture and its sound, then its words with the buttons, then its file. A later attempt
        sends only what is left of them.

        Raises:
            RetryLater, AddressGone, Rejected: see reminders.delivery.channel.
        """
        parts = parts_of(message)
        keyboard = keyboard_of(message)
        if any(len(b.intent.encode()) > LONGEST_INTENT for row in message.buttons for b in row):
            raise Rejected("intent_too_long")
        picture = message.picture.file if message.picture else None
        before = [file for file in (picture, message.voice) if file is not None]
        steps: list[File | str] = [*before, *parts, *([message.file] if message.file is not None else [])]
        last_words = len(before) + len(parts) - 1
        provider_ref: str | None = None
        try:
            for number in range(self._sent_parts.get(reference, 0), len(steps)):
                step = steps[number]
                if isinstance(step, str):
                    buttons = keyboard if number == last_words else None
                    provider_ref = await send_text(self._bot, int(address), step, buttons)
                elif step is message.voice:
                    await self._send_voice(int(address), step)
                else:
                    await self._send_file(int(address), step)
                if number < len(steps) - 1:
                    self._sent_parts[reference] = number + 1
        except TelegramError as error:
            if isinstance(error, BadRequest):
                log.warning("telegram_refused", message=reference)
            raise delivery_error(error) from None
        self._sent_parts.pop(reference, None)
        return Receipt(provider_ref)

    async def _send_voice(self, chat: int, file: File) -> None:
        """The sound of a text. Who lets nobody send voice notes (a setting of theirs) reads the text all the same."""
        try:
            await self._send_file(chat, file)
        except BadRequest as error:
            if _NO_VOICE not in error.message.lower():
                raise
            log.info("telegram_voice_not_wanted")

    async def _send_file(self, chat: int, file: File) -> None:
        """As what it is: a voice note is heard and a photo is seen in the chat, anything else is a document."""
        content = InputFile(file.content, filename=file.name)
        if file.media_type == "audio/ogg":
            await self._bot.send_voice(chat_id=chat, voice=content)
        elif file.media_type in ("image/jpeg", "image/png"):
            await self._bot.send_photo(chat_id=chat, photo=content)
        else:
            await self._bot.send_document(chat_id=chat, document=content)

    async def close_buttons(self, address: str, message_ref: str) -> None:
        """Take the keyboard off a message. Never raises."""
        with contextlib.suppress(TelegramError, ValueError):
            await self._bot.edit_message_reply_markup(
                chat_id=int(address),
                message_id=int(message_ref),
                reply_markup=None,
                read_timeout=BEST_EFFORT_SECONDS,
            )

    async def acknowledge(self, event: InboundEvent) -> None:
        """End the waiting mark on a pressed button. Never raises."""
        if event.ack is not None and event.ack not in self._ended:
            with contextlib.suppress(TelegramError):
                await self._bot.answer_callback_query(event.ack, read_timeout=BEST_EFFORT_SECONDS)

    async def fetch(self, file: str) -> bytes | None:
        """A voice note or photo that was sent to the bot; None when Telegram does not give it. Never raises."""
        try:
            found = await self._bot.get_file(file)
            if (found.file_size or 0) > LARGEST_FILE:
                return None
            return bytes(await found.download_as_bytearray())
        except TelegramError as error:
            log.warning("telegram_file_not_fetched", error=type(error).__name__)
            return None

    async def handle_webhook(self, headers: Mapping[str, str], body: bytes) -> Response:
        """One request of Telegram to our webhook, and the answer to it.

        200 only after the event was committed, or for what will never be more than it is: Telegram brings what is not
        answered with 200 again and again, and the good updates behind it would wait. The answer to a pressed button
        ends its waiting mark too, which spares a request
        (https://core.telegram.org/bots/api#making-requests-when-getting-updates).
        """
        status, event = await self._taken(headers, body)
        if status == 200 and event is not None and event.ack is not None:
            return JSONResponse({"method": "answerCallbackQuery", "callback_query_id": event.ack})
        return Response(status_code=status, headers={"retry-after": "3"} if status == 503 else None)

    async def _taken(self, headers: Mapping[str, str], body: bytes) -> tuple[int, InboundEvent | None]:
        """The HTTP status, and what came, where it is something."""
        if not is_telegram(headers, self._webhook_secret):
            return 403, None
        if len(body) > LARGEST_UPDATE:
            return 413, None
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            log.warning("telegram_update_unreadable", size=len(body))
            return 200, None
        event = parse(raw)
        if event is None:
            return 200, None
        if self._receive is None:
            return 503, None
        if event.ack is not None:
            # The answer to this request does it.
            self._ended[event.ack] = None
        try:
            await self._receive(event)
        except BringAgain:
            return 503, None
        except Exception as error:
            log.error("telegram_update_not_handled", update=event.event_id, error=type(error).__name__)
            return 503, None
        return 200, event

    async def _work(self, receive: Receive) -> None:
        await self._until_reached()
        menu = asyncio.create_task(self._menu.set_everybodys())
        try:
            if self._webhook_url is None:
                await Polling(self._bot, receive).run()
            await menu
        finally:
            menu.cancel()

    async def _until_reached(self) -> None:
        """Get the bot's name and set how updates come, trying until Telegram answers."""
        pause = FIRST_RETRY
        while True:
            try:
                await self._bot.initialize()
                self._username = self._bot.username
                if self._webhook_url is None:
                    await self._bot.delete_webhook()
                else:
                    await self._bot.set_webhook(
                        self._webhook_url,
                        secret_token=self._webhook_secret,
                        allowed_updates=list(ALLOWED_UPDATES),
                        max_connections=WEBHOOK_CONNECTIONS,
                    )
            except InvalidToken:
                log.error("telegram_token_refused", hint="copy MAATJE_TELEGRAM_TOKEN again from @BotFather")
            except TelegramError as error:
                log.warning("telegram_unreachable", error=type(error).__name__, pause=pause)
            else:
                return
            await asyncio.sleep(pause)
            pause = min(LAST_RETRY, pause * 2)
