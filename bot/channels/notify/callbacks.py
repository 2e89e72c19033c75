"""What Notify tells us: what became of a message, and what people text.

Notify calls an address of ours with the bearer token that was entered in the service's settings, waits five seconds,
and brings a callback again five times, five minutes apart, when the answer is a 5xx or 429 or there is none; any other
4xx it drops (alphagov/notifications-api, app/celery/service_callback_tasks.py).
https://docs.notifications.service.gov.uk/rest-api.html#callbacks
"""

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import phonenumbers
import structlog
from pydantic import AwareDatetime, BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.actions.acting import Proof
from bot.channels.base import BringAgain, DeliveryError, News, NewsState, Report
from bot.channels.bounded import body_at_most
from bot.channels.notify.api import NotifyApi
from bot.channels.notify.config import NotifyConfig
from bot.channels.notify.words import SmsWords, Wish
from bot.events import Command, InboundEvent, Left, Payload, Said, Started
from reminders.delivery.channel import Clock
from storage.people.link_codes import looks_like_code, normalise_code

log = structlog.get_logger(__name__)

SMS, EMAIL = "sms", "email"
RECEIPTS_PATH = "/notify/receipts"
INBOUND_PATH = "/notify/sms"
LARGEST = 1_000_000
# Notify keeps messages for seven days; what is older was held up by nobody we want to hear of.
STALE_AFTER = timedelta(days=7)
LONGEST_TEXT = 4096
# Shorter ones are services' own, which must not be answered.
SHORTEST_NUMBER = 8

_Id = Annotated[str, Field(min_length=1, max_length=100)]
_Callback = TypeVar("_Callback", bound=BaseModel)


class NotifyReceipt(BaseModel):
    """A delivery receipt. The times are those of Notify's side; `completed_at` is null where nothing came back yet."""

    id: _Id
    status: Annotated[str, Field(max_length=100)]
    notification_type: Annotated[str, Field(max_length=20)]
    reference: Annotated[str, Field(max_length=1000)] | None = None
    completed_at: AwareDatetime | None = None
    created_at: AwareDatetime | None = None


class Inbound(BaseModel):
    """A text message that somebody sent to the service's number."""

    id: _Id
    source_number: Annotated[str, Field(max_length=100)]
    message: Annotated[str, Field(max_length=20_000)]
    date_received: AwareDatetime


# Statuses that say how it ended: https://docs.notifications.service.gov.uk/rest-api.html#status-sms
_NEWS: dict[str, tuple[NewsState, str, bool]] = {
    "delivered": (NewsState.DELIVERED, "", False),
    "permanent-failure": (NewsState.FAILED, "permanent_failure", True),
    "temporary-failure": (NewsState.FAILED, "temporary_failure", False),
    "technical-failure": (NewsState.FAILED, "technical_failure", False),
}


def news_of(channel: str, status: str, provider_ref: str, reference: str | None) -> News | None:
    """A status of Notify as news; None for one that is not the end (created, sending, pending, sent) or not known."""
    if status not in _NEWS:
        return None
    state, reason, gone = _NEWS[status]
    return News(channel, state, provider_ref, reference, reason, gone)


def number_of(source: str) -> str | None:
    """A sender's number in E.164; None for names ("KPN"), short codes, and what is no number.

    Notify passes on what its provider gives: with a country code but often without "+", or as it is dialled at home.
    """
    if any(char.isalpha() for char in source) or sum(char.isdigit() for char in source) < SHORTEST_NUMBER:
        return None
    digits = source.strip()
    for candidate in ((f"+{digits}",) if digits[:1] not in ("+", "0") else ()) + (digits,):
        try:
            number = phonenumbers.parse(candidate, "NL")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def payload_of(text: str, words: SmsWords) -> Payload:
    """What a text message means: a word of every operator, somebody's link code, or what it says."""
    text = text.replace("\0", "").strip()[:LONGEST_TEXT]
    match words.wish_in(text):
        case Wish.STOP:
            return Left(said=True)
        case Wish.START:
            # Whoever may be written to again hears so, and a stranger what this is.
            return Command("start")
        case Wish.HELP:
            return Command("menu")
    if looks_like_code(text):
        return Started(normalise_code(text))
    return Said(text)


