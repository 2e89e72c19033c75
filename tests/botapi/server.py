"""The Bot API counterpart as an HTTP server on loopback: `async with BotApi() as api: …`.

Paths: `/bot<token>/<method>`, `/file/bot<token>/<path>`, and `/_control/…` for tests in other processes (control.py).
"""

import asyncio
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.botapi import control
from tests.botapi.client import BotApiUser
from tests.botapi.errors import ApiError, Json
from tests.botapi.faults import Fault, FaultKind, Faults, Flood, FloodGate
from tests.botapi.methods import Methods
from tests.botapi.schema import METHODS, RawRequest, parse
from tests.botapi.updates import UpdateQueue
from tests.botapi.wire import answer, chat_of, huge_answer, read_request, reset_connection
from tests.botapi.world import World

DEFAULT_TOKEN = "4242424242:COUNTERPART_OF_THE_BOT_API_FOR_TEST"
DEFAULT_USERNAME = "maatje_test_bot"
MAX_REQUEST = 55 * 2**20  # bytes


class BotApi:
    """A strict Bot API on a loopback port, in this process and on this event loop.

    `port` 0 takes a free one. `any_chat` lets the bot write to people who never started it (benchmarks). `flood` turns
    flood control on. `clock` gives Unix seconds. Refusals are kept in `refusals` as (method, code, description), so
    that a test can assert that nothing wrong was ever asked: `assert api.refusals == []`.
    """

    def __init__(
        self,
        *,
        token: str = DEFAULT_TOKEN,
        username: str = DEFAULT_USERNAME,
        host: str = "127.0.0.1",
        port: int = 0,
        any_chat: bool = False,
        flood: Flood | None = None,
        seed: int = 1,
        first_update_id: int = 1,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token
        self.username = username
        self.world = World(_bot_user(token, username), any_chat=any_chat, clock=clock)
        self.updates = UpdateQueue(self.world.bell, first_id=first_update_id)
        self.methods = Methods(self.world, self.updates)
        self.updates.answered = self._take_answer
        self.faults = Faults(self.world.bell, seed=seed)
        self.refusals: list[tuple[str, int, str]] = []
        self.calls: list[tuple[str, int | None]] = []
        self._users: dict[int, BotApiUser] = {}
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None
        self.set_flood(flood)

    # Running

    async def start(self) -> None:
        """Listen. Afterwards `url` is known."""
        app = web.Application(client_max_size=MAX_REQUEST)
        app.router.add_route("*", "/bot{token:[^/]*}/{method:[^/]*}", self._serve)
        app.router.add_get("/file/bot{token:[^/]*}/{path:.+}", self._serve_file)
        control.add_routes(app, self)
        # A client that goes away (a killed bot) ends its request: a hanging poll must not swallow updates.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Let everything go that waits, and close the port."""
        self.faults.clear()
        await self.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """What MAATJE_TELEGRAM_API_URL is set to: `http://127.0.0.1:<port>`."""
        return f"http://{self._host}:{self._port}"

    @property
    def base_url(self) -> str:
        """python-telegram-bot's `base_url`."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """python-telegram-bot's `base_file_url`."""
        return f"{self.url}/file/bot"

    # What tests do

    def user(
        self,
        user_id: int,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
    ) -> BotApiUser:
        """A person's phone; the same one each time for the same id. Details that are given replace earlier ones."""
        person = self.world.person(user_id)
        person.first_name = first_name or person.first_name
        person.last_name = last_name or person.last_name
        person.username = username or person.username
        person.language_code = language_code or person.language_code
        if user_id not in self._users:
            self._users[user_id] = BotApiUser(self.world, self.updates, person)
        return self._users[user_id]

    def push(self, update: object) -> int:
        """Put a raw update (any JSON value, also rubbish) into the queue; returns the id by which it is confirmed.

        Without `update_id` it gets the next; with one it keeps it, also one that was used before. The chat or sender
        it names can be written to afterwards.
        """
        sender = control.sender_of(update)
        if sender is not None:
            self.world.person(sender).started = True
        return self.updates.push(update, sender)

    def expire_queries(self) -> None:
        """Make every callback query too old to be answered."""
        for query in self.world.queries.values():
            query.too_old = True

    def set_flood(self, flood: Flood | None) -> None:
        """Turn flood control on (with full allowances) or off. `flood_refused` counts its 429s."""
        self.methods.gate = FloodGate(flood, time.monotonic) if flood is not None else None

    @property
    def mistakes(self) -> list[tuple[str, int, str]]:
        """The refusals that are the bot's own doing (400, 404, 413, 501), without those of blocked chats and floods."""
        return [refusal for refusal in self.refusals if refusal[1] in {400, 404, 413, 501}]

    @property
    def flood_refused(self) -> int:
        """How many messages flood control refused."""
        return self.methods.gate.refused if self.methods.gate is not None else 0

    def count(self, method: str, chat: int | None = None) -> int:
        """How often a method was asked for (of a chat), refused requests included."""
        return sum(name == method and chat in (None, of) for name, of in self.calls)

    async def until_called(self, method: str, times: int = 1, *, timeout: float = 5) -> None:
        """Return when `method` has been asked for `times`; AssertionError after `timeout` seconds."""
        if await self.world.bell.until(lambda: self.count(method) >= times or None, timeout) is None:
            raise AssertionError(f"{method} was asked for {self.count(method)} of {times} times within {timeout} s")

    def reset(self) -> None:
        """Forget people, messages, updates, faults and counts. Webhook and flood settings stay; phones are new."""
        self.faults.clear()
        self.world.forget()
        self.updates.forget()
        self._users.clear()
        self.refusals.clear()
        self.calls.clear()
        self.world.bell.ring()

    # Serving

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        model = METHODS.get(method.lower())
        method = model.__api_method__ if model is not None else method
        chat: int | None = None
        try:
            if request.match_info["token"] != self.token:
                raise ApiError(401, "Unauthorized")
            raw = await read_request(request)
            chat = chat_of(raw)
            self.calls.append((method, chat))
            self.world.bell.ring()
            fault = self.faults.take(method, chat)
            if fault is not None:
                disturbed = await self._disturb(fault, request)
                if disturbed is not None:
                    return disturbed
            result = await self.methods.handle(parse(method, raw))
        except ApiError as error:
            if error.code != 409:
                self.refusals.append((method, error.code, error.description))
            return answer(error.answer(), error.code)
        if fault is not None and fault.kind is FaultKind.ANSWER_LOST:
            return reset_connection(request)
        return answer({"ok": True, "result": result}, 200)

    async def _take_answer(self, body: bytes) -> None:
        """The method in a webhook's answer; its result is told to nobody."""
        try:
            fields = json.loads(body)
        except ValueError:
            return
        name = str(fields.pop("method", "")) if isinstance(fields, dict) else ""
        if not name:
            return
        raw = RawRequest(fields)
        try:
            self.calls.append((name, chat_of(raw)))
            await self.methods.handle(parse(name, raw))
        except ApiError as error:
            self.refusals.append((name, error.code, error.description))
        self.world.bell.ring()

    async def _disturb(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """The answer of a fault; None when the request is to be handled (still, or first)."""
        match fault.kind:
            case FaultKind.REFUSED:
                error = fault.error or ApiError(500, "Internal Server Error")
                return answer(error.answer(), error.code)
            case FaultKind.RESET:
                return reset_connection(request)
            case FaultKind.GARBAGE:
                return web.Response(text='{"ok":true,"result":{"message_id":', content_type="application/json")
            case FaultKind.HUGE:
                return await huge_answer(request)
            case FaultKind.HANG:
                await fault.released.wait()
            case FaultKind.SLOW:
                await asyncio.sleep(fault.seconds)
            case FaultKind.ANSWER_LOST:
                pass
        return None

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return answer(ApiError(401, "Unauthorized").answer(), 401)
        for file in self.world.files.values():
            if file.path == request.match_info["path"]:
                return web.Response(body=file.content, content_type="application/octet-stream")
        return answer(ApiError(404, "Not Found").answer(), 404)


def _bot_user(token: str, username: str) -> Json:
    user: Json = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Maatje", "username": username}
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
    return user | dict.fromkeys(abilities, False) | {"can_connect_to_business": False, "has_main_web_app": False}
