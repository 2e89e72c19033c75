"""The letters and words of the FAQ's texts: wrong script, leftovers, direction marks, words that the glossary avoids.
What the answers say is judged in bot/faq/quality/check.py.

An answer may name a Dutch word that the Dutch answer has too (bijstand, Participatiewet), since it stands on letters.
Any other Latin word in another script is a leftover.
"""

import re
from collections.abc import Iterable, Iterator

from locales.checking.scripts import wrong_letters, wrong_marks
from locales.checking.text_check import LATIN_WORD, TextFault, bidi_faults, leftovers, plain_text
from locales.faq.content import FaqContent, TopicText
from locales.glossary.reading import Glossary
from locales.rendering.languages import SOURCE

_SHORTEST_STEM = 3


def faq_faults(content: FaqContent, locale: str, glossary: Glossary) -> Iterator[tuple[str, TextFault, str]]:
    """Topic, kind and sentence of every fault of one language's FAQ texts."""
    for topic, text in content.texts.get(locale, {}).items():
        source = content.texts[SOURCE].get(topic)
        if (locale, topic) in content.behind:
            continue
        for part in parts(text):
            for kind, fault in answer_faults(parts(source) if source else (), part, locale, glossary):
                yield topic, kind, fault


def answer_faults(source: Iterable[str], text: str, locale: str, glossary: Glossary) -> Iterator[tuple[TextFault, str]]:
    """Every fault of one text of a topic; `source` are the Dutch texts of that topic."""
    dutch = frozenset(word.casefold() for part in source for word in LATIN_WORD.findall(part))
    for fault in bidi_faults(text):
        yield "bidi", fault
    plain = _without(dutch, plain_text(text, glossary))
    for fault in (*wrong_letters(plain, locale), *wrong_marks(text, locale)):
        yield "script", fault
    for fault in leftovers(plain, locale):
        yield "leftover", fault
    for fault in glossary.avoided(text, locale):
        yield "glossary", fault


def parts(text: TopicText) -> tuple[str, ...]:
    """What a reader can meet of a topic; the phrasings of `ask` are only read by the finder."""
    return tuple(part for part in (text.question, text.answer, text.answer_migrant) if part)


def _without(dutch: frozenset[str], text: str) -> str:
    """The text without words of the Dutch answer, also where they got an ending of the language's own."""

    def kept(found: re.Match[str]) -> str:
        word = found[0].casefold()
        stems = {word[:length] for length in range(_SHORTEST_STEM, len(word) + 1)}
        known = word in dutch or bool(stems & dutch) or any(other.startswith(word) for other in dutch)
        return " " if known else found[0]

    return LATIN_WORD.sub(kept, text)
