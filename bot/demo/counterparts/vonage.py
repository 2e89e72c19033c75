"""Vonage's side of telephone calls, for the demo: takes calls, and has somebody in the browser pick up and press keys.

It lets in what the demo's own application signed, and signs what it tells. A list of actions is followed by the page,
which plays the sound, and brings the key that is pressed, or that none was. The tests' counterpart judges each request.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import uuid4

import aiohttp
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

APPLICATION: Final = "demo-application"
ACCOUNT: Final = "demo-account"
NUMBER: Final = "+31850001133"
# Vonage gives up as soon.
_WITHIN: Final = 5.0


@dataclass(slots=True)
class DemoCall:
    """A call to somebody. `step` counts what was asked so far; `sound` is where it is, `waits` for how many seconds a
    key is waited for after it (0 = for none)."""

    uuid: str
    answer_url: str
    event_url: str
    state: str = "ringing"
    step: int = 0
    sound: str = ""
    waits: int = 0
    input_url: str = ""
    is_asking: bool = False

    def shown(self) -> dict[str, object]:
        """For the page."""
        return {"state": self.state, "step": self.step, "sound": self.sound, "waits": self.waits}


class VonageTelephones:
    """The server's state; `app` is mounted in the demo's own."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._calls: dict[str, DemoCall] = {}
        self._session: aiohttp.ClientSession | None = None
        self.signature_secret = secrets.token_urlsafe(32)
        self.app = Starlette(
            routes=[
                Route("/v1/calls", self._create, methods=["POST"]),
                Route("/v1/calls/{uuid}", self._hang_up, methods=["PUT"]),
            ]
        )

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def private_key(self) -> str:
        """The application's key, as it is set."""
        made = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return made.decode()

    def shown(self, number: str) -> Mapping[str, object] | None:
        """The call at a telephone (E.164); None = it is quiet."""
        call = self._calls.get(number)
        return call.shown() if call is not None else None

    async def picks_up(self, number: str) -> None:
        """Answer the call that rings."""
        call = self._calls.get(number)
        if call is None or call.state != "ringing":
            return
        call.state = "talking"
        await self._tell(call.event_url, uuid=call.uuid, status="answered")
        await self._follow(number, call, call.answer_url, uuid=call.uuid)

    async def presses(self, number: str, step: int, digit: str) -> None:
        """Press a key at a question ("" = let it pass); one at an earlier question is not taken."""
        call = self._calls.get(number)
        if call is None or call.state != "talking" or step != call.step or call.is_asking:
            return
        if not call.input_url:
            await self.hangs_up(number)
            return
        await self._follow(
            number, call, call.input_url, uuid=call.uuid, dtmf={"digits": digit[:1], "timed_out": not digit}
        )

    async def hangs_up(self, number: str) -> None:
        """End the call, or let it ring no more."""
        call = self._calls.pop(number, None)
        if call is not None:
            status = "completed" if call.state == "talking" else "rejected"
            await self._tell(call.event_url, uuid=call.uuid, status=status)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    async def _create(self, request: Request) -> Response:
        if not self._is_ours(request):
            return Response(status_code=401)
        asked = await request.json()
        number, uuid = f"+{asked['to'][0]['number']}", str(uuid4())
        if number in self._calls:
            return JSONResponse({"title": "busy"}, status_code=429)
        self._calls[number] = DemoCall(uuid, asked["answer_url"][0], asked["event_url"][0])
        return JSONResponse({"uuid": uuid, "status": "started", "direction": "outbound"}, status_code=201)

    async def _hang_up(self, request: Request) -> Response:
        if not self._is_ours(request):
            return Response(status_code=401)
        ended = [number for number, call in self._calls.items() if call.uuid == request.path_params["uuid"]]
        for number in ended:
            del self._calls[number]
        return Response(status_code=204 if ended else 404)

    def _is_ours(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            # The demo's clock is moved by hand.
            claims = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            return False
        return claims.get("application_id") == APPLICATION

    async def _follow(self, number: str, call: DemoCall, url: str, **content: object) -> None:
        """Ask what is next, and have the page do it; a call that has nothing next is over."""
        call.is_asking = True
        status, answer = await self._tell(url, **content)
        call.is_asking = False
        actions = answer if status == 200 and isinstance(answer, list) else []
        if not actions or self._calls.get(number) is not call:
            await self.hangs_up(number)
            return
        call.step += 1
        call.sound = call.input_url = ""
        call.waits = 0
        for action in actions:
            if action["action"] == "stream":
                call.sound = _path(action["streamUrl"])
            else:
                call.input_url, call.waits = action["eventUrl"][0], action["dtmf"]["timeOut"]

    async def _tell(self, url: str, **content: object) -> tuple[int, object]:
        """A webhook, signed."""
        body = json.dumps(content, separators=(",", ":")).encode()
        claims = {
            "iat": int(self._now().timestamp()),
            "jti": str(uuid4()),
            "iss": "Vonage",
            "payload_hash": hashlib.sha256(body).hexdigest(),
            "api_key": ACCOUNT,
            "application_id": APPLICATION,
        }
        token = jwt.encode(claims, self.signature_secret, algorithm="HS256")
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_WITHIN))
        try:
            async with self._session.post(url, data=body, headers=headers) as answer:
                return answer.status, await answer.json() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError):
            return 503, None


def _path(urls: Sequence[str]) -> str:
    """A sound's address on this very server, as the page asks for it."""
    return "/" + urls[0].split("/", 3)[3]
