"""Updates on their way to the bot: the queue, long polling with confirmation by offset, delivery to a webhook."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from tests.botapi.bell import Bell
from tests.botapi.errors import ApiError, Json

# Not sent unless they are asked for, https://core.telegram.org/bots/api#getupdates.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_RETRY = 0.05
LAST_RETRY = 1.0


@dataclass(slots=True)
class Entry:
    """One update in the queue. `once`: a repeated or senseless id, handed to a poller a single time."""

    confirm_id: int
    update: object
    lane: object
    once: bool = False


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are delivered."""

    url: str
    secret_token: str | None
    max_connections: int


class UpdateQueue:
    """Updates in order; either polled or delivered, as with the real API never both."""

    def __init__(self, bell: Bell, *, first_id: int = 1) -> None:
        self._bell = bell
        self.next_id = first_id
        self._poller = 0
        self._session: aiohttp.ClientSession | None = None
        self._lanes: dict[object, deque[Entry]] = {}
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(1)
        self._entries: dict[int, Entry] = {}
        self._conflict = ""
        self._closed = False
        self.webhook: Webhook | None = None
        # What is done with the body of a webhook's answer; the server handles the method that stands in it.
        self.answered: Callable[[bytes], Awaitable[None]] = _pass_over
        self.forget()

    def forget(self) -> None:
        """Drop every update. The webhook stays, and so does the numbering: a bot drops an update id it has seen."""
        self._entries.clear()
        for lane in self._lanes.values():
            lane.clear()
        self.allowed: frozenset[str] | None = None
        self.delivered = 0
        self.last_error: tuple[int, str] | None = None
        # When each update was brought for the first time, by the id that confirms it (time.monotonic).
        self.first_brought: dict[int, float] = {}

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._entries)

    def push(self, update: object, lane: object = None) -> int:
        """Add an update; it gets the next id unless it brings its own. Returns the id it is confirmed by.

        Anything at all is taken, so that a bot can be fed rubbish; an update of a kind the bot did not ask for is
        dropped, as Telegram does, unless it brought its own id.
        """
        forced = not isinstance(update, dict) or "update_id" in update
        if isinstance(update, dict) and not forced:
            if not self._wanted(update):
                return 0
            update = {"update_id": self.next_id, **update}
        given = update.get("update_id") if isinstance(update, dict) else None
        sensible = isinstance(given, int) and not isinstance(given, bool) and given >= self.next_id
        confirm_id = given if sensible and isinstance(given, int) else self.next_id
        if sensible:
            self.next_id = confirm_id + 1
        entry = Entry(confirm_id, update, lane, once=not sensible)
        self._entries[id(entry)] = entry
        if self.webhook is not None:
            self._enqueue(entry)
        self._bell.ring()
        return confirm_id

    def _wanted(self, update: Json) -> bool:
        kinds = set(update)
        if self.allowed is not None:
            return bool(kinds & self.allowed)
        return not kinds & ON_REQUEST

    async def poll(self, offset: int, limit: int, timeout: float) -> list[object]:
        """The next updates from `offset` on, waiting up to `timeout` seconds for the first; older ones are confirmed.

        A negative offset counts from the end and forgets the rest. A second poller ends the first with 409.
        """
        if self.webhook is not None:
            raise _conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self._poller += 1
        me = self._poller
        self._conflict = "terminated by other getUpdates request; make sure that only one bot instance is running"
        self._bell.ring()
        self._confirm(offset)

        def ready() -> list[object] | None:
            if self._poller != me:
                raise _conflict(self._conflict)
            batch = [entry for entry in self._entries.values() if entry.once or entry.confirm_id >= offset][:limit]
            for entry in batch:
                self.first_brought.setdefault(entry.confirm_id, time.monotonic())
                if entry.once:
                    del self._entries[id(entry)]
            return [entry.update for entry in batch] or ([] if self._closed else None)

        return await self._bell.until(ready, timeout) or []

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            ids = sorted(entry.confirm_id for entry in self._entries.values())
            offset = ids[max(0, len(ids) + offset)] if ids else 0
        for key, entry in list(self._entries.items()):
            if not entry.once and entry.confirm_id < offset:
                del self._entries[key]
                self.delivered += 1

    def drop_pending(self) -> None:
        """Forget what the bot has not had yet (`drop_pending_updates`)."""
        self._entries.clear()
        for lane in self._lanes.values():
            lane.clear()

    async def set_webhook(self, webhook: Webhook | None) -> None:
        """Deliver to `webhook` from now on, or to nobody; pollers are ended with 409."""
        await self._stop_delivery()
        self.webhook = webhook
        self.last_error = None
        if webhook is None:
            return
        self._poller += 1
        self._conflict = "terminated by setWebhook request"
        self._bell.ring()
        self._slots = asyncio.Semaphore(webhook.max_connections)
        for entry in list(self._entries.values()):
            self._enqueue(entry)

    def _enqueue(self, entry: Entry) -> None:
        """Updates of one chat are delivered one after the other, those of different chats side by side."""
        self._lanes.setdefault(entry.lane, deque()).append(entry)
        if entry.lane not in self._tasks:
            self._tasks[entry.lane] = asyncio.get_running_loop().create_task(self._deliver_lane(entry.lane))

    async def _deliver_lane(self, key: object) -> None:
        lane = self._lanes[key]
        wait = FIRST_RETRY
        while lane:
            entry = lane[0]
            async with self._slots:
                error = await self._deliver(entry)
            if error is None:
                wait = FIRST_RETRY
                self.delivered += 1
                self._entries.pop(id(entry), None)
                if lane and lane[0] is entry:
                    lane.popleft()
                self._bell.ring()
                continue
            self.last_error = (int(time.time()), error)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LAST_RETRY)
        del self._lanes[key], self._tasks[key]

    async def _deliver(self, entry: Entry) -> str | None:
        """None when it was taken (2xx), else what was wrong."""
        assert self.webhook is not None
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        self.first_brought.setdefault(entry.confirm_id, time.monotonic())
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret_token is not None:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook.secret_token
        try:
            async with self._session.post(
                self.webhook.url, data=json.dumps(entry.update).encode(), headers=headers
            ) as response:
                body = await response.read()
                if response.ok and body:
                    await self.answered(body)
                return None if response.ok else f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"

    async def _stop_delivery(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._lanes.clear()

    async def close(self) -> None:
        """Deliver no more; let pollers go."""
        self._closed = True
        self._bell.ring()
        await self._stop_delivery()
        if self._session is not None:
            await self._session.close()


async def _pass_over(_body: bytes) -> None:
    return


def _conflict(reason: str) -> ApiError:
    return ApiError(409, f"Conflict: {reason}")
