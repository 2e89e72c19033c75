"""Notify's API over aiohttp, signed by its own client's helper: requests run side by side on kept-alive connections.

notifications-python-client's own requests are blocking, log addresses' errors in full, and are not thread-safe.
https://docs.notifications.service.gov.uk/rest-api.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

import aiohttp
from notifications_python_client.authentication import create_jwt_token
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.channels.base import DeliveryError, RetryLater
from bot.channels.bounded import read_at_most
from bot.channels.notify.config import NotifyConfig
from bot.channels.notify.errors import delivery_error
from bot.channels.proxy import proxy_for
from reminders.delivery.channel import Clock

Kind = Literal["sms", "email"]
CONNECT_SECONDS = 5.0
CONNECTIONS = 64


class Unclear(Exception):
    """No answer, or an answer that says nothing: Notify may have taken what was sent. `error` is what to raise."""

    def __init__(self, error: DeliveryError) -> None:
        super().__init__(error.reason)
        self.error = error


class _Content(BaseModel):
    body: str = ""


class _SentAnswer(BaseModel):
    id: str
    content: _Content = _Content()


class Notification(BaseModel):
    """What Notify says of something it took; fields that are not asked for are left out."""

    model_config = ConfigDict(frozen=True)

    id: str
    status: str
    reference: str | None = None
    phone_number: str | None = None
    email_address: str | None = None
    completed_at: str | None = None


class _FoundAnswer(BaseModel):
    notifications: list[Notification]


class _PreviewAnswer(BaseModel):
    body: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Notify's id of a message that it took, and the text that it made of it ("" when it does not say)."""

    id: str
    body: str


class NotifyApi:
    """One service's calls. Nothing that it raises or logs has an address, a text or a key in it."""

    def __init__(self, config: NotifyConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._proxy = proxy_for(config.base_url)
        self._timeout = aiohttp.ClientTimeout(
            total=config.timeout + CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=config.timeout
        )

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, kind: Kind, message: Mapping[str, object]) -> Taken:
        """Hand over one message; returns what Notify calls it.

        Raises:
            Unclear: it may have been taken.
            RetryLater, AddressGone, Rejected: it was not.
        """
        status, body = await self._ask("POST", f"/v2/notifications/{kind}", message)
        if status >= 500:
            raise Unclear(delivery_error(status, body, self._clock.now()))
        if status not in (200, 201):
            raise delivery_error(status, body, self._clock.now())
        try:
            sent = _SentAnswer.model_validate_json(body)
        except ValidationError:
            raise Unclear(RetryLater("answer_unreadable")) from None
        return Taken(sent.id, sent.content.body)

    async def find(self, kind: Kind, reference: str) -> list[Notification]:
        """What was sent under a reference in the last seven days, newest first.

        Raises:
            RetryLater: Notify cannot be asked now.
        """
        asked = urlencode({"reference": reference, "template_type": kind})
        body = await self._get(f"/v2/notifications?{asked}")
        try:
            return _FoundAnswer.model_validate_json(body or b"").notifications
        except ValidationError:
            raise RetryLater("answer_unreadable") from None

    async def get(self, notification: str) -> Notification | None:
        """One notification by its id; None when Notify does not have it (any more).

        Raises:
            RetryLater: Notify cannot be asked now.
        """
        body = await self._get(f"/v2/notifications/{quote(notification, safe='')}")
        try:
            return None if body is None else Notification.model_validate_json(body)
        except ValidationError:
            raise RetryLater("answer_unreadable") from None

    async def preview(self, template: str, personalisation: Mapping[str, str]) -> str | None:
        """The text that a template becomes, without sending it; None where the installation has no previews.

        Raises:
            RetryLater: Notify cannot be asked now.
        """
        path = f"/v2/template/{quote(template, safe='')}/preview"
        try:
            status, body = await self._ask("POST", path, {"personalisation": personalisation})
        except Unclear as unclear:
            raise unclear.error from None
        if status >= 500 or status == 429:
            raise delivery_error(status, body, self._clock.now())
        if status != 200:
            return None
        try:
            return _PreviewAnswer.model_validate_json(body).body
        except ValidationError:
            return None

    async def _get(self, path: str) -> bytes | None:
        try:
            status, body = await self._ask("GET", path)
        except Unclear as unclear:
            raise unclear.error from None
        if status == 404:
            return None
        if status != 200:
            error = delivery_error(status, body, self._clock.now())
            raise error if isinstance(error, RetryLater) else RetryLater(error.reason)
        return body

    async def _ask(self, method: str, path: str, content: Mapping[str, object] | None = None) -> tuple[int, bytes]:
        """One request: status and body of the answer.

        Raises:
            Unclear: it was sent, and no whole answer came.
            RetryLater: it could not be sent.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
            )
        token = create_jwt_token(self._config.secret, self._config.service_id)  # type: ignore[no-untyped-call]
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        data = None if content is None else json.dumps(content).encode()
        url = self._config.base_url.rstrip("/") + path
        # `from None` throughout: the causes can show the request.
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, allow_redirects=False, proxy=self._proxy
            ) as answer:
                return answer.status, await read_at_most(answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise RetryLater("unreachable") from None
        except TimeoutError:
            raise Unclear(RetryLater("timed_out")) from None
        except (aiohttp.ClientError, OSError):
            raise Unclear(RetryLater("connection_lost")) from None
