"""What a question is about that does not name it: "how many hours have I done?" means lessons, and says no such word.

The patterns stand in locales/faq/asked.yaml, per language under the topic's id.
"""

from pathlib import Path
from typing import Final

import locales.faq
from bot.faq.patterns import PatternIndex, patterns_of
from bot.faq.words import normalise
from locales.faq.reading import ContentEntry, read_yaml

_FILE: Final = Path(locales.faq.__file__).parent / "asked.yaml"
_UNLESS: Final = "unless"


class AskedWords:
    """Knows the patterns of every language.

    Raises:
        ContentError: the file is not in order.
    """

    def __init__(self, path: Path = _FILE) -> None:
        self._topics = PatternIndex[str]()
        self.topics: set[str] = set()
        for language, value in ContentEntry(path, "", read_yaml(path)).items():
            entry = ContentEntry(path, language, value)
            for topic in {name for name, _ in entry.items()} - {_UNLESS}:
                self.topics.add(topic)
                for pattern in patterns_of(entry, topic):
                    self._topics.add(pattern, topic)

    def asked_in(self, text: str) -> str | None:
        """The topic that the text asks about, whatever language it is in; None for anything else."""
        return self._topics.first_in(normalise(text).split())
