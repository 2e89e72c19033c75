"""What is passed on of a file that somebody sent: nothing harmful, PDFs as pictures, and a word where we cannot tell.

A look may take seconds, and other messages do not wait for it (background.py). One PDF is unfolded at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from bot.enclosures.background import WAITED, Background
from bot.enclosures.pdf_pages import Pages, pages_of
from bot.enclosures.transcripts import Transcriber, build_transcriber
from bot.enclosures.virus_scan import Scanner, Verdict, build_scanner
from locales.rendering.render import File

log = structlog.get_logger(__name__)

# PDF readers look for this within the first kilobyte.
_PDF_BEGINS_WITHIN: Final = 1024
_SHOWN: Final = ("image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Checked:
    """What may be passed on: None = nothing, it is harmful or cannot be told. `unseen`: it could not be made pictures.
    `shown` of `pages` where pages were left out. `words`: a draft of what is said in it, "" = none."""

    file: File | None
    unseen: bool = False
    shown: int = 0
    pages: int = 0
    words: str = ""


class FileCheck:
    """Looks at files with a scanner; `draw` makes pictures of a PDF, `transcriber` a draft of what a recording says."""

    def __init__(
        self,
        scanner: Scanner,
        draw: Callable[[bytes], Awaitable[Pages | None]] = pages_of,
        *,
        transcriber: Transcriber | None = None,
        waited: float = WAITED,
    ) -> None:
        self.scanner = scanner
        self._draw = draw
        self._transcriber = transcriber
        self._one_at_a_time = asyncio.Semaphore(1)
        self._looks: Background[Checked] = Background(waited=waited)

    async def look(self, name: str, file: File, *, as_pictures: bool, spoken: str = "") -> Checked:
        """What may be passed on of this file. `name` tells it from other files; with `as_pictures` documents are shown
        as pictures, or said not to be; of a recording in the language `spoken` there is a draft of its words.

        Raises:
            StillAtWork: it takes longer.
            NoVerdict: the scanner does not say.
        """
        return await self._looks.result(f"{name} {as_pictures}", lambda: self._look(file, as_pictures, spoken))

    async def close(self) -> None:
        """Stop looking."""
        await self._looks.close()

    async def _look(self, file: File, as_pictures: bool, spoken: str) -> Checked:
        if await self.scanner.look_at(file.content) is not Verdict.CLEAN:
            return Checked(None)
        if spoken and self._transcriber is not None:
            return Checked(file, words=await self._transcriber.draft(file.content, spoken))
        if not as_pictures:
            return Checked(file)
        if b"%PDF-" not in file.content[:_PDF_BEGINS_WITHIN]:
            return Checked(file, unseen=file.media_type not in _SHOWN)
        async with self._one_at_a_time:
            pages = await self._draw(file.content)
        if pages is None:
            log.info("pdf_not_drawn", size=len(file.content))
            return Checked(file, unseen=True)
        name, media_type = ("document.jpg", "image/jpeg") if pages.is_picture else ("document.pdf", "application/pdf")
        return Checked(File(name, media_type, pages.content), shown=pages.shown, pages=pages.pages)


def build_check(clamd: str, transcriber_folder: Path | None) -> FileCheck:
    """With the deployment's scanner and model, where it has any."""
    return FileCheck(build_scanner(clamd), transcriber=build_transcriber(transcriber_folder))
