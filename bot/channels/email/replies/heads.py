"""Where another mail begins: the line above a quotation ("On … wrote:"), or the block of its sender, date and subject.

Told by the form, in any language: an address, our name, a date and an hour, a colon at the end, several "word: value"
lines in a row. The words of phrases.py count where the form leaves it open.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.channels.email.replies.lines import MailLine, Mark, words
from bot.channels.email.replies.ours import ADDRESS, Ours
from bot.channels.email.replies.phrases import BEGINS, FORWARDED, FROM, ORIGINAL, OTHER_FIELD, WROTE

_YEAR: Final = re.compile(r"(?<![\d+:.])(?:19|20|13|14)\d\d(?![\d:])|(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_HOUR: Final = re.compile(r"(?<![\d:.])\d{1,2}\s?[:.h]\s?\d{2}(?!\d)")
_ENDS: Final = re.compile(r"(?:[::﹕፦፡]|\bwrote|\bschreef|>)[\s*_\]]*$", re.IGNORECASE)
_COLON: Final = re.compile(r"[::﹕፦፡][\s*_\]]*$")
_BRACKETED: Final = re.compile(r"[<\[(](?:mailto:)?[^\s<>@]+@[^\s<>@]+[>\])]")
_RULED: Final = re.compile(r"^\s*[-_=*~]{2,}\s*(\S.{0,120}?)\s*[-_=*~]{2,}\s*$")
_LINE: Final = re.compile(r"^[\s>]*[_\-=*]{8,}\s*$")
_BEGUN: Final = re.compile(r"^\s*-{2,}\s+")
# Such a line begins with a capital, where it has one, also behind words or dashes on the same line.
_GLUED: Final = re.compile(r"[\s\-_]+(?P<head>(?:On|Op|Le|Am|Den|Em|Il|El|W dniu|Dnia|Dne)\s+\S+)")
_FIELD: Final = re.compile(r"^[\s*_]*(?P<label>[^\W\d_][^::@/\d*_?!.]{0,34}?)[\s*_]*[::][\s*_]*(?P<value>.*)$")
_LONGEST: Final = 400
_MOST_LINES: Final = 4
# A program breaks a line about here; a line that is shorter was ended by its writer.
_BROKEN_FROM: Final = 40
# Behind "wrote" stand at most a name and an address.
_WORDS_AFTER: Final = 9
_SENTENCE: Final = re.compile(r"[.!?؟።]\s*$")


@dataclass(frozen=True, slots=True)
class Head:
    """Lines `start` up to (not including) `end` say whose words follow; `known` whether those were heard or said here
    before, None where that cannot be told; `forwards` that somebody passes them on to us."""

    start: int
    end: int
    known: bool | None
    forwards: bool = False


def _is_dated(text: str) -> bool:
    return _YEAR.search(ADDRESS.sub("", text)) is not None


def _has_hour(text: str) -> bool:
    return _HOUR.search(ADDRESS.sub("", text)) is not None


def _is_statement(text: str, ours: Ours) -> bool:
    """Whether a text, alone, says who wrote when."""
    ruled = _RULED.match(text)
    shown = ruled[1] if ruled is not None else _BEGUN.sub("", text)
    if not shown or len(shown) > _LONGEST:
        return False
    wrote = list(WROTE.finditer(shown))
    ends_with_verb = bool(wrote) and not re.search(r"\w", shown[wrote[-1].end() :])
    if not (ruled or ends_with_verb or _ENDS.search(shown)):
        return False
    if wrote and len(shown[wrote[-1].end() :].split()) > _WORDS_AFTER:
        return False
    dated = _is_dated(shown) or _has_hour(shown)
    addresses = ADDRESS.findall(shown)
    who = _BRACKETED.search(shown) is not None or (bool(addresses) and bool(wrote))
    # A verb that no list has ("by", or none): our own address beside a day or an hour, and a colon.
    who = who or (dated and _COLON.search(shown) is not None and any(ours.is_address(one) for one in addresses))
    if ruled and not (wrote and (dated or who)):
        return False
    if who:
        return dated or bool(wrote) or (_COLON.search(shown) is not None and len(shown.split()) <= 8)
    return bool(wrote) and (dated or (ours.names_us(shown) and len(shown.split()) <= 8))


def unglued(lines: Sequence[MailLine], ours: Ours) -> list[MailLine]:
    """The lines, those broken in two on which a head follows words of the writer's ("Yes On 27 Nov 2026, X wrote:")."""
    found: list[MailLine] = []
    for place, line in enumerate(lines):
        glued = _GLUED.search(line.text[:_LONGEST]) if line.mark is Mark.NONE else None
        if glued is not None and _is_glued(lines, place, glued, ours):
            found += [MailLine(line.text[: glued.start()]), MailLine(line.text[glued.start("head") :])]
        else:
            found.append(line)
    return found


