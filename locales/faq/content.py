"""The FAQ's topics and texts, read from the YAML files beside this module and, on top, from a municipality's own file.

Reading is strict: a wrong key, an unknown topic or an empty text is an error that names the file, the topic and the
mend, because these files are edited by hand. Whether a text says the right thing is judged elsewhere
(`bot/faq/quality/check.py`).

The municipality's file has the same shape, in two optional parts:

    topics:                      # new topics, or some fields of known ones
      - id: sport
        checked_on: 2027-02-01
    texts:
      nl:
        sport: {answer: "Sporten hoort erbij. Bel Versa Welzijn."}   # its other texts stay as they were
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args

from locales.faq.reading import ContentEntry, ContentError, read_yaml
from locales.faq.sources import Sources, read_sources

__all__ = [
    "PERSONAL", "Action", "Audience", "ContentError", "FaqContent", "Personal", "Topic", "TopicText", "load_faq",
]  # fmt: skip

Audience = Literal["all", "asylum", "migrant"]
Action = Literal["absence", "appointments", "plan", "settings", "language", "privacy", "menu", "handover", "note"]

#: What of the person's own can be said under an answer; bot/dialogue/own/lines.py says it.
Personal = Literal[
    "term_start", "term_end", "pip_due", "route", "route_switch_until", "scale_down", "relief_end",
    "education_max_end", "guidance_end", "progress_meetings", "consultant", "pvt", "map",
    "lesson_hours", "participation_hours",
]  # fmt: skip
PERSONAL: Final[tuple[Personal, ...]] = get_args(Personal)

SOURCE: Final = "nl"
_HERE: Final = Path(__file__).parent
#: Other files beside these are no language: the registry, and what the finder learns from.
_LOCALE: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_AUDIENCES: Final[tuple[Audience, ...]] = ("all", "asylum", "migrant")
_ACTIONS: Final[tuple[Action, ...]] = (
    "absence", "appointments", "plan", "settings", "language", "privacy", "menu", "handover", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing people ask about; its words are in `TopicText`.

    `section` names the start note's sections that support the answer, "" where there is none. `applies_to` and `route`
    (empty: every route) say for whom it holds, `instead` which topic to show the others, `benefit` whether it holds for
    people with a benefit only. `official` texts are shown in Dutch too. `personal` names what of the person's own is
    said under it. `action` is what the dialogue starts beside the answer.
    """

    id: str
    group: str
    section: str
    applies_to: Audience = "all"
    route: tuple[str, ...] = ()
    official: bool = False
    benefit: bool = False
    varies: bool = False
    review: bool = False
    checked_on: date | None = None
    related: tuple[str, ...] = ()
    personal: tuple[Personal, ...] = ()
    action: Action | None = None
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class TopicText:
    """A topic in one language; `ask` trains the finder.

    `answer_migrant` is what family and other migrants hear in place of `answer`; None where theirs is the same.
    """

    question: str
    answer: str
    answer_migrant: str | None = None
    ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FaqContent:
    """Everything the FAQ can say. `topics` keeps the registry's order; `texts` is locale → topic id → text.

    `overridden` lists the (locale, topic id) pairs whose text came from the municipality's file; `behind` those whose
    answers are the source language's, because the translation has not followed a change yet (behind.yaml). `sources`
    tell where every statement stands.
    """

    topics: Mapping[str, Topic]
    texts: Mapping[str, Mapping[str, TopicText]]
    overridden: frozenset[tuple[str, str]] = frozenset()
    behind: frozenset[tuple[str, str]] = frozenset()
    sources: Sources = field(default_factory=Sources)

    def text(self, topic: str, locales: Sequence[str]) -> TopicText | None:
        """The topic's text in the first of `locales` that has it (give the chain: `("fa_AF", "fa", "nl")`)."""
        locale = self.locale_of(topic, locales)
        return self.texts[locale][topic] if locale else None

    def locale_of(self, topic: str, locales: Sequence[str]) -> str | None:
        """Which of `locales` has the topic: the language `text` answers in."""
        return next((locale for locale in locales if topic in self.texts.get(locale, {})), None)


