"""Text as it is written made fit for a voice: pictures, links and marks taken out, digits in words, and each run of
words given to the voice of its language.

Names and Dutch terms are spoken by the Dutch voice inside the sentence: an Arabic voice would spell
"voortgangsgesprek" or say it in English.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from bot.voice.numbers import MOST, NumberWords, number_words
from locales.checking.scripts import SCRIPTS
from locales.glossary.reading import Glossary
from locales.rendering.languages import LANGUAGES, SOURCE


class Segment(NamedTuple):
    """Words for one voice; `locale` is the language they are in."""

    text: str
    locale: str


_LINK = re.compile(r"(?:https?://|www\.)\S+|\btg://\S+")
_EMAIL = re.compile(r"([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")
# Pictures made of letters: a key with a digit, and whatever is asked to be shown as one (ℹ️).
_PICTURE = re.compile("[0-9#*]\ufe0f?\u20e3|.\ufe0f")
# What would be silent or read as "bracket": a short rest instead.
_RESTS = re.compile(r"\s*[()\[\]{}–—|→←•·]+\s*")
# The key of a telephone too: its name stands beside it, and some voices say "hash" in English.
_QUOTES = re.compile(r"[«»“”„\"<>#]")
_DIGITS = re.compile(r"\d")
_LATIN = SCRIPTS["Latn"]
_LATIN_RUN = re.compile(rf"[{_LATIN}](?:[{_LATIN}0-9'’.&/-]|[ \u00a0](?=[{_LATIN}0-9]))*")
_WORD = re.compile(r"\w")
# Persian writes a joint that is not a space; all other invisible marks go.
_KEPT_FORMATS: Final = "\u200c"
_DROPPED: Final = frozenset({"So", "Sk", "Cs", "Co", "Cn", "Cf", "Me"})


def without_signs(text: str) -> str:
    """The text without icons, links, directional marks and brackets; new lines stay."""
    text = _LINK.sub(" ", _PICTURE.sub(" ", text))
    kept = "".join(
        " " if unicodedata.category(letter) in _DROPPED - {"Cf"} else letter
        for letter in text
        if letter in _KEPT_FORMATS or (unicodedata.category(letter) != "Cf" and letter != "\ufe0f")
    )
    return _QUOTES.sub("", _RESTS.sub(", ", kept))


def tidy(text: str) -> str:
    """Spaces and rests as a voice wants them: none at the ends, none doubled, and no rest that says nothing."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" +([,.;:!?،؛؟።፣፤፡])", r"\1", text)
    text = re.sub(r"(?:[,،፣][ ]?)+(?=[,.;:!?،؛؟።፣፤፡]|$)", "", text)
    text = re.sub(r"([:;])(?:[ ]?[,،፣])+", r"\1", text)
    return text.strip(" ,:،፣፡")


def has_words(text: str) -> bool:
    """Whether there is anything to say."""
    return _WORD.search(text) is not None


class Voices:
    """Divides sentences among voices; `glossary` has the Dutch terms and names that other languages keep."""

    def __init__(self, glossary: Glossary) -> None:
        forms = sorted(
            {*glossary.names, *(form for term in glossary.terms for form in term.forms)}, key=len, reverse=True
        )
        # Acronyms only as they are written: "map" is an English word, MAP a Dutch course.
        acronyms = [form for form in forms if form.isupper()]
        words = [form for form in forms if not form.isupper()]
        self._terms = re.compile(
            rf"(?<![{_LATIN}])(?:(?:{'|'.join(map(re.escape, acronyms))})|(?i:{'|'.join(map(re.escape, words))}))"
            rf"(?![{_LATIN}])"
        )

    def divided(self, text: str, locale: str) -> tuple[Segment, ...]:
        """A text of ours, by voice: what is Dutch in it goes to the Dutch one."""
        if locale == SOURCE:
            return (Segment(text, SOURCE),)
        pattern = self._terms if LANGUAGES[locale].script == "Latn" else _LATIN_RUN
        return tuple(_divided(text, pattern, locale))

    def of_somebody(self, text: str, locale: str) -> tuple[Segment, ...]:
        """Somebody's data in a message: a name, a place, a note. Dutch, unless its script says otherwise."""
        if not any(char.isalpha() for char in text):
            # A number, or a code: the reader's own voice has words for it.
            return (Segment(text, locale),)
        script = _script_of(text)
        if script == "Latn":
            return (Segment(text, SOURCE),)
        if LANGUAGES[locale].script == script:
            return tuple(_divided(text, _LATIN_RUN, locale))
        return tuple(_divided(text, _LATIN_RUN, _FIRST_OF_SCRIPT[script]))


