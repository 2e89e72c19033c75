"""What its writer wrote in a mail, in order: without our words, other mails that are known, and the signature.

Everything is theirs until something says otherwise: a mark before the line, a head above it that names us, or the text
itself, which we know where the mail that is answered is known. What cannot be told apart is kept, and a cut that leaves
nothing is not made.
"""

import re
from collections.abc import Sequence
from typing import Final

from bot.channels.email.replies.heads import Head, block_at, head_above, separator_at, statement_at, unglued
from bot.channels.email.replies.lines import MOST_LINES, OBJECT, MailLine, Mark, lines_of_text, words
from bot.channels.email.replies.ours import NOBODY, Ours, is_bare
from bot.channels.email.replies.signatures import without_signature

_MARK: Final = re.compile(r"^[\s|]*(?:[>\uff1e]\s?)+")
# What programs put in a text where a picture stands.
_PLACEHOLDER: Final = re.compile(
    r"^\s*\[(?:cid:|image:|inline image|afbeelding:|bild:|صورة)[^\]]*\]\s*$", re.IGNORECASE
)
_MARKED: Final = frozenset({Mark.QUOTED, Mark.BLOCK, Mark.INDENTED})


def own_words(text: str, ours: Ours = NOBODY, names: Sequence[str] = ()) -> str:
    """The part of a plain text that its writer wrote; "" when there is nothing but marked quotes."""
    return words_of(lines_of_text(text), ours, names)


def words_of(lines: Sequence[MailLine], ours: Ours = NOBODY, names: Sequence[str] = ()) -> str:
    """The words of a mail's writer, who has one of these names; "" when nothing in it is theirs."""
    return "\n".join(line.text.rstrip() for line in own_lines(lines, ours, names)).strip()


def own_lines(lines: Sequence[MailLine], ours: Ours = NOBODY, names: Sequence[str] = ()) -> list[MailLine]:
    """As `words_of`, as lines: those that name a file (OBJECT) among them."""
    reading = _MailReading(unglued(lines[:MOST_LINES], ours), ours)
    own = reading.own()
    segments = [part for part in _segments(reading.lines, own) if any(_says(line) for line in part)]
    if not segments:
        return [] if reading.is_surely_quoted() else _all(lines)
    kept: list[MailLine] = []
    for place, segment in enumerate(segments):
        others = len(segments) > 1
        left = without_signature(segment, names, may_be_all=others)
        if others and place and not kept and not left and place == len(segments) - 1:
            left = segment
        _join(kept, left)
    return [line for line in [*kept, *lines[MOST_LINES:]] if not _PLACEHOLDER.match(line.text)]


def _says(line: MailLine) -> bool:
    return bool(words(line.plain)) or OBJECT in line.text or (not line.is_blank and not line.plain.isascii())


def _all(lines: Sequence[MailLine]) -> list[MailLine]:
    """Everything, the marks of quotation aside."""
    return [MailLine(_MARK.sub("", line.text), line.mark) for line in lines]


def _join(kept: list[MailLine], segment: Sequence[MailLine]) -> None:
    """Put a segment behind the others, one empty line between them where there was one at the cut."""
    blank_before = bool(kept) and kept[-1].is_blank
    while kept and kept[-1].is_blank:
        kept.pop()
    start = 0
    while start < len(segment) and segment[start].is_blank:
        start += 1
    if kept and start < len(segment) and (blank_before or start):
        kept.append(MailLine(""))
    kept += segment[start:]


def _segments(lines: Sequence[MailLine], own: Sequence[bool]) -> list[list[MailLine]]:
    found: list[list[MailLine]] = []
    goes_on = False
    for line, is_own in zip(lines, own, strict=True):
        if is_own:
            if not goes_on:
                found.append([])
            found[-1].append(line)
        goes_on = is_own
    return found


