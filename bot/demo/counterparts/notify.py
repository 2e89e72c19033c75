"""Notify's side of SMS and e-mail: a local server that answers, refuses and calls back as GOV.UK Notify does.

Modelled after alphagov/notifications-api and notifications-utils: the signed token, the schemas' words, templates and
their fields, the alphabet of SMS, limits, statuses, callbacks and when they are brought again. What a person does with
a telephone or mailbox is a method here.
"""

import asyncio
import re
import uuid
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.notify.callbacks import INBOUND_PATH, RECEIPTS_PATH
from bot.channels.notify.gsm import encoding_of, segments
from bot.demo.counterparts.notify_callbacks import CallsBack
from bot.demo.counterparts.notify_checks import NotifyRefusal, check_token, is_uuid, read_form, read_json
from bot.demo.counterparts.notify_kept import (
    Fate,
    KeptMessage,
    Kind,
    Post,
    ShownMail,
    ShownSms,
    as_listed,
    receipt_of,
    time_text,
)
from bot.demo.counterparts.notify_texts import as_sms, read_markdown

SERVICE = "8f1bd2c6-0c1f-4f45-9e5b-6a7f6f0f8a11"
SECRET = "2f6a7b1e-3a51-4d0c-9a53-5f0f9f8b7c22"  # noqa: S105 - of a server that exists on this machine only
API_KEY = f"maatje_demo-{SERVICE}-{SECRET}"
SMS_TEMPLATE = "b3f2a1c4-7d0e-4b52-8a44-0d7c1f5e9a33"
EMAIL_TEMPLATE = "c4e3b2d5-8e1f-4c63-9b55-1e8d2a6fab44"
CALLBACK_TOKEN = "callbacks-of-the-demo"  # noqa: S105 - likewise
SMS_NUMBER = "+3197010200300"

# Numbers and addresses of Notify's own: taken, and neither sent nor called back about.
SIMULATED = frozenset(
    {
        "+447700900000",
        "+447700900111",
        "+447700900222",
        "simulate-delivered@notifications.service.gov.uk",
        "simulate-delivered-2@notifications.service.gov.uk",
        "simulate-delivered-3@notifications.service.gov.uk",
    }
)
LONGEST_SMS = 918
PER_MINUTE = 3000
_FIELD = re.compile(r"\({2}([^()]+)\){2}")


@dataclass(frozen=True, slots=True)
class Held:
    """Messages that were taken, and whose answer waits."""

    # Set once the first was taken.
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    # To be set when the answers may go.
    answer: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Refusals:
    """Answers that the next requests get, whatever they ask."""

    next: deque[tuple[int, str, str]] = field(default_factory=deque)
    # Messages that are taken although the answer is an error.
    lost_answers: int = 0
    held: Held | None = None


