"""The e-mail channel between real servers: aiosmtpd takes its mail, pymap keeps the mailbox that it reads."""

import asyncio
import imaplib
import ssl
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable, Set
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import default
from email.utils import make_msgid
from functools import cache, lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography.hazmat.primitives import hashes
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPService
from pysasl.hashing import BuiltinHash

from bot.channels.base import News
from bot.channels.email.channel import EmailChannel
from bot.channels.email.config import EmailConfig, Security
from bot.channels.email.tokens import Tokens
from bot.events import InboundEvent
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from tests.browser.serving import listener_on
from tests.certificates import self_signed
from tests.clock import FakeClock

PERSON = "person@example.org"
OURS = "maatje@gemeente.example"
OUR_SERVER = "mx.gemeente.example"
USER, PASSWORD = "maatje", "a-mailbox-password"
RENDERER = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))
FOLDER = "Maatje"
WAIT = 10
# The IMAP server looks for its ways of signing in among all that is installed, at each connection three times.
_ENTRY_POINTS = cache(entry_points)


def sign(text: str) -> str:
    """A signature as KeyRing.sign makes one, without a key."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(text.encode())
    return digest.finalize().hex()


class PostOffice:
    """What an SMTP server took, and how it answers: `answers` are replies by recipient."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.answers: dict[str, str] = {}
        self.data_answers: list[str] = []
        self.logins: list[str] = []
        self.connections = 0

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.data_answers:
            return self.data_answers.pop(0)
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        self.raw.append(raw)
        self.mails.append(message_from_bytes(raw, policy=default))
        return "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        """Our one account."""
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.logins.append("taken" if known else "refused")
        return AuthResult(success=known, handled=False)


@lru_cache(maxsize=1)
def certificate() -> tuple[bytes, bytes]:
    """The servers' certificate, and its key (PEM)."""
    return self_signed("localhost")


def trusting() -> ssl.SSLContext:
    """What our side believes: the servers' own certificate."""
    return ssl.create_default_context(cadata=certificate()[0].decode())


