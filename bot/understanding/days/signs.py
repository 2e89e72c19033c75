"""The signs of days and hours that the words of a text are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.understanding.acts import DayPart, NextOne


class Sign(Enum):
    """What a word of a text says about time; `MomentMark.value` holds which."""

    DAY = auto()  # days from today
    NOW = auto()  # today, where no day is named
    WEEKDAY = auto()  # 0 is Monday
    WEEK = auto()  # 0 is this week, 1 the next, -1 the last
    LAST = auto()  # the weekday beside it is past
    COMING = auto()  # the weekday beside it is not today
    WENT = auto()  # speaks of not having come: a weekday is past
    PART = auto()
    NEXT = auto()  # the next lesson or meeting
    DATE = auto()  # a date in numbers: day, month and year as one (20261204)
    MONTH = auto()  # 1 to 12, or 13, in the calendar of the mark
    MONTH_NUMBER = auto()  # the month's number stands beside it
    BACK = auto()  # somebody comes again on the day beside it
    AFTER_DAYS = auto()  # so many days from today ("in three days")
    ON_THE = auto()  # what follows is a day of the month
    UNTIL = auto()
    UNTIL_AFTER = auto()
    FROM = auto()  # it begins on a day to come
    SINCE = auto()
    SINCE_AFTER = auto()
    DAYS = auto()  # the unit: "three days"
    MINUTES = auto()
    HOURS = auto()
    SPAN = auto()  # so many minutes in one word
    AT = auto()
    CLOCK = auto()
    HALF = auto()  # half an hour before the hour that follows
    HALF_AFTER = auto()  # half an hour past the hour that stands before
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class MomentMark:
    """One sign in a text: the words from `start` up to `end`. `until` and `since`: its prefix says so.
    `or_morning`: behind a weekday the word for tomorrow means its morning."""

    start: int
    end: int
    sign: Sign
    value: int | DayPart | NextOne = 0
    until: bool = False
    since: bool = False
    calendar: str = ""
    or_morning: bool = False
