"""Debian's nginx with the configuration that we ship, before a server of ours."""

import asyncio
import os
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from bot.operating.files import folder
from bot.serve import server_config
from tests.certificates import self_signed
from tests.debian import program

NAME = "maatje.example.nl"
LOOPBACK = "127.0.0.1"


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def _configured(at: Path, http: int, https: int, workers: list[int]) -> Path:
    """The shipped file with the ports and files of a test, in a main configuration for this user."""
    certificate, key = self_signed(NAME)
    (at / "certificate.pem").write_bytes(certificate)
    (at / "key.pem").write_bytes(key)
    site = (folder() / "nginx.conf").read_text()
    for was, now in (
        (r"listen \[::\].*\n", ""),
        (r"listen 80;", f"listen {LOOPBACK}:{http};"),
        (r"listen 443", f"listen {LOOPBACK}:{https}"),
        (r"ssl_certificate .*;", f"ssl_certificate {at}/certificate.pem;"),
        (r"ssl_certificate_key .*;", f"ssl_certificate_key {at}/key.pem;"),
        (r"/var/log/nginx/", f"{at}/"),
        (r"server 127\.0\.0\.1:8081;", f"server {LOOPBACK}:{workers[0]};"),
        (r"server 127\.0\.0\.1:8082;", f"server {LOOPBACK}:{workers[1]};"),
    ):
        site, found = re.subn(was, now, site)
        assert found, was
    temporary = " ".join(
        f"{kind}_temp_path {at}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    file = at / "main.conf"
    file.write_text(
        f"{user} daemon off; worker_processes 1; pid {at}/pid; error_log {at}/main.log;\n"
        f"events {{}}\nhttp {{ {temporary}\n{site}\n}}\n"
    )
    return file


@asynccontextmanager
async def behind_nginx(made: ASGIApp, at: Path) -> AsyncIterator[tuple[int, int]]:
    """Serve `made` behind nginx; its ports for http and https. Its second worker is one that is not there."""
    nginx = program("nginx")
    assert nginx is not None
    http, https = _free_port(), _free_port()
    with socket.create_server((LOOPBACK, 0)) as bound:
        file = _configured(at, http, https, [bound.getsockname()[1], _free_port()])
        server = uvicorn.Server(server_config(made, most=100, trusted="127.0.0.1"))
        # Server.serve would take over the test run's signals.
        running = asyncio.create_task(server._serve(sockets=[bound]))
        process = await asyncio.create_subprocess_exec(
            nginx, "-p", str(at), "-c", str(file), "-e", str(at / "main.log")
        )
        try:
            async with asyncio.timeout(20):
                while not await _listens(https):
                    assert process.returncode is None, (at / "main.log").read_text()
                    await asyncio.sleep(0)
            yield http, https
        finally:
            process.terminate()
            await process.wait()
            server.should_exit = True
            await running


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True


def trusting(at: Path) -> ssl.SSLContext:
    """Who trusts the certificate of this test and no other."""
    context = ssl.create_default_context(cafile=str(at / "certificate.pem"))
    context.check_hostname = False
    return context


def is_there() -> bool:
    """Whether there is an nginx to be had."""
    return program("nginx") is not None or shutil.which("nginx") is not None
