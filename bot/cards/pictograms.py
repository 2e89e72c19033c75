"""Icons of the dialogue as pictures: OpenMoji's, by the code points of the emoji (pictograms/SOURCE.md)."""

from functools import lru_cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("pictograms")
# What the emoji presentation selector adds does not change the picture.
_SELECTOR: Final = "\ufe0f"


@lru_cache(maxsize=512)
def pictogram(icon: str) -> str | None:
    """The file name of an icon's picture ("1F912.svg"), or None where there is none."""
    bare = icon.replace(_SELECTOR, "")
    if not bare:
        return None
    name = "-".join(f"{ord(char):04X}" for char in bare) + ".svg"
    return name if (FOLDER / name).is_file() else None


def first_icon(text: str) -> str | None:
    """The first icon in a text that has a picture, or None."""
    return next((char for char in text if ord(char) > 0x2000 and pictogram(char) is not None), None)
