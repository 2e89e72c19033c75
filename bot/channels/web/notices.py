"""Notices on a locked screen: that there is a message, and nothing of what it says (Web Push, RFC 8030, 8291, 8292).

A browser that was asked gives the address of its maker's push service and a key; what is told there is encrypted for
that browser only. Somebody else may hold the telephone: so a notice has no sender, no text and no name.
"""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import aiohttp
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.proxy import proxy_for
from bot.channels.web.lines import language_tag
from locales.rendering.languages import LANGUAGES, SOURCE
from reminders.delivery.channel import Clock
from storage.engine.database import Database
from storage.people.webchat import forget_web_push, web_pushes_of, web_standings

if TYPE_CHECKING:
    from py_vapid import Vapid

log = structlog.get_logger()

#: The services that browsers use. Nothing is sent anywhere else, whatever a page says: our server is nobody's tool.
SERVICES: Final = (
    "fcm.googleapis.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
# A telephone that is off for longer hears of newer things first.
_LASTS: Final = 24 * 3600
_SECONDS: Final = 20.0
_AT_ONCE: Final = 8
_MOST_WAITING: Final = 2000
_GONE: Final = frozenset({404, 410})


class PushAddress(BaseModel):
    """Where a browser hears of something, as it gave it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    endpoint: str
    p256dh: str
    auth: str


def is_of_a_service(endpoint: str, services: Collection[str] = SERVICES) -> bool:
    """Whether this is an address of a browser maker's push service."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    known = any(host.endswith(one) if one.startswith(".") else host == one for one in services)
    return known and (parts.scheme == "https" or host == "127.0.0.1") and parts.username is None


def new_key() -> str:
    """A new private key, as MAATJE_WEB_PUSH_KEY holds it."""
    from py_vapid import Vapid

    made = Vapid()
    made.generate_keys()
    number = made.private_key.private_numbers().private_value
    return _base64(number.to_bytes(32, "big"))


def public_key_of(private_key: str) -> str:
    """What browsers are given: the public half.

    Raises:
        ValueError: it is no key.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = _vapid(private_key).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _base64(point)


def _vapid(private_key: str) -> "Vapid":
    # Where nobody is told anything it costs no time.
    from py_vapid import Vapid, VapidException

    try:
        return Vapid.from_raw(private_key.encode())
    except (VapidException, ValueError, TypeError) as error:
        raise ValueError("MAATJE_WEB_PUSH_KEY is no key; maatje doctor makes one") from error


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Notices:
    """Tells browsers that there is a message; "" as key = nobody is told. `say` gives the sentence in a locale."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        private_key: str,
        contact: str,
        title: str,
        say: Callable[[str], str],
        services: Collection[str] = SERVICES,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vapid = _vapid(private_key) if private_key else None
        self.public_key = public_key_of(private_key) if private_key else ""
        self._contact = contact
        self._title = title
        self._say = say
        self._services = services
        self._under_way: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._http: aiohttp.ClientSession | None = None

    def takes(self, endpoint: str) -> bool:
        """Whether browsers are told anything, and this is where one may be."""
        return self._vapid is not None and is_of_a_service(endpoint, self._services)

    def about(self, contact_id: int) -> None:
        """Tell the browsers of this chat, beside whatever else goes on; never raises."""
        if self._vapid is None or len(self._under_way) >= _MOST_WAITING:
            return
        task = asyncio.create_task(self._tell(contact_id), name="web-notice")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Wait for what is under way, and let go of the connections."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _tell(self, contact_id: int) -> None:
        try:
            async with self._turns:
                async with self._database.reading() as session:
                    standing = (await web_standings(session, [contact_id])).get(contact_id)
                    addresses = await web_pushes_of(session, contact_id, self._clock.now())
                locale = (standing.language if standing else None) or SOURCE
                for session_id, kept in addresses:
                    await self._tell_one(session_id, PushAddress.model_validate(kept), locale)
        except (SQLAlchemyError, OSError, ValidationError) as error:
            log.warning("web_notice_failed", contact=contact_id, error=type(error).__name__)

    async def _tell_one(self, session_id: int, address: PushAddress, locale: str) -> None:
        notice = {
            "title": self._title,
            "body": self._say(locale),
            "lang": language_tag(locale),
            "dir": LANGUAGES[locale].direction.value,
        }
        try:
            status = await self._post(address, json.dumps(notice, ensure_ascii=False).encode())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("web_notice_failed", browser=session_id, error=type(error).__name__)
            return
        if status in _GONE:
            async with self._database.writing() as session:
                await forget_web_push(session, session_id)
        elif status >= 400:
            log.warning("web_notice_refused", browser=session_id, status=status)

    async def _post(self, address: PushAddress, notice: bytes) -> int:
        if self._vapid is None or not is_of_a_service(address.endpoint, self._services):
            raise ValueError("no push service")
        from pywebpush import WebPusher, WebPushException

        keys = {"p256dh": address.p256dh, "auth": address.auth}
        try:
            encoded = WebPusher({"endpoint": address.endpoint, "keys": keys}).encode(notice, "aes128gcm")
        except WebPushException as error:
            raise ValueError("no key of a browser") from error
        parts = urlsplit(address.endpoint)
        signed = self._vapid.sign({"aud": f"{parts.scheme}://{parts.netloc}", "sub": self._contact})
        headers = {
            **signed,
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(_LASTS),
            "topic": "maatje",
            "urgency": "high",
        }
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS))
        async with self._http.post(
            address.endpoint,
            data=encoded["body"],
            headers=headers,
            proxy=proxy_for(address.endpoint),
            allow_redirects=False,
        ) as answer:
            return answer.status
