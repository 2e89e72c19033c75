"""A contact sheet: every card in one language on one picture, to be looked at before people get them."""

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image

COLUMNS: Final = 6
# The width a card has on a small telephone.
_WIDTH: Final = 320
_GAP: Final = 12
_PAPER: Final = "#8a8f94"


def contact_sheet(pngs: Sequence[bytes]) -> bytes:
    """The pictures in rows of six, each as wide as on a telephone of 320 pixels; PNG."""
    shrunk = [_shrunk(png) for png in pngs]
    rows = [shrunk[start : start + COLUMNS] for start in range(0, len(shrunk), COLUMNS)]
    heights = [max(card.height for card in row) for row in rows]
    columns = max((len(row) for row in rows), default=1)
    sheet = Image.new("RGB", (columns * (_WIDTH + _GAP) + _GAP, sum(heights) + (len(rows) + 1) * _GAP), _PAPER)
    top = _GAP
    for row, height in zip(rows, heights, strict=True):
        for place, card in enumerate(row):
            sheet.paste(card, (_GAP + place * (_WIDTH + _GAP), top))
        top += height + _GAP
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _shrunk(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB").resize(
            (_WIDTH, round(picture.height * _WIDTH / picture.width)), Image.Resampling.LANCZOS
        )
