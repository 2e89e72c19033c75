"""Vonage's side, strict: judges each request by its public description, signs what it tells, and follows our lists of
actions as its platform does, with a person at the telephone who presses what the test says."""

import asyncio
import hashlib
import io
import itertools
import json
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import jwt
import numpy as np
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jsonschema import Draft202012Validator
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.channels.phone.vonage.api import VonageConfig
from bot.voice.sound import Pcm
from tests.clock import FakeClock

APPLICATION, ACCOUNT, SECRET = (
    "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    "abcd1234",
    "a signature secret of the tests, long",
)
OURS = "https://maatje.example"
_DESCRIPTION = json.loads(Path(__file__).with_name("description.json").read_text())
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_KEY = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


def judged(name: str, content: object) -> None:
    """Raises where content is not as the description has it."""
    Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": _DESCRIPTION["$defs"]}).validate(content)


class VonageCounterpart:
    """Vonage, and one telephone at a time. `status` other than 201 refuses calls; `silent` takes a call and breaks the
    connection before it says so."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self.status = 201
        self.silent = False
        self.asked: list[dict[str, object]] = []
        self.is_asked = asyncio.Event()
        self.ended: list[str] = []
        self.heard: list[str] = []
        self.wavs: list[str] = []
        self.inputs: list[dict[str, object]] = []
        self.http: httpx.AsyncClient | None = None
        self.app = web.Application()
        self.app.router.add_post("/v1/calls", self._create)
        self.app.router.add_put("/v1/calls/{uuid}", self._update)
        self.app.router.add_get("/v1/calls", self._list)

    def serves(self, routes: Sequence[BaseRoute]) -> None:
        """Where our webhooks are."""
        transport = httpx.ASGITransport(Starlette(routes=list(routes)))
        self.http = httpx.AsyncClient(transport=transport, base_url=OURS)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self._lets_in(request)
        content = await request.json()
        judged("createCall", content)
        if self.status != 201:
            return web.json_response({"title": "No"}, status=self.status)
        uuid = str(uuid4())
        self.asked.append({**content, "uuid": uuid})
        self.is_asked.set()
        if self.silent:
            assert request.transport is not None
            request.transport.close()
        return web.json_response(
            {"uuid": uuid, "status": "started", "direction": "outbound", "conversation_uuid": f"CON-{uuid4()}"},
            status=201,
        )

    async def _update(self, request: web.Request) -> web.StreamResponse:
        self._lets_in(request)
        judged("updateCall", await request.json())
        self.ended.append(request.match_info["uuid"])
        return web.Response(status=204)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        self._lets_in(request)
        return web.json_response({"count": 0, "_embedded": {"calls": []}})

    def _lets_in(self, request: web.Request) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, _KEY.public_key(), algorithms=["RS256"], options={"verify_exp": False})
        except jwt.InvalidTokenError:
            raise web.HTTPUnauthorized from None
        now = self._clock.now().timestamp()
        if claims["application_id"] != APPLICATION or not claims["iat"] - 5 <= now <= claims["exp"]:
            raise web.HTTPUnauthorized

    def signed(self, body: bytes, **claims: object) -> dict[str, str]:
        """The headers of a webhook."""
        own = {
            "iat": int(self._clock.now().timestamp()),
            "jti": f"webhook-{next(self._numbers)}",
            "iss": "Vonage",
            "payload_hash": hashlib.sha256(body).hexdigest(),
            "api_key": ACCOUNT,
            "application_id": APPLICATION,
        }
        token = jwt.encode({**own, **claims}, SECRET, algorithm="HS256")
        return {"authorization": f"Bearer {token}", "content-type": "application/json"}

    async def tells(self, url: str, **content: object) -> httpx.Response:
        """A webhook, signed."""
        assert self.http is not None
        body = json.dumps(content, separators=(",", ":")).encode()
        return await self.http.post(url, content=body, headers=self.signed(body))

    async def happens(self, status: str, detail: str = "") -> None:
        """The newest call went on, or ended."""
        call = self.asked[-1]
        answer = await self.tells(_one(call["event_url"]), uuid=call["uuid"], status=status, detail=detail)
        assert answer.status_code == 204

    async def answers(self, *keys: str | None) -> None:
        """Somebody picks up the newest call and presses these, one at each question (None = lets it pass), and hangs
        up where there is another question."""
        call = self.asked[-1]
        await self.happens("answered")
        answer = await self.tells(
            _one(call["answer_url"]), uuid=call["uuid"], to="31612345678", **{"from": "31355281911"}
        )
        await self.follows(answer, str(call["uuid"]), _one(call["event_url"]), list(keys))

    async def follows(self, answer: httpx.Response, uuid: str, event_url: str, keys: list[str | None]) -> None:
        """Do what we say, until nothing is left to do or the person hangs up."""
        while answer.status_code == 200:
            actions = answer.json()
            judged("ncco", actions)
            asks = [action for action in actions if action["action"] == "input"]
            self.inputs += [action for action in asks if len(actions) > 1]
            for action in actions:
                if action["action"] == "stream":
                    # A key ends a sound only where one is waited for.
                    assert not action.get("bargeIn") or asks
                    self.heard.append(await self._fetched(_one(action["streamUrl"])))
            if not asks or uuid in self.ended:
                break
            is_question = len(actions) > 1
            if is_question and not keys:
                break
            key = keys.pop(0) if is_question else None
            answer = await self.tells(
                _one(asks[0]["eventUrl"]), uuid=uuid, dtmf={"digits": key or "", "timed_out": key is None}
            )
        await self.tells(event_url, uuid=uuid, status="completed")

    async def _fetched(self, url: str) -> str:
        assert self.http is not None
        answer = await self.http.get(url)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
        self.wavs.append(url)
        with wave.open(io.BytesIO(answer.content)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
            return read(Pcm(np.frombuffer(file.readframes(file.getnframes()), np.int16), 8000))


def read(sound: Pcm) -> str:
    """What a sound of the tests says."""
    return sound.samples.tobytes().decode("utf-16-le").strip("\0")


def _one(urls: object) -> str:
    assert isinstance(urls, list)
    return str(urls[0])


@asynccontextmanager
async def vonage(clock: FakeClock) -> AsyncIterator[tuple[VonageCounterpart, VonageConfig]]:
    """Vonage at a free port, and how we are known there."""
    made = VonageCounterpart(clock)
    async with TestServer(made.app) as server:
        url = f"http://{server.host}:{server.port}"
        yield (
            made,
            VonageConfig(APPLICATION, PRIVATE_KEY, ACCOUNT, SECRET, "+31355281911", public_url=OURS, api_url=url),
        )
    if made.http is not None:
        await made.http.aclose()
