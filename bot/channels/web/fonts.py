"""Makes the letters that some telephones lack, as small fonts beside the page: `python -m bot.channels.web.fonts`.

Run by whoever changes what the catalogs are written with; what it makes is checked in, with its licence beside it. Old
Androids draw boxes for Ge'ez, for the letters that only Sorani has, and for newer pictures; their page asks for these
files and no other page does (`boxes` in chat.js, `unicode-range` in chat.css). In are the letters that the catalogs
are written with, and the pictures that we write: all of Ge'ez alone would be 45 KB.
"""

from collections.abc import Iterable
from importlib.metadata import files
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

#: A whole page of all three stays below this many bytes.
MOST_BYTES: Final = 60_000
FOLDER: Final = Path(__file__).parent / "static" / "fonts"
_ROOT: Final = Path(__file__).parents[3]
# Where we say something; what is only read (bot/understanding, bot/faq) needs no drawing.
_SAYING: Final = ("bot/dialogue", "bot/telling", "bot/actions", "bot/cards", "reminders/wording", "reminders/delivery")
_READING: Final = "answer_words.py"
_PICTURES: Final = ((0x23E9, 0x23FA), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F300, 0x1FAFF))
# No pictures: ticks, crosses and arrows that other fonts have.
_SIGNS: Final = "✓✕✗➤"
# By the file's name: the wheel that has the whole font, how its file begins, and how heavy its lines are.
_WHOLE: Final = {
    "geez": ("justmytype-intl-africa", "NotoSansEthiopic["),
    "sorani": ("fontpkg-noto-sans-arabic", "NotoSansArabic["),
    "pictures": ("manimgx-fonts", "NotoEmoji["),
}


def letters() -> dict[str, frozenset[int]]:
    """What each font must have, as code points."""
    catalogs = {locale: _written((_ROOT / "locales" / locale).rglob("*.po")) for locale in ("ti", "am", "ckb")}
    code = [path for folder in _SAYING for path in (_ROOT / folder).rglob("*.py") if path.name != _READING]
    pages = [*(_ROOT / "bot/channels/web/static").rglob("*.js"), *(_ROOT / "bot/channels/web/static").glob("chat.*")]
    said = _written([*(_ROOT / "locales").rglob("*.po"), *code, *pages])
    return {
        "geez": frozenset(one for one in catalogs["ti"] | catalogs["am"] if 0x1200 <= one <= 0x137C),
        "sorani": frozenset(one for one in catalogs["ckb"] if 0x600 <= one <= 0x6FF),
        "pictures": frozenset(filter(is_picture, said)),
    }


def is_picture(code: int) -> bool:
    """Whether a code point is one of the pictures that a telephone may lack."""
    return any(low <= code <= high for low, high in _PICTURES) and chr(code) not in _SIGNS


def _written(paths: Iterable[Path]) -> set[int]:
    return {ord(sign) for path in paths for sign in path.read_text(encoding="utf-8")}


def _made(name: str, wanted: frozenset[int]) -> TTFont:
    package, start = _WHOLE[name]
    path = next(one for one in files(package) or () if one.name.startswith(start) and one.name.endswith(".ttf"))
    font = TTFont(str(path.locate()))
    font = instantiateVariableFont(font, {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes})
    options = Options(flavor="woff2", hinting=False, desubroutinize=True, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.flavor = "woff2"
    return font


def main() -> None:
    """Write all fonts."""
    FOLDER.mkdir(exist_ok=True)
    for name, wanted in letters().items():
        font = _made(name, wanted)
        font.save(FOLDER / f"{name}.woff2")


if __name__ == "__main__":
    main()
