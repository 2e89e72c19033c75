"""Finds what is wrong with the FAQ's texts: gaps, missing sources, amounts that do not agree, texts that are too long.

Amounts and terms are held against DOMAIN.md: the fines of 1.11 and the terms of 1.4 to 3.8. Small numbers (up to 3, and
halves) are often written as words and are not compared.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from bot.faq.words import normalise
from locales.faq.content import FaqContent, Topic, TopicText

Kind = Literal[
    "gap", "section", "amount", "length", "placeholder", "duplicate", "phrasings", "override", "behind", "source",
]  # fmt: skip

#: The languages of Maatje; the first is the source.
LOCALES: Final = ("nl", "en", "ar", "ti", "am", "tr", "fa", "fa_AF", "ps", "so", "ku", "ckb", "uk", "ru", "fr")
_MANY_PHRASINGS: Final = {"nl", "en", "ar"}
#: Topics on Maatje itself have no section in the start note.
_OWN_GROUPS: Final = {"bot_help", "privacy"}
#: The start note does not know these; the law does (sources.yaml).
_ONLY_IN_THE_LAW: Final = {"permit_risk", "intake_alone"}
_SECTIONS: Final = frozenset(
    ["2"]
    + [f"1.{number}" for number in range(1, 12)]
    + [f"3.{number}" for number in range(1, 9)]
    + ["4.1", "4.2", "4.3", "4.4", "5.1", "5.2", "5.3", "6.1", "7.1", "7.2"]
)
#: Amounts in euros (docs/domain.md, fines): what its own answers name, those for migrants included.
_EUROS: Final = {
    "fine_intake": {250},
    "fine_missed_lessons": {50, 800},
    "fine_not_in_time": {1000},
    "fine_pvt_map": {340},
    "exemption_possible": {225},
    "exam_costs_attempts": {50},
    "family_migrant_costs": {50},
}
#: Terms, hours and ages that the answer must name (DOMAIN.md, terms and hours).
_NUMBERS: Final = {
    "pip_deadline": {4, 10},
    "downgrade_to_a2": {600},
    "ontzorgen_duration": {6},
    "pvt_hours_excursion": {12},
    "z_route": {800},
    "education_route_older_28": {30},
    "object_to_decision": {6},
    "what_is_map": {40},
    "moving_municipality": {10},
    "progress_meeting_frequency": {12},
    "lesson_days": {5},
}
_YEARS: Final = range(2000, 2100)
_MOST_SENTENCES: Final = 6
_MOST_CHARACTERS: Final = 480
#: Level A2 in Dutch: about twelve words; enumerations may be somewhat longer.
_MOST_WORDS_NL: Final = 15
# An ordinal ("1. görüşme") does not end a sentence.
_SENTENCE: Final = re.compile(r"(?<=[^\d][.!?؟።])\s+")
# A level (B1), a year (2025) and a number in a name (DUO-1) are no amounts.
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9.,])(\d{1,3}(?:[.\u00a0\u202f ]\d{3})+|\d+(?:[.,]\d+)?)(?![\d])")


@dataclass(frozen=True, slots=True)
class TopicFault:
    """One thing to mend. `locale` and `topic` are "" where the fault is not in one of them."""

    kind: Kind
    locale: str
    topic: str
    message: str

    def __str__(self) -> str:
        """The fault in one line, for the command line."""
        return f"{'/'.join(part for part in (self.locale, self.topic) if part)}: {self.message}"


def check_content(content: FaqContent) -> list[TopicFault]:
    """Every fault of the content, by locale in the order of `LOCALES`, then by topic. An empty list: all is well."""
    faults = [fault for topic in content.topics.values() for fault in _topic_faults(topic)]
    for locale in dict.fromkeys((*LOCALES, *content.texts)):
        texts = content.texts.get(locale)
        if texts is None:
            faults.append(TopicFault("gap", locale, "", "there is no file for this language"))
            continue
        for topic in content.topics.values():
            text = texts.get(topic.id)
            if text is None:
                faults.append(TopicFault("gap", locale, topic.id, "has no text"))
            else:
                faults.extend(_text_faults(content, locale, topic, text))
    return [*faults, *_duplicates(content)]


def numbers(text: str) -> set[float]:
    """The numbers in a text, in whatever digits; a level such as B1 is none."""
    found = set()
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"[.\u00a0\u202f ](?=\d{3})", "", match[1])
        found.add(float(digits.replace(",", ".")))
    return found


def answer_findings(content: FaqContent, locale: str, topic: str) -> list[TopicFault]:
    """What is wrong with one topic's answers in one language, beside the Dutch: length, amounts, placeholders."""
    found = _text_faults(content, locale, content.topics[topic], content.texts[locale][topic])
    return [fault for fault in found if fault.kind in ("length", "amount", "placeholder")]


