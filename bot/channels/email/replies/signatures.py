"""What ends a text and says who wrote it, or with which telephone: only at the very end, and by its form."""

import re
from collections.abc import Sequence
from typing import Final

from bot.channels.email.replies.lines import MailLine, Mark, words
from bot.channels.email.replies.ours import ADDRESS
from bot.channels.email.replies.phrases import CLOSING, DISCLAIMER, POSTSCRIPT, PROGRAM, SENT_WITH

_DELIMITER: Final = re.compile(r"^(?:--|—|––|__)\s*$")
_TELEPHONE: Final = re.compile(r"(?<!\d)\+?\(?\d[\d\s().\-/]{7,}\d(?!\d)")
_LINK: Final = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_CAMEL: Final = re.compile(r"\b[a-z]*[a-z][A-Z]\w+|\b[A-Z]{2,}\.[A-Z]{2}\b")
_ASKS_OR_TELLS: Final = re.compile(r"[?؟!]|[.։።。]\s*$|[,;]\s+\w+\s+\w+\s+\w+")
_INITIAL: Final = re.compile(r"\b\w\.\s*$")
_BARE_NUMBER: Final = re.compile(r"^[\s(#]*\d{1,2}[\s.):=!]*$")
_PARTICLES: Final = frozenset({"van", "de", "der", "den", "ten", "ter", "el", "al", "bin", "von", "du", "la", "le"})
_LONGEST_LINE: Final = 70
_MOST_LINES: Final = 12
_MOST_WORDS: Final = 6


def without_signature(
    lines: Sequence[MailLine], names: Sequence[str] = (), *, may_be_all: bool = False
) -> list[MailLine]:
    """The lines without the signature that ends them; `names` are the writer's.

    What would leave nothing is not cut, unless it `may_be_all` of these lines because there are words elsewhere.
    """
    kept = _stripped(lines)
    while kept:
        shorter = _stripped(_one_less(kept, names))
        if len(shorter) == len(kept) or not (may_be_all or any(words(line.plain) for line in shorter)):
            return kept
        kept = shorter
    return kept


def _stripped(lines: Sequence[MailLine]) -> list[MailLine]:
    end = len(lines)
    while end and lines[end - 1].is_blank:
        end -= 1
    return list(lines[:end])


def _one_less(lines: list[MailLine], names: Sequence[str]) -> list[MailLine]:
    """Without the last part of the signature: its box, "Sent from …", what is under a closing, a name and number."""
    start = len(lines)
    while start and (lines[start - 1].mark is Mark.SIGNATURE or lines[start - 1].is_blank):
        start -= 1
    if start < len(lines):
        return lines[:start]
    if is_programs(lines[-1].plain):
        above = 2 if len(lines) > 1 and _DELIMITER.match(lines[-2].plain) else 1
        return lines[:-above]
    if len(lines) > 1 and is_programs(f"{lines[-2].plain} {lines[-1].plain}") and SENT_WITH.search(lines[-2].plain):
        return lines[:-2]
    for place in range(len(lines) - 1, max(-1, len(lines) - 1 - 4 * _MOST_LINES), -1):
        text = lines[place].plain
        if _DELIMITER.match(text) and _is_signature(lines[place + 1 :], most=_MOST_LINES, delimited=True):
            return lines[:place]
        if place and _closes(text) and _is_signature(lines[place + 1 :], most=_MOST_LINES):
            return lines[:place]
    return _without_name(lines, names)


def is_programs(text: str) -> bool:
    """Whether a line is what a telephone or mail program adds by itself."""
    if len(text) > 120 or not SENT_WITH.search(text):
        return False
    rest = _LINK.sub("", text)
    return len(rest.split()) <= 10 and (PROGRAM.search(text) is not None or _CAMEL.search(rest) is not None)


def _closes(text: str) -> bool:
    found = CLOSING.match(text)
    if found is None or len(text) > _LONGEST_LINE:
        return False
    rest = text[found.end() :].strip(" ,.!،-")
    return len(rest.split()) <= 4 and not _ASKS_OR_TELLS.search(rest)


def _is_signature(lines: Sequence[MailLine], *, most: int, delimited: bool = False) -> bool:
    """Whether lines under a closing or "--" only say who and where: short, and no sentence, question or postscript.

    Under "--" (`delimited`, RFC 3676 section 4.3) "Sent with …" is a program's, whichever program that is.
    """
    said = [line.plain for line in lines if not line.is_blank]
    for place, text in enumerate(said):
        if DISCLAIMER.search(text) and len(text.split()) > _MOST_WORDS:
            said = said[:place]
            break
    return len(said) <= most and all(
        _is_who_or_where(text) or (delimited and len(text) <= _LONGEST_LINE and SENT_WITH.match(text) is not None)
        for text in said
    )


def _is_who_or_where(text: str) -> bool:
    if POSTSCRIPT.match(text) or _BARE_NUMBER.match(text):
        return False
    if is_programs(text) or CLOSING.match(text):
        return True
    if len(text) > _LONGEST_LINE:
        return False
    if ADDRESS.search(text) or _LINK.search(text) or _TELEPHONE.search(text) or not words(text):
        return len(words(_LINK.sub("", ADDRESS.sub("", text)))) <= 2 * _MOST_WORDS
    if _ASKS_OR_TELLS.search(text) and not _INITIAL.search(text):
        return False
    return len(text.split()) <= _MOST_WORDS


def _without_name(lines: list[MailLine], names: Sequence[str]) -> list[MailLine]:
    """Without a last paragraph that is the writer's own name, or a name with a number below an answer by number."""
    start = len(lines)
    while start and not lines[start - 1].is_blank:
        start -= 1
    last, above = lines[start:], _stripped(lines[:start])
    if not above or len(last) > 4:
        return lines
    own = {words(name) for name in names if words(name)}
    answers = len(above) == 1 and _BARE_NUMBER.match(above[0].plain) is not None
    rest = last[1:] if words(last[0].plain) in own else last if answers else None
    if rest is None:
        return lines
    reachable = all(_is_contact(line.plain) for line in rest)
    if len(rest) < len(last):
        return above if reachable else lines
    named = _is_name(last[0].plain) and len(last) > 1
    return above if named and all(_is_contact(line.plain) for line in last[1:]) else lines


def _is_contact(text: str) -> bool:
    return _is_who_or_where(text) and bool(ADDRESS.search(text) or _LINK.search(text) or _TELEPHONE.search(text))


def _is_name(text: str) -> bool:
    """A few words that each begin as names do; in a script without capitals no name can be told from words."""
    given = [word for word in text.split() if word.casefold() not in _PARTICLES]
    return 0 < len(given) <= 4 and all(word[0].isupper() and word.strip(".-'’").isalpha() for word in given)
