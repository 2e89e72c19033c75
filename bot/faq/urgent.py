"""Recognises a cry for help: someone who may harm themselves, is in danger from others, or has no food or no roof.

The words stand in locales/faq/urgent.yaml, which explains how they are written. This comes before everything else in
the FAQ and in all languages at once: who is in need does not always write in the language that is set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import locales.faq
from bot.faq.words import normalise
from locales.faq.reading import ContentError, Entry, read_yaml

NEEDS: Final = ("self_harm", "violence", "hunger", "shelter")
_FILE: Final = Path(locales.faq.__file__).parent / "urgent.yaml"
_GAP: Final = 3
#: A long letter is read to its end: a cry often comes last. Longer than any message on any channel.
_MOST_CHARACTERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Cry:
    """A cry for help was heard: which `need` (one of `NEEDS`), in which language."""

    need: str
    language: str


@dataclass(frozen=True, slots=True)
class _Word:
    """One place of a pattern: the words that may stand there, whole or by a part of them."""

    whole: frozenset[str]
    starts: tuple[str, ...]
    parts: tuple[str, ...]
    gap_before: bool = False

    def fits(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.starts) or any(part in word for part in self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Pattern:
    """Sequences of words that must all be found (`&` of the file), unless a word of `cancels` stands with them."""

    cry: Cry
    sequences: tuple[tuple[_Word, ...], ...]
    cancels: frozenset[str]
    cancels_after: frozenset[str]
    unless: frozenset[str]

    def found_in(self, words: Sequence[str]) -> bool:
        """Whether every sequence stands in the text and is not denied there."""
        return self.unless.isdisjoint(words) and all(
            any(
                self.cancels.isdisjoint(words[max(0, start - 1) : end])
                and self.cancels_after.isdisjoint(words[end : end + 2])
                for start in range(len(words))
                for end in _ends(sequence, words, start)
            )
            for sequence in self.sequences
        )


class CryForHelp:
    """Knows the patterns of every language. Well under a millisecond a text."""

    def __init__(self, path: Path = _FILE) -> None:
        self._by_word: dict[str, list[_Pattern]] = defaultdict(list)
        self._by_start: dict[str, list[_Pattern]] = defaultdict(list)
        self._by_part: list[tuple[_Word, _Pattern]] = []
        for language, value in Entry(path, "", read_yaml(path)).items():
            for pattern in _patterns(Entry(path, language, value), language):
                first = pattern.sequences[0][0]
                for word in first.whole:
                    self._by_word[word].append(pattern)
                for stem in first.starts:
                    self._by_start[stem[:2]].append(pattern)
                if first.parts:
                    self._by_part.append((first, pattern))

    def heard_in(self, text: str) -> Cry | None:
        """The cry in the text, if there is one. An empty or strange text has none."""
        words = normalise(text, _MOST_CHARACTERS).split()
        # Each pattern looks at the whole text: once is enough, however often its first word is repeated.
        for pattern in dict.fromkeys(self._possible(dict.fromkeys(words))):
            if pattern.found_in(words):
                return pattern.cry
        return None

    def _possible(self, words: Iterable[str]) -> Iterator[_Pattern]:
        for word in words:
            yield from self._by_word.get(word, ())
            yield from self._by_start.get(word[:2], ())
            for first, pattern in self._by_part:
                if first.fits(word):
                    yield pattern


def _ends(sequence: tuple[_Word, ...], words: Sequence[str], start: int) -> Iterator[int]:
    """Every position just after a match of the sequence that begins at `start` (a gap before its first word aside)."""
    if start >= len(words) or not sequence[0].fits(words[start]):
        return
    if len(sequence) == 1:
        yield start + 1
        return
    for skipped in range(_GAP + 1 if sequence[1].gap_before else 1):
        yield from _ends(sequence[1:], words, start + 1 + skipped)


def _patterns(entry: Entry, language: str) -> Iterator[_Pattern]:
    entry.only({"not", "not_after", "unless", *NEEDS})
    no, after, unless = (frozenset(map(normalise, entry.texts(key, ()))) for key in ("not", "not_after", "unless"))
    for need in NEEDS:
        for written in entry.texts(need, ()):
            sequences = tuple(_sequence(entry, part) for part in written.split("&"))
            own = {word for sequence in sequences for place in sequence for word in place.whole}
            yield _Pattern(Cry(need, language), sequences, no if no.isdisjoint(own) else frozenset(), after, unless)


def _sequence(entry: Entry, written: str) -> tuple[_Word, ...]:
    places: list[_Word] = []
    gap = False
    for piece in written.split():
        if piece == "..":
            gap = True
            continue
        whole, starts, parts = set(), [], []
        for choice in piece.split("/"):
            word = normalise(choice.strip("*"))
            if not word or " " in word:
                raise ContentError(entry.path, entry.name, f"has '{choice}' in '{written}'", "write one word there")
            if choice.startswith("*"):
                parts.append(word)
            elif choice.endswith("*"):
                starts.append(word)
            else:
                whole.add(word)
        places.append(_Word(frozenset(whole), tuple(starts), tuple(parts), gap))
        gap = False
    if not places:
        raise ContentError(entry.path, entry.name, f"has the empty pattern '{written}'", "write the words of a cry")
    return tuple(places)
