"""Notices: a push service's counterpart takes them, and the browser's half decrypts what it was given (RFC 8291)."""

import json
import os
import socket
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.channels.web.notices import is_of_a_service, new_key, public_key_of
from storage.engine.database import Database
from storage.people.people import Person
from tests.bot.channels.web.conftest import Browser as Page
from tests.bot.channels.web.rig import Rig, message


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(slots=True)
class Browser:
    """A browser's half: its key pair and secret, and what it reads of what arrives."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def reads(self, body: bytes) -> dict[str, str]:
        """Decrypt as RFC 8291 says: aes128gcm in one record, keys from ECDH and the shared secret."""
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        ikm = HKDF(SHA256(), 32, self.secret, b"WebPush: info\0" + self.point + theirs).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(ikm)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(ikm)
        opened = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert opened.endswith(b"\2")
        read: dict[str, str] = json.loads(opened[:-1])
        return read


@dataclass(slots=True)
class Service:
    """A push service: keeps what came, and answers as it is told."""

    url: str
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 201


@asynccontextmanager
async def _service() -> AsyncIterator[Service]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    service = Service(f"http://127.0.0.1:{listener.getsockname()[1]}")

    async def take(request: web.Request) -> web.Response:
        service.came.append(({k.lower(): v for k, v in request.headers.items()}, await request.read()))
        return web.Response(status=service.status)

    app = web.Application()
    app.router.add_post("/wpush/{which}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    try:
        yield service
    finally:
        await runner.cleanup()


async def test_a_notice_says_that_there_is_a_message_and_nothing_else(sqlite_database: Database) -> None:
    private, browser = new_key(), Browser()
    async with _service() as service:
        rig = Rig(sqlite_database, "https://maatje.example", push_key=private, push_host="127.0.0.1")
        await rig.web.start(rig.receive)
        transport, ours = httpx.ASGITransport(app=rig.app()), "https://maatje.example"
        page = Page(httpx.AsyncClient(transport=transport, base_url=ours, headers={"origin": ours}))
        await page.open(await rig.person("ar"))
        [address] = await rig.addresses()
        shown = (await page.client.get("/chat")).text
        assert public_key_of(private) in shown
        asked = {"endpoint": f"{service.url}/wpush/abc", "p256dh": _text(browser.point), "auth": _text(browser.secret)}
        elsewhere = {**asked, "endpoint": "https://intranet.gemeente.example/admin"}
        assert (await page.client.post("/chat/notices", json=elsewhere)).status_code == 400
        assert (await page.client.post("/chat/notices", json=asked)).status_code == 204

        # An answer to what they do is not told; what comes by itself is.
        await rig.bot_says(address, message("U bent gekozen."))
        await rig.bot_says(address, message("Morgen: Voortgangsgesprek met Linda"), unasked=True)
        await rig.web._notices.close()
        async with sqlite_database.writing() as session:
            (await session.get_one(Person, 1)).language = "ti"
        await rig.bot_says(address, message("Nog een bericht", locale="ti"), unasked=True)
        await rig.web._notices.close()

        assert [browser.reads(body) for _, body in service.came] == [
            {"title": "Maatje", "body": "لدى \u2068Maatje\u2069 رسالة لك", "lang": "ar", "dir": "rtl"},
            {"title": "Maatje", "body": "Maatje መልእኽቲ ኣለዎ ንዓኹም", "lang": "ti", "dir": "ltr"},
        ]
        headers = service.came[0][0]
        assert headers["content-encoding"] == "aes128gcm"
        assert int(headers["ttl"]) > 0
        signed, _, given = headers["authorization"].removeprefix("vapid t=").partition(",k=")
        assert given == public_key_of(private)
        signer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(given))
        claims = jwt.decode(signed, signer, algorithms=["ES256"], audience=service.url)
        assert claims["sub"] == "https://maatje.example"

        # A browser that is gone is told nothing more.
        service.status = 410
        for _ in range(2):
            await rig.bot_says(address, message("Weer een"), unasked=True)
            await rig.web._notices.close()
        assert len(service.came) == 3
        await page.client.aclose()
        await rig.web.stop()


@pytest.mark.parametrize(
    ("endpoint", "taken"),
    [
        pytest.param("https://fcm.googleapis.com/fcm/send/abc", True, id="Chrome"),
        pytest.param("https://updates.push.services.mozilla.com/wpush/v2/abc", True, id="Firefox"),
        pytest.param("https://web.push.apple.com/abc", True, id="Safari"),
        pytest.param("http://fcm.googleapis.com/abc", False, id="in the open"),
        pytest.param("https://fcm.googleapis.com.example/abc", False, id="a name that begins so"),
        pytest.param("https://evilpush.apple.com/abc", False, id="a name that ends so"),
        pytest.param("https://u:p@fcm.googleapis.com/abc", False, id="with a user"),
        pytest.param("https://10.0.0.1/abc", False, id="an address of ours"),
    ],
)
def test_only_push_services_are_told(endpoint: str, taken: bool) -> None:
    assert is_of_a_service(endpoint) is taken
