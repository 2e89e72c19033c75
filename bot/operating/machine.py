"""What `maatje doctor` looks at around the program: the public address with its certificate, the disk, the clock."""

import asyncio
import http.client
import shutil
import socket
import ssl
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import URL

from bot.channels.kind import Diagnosis

#: certbot renews thirty days before the end: with less than this it did not.
RENEWED_BEFORE: Final = timedelta(days=14)
#: With less of the disk free an operator should look.
LEAST_FREE: Final = 0.1
#: A backup is made every night; after two nights without one somebody should look.
OLDEST_BACKUP: Final = timedelta(hours=50)
_WITHIN: Final = 5.0


class PublicAddress(NamedTuple):
    """What was found at the public address: what keeps people from it, and how long its certificate is good for."""

    fault: str | None
    left: timedelta | None = None


async def public_address(url: str, *, trusted: ssl.SSLContext | None = None) -> Diagnosis:
    """Whether people reach the chat at the public address: its name, certificate, proxy and worker.

    `trusted` stands in for the certificates that this machine trusts.
    """
    about, host = "certificate and proxy", urlsplit(url).hostname or ""
    if not url.startswith("https://"):
        return Diagnosis(about, "warning", f"{url} is not encrypted; put a proxy with a certificate before it")
    fault, left = await look_at(url, trusted=trusted)
    if fault is not None or left is None:
        return Diagnosis(about, "fault", fault or "")
    if left < RENEWED_BEFORE:
        return Diagnosis(about, "warning", f"the certificate ends in {left.days} days; run: certbot renew --dry-run")
    return Diagnosis(about, "ok", f"{host} answers, its certificate is good for {left.days} days")


async def look_at(url: str, *, trusted: ssl.SSLContext | None = None) -> PublicAddress:
    """Ask for the chat as a browser does, within some seconds; see public_address."""
    return await asyncio.to_thread(_asked, url, trusted or ssl.create_default_context())


def _asked(url: str, trusted: ssl.SSLContext) -> PublicAddress:
    address = urlsplit(url)
    host = address.hostname or ""
    connection = http.client.HTTPSConnection(host, address.port or 443, timeout=_WITHIN, context=trusted)
    try:
        connection.connect()
        left = _left(connection.sock)
        connection.request("GET", f"{address.path}/chat", headers={"host": address.netloc})
        status = connection.getresponse().status
    except ssl.SSLCertVerificationError as error:
        return PublicAddress(
            f"the certificate of {host} is not accepted ({error.verify_message}); look at: certbot certificates"
        )
    except socket.gaierror:
        return PublicAddress(f"{host} has no address in DNS; look at the name, and at this machine's DNS")
    except (OSError, http.client.HTTPException) as error:
        what = f"{host} cannot be reached ({type(error).__name__}); does the proxy run, is its port open?"
        return PublicAddress(what)
    finally:
        connection.close()
    if status != http.client.OK:
        what = f"the proxy answers {status}" + ("; does a worker run?" if status in (502, 503, 504) else "")
        return PublicAddress(what, left)
    return PublicAddress(None, left)


def _left(connection: socket.socket | None) -> timedelta:
    """How long the certificate is good for."""
    told = connection.getpeercert() if isinstance(connection, ssl.SSLSocket) else None
    ends = (told or {}).get("notAfter")
    if not isinstance(ends, str):
        return timedelta(0)
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - datetime.now(UTC)


def software() -> str:
    """The version of this program."""
    try:
        return version("maatje")
    except PackageNotFoundError:
        return "unpacked"


def storage_folder(url: URL) -> Path:
    """Where SQLite's file is; the root where the database is another or its folder is not there."""
    folder = Path(url.database or "/").absolute().parent
    return folder if url.get_backend_name() == "sqlite" and folder.is_dir() else Path("/")


def free_disk(path: Path) -> Diagnosis:
    """Whether there is room on the disk of this path."""
    space = shutil.disk_usage(path)
    free = f"{space.free / 1e9:.1f} GB free at {path}"
    if space.free < LEAST_FREE * space.total:
        return Diagnosis("disk", "fault", f"{free}; see docs/operations.md, MaatjeDiskNearlyFull")
    return Diagnosis("disk", "ok", free)


async def clock_is_kept() -> Diagnosis | None:
    """Whether the system keeps the clock right; None where that cannot be asked."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    asked = await asyncio.create_subprocess_exec(
        program, "show", "--property=NTPSynchronized", "--value",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    said, _ = await asked.communicate()
    match said.strip():
        case b"yes":
            return Diagnosis("time server", "ok", "the clock is kept by one")
        case b"no":
            what = "the clock is kept by none; run: timedatectl set-ntp true"
            return Diagnosis("time server", "warning", what)
        case _:
            return None


def mail_records(domain: str, server: str) -> str:
    """What is to stand in DNS, so that others take our mail for ours."""
    return (
        f'in DNS there is to be: {domain} TXT "v=spf1 a:{server} -all" (with what stands there already); '
        f"the DKIM key of {server} at SELECTOR._domainkey.{domain}; "
        f'_dmarc.{domain} TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}"'
    )
