"""The demo as somebody starts it, in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.end_to_end.service import ROOT, STARTS_WITHIN, free_port


@asynccontextmanager
async def demo_running(folder: Path) -> AsyncIterator[str]:
    """Run it in a folder until the block ends; its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        "--demo",
        "--port",
        str(port),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(STARTS_WITHIN):
        assert b"The demo is ready" in await process.stdout.readline()
    yield url
    process.terminate()
    await process.communicate()
    assert process.returncode == 0