def _is_glued(lines: Sequence[MailLine], place: int, glued: re.Match[str], ours: Ours) -> bool:
    before = MailLine(lines[place].text[: glued.start()]).plain
    if not words(before) or BEGINS.match(before) or ADDRESS.search(before) or ours.names_us(before):
        return False
    if _is_dated(before) or _has_hour(before):
        return False
    head = MailLine(lines[place].text[glued.start("head") :])
    below = list(itertools.takewhile(lambda line: not line.is_blank, lines[place + 1 : place + _MOST_LINES]))
    said = statement_at([head, *below], 0, ours)
    return said is not None and _is_dated(" ".join(line.plain for line in [head, *below][: said.end]))


def head_above(lines: Sequence[MailLine], end: int, ours: Ours) -> Head | None:
    """The lines directly above line `end` that say who wrote what follows; None where there are none."""
    while end > 0 and lines[end - 1].is_blank:
        end -= 1
    first = end
    while first > max(0, end - _MOST_LINES) and not lines[first - 1].is_blank:
        first -= 1
    found: int | None = None
    for start in range(end - 1, first - 1, -1):
        joined = " ".join(line.plain for line in lines[start:end])
        if found is None:
            if _is_statement(joined, ours) and (_goes_with(lines, start, end, joined) or start == end - 1):
                found = start
                if _is_dated(joined):
                    break
        elif _is_statement(joined, ours) and _is_broken(lines[start].plain, ours):
            # The line above was broken off by the program: it has the day, or the name.
            found = start
            if _is_dated(joined):
                break
        else:
            break
    if found is None:
        return None
    joined = " ".join(line.plain for line in lines[found:end])
    above = lines[found - 1].plain if found > first else ""
    day_above = not _is_dated(joined) and _is_dated(above) and _is_broken(above, ours)
    name_above = joined.startswith("<") and ours.names_us(above) and not _SENTENCE.search(above)
    if day_above or name_above:
        found -= 1
    return Head(found, end, ours.knows(" ".join(line.plain for line in lines[found:end])))


def _goes_with(lines: Sequence[MailLine], start: int, end: int, joined: str) -> bool:
    """Whether lines of which the last says nothing alone ("wrote:") belong to one statement."""
    return len(joined) <= _LONGEST and not any(_SENTENCE.search(line.plain) for line in lines[start : end - 1])


def _is_broken(text: str, ours: Ours) -> bool:
    if _SENTENCE.search(text) and not text.endswith(("г.", "р.", "m.")):
        return False
    return len(text) >= _BROKEN_FROM or ours.names_us(text) or BEGINS.match(text) is not None or text.endswith(",")


