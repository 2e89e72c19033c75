"""The control surface for tests in other processes: JSON over HTTP under `/_control/`.

POST push (an update) · POST act `{"user":1,"do":"says","args":["hello"]}` · POST faults
`{"kind":"refused","code":429,"method":"sendMessage",…}` · DELETE faults · GET messages `?chat=&after=` · POST wait
`{"chat":1,"contains":"…","after":0,"timeout":5}` · POST reset · GET state.
A wrong request is answered with 400 and `{"error":…}`, a wait in vain with 408.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from aiohttp import web

from tests.botapi.errors import ApiError, Json
from tests.botapi.faults import Fault, FaultKind, Faults
from tests.botapi.world import CallbackQuery, Message

if TYPE_CHECKING:
    from tests.botapi.server import BotApi

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
ACTS = frozenset(
    {
        *("starts", "says", "taps", "blocks", "unblocks", "sends_voice", "sends_photo", "sends_document"),
        *("sends_contact", "sends_location", "sends_sticker"),
    }
)


def add_routes(app: web.Application, api: "BotApi") -> None:
    """Add the surface to the server's routes."""
    surface = _Control(api)
    app.router.add_post("/_control/push", surface.push)
    app.router.add_post("/_control/act", surface.act)
    app.router.add_post("/_control/faults", surface.add_fault)
    app.router.add_delete("/_control/faults", surface.clear_faults)
    app.router.add_get("/_control/messages", surface.messages)
    app.router.add_post("/_control/wait", surface.wait)
    app.router.add_post("/_control/reset", surface.reset)
    app.router.add_get("/_control/state", surface.state)


def sender_of(update: object) -> int | None:
    """Whose private chat an update is about, where it says so in the usual places."""
    if not isinstance(update, dict):
        return None
    for kind, body in update.items():
        if kind == "update_id" or not isinstance(body, dict):
            continue
        for holder in (body.get("chat"), body.get("from")):
            number = holder.get("id") if isinstance(holder, dict) else None
            if isinstance(number, int) and not isinstance(number, bool) and number > 0:
                return number
    return None


def add_fault(faults: Faults, body: Json) -> Fault:
    """Put a fault in force that was asked for in JSON; ValueError that says what is wrong with it."""
    known = {"kind", "method", "chat", "count", "after", "share", "seconds", "code", "description", "retry_after"}
    if set(body) - known:
        raise ValueError(f"unknown: {', '.join(sorted(set(body) - known))}")
    code, retry_after = body.get("code", 500), body.get("retry_after")
    if not isinstance(code, int):
        raise ValueError("code must be a number")
    wait = retry_after if isinstance(retry_after, int) else (1 if code == 429 else None)
    error = ApiError(code, str(body.get("description", f"Fault {code}")), retry_after=wait)
    method, chat, count = body.get("method"), body.get("chat"), body.get("count", 1)
    after, share, seconds = body.get("after", 0), body.get("share", 1.0), body.get("seconds", 0.0)
    if not (isinstance(after, int) and isinstance(share, int | float) and isinstance(seconds, int | float)):
        raise ValueError("after, share and seconds must be numbers")
    return faults.add(
        FaultKind(str(body.get("kind", "refused"))),
        method if isinstance(method, str) else None,
        chat=chat if isinstance(chat, int) else None,
        count=count if isinstance(count, int) else None,
        after=after,
        share=float(share),
        error=error,
        seconds=float(seconds),
    )


class _Control:
    def __init__(self, api: "BotApi") -> None:
        self.api = api

    async def push(self, request: web.Request) -> web.StreamResponse:
        try:
            update: object = await request.json()
        except ValueError:
            return _wrong("the body is no JSON")
        return web.json_response({"update_id": self.api.push(update)})

    async def act(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        do, user_id, args, options = body.get("do"), body.get("user"), body.get("args", []), body.get("options", {})
        if not (isinstance(user_id, int) and do in ACTS and isinstance(args, list) and isinstance(options, dict)):
            return _wrong(
                f"needed: user (a number), do (one of {', '.join(sorted(ACTS))}) args (a list), options (an object)"
            )
        language = body.get("language_code")
        user = self.api.user(user_id, language_code=language if isinstance(language, str) else None)
        try:
            result: object = await getattr(user, str(do))(*args, **options)
        except (AssertionError, ValueError, TypeError) as error:
            return _wrong(str(error))
        answer: Json = {"done": True, "seq": self.api.world.seq}
        if isinstance(result, Message):
            answer["message_id"] = result.message_id
        elif isinstance(result, CallbackQuery):
            answer["callback_query_id"] = result.query_id
        return web.json_response(answer)

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        try:
            add_fault(self.api.faults, await _body(request))
        except ValueError as error:
            return _wrong(str(error))
        return web.json_response({"done": True})

    async def clear_faults(self, _request: web.Request) -> web.StreamResponse:
        self.api.faults.clear()
        return web.json_response({"done": True})

    async def messages(self, request: web.Request) -> web.StreamResponse:
        try:
            chat = int(request.query["chat"]) if "chat" in request.query else None
            after = int(request.query.get("after", "0"))
        except ValueError:
            return _wrong("chat and after must be numbers")
        return web.json_response({"messages": self._messages(chat, after), "seq": self.api.world.seq})

    async def wait(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        chat, contains, after = body.get("chat"), body.get("contains", ""), body.get("after", 0)
        timeout = body.get("timeout", 5)
        if not (isinstance(contains, str) and isinstance(after, int) and isinstance(timeout, int | float)):
            return _wrong("contains must be text, after and timeout numbers")

        def found() -> Json | None:
            for message in self._messages(chat if isinstance(chat, int) else None, after):
                if message["from_bot"] and not message["deleted"] and contains in str(message["text"]):
                    return message
            return None

        message = await self.api.world.bell.until(found, timeout)
        if message is None:
            return web.json_response({"error": "not seen"}, status=408)
        return web.json_response({"message": message})

    async def reset(self, _request: web.Request) -> web.StreamResponse:
        self.api.reset()
        return web.json_response({"done": True})

    async def state(self, _request: web.Request) -> web.StreamResponse:
        webhook = self.api.updates.webhook
        return web.json_response(
            {
                "pending": self.api.updates.pending,
                "delivered": self.api.updates.delivered,
                "webhook": webhook.url if webhook is not None else None,
                "calls": len(self.api.calls),
                "refusals": [list(refusal) for refusal in self.api.refusals],
                "flood_refused": self.api.flood_refused,
                "seq": self.api.world.seq,
            }
        )

    def _messages(self, chat: int | None, after: int) -> list[Json]:
        world = self.api.world
        chats = [world.messages[chat]] if chat is not None else list(world.messages.values())
        found = [message for messages in chats for message in messages.values() if message.seq > after]
        return [message.summary() for message in sorted(found, key=lambda message: message.seq)]


async def _body(request: web.Request) -> Json:
    try:
        body: object = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text='{"error":"the body is no JSON"}', content_type="application/json") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text='{"error":"an object is needed"}', content_type="application/json")
    return body


def _wrong(reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=400)
