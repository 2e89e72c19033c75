"""What we know of what we sent: our addresses, our name, and the text of the answered mail where it is known."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from bot.channels.email.replies.lines import MailLine, words

ADDRESS: Final = re.compile(r"[^\s<>\[\]()\"':;,|*]+@[^\s<>\[\]()\"':;,|*]+\.[^\s<>\[\]()\"':;,|*]+")
_OUR_MARK: Final = re.compile(r"\+m\d+\.[0-9a-f]{10,}")
# So many words in one stretch of ours are no coincidence.
_ENOUGH_WORDS: Final = 6
# So many words at the beginning of a line of ours are the beginning of it.
_BEGINS_FROM: Final = 3
# More than any mail has; a mail made to keep us busy is told by its form.
_MOST_MATCHES: Final = 2_000
# A line of so many words that is so like one of ours is ours, with another hour or name in it by now.
_LIKE_FROM: Final = 4
_LIKE: Final = 0.75


@dataclass(frozen=True, slots=True)
class Ours:
    """`addresses` are the mailbox's (lower case), `names` what stands before it, `sent` the lines of the mail that is
    answered in each form that it may have had (as text, in short …), `choices` what a page offered below those, and
    `writer` the address of who answers. Each may be unknown (empty)."""

    addresses: frozenset[str] = frozenset()
    names: tuple[str, ...] = ("Maatje",)
    sent: tuple[tuple[str, ...], ...] = ()
    choices: tuple[str, ...] = ()
    writer: str = ""

    def is_address(self, address: str) -> bool:
        """Whether mail to it comes to us."""
        local, _, domain = address.strip(".>").casefold().rpartition("@")
        return _OUR_MARK.search(local) is not None or f"{local.partition('+')[0]}@{domain}" in self.addresses

    def names_us(self, text: str) -> bool:
        """Whether our name stands in a text."""
        shown = text.casefold()
        return any(name.casefold() in shown for name in self.names if name.strip())

    def knows(self, sender: str) -> bool | None:
        """Whether a mail from this sender is known here: ours, or an earlier one of who writes now. None where that
        cannot be told."""
        found = [address.strip(".>").casefold() for address in ADDRESS.findall(sender)]
        if self.names_us(sender) or any(self.is_address(address) or address == self.writer for address in found):
            return True
        return False if found and self.addresses else None

    def said(self, lines: Sequence[MailLine]) -> list[bool]:
        """Which of these lines we wrote: those that stand in our mail, in the same order, enough of them.

        A line counts that begins as a line of ours does, or goes on where the line before it broke off: programs break
        lines anew. Somebody who writes the very words of a choice ("Ik kom") above or below what we sent is not us: a
        choice is ours where all of them stand.
        """
        given = [words(line.plain) for line in lines]
        best: tuple[int, list[int]] = (0, [])
        for form in self.sent:
            ours = _Sent((*form, *self.choices))
            weight, places = _longest_in_order(given, ours)
            if weight >= max(best[0] + 1, min(_ENOUGH_WORDS, len(ours.words))):
                best = weight, places
        found = [False] * len(lines)
        choices = {words(MailLine(choice).plain) for choice in self.choices} - {()}
        whole = choices <= {given[place] for place in best[1]}
        for place in best[1]:
            found[place] = whole or given[place] not in choices
        return found


NOBODY: Final = Ours()


def is_bare(line: MailLine) -> bool:
    """A line without words: dots, a rule, a picture's place, the address of a link."""
    return not words(re.sub(r"<?https?://\S+>?|\[[^\]]*\]", "", line.plain))


class _Sent:
    """Our mail as one row of words, and where its lines begin and end."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = [given for line in lines for part in line.split("\n") if (given := words(MailLine(part).plain))]
        self.words = tuple(word for line in self.lines for word in line)
        self.starts: list[int] = []
        place = 0
        for line in self.lines:
            self.starts.append(place)
            place += len(line)

    def begun_by(self, given: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        """The stretches of ours (from, until) that a text may be which begins as one of our lines."""
        size = len(given)
        for start, line in zip(self.starts, self.lines, strict=True):
            if line == given or (size >= _BEGINS_FROM and self.words[start : start + size] == given):
                yield start, start + size
            elif min(size, len(line)) >= _LIKE_FROM and _are_alike(line, given):
                yield start, start + len(line)

    def goes_on(self, given: tuple[str, ...], at: int) -> bool:
        """Whether a text goes on at a place in the middle of a line of ours."""
        return at not in self.starts and self.words[at : at + len(given)] == given


def _longest_in_order(given: Sequence[tuple[str, ...]], ours: _Sent) -> tuple[int, list[int]]:
    """The lines that are ours with most words together, in our order, and how many words those are."""
    # One entry a match: words together, until where in ours, line, entry before.
    chains: list[tuple[int, int, int, int]] = []
    last_said = -1
    for place, words_given in enumerate(given):
        if not words_given or len(chains) > _MOST_MATCHES:
            continue
        size, new = len(words_given), list[tuple[int, int, int, int]]()
        for start, end in ours.begun_by(words_given):
            before = max((n for n, one in enumerate(chains) if one[1] <= start), key=lambda n: chains[n][0], default=-1)
            new.append((size + (chains[before][0] if before >= 0 else 0), end, place, before))
        for number, one in enumerate(chains):
            if one[2] == last_said and ours.goes_on(words_given, one[1]):
                new.append((size + one[0], one[1] + size, place, number))
        chains += new
        last_said = place
    if not chains:
        return 0, []
    number = max(range(len(chains)), key=lambda n: chains[n][0])
    weight, places = chains[number][0], list[int]()
    while number >= 0:
        places.append(chains[number][2])
        number = chains[number][3]
    return weight, places[::-1]


def _are_alike(line: Sequence[str], given: Sequence[str]) -> bool:
    if not 0.6 < len(line) / len(given) < 1.7:
        return False
    return SequenceMatcher(None, line, given, autojunk=False).ratio() >= _LIKE
