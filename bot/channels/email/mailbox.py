"""Reading the mailbox: waiting for new mail (IDLE), handing each mail on, starting over when the line breaks."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable

import aioimaplib
import structlog

from bot.channels.email.config import EmailConfig

log = structlog.get_logger(__name__)

# Servers close a connection that idles for half an hour (RFC 2177); some firewalls do much earlier.
IDLE_FOR = 9 * 60
TIMEOUT = 30
FIRST_PAUSE, LAST_PAUSE = 1.0, 300.0
_FETCHED = re.compile(rb"^\d+ FETCH .*\{(\d+)\}", re.DOTALL)

# Takes one mail: its name in the mailbox and its bytes. When it raises, the mail stays unseen and comes again.
Take = Callable[[str, bytes], Awaitable[None]]


class MailboxBroken(Exception):
    """The server refused something, or the connection is gone."""


class Mailbox:
    """One folder of one account."""

    def __init__(self, config: EmailConfig, take: Take, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._config = config
        self._take = take
        self._sleep = sleep

    async def run(self) -> None:
        """Read until cancelled."""
        pause = FIRST_PAUSE
        while True:
            try:
                client = await self._open()
                pause = FIRST_PAUSE
                try:
                    await self._follow(client)
                finally:
                    await self._leave(client)
            except (
                MailboxBroken,
                aioimaplib.AioImapException,
                OSError,
                TimeoutError,
                asyncio.IncompleteReadError,
            ) as error:
                log.warning("mailbox_unreachable", error=type(error).__name__, pause=pause)
            await self._sleep(pause)
            pause = min(LAST_PAUSE, pause * 2)

    async def fetch(self, uid: str) -> bytes | None:
        """One mail, by its name in the mailbox; None when it is not there (any more)."""
        validity, _, number = uid.partition(".")
        if not (validity.isdecimal() and number.isdecimal()):
            return None
        try:
            client = await self._open()
            try:
                return await self._mail(client, number) if client.validity == validity else None
            finally:
                await self._leave(client)
        except _BROKEN:
            return None

    async def _open(self) -> "_Client":
        config = self._config
        connect: aioimaplib.IMAP4
        if config.imap_security == "tls":
            trust = config.trust or ssl.create_default_context()
            connect = aioimaplib.IMAP4_SSL(config.imap_host, config.imap_port, timeout=TIMEOUT, ssl_context=trust)
        else:
            connect = aioimaplib.IMAP4(config.imap_host, config.imap_port, timeout=TIMEOUT)
        await connect.wait_hello_from_server()
        answer = await connect.login(config.imap_user, config.imap_password)
        if answer.result != "OK":
            log.error("imap_login_refused", hint="check MAATJE_IMAP_USER and MAATJE_IMAP_PASSWORD")
            raise MailboxBroken
        selected = await connect.select(config.imap_folder)
        if selected.result != "OK":
            log.error("imap_folder_missing", hint="check MAATJE_IMAP_FOLDER")
            raise MailboxBroken
        lines = b" ".join(bytes(line) for line in selected.lines)
        validity = re.search(rb"UIDVALIDITY (\d+)", lines)
        return _Client(connect, validity[1].decode() if validity is not None else "0")

    @staticmethod
    async def _leave(client: "_Client") -> None:
        with contextlib.suppress(*_BROKEN):
            await asyncio.wait_for(client.imap.logout(), 5)

    async def _follow(self, client: "_Client") -> None:
        while True:
            await self._read_new(client)
            idle = await client.imap.idle_start(timeout=IDLE_FOR)
            try:
                with contextlib.suppress(TimeoutError):
                    await client.imap.wait_server_push(timeout=IDLE_FOR)
            finally:
                if client.imap.has_pending_idle():
                    client.imap.idle_done()
                await asyncio.wait_for(idle, TIMEOUT)

    async def _read_new(self, client: "_Client") -> None:
        found = await client.imap.uid_search("UNSEEN", charset=None)
        if found.result != "OK":
            raise MailboxBroken
        numbers = bytes(found.lines[0]).split() if found.lines else []
        for number in numbers:
            if not number.isdigit():
                continue
            uid = number.decode()
            raw = await self._mail(client, uid)
            if raw is not None:
                await self._take(f"{client.validity}.{uid}", raw)
            await client.imap.uid("store", uid, "+FLAGS", "(\\Seen)")

    @staticmethod
    async def _mail(client: "_Client", uid: str) -> bytes | None:
        answer = await client.imap.uid("fetch", uid, "(BODY.PEEK[])")
        if answer.result != "OK":
            raise MailboxBroken
        lines = [bytes(line) for line in answer.lines]
        for place, line in enumerate(lines[:-1]):
            if _FETCHED.match(line):
                return lines[place + 1]
        return None


_BROKEN = (MailboxBroken, aioimaplib.AioImapException, OSError, TimeoutError)


class _Client:
    """An open connection, and which life of the mailbox its numbers belong to (UIDVALIDITY)."""

    def __init__(self, imap: aioimaplib.IMAP4, validity: str) -> None:
        self.imap = imap
        self.validity = validity