def _topic_faults(topic: Topic) -> Iterator[TopicFault]:
    sections = [part.strip() for part in topic.section.split(",") if part.strip()]
    if not sections and topic.group not in _OWN_GROUPS and topic.id not in _ONLY_IN_THE_LAW:
        yield TopicFault("section", "", topic.id, "names no section of the start note")
    for section in sections:
        if section not in _SECTIONS:
            yield TopicFault("section", "", topic.id, f"names section {section}, which the start note does not have")
    if topic.checked_on is None:
        yield TopicFault("section", "", topic.id, "has no date on which it was last checked")


def _text_faults(content: FaqContent, locale: str, topic: Topic, text: TopicText) -> Iterator[TopicFault]:
    def fault(kind: Kind, message: str) -> TopicFault:
        return TopicFault(kind, locale, topic.id, message)

    source = content.text(topic.id, LOCALES[:1])
    if source is not None and (source.answer_migrant is None) != (text.answer_migrant is None):
        yield fault(
            "gap", "has an answer_migrant that the Dutch lacks" if text.answer_migrant else "lacks its answer_migrant"
        )
    least = 10 if locale in _MANY_PHRASINGS else 6
    if len(set(map(normalise, text.ask))) < least:
        yield fault("phrasings", f"has {len(set(map(normalise, text.ask)))} ways of asking, {least} are needed")
    if (locale, topic.id) in content.behind:
        yield fault("behind", "is behind the Dutch: people hear the Dutch answer")
        return
    yield from (fault("length", message) for message in _length(locale, text))
    yield from (fault("placeholder", message) for message in _placeholders(text))
    yield from (fault("amount", message) for message in _amounts(content, locale, topic, text))
    if (LOCALES[0], topic.id) in content.overridden and (locale, topic.id) not in content.overridden:
        yield fault("override", "still gives the package's text, while the Dutch one was changed")


def _length(locale: str, text: TopicText) -> Iterator[str]:
    for answer in filter(None, (text.answer, text.answer_migrant)):
        sentences = [sentence for sentence in _SENTENCE.split(answer) if sentence]
        if len(sentences) > _MOST_SENTENCES:
            yield f"answers in {len(sentences)} sentences, {_MOST_SENTENCES} is the most"
        if len(answer) > _MOST_CHARACTERS:
            yield f"answers in {len(answer)} characters, {_MOST_CHARACTERS} is the most"
        for sentence in sentences if locale == LOCALES[0] else ():
            if len(sentence.split()) > _MOST_WORDS_NL:
                yield f"has a sentence of {len(sentence.split())} words, {_MOST_WORDS_NL} is the most: {sentence}"


def _placeholders(text: TopicText) -> Iterator[str]:
    for name, value in (("question", text.question), ("answer", text.answer), ("answer_migrant", text.answer_migrant)):
        if value and ("{" in value or "}" in value):
            yield f"has a placeholder in its {name}, where none is filled in"


def _amounts(content: FaqContent, locale: str, topic: Topic, text: TopicText) -> Iterator[str]:
    # A year is no amount.
    named = {number for number in numbers(f"{text.answer} {text.answer_migrant or ''}") if number not in _YEARS}
    for amount in sorted(_EUROS.get(topic.id, set()) | _NUMBERS.get(topic.id, set())):
        if amount not in named:
            yield f"does not name {amount}, as DOMAIN.md has it"
    if topic.group == "fines":
        for number in sorted(named - _EUROS.get(topic.id, set())):
            if number >= 100:
                yield f"names an amount of {number:g} that DOMAIN.md does not have"
    source = content.text(topic.id, LOCALES[:1])
    if source is None or locale == LOCALES[0]:
        return
    for part, own, dutch in (
        ("answer", text.answer, source.answer),
        ("answer_migrant", text.answer_migrant or "", source.answer_migrant or ""),
    ):
        other = {number for number in numbers(own) ^ numbers(dutch) if number > 3}
        if other:
            yield f"differs from the Dutch {part} in: {', '.join(f'{number:g}' for number in sorted(other))}"


def _duplicates(content: FaqContent) -> Iterator[TopicFault]:
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for locale, texts in content.texts.items():
        for topic, text in texts.items():
            for phrasing in (text.question, *text.ask):
                owners[normalise(phrasing)].setdefault(topic, locale)
    for phrasing, topics in owners.items():
        if len(topics) > 1:
            first, *others = topics
            for other in others:
                yield TopicFault("duplicate", topics[other], other, f"shares the phrasing '{phrasing}' with {first}")
        if not phrasing:
            yield from (
                TopicFault("phrasings", locale, topic, "has a phrasing without a letter")
                for topic, locale in topics.items()
            )
