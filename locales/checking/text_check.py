"""What can be wrong with one text, held against the Dutch one: placeholders, icons, numbers, letters, leftovers, bidi
marks, length.

Pure functions from texts to sentences on what to mend; which files and keys there are is locales.checking.check's
business.
"""

import re
from collections import Counter
from collections.abc import Iterator
from string import Formatter
from typing import Final, Literal

from locales.checking.scripts import SCRIPTS, wrong_letters, wrong_marks
from locales.glossary.reading import Glossary
from locales.rendering.languages import LANGUAGES

TextFault = Literal["placeholders", "buttons", "numbers", "script", "leftover", "bidi", "length", "glossary"]

# A button as wide as the chat shows about this many characters on a phone of 360 points; Telegram cuts off the rest.
BUTTON_CHARACTERS: Final = 40
# Ten parts of an SMS in UCS-2 (67 characters each): more is refused by gateways.
SMS_CHARACTERS: Final = 670

# Embeddings and overrides (they leak into what follows), and characters that nobody sees and everybody pays for.
_FORBIDDEN: Final = re.compile("[\u202a-\u202e\ufeff\u200b\u00ad\ufffd]")
_OPENING, _CLOSING = "\u2066\u2067\u2068", "\u2069"
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_LINK: Final = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\w+|\b[\w.-]+\.(?:nl|com|org|eu)\b", re.IGNORECASE)
_COMMAND: Final = re.compile(r"(?<!\w)/[a-z_]+")
_EMOJI: Final = re.compile("[\u2139\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_NUMBER: Final = re.compile(r"\d[\d-]*\d{2,}|\d{3,}")
_TELEPHONE: Final = re.compile("0|11[0-9]$")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
LATIN_WORD: Final = re.compile(rf"[{SCRIPTS['Latn']}]+(?:['’-][{SCRIPTS['Latn']}]+)*")

# Common words that no other of our languages has, so that one of them in a text is a leftover.
_TELLING: Final = {
    "nl": re.compile("het|niet|uw|wilt|hebt|kunt|voor|naar|geen|deze|afspraak|bericht|nog|ook|wordt|worden|moet|omdat"),
    "en": re.compile("the|your|you|with|please|have|this|that|will|would|what|when|not|cannot|don't|from"),
}


def text_faults(source: str, text: str, locale: str, glossary: Glossary) -> Iterator[tuple[TextFault, str]]:
    """Every fault of one form of a text; `source` is the Dutch."""
    yield from (("bidi", fault) for fault in bidi_faults(text))
    if Counter(_EMOJI.findall(source)) != Counter(_EMOJI.findall(text)):
        yield "buttons", f"icons differ from the Dutch: {' '.join(_EMOJI.findall(source)) or 'none'}"
    if source.count("\n") != text.count("\n"):
        yield "buttons", "has another number of lines than the Dutch"
    if missing := sorted(set(_NUMBER.findall(_bare(source))) - _numbers(_bare(text))):
        yield "numbers", f"lacks {', '.join(missing)}"
    plain = plain_text(text, glossary)
    yield from (("script", fault) for fault in (*wrong_letters(plain, locale), *wrong_marks(text, locale)))
    yield from (("leftover", fault) for fault in leftovers(plain, locale))
    if len(_WORD.findall(plain)) >= 3 and locale != "nl" and text == source:
        yield "leftover", "is the Dutch text"
    if len(text) > SMS_CHARACTERS:
        yield "length", f"{len(text)} characters; an SMS takes {SMS_CHARACTERS}"


def plain_text(text: str, glossary: Glossary) -> str:
    """A text without its placeholders, links, commands, official terms and names."""
    return glossary.without_terms(_COMMAND.sub(" ", _LINK.sub(" ", _bare(text))))


def leftovers(plain: str, locale: str) -> Iterator[str]:
    """Words of Dutch or English that were not translated. `plain` has no placeholders, links and official terms."""
    if LANGUAGES[locale].script != "Latn":
        if words := LATIN_WORD.findall(plain):
            yield f"Latin words that are no official term: {', '.join(dict.fromkeys(words))}"
        return
    for other, telling in _TELLING.items():
        if other != locale and (words := [w for w in _WORD.findall(plain.lower()) if telling.fullmatch(w)]):
            yield f"{LANGUAGES[other].name}: {', '.join(dict.fromkeys(words))}"


def bidi_faults(text: str) -> Iterator[str]:
    """Marks of direction that would spill over, or that the renderer sets itself."""
    if found := _FORBIDDEN.search(text):
        yield f"has U+{ord(found[0]):04X}, which is not allowed"
    for line in text.split("\n"):
        depth = 0
        for char in line:
            depth += (char in _OPENING) - (char == _CLOSING)
            if depth < 0:
                break
        if depth:
            yield "FSI and PDI do not balance within a line"
            break
    if re.search(rf"[{_OPENING}]\s*\{{[^{{}}]*\}}\s*{_CLOSING}", text):
        yield "isolates a placeholder; the renderer does that"


def placeholders(text: str) -> Counter[str]:
    """How often each placeholder stands in a text, with its format: {"starts_at:day": 1}.

    Raises:
        ValueError: when its braces do not match.
    """
    found: Counter[str] = Counter()
    for _, name, spec, conversion in Formatter().parse(text):
        if name is not None:
            if not name.isidentifier() or conversion or "{" in (spec or ""):
                raise ValueError(f"{{{name}}} is no placeholder")
            found[f"{name}:{spec}" if spec else name] += 1
    return found


def label_width(text: str) -> int:
    """Characters of a label that are sure to be shown: without placeholders."""
    return len(_PLACEHOLDER.sub("", text).strip())


def words(text: str) -> list[str]:
    """The words of a text, without its placeholders."""
    return _WORD.findall(_bare(text))


def _numbers(text: str) -> set[str]:
    """The numbers of a text: telephone numbers as they are dialled, others also from digits of the language's own."""
    found = set(_NUMBER.findall(text))
    own = {"".join(str(int(digit)) for digit in number) for number in found if number.isdecimal()}
    return found | {number for number in own if not _TELEPHONE.match(number)}


def _bare(text: str) -> str:
    return _PLACEHOLDER.sub(" ", text)
