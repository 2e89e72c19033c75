"""Everything that the understanding learns from, as rows: a text, its class, and how much it counts.

From the FAQ's phrasings, the texts that nobody answers, the cries for help, and the texts of locales/understanding,
written and composed.
Where two sources would say different things of one text, the more particular wins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import locales.faq
from bot.faq.finding import SAME_AS_ACT
from bot.faq.model import ACT, CRY, HARMLESS, OUTSIDE, phrasings
from bot.faq.urgent import NEEDS
from bot.faq.words import normalise
from locales.faq.content import FaqContent
from locales.faq.reading import ContentEntry, ContentError, read_yaml
from locales.understanding.composing import COMPOSED, composed_texts
from locales.understanding.texts import FOLDER, Written, written_texts

_FOLDER: Final = Path(locales.faq.__file__).parent
_OUTSIDE_FILE: Final = _FOLDER / "outside.yaml"
_CRIES_FILE: Final = _FOLDER / "cries.yaml"
#: A second act of a text is learnt too, as less than the first.
_SECOND: Final = 0.4
#: A question to a topic counts for more: there are ten of a topic and language, and a hundred of an act, and a topic
#: must not seem rarer for it. And so does a text that nobody answers, a little.
_ASKED: Final = 3.0
_OFF_TOPIC: Final = 1.2
#: A composed text says what a hundred others say in nearly the same words.
_COMPOSED: Final = 0.35
#: Acts without details, as they are written in locales/understanding, with the topics that say the same.
PLAIN_ACTS: Final = ("absence", "late", "coming", "reschedule", "yes", "no", "stop", "human")
COURTESIES: Final = ("greeting", "thanks", "bye", "wish")


@dataclass(frozen=True, slots=True)
class Row:
    """One text to learn. `name` is its class; `maybe` are the classes it may be instead, to be settled by the others.

    `reason` is why somebody does not come, "" where none is said, None where nothing is known of it.
    """

    name: str
    language: str
    text: str
    weight: float = 1.0
    maybe: tuple[str, ...] = ()
    reason: str | None = None


def classes_of(content: FaqContent) -> tuple[str, ...]:
    """Every class: the topics, OUTSIDE, HARMLESS, a cry a need, and the acts."""
    acts = (*PLAIN_ACTS, *(f"courtesy:{kind}" for kind in COURTESIES))
    return (*content.topics, OUTSIDE, HARMLESS, *(CRY + need for need in NEEDS), *(ACT + act for act in acts))


def rows_of(content: FaqContent, folder: Path = FOLDER) -> list[Row]:
    """Every text to learn from, each once a class. Raises `ContentError`."""
    particular = [*_from_texts(content, written_texts(folder), folder), *cry_rows()]
    known = {normalise(row.text) for row in particular}
    particular += [
        row for row in _from_texts(content, composed_texts(), COMPOSED, _COMPOSED) if normalise(row.text) not in known
    ]
    common = [row for row in (*_phrased(content), *_outside()) if normalise(row.text) not in known]
    return list({(row.name, row.language, row.text): row for row in (*common, *particular)}.values())


def outside_texts(path: Path = _OUTSIDE_FILE) -> list[tuple[str, str]]:
    """(language, text) that no topic answers. Languages that Maatje does not speak have the language OUTSIDE."""
    entry = ContentEntry(path, "", read_yaml(path))
    return [
        (OUTSIDE if language == "other" else language, text)
        for language, _ in entry.items()
        for text in entry.texts(language, ())
    ]


def cry_rows(path: Path = _CRIES_FILE) -> list[Row]:
    """The cries for help."""
    found = []
    for language, value in ContentEntry(path, "", read_yaml(path)).items():
        entry = ContentEntry(path, language, value)
        entry.only(set(NEEDS))
        found += [Row(CRY + need, language, text) for need in NEEDS for text in entry.texts(need, ())]
    return found


def _outside() -> Iterator[Row]:
    # Greetings and a bare "yes" stand among them, from when they had no class of their own.
    maybe = tuple(ACT + act for act in (*(f"courtesy:{kind}" for kind in COURTESIES), "yes", "no"))
    for language, text in outside_texts():
        yield Row(OUTSIDE, language, text, weight=_OFF_TOPIC, maybe=maybe)


def _phrased(content: FaqContent) -> Iterator[Row]:
    for topic, language, text in phrasings(content):
        act = SAME_AS_ACT.get(topic)
        if act is None:
            yield Row(topic, language, text, weight=_ASKED)
        else:
            yield Row(ACT + act, language, text, maybe=(topic, ACT + "absence"))


def _from_texts(content: FaqContent, texts: Iterable[Written], folder: Path, weight: float = 1.0) -> Iterator[Row]:
    classes = frozenset(classes_of(content))
    for one in texts:
        name = _class_of(one, classes, folder)
        # Who is late is often said to be so without its reason being noted: that it says none is not known.
        known = one.act == "absence" or (one.act == "late" and one.reason != "")
        reason = one.reason if known else None
        yield Row(name, one.language, one.text, weight=weight, reason=reason)
        for other in one.also:
            second = other if other in content.topics else ACT + other
            if second in classes:
                yield Row(second, one.language, one.text, weight=_SECOND * weight)


def _class_of(one: Written, classes: Collection[str], folder: Path) -> str:
    name = {
        "urgent": CRY + one.detail,
        "question": one.detail,
        "courtesy": f"{ACT}courtesy:{one.detail or 'greeting'}",
        "other": HARMLESS if one.hard else OUTSIDE,
    }.get(one.act, ACT + one.act)
    if name not in classes:
        raise ContentError(
            folder / f"{one.language}.yaml",
            f"'{one.text}'",
            f"is '{one.act}' with '{one.detail}', which is no class",
            "see bot/faq/quality/learnt.py for those there are",
        )
    return name
