"""Draws cards: typst for the picture, Pillow for few colours, threads so that nobody waits, a cache that is bounded.

The same content is the same picture. Pictures are kept in memory only, for they say who goes where.
"""

import asyncio
import hashlib
import io
import json
import os
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Final

import typst
from PIL import Image

from bot.cards.content import Card
from bot.cards.drawing import Drawing
from locales.rendering.render import File, Picture, Renderer

MEDIA_TYPE: Final = "image/png"
FILE_NAME: Final = "card.png"
_FOLDER: Final = Path(__file__).parent
# Twice the 320 points of the card: sharp on a telephone, and some 25 KB.
_PPI: Final = 144
_COLOURS: Final = 64
# Where letters come from, and the families that have them; system fonts are not looked at, so that a card is the same
# everywhere.
FONTS: Final = {
    "fontpkg-noto-sans": "NotoSans[",
    "fontpkg-noto-sans-arabic": "NotoSansArabic[",
    "justmytype-intl-africa": "NotoSansEthiopic[",
}
FAMILIES: Final = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Ethiopic")
# Some seconds of work. Who comes after that gets the message now and without a picture.
_MOST_WAITING: Final = 500


class CardFailed(Exception):
    """A card could not be drawn; whoever sends it goes on without."""


@lru_cache(maxsize=1)
def font_files() -> tuple[Path, ...]:
    """The font files that cards are written with.

    Raises:
        CardFailed: a package is not installed.
    """
    found = []
    for package, start in FONTS.items():
        try:
            files = metadata.files(package) or []
        except metadata.PackageNotFoundError as error:
            raise CardFailed(f"the fonts of {package} are not installed") from error
        path = next((file for file in files if file.name.startswith(start) and file.suffix == ".ttf"), None)
        if path is None:
            raise CardFailed(f"{package} has no {start}…ttf")
        found.append(Path(str(path.locate())))
    return tuple(found)


class CardRenderer:
    """Draws cards in threads. `cache_bytes` bounds what is kept, `workers` the threads (by default one a core).

    Not for use in more than one event loop.
    """

    def __init__(self, renderer: Renderer, *, cache_bytes: int = 16_000_000, workers: int | None = None) -> None:
        self._drawing, self._by_both_clocks = Drawing(renderer), Drawing(renderer, ethiopian_clock=True)
        self._threads = ThreadPoolExecutor(workers or os.cpu_count() or 1, thread_name_prefix="cards")
        self._compilers = threading.local()
        self._cache: OrderedDict[bytes, bytes] = OrderedDict()
        self._cache_bytes = cache_bytes
        self._cached_bytes = 0
        self._under_way: dict[bytes, asyncio.Future[bytes]] = {}

    @property
    def cached_bytes(self) -> int:
        """How much is kept."""
        return self._cached_bytes

    async def picture(self, card: Card, locale: str, *, ethiopian_clock: bool = False) -> Picture:
        """The card as a PNG, with the same in words; with `ethiopian_clock` times by that too.

        Raises:
            CardFailed: go on without a picture.
        """
        drawing = self._by_both_clocks if ethiopian_clock else self._drawing
        data = json.dumps({**drawing.data(card, locale), "fonts": FAMILIES}, ensure_ascii=False, sort_keys=True)
        key = hashlib.blake2b(data.encode(), digest_size=16).digest()
        png = self._cache.get(key)
        if png is None:
            png = await self._made(key, data)
        else:
            self._cache.move_to_end(key)
        return Picture(File(FILE_NAME, MEDIA_TYPE, png), drawing.words(card, locale))

    async def close(self) -> None:
        """Stop; what waits for a thread is given up."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    async def _made(self, key: bytes, data: str) -> bytes:
        """Drawn once, however many ask for it meanwhile."""
        waiting = self._under_way.get(key)
        if waiting is None:
            if len(self._under_way) >= _MOST_WAITING:
                raise CardFailed("too many cards at once")
            try:
                waiting = asyncio.get_running_loop().run_in_executor(self._threads, self._draw, data)
            except RuntimeError as error:
                raise CardFailed("the renderer is closed") from error
            self._under_way[key] = waiting
            waiting.add_done_callback(lambda done: self._keep(key, done))
        # One who stops waiting does not take the picture from the others.
        return await asyncio.shield(waiting)

    def _draw(self, data: str) -> bytes:
        compiler = getattr(self._compilers, "compiler", None)
        if compiler is None:
            compiler = self._compilers.compiler = typst.Compiler(
                input=str(_FOLDER / "card.typ"),
                root=str(_FOLDER),
                font_paths=sorted({str(path.parent) for path in font_files()}),
                ignore_system_fonts=True,
            )
        try:
            png = compiler.compile(format="png", ppi=_PPI, sys_inputs={"card": data})
        except typst.TypstError as error:
            # Its message may hold what the card says.
            raise CardFailed("typst refused the card") from error
        if not isinstance(png, bytes):
            raise CardFailed("a card is one page")
        return _with_few_colours(png)

    def _keep(self, key: bytes, done: "asyncio.Future[bytes]") -> None:
        del self._under_way[key]
        # Asked for, so that a failure that nobody waits for any more is not reported as lost.
        if done.cancelled() or done.exception() is not None:
            return
        png = done.result()
        if len(png) > self._cache_bytes:
            return
        self._cache[key] = png
        self._cached_bytes += len(png)
        while self._cached_bytes > self._cache_bytes:
            _, oldest = self._cache.popitem(last=False)
            self._cached_bytes -= len(oldest)


def _with_few_colours(png: bytes) -> bytes:
    """A third of the size: few cards have more than some dozen colours."""
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG")
    return out.getvalue()
