"""A mail as lines, each with what its form says of it: unmarked, quoted, indented, or in a signature's box."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

# More is no answer, and takes longer to look through than anybody's mail may. What is beyond is kept as it is.
MOST_LINES: Final = 1_000
_LONGEST_LINE: Final = 1_000
# Gmail puts marks of direction around names and times in Arabic and Persian.
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES: Final = re.compile(r"\s+")
# "> ", ">> ", "|>"; a full-width one from Japanese and Chinese programs. Not ">>> look here <<<".
_QUOTED: Final = re.compile(r"^\s{0,3}\|?[>\uff1e](?!.{0,75}<<\s*$)")
# A file in the text: an attached picture, where it stood ("￼<name>").
OBJECT: Final = "\ufffc"


class Mark(Enum):
    """What the form of a mail says of a line."""

    NONE = auto()
    QUOTED = auto()  # ">" before it, or in an element that quotes
    BLOCK = auto()  # in an element that quotes, unless it is all there is
    INDENTED = auto()  # in an element with which people indent, and that quotes where a head stands above it
    SIGNATURE = auto()  # in the box that a program keeps for the signature


@dataclass(frozen=True, slots=True)
class MailLine:
    """One line as it was written, and what its form says of it."""

    text: str
    mark: Mark = Mark.NONE

    @property
    def plain(self) -> str:
        """To be compared: without what is not seen, spaces as one, any digits as 0-9, at most so long."""
        seen = _SPACES.sub(" ", _INVISIBLE.sub("", self.text.strip()[:_LONGEST_LINE])).strip()
        return seen if seen.isascii() else "".join(_digit(char) for char in seen)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is to be seen on it."""
        return not self.plain


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def lines_of_text(text: str, *, flowed: bool = False) -> list[MailLine]:
    """The lines of a plain text; `flowed` joins those that a program broke (RFC 3676)."""
    written = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if flowed:
        written = _unbroken(written)
    return [
        MailLine(line, Mark.QUOTED if _QUOTED.match(_INVISIBLE.sub("", line[:80])) else Mark.NONE) for line in written
    ]


def _unbroken(written: list[str]) -> list[str]:
    """Lines of which the program that wrote them says by a space at the end that they go on."""
    joined: list[str] = []
    goes_on = False
    for line in written:
        quoted = line.startswith(">")
        unstuffed = line[1:] if line.startswith(" ") and not quoted else line
        if goes_on and joined and not quoted and line != "-- " and not joined[-1].startswith(">"):
            joined[-1] += unstuffed
        else:
            joined.append(unstuffed)
        goes_on = line.endswith(" ") and line != "-- " and bool(line.strip())
    return joined


def words(text: str) -> tuple[str, ...]:
    """The words of a text, without capitals, points, icons and what stands over and under letters in part of texts."""
    shown = unicodedata.normalize("NFKC", text).casefold()
    kept = (char if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc") else " " for char in shown)
    return tuple("".join(kept).split())
