"""Where every statement of the answers stands: `sources.yaml`, read strictly, and the statements it speaks of.

A statement is a sentence of the Dutch text; a question and the sentence that answers it are one. Several sources may
support one, and what could not be verified is marked, so that a municipality is asked about it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Final

from locales.faq.reading import ContentEntry, ContentError, read_yaml

#: Behind a source that could not be verified.
UNVERIFIED: Final = " ?"
#: What a statement is when the municipality wrote its text itself.
LOCAL: Final = "local"
_PARTS: Final = ("answer", "answer_migrant")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class CitedText:
    """A law, a ruling or a page: its name, where it was read, the date of the text, and when it was read."""

    name: str
    where: str
    text_of: date
    read_on: date


@dataclass(frozen=True, slots=True)
class Cited:
    """One article or section of a text; `article` is "" for a text without any."""

    key: str
    text: CitedText
    article: str

    def __str__(self) -> str:
        """As people read it: "Wet inburgering 2021, art. 11"."""
        if not self.article:
            return self.text.name
        return f"{self.text.name}, {'' if self.key == 'note' else 'art. '}{self.article}"


@dataclass(frozen=True, slots=True)
class Support:
    """What supports one statement."""

    citations: tuple[Cited, ...]
    unverified: bool = False

    @property
    def is_law(self) -> bool:
        """Whether a law or a ruling says it, and not the municipalities themselves."""
        return any(one.key not in _NO_LAW for one in self.citations)


@dataclass(frozen=True, slots=True)
class Sources:
    """What supports every statement: by topic and part of its text, and by pattern of the catalogs' keys."""

    faq: Mapping[str, Mapping[str, tuple[Support, ...]]] = field(default_factory=dict)
    messages: Mapping[str, Support] = field(default_factory=dict)
    local: Support = Support(())

    def of_message(self, key: str) -> Support | None:
        """What supports a text of the catalogs: the most precise pattern that fits its key."""
        fitting = [pattern for pattern in self.messages if fnmatchcase(key, pattern)]
        return self.messages[max(fitting, key=len)] if fitting else None

    def law(self, topic: str, part: str) -> str:
        """The laws and rulings behind an answer in one line, articles of one text together; "" where there are none."""
        articles: dict[str, list[str]] = {}
        for support in self.faq.get(topic, {}).get(part, ()):
            for citation in support.citations:
                if citation.key in _NO_LAW:
                    continue
                found = articles.setdefault(citation.text.name, [])
                if citation.article and citation.article not in found:
                    found.append(citation.article)
        return "; ".join(f"{name}, art. {', '.join(found)}" if found else name for name, found in articles.items())


#: The start note has a line of its own; the others are no law.
_NO_LAW: Final = frozenset({"note", "own", LOCAL, "Loket", "Divosa"})


def statements(text: str) -> list[str]:
    """The statements of a Dutch text, in order."""
    found: list[str] = []
    question = ""
    for sentence in filter(None, _SENTENCE.split(text)):
        if sentence.endswith("?"):
            question = f"{question} {sentence}".strip()
        else:
            found.append(f"{question} {sentence}".strip())
            question = ""
    return [*found, question] if question else found


def read_sources(path: Path) -> Sources:
    """The file's content.

    Raises:
        ContentError: when it cannot be understood; the text names the topic and the mend.
    """
    file = ContentEntry(path, "", read_yaml(path))
    file.only({"texts", "faq", "messages"})
    texts = {
        name: _text(ContentEntry(path, f"texts.{name}", value))
        for name, value in ContentEntry(path, "texts", file.get("texts", {})).items()
    }
    faq: dict[str, Mapping[str, tuple[Support, ...]]] = {}
    for topic, value in ContentEntry(path, "faq", file.get("faq", {})).items():
        entry = ContentEntry(path, topic, value)
        entry.only(set(_PARTS))
        faq[topic] = MappingProxyType(
            {part: tuple(_support(entry, one, texts) for one in entry.texts(part, ())) for part, _ in entry.items()}
        )
    entry = ContentEntry(path, "messages", file.get("messages", {}))
    messages = {pattern: _support(entry, entry.text(pattern, None), texts) for pattern, _ in entry.items()}
    local = _support(file, LOCAL, texts)
    return Sources(MappingProxyType(faq), MappingProxyType(messages), local)


def _text(entry: ContentEntry) -> CitedText:
    entry.only({"name", "where", "text_of", "read_on"})
    text_of, read_on = entry.day("text_of", None), entry.day("read_on", None)
    if text_of is None or read_on is None:
        raise entry.error("has no date", "write text_of and read_on, as 2026-11-29")
    return CitedText(entry.text("name", None), entry.text("where", None), text_of, read_on)


def _support(entry: ContentEntry, written: str, texts: Mapping[str, CitedText]) -> Support:
    unverified = written.endswith(UNVERIFIED)
    citations: list[Cited] = []
    for one in written.removesuffix(UNVERIFIED).split(" + "):
        key, _, article = one.strip().partition(" ")
        if key not in texts:
            raise entry.error(f"cites '{key}', which is no text", f"use one of: {', '.join(texts)}")
        citations.append(Cited(key, texts[key], article))
    return Support(tuple(citations), unverified)


def check_numbers(
    dutch: Mapping[str, Mapping[str, str]], sources: Sources, own: Sequence[str]
) -> list[tuple[str, str]]:
    """Topic and sentence of every answer whose statements and sources do not go together.

    `dutch` is topic → part → text; `own` are the topics whose text the municipality wrote itself.
    """
    found: list[tuple[str, str]] = []
    for topic, parts in dutch.items():
        if topic in own:
            continue
        for part, text in parts.items():
            count, given = len(statements(text)), len(sources.faq.get(topic, {}).get(part, ()))
            if count != given:
                found.append((topic, f"makes {count} statements in its {part} and names sources for {given}"))
    found += [(topic, "has sources and is no topic") for topic in sources.faq if topic not in dutch]
    return found


__all__ = [
    "LOCAL", "Cited", "CitedText", "ContentError", "Sources", "Support", "check_numbers", "read_sources",
    "statements",
]  # fmt: skip
