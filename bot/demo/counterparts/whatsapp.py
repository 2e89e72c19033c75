"""Meta's side of WhatsApp, for tests and the demo: the Graph API with its checks, and people's telephones.

It refuses what the real one refuses, with the same error bodies: a wrong token, an unknown type, texts, titles and ids
that are too long, ids that come twice, free words outside of the 24 hours, templates that are not approved or get the
wrong number of variables. Its webhooks are signed with the app's secret and brought again until they are answered 200.
https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

import asyncio
import hashlib
import hmac
import itertools
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.demo.counterparts.whatsapp_messages import RefusedByGraph, Shown, show, show_template

__all__ = [
    "APP_ID",
    "APP_SECRET",
    "NUMBER",
    "PHONE_NUMBER_ID",
    "TOKEN",
    "VERIFY_TOKEN",
    "WABA_ID",
    "WINDOW",
    "RefusedByGraph",
    "Shown",
    "WhatsAppCounterpart",
]

PHONE_NUMBER_ID = "100200300400500"
WABA_ID = "900800700"
NUMBER = "+31850001122"
TOKEN = "counterpart-token"  # noqa: S105 - the counterpart's own
APP_SECRET = "counterpart-app-secret"  # noqa: S105 - the counterpart's own
APP_ID = "670840012345"
APP_TOKEN = f"{APP_ID}|{APP_SECRET}"
VERIFY_TOKEN = "counterpart-verify"  # noqa: S105 - the counterpart's own
WINDOW = timedelta(hours=24)


@dataclass(slots=True)
class _Phone:
    messages: list[Shown] = field(default_factory=list)
    heard_at: datetime | None = None
    # Not on WhatsApp, or blocked us: the API takes the message, and tells 131026 later.
    unreachable: bool = False
    off: bool = False
    waiting: list[Shown] = field(default_factory=list)


class WhatsAppCounterpart:
    """The server's state; `app` goes to uvicorn. `callbacks` is our own server's address, without a slash."""

    def __init__(self, *, callbacks: str = "", now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.callbacks = callbacks
        self.requests: list[Mapping[str, object]] = []
        self.media: dict[str, tuple[str, bytes]] = {}
        # Name and language of the templates that are approved, with their number of buttons.
        self.templates: dict[tuple[str, str], int] = {}
        # The apps that hear of the account, and what webhook ours has.
        self.apps = [APP_ID]
        self.webhook: dict[str, object] = {}
        self.webhook_fields = ["messages"]
        self.refusals: list[RefusedByGraph] = []
        self.failures: list[int] = []
        # How long it waits before it brings a webhook again that was not taken, each time; then it gives up.
        self.brought_again: Sequence[float] = (0.05, 0.2, 0.5, 1, 2, 5)
        self._now = now
        self._phones: dict[str, _Phone] = defaultdict(_Phone)
        self._numbers = itertools.count(1)
        self._calls: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self.app = Starlette(
            routes=[
                Route("/v23.0/{number}/messages", self._guarded(self._messages), methods=["POST"]),
                Route("/v23.0/{number}/media", self._guarded(self._upload), methods=["POST"]),
                Route("/v23.0/{account}/message_templates", self._guarded(self._templates), methods=["GET"]),
                Route("/v23.0/{account}/subscribed_apps", self._guarded(self._apps), methods=["GET"]),
                Route("/v23.0/{app}/subscriptions", self._guarded(self._subscriptions, APP_TOKEN), methods=["GET"]),
                Route("/v23.0/{media}", self._guarded(self._media), methods=["GET"]),
                Route("/files/{media}", self._guarded(self._file), methods=["GET"]),
            ]
        )

    # What people do.

    async def says(self, person: str, text: str) -> str:
        """Write something; the id of the message."""
        return await self._from(person, {"type": "text", "text": {"body": text}}, text)

    async def presses(self, person: str, label: str) -> str:
        """Press the newest button or row with this label (or one that holds it)."""
        for exact in (True, False):
            for shown in reversed(self._phones[person].messages):
                for title, identifier in shown.buttons:
                    if title == label or (not exact and label in title):
                        return await self._press(person, shown, title, identifier)
        raise AssertionError(f"no button {label!r} on this telephone")

    async def _press(self, person: str, shown: Shown, title: str, identifier: str) -> str:
        context = {"from": NUMBER, "id": shown.id}
        if shown.template:
            content: dict[str, object] = {"type": "button", "button": {"payload": identifier, "text": title}}
        else:
            reply = {"id": identifier, "title": title}
            content = {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
        return await self._from(person, {**content, "context": context}, title)

    async def sends(self, person: str, kind: str, content: bytes, caption: str = "") -> str:
        """Send a voice note ("audio"), a photo ("image") …."""
        media = f"in{next(self._numbers)}"
        self.media[media] = (f"{kind}/x", content)
        return await self._from(person, {"type": kind, kind: {"id": media, "caption": caption}}, f"[{kind}]")

    async def reads(self, person: str) -> None:
        """Look at everything."""
        for shown in self._phones[person].messages:
            if not shown.from_person:
                await self._status(person, shown, "read")

    def blocks(self, person: str) -> None:
        """Block us, or leave WhatsApp."""
        self._phones[person].unreachable = True

    def switches_off(self, person: str) -> None:
        """What is sent waits."""
        self._phones[person].off = True

    async def switches_on(self, person: str) -> None:
        """What waited arrives."""
        phone = self._phones[person]
        phone.off = False
        waiting, phone.waiting = phone.waiting, []
        for shown in waiting:
            phone.messages.append(shown)
            await self._status(person, shown, "delivered")

    def messages_of(self, person: str) -> list[Shown]:
        """What stands in the chat, oldest first."""
        return list(self._phones[person].messages)

    def phones(self) -> list[str]:
        """The numbers that something was said to or by."""
        return list(self._phones)

    # What goes wrong.

    def refuses_next(self, status: int, code: int, times: int = 1) -> None:
        """Answer the next requests so."""
        self.refusals += [RefusedByGraph(status, code, "asked for")] * times

    def fails_next(self, code: int, times: int = 1) -> None:
        """Take the next messages, and tell afterwards that they failed."""
        self.failures += [code] * times

    def approve(self, templates: list[Mapping[str, object]]) -> None:
        """Take templates as submitted and approve them."""
        for template in templates:
            components = template["components"]
            buttons = 0
            if isinstance(components, list):
                for component in components:
                    buttons += len(component["buttons"]) if component["type"] == "BUTTONS" else 0
            self.templates[str(template["name"]), str(template["language"])] = buttons

    async def brings(self, body: bytes, *, signature: str | None = None) -> int:
        """Bring a webhook, rightly signed unless told otherwise; the answer's status."""
        signed = "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "x-hub-signature-256": signed if signature is None else signature,
            "content-type": "application/json",
        }
        async with self._connected().post(f"{self.callbacks}/whatsapp/webhook", data=body, headers=headers) as answer:
            return answer.status

    async def settled(self) -> None:
        """Wait until every webhook was taken."""
        while self._calls:
            await asyncio.gather(*self._calls)

    async def close(self) -> None:
        """Stop bringing webhooks."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    # The API.

    def _guarded(
        self, handle: Callable[[Request], Awaitable[Response]], token: str = TOKEN
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                if request.headers.get("authorization") != f"Bearer {token}":
                    raise RefusedByGraph(401, 190, "Invalid OAuth access token")
                if self.refusals:
                    raise self.refusals.pop(0)
                return await handle(request)
            except RefusedByGraph as refused:
                error: dict[str, object] = {"message": str(refused), "type": "OAuthException", "code": refused.code}
                error |= {"error_subcode": refused.subcode} if refused.subcode else {}
                error["fbtrace_id"] = "x"
                return JSONResponse({"error": error}, status_code=refused.status)

        return answer

    async def _messages(self, request: Request) -> Response:
        if request.path_params["number"] != PHONE_NUMBER_ID:
            raise RefusedByGraph(400, 100, "Unsupported post request", subcode=33)
        sent = json.loads(await request.body())
        self.requests.append(sent)
        # A number, or a user's id ("NL.134…") as the recipient.
        person = str(sent.get("to", "")) or str(sent.get("recipient", ""))
        named = person.isdecimal() if "to" in sent else person[2:3] == "."
        if sent.get("messaging_product") != "whatsapp" or not named:
            raise RefusedByGraph(400, 100, "Invalid parameter")
        shown = Shown(f"wamid.HBg{next(self._numbers):08}", False, "", at=self._now())
        shown.reference = str(sent.get("biz_opaque_callback_data", ""))
        phone = self._phones[person]
        if sent["type"] == "template":
            show_template(sent["template"], shown, self.templates)
        else:
            if phone.heard_at is None or self._now() - phone.heard_at > WINDOW:
                raise RefusedByGraph(400, 131047, "Re-engagement message")
            show(sent, shown, self.media)
        self._in_background(self._deliver(person, shown))
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": person, "wa_id": person}],
                "messages": [{"id": shown.id}],
            }
        )

    async def _upload(self, request: Request) -> Response:
        # The standard library reads a form as the MIME message it is; Starlette would need a package more.
        head = f"content-type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
        named = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in message_from_bytes(head + await request.body()).walk()
        }
        content, kind = named.get("file"), named.get("type")
        if not isinstance(content, bytes) or not isinstance(kind, bytes) or not 0 < len(content) <= 16_000_000:
            raise RefusedByGraph(400, 131053, "Media upload error")
        media = f"out{next(self._numbers)}"
        self.media[media] = (kind.decode(), content)
        return JSONResponse({"id": media})

    async def _media(self, request: Request) -> Response:
        media = request.path_params["media"]
        if media not in self.media:
            raise RefusedByGraph(400, 100, "Unsupported get request")
        kind, content = self.media[media]
        url = str(request.base_url).rstrip("/") + f"/files/{media}"
        return JSONResponse({"url": url, "mime_type": kind, "file_size": len(content), "id": media})

    async def _file(self, request: Request) -> Response:
        kind, content = self.media[request.path_params["media"]]
        return Response(content, media_type=kind)

    async def _templates(self, _request: Request) -> Response:
        listed = [{"name": name, "language": code, "status": "APPROVED"} for name, code in self.templates]
        return JSONResponse({"data": listed})

    async def _apps(self, _request: Request) -> Response:
        return JSONResponse({"data": [{"whatsapp_business_api_data": {"id": app, "name": app}} for app in self.apps]})

    async def _subscriptions(self, _request: Request) -> Response:
        fields = [{"name": name, "version": "v23.0"} for name in self.webhook_fields]
        ours = {"callback_url": f"{self.callbacks}/whatsapp/webhook", "active": True, **self.webhook}
        told = {"object": "whatsapp_business_account", "fields": fields, **ours}
        return JSONResponse({"data": [{"object": "page", "callback_url": "https://elsewhere.example"}, told]})

    # Webhooks.

    async def _deliver(self, person: str, shown: Shown) -> None:
        phone = self._phones[person]
        if phone.unreachable:
            await self._status(person, shown, "failed", 131026)
        elif self.failures:
            await self._status(person, shown, "failed", self.failures.pop(0))
        elif phone.off:
            phone.waiting.append(shown)
            await self._status(person, shown, "sent")
        else:
            phone.messages.append(shown)
            await self._status(person, shown, "sent")
            await self._status(person, shown, "delivered")

    async def _status(self, person: str, shown: Shown, status: str, code: int = 0) -> None:
        told: dict[str, object] = {
            "id": shown.id,
            "status": status,
            "timestamp": str(int(self._now().timestamp())),
            "recipient_id": person,
            "biz_opaque_callback_data": shown.reference,
        }
        if code:
            told["errors"] = [{"code": code, "title": "Message undeliverable"}]
        await self._bring({"statuses": [told]})

    async def _from(self, person: str, content: Mapping[str, object], text: str) -> str:
        phone = self._phones[person]
        phone.heard_at = self._now()
        identifier = f"wamid.IN{next(self._numbers):08}"
        phone.messages.append(Shown(identifier, True, text, at=self._now()))
        await self.brings_message(person, identifier, content)
        return identifier

    async def brings_message(self, person: str, identifier: str, content: Mapping[str, object]) -> None:
        """Bring somebody's message (again)."""
        stamp = str(int(self._now().timestamp()))
        contact = {"profile": {"name": "x"}, "wa_id": person}
        message = {"from": person, "id": identifier, "timestamp": stamp, **content}
        await self._bring({"contacts": [contact], "messages": [message]})

    async def _bring(self, value: Mapping[str, object]) -> None:
        metadata = {"display_phone_number": NUMBER, "phone_number_id": PHONE_NUMBER_ID}
        change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": WABA_ID, "changes": [change]}]})
        if not self.callbacks:
            return
        for pause in self.brought_again:
            try:
                if await self.brings(body.encode()) == 200:
                    return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(pause)

    def _in_background(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session
