"""Which letters a language is written with, and which letters betray another language or another keyboard.

Only whole ranges and telling letters stand here; whether a word is spelled well is for a reader to say.
"""

import re
from dataclasses import dataclass

from locales.rendering.languages import LANGUAGES

# Letters of each script that Maatje's languages use (ISO 15924 code → character class of a regular expression).
SCRIPTS: dict[str, str] = {
    "Latn": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff",
    "Cyrl": "\u0400-\u052f",
    "Arab": "\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff"
    "\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "Ethi": "\u1200-\u135a\u1380-\u138f\u2d80-\u2dde\uab00-\uab2e",
}
_LETTER = {script: re.compile(f"[{letters}]") for script, letters in SCRIPTS.items()}


@dataclass(frozen=True, slots=True)
class Foreign:
    """Letters that do not belong in a language, and what is meant instead."""

    letters: str
    instead: str


# Letters of the right script but of another language: mostly another keyboard, sometimes another language's text.
FOREIGN: dict[str, tuple[Foreign, ...]] = {
    "ar": (Foreign("یکہگچپژڤ", "the Arabic letters ي ك ه; Arabic has no گ چ پ ژ"),),
    "fa": (Foreign("يكىةۍېښړڼټډ", "the Persian letters ی ک ه"),),
    "fa_AF": (Foreign("يكىةۍېښړڼټډ", "the Dari letters ی ک ه"),),
    "ps": (Foreign("كىگ", "the Pashto letters ک ي ګ"),),
    "ckb": (Foreign("يكىةكۍېښ", "the Sorani letters ی ک ە"),),
    "uk": (Foreign("ыэёъЫЭЁЪ", "Ukrainian і и е є ї and the apostrophe"),),
    "ru": (Foreign("іїєґІЇЄҐ", "the Russian alphabet"),),
    "am": (Foreign("ቐቑቒቓቔቕቖ", "the Amharic syllables ቀ …"),),
    "ku": (Foreign("ığöüİĞÖÜ", "the Kurmanji letters i x o û"),),
    "so": (Foreign("ığöüşçêîûéè", "the Somali alphabet, which has no marks"),),
    "tr": (Foreign("êîûqwxQWX", "the Turkish alphabet"),),
}
# Marks of a Western keyboard in a text that has its own.
_MARKS: dict[str, tuple[re.Pattern[str], str]] = {
    "Arab": (re.compile(rf"(?<=[{SCRIPTS['Arab']}\u2069}}])\s?[?,;]"), "؟ ، ؛"),
    "Ethi": (re.compile(rf"(?<=[{SCRIPTS['Ethi']}}}])[.,;](?=\s|$)"), "። ፣ ፤"),
}


def letters_of(text: str, script: str) -> list[str]:
    """The letters of one script in a text."""
    return _LETTER[script].findall(text)


def wrong_letters(text: str, locale: str) -> list[str]:
    """What is wrong with the letters of a text from which placeholders, links and official terms were taken out."""
    own = LANGUAGES[locale].script
    # Latin words in another script are looked at word by word (leftovers), since names and terms stay Latin.
    found = [
        f"letters of another script: {''.join(letters[:12])}"
        for script in SCRIPTS
        if script not in (own, "Latn") and (letters := letters_of(text, script))
    ]
    found += [
        f"has {' '.join(dict.fromkeys(letters))}; write {foreign.instead}"
        for foreign in FOREIGN.get(locale, ())
        if (letters := [char for char in text if char in foreign.letters])
    ]
    return found


def wrong_marks(text: str, locale: str) -> list[str]:
    """Punctuation of a Western keyboard in a whole text, also behind a placeholder."""
    pattern, instead = _MARKS.get(LANGUAGES[locale].script, (None, ""))
    if pattern is None or not pattern.search(text):
        return []
    return [f"has a Western punctuation mark; write {instead}"]
