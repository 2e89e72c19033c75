"""The Graph API over aiohttp: sending, media in and out, templates. Raises only errors.py's and delivery's errors."""

import asyncio
import json
from collections.abc import Mapping

import aiohttp
import structlog

from bot.channels.base import DeliveryError, RetryLater
from bot.channels.bounded import TooLong, read_at_most
from bot.channels.to_mend import ToMend
from bot.channels.whatsapp.config import WhatsAppConfig
from bot.channels.whatsapp.errors import TO_MEND, error_of
from bot.channels.whatsapp.inbound import CHANNEL
from locales.rendering.render import File

log = structlog.get_logger(__name__)

CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0
LARGEST_FILE = 16_000_000


class GraphApi:
    """One business number's calls. Nothing raised or logged holds an address, a text or the token."""

    def __init__(self, config: WhatsAppConfig) -> None:
        self._config = config
        self._base = f"{config.api_url}/{config.version}"
        self._session: aiohttp.ClientSession | None = None
        self.to_mend = ToMend(CHANNEL, TO_MEND)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, message: Mapping[str, object]) -> str:
        """Send one message; WhatsApp's id of it.

        Raises:
            RetryLater, AddressGone, Rejected, OutsideWindow, MediaRefused.
        """
        answer = await self._ask(
            "POST",
            f"{self._base}/{self._config.phone_number_id}/messages",
            json={"messaging_product": "whatsapp", **message},
        )
        messages = answer.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        found = first.get("id") if isinstance(first, dict) else None
        if not isinstance(found, str):
            raise RetryLater("answer_unreadable")
        return found

    async def upload(self, file: File) -> str:
        """Hand over a file that a message is to carry; its id. Raises as `send`."""
        form = aiohttp.FormData()
        form.add_field("messaging_product", "whatsapp")
        form.add_field("type", file.media_type.partition(";")[0])
        form.add_field("file", file.content, filename=file.name, content_type=file.media_type.partition(";")[0])
        answer = await self._ask("POST", f"{self._base}/{self._config.phone_number_id}/media", data=form)
        found = answer.get("id")
        if not isinstance(found, str):
            raise RetryLater("answer_unreadable")
        return found

    async def download(self, media: str) -> bytes | None:
        """What somebody sent; None when it is too large or not there. Raises as `send`."""
        if not media.isalnum():
            return None
        answer = await self._ask("GET", f"{self._base}/{media}")
        url, size = answer.get("url"), answer.get("file_size")
        if not isinstance(url, str) or (isinstance(size, int) and size > LARGEST_FILE):
            return None
        try:
            async with self._connected().get(url, headers=self._headers()) as found:
                return await read_at_most(found, LARGEST_FILE) if found.status == 200 else None
        except TooLong:
            return None
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise RetryLater("unreachable") from None

    async def templates(self) -> list[Mapping[str, object]]:
        """The account's templates, with their state. Raises as `send`."""
        answer = await self._ask("GET", f"{self._base}/{self._config.waba_id}/message_templates?limit=500")
        found = answer.get("data")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def subscribed_apps(self) -> list[str]:
        """The ids of the apps that are told of what happens in the account. Raises as `send`."""
        answer = await self._ask("GET", f"{self._base}/{self._config.waba_id}/subscribed_apps")
        listed = answer.get("data")
        apps = [one.get("whatsapp_business_api_data") for one in listed] if isinstance(listed, list) else []
        return [str(app["id"]) for app in apps if isinstance(app, dict) and "id" in app]

    async def webhook_of(self, app: str) -> Mapping[str, object]:
        """Where an app has WhatsApp's webhooks brought, and which; empty where it has none. Raises as `send`, also
        where the app secret is another app's."""
        secret = f"{app}|{self._config.app_secret}"
        answer = await self._ask("GET", f"{self._base}/{app}/subscriptions", token=secret)
        listed = answer.get("data")
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, dict) and one.get("object") == "whatsapp_business_account":
                return one
        return {}

    async def _ask(
        self, method: str, url: str, *, json: object = None, data: aiohttp.FormData | None = None, token: str = ""
    ) -> Mapping[str, object]:
        headers = self._headers(token)
        try:
            async with self._connected().request(method, url, headers=headers, json=json, data=data) as answer:
                status, body = answer.status, await read_at_most(answer)
        except TimeoutError:
            raise RetryLater("timeout") from None
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError):
            raise RetryLater("unreachable") from None
        content = _object_in(body)
        if status >= 400:
            code = _code_of(content.get("error"))
            error = error_of(status, code)
            if isinstance(error, DeliveryError):
                self.to_mend.noticed(error, code=code)
            raise error from None
        self.to_mend.taken()
        return content

    def _headers(self, token: str = "") -> dict[str, str]:
        return {"authorization": f"Bearer {token or self._config.token}"}

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS),
                connector=aiohttp.TCPConnector(limit=64),
                trust_env=True,
            )
        return self._session


def _code_of(error: object) -> int:
    """The API's own code; 0 = none. Its "invalid parameter" with a subcode means our number's id, not the message."""
    if not isinstance(error, dict):
        return 0
    code, subcode = error.get("code"), error.get("error_subcode")
    if code == 100 and subcode == 33:
        return 33
    return code if isinstance(code, int) else 0


def _object_in(body: bytes) -> Mapping[str, object]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
