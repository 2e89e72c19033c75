"""The line to the mailbox, against servers that do not do what they should."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import aioimaplib
import pytest

from bot.channels.email.config import EmailConfig
from bot.channels.email.mailbox import Mailbox

CONFIG = EmailConfig(
    from_address="hulp@maatje.example",
    smtp_host="127.0.0.1",
    smtp_port=1,
    smtp_security="none",
    smtp_user="",
    smtp_password="",
    public_url="https://maatje.example",
    imap_host="127.0.0.1",
    imap_security="none",
    imap_user="x",
    imap_password="x",
    imap_folder="INBOX",
)
Answer = Callable[[str], str]


@asynccontextmanager
async def server(answer: Answer, hello: str = "* OK hello") -> AsyncIterator[tuple[Mailbox, asyncio.Event]]:
    """A mailbox at a server that answers each command so, and what is set when its client hung up."""
    hung_up = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{hello}\r\n".encode())
        tag = ""
        while words := (await reader.readline()).decode().split():
            # DONE has no name of its own: it ends what was last asked.
            tag, command = words[:2] if len(words) > 1 else (tag, words[0])
            if said := answer(command.upper()):
                writer.write("".join(f"{part}\r\n" for part in said.format(tag=tag).split("|")).encode())
        writer.close()
        hung_up.set()

    async def take(_uid: str, _raw: bytes) -> None:
        return

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield Mailbox(replace(CONFIG, imap_port=port), take, asyncio.sleep), hung_up


def _refuses_login(command: str) -> str:
    return {"CAPABILITY": "* CAPABILITY IMAP4rev1|{tag} OK", "LOGIN": "{tag} NO"}.get(command, "{tag} OK")


def _has_no_folder(command: str) -> str:
    return {"CAPABILITY": "* CAPABILITY IMAP4rev1|{tag} OK", "SELECT": "{tag} NO"}.get(command, "{tag} OK")


@pytest.mark.parametrize("answer", [_refuses_login, _has_no_folder])
async def test_a_server_that_refuses_us_is_left(answer: Answer) -> None:
    async with server(answer) as (mailbox, hung_up):
        assert not await mailbox.can_be_read()
        await asyncio.wait_for(hung_up.wait(), 5)


async def _can_be_read(mailbox: Mailbox) -> object:
    return await mailbox.can_be_read()


async def _is_followed(mailbox: Mailbox) -> object:
    await mailbox.run()
    return None


@pytest.mark.parametrize("work", [_can_be_read, _is_followed])
async def test_a_silent_server_is_left_when_we_stop(work: Callable[[Mailbox], Awaitable[object]]) -> None:
    async with server(lambda command: "* CAPABILITY IMAP4rev1|{tag} OK" if command == "CAPABILITY" else "") as (
        mailbox,
        hung_up,
    ):
        working = asyncio.ensure_future(work(mailbox))
        await asyncio.wait({working}, timeout=0.05)
        working.cancel()
        await asyncio.wait_for(hung_up.wait(), 5)


async def test_a_server_that_has_not_begun_to_wait_for_mail_hears_that_we_stop() -> None:
    """It would hear of our leaving only when its waiting has ended, and that ends by our word."""
    heard: list[str] = []
    is_asked = asyncio.Event()

    def answer(command: str) -> str:
        heard.append(command)
        if command == "IDLE":
            is_asked.set()
            return ""
        found = {"CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE|{tag} OK", "UID": "* SEARCH|{tag} OK"}
        return found.get(command, "{tag} OK")

    async with server(answer) as (mailbox, hung_up):
        working = asyncio.ensure_future(mailbox.run())
        await asyncio.wait_for(is_asked.wait(), 5)
        working.cancel()
        await asyncio.wait_for(hung_up.wait(), 10)
    assert heard[-3:] == ["IDLE", "DONE", "LOGOUT"]


async def test_who_forgets_that_we_stop_is_reminded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As asyncio.wait_for of Python 3.11 does, when what is waited for comes at the moment of the cancelling."""
    searches = asyncio.Event()

    async def forgets(_imap: object, *_words: str, **_options: object) -> aioimaplib.Response:
        searches.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return aioimaplib.Response("OK", [])

    monkeypatch.setattr(aioimaplib.IMAP4, "uid_search", forgets)
    can_wait = "* CAPABILITY IMAP4rev1 IDLE|{tag} OK"
    answers = {"CAPABILITY": can_wait, "IDLE": "+ waiting"}
    async with server(lambda command: answers.get(command, "{tag} OK")) as (mailbox, hung_up):
        working = asyncio.ensure_future(mailbox.run())
        await asyncio.wait_for(searches.wait(), 5)
        working.cancel()
        await asyncio.wait({working}, timeout=5)
        assert working.cancelled()
        await asyncio.wait_for(hung_up.wait(), 5)
