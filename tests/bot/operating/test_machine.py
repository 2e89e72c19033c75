"""What doctor says of the public address, as a proxy with a certificate answers, or does not."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.operating.machine import free_disk, mail_records, public_address
from tests.certificates import self_signed


@asynccontextmanager
async def answering(status: str, folder: Path) -> AsyncIterator[tuple[str, ssl.SSLContext]]:
    """A server at https that says this; its address, and who trusts it."""
    certificate, key = self_signed("maatje.example.nl")
    (folder / "cert.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        assert asked.startswith(b"GET /chat ")
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"https://127.0.0.1:{port}", ssl.create_default_context(cafile=str(folder / "cert.pem"))


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
        # The tests' certificates are good for two days.
        pytest.param("200 OK", "warning", "the certificate ends in 1 days; run: certbot renew", id="nearly over"),
        pytest.param("502 Bad Gateway", "fault", "the proxy answers 502; does a worker run?", id="no worker"),
        pytest.param("404 Not Found", "fault", "the proxy answers 404", id="another site"),
    ],
)
async def test_what_stands_at_the_public_address(tmp_path: Path, status: str, state: str, said: str) -> None:
    async with answering(status, tmp_path) as (url, trusted):
        found = await public_address(url, trusted=trusted)
    assert (found.state, found.text[: len(said)]) == (state, said)


async def test_a_certificate_that_nobody_vouches_for_and_an_address_where_nobody_is(tmp_path: Path) -> None:
    async with answering("200 OK", tmp_path) as (url, _):
        found = await public_address(url)
        assert (found.state, "is not accepted (self-signed certificate)" in found.text) == ("fault", True)
    found = await public_address(url)
    assert (found.state, "cannot be reached" in found.text) == ("fault", True)
    assert (await public_address("http://127.0.0.1:1")).state == "warning"


def test_disk_and_mail_records(tmp_path: Path) -> None:
    assert "GB free at" in free_disk(tmp_path).text
    said = mail_records("huizen.example", "smtp.huizen.example")
    for record in ("v=spf1 a:smtp.huizen.example", "_domainkey.huizen.example", "_dmarc.huizen.example"):
        assert record in said