def event_of(inbound: Inbound, channel: str, words: SmsWords) -> InboundEvent | None:
    """The event of a text message; None where nothing was said, or nobody can be answered."""
    address = number_of(inbound.source_number)
    if address is None or not inbound.message.strip(" \0\r\n\t"):
        return None
    return InboundEvent(channel, address, inbound.id, payload_of(inbound.message, words), proof=Proof.CLAIMED)


class Callbacks:
    """Takes one callback: checks who brings it, reads it, and hands it on. The answer is an HTTP status."""

    def __init__(self, config: NotifyConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock

    async def take(
        self, request: Request, kind: type[_Callback], hand_on: Callable[[_Callback], Awaitable[None]] | None
    ) -> Response:
        """200 once it was handed on or needs no more; 503 makes Notify bring it again, everything else is dropped.

        `hand_on` is None while the channel is not started.
        """
        if not self._is_notify(request):
            return Response(status_code=403)
        body = await body_at_most(request, LARGEST)
        if body is None:
            return Response(status_code=413)
        try:
            callback = kind.model_validate_json(body)
        except ValidationError:
            log.warning("notify_callback_unreadable", kind=kind.__name__, size=len(body))
            return Response(status_code=400)
        if hand_on is None:
            return Response(status_code=503)
        try:
            await hand_on(callback)
        except BringAgain:
            return Response(status_code=503, headers={"retry-after": "3"})
        except Exception as error:
            # Whatever failed on our side, the callback is brought again.
            log.error("notify_callback_not_handled", kind=kind.__name__, error=type(error).__name__)
            return Response(status_code=503)
        return Response(status_code=200)

    def is_stale(self, at: datetime | None) -> bool:
        """Whether something happened too long ago to matter."""
        return at is not None and at.astimezone(UTC) < self._clock.now() - STALE_AFTER

    def _is_notify(self, request: Request) -> bool:
        expected = self._config.callback_token
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        same = hmac.compare_digest(given.strip().encode(), expected.encode())
        return bool(expected) and scheme.lower() == "bearer" and same


class NotifyReceipts:
    """Turns receipts into news, wherever they come from: called back by Notify, or asked of it."""

    def __init__(
        self, config: NotifyConfig, clock: Clock, api: NotifyApi, report: Report, is_started: Callable[[], bool]
    ) -> None:
        self._config = config
        self._callbacks = Callbacks(config, clock)
        self._api = api
        self._report = report
        self._is_started = is_started

    def route(self) -> Route:
        """The callback's address. Where both channels are there the first one's answers for both."""

        async def take(request: Request) -> Response:
            return await self._callbacks.take(request, NotifyReceipt, self._tell if self._is_started() else None)

        return Route(RECEIPTS_PATH, take, methods=["POST"])

    async def _tell(self, receipt: NotifyReceipt) -> None:
        if self._callbacks.is_stale(receipt.completed_at or receipt.created_at):
            return
        if receipt.notification_type not in (SMS, EMAIL):
            return
        reference = self._config.unsign(receipt.reference)
        if reference is None and self._config.reference_prefix:
            # Sent by another deployment, or by hand from Notify's own pages.
            return
        news = news_of(receipt.notification_type, receipt.status, receipt.id, reference)
        if news is not None:
            await self._report(news)

    async def status_of(self, channel: str, provider_ref: str) -> News | None:
        """What became of a message whose receipt did not come; None where that is not known yet. Never raises."""
        try:
            found = await self._api.get(provider_ref)
        except DeliveryError as error:
            log.warning("notify_status_not_asked", channel=channel, reason=error.reason)
            return None
        if found is None:
            return None
        return news_of(channel, found.status, found.id, self._config.unsign(found.reference))
