"""Puts the standard word in the place of small dialect words, as locales/faq/dialect.yaml has them.

Arabic is written as it is spoken, from Baghdad to Casablanca, while the embedding learnt mostly standard Arabic: with
this step the embedding alone finds 5 of 100 questions more.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import locales.faq
from bot.faq.words import MAX_CHARACTERS, normalise
from locales.faq.reading import ContentEntry, read_yaml

_FILE: Final = Path(locales.faq.__file__).parent / "dialect.yaml"
_PARTS: Final = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_AND: Final = "و"
# "heeelp", "imdaaat": a letter that is held; no language of ours writes one three times.
_HELD: Final = re.compile(r"([^\W\d_])\1{2,}")


class Dialect:
    """Knows the words of the file; by default that of the package."""

    def __init__(self, path: Path = _FILE) -> None:
        self._standard: dict[str, str] = {}
        for language, words in ContentEntry(path, "", read_yaml(path)).items():
            entry = ContentEntry(path, language, words)
            for standard in dict(entry.items()):
                for word in entry.texts(standard, ()):
                    self._standard[normalise(word)] = standard

    def standard(self, text: str) -> str:
        """The text, cut to a bearable length, with its dialect words replaced, letters that are held written once, and
        all else as it was."""
        return " ".join(self._word(_HELD.sub(r"\1", word)) for word in text[:MAX_CHARACTERS].split())

    def _word(self, written: str) -> str:
        match = _PARTS.match(written)
        if match is None:
            return written
        before, word, after = match.groups()
        standard = self._standard.get(normalise(word))
        if standard is None and word.startswith(_AND) and len(word) > 3:
            # "And" is written as one with the next word.
            standard = self._standard.get(normalise(word[1:]))
            standard = None if standard is None else _AND + standard
        return written if standard is None else before + standard + after
