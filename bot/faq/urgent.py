"""Recognises a cry for help: someone who may harm themselves, is in danger from others, has no food or no roof, or sees
somebody die.

The words stand in locales/faq/urgent.yaml, which explains how they are written. This comes before everything else in
the FAQ and in all languages at once: who is in need does not always write in the language that is set.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import locales.faq
from bot.faq.patterns import PatternIndex, patterns_of
from bot.faq.words import normalise
from locales.faq.reading import ContentEntry, read_yaml

NEEDS: Final = ("self_harm", "violence", "hunger", "shelter", "emergency")
_FILE: Final = Path(locales.faq.__file__).parent / "urgent.yaml"
#: A long letter is read to its end: a cry often comes last. Longer than any message on any channel.
_MOST_CHARACTERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Cry:
    """A cry for help was heard: which `need` (one of `NEEDS`), in which language."""

    need: str
    language: str


class CryForHelp:
    """Knows the patterns of every language. Well under a millisecond a text."""

    def __init__(self, path: Path = _FILE) -> None:
        self._patterns = PatternIndex[Cry]()
        for language, value in ContentEntry(path, "", read_yaml(path)).items():
            entry = ContentEntry(path, language, value)
            entry.only({"not", "not_after", "unless", *NEEDS})
            for need in NEEDS:
                for pattern in patterns_of(entry, need):
                    self._patterns.add(pattern, Cry(need, language))

    def heard_in(self, text: str) -> Cry | None:
        """The cry in the text, if there is one. An empty or strange text has none."""
        return self._patterns.first_in(normalise(text, _MOST_CHARACTERS).split())
