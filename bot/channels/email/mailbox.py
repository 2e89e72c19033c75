"""Reading the mailbox: waiting for new mail (IDLE), handing each mail on, starting over when the line breaks."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable, Sequence

import aioimaplib
import structlog

from bot.channels.email.config import EmailConfig

log = structlog.get_logger(__name__)

# Servers close a connection that idles for half an hour (RFC 2177), some firewalls do much earlier. And what a server
# tells beside the answer to another command, aioimaplib does not hand on: such a mail waits for this long at most.
IDLE_FOR = 2 * 60
# How often a server is asked that cannot tell by itself.
LOOK_EVERY = 30.0
TIMEOUT = 30
FIRST_PAUSE, LAST_PAUSE = 1.0, 300.0
_FETCHED = re.compile(rb"^\d+ FETCH .*\{(\d+)\}", re.DOTALL)

# Takes one mail: its name in the mailbox and its bytes. Whatever it raises, the mail stays unseen and comes again.
Take = Callable[[str, bytes], Awaitable[None]]


class MailboxBroken(Exception):
    """The server refused something, or the connection is gone."""


class MailsLeft(Exception):
    """Some mails could not be taken: to be tried again after a pause."""


class Mailbox:
    """One folder of one account."""

    def __init__(self, config: EmailConfig, take: Take, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._config = config
        self._take = take
        self._sleep = sleep
        self._pause = FIRST_PAUSE

    async def run(self) -> None:
        """Read until cancelled, whatever goes wrong: nobody would start it again."""
        while True:
            try:
                client = await self._open()
                try:
                    await self._follow(client)
                finally:
                    await self._leave(client)
            except _BROKEN as error:
                log.warning("mailbox_unreachable", error=type(error).__name__, pause=self._pause)
            except Exception as error:
                log.error("mailbox_not_read", error=type(error).__name__, pause=self._pause)
            _unless_stopped()
            await self._sleep(self._pause)
            self._pause = min(LAST_PAUSE, self._pause * 2)

    async def can_be_read(self) -> bool:
        """Whether the server lets us in and has the folder."""
        try:
            await self._leave(await self._open())
        except _BROKEN:
            return False
        return True

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
        try:
            return await self._entered(connect)
        except BaseException:
            _hang_up(connect)
            raise

    async def _entered(self, connect: aioimaplib.IMAP4) -> "_Client":
        config = self._config
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
            try:
                await asyncio.wait_for(client.imap.logout(), 5)
            finally:
                _hang_up(client.imap)

    async def _follow(self, client: "_Client") -> None:
        while True:
            await self._read_all(client)
            self._pause = FIRST_PAUSE
            _unless_stopped()
            if not client.imap.has_capability("IDLE"):
                await self._sleep(LOOK_EVERY)
                continue
            try:
                idle = await client.imap.idle_start(timeout=IDLE_FOR)
                with contextlib.suppress(TimeoutError):
                    await client.imap.wait_server_push(timeout=IDLE_FOR)
            finally:
                # Also where the server has not taken it up yet: it hears nothing else before this has ended.
                if client.imap.has_pending_idle():
                    client.imap.idle_done()
            await asyncio.wait_for(idle, TIMEOUT)

    async def _read_all(self, client: "_Client") -> None:
        """Read what is new, and what came meanwhile: of that we would not hear while waiting."""
        known: set[str] = set()
        while new := [uid for uid in await self._unseen(client) if uid not in known]:
            known.update(new)
            await self._read(client, new)

    @staticmethod
    async def _unseen(client: "_Client") -> list[str]:
        found = await client.imap.uid_search("UNSEEN", charset=None)
        if found.result != "OK":
            raise MailboxBroken
        numbers = bytes(found.lines[0]).split() if found.lines else []
        return [number.decode() for number in numbers if number.isdigit()]

    async def _read(self, client: "_Client", uids: Sequence[str]) -> None:
        not_taken = 0
        for uid in uids:
            raw = await self._mail(client, uid)
            if raw is not None and not await self._is_taken(f"{client.validity}.{uid}", raw):
                not_taken += 1
                continue
            await client.imap.uid("store", uid, "+FLAGS", "(\\Seen)")
        if not_taken:
            raise MailsLeft

    async def _is_taken(self, uid: str, raw: bytes) -> bool:
        """Whether a mail is done with; one that fails does not keep the others."""
        try:
            await self._take(uid, raw)
        except Exception as error:
            log.error("mail_not_handled", mail=uid, error=type(error).__name__)
            return False
        return True

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


def _unless_stopped() -> None:
    """Stop where it was said before and forgotten.

    What waits by `asyncio.wait_for`, as aioimaplib does, forgets on Python 3.11 that it was cancelled when what it
    waits for comes at that moment. We would wait for mail for minutes.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _hang_up(imap: aioimaplib.IMAP4) -> None:
    """Close the line: the library leaves that to the server, which may have gone silent."""
    if imap.protocol.transport is not None:
        imap.protocol.transport.close()


_BROKEN = (
    MailboxBroken,
    MailsLeft,
    aioimaplib.AioImapException,
    OSError,
    TimeoutError,
    asyncio.IncompleteReadError,
)


class _Client:
    """An open connection, and which life of the mailbox its numbers belong to (UIDVALIDITY)."""

    def __init__(self, imap: aioimaplib.IMAP4, validity: str) -> None:
        self.imap = imap
        self.validity = validity
