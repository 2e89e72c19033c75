"""The outer form of an .ics file (RFC 5545, 3.1): content lines and the blocks they stand in, with line numbers.

Read here and not by a calendar library, so that one broken event costs that event only and its fault names the line,
and so that no file can change what the zones of the next one mean (libraries keep a VTIMEZONE for the whole process).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

# Names by which a line says when something takes place; all others are about what it is.
TIMES = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"})
# Without these an event cannot be told from another, or not whether it takes place.
DECIDING = TIMES | {"UID", "STATUS", "SEQUENCE"}
_TEXTS = frozenset({"SUMMARY", "LOCATION"})

_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:])*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:])*)')
_ESCAPED = re.compile(r"\\([\\;,nN])")
# A zone's name may hold colons, unquoted too ("(UTC+01:00) Amsterdam", "tzone://Microsoft/Utc"): the times come last.
_TIMES_LAST = re.compile(r"((?:;[^\r\n]*)?):(\d{8}[0-9TZtzPWDHMSpwdhms,/+-]*)")
_LOOSE_PARAMETER = re.compile(r";([A-Za-z0-9-]+)=((?:\"[^\"]*\")|[^\";]*)")
_OWN_NAME = re.compile(r"([A-Z][A-Z0-9-]{2,})(?![A-Za-z0-9 -])(?:;[^:]*)?[:=]?(.*)", re.DOTALL)
_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Property:
    """One content line: NAME;PARAMETER=x:value, with the number of its first line in the file."""

    name: str
    parameters: dict[str, str]
    value: str
    line: int

    def text(self) -> str:
        """The value as TEXT, without its escapes."""
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that is no NAME:VALUE: what it seems to be about is `name`, its own or that of the line before it."""

    line: int
    name: str

    @property
    def decides(self) -> bool:
        """Whether it may have said when something takes place, or which event it is; else nobody needs it."""
        return self.name in DECIDING or not self.name


@dataclass(slots=True)
class IcsBlock:
    """BEGIN:NAME … END:NAME, and what stands directly in it. `broken` = lines that are no content lines."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    blocks: list["IcsBlock"] = field(default_factory=list)
    broken: list[BrokenLine] = field(default_factory=list)
    closed: bool = False

    def all(self, name: str) -> list[Property]:
        """The properties of a name, in order."""
        return [found for found in self.properties if found.name == name]

    def first(self, name: str) -> Property | None:
        """The first property of a name."""
        return next((found for found in self.properties if found.name == name), None)

    def title(self) -> str:
        """Its SUMMARY; empty when it has none."""
        found = self.first("SUMMARY")
        return "" if found is None else found.text().strip()

    def says(self, name: str) -> str:
        """The value of the first property of a name in capitals; empty when there is none."""
        found = self.first(name)
        return "" if found is None else found.value.strip().upper()

    def add_broken(self, number: int, text: str) -> None:
        """Keep what can be kept of a line that is no NAME:VALUE.

        A text that was broken off by a raw line end goes on; a title or place with a mistake in front of its colon is
        taken without what stands there.
        """
        own = _OWN_NAME.fullmatch(text)
        name = own[1] if own is not None else self.properties[-1].name if self.properties else ""
        if name in _TEXTS and own is not None:
            self.properties.append(Property(name, {}, own[2], number))
        elif name in _TEXTS:
            last = self.properties[-1]
            self.properties[-1] = replace(last, value=f"{last.value}\\n{text}")
        self.broken.append(BrokenLine(number, name))

    def walk(self, name: str) -> Iterator["IcsBlock"]:
        """The blocks of a name at any depth below this one."""
        for block in self.blocks:
            if block.name == name:
                yield block
            yield from block.walk(name)


class TooDeep(ValueError):
    """Blocks within blocks within blocks: no calendar looks like this."""


def read_blocks(data: bytes) -> IcsBlock:
    """The file as one block without a name, which holds the calendars.

    UTF-8 with or without a byte order mark, UTF-16 with one; anything else is read as Windows-1252, which old exports
    are. A block that is never closed ends where its parent does, and is marked.

    Raises:
        TooDeep: when blocks lie more than 8 deep.
    """
    root = IcsBlock("", 1, closed=True)
    stack = [root]
    for number, text in _unfolded(_decoded(data)):
        found = _LINE.fullmatch(text)
        if found is None:
            if text.strip():
                stack[-1].add_broken(number, text)
            continue
        name = found[1].upper()
        if name == "BEGIN":
            if len(stack) > 8:
                raise TooDeep
            block = IcsBlock(found[3].strip().upper(), number)
            stack[-1].blocks.append(block)
            stack.append(block)
        elif name == "END":
            _close(stack, found[3].strip().upper())
        else:
            stack[-1].properties.append(_property(name, found, text, number))
    return root


def _property(name: str, found: re.Match[str], text: str, number: int) -> Property:
    of_times = _TIMES_LAST.fullmatch(text, len(found[1])) if name in TIMES and ":" in found[3] else None
    if of_times is not None:
        parameters, value = _LOOSE_PARAMETER.findall(of_times[1]), of_times[2]
    else:
        parameters, value = _PARAMETER.findall(found[2]), found[3]
    return Property(name, {key.upper(): given.replace('"', "").strip() for key, given in parameters}, value, number)


def _close(stack: list[IcsBlock], name: str) -> None:
    """End the innermost open block of this name; those inside it were never closed."""
    if any(block.name == name for block in stack[1:]):
        while stack[-1].name != name:
            stack.pop()
        stack.pop().closed = True


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    pieces: list[str] = []
    first = 1
    for number, line in enumerate(_BREAK.split(text), start=1):
        if line[:1] in (" ", "\t") and pieces:
            pieces.append(line[1:])
            continue
        if pieces:
            yield first, "".join(pieces)
        first, pieces = number, [line]
    if pieces:
        yield first, "".join(pieces)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
