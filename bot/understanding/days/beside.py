"""What stands before, after and near a mark of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.understanding.days.signs import MomentMark, Sign

#: So many words may stand between "until" and the day.
BETWEEN: Final = 2
#: So many words may stand between a day and "I am there again".
_BACK_WITHIN: Final = 3
#: What names a day by itself.
NAMED: Final = frozenset({Sign.DAY, Sign.WEEKDAY, Sign.DATE, Sign.MONTH, Sign.MONTH_NUMBER})


def is_before(marks: Sequence[MomentMark], place: int, sign: Sign, most: int) -> bool:
    """Whether such a sign stands before that mark, with at most so many words between."""
    return any(
        mark.sign is sign and 0 <= marks[place].start - mark.end <= most for mark in marks[max(0, place - 4) : place]
    )


def is_said_since(marks: Sequence[MomentMark], place: int, begins: int) -> bool:
    """Whether it began on that day; `begins` is the mark at which the day's name begins."""
    said = begins - 1 if begins and marks[begins - 1].sign is Sign.LAST else begins
    return marks[place].since or is_before(marks, said, Sign.SINCE, 0) or is_after(marks, place, Sign.SINCE_AFTER)


def is_said_back(marks: Sequence[MomentMark], place: int) -> bool:
    """Whether it is the day on which somebody comes again: "on Thursday I am there again"."""
    for around in (marks[place + 1 :], marks[:place][::-1]):
        for other in around:
            apart = max(other.start - marks[place].end, marks[place].start - other.end)
            if apart > _BACK_WITHIN:
                break
            if other.sign is Sign.BACK:
                # "I am ill on Wednesday, I come again on Friday."
                return not any(
                    o.sign in NAMED and 0 <= o.start - other.end <= 1 and o is not marks[place] for o in marks
                )
            if other.sign in NAMED:
                # What follows is said of that day.
                break
    return False


def is_after(marks: Sequence[MomentMark], place: int, sign: Sign) -> bool:
    """Whether such a sign follows that mark, with at most a word between and no other day before it."""
    for mark in marks[place + 1 : place + 4]:
        if mark.sign is sign and 0 <= mark.start - marks[place].end <= 1:
            return True
        if mark.sign in (Sign.DAY, Sign.WEEKDAY) and mark.start >= marks[place].end:
            # What follows is said of that day.
            return False
    return False


def number_beside(marks: Sequence[MomentMark], place: int) -> int | None:
    """The number that stands beside that mark, before it or after it, with at most a word between."""
    mark = marks[place]
    for other in (*reversed(marks[:place]), *marks[place + 1 :]):
        near = 0 <= mark.start - other.end <= 1 or 0 <= other.start - mark.end <= 1
        if other.sign is Sign.NUMBER and near and isinstance(other.value, int):
            return other.value
    return None
