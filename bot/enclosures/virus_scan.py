"""Asks a virus scanner about a file: clamd over its socket, where one is set; the test signature is known without.

A clamd that is set and gives no answer lets nothing pass: what waits for it is tried again (bot/enclosures/files.py).
"""

import asyncio
import socket
import struct
import time
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Protocol
from urllib.parse import urlsplit

import structlog

log = structlog.get_logger(__name__)

#: What every scanner must find, and what is no virus (eicar.org); in two halves, or scanners find this file.
EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# Seconds for one answer; a large archive takes clamd some.
_ANSWERS_WITHIN: Final = 30.0
_PIECE: Final = 65_536
_LONGEST_ANSWER: Final = 4_096


class ScannerWrong(ValueError):
    """MAATJE_CLAMD is no address."""

    def __init__(self, given: str) -> None:
        super().__init__(f"{given!r} is no address of clamd; use unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310")


class NoVerdict(OSError):
    """The scanner does not say whether a file is harmful."""


class Verdict(Enum):
    """What a scanner says of a file."""

    CLEAN = auto()
    HARMFUL = auto()
    # Larger than it looks at: never clean, and no use to ask again.
    TOO_LARGE = auto()


@dataclass(frozen=True, slots=True)
class ScannerAddress:
    """Where clamd listens: a path on this machine, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> "ScannerAddress":
        """Read the setting: unix:/path, or tcp:host:port (tcp://host:port too).

        Raises:
            ScannerWrong: with what it should look like.
        """
        kind, _, rest = text.strip().partition(":")
        if kind == "unix" and rest.startswith("/"):
            return cls(path="/" + rest.lstrip("/"))
        try:
            where = urlsplit("//" + rest.removeprefix("//"))
            host, port = where.hostname, where.port
        except ValueError as error:
            raise ScannerWrong(text) from error
        if kind != "tcp" or not host or not port:
            raise ScannerWrong(text)
        return cls(host=host, port=port)


class Scanner(Protocol):
    """Something that knows harmful files."""

    async def look_at(self, content: bytes) -> Verdict:
        """What it says.

        Raises:
            NoVerdict: it does not say.
        """


class OnlySignature:
    """Knows the test signature and nothing else: what there is where no scanner is set."""

    async def look_at(self, content: bytes) -> Verdict:
        """See Scanner."""
        return Verdict.HARMFUL if EICAR in content else Verdict.CLEAN


class Clamd:
    """clamd (ClamAV's service), by its INSTREAM command; one connection a file."""

    def __init__(self, address: ScannerAddress, *, within: float = _ANSWERS_WITHIN) -> None:
        self._address = address
        self._within = within

    async def look_at(self, content: bytes) -> Verdict:
        """See Scanner."""
        if EICAR in content:
            return Verdict.HARMFUL
        said = await self._ask(b"zINSTREAM\0", content)
        match said.removeprefix("stream: ").rpartition(" ")[2]:
            case "OK":
                return Verdict.CLEAN
            case "FOUND":
                log.warning("harmful_file", found=said.removeprefix("stream: ").removesuffix(" FOUND")[:80])
                return Verdict.HARMFUL
            case "ERROR" if "size limit exceeded" in said:
                return Verdict.TOO_LARGE
            case _:
                log.error("clamd_says_something_else", length=len(said))
                raise NoVerdict

    async def is_there(self) -> bool:
        """Whether it answers."""
        try:
            return await self._ask(b"zPING\0", None) == "PONG"
        except NoVerdict:
            return False

    async def _ask(self, command: bytes, content: bytes | None) -> str:
        try:
            # In a thread: what clamd said before it hung up can be read after a write that failed, which asyncio's
            # streams do not let one do; it hangs up on what is too large.
            return await asyncio.to_thread(self._talk, command, content)
        except (OSError, ValueError) as error:
            log.error("clamd_does_not_answer", error=type(error).__name__)
            raise NoVerdict from error

    def _talk(self, command: bytes, content: bytes | None) -> str:
        until = time.monotonic() + self._within
        with self._connected() as line:
            try:
                line.sendall(command)
                for start in range(0, len(content), _PIECE) if content is not None else ():
                    piece = (content or b"")[start : start + _PIECE]
                    line.settimeout(_left(until))
                    line.sendall(struct.pack("!I", len(piece)) + piece)
                if content is not None:
                    line.sendall(struct.pack("!I", 0))
            except ConnectionError:
                log.info("clamd_hung_up")
            said = b""
            while not said.endswith(b"\0"):
                line.settimeout(_left(until))
                piece = line.recv(_LONGEST_ANSWER)
                if not piece or len(said) > _LONGEST_ANSWER:
                    raise ConnectionError("no whole answer")
                said += piece
        return said[:-1].decode("ascii").strip()

    def _connected(self) -> socket.socket:
        to = self._address
        if not to.path:
            return socket.create_connection((to.host, to.port), timeout=self._within)
        line = socket.socket(socket.AF_UNIX)
        try:
            line.settimeout(self._within)
            line.connect(to.path)
        except OSError:
            line.close()
            raise
        return line


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def build_scanner(setting: str) -> Scanner:
    """The scanner of a deployment.

    Raises:
        ScannerWrong: the setting is no address.
    """
    return Clamd(ScannerAddress.parse(setting)) if setting else OnlySignature()
