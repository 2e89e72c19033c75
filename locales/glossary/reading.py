"""Reads the glossary: nl.yaml names the official terms, <locale>.yaml how a language renders and explains them.

A locale's file is a mapping from a term to the stems by which its texts may name it, the first being the one to use:

    terms:
      consulent: [مستشار]

Where the Dutch text has a term, the translation has the Dutch word itself or one of the stems; a term that stays needs
the Dutch word, and its stems are how the language explains it.

`never` names, under the word to use, what no text for people may say instead of it; `*` stands for the rest of a word,
and `but` lists the phrases in which such a word is right:

    never:
      para cezası: [ceza*]
    but: [para cezası]

`marks` are the language's punctuation, each with what is no punctuation of it, and `digits` the ones its texts write
numbers with (what the program fills in has the reader's own: locales/rendering):

    marks: {፧: "?", ፣: "፡"}
    digits: "0123456789"

Who is spoken to is data too: the polite word stands under `never` with the familiar ones (u: [je, jij]).

One thing has one name so that a reader who learned it from a reminder knows it again in an answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent


class GlossaryError(ValueError):
    """A glossary file that is not in order; says file and reason."""


@dataclass(frozen=True, slots=True)
class Term:
    """One official term: how the Dutch writes it, what it means in simple Dutch, whether it stays in translations."""

    id: str
    forms: tuple[str, ...]
    means: str
    stays: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds the term in a Dutch text, in any of its forms and as the beginning of a longer form (consulenten)."""
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, self.forms)) + r")", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Avoided:
    """What one language's texts may not have: words (with `*` for the rest of a word) by the word to use instead, marks
    by the mark to use, and digits other than these ("" = any)."""

    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    but: tuple[str, ...] = ()
    marks: dict[str, str] = field(default_factory=dict)
    digits: str = ""

    def found(self, text: str) -> list[str]:
        """A sentence for each word, mark or digit of the text that has a better one; [] when there is none."""
        return [*self._words_in(text), *self._signs_in(text)]

    def _signs_in(self, text: str) -> Iterator[str]:
        for say, wrong in self.marks.items():
            yield from (f"{mark}: write {say}" for mark in wrong if mark in text)
        if self.digits and (other := {char for char in text if char.isdecimal() and char not in self.digits}):
            yield f"{' '.join(sorted(other))}: write the digits {self.digits}"

    def _words_in(self, text: str) -> list[str]:
        text = _folded(text)
        for phrase in sorted(self.but, key=len, reverse=True):
            text = text.replace(_folded(phrase), " ")
        return [
            f"{match[0]}: say {say}"
            for say, variants in self.words.items()
            for variant in variants
            if (match := _variant(variant).search(text))
        ]


@dataclass(frozen=True)
class Glossary:
    """The terms, the names that stay, and per locale the stems of each term and the words to avoid."""

    terms: tuple[Term, ...]
    names: tuple[str, ...]
    stems: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    never: dict[str, Avoided] = field(default_factory=dict)

    @cached_property
    def _staying(self) -> re.Pattern[str]:
        words = sorted({*self.names, *(form for term in self.terms for form in term.forms)}, key=len, reverse=True)
        # Letters of another script may follow at once: "PIPەکەتان", "MAPን".
        return re.compile(r"(?<![A-Za-z])(?:" + "|".join(map(re.escape, words)) + r")(?![A-Za-z])", re.IGNORECASE)

    def without_terms(self, text: str) -> str:
        """A text without official terms and names: what is left should be in the reader's language."""
        return self._staying.sub(" ", text)

    def inconsistent(self, source: str, text: str, locale: str) -> list[str]:
        """Terms that the Dutch text has and the translation does not name in the agreed way."""
        agreed = self.stems.get(locale, {})
        lower = _folded(text)
        lost = [
            f"{term.forms[0]}: the Dutch word stays, with the explanation beside it"
            for term in self.terms
            if term.stays and term.pattern.search(source) and not any(form.casefold() in lower for form in term.forms)
        ]
        return lost + [
            f"{term.forms[0]}: say {' or '.join(stems)} (or the Dutch word)"
            for term in self.terms
            if not term.stays
            and (stems := agreed.get(term.id))
            and term.pattern.search(source)
            and not any(word.casefold() in lower for word in (*stems, *term.forms))
        ]

    def avoided(self, text: str, locale: str) -> list[str]:
        """Words of a text that the language's glossary forbids, each with the word to use."""
        return self.never[locale].found(text) if locale in self.never else []


def load_glossary(folder: Path = FOLDER) -> Glossary:
    """Read every file of the folder.

    Raises:
        GlossaryError: for a file that is not in order, or that names a term that nl.yaml does not have.
    """
    source = _mapping(folder / "nl.yaml")
    terms = []
    for name, about in _items(source.get("terms"), "nl.yaml"):
        fields = dict(_items(about, f"nl.yaml, {name}"))
        terms.append(
            Term(
                name,
                _strings(fields.get("forms"), f"nl.yaml, {name}"),
                str(fields.get("means", "")),
                fields.get("stays") is True,
            )
        )
    known = {term.id for term in terms}
    stems: dict[str, dict[str, tuple[str, ...]]] = {}
    never: dict[str, Avoided] = {}
    for path in sorted(folder.glob("*.yaml")):
        content = _mapping(path)
        never[path.stem] = _avoided(content, path.name)
        if path.stem == "nl":
            continue
        said = {name: _strings(value, path.name) for name, value in _items(content.get("terms"), path.name)}
        if unknown := sorted(set(said) - known):
            raise GlossaryError(f"{path.name}: no such term in nl.yaml: {', '.join(unknown)}")
        stems[path.stem] = said
    return Glossary(tuple(terms), _strings(source.get("names"), "nl.yaml, names"), stems, never)


def _avoided(content: dict[str, object], where: str) -> Avoided:
    words = {say: _strings(value, f"{where}, never, {say}") for say, value in _items(content.get("never", {}), where)}
    marks = {mark: str(wrong) for mark, wrong in _items(content.get("marks", {}), f"{where}, marks")}
    but = _strings(content["but"], f"{where}, but") if "but" in content else ()
    return Avoided(words, but, marks, str(content.get("digits", "")))


def _folded(text: str) -> str:
    # Turkish İ folds to i with a dot of its own.
    return text.casefold().replace("\u0307", "")


@lru_cache(maxsize=1024)
def _variant(variant: str) -> re.Pattern[str]:
    """A whole word or phrase; `*` lets letters follow or go before."""
    body = re.escape(_folded(variant.strip("*")))
    before = "" if variant.startswith("*") else r"(?<!\w)"
    after = r"\w*" if variant.endswith("*") else r"(?!\w)"
    return re.compile(before + body + after)


def _mapping(path: Path) -> dict[str, object]:
    try:
        return dict(_items(yaml.safe_load(path.read_text(encoding="utf-8")), path.name))
    except (OSError, yaml.YAMLError) as error:
        raise GlossaryError(f"{path.name}: {error}") from error


def _items(value: object, where: str) -> list[tuple[str, object]]:
    if not isinstance(value, dict):
        raise GlossaryError(f"{where}: should be a mapping")
    return [(str(name), inner) for name, inner in value.items()]


def _strings(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise GlossaryError(f"{where}: should be a list of words")
    return tuple(str(item) for item in value)