_FIRST_OF_SCRIPT: Final = {"Arab": "ar", "Ethi": "ti", "Cyrl": "ru"}
_OTHER_SCRIPTS: Final = {script: re.compile(f"[{SCRIPTS[script]}]") for script in _FIRST_OF_SCRIPT}


def _script_of(text: str) -> str:
    return next((script for script, letters in _OTHER_SCRIPTS.items() if letters.search(text)), "Latn")


def _divided(text: str, pattern: re.Pattern[str], locale: str) -> Iterator[Segment]:
    at = 0
    for found in pattern.finditer(text):
        if text[at : found.start()]:
            yield Segment(text[at : found.start()], locale)
        yield Segment(found[0], SOURCE)
        at = found.end()
    if text[at:]:
        yield Segment(text[at:], locale)


_CLOCK = re.compile(r"(?<![\d.:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_EUROS = re.compile(r"€\s?(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d\d))?")
# A telephone number: eight digits or more with what people write between them, or a free number (0800-2000).
_TELEPHONE = re.compile(r"\+?\d(?:[\d\u00a0 ().-]*\d){7,}|\b0\d{2,3}[- ]\d{4}\b|\b11[23]\b")
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_NUMBER = re.compile(r"(?<![\d.,])\d{1,6}(?![.,]?\d)")


@lru_cache(maxsize=4096)
def in_words(text: str, locale: str) -> str:
    """The text with its numbers, times, amounts and telephone numbers in words; unchanged where there are no words."""
    if _EMAIL.search(text):
        text = _EMAIL.sub(lambda found: f"{found[1]} apenstaartje {found[2].replace('.', ' punt ')}", text)
    words = number_words(locale)
    if words is None or not _DIGITS.search(text):
        return text
    text = "".join(str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in text)
    for pattern, say in _READINGS:
        text = pattern.sub(_in_words_of(say, words), text)
    return text


def _in_words_of(say: "_Reading", words: NumberWords) -> Callable[[re.Match[str]], str]:
    return lambda found: _apart(found, say(found, words))


def _apart(found: re.Match[str], said: str) -> str:
    """The words, with a space where a letter touches the digits ("B1")."""
    before, behind = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return f"{' ' * before.isalnum()}{said}{' ' * behind.isalnum()}"


def _clock(found: re.Match[str], words: NumberWords) -> str:
    hour, minute = int(found[1]), int(found[2])
    said = words.hour_said(hour, whole=not minute)
    return f"{said} {words.minute_said(minute)}" if minute else said


def _amount(found: re.Match[str], words: NumberWords) -> str:
    euros = int(found[1].replace(".", ""))
    return words.euros(euros + int(found[2] or 0) / 100) if euros <= MOST else found[0]


def _one_by_one(found: re.Match[str], words: NumberWords) -> str:
    """Digit by digit, with a rest where the number has a gap."""
    groups = re.split(r"[^\d+]+", found[0].strip("+"))
    said = ", ".join(" ".join(words.cardinal(int(digit)) for digit in group) for group in groups if group)
    return f"plus {said}" if found[0].startswith("+") else said


_Reading = Callable[[re.Match[str], NumberWords], str]
_READINGS: Final[tuple[tuple[re.Pattern[str], _Reading], ...]] = (
    (_CLOCK, _clock),
    (_EUROS, _amount),
    (_TELEPHONE, _one_by_one),
    (_THOUSANDS, lambda _found, _words: ""),
    (_NUMBER, lambda found, words: words.cardinal(int(found[0]))),
)
