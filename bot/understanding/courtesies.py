"""A greeting, a word of thanks, a goodbye, a wish, a bare yes or no: the whole text, as people write it on its own.

The words stand in locales/faq/courtesies.yaml. A text is one when it is made of them and of nothing else: "good morning
madam, how are you".
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

import locales.faq
from bot.faq.words import normalise
from locales.faq.reading import ContentEntry, read_yaml

_FILE: Final = Path(locales.faq.__file__).parent / "courtesies.yaml"
#: Who is spoken to, and how much: beside a courtesy these say nothing.
_TITLES: Final = "titles"
#: What is longer says more than courtesies.
_MOST_WORDS: Final = 14


class CourtesyList(StrEnum):
    """What was said; the lists of the file have these names."""

    GREETING = "greetings"
    THANKS = "thanks"
    BYE = "byes"
    WISH = "wishes"
    YES = "affirmed"
    NO = "denied"


class CourteousWords:
    """Knows the words of every language.

    Raises:
        ContentError: the file is not in order.
    """

    def __init__(self, path: Path = _FILE) -> None:
        self._phrases: dict[tuple[str, ...], CourtesyList | None] = {}
        for language, value in ContentEntry(path, "", read_yaml(path)).items():
            entry = ContentEntry(path, language, value)
            entry.only({courtesy.value for courtesy in CourtesyList} | {_TITLES})
            for courtesy in CourtesyList:
                for phrase in entry.texts(courtesy.value, ()):
                    words = tuple(normalise(phrase).split())
                    if self._phrases.setdefault(words, courtesy) is not courtesy:
                        raise entry.error(f"has '{phrase}' in two lists", "leave it in one of them")
        for language, value in ContentEntry(path, "", read_yaml(path)).items():
            for title in ContentEntry(path, language, value).texts(_TITLES, ()):
                # Where one language's title is another's courtesy, it is both; the courtesy says more.
                self._phrases.setdefault(tuple(normalise(title).split()), None)
        self._longest = max(map(len, self._phrases), default=0)

    def said_in(self, text: str) -> frozenset[CourtesyList]:
        """What the text is, whatever language it is in; nothing for anything else."""
        words = normalise(text).split()
        return self._made_of(words) if len(words) <= _MOST_WORDS else frozenset()

    def _made_of(self, words: Sequence[str]) -> frozenset[CourtesyList]:
        """What a text is made of, put together from the longest phrases; nothing where a word is in none."""
        # The first so many words: the number of phrases, and what they say; absent where they are not made of any.
        made: dict[int, tuple[int, frozenset[CourtesyList]]] = {0: (0, frozenset())}
        for end in range(1, len(words) + 1):
            for start in range(max(0, end - self._longest), end):
                phrase = tuple(words[start:end])
                if start not in made or phrase not in self._phrases:
                    continue
                count, said = made[start]
                courtesy = self._phrases[phrase]
                if end not in made or count + 1 < made[end][0]:
                    made[end] = count + 1, said | {courtesy} if courtesy is not None else said
        return made.get(len(words), (0, frozenset()))[1]