def load_faq(override: Path | None = None, folder: Path = _HERE) -> FaqContent:
    """Read the registry, every language file that is there, and the municipality's own file.

    Raises `ContentError` where a file cannot be understood; it names the file, the topic and the mend.
    """
    registry = folder / "registry.yaml"
    topics = {entry.name: _topic(entry, None) for entry in _topic_entries(registry, read_yaml(registry))}
    texts: dict[str, dict[str, TopicText]] = {}
    for path in sorted(folder.glob("*.yaml")):
        if _LOCALE.fullmatch(path.stem):
            texts[path.stem] = _texts(path, read_yaml(path), topics, {})
    behind = _behind(folder / "behind.yaml", texts)
    overridden: set[tuple[str, str]] = set()
    if override is not None:
        own = ContentEntry(override, "", read_yaml(override))
        own.only({"topics", "texts"})
        for entry in _topic_entries(override, own.get("topics", [])):
            topics[entry.name] = _topic(entry, topics.get(entry.name))
        for locale, value in ContentEntry(override, "texts", own.get("texts", {})).items():
            changed = _texts(override, value, topics, texts.get(locale, {}))
            texts[locale] = {**texts.get(locale, {}), **changed}
            overridden |= {(locale, topic) for topic in changed}
    _check_references(override or registry, topics)
    return FaqContent(
        MappingProxyType(topics),
        MappingProxyType({locale: MappingProxyType(value) for locale, value in texts.items()}),
        frozenset(overridden),
        frozenset(behind - overridden),
        read_sources(folder / "sources.yaml") if (folder / "sources.yaml").exists() else Sources(),
    )


def _behind(path: Path, texts: dict[str, dict[str, TopicText]]) -> set[tuple[str, str]]:
    """Give translations that are behind the source's answers, and tell which they are."""
    if not path.exists():
        return set()
    entry = ContentEntry(path, "", read_yaml(path) or {})
    pairs = {(locale, topic) for locale, _ in entry.items() for topic in entry.texts(locale, ())}
    for locale, topic in pairs:
        own, source = texts.get(locale, {}).get(topic), texts[SOURCE].get(topic)
        if own is None or source is None:
            raise ContentError(path, topic, f"is in the list of {locale}, which has no such text", "take it out")
        texts[locale][topic] = replace(own, answer=source.answer, answer_migrant=source.answer_migrant)
    return pairs


def _topic_entries(path: Path, value: object) -> list[ContentEntry]:
    if not isinstance(value, list):
        raise ContentError(path, "", "the topics are not a list", "start every topic with '- id: name'")
    entries: list[ContentEntry] = []
    for item in value:
        name = ContentEntry(path, "", item).text("id", None)
        if any(name == entry.name for entry in entries):
            raise ContentError(path, name, "stands in the file twice", "keep one of the two")
        entries.append(ContentEntry(path, name, item))
    return entries


def _topic(entry: ContentEntry, base: Topic | None) -> Topic:
    """A topic from its entry; `base` gives the fields that the entry does not name."""
    entry.only({*Topic.__dataclass_fields__})
    if base is None:
        base = Topic(entry.name, entry.text("group", None), entry.text("section", None))
    return Topic(
        id=entry.name,
        group=entry.text("group", base.group),
        section=entry.text("section", base.section),
        applies_to=entry.one_of("applies_to", _AUDIENCES, base.applies_to),
        route=entry.texts("route", base.route),
        official=entry.flag("official", base.official),
        benefit=entry.flag("benefit", base.benefit),
        varies=entry.flag("varies", base.varies),
        review=entry.flag("review", base.review),
        checked_on=entry.day("checked_on", base.checked_on),
        related=entry.texts("related", base.related),
        personal=entry.words("personal", PERSONAL, base.personal),
        action=None if entry.get("action", base.action) is None else entry.one_of("action", _ACTIONS, base.action),
        instead=entry.optional_text("instead", base.instead),
    )


def _texts(
    path: Path, value: object, topics: Mapping[str, Topic], base: Mapping[str, TopicText]
) -> dict[str, TopicText]:
    found: dict[str, TopicText] = {}
    for name, fields in ContentEntry(path, "", value).items():
        if name not in topics:
            raise ContentError(path, name, "is no topic", "mend the name, or add the topic to the registry")
        entry, old = ContentEntry(path, name, fields), base.get(name)
        entry.only({*TopicText.__dataclass_fields__})
        found[name] = TopicText(
            question=entry.text("question", old.question if old else None),
            answer=entry.text("answer", old.answer if old else None),
            answer_migrant=entry.optional_text("answer_migrant", old.answer_migrant if old else None),
            ask=entry.texts("ask", old.ask if old else ()),
        )
    return found


def _check_references(path: Path, topics: Mapping[str, Topic]) -> None:
    for topic in topics.values():
        for name in (*topic.related, *([topic.instead] if topic.instead else [])):
            if name not in topics:
                raise ContentError(path, topic.id, f"refers to '{name}', which is no topic", "name a topic that exists")
