"""Patterns of a few words, as locales/faq/urgent.yaml and locales/faq/absence.yaml have them, found in a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from bot.faq.words import normalise
from locales.faq.reading import ContentEntry, ContentError

T = TypeVar("T")
_GAP: Final = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One place of a pattern: the words that may stand there, whole or by a part of them."""

    whole: frozenset[str]
    starts: tuple[str, ...]
    parts: tuple[str, ...]
    gap_before: bool = False

    def fits(self, word: str) -> bool:
        """Whether this word may stand here."""
        return word in self.whole or word.startswith(self.starts) or any(part in word for part in self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Sequences of words that must all be found (`&` of the file), unless a word of `cancels` stands with them."""

    sequences: tuple[tuple[Word, ...], ...]
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


class PatternIndex(Generic[T]):
    """Patterns by their first word, with what each of them means: a text is compared with the possible ones only."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[Pattern, T]]] = defaultdict(list)
        self._by_start: dict[str, list[tuple[Pattern, T]]] = defaultdict(list)
        self._by_part: list[tuple[Pattern, T]] = []

    def add(self, pattern: Pattern, meaning: T) -> None:
        """Know this pattern too."""
        first = pattern.sequences[0][0]
        for word in first.whole:
            self._by_word[word].append((pattern, meaning))
        for stem in first.starts:
            self._by_start[stem[:2]].append((pattern, meaning))
        if first.parts:
            self._by_part.append((pattern, meaning))

    def first_in(self, words: Sequence[str]) -> T | None:
        """What the first pattern that is found means."""
        return next(self.all_in(words), None)

    def all_in(self, words: Sequence[str]) -> Iterator[T]:
        """What every pattern that is found means."""
        # Each pattern looks at the whole text: once is enough, however often its first word is repeated.
        possible = dict.fromkeys(self._possible(dict.fromkeys(words)))
        return (meaning for pattern, meaning in possible if pattern.found_in(words))

    def _possible(self, words: Iterable[str]) -> Iterator[tuple[Pattern, T]]:
        for word in words:
            yield from self._by_word.get(word, ())
            yield from self._by_start.get(word[:2], ())
            for pattern, meaning in self._by_part:
                if pattern.sequences[0][0].fits(word):
                    yield pattern, meaning


def patterns_of(entry: ContentEntry, key: str) -> Iterator[Pattern]:
    """The patterns under a key of a language's entry, with its `not`, `not_after` and `unless`."""
    no, after, unless = (frozenset(map(normalise, entry.texts(k, ()))) for k in ("not", "not_after", "unless"))
    for written in entry.texts(key, ()):
        sequences = tuple(_sequence(entry, part) for part in written.split("&"))
        own = {word for sequence in sequences for place in sequence for word in place.whole}
        yield Pattern(sequences, no if no.isdisjoint(own) else frozenset(), after, unless)


def _ends(sequence: tuple[Word, ...], words: Sequence[str], start: int) -> Iterator[int]:
    """Every position just after a match of the sequence that begins at `start` (a gap before its first word aside)."""
    if start >= len(words) or not sequence[0].fits(words[start]):
        return
    if len(sequence) == 1:
        yield start + 1
        return
    for skipped in range(_GAP + 1 if sequence[1].gap_before else 1):
        yield from _ends(sequence[1:], words, start + 1 + skipped)


def _sequence(entry: ContentEntry, written: str) -> tuple[Word, ...]:
    places: list[Word] = []
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
        places.append(Word(frozenset(whole), tuple(starts), tuple(parts), gap))
        gap = False
    if not places:
        raise ContentError(entry.path, entry.name, f"has the empty pattern '{written}'", "write the words of a cry")
    return tuple(places)
