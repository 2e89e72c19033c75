"""What is passed on of a file that somebody sent: nothing harmful, PDFs as pictures, and a word where we cannot tell.

A look may take seconds, and other messages do not wait for it: it goes on by itself, and its result is taken when the
message's turn comes again. One PDF is unfolded at a time.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.enclosures.pdf_pages import Pages, pages_of
from bot.enclosures.virus_scan import Scanner, Verdict
from locales.rendering.render import File

log = structlog.get_logger(__name__)

#: Seconds that a message's turn waits for a look.
WAITED: Final = 3.0
# Looks whose result was not taken yet: each holds its file.
_MOST_KEPT: Final = 8
# PDF readers look for this within the first kilobyte.
_PDF_BEGINS_WITHIN: Final = 1024
_SHOWN: Final = ("image/jpeg", "image/png")


class NotLookedAtYet(Exception):
    """The look is not done; ask again later."""


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
        self._scanner = scanner
        self._draw = draw
        self._waited = waited
        self._one_at_a_time = asyncio.Semaphore(1)
        self._looks: OrderedDict[str, asyncio.Task[Checked]] = OrderedDict()

    async def look(self, name: str, file: File, *, as_pictures: bool) -> Checked:
        """What may be passed on of this file. `name` tells it from other files; with `as_pictures` documents are shown
        as pictures, or said not to be.

        Raises:
            NotLookedAtYet: it takes longer.
            NoVerdict: the scanner does not say.
        """
        key = f"{name} {as_pictures}"
        task = self._looks.get(key)
        if task is None:
            self._make_room()
            task = self._looks[key] = asyncio.create_task(self._look(file, as_pictures))
        await asyncio.wait([task], timeout=self._waited)
        if not task.done():
            raise NotLookedAtYet
        del self._looks[key]
        return task.result()

    async def close(self) -> None:
        """Stop looking."""
        looks = list(self._looks.values())
        self._looks.clear()
        for task in looks:
            task.cancel()
        await asyncio.gather(*looks, return_exceptions=True)

    def _make_room(self) -> None:
        while len(self._looks) >= _MOST_KEPT:
            done = next((key for key, task in self._looks.items() if task.done()), None)
            if done is None:
                # All are at work: who comes now comes again.
                raise NotLookedAtYet
            self._looks.pop(done).exception()

    async def _look(self, file: File, as_pictures: bool) -> Checked:
        if await self._scanner.look_at(file.content) is not Verdict.CLEAN:
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
