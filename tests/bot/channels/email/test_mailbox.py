"""The line to the mailbox, against servers that do not do what they should."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

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
        while line := (await reader.readline()).decode():
            tag, _, command = line.partition(" ")
            if said := answer(command.split()[0].upper()):
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
