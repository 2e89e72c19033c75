"""How well the door understands: texts with what a careful native reader expects, against what comes out.

A row of a file: {lang, text, expect}, with `expect` an act, `act:detail` (urgent:violence, absence:ill,
courtesy:thanks), "not urgent", a topic id, a list of what is acceptable, or null (nobody's topic). `from`, `until` and
`minutes` may stand beside it; they are of somebody who writes at the moment given. A topic is found when it is sure or
among the three.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, cast

from bot.understanding.acts import SpeechAct, Understanding
from bot.understanding.door import Door
from locales.faq.reading import ContentEntry, ContentError, read_yaml

#: Sounds alarming and is not: anything but a cry for help is right.
NOT_URGENT: Final = "not urgent"
_ACTS: Final = frozenset(act.value for act in SpeechAct)


@dataclass(frozen=True, slots=True)
class Expected:
    """One row. `days` is None where the row does not say which days are meant."""

    language: str
    text: str
    right: tuple[str, ...]
    days: tuple[date | None, date | None] | None
    minutes: int | None
    author: str

    @property
    def kind(self) -> str:
        """What the row tests: an act, "not urgent", or "question" for a topic."""
        first = self.right[0].partition(":")[0] if self.right else SpeechAct.OTHER.value
        return first if first in _ACTS or first == NOT_URGENT else SpeechAct.QUESTION.value


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with what was understood. `detail`, `days`: None where the row does not say."""

    expected: Expected
    found: Understanding
    right: bool
    detail: bool | None
    days: bool | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one kind of text in one language, or in all."""

    texts: int
    right: int
    details: int
    details_right: int
    days: int
    days_right: int
    taken_for: Mapping[str, int]

    @property
    def share(self) -> float:
        """What part was right, 0 to 1; 1 when there was nothing."""
        return self.right / self.texts if self.texts else 1.0


def read_expected(path: Path) -> list[Expected]:
    """The rows of a file. Raises `ContentError`, which names the row."""
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise ContentError(path, "", "is not a list", "write '- {lang: nl, text: ..., expect: absence}' lines")
    found = []
    for number, row in enumerate(cast("list[object]", rows), 1):
        entry = ContentEntry(path, f"row {number}", row)
        expect = entry.get("expect")
        # YAML takes a bare yes and no for truth values.
        several = [] if expect is None else expect if isinstance(expect, list) else [expect]
        right = tuple(_name(entry, one) for one in cast("list[object]", several))
        first, last = entry.get("from"), entry.get("until")
        minutes = entry.get("minutes")
        found.append(
            Expected(
                language=entry.text("lang", None),
                text=entry.text("text", None),
                right=right,
                days=(_day(entry, first), _day(entry, last)) if first is not None or last is not None else None,
                minutes=minutes if isinstance(minutes, int) else None,
                author=entry.text("by", "-"),
            )
        )
    return found


def judge(door: Door, rows: Iterable[Expected], now: datetime) -> list[Judged]:
    """Let the door read every row, as if written at the local moment `now`."""
    return [_judged(row, door.understand(row.text, row.language, now)) for row in rows]


def tally(judged: Sequence[Judged]) -> Tally:
    """The counts of these rows."""
    details = [one.detail for one in judged if one.detail is not None]
    days = [one.days for one in judged if one.days is not None]
    return Tally(
        texts=len(judged),
        right=sum(one.right for one in judged),
        details=len(details),
        details_right=sum(details),
        days=len(days),
        days_right=sum(days),
        taken_for=dict(Counter(one.found.act.value for one in judged if not one.right).most_common()),
    )


def by_kind_and_language(judged: Sequence[Judged]) -> dict[str, dict[str, Tally]]:
    """The tallies: kind → language ("all" among them) → counts."""
    kinds: dict[str, dict[str, list[Judged]]] = {}
    for one in judged:
        languages = kinds.setdefault(one.expected.kind, {})
        for name in ("all", one.expected.language):
            languages.setdefault(name, []).append(one)
    return {kind: {name: tally(rows) for name, rows in languages.items()} for kind, languages in kinds.items()}


def _name(entry: ContentEntry, one: object) -> str:
    if isinstance(one, bool):
        return SpeechAct.YES.value if one else SpeechAct.NO.value
    if not isinstance(one, str):
        raise entry.error("expects something that is no act and no topic", "write an act, a topic id or null")
    return one


def _day(entry: ContentEntry, value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise entry.error(f"has the day '{value}'", "write it as 2026-12-01") from error
    if value is None or isinstance(value, date):
        return value
    raise entry.error(f"has the day '{value}'", "write it as 2026-12-01")


def _judged(row: Expected, found: Understanding) -> Judged:
    alternatives = row.right or (SpeechAct.OTHER.value,)
    fitting = [one for one in alternatives if _is_act(one, found)]
    with_detail = [one for one in alternatives if ":" in one]
    detail = None
    if with_detail and fitting:
        detail = any(_has_detail(one, found) for one in fitting if ":" in one) or any(":" not in one for one in fitting)
    days = None
    if row.days is not None:
        days = (found.when.first, found.when.last) == row.days
    elif row.minutes is not None:
        days = found.when.minutes == row.minutes
    return Judged(row, found, bool(fitting), detail, days)


def _is_act(expected: str, found: Understanding) -> bool:
    if expected == NOT_URGENT:
        return found.act is not SpeechAct.URGENT
    name = expected.partition(":")[0]
    if name in _ACTS:
        return found.act.value == name
    return expected == found.topic or any(candidate.topic == expected for candidate in found.candidates)


def _has_detail(expected: str, found: Understanding) -> bool:
    detail = expected.partition(":")[2]
    return detail in {str(one) for one in (found.need, found.reason, found.courtesy, found.topic) if one is not None}
