"""What is passed on of a file that somebody sent: nothing harmful, PDFs as pictures, and a word where we cannot tell.

A look may take seconds, and other messages do not wait for it (background.py). One PDF is unfolded at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.enclosures.background import WAITED, Background
from bot.enclosures.pdf_pages import Pages, pages_of
from bot.enclosures.virus_scan import Scanner, Verdict
from locales.rendering.render import File

log = structlog.get_logger(__name__)

# PDF readers look for this within the first kilobyte.
_PDF_BEGINS_WITHIN: Final = 1024
_SHOWN: Final = ("image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Checked:
    """What may be passed on: None = nothing, it is harmful or cannot be told. `unseen`: it could not be made pictures.
    `shown` of `pages` where pages were left out."""

    file: File | None
    unseen: bool = False
    shown: int = 0
    pages: int = 0


class FileCheck:
    """Looks at files with a scanner; `draw` makes pictures of a PDF."""

    def __init__(
        self,
        scanner: Scanner,
        draw: Callable[[bytes], Awaitable[Pages | None]] = pages_of,
        *,
        waited: float = WAITED,
    ) -> None:
        self.scanner = scanner
        self._draw = draw
        self._one_at_a_time = asyncio.Semaphore(1)
        self._looks: Background[Checked] = Background(waited=waited)

    async def look(self, name: str, file: File, *, as_pictures: bool) -> Checked:
        """What may be passed on of this file. `name` tells it from other files; with `as_pictures` documents are shown
        as pictures, or said not to be.

        Raises:
            StillAtWork: it takes longer.
            NoVerdict: the scanner does not say.
        """
        return await self._looks.result(f"{name} {as_pictures}", lambda: self._look(file, as_pictures))

    async def close(self) -> None:
        """Stop looking."""
        await self._looks.close()

    async def _look(self, file: File, as_pictures: bool) -> Checked:
        if await self.scanner.look_at(file.content) is not Verdict.CLEAN:
            return Checked(None)
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
