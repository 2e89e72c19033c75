"""Reads the texts that the understanding learns from: what somebody might write, and what it is.

A line of `<language>.yaml`: {text: "…", act: absence, reason: ill, by: A}. `act` is one of those of
bot/understanding/acts.py; `need` belongs to urgent, `reason` to absence and late, `topic` to question, `kind` to
courtesy; `also` names further acts or topics of the same text; `by` is the author, so that one hand can be held against
another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from locales.faq.reading import ContentEntry, read_yaml
from locales.rendering.languages import LANGUAGES

FOLDER: Final = Path(__file__).parent
_FIELDS: Final = {"text", "act", "need", "reason", "topic", "kind", "also", "by", "hard", "days", "minutes"}


@dataclass(frozen=True, slots=True)
class Written:
    """One text and what it is; `detail` is the need, the topic or the kind of courtesy, "" where there is none.

    `hard` marks a text that sounds like another act than it is.
    """

    language: str
    text: str
    act: str
    detail: str
    reason: str
    also: tuple[str, ...]
    by: str
    hard: bool


def written_texts(folder: Path = FOLDER) -> Iterator[Written]:
    """Every text of every language that has a file. Raises `ContentError`."""
    for language in LANGUAGES:
        path = folder / f"{language}.yaml"
        if path.exists():
            yield from read_written(path, language)


def read_written(path: Path, language: str) -> Iterator[Written]:
    """The texts of one file. Raises `ContentError`, which names the line's number."""
    rows = read_yaml(path)
    for number, row in enumerate(rows if isinstance(rows, list) else (), 1):
        entry = ContentEntry(path, f"line {number}", row)
        entry.only(_FIELDS)
        act = entry.text("act", None)
        yield Written(
            language=language,
            text=entry.text("text", None),
            act=act,
            detail=detail_of(entry, act),
            reason=entry.text("reason", "-").strip("-"),
            also=entry.texts("also", ()),
            by=entry.text("by", "-").strip("-"),
            hard=entry.flag("hard", False),
        )


def detail_of(entry: ContentEntry, act: str) -> str:
    """What says more of an act: the need of a cry, the topic of a question, the kind of a courtesy; else ""."""
    details = {"urgent": "need", "question": "topic", "courtesy": "kind"}
    return entry.text(details[act], "-").strip("-") if act in details else ""
