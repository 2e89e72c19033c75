"""PDFs as pictures of their pages: what is shown can be read and does nothing.

The drawing is done by a process of its own, which knows no secret, may write no file and has bounded memory and time:
PDFs are the oldest way to break into who reads them. What is broken, locked or too much comes back as None.
"""

import asyncio
import contextlib
import io
import json
import os
import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: Pages beyond are left out, and said to be.
MOST_PAGES: Final = 20
#: Seconds that one PDF may take, by the clock on the wall and of the processor.
LONGEST: Final = 30.0
_LONGEST_CPU: Final = 15
# An A4 at 150 dots an inch.
_LONGEST_SIDE: Final = 1754
_MOST_MEMORY: Final = 768 * 1024 * 1024
# All pictures together: what every channel takes.
_MOST_BYTES: Final = 8_000_000
_PIPE: Final = 65_536


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages: one JPEG where there is one page, else a PDF that is nothing but pictures. `shown` of `pages`."""

    content: bytes
    shown: int
    pages: int

    @property
    def is_picture(self) -> bool:
        """Whether it is one picture."""
        return self.content.startswith(b"\xff\xd8\xff")


async def pages_of(content: bytes, *, longest: float = LONGEST, most_pages: int = MOST_PAGES) -> Pages | None:
    """The pages of a PDF as pictures; None where they cannot be drawn. For one at a time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.enclosures.pdf_pages",
        str(most_pages),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=bare(os.environ),
    )
    try:
        async with asyncio.timeout(longest):
            drawn = await _talk(process, content)
            done = await process.wait()
    except (TimeoutError, OSError):
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _read(drawn) if done == 0 else None


async def _talk(process: asyncio.subprocess.Process, content: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        return b""
    writing = asyncio.create_task(_write(process.stdin, content))
    drawn = bytearray()
    try:
        while piece := await process.stdout.read(_PIPE):
            drawn += piece
            if len(drawn) > 2 * _MOST_BYTES:
                # More than it may: it is not what we wrote that speaks.
                process.kill()
                return b""
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    return bytes(drawn)


async def _write(pipe: asyncio.StreamWriter, content: bytes) -> None:
    with contextlib.suppress(OSError):
        pipe.write(content)
        await pipe.drain()
        pipe.close()


def _read(drawn: bytes) -> Pages | None:
    head, _, pictures = drawn.partition(b"\n")
    try:
        shown, pages = json.loads(head)
    except ValueError:
        return None
    if not pictures.startswith((b"\xff\xd8\xff", b"%PDF-")):
        return None
    return Pages(pictures, int(shown), int(pages))


def bare(environment: Mapping[str, str]) -> dict[str, str]:
    """What a process needs to find its modules, and no setting of ours."""
    return {name: value for name, value in environment.items() if name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV")}


def _bind_hands() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST_CPU, _LONGEST_CPU))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def _draw(content: bytes, most_pages: int) -> tuple[list[bytes], int]:
    """JPEGs of the first pages, as many as fit, and how many pages there are."""
    import pypdfium2

    drawn: list[bytes] = []
    with contextlib.closing(pypdfium2.PdfDocument(content)) as document:
        # What somebody filled in shows, too.
        document.init_forms()
        pages = len(document)
        for number in range(min(pages, most_pages)):
            page = document[number]
            width, height = page.get_size()
            scale = _LONGEST_SIDE / max(width, height, 1)
            picture = page.render(scale=scale).to_pil().convert("RGB")
            made = io.BytesIO()
            picture.save(made, "JPEG", quality=80, optimize=True)
            if sum(map(len, drawn)) + made.tell() > _MOST_BYTES:
                break
            drawn.append(made.getvalue())
            page.close()
    return drawn, pages


def _joined(drawn: list[bytes]) -> bytes:
    from PIL import Image

    if len(drawn) == 1:
        return drawn[0]
    first, *others = (Image.open(io.BytesIO(one)) for one in drawn)
    made = io.BytesIO()
    first.save(made, "PDF", save_all=True, append_images=others, resolution=150)
    return made.getvalue()


def _main() -> None:
    """Read a PDF, write "[shown, pages]" and the pictures."""
    _bind_hands()
    drawn, pages = _draw(sys.stdin.buffer.read(), int(sys.argv[1]))
    if not drawn:
        sys.exit(1)
    sys.stdout.buffer.write(json.dumps([len(drawn), pages]).encode() + b"\n" + _joined(drawn))


if __name__ == "__main__":
    _main()