class _MailReading:
    """One mail, and which of its lines are its writer's."""

    def __init__(self, lines: Sequence[MailLine], ours: Ours) -> None:
        self.lines = lines
        self._ours = ours
        self._said = ours.said([MailLine(_MARK.sub("", line.text), line.mark) for line in lines])
        self._own = [True] * len(lines)
        self._heads: list[Head] = []

    def own(self) -> list[bool]:
        """Which lines are the writer's."""
        self._leave_out_marked()
        self._leave_out_below_heads()
        for place, ours in enumerate(self._said):
            if ours:
                self._own[place] = False
        return self._own

    def is_surely_quoted(self) -> bool:
        """Of a mail in which nothing is its writer's: whether that is sure, so that they wrote nothing."""
        left_out = [line for line, own in zip(self.lines, self._own, strict=True) if not own and not line.is_blank]
        if not left_out:
            return True
        if any(head.known for head in self._heads) or any(self._said):
            return True
        return not any(line.mark in _MARKED and not _MARK.match(line.text) for line in left_out) and not any(
            head.known is False for head in self._heads
        )

    def _leave_out_marked(self) -> None:
        """Quotations by their marks, with the line above them that says whose they are."""
        for start, end in self._runs():
            head = head_above(self.lines, start, self._ours)
            mark = self.lines[start].mark
            if mark is Mark.INDENTED and head is None and not any(self._said[start:end]):
                continue
            if self._is_foreign(start, end, head):
                continue
            if mark is Mark.BLOCK and head is None and not self._is_said_beside(start, end):
                continue
            first = start
            if head is not None:
                self._heads.append(head)
                first = head.start
            self._own[first:end] = [False] * (end - first)

    def _is_said_beside(self, start: int, end: int) -> bool:
        return any(words(line.plain) for line in (*self.lines[:start], *self.lines[end:]))

    def _is_foreign(self, start: int, end: int, head: Head | None) -> bool:
        """Whether a marked part is somebody else's mail that is passed on to us, as Apple's Mail marks those."""
        bare = [MailLine(_MARK.sub("", line.text)) for line in self.lines[start:end]]
        first = next((place for place, line in enumerate(bare) if not line.is_blank), 0)
        block = block_at(bare, first, self._ours) if bare else None
        if block is not None:
            return block.known is False or block.forwards
        return head is not None and head.known is False

    def _runs(self) -> list[tuple[int, int]]:
        """Lines that are marked alike, one after the other, empty ones between them included."""
        found: list[tuple[int, int]] = []
        place = 0
        while place < len(self.lines):
            mark = self.lines[place].mark
            if mark not in _MARKED:
                place += 1
                continue
            end = last = place
            while end < len(self.lines) and (self.lines[end].mark is mark or self.lines[end].is_blank):
                if self.lines[end].mark is mark:
                    last = end
                end += 1
            found.append((place, last + 1))
            place = last + 1
        return found

    def _leave_out_below_heads(self) -> None:
        """Mails that stand unmarked below a head: known ones, to the end or as far as we know their text."""
        place = 0
        while place < len(self.lines):
            head = self._head_at(place) if self._own[place] and not self.lines[place].is_blank else None
            if head is None:
                place += 1
                continue
            if head.known is False or head.forwards:
                # Somebody else's words, passed on: they are what the writer wants us to read.
                return
            self._heads.append(head)
            ours = [below for below in range(head.end, len(self.lines)) if self._said[below]]
            if ours:
                # Our text is known: from where it begins, what is not ours was written between its lines or below.
                self._own[head.start : ours[0]] = [False] * (ours[0] - head.start)
                place = ours[-1] + 1
                self._leave_out_bare(ours[0], place)
            elif any(_says(line) for line in self._kept_above(head.start)):
                self._own[head.start :] = [False] * (len(self.lines) - head.start)
                return
            else:
                return

    def _kept_above(self, place: int) -> list[MailLine]:
        return [line for line, own in zip(self.lines[:place], self._own, strict=False) if own]

    def _head_at(self, place: int) -> Head | None:
        found = block_at(self.lines, place, self._ours) or statement_at(self.lines, place, self._ours)
        if found is None and separator_at(self.lines, place):
            return Head(place, place + 1, None)
        return found

    def _leave_out_bare(self, start: int, end: int) -> None:
        """Rules, pictures' places and the addresses of our links, which are between the lines of our text."""
        for place in range(start, end):
            if is_bare(self.lines[place]):
                self._own[place] = False
