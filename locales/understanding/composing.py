"""Composes texts from who it is about, what happened and how it is said, and from the same parts what is harmless.

`composed/patterns.yaml` has the patterns, `composed/<language>.yaml` the words. What is drawn from them is always the
same: the same files give the same texts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from locales.faq.reading import ContentEntry, ContentError, read_yaml
from locales.rendering.languages import LANGUAGES
from locales.understanding.texts import FOLDER, Written, detail_of

COMPOSED: Final = FOLDER / "composed"
#: The author of what is composed.
COMPOSER: Final = "composed"
_PATTERNS: Final = "patterns.yaml"
_FIELDS: Final = {"act", "need", "kind", "reason", "also", "most", "say"}
_SLOT: Final = re.compile(r"\{(\w+)(?:\.([12]))?\}")
#: Drawn anew at most so many times the number that is wanted; a short list has fewer texts in it.
_TRIES: Final = 4


@dataclass(frozen=True, slots=True)
class _Pattern:
    act: str
    detail: str
    reason: str
    also: tuple[str, ...]
    most: int
    say: str


def composed_texts(folder: Path = COMPOSED) -> Iterator[Written]:
    """The texts of every language that has a file. Raises `ContentError`."""
    patterns = list(_patterns(folder / _PATTERNS))
    for language in LANGUAGES:
        path = folder / f"{language}.yaml"
        if path.exists():
            words = ContentEntry(path, language, read_yaml(path))
            for number, pattern in enumerate(patterns):
                for text in _drawn(pattern, words, f"{language}:{number}"):
                    yield Written(
                        language=language,
                        text=text,
                        act=pattern.act,
                        detail=pattern.detail,
                        reason=pattern.reason,
                        also=pattern.also,
                        by=COMPOSER,
                        hard=pattern.act == "other",
                    )


def _patterns(path: Path) -> Iterator[_Pattern]:
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise ContentError(path, "", "is not a list", "write '- {act: urgent, need: hunger, most: 30, say: ...}' lines")
    for number, row in enumerate(cast("list[object]", rows), 1):
        entry = ContentEntry(path, f"pattern {number}", row)
        entry.only(_FIELDS)
        most = entry.get("most")
        if not isinstance(most, int) or most < 1:
            raise entry.error("has no number of texts", "write most: 30")
        act = entry.text("act", None)
        reason = entry.text("reason", "-").strip("-")
        also = tuple(entry.texts("also", ()))
        yield _Pattern(act, detail_of(entry, act), reason, also, most, entry.text("say", None))


def _drawn(pattern: _Pattern, words: ContentEntry, seed: str) -> Iterator[str]:
    parts = _Parts(words, random.Random(seed))
    seen: set[str] = set()
    for _ in range(pattern.most * _TRIES):
        if len(seen) >= pattern.most:
            return
        text = " ".join(parts.filled(pattern.say).split())
        if text and text not in seen:
            seen.add(text)
            yield text


class _Parts:
    """The words of one language, drawn for one pattern."""

    def __init__(self, words: ContentEntry, draw: random.Random) -> None:
        self._words, self._draw = words, draw
        self._lists: dict[str, _Shuffled] = {}

    def filled(self, say: str) -> str:
        """A pattern, or a word that has a list in it, with words in the place of the lists."""
        return _SLOT.sub(lambda slot: self.filled(_form(self._next(slot[1]), slot[2])), say)

    def _next(self, name: str) -> str:
        if name not in self._lists:
            self._lists[name] = _Shuffled(_words(self._words, name), self._draw)
        return self._lists[name].next()


def _words(words: ContentEntry, name: str) -> Sequence[str]:
    found = words.texts(name, ())
    if not found:
        raise words.error(f"has no '{name}', which a pattern asks for", f"write {name}: [word, word]")
    return found


def _form(word: str, which: str | None) -> str:
    """Of what is written "for him|for her" the one asked for; any other word is the same for both."""
    forms = word.split("|")
    return forms[-1] if which == "2" else forms[0]


class _Shuffled:
    """Each word once in a drawn order, then again in another."""

    def __init__(self, words: Sequence[str], draw: random.Random) -> None:
        self._words, self._draw = list(words), draw
        self._left: list[str] = []

    def next(self) -> str:
        if not self._left:
            self._left = self._draw.sample(self._words, len(self._words))
        return self._left.pop()