def proving(folder: Path) -> ssl.SSLContext:
    """What the servers show."""
    public, key = certificate()
    path = folder / "localhost.pem"
    path.write_bytes(public + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class Rig:
    """Our channel, the post office, and a mailbox that mail can be put into."""

    def __init__(self, config: EmailConfig, office: PostOffice) -> None:
        self.config = config
        self.office = office
        self.clock = FakeClock()
        self.heard: list[InboundEvent] = []
        self.news: list[News] = []
        # Raised instead of taking an event.
        self.fails: list[Exception] = []
        # Arrive while one is being taken.
        self.meanwhile: list[EmailMessage] = []
        self.changed = asyncio.Event()
        self.tokens = Tokens(sign, config.from_address, self.clock.now)
        # Whose addresses are ways of somebody in guidance.
        self.known: set[str] = set()
        self.channel = EmailChannel(
            config,
            clock=self.clock,
            report=self.report,
            sign=sign,
            renderer=RENDERER,
            sleep=self.clock.tick,
            is_known=self.is_known,
        )

    async def is_known(self, address: str) -> bool:
        """Whether an address is somebody's."""
        return address in self.known

    async def receive(self, event: InboundEvent) -> None:
        """The inbox."""
        self.changed.set()
        while self.meanwhile:
            await self.brings(self.meanwhile.pop())
        if self.fails:
            raise self.fails.pop(0)
        self.heard.append(event)

    async def report(self, news: News) -> None:
        """Where news goes."""
        self.changed.set()
        if self.fails:
            raise self.fails.pop(0)
        self.news.append(news)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(WAIT):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    async def brings(self, mail: EmailMessage | bytes) -> None:
        """A mail arrives in our mailbox."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP_POLICY)
        await asyncio.to_thread(put_into, self.config.imap_port, raw)


def put_into(port: int, raw: bytes) -> None:
    """A mail arrives in the mailbox of the IMAP server at this port."""
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(USER, PASSWORD)
        answer, _ = client.append(FOLDER, "", "", raw)
        assert answer == "OK"


def reply_to(mail: EmailMessage, text: str, *, sender: str = PERSON, **headers: str) -> EmailMessage:
    """An answer to a mail, as a mail program writes it."""
    answer = EmailMessage(policy=SMTP_POLICY)
    answer["From"] = f"Somebody <{sender}>"
    answer["To"] = str(mail["Reply-To"])
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Message-ID"] = make_msgid()
    answer["In-Reply-To"] = str(mail["Message-ID"])
    domain = sender.rpartition("@")[2]
    answer["Authentication-Results"] = f"{OUR_SERVER}; dmarc=pass (p=reject) header.from={domain}"
    for name, value in headers.items():
        answer[name.replace("_", "-")] = value
    answer.set_content(text)
    return answer


@asynccontextmanager
async def post_office(
    office: PostOffice, *, security: Security = "none", login: bool = False, folder: Path | None = None
) -> AsyncIterator[int]:
    """An SMTP server; yields its port."""
    context = proving(folder) if folder is not None and security != "none" else None

    def server() -> SMTP:
        office.connections += 1
        return SMTP(
            office,
            hostname="localhost",
            ident="test",
            enable_SMTPUTF8=True,
            authenticator=office.authenticate if login else None,
            auth_required=login,
            auth_require_tls=security == "starttls",
            tls_context=context if security == "starttls" else None,
            require_starttls=security == "starttls",
        )

    listening = await asyncio.get_running_loop().create_server(
        server, "127.0.0.1", 0, ssl=context if security == "tls" else None
    )
    async with listening:
        yield listening.sockets[0].getsockname()[1]


@asynccontextmanager
async def mailbox() -> AsyncIterator[int]:
    """An IMAP server with one empty mailbox; yields its port."""
    listener, url = listener_on()
    listener.close()
    port = url.rpartition(":")[2]
    parser = ArgumentParser()
    DictBackend.add_subparser("dict", parser.add_subparsers(dest="backend"))
    IMAPService.add_arguments(parser)
    parser.set_defaults(skip_services=[], passlib_cfg=None, debug=False)
    account = ["--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
    arguments = parser.parse_args(["--host", "127.0.0.1", "--port", port, "--no-tls", "dict", *account])
    # A password is looked at thirty times in some tests: a million rounds of hashing each are not for them.
    backend, config = await DictBackend.init(arguments, hash_context=BuiltinHash(rounds=1))
    config.apply_context()
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        stack.enter_context(patch("pysasl.entry_points", _ENTRY_POINTS))
        # Once it takes no more connections: those that are there end by themselves, now that the clients are gone.
        stack.push_async_callback(_ended_since, before)
        await backend.start(stack)
        await IMAPService(backend, config).start(stack)
        await asyncio.to_thread(_make_folder, int(port))
        yield int(port)


async def _ended_since(before: Set[asyncio.Task[object]]) -> None:
    """The server's connections end when their clients are gone; one that misses the end of waiting is ended."""
    connections = [
        task for task in asyncio.all_tasks() - before if getattr(task.get_coro(), "__qualname__", "").startswith("IMAP")
    ]
    if connections:
        _, left = await asyncio.wait(connections, timeout=1)
        for task in left:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


def _make_folder(port: int) -> None:
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(USER, PASSWORD)
        client.create(FOLDER)


@asynccontextmanager
async def rigged(
    *, reads: bool = True, security: Security = "none", folder: Path | None = None, password: str = PASSWORD
) -> AsyncIterator[Rig]:
    """Both servers, and the channel between them, started."""
    office = PostOffice()
    login = security != "none"
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(post_office(office, security=security, login=login, folder=folder))
        config = EmailConfig(
            from_address=OURS,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security=security,
            smtp_user=USER if login else "",
            smtp_password=password if login else "",
            public_url="https://maatje.example",
            auth_server=OUR_SERVER,
            trust=trusting() if login else None,
        )
        if reads:
            imap_port = await stack.enter_async_context(mailbox())
            config = replace(
                config,
                imap_host="127.0.0.1",
                imap_port=imap_port,
                imap_security="none",
                imap_user=USER,
                imap_password=PASSWORD,
                imap_folder=FOLDER,
            )
        rig = Rig(config, office)
        await rig.channel.start(rig.receive)
        try:
            yield rig
        finally:
            await rig.channel.stop()
            await rig.channel.close()


def mail_settings(smtp_port: int, imap_port: int) -> dict[str, str]:
    """What a real service needs to use these two servers."""
    return {
        "MAATJE_SMTP_HOST": "127.0.0.1",
        "MAATJE_SMTP_PORT": str(smtp_port),
        "MAATJE_SMTP_SECURITY": "none",
        "MAATJE_EMAIL_FROM": OURS,
        "MAATJE_EMAIL_AUTH_SERVER": OUR_SERVER,
        "MAATJE_IMAP_HOST": "127.0.0.1",
        "MAATJE_IMAP_PORT": str(imap_port),
        "MAATJE_IMAP_SECURITY": "none",
        "MAATJE_IMAP_USER": USER,
        "MAATJE_IMAP_PASSWORD": PASSWORD,
        "MAATJE_IMAP_FOLDER": FOLDER,
    }
