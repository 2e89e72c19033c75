"""Vonage's Voice API: makes calls, ends them. Requests are signed as the application (JWT, RS256).

https://developer.vonage.com/en/api/voice
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import aiohttp
import jwt
import structlog

from bot.channels.bounded import read_at_most
from bot.channels.phone.carrier import CarrierDown
from bot.channels.proxy import proxy_for
from reminders.delivery.channel import Clock

log = structlog.get_logger(__name__)

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
_TOKEN_SECONDS: Final = 60
# Nobody stays longer on a call of ours.
_LONGEST_CALL: Final = 1800


@dataclass(frozen=True, slots=True)
class VonageConfig:
    """An application at Vonage. `private_key` is its PEM, `signature_secret` that of the account (`api_key`), by which
    Vonage signs what it tells us; `number` is from which we call (E.164)."""

    application_id: str
    private_key: str
    api_key: str
    signature_secret: str
    number: str
    public_url: str
    api_url: str = "https://api.nexmo.com"


class MayHaveDialled(Exception):
    """No answer came to a request for a call: whether it is made shows by its events."""


class VoiceApi:
    """One application's calls. Nothing raised or logged holds a number or a key."""

    def __init__(self, config: VonageConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def call(self, number: str, *, ring: int, answer_url: str, event_url: str) -> str:
        """Have a number (E.164) called; Vonage's id of the call.

        Raises:
            CarrierDown: nothing was dialled.
            MayHaveDialled: nobody knows.
        """
        wanted = {
            "to": [{"type": "phone", "number": number.removeprefix("+")}],
            "from": {"type": "phone", "number": self._config.number.removeprefix("+")},
            "answer_url": [answer_url],
            "answer_method": "POST",
            "event_url": [event_url],
            "event_method": "POST",
            "ringing_timer": ring,
            "length_timer": _LONGEST_CALL,
        }
        status, content = await self._ask("POST", "/v1/calls", wanted)
        if status >= 500:
            raise MayHaveDialled
        uuid = content.get("uuid")
        if status != 201 or not isinstance(uuid, str):
            log.error("vonage_refuses", status=status)
            raise CarrierDown(f"refused_{status}")
        return uuid

    async def hang_up(self, uuid: str) -> None:
        """End a call. Never raises: it ends by itself when nothing is said in it any more."""
        try:
            await self._ask("PUT", f"/v1/calls/{uuid}", {"action": "hangup"})
        except (CarrierDown, MayHaveDialled):
            log.warning("vonage_not_hung_up")

    async def lets_us_in(self) -> int:
        """The status of a harmless question; 200 = all is well.

        Raises:
            CarrierDown: Vonage cannot be reached.
        """
        try:
            status, _ = await self._ask("GET", "/v1/calls?page_size=1")
        except MayHaveDialled:
            raise CarrierDown("unreachable") from None
        return status

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(
        self, method: str, path: str, content: Mapping[str, object] | None = None
    ) -> tuple[int, Mapping[str, object]]:
        url = f"{self._config.api_url}{path}"
        try:
            async with self._connected().request(
                method, url, json=content, headers=self._headers(), proxy=proxy_for(url), allow_redirects=False
            ) as answer:
                return answer.status, _object_in(await read_at_most(answer))
        except aiohttp.ClientConnectorError:
            raise CarrierDown("unreachable") from None
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise MayHaveDialled from None

    def _headers(self) -> dict[str, str]:
        now = int(self._clock.now().timestamp())
        claims = {
            "application_id": self._config.application_id,
            "iat": now,
            "exp": now + _TOKEN_SECONDS,
            "jti": str(uuid4()),
        }
        return {"authorization": f"Bearer {jwt.encode(claims, self._config.private_key, algorithm='RS256')}"}

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=64))
        return self._session


def _object_in(body: bytes) -> Mapping[str, object]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