class NotifyCounterpart:
    """The server's state; `app` goes to uvicorn.

    `callbacks` is the address of our own server, without a slash at the end. `unicode` lets every letter through, as an
    installation with a provider for it might; without, letters outside of Notify's alphabet become question marks.
    `receipts_at_once` off holds what becomes of messages until `deliver` is called. `retry_after` is the pause before a
    callback is brought again (Notify's is five minutes).
    """

    def __init__(
        self,
        *,
        callbacks: str = "",
        callback_token: str = CALLBACK_TOKEN,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        unicode: bool = False,
        prefix: str = "",
        receipts_at_once: bool = True,
        retry_after: timedelta = timedelta(minutes=5),
    ) -> None:
        self.unicode = unicode
        self.prefix = prefix
        self.receipts_at_once = receipts_at_once
        self.sent: dict[str, KeptMessage] = {}
        self.requests: list[str] = []
        self._now = now
        self._callbacks = CallsBack(callbacks, callback_token, retry_after)
        self._posts: dict[str, Post] = defaultdict(Post)
        self._refusals = _Refusals()
        self._invalid: set[str] = set()
        self._team_only: frozenset[str] | None = None
        self._revoked = False
        self._daily_limit: int | None = None
        self._times: deque[datetime] = deque()
        self._templates: dict[str, tuple[Kind, str, str]] = {
            SMS_TEMPLATE: ("sms", "", "((message))"),
            EMAIL_TEMPLATE: ("email", "((subject))", "((message))"),
        }
        self.app = Starlette(
            routes=[
                Route("/v2/notifications", self._answering(self._list), methods=["GET"]),
                Route("/v2/notifications/{kind:str}", self._answering(self._post), methods=["POST"]),
                Route("/v2/notifications/{notification:str}", self._answering(self._get), methods=["GET"]),
                Route("/v2/template/{template:str}/preview", self._answering(self._preview), methods=["POST"]),
            ]
        )

    # What people do.

    async def texts(self, number: str, text: str, *, sender: str | None = None) -> str:
        """The person with this number texts the service; returns Notify's id. `sender` is how the provider gives it."""
        identifier = str(uuid.uuid4())
        self._posts[number].sms.append(self._shown(text, from_person=True))
        await self.brings_text(identifier, sender or number.lstrip("+"), text)
        return identifier

    async def brings_text(self, identifier: str, sender: str, text: str) -> None:
        """Call back with one received text; the same identifier is the same text once more."""
        body: dict[str, object] = {
            "id": identifier,
            "source_number": sender,
            "destination_number": SMS_NUMBER.lstrip("+"),
            "message": text,
            "date_received": time_text(self._now()),
        }
        await self._callbacks.call(INBOUND_PATH, body)

    def switches_off(self, number: str) -> None:
        """The telephone is off: what is sent waits for it."""
        self._posts[number].off = True

    async def switches_on(self, number: str) -> None:
        """The telephone is on again: what waited arrives."""
        post = self._posts[number]
        post.off = False
        waiting, post.waiting = post.waiting, []
        for sent in waiting:
            await self._deliver(sent, "delivered")

    async def gives_up(self, number: str) -> None:
        """The provider stops trying (after three days in reality): what waits has failed for now."""
        waiting, self._posts[number].waiting = self._posts[number].waiting, []
        for sent in waiting:
            await self._deliver(sent, "temporary-failure")

    def becomes(self, address: str, fate: Fate) -> None:
        """What becomes of messages to this address from now on: a number that is gone, a mailbox that is full …."""
        self._posts[address].fate = fate

    def invalidates(self, address: str) -> None:
        """Notify no longer takes this address: a prefix that no country has any more, a domain that is none."""
        self._invalid.add(address)

    def sms_of(self, number: str) -> list[ShownSms]:
        """What this telephone shows, oldest first."""
        return list(self._posts[number].sms)

    def mails_of(self, address: str) -> list[ShownMail]:
        """What this mailbox shows, oldest first."""
        return list(self._posts[address].mails)

    @property
    def addresses(self) -> list[str]:
        """The telephones and mailboxes that something happened with."""
        return list(self._posts)

    # What an operator, or a bad day, does.

    def refuses_next(self, status: int, kind: str, message: str, *, times: int = 1) -> None:
        """Answer the next requests with an error, without taking what they bring."""
        self._refusals.next.extend([(status, kind, message)] * times)

    def loses_answers(self, times: int = 1) -> None:
        """Take the next messages, but answer as if something had gone wrong."""
        self._refusals.lost_answers = times

    def hold_answers(self) -> Held:
        """Take messages, and answer when `answer` of what this returns is set."""
        self._refusals.held = Held()
        return self._refusals.held

    def sets_daily_limit(self, messages: int) -> None:
        """At most so many messages from now on."""
        self._daily_limit = messages

    def revokes_key(self) -> None:
        """The API key is no longer good."""
        self._revoked = True

    def takes_team_only(self, *addresses: str) -> None:
        """The key is one that reaches the team only."""
        self._team_only = frozenset(addresses)

    @property
    def callbacks(self) -> str:
        """The address that is called back."""
        return self._callbacks.address

    @callbacks.setter
    def callbacks(self, address: str) -> None:
        self._callbacks.address = address

    async def settled(self) -> None:
        """Wait until every callback was taken, dropped or given up."""
        await self._callbacks.settled()

    async def close(self) -> None:
        """End what is under way."""
        await self._callbacks.close()

    # The API.

    def _answering(self, handle: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            self.requests.append(f"{request.method} {request.url.path}")
            try:
                check_token(request.headers.get("authorization", ""), SERVICE, SECRET, revoked=self._revoked)
                if self._refusals.next:
                    status, kind, message = self._refusals.next.popleft()
                    raise NotifyRefusal(status, (kind, message))
                return await handle(request)
            except NotifyRefusal as refusal:
                return refusal.response()

        return answer

    async def _post(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in ("sms", "email"):
            raise NotifyRefusal(404, ("NoResultFound", "No result found"))
        self._check_limits(kind)
        form = read_form(await request.body(), kind)
        recipient = str(form["phone_number"] if kind == "sms" else form["email_address"])
        if recipient in self._invalid:
            words = (
                "phone_number Not a valid country prefix"
                if kind == "sms"
                else "email_address Not a valid email address"
            )
            raise NotifyRefusal(400, ("ValidationError", words))
        template = str(form["template_id"])
        subject, body = self._filled(template, kind, form.get("personalisation", {}))
        if self._team_only is not None and recipient not in self._team_only:
            raise NotifyRefusal(400, ("BadRequestError", "Can’t send to this recipient using a team-only API key"))
        if kind == "sms" and len(body.encode("utf-16-le")) // 2 > LONGEST_SMS:
            message = f"Your message is too long. Text messages cannot be longer than {LONGEST_SMS} characters."
            raise NotifyRefusal(400, ("BadRequestError", message))
        reference = form.get("reference")
        sent = KeptMessage(
            str(uuid.uuid4()),
            "sms" if kind == "sms" else "email",
            recipient,
            body,
            subject if kind == "email" else None,
            reference if isinstance(reference, str) else None,
            template,
            self._now(),
        )
        if recipient not in SIMULATED:
            self.sent[sent.id] = sent
            if self.receipts_at_once:
                self._callbacks.in_background(self._send(sent))
        if self._refusals.lost_answers:
            self._refusals.lost_answers -= 1
            raise NotifyRefusal(504, ("EventletTimeout", "Timeout serving request"))
        if self._refusals.held is not None:
            self._refusals.held.taken.set()
            await self._refusals.held.answer.wait()
        content = {"body": body}
        if kind == "sms":
            content["from_number"] = SMS_NUMBER
        else:
            content |= {"subject": subject, "from_email": "maatje@notify.example"}
        return JSONResponse(
            {
                "id": sent.id,
                "reference": sent.reference,
                "content": content,
                "uri": f"{request.base_url}v2/notifications/{sent.id}",
                "template": {"id": template, "version": 1, "uri": f"{request.base_url}v2/template/{template}"},
                "scheduled_for": None,
            },
            status_code=201,
        )

    async def _list(self, request: Request) -> Response:
        unknown = set(request.query_params) - {"reference", "template_type", "status", "older_than", "include_jobs"}
        if unknown:
            message = f"Additional properties are not allowed ({', '.join(sorted(unknown))} was unexpected)"
            raise NotifyRefusal(400, ("ValidationError", message))
        wanted = request.query_params
        found = [
            sent
            for sent in sorted(self.sent.values(), key=lambda sent: sent.created_at, reverse=True)
            if wanted.get("reference") in (None, sent.reference)
            and wanted.get("template_type") in (None, sent.kind)
            and wanted.get("status") in (None, sent.status)
        ]
        return JSONResponse(
            {"notifications": [as_listed(sent) for sent in found], "links": {"current": str(request.url)}}
        )

    async def _get(self, request: Request) -> Response:
        identifier = request.path_params["notification"]
        if not is_uuid(identifier):
            raise NotifyRefusal(400, ("ValidationError", "notification_id is not a valid UUID"))
        if identifier not in self.sent:
            raise NotifyRefusal(404, ("NoResultFound", "No result found"))
        return JSONResponse(as_listed(self.sent[identifier]))

    async def _preview(self, request: Request) -> Response:
        template = request.path_params["template"]
        if template not in self._templates:
            raise NotifyRefusal(404, ("NoResultFound", "No result found"))
        kind = self._templates[template][0]
        form = read_json(await request.body())
        subject, body = self._filled(template, kind, form.get("personalisation", {}))
        shown: dict[str, object] = {"id": template, "type": kind, "version": 1, "body": body, "html": None}
        return JSONResponse({**shown, "subject": subject if kind == "email" else None, "postage": None})

    def _check_limits(self, kind: str) -> None:
        now = self._now()
        while self._times and self._times[0] <= now - timedelta(minutes=1):
            self._times.popleft()
        if len(self._times) >= PER_MINUTE:
            message = f"Exceeded rate limit for key type LIVE of {PER_MINUTE} requests per 60 seconds"
            raise NotifyRefusal(429, ("RateLimitError", message))
        self._times.append(now)
        if self._daily_limit is not None and len(self.sent) >= self._daily_limit:
            message = f"Exceeded send limits ({kind}: {self._daily_limit}) for today"
            raise NotifyRefusal(429, ("TooManyRequestsError", message))

    def _filled(self, template: str, kind: str, personalisation: object) -> tuple[str, str]:
        """Subject and body with their fields filled in, as they are sent."""
        if template not in self._templates:
            raise NotifyRefusal(400, ("BadRequestError", "Template not found"))
        of_kind, subject, content = self._templates[template]
        if of_kind != kind:
            message = f"{of_kind} template is not suitable for {kind} notification"
            raise NotifyRefusal(400, ("BadRequestError", message))
        values = personalisation if isinstance(personalisation, Mapping) else {}
        missing = [name for name in _FIELD.findall(subject + content) if values.get(name) is None]
        if missing:
            raise NotifyRefusal(400, ("BadRequestError", f"Missing personalisation: {', '.join(missing)}"))
        filled = [_FIELD.sub(lambda found: str(values[found[1]]), text) for text in (subject, content)]
        if not filled[1].strip():
            raise NotifyRefusal(400, ("BadRequestError", "Your message is empty."))
        body = as_sms(filled[1], prefix=self.prefix, unicode=self.unicode) if kind == "sms" else filled[1]
        return " ".join(filled[0].split()), body

    # What becomes of a message.

    async def _send(self, sent: KeptMessage) -> None:
        sent.status, sent.sent_at = "sending", self._now()
        post = self._posts[sent.to]
        if post.off and sent.kind == "sms":
            post.waiting.append(sent)
            return
        await self._deliver(sent, post.fate)

    async def _deliver(self, sent: KeptMessage, fate: Fate) -> None:
        sent.status, sent.completed_at = fate, self._now()
        if fate == "delivered":
            post = self._posts[sent.to]
            if sent.kind == "sms":
                post.sms.append(self._shown(sent.body, from_person=False))
            else:
                post.mails.append(ShownMail(sent.subject or "", read_markdown(sent.body), sent.body, self._now()))
        await self._callbacks.call(RECEIPTS_PATH, receipt_of(sent))

    def _shown(self, text: str, *, from_person: bool) -> ShownSms:
        return ShownSms(text, from_person, self._now(), encoding_of(text), segments(text))
