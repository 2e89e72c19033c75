"""How easy the Dutch is to read: words a sentence, and LIX (words a sentence plus the percentage of long words).

LIX (Björnsson, 1968) needs no syllables and so no dictionary; below 30 is easy, newspapers have about 45. Level A2
wants sentences of twelve words at most. A placeholder counts as one word; official terms are no long words, since
nobody can choose a shorter one.
"""

import re
from dataclasses import dataclass
from typing import Final

from locales.glossary.reading import Glossary

#: The longest sentence that is let through, in catalogs and in answers; a colon and a line's end end a sentence too.
MOST_WORDS: Final = 12
_LONG: Final = 7
_END: Final = re.compile(r"(?<=[.!?:])\s+|\n+")
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Readability:
    """Figures of one text, or of many together."""

    words: int
    sentences: int
    longest_sentence: int
    long_words: int

    @property
    def words_a_sentence(self) -> float:
        """The mean length of a sentence in words."""
        return self.words / self.sentences if self.sentences else 0.0

    @property
    def lix(self) -> float:
        """The readability index; the lower, the easier."""
        return self.words_a_sentence + 100 * self.long_words / self.words if self.words else 0.0

    def __add__(self, other: "Readability") -> "Readability":
        """The figures of two texts together."""
        return Readability(
            self.words + other.words,
            self.sentences + other.sentences,
            max(self.longest_sentence, other.longest_sentence),
            self.long_words + other.long_words,
        )


NOTHING: Final = Readability(0, 0, 0, 0)


def readability(text: str, glossary: Glossary) -> Readability:
    """The figures of one Dutch text."""
    sentences = [words for part in _END.split(_PLACEHOLDER.sub(" x ", text)) if (words := _WORD.findall(part))]
    chosen = _WORD.findall(glossary.without_terms(_PLACEHOLDER.sub(" x ", text)))
    return Readability(
        words=sum(map(len, sentences)),
        sentences=len(sentences),
        longest_sentence=max(map(len, sentences), default=0),
        long_words=sum(len(word) >= _LONG for word in chosen),
    )
