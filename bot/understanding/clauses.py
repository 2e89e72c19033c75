"""The parts of a message that say something by themselves: sentences, clauses, and pieces of a long letter."""

from __future__ import annotations

import re
from typing import Final

#: Words that begin another thought, in every language; between spaces.
_BUT: Final = (
    "maar", "but", "mais", "ama", "fakat", "но", "але", "лکن", "لكن", "بس", "اما", "ولی", "ولي", "مگر", "خو", "بەڵام",
    "بهڵام", "lê", "lêbelê", "laakiin", "laakin", "balse", "ግን", "ነገር ግን", "ግና", "walakin", "ama",
)  # fmt: skip
_SPLIT: Final = re.compile(r"[.!?\n;,،؛؟።፣፤]+|\s(?:" + "|".join(map(re.escape, _BUT)) + r")\s", re.IGNORECASE)
#: A shorter part is no thought of its own; a longer text has more parts than anybody acts on.
_FEWEST_WORDS: Final = 2
_MOST_PARTS: Final = 6
#: So many words say one thing at least. Each piece takes time: in the rest of a letter only patterns are looked for.
_WINDOW: Final = 24
_MOST_WORDS: Final = 240


def clauses(text: str) -> list[str]:
    """The parts of a text that has several, at most six; nothing where it is one thought."""
    parts = [part.strip() for part in _SPLIT.split(text[:2000]) if len(part.split()) >= _FEWEST_WORDS]
    return parts[:_MOST_PARTS] if len(parts) > 1 else []


def windows(text: str) -> list[str]:
    """A long text in pieces that overlap, of which a cry for help fills one; nothing where the text is short."""
    words = text.split()
    if len(words) <= _WINDOW:
        return []
    step = _WINDOW // 2
    return [" ".join(words[start : start + _WINDOW]) for start in range(0, min(len(words), _MOST_WORDS), step)]
