"""clamd is asked as it wants to be asked: by its counterpart, which takes nothing else, and by Debian's own."""

import asyncio
import struct
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.configuration.settings import Settings
from bot.doctor import examine
from bot.enclosures.virus_scan import (
    EICAR,
    Clamd,
    NoVerdict,
    ScannerAddress,
    ScannerWrong,
    Verdict,
    build_scanner,
)
from bot.serve import PlainConnection, refuse_plain
from tests import clamd as debian

PATIENCE = 60


class Counterpart:
    """clamd's side of INSTREAM and PING (clamd(8)), to the letter: anything else is an error and the end."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(await self._answer(reader) + b"\0")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.asked.append("broken off")
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        command = await reader.readuntil(b"\0")
        self.asked.append(command[:-1].decode())
        if command == b"zPING\0":
            return b"PONG"
        if command != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND"
        content = b""
        while (length := struct.unpack("!I", await reader.readexactly(4))[0]) != 0:
            content += await reader.readexactly(length)
            if len(content) > debian.LARGEST:
                return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Maatje.Test.UNOFFICIAL FOUND" if content == debian.FOUND else b"stream: OK"


@asynccontextmanager
async def counterpart(folder: Path) -> AsyncIterator[str]:
    socket = folder / "clamd.sock"
    async with await asyncio.start_unix_server(Counterpart(), socket):
        yield f"unix:{socket}"


@asynccontextmanager
async def debians(folder: Path) -> AsyncIterator[str]:
    program = debian.clamd()
    if program is None:
        pytest.skip("no clamd here: python -m tests.clamd fetches Debian's")
    socket, file = debian.configure(folder)
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(file), env=debian.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(PATIENCE):
            while process.returncode is None and not await Clamd(ScannerAddress(path=str(socket))).is_there():
                await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=0.1)
        yield f"unix:{socket}"
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture(params=[counterpart, debians], ids=["counterpart", "Debian's clamd"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with request.param(tmp_path) as found:
        yield found


async def test_clamd_says_what_is_harmful(address: str) -> None:
    scanner = build_scanner(address)
    assert await scanner.look_at(debian.FOUND) is Verdict.HARMFUL
    assert await scanner.look_at(b"hello") is Verdict.CLEAN
    assert await scanner.look_at(b"x" * 300_000) is Verdict.CLEAN
    assert await scanner.look_at(b"") is Verdict.CLEAN
    assert await scanner.look_at(b"x" * 3_000_000) is Verdict.TOO_LARGE


async def test_doctor_says_whether_it_answers(address: str, tmp_path: Path) -> None:
    async def found(clamd: str) -> tuple[str, str]:
        settings = Settings(_env_file=None, clamd=clamd, database_url=f"sqlite+aiosqlite:///{tmp_path}/none.db")
        finding = next(one for one in await examine(settings) if one.about == "virus scanner")
        return finding.state, finding.text

    assert await found(address) == ("ok", "clamd answers")
    assert (await found(f"unix:{tmp_path}/nobody"))[0] == "fault"
    assert (await found(""))[0] == "warning"


@pytest.mark.parametrize("content", [EICAR, EICAR + b"\r\n", b"%PDF-1.4\n" + EICAR])
async def test_the_test_signature_is_found_without_a_scanner_and_with_one_that_is_down(
    content: bytes, tmp_path: Path
) -> None:
    for scanner in (build_scanner(""), build_scanner(f"unix:{tmp_path}/nobody")):
        assert await scanner.look_at(content) is Verdict.HARMFUL


@pytest.mark.parametrize(
    "says",
    [
        pytest.param(None, id="nothing at all"),
        pytest.param(b"", id="the end"),
        pytest.param(b"stream: OK", id="half an answer"),
        pytest.param(b"COMMAND READ TIMED OUT\0", id="something else"),
        pytest.param(b"x" * 10_000, id="no end"),
        pytest.param(b"stream: Can't allocate memory ERROR\0", id="its own trouble"),
        pytest.param(b"\xff OK OKAY\0", id="nearly"),
    ],
)
async def test_what_is_no_answer_lets_nothing_pass(says: bytes | None, tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if says is None:
            await reader.read()
        else:
            writer.write(says)
        writer.close()

    socket = tmp_path / "odd.sock"
    async with await asyncio.start_unix_server(answer, socket):
        with pytest.raises(NoVerdict):
            await Clamd(ScannerAddress(path=str(socket)), within=0.3).look_at(b"hello")


async def test_nobody_there_lets_nothing_pass(tmp_path: Path) -> None:
    with pytest.raises(NoVerdict):
        await build_scanner(f"unix:{tmp_path}/nobody").look_at(b"hello")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("unix:/run/clamav/clamd.ctl", ScannerAddress(path="/run/clamav/clamd.ctl"), id="a socket"),
        pytest.param("unix:///run/clamd", ScannerAddress(path="/run/clamd"), id="as an address"),
        pytest.param("tcp:127.0.0.1:3310", ScannerAddress(host="127.0.0.1", port=3310), id="a port"),
        pytest.param("tcp://[::1]:3310", ScannerAddress(host="::1", port=3310), id="a port, as an address"),
        pytest.param("/run/clamd", None, id="a path alone"),
        pytest.param("tcp:3310", None, id="no host"),
        pytest.param("tcp:here:99999", None, id="no port that is"),
        pytest.param("http://here:80", None, id="another protocol"),
    ],
)
def test_addresses(text: str, expected: ScannerAddress | None) -> None:
    if expected is not None:
        assert ScannerAddress.parse(text) == expected
        return
    with pytest.raises(ScannerWrong, match="unix:/run"):
        ScannerAddress.parse(text)
    with pytest.raises(ValidationError):
        Settings(_env_file=None, clamd=text)


@pytest.mark.parametrize(("host", "begins"), [("127.0.0.1", True), ("scanner.example", False)])
def test_files_do_not_go_to_another_machine_in_plain(host: str, begins: bool) -> None:
    settings = Settings(_env_file=None, clamd=f"tcp:{host}:3310")
    if begins:
        refuse_plain(settings)
    else:
        with pytest.raises(PlainConnection):
            refuse_plain(settings)