def statement_at(lines: Sequence[MailLine], place: int, ours: Ours) -> Head | None:
    """A head that begins at a line and has no marked quotation below it: it must leave no doubt."""
    joined = ""
    for end in range(place + 1, min(place + _MOST_LINES, len(lines)) + 1):
        if lines[end - 1].is_blank:
            return None
        joined = f"{joined} {lines[end - 1].plain}".strip()
        if not _is_statement(joined, ours):
            if _SENTENCE.search(lines[end - 1].plain):
                return None
            continue
        if not (_COLON.search(joined) or _RULED.match(joined) or WROTE.search(joined)):
            # The verb may stand on the next line.
            continue
        # With the day and who it was, and not in the middle of a paragraph.
        alone = place == 0 or lines[place - 1].is_blank or _is_dated(joined)
        if alone and (_is_dated(joined) or _has_hour(joined)):
            return Head(place, end, ours.knows(joined))
        return None
    return None


def block_at(lines: Sequence[MailLine], place: int, ours: Ours) -> Head | None:
    """A block of sender, date, recipient and subject that begins at a line, with the rule above it if there is one."""
    start, text = place, lines[place].plain
    separator = _RULED.match(text)
    forwards = separator is not None and FORWARDED.search(separator[1]) is not None
    surely = forwards or (separator is not None and ORIGINAL.search(separator[1]) is not None)
    # Some write the sender between the dashes; in a language that no list has, what stands there says nothing.
    begins = _field(separator[1]) if separator is not None and not surely else None
    if separator is not None or _LINE.match(text) is not None:
        place += 1
        while place < len(lines) and lines[place].is_blank and place < start + 4:
            place += 1
    fields, end = _fields(lines, place)
    if begins is not None:
        fields = [begins, *fields]
    if not _is_block(fields, ours, surely=surely):
        return None
    sender = next((value for label, value in fields if FROM.match(label)), "")
    whose = ours.knows(sender or " ".join(value for _, value in fields[:2]))
    return Head(start, end, whose, forwards)


def _field(text: str) -> tuple[str, str] | None:
    """A "word: value" line; None for any other."""
    field = _FIELD.match(text)
    if field is None or len(field["label"].split()) > 4 or field["value"].startswith("//"):
        return None
    return field["label"].strip().casefold(), field["value"].strip(" *_")


def _fields(lines: Sequence[MailLine], place: int) -> tuple[list[tuple[str, str]], int]:
    """The "word: value" lines from a line on, values that go on included, and where they end."""
    found: list[tuple[str, str]] = []
    end = place
    gap = loose = 0
    while end < len(lines) and len(found) < 12:
        text = lines[end].plain
        field = _field(text.lstrip("> "))
        if field is not None:
            found.append(field)
            gap = loose = 0
        elif not text:
            gap += 1
        elif found and not gap and not loose and (ADDRESS.search(text) or not found[-1][1]):
            # A long list of recipients, or a value on a line of its own.
            found[-1] = (found[-1][0], f"{found[-1][1]} {text}".strip())
            loose += 1
        else:
            break
        if gap > 1:
            break
        end += 1
    while end > place and lines[end - 1].is_blank:
        end -= 1
    return found, end


def _is_block(fields: Sequence[tuple[str, str]], ours: Ours, *, surely: bool) -> bool:
    if not fields:
        return False
    known = sum(1 for label, _ in fields if FROM.match(label) or OTHER_FIELD.match(label))
    values = [value for _, value in fields]
    someone = any(ADDRESS.search(value) for value in values[:3]) or any(ours.names_us(value) for value in values[:2])
    dated = any(_is_dated(value) or _has_hour(value) for value in values)
    starts = FROM.match(fields[0][0]) is not None
    if surely:
        return len(fields) >= 2 and (known >= 2 or someone or dated)
    if len(fields) >= 3:
        if known >= 2 and (someone or (dated and known >= 3)):
            return True
        return someone and dated and any(ours.knows(value) for value in values[:2])
    return len(fields) == 2 and starts and known == 2 and someone and dated


def separator_at(lines: Sequence[MailLine], place: int) -> bool:
    """Whether a line says that an answered mail follows ("-----Original Message-----"), whatever stands below."""
    found = _RULED.match(lines[place].plain)
    return found is not None and ORIGINAL.search(found[1]) is not None and not FORWARDED.search(found[1])
