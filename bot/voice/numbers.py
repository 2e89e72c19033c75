"""Numbers, amounts, days and the clock in words, for a voice.

The words are in numbers.yaml and not from num2words: that has no Tigrinya and no Kurmanji, fails on Amharic, knows no
clock, and brings docopt along. Voices do read digits, but each in its own way ("14:30" is "two dots" to the Ukrainian
one), and another synthesiser may not. A language without words here keeps its digits.
"""

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

_FILE = Path(__file__).with_name("numbers.yaml")
# Larger numbers are no numbers that people are told: they are left to the voice.
MOST = 999_999


class Thousand(BaseModel):
    """How thousands are said: of one, of two, of few (up to `few_until`) and of many."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one: str
    two: str = ""
    few: str = ""
    few_until: int = 0
    many: str
    # One, few and many by the last digit: twenty-one is as one.
    slavic: bool = False


class NumberWords(BaseModel):
    """The words of one language; see numbers.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    small: tuple[str, ...]
    tens: tuple[str, ...]
    units_first: tuple[str, ...] = ()
    # `joined` stands between ten and unit, `ends` behind the last of words so joined.
    ends: str = ""
    irregular: dict[int, str] = {}
    hundreds: tuple[str, ...]
    above_hundred: str = " "
    thousand: Thousand
    above_thousand: str = " "
    below_hundred_after_thousand: str = ""
    feminine: dict[str, str] = {}
    days: tuple[str, ...] = ()
    round_years: dict[int, str] = {}
    day: str
    date: str
    hours: tuple[str, ...] = ()
    hour: str
    whole: str = ""
    hour_nouns: tuple[str, ...] = ()
    minute: str
    minutes: dict[int, str] = {}
    minute_nouns: tuple[str, ...] = ()
    part: str = ", {part},"
    euro: tuple[str, ...] = ("euro",)
    joined: str = " "

    def cardinal(self, number: int) -> str:
        """A whole number from 0 to 999,999."""
        if number < 1000:
            return self._below_thousand(number)
        thousands, rest = divmod(number, 1000)
        said = self._thousands(thousands)
        if not rest:
            return said
        between = self.below_hundred_after_thousand if rest < 100 else ""
        return self._ended(f"{said}{between or self.above_thousand}{self._below_thousand(rest)}")

    def feminine_of(self, number: int) -> str:
        """The number as it counts something feminine (minutes, thousands)."""
        *before, last = self.cardinal(number).split(" ")
        return " ".join((*before, self.feminine.get(last, last)))

    def day_of_month(self, day: int) -> str:
        """The day of a month, 1 to 31."""
        return self.days[day - 1] if day <= len(self.days) else self.cardinal(day)

    def year(self, year: int) -> str:
        """A year; where days are said in the genitive ("первого"), the year is too."""
        century, rest = divmod(year, 100)
        if not self.round_years or century != 20 or not 0 < rest < 70:
            return self.cardinal(year)
        start = f"{self.cardinal(2000)} "
        if rest <= len(self.days):
            return start + self.days[rest - 1]
        ten, unit = divmod(rest, 10)
        if unit:
            return f"{start}{self.tens[ten - 2]} {self.days[unit - 1]}"
        return start + self.round_years[rest] if rest in self.round_years else self.cardinal(year)

    def hour_said(self, hour: int, *, whole: bool) -> str:
        """An hour of the clock, 0 to 23; `whole` when no minutes follow."""
        said = self.hours[hour] if self.hours else self.cardinal(hour)
        form = self.whole if whole and self.whole else self.hour
        return form.format(n=said, noun=_counted(self.hour_nouns, hour))

    def minute_said(self, minute: int) -> str:
        """Minutes past the hour, 1 to 59."""
        if minute in self.minutes:
            return self.minutes[minute]
        said = self.feminine_of(minute) if self.minute_nouns else self.cardinal(minute)
        return self.minute.format(n=said, noun=_counted(self.minute_nouns, minute))

    def euros(self, amount: float) -> str:
        """An amount of money, to the cent."""
        euros, cents = divmod(round(amount * 100), 100)
        said = f"{self.cardinal(euros)} {self.euro[0] if euros == 1 else self.euro[-1]}"
        return f"{said} {self.cardinal(cents)}" if cents else said

    def _below_thousand(self, number: int) -> str:
        if number < 100:
            return self._below_hundred(number)
        hundreds, rest = divmod(number, 100)
        said = self.hundreds[hundreds - 1]
        return self._ended(f"{said}{self.above_hundred}{self._below_hundred(rest)}") if rest else said

    def _below_hundred(self, number: int) -> str:
        if number in self.irregular:
            return self.irregular[number]
        if number < 20:
            return self.small[number]
        ten, unit = divmod(number, 10)
        if not unit:
            return self.tens[ten - 2]
        if self.units_first:
            return f"{self.units_first[unit - 1]}{self.tens[ten - 2]}"
        return f"{self.tens[ten - 2]}{self.joined}{self.small[unit]}{self.ends}"

    def _ended(self, joined: str) -> str:
        """Joined words with their ending, once."""
        return joined if joined.endswith(self.ends) else joined + self.ends

    def _thousands(self, thousands: int) -> str:
        forms, kind = self.thousand, thousands
        if forms.slavic:
            kind = thousands % 10 if thousands % 100 not in range(11, 15) else 0
        if thousands == 1:
            return forms.one
        if kind == 2 and forms.two:
            return forms.two
        said = self.feminine_of(thousands)
        if forms.slavic and kind == 1:
            return f"{said} {forms.one}"
        form = forms.few if forms.few and 2 <= kind <= forms.few_until else forms.many
        return form.format(n=said)


def number_words(locale: str) -> NumberWords | None:
    """The words of a language, or None when it has none."""
    return _file().get(locale)


@lru_cache(maxsize=1)
def _file() -> dict[str, NumberWords]:
    return TypeAdapter(dict[str, NumberWords]).validate_python(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def _counted(nouns: tuple[str, ...], number: int) -> str:
    """The form of a noun after a number: of one, of two to four, of more (the Slavic rule)."""
    if not nouns:
        return ""
    if number % 100 in range(11, 15):
        return nouns[2]
    last = number % 10
    return nouns[0] if last == 1 else nouns[1] if 2 <= last <= 4 else nouns[2]
