"""STOP, START and HELP in every language (locales/faq/sms_words.yaml): exact words, and nothing else in the message."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

import locales.faq


class Wish(StrEnum):
    """What one of the words asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


class BadWords(ValueError):
    """sms_words.yaml is not in order; says where."""


class _SmsWords(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stop: list[str]
    start: list[str]
    help: list[str]


# Arabic keyboards differ in these letters, and in the Turkish i a dot is no accent.
_SAME_LETTER = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ı": "i", "ـ": ""})
_BETWEEN = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """A text without what does not count: case, accents, vowel signs, punctuation, spelling of one sound."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in apart if unicodedata.category(char) not in ("Mn", "Cf"))
    return _BETWEEN.sub(" ", letters.translate(_SAME_LETTER)).strip()


class SmsWords:
    """Knows the words. `languages` is sms_words.yaml as it was read.

    Raises:
        BadWords: a word asks for two things.
    """

    def __init__(self, languages: Mapping[str, Mapping[str, list[str]]]) -> None:
        self._wishes: dict[str, Wish] = {}
        for locale, lists in languages.items():
            for wish in Wish:
                for word in lists[wish.value]:
                    if self._wishes.setdefault(bare(word), wish) is not wish:
                        raise BadWords(f"sms_words.yaml, {locale}: {word!r} stands in two lists")

    @classmethod
    def load(cls) -> "SmsWords":
        """The words of the package.

        Raises:
            BadWords: the file is not in order.
        """
        text = files(locales.faq).joinpath("sms_words.yaml").read_text(encoding="utf-8")
        read = TypeAdapter(dict[str, _SmsWords]).validate_python(yaml.safe_load(text))
        return cls({locale: words.model_dump() for locale, words in read.items()})

    def wish_in(self, text: str) -> Wish | None:
        """What a text asks for when it is one of the words and nothing else."""
        # A longer text is no word of ours, and need not be taken apart.
        return self._wishes.get(bare(text)) if len(text) <= 60 else None
