"""A greeting or a word of thanks, which is no question: the whole text, as people write it on its own.

The words stand in locales/faq/courtesies.yaml.
"""

from enum import StrEnum
from pathlib import Path
from typing import Final

import locales.faq
from bot.faq.words import normalise
from locales.faq.reading import ContentEntry, read_yaml

_FILE: Final = Path(locales.faq.__file__).parent / "courtesies.yaml"


class CourtesyList(StrEnum):
    """What was said; the lists of the file have these names."""

    GREETING = "greetings"
    THANKS = "thanks"


class CourteousWords:
    """Knows the words of every language.

    Raises:
        ContentError: the file is not in order.
    """

    def __init__(self, path: Path = _FILE) -> None:
        self._words: dict[str, CourtesyList] = {}
        for language, value in ContentEntry(path, "", read_yaml(path)).items():
            entry = ContentEntry(path, language, value)
            entry.only({courtesy.value for courtesy in CourtesyList})
            for courtesy in CourtesyList:
                for word in entry.texts(courtesy.value, ()):
                    if self._words.setdefault(normalise(word), courtesy) is not courtesy:
                        raise entry.error(f"has '{word}' in two lists", "leave it in one of them")

    def said_in(self, text: str) -> CourtesyList | None:
        """What the text is, whatever language it is in; None for anything else."""
        return self._words.get(normalise(text))
