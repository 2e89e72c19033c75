"""The outer form of an .ics file (RFC 5545, 3.1): content lines and the blocks they stand in, with line numbers.

Read here and not by a calendar library, so that one broken event costs that event only and its fault names the line,
and so that no file can change what the zones of the next one mean (libraries keep a VTIMEZONE for the whole process).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:])*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:])*)')
_ESCAPED = re.compile(r"\\([\\;,nN])")
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


@dataclass(slots=True)
class IcsBlock:
    """BEGIN:NAME … END:NAME, and what stands directly in it. `broken` = lines that are no content lines."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    blocks: list["IcsBlock"] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    closed: bool = False

    def all(self, name: str) -> list[Property]:
        """The properties of a name, in order."""
        return [found for found in self.properties if found.name == name]

    def first(self, name: str) -> Property | None:
        """The first property of a name."""
        return next((found for found in self.properties if found.name == name), None)

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
                stack[-1].broken.append(number)
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
            parameters = {key.upper(): value.replace('"', "") for key, value in _PARAMETER.findall(found[2])}
            stack[-1].properties.append(Property(name, parameters, found[3], number))
    return root


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
