"""Long polling that loses nothing: an update is confirmed to Telegram only after it was handled and committed.

python-telegram-bot's own Updater confirms a batch when it fetches the next one, handled or not; a kill in between would
lose what a person wrote.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import BringAgain, Receive
from bot.channels.telegram.errors import delivery_error
from bot.channels.telegram.parsing import ALLOWED_UPDATES, parse, update_id_of
from bot.channels.telegram.request import AiohttpRequest
from bot.events import InboundEvent
from reminders.delivery.channel import RetryLater

log = structlog.get_logger(__name__)

LONG_POLL_SECONDS = 25
AT_ONCE = 16
# Not the hundred that Telegram would give: with the replies to those before, the last would wait six seconds.
AT_ONE_TIME = 50
# Soon there again after an outage; six requests a minute burden nobody.
LONGEST_PAUSE = 10.0


class Polling:
    """Fetches updates with a request pool of its own and hands their events to `receive`, each chat's in order."""

    def __init__(
        self, bot: Bot, receive: Receive, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._bot = bot
        self._receive = receive
        self._sleep = sleep
        self._request = AiohttpRequest(connections=2)
        self._offset = 0
        self._failures = 0
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            while True:
                try:
                    updates = await self._fetch()
                    self._failures = 0
                except TelegramError as error:
                    await self._pause(error)
                    continue
                if updates and not await self.handle(updates):
                    await self._pause(None)
        finally:
            await self._request.shutdown()

    async def _fetch(self) -> Sequence[object]:
        asked = urlencode(
            {
                "offset": self._offset,
                "timeout": LONG_POLL_SECONDS,
                "limit": AT_ONE_TIME,
                "allowed_updates": '["' + '","'.join(ALLOWED_UPDATES) + '"]',
            }
        )
        # The raw list: Bot.get_updates would refuse a whole batch for one broken update.
        found = await self._request.post(
            f"{self._bot.base_url}/getUpdates?{asked}", read_timeout=LONG_POLL_SECONDS + 10
        )
        return found if isinstance(found, list) else []

    async def handle(self, updates: Sequence[object]) -> bool:
        """Handle one batch and move the offset past what was handled; False when something must be brought again."""
        events: dict[str, list[tuple[int, InboundEvent]]] = {}
        numbers = [number for raw in updates if (number := update_id_of(raw)) is not None]
        for raw in updates:
            event = parse(raw)
            if event is not None:
                events.setdefault(event.address, []).append((int(event.event_id), event))
        unhandled = await asyncio.gather(*(self._one_chat(chat) for chat in events.values()))
        again = [number for number in unhandled if number is not None]
        if again:
            self._offset = max(self._offset, min(again))
        elif numbers:
            self._offset = max(self._offset, max(numbers) + 1)
        else:
            # Nothing in the batch can be confirmed; asking again at once would be a busy loop.
            return False
        return not again

    async def _one_chat(self, events: Sequence[tuple[int, InboundEvent]]) -> int | None:
        """The first update of this chat that could not be handled, or None."""
        async with self._at_once:
            for number, event in events:
                try:
                    await self._receive(event)
                except BringAgain:
                    return number
                except Exception as error:
                    log.error("telegram_update_not_handled", update=number, error=type(error).__name__)
                    return number
        return None

    async def _pause(self, error: TelegramError | None) -> None:
        self._failures += 1
        seconds = min(LONGEST_PAUSE, 0.5 * 2 ** min(self._failures, 7)) * random.uniform(0.5, 1)
        match error:
            case None:
                pass
            case RetryAfter():
                mapped = delivery_error(error)
                if isinstance(mapped, RetryLater) and mapped.after is not None:
                    seconds = mapped.after.total_seconds()
            case Conflict():
                log.error("telegram_conflict", hint="another process polls with this token, or a webhook is set")
                seconds = max(seconds, 5.0)
            case InvalidToken():
                log.error("telegram_token_refused", hint="copy MAATJE_TELEGRAM_TOKEN again from @BotFather")
                seconds = LONGEST_PAUSE
            case _:
                log.warning("telegram_polling_failed", error=type(error).__name__, pause=round(seconds, 1))
        await self._sleep(seconds)
