"""The languages Maatje speaks: own names, script, direction and what they fall back to."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache


class Direction(StrEnum):
    """Which way a language runs."""

    LTR = "ltr"
    RTL = "rtl"


@dataclass(frozen=True, slots=True)
class Language:
    """One language: `code` is the locale, `name` its own name in its own script, `script` its ISO 15924 code."""

    code: str
    name: str
    script: str
    fallback: str | None = "nl"
    # Arabic script runs from right to left.
    direction: Direction = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", Direction.RTL if self.script == "Arab" else Direction.LTR)


# In the order in which they are offered when nothing is known of a person (DOMAIN.md, Languages).
LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("nl", "Nederlands", "Latn", fallback="en"),
        Language("ar", "العربية", "Arab"),
        Language("ti", "ትግርኛ", "Ethi"),
        Language("tr", "Türkçe", "Latn"),
        Language("en", "English", "Latn"),
        Language("fa", "فارسی", "Arab"),
        Language("fa_AF", "دری", "Arab", fallback="fa"),
        Language("ps", "پښتو", "Arab"),
        Language("so", "Soomaali", "Latn"),
        Language("am", "አማርኛ", "Ethi"),
        Language("ku", "Kurmancî", "Latn"),
        Language("ckb", "کوردیی ناوەندی", "Arab"),
        Language("uk", "Українська", "Cyrl"),
        Language("ru", "Русский", "Cyrl"),
        Language("fr", "Français", "Latn"),
    )
}
SOURCE = "nl"

# What channels and registers call our languages, where it differs from our code.
_ALIASES = {
    "prs": "fa_AF",
    "fa-af": "fa_AF",
    "kmr": "ku",
    "ku-latn": "ku",
    "ku-arab": "ckb",
    "sorani": "ckb",
    "kurmanji": "ku",
    "dari": "fa_AF",
    "pus": "ps",
    "ua": "uk",
    # What people in the Netherlands say, and CLDR does not.
    "farsi": "fa",
    "pashtu": "ps",
    "pasjtoe": "ps",
    "tigrinja": "ti",
}
# CLDR's name of a whole family is nobody's language: "Kurdish" is Kurmanji for one and Sorani for another.
_CLDR_CODES = {"ku": "kmr"}
# How a tag begins ("es-ES"), which is no name.
_TAG = re.compile(r"[a-z]{2,3}(-|$)")


@cache
def _codes_by_name() -> dict[str, str]:
    """Our codes by what a language is called in Dutch, in English and by itself (Unicode CLDR), in lower case."""
    # Here, because most commands do not need it: a tenth of a second.
    from babel import Locale

    found: dict[str, str] = {}
    for code, language in LANGUAGES.items():
        found[language.name.casefold()] = code
        for called_in in ("nl", "en", code):
            name = Locale.parse(called_in).languages.get(_CLDR_CODES.get(code, code))
            if name:
                found.setdefault(name.casefold(), code)
    return found


def find_language(tag: str | None) -> str | None:
    """Our code for a language tag ("ar-SY", "prs", "fa_AF") or for the name of a language in Dutch, in English or in
    itself ("Arabisch", "Farsi", "دری"); None when Maatje does not speak it, or the name is that of several."""
    if not tag:
        return None
    wanted = tag.strip().lower().replace("_", "-")
    for candidate in (wanted, wanted.split("-")[0]):
        if candidate in _ALIASES:
            return _ALIASES[candidate]
        for code in LANGUAGES:
            if code.lower().replace("_", "-") == candidate:
                return code
    return None if _TAG.match(wanted) else _codes_by_name().get(tag.strip().casefold())


def fallback_chain(code: str) -> list[str]:
    """The locales to try in order, English last: fa_AF → fa → nl → en."""
    chain: list[str] = []
    current: str | None = code if code in LANGUAGES else SOURCE
    while current is not None and current not in chain:
        chain.append(current)
        current = LANGUAGES[current].fallback
    return chain if "en" in chain else [*chain, "en"]
