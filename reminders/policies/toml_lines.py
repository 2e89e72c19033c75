"""On which line each key of a TOML text stands: tomllib reads the values, but keeps no positions.

The text is one that tomllib accepts; what it would refuse is not found out here.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every table, key and array element, by its path: ("policies", "default", "rules", 0)."""
    scan = _Scan(text)
    scan.document()
    return scan.lines


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest part of it that stands in the text; 1 when none does."""
    for length in range(len(path), 0, -1):
        found = lines.get(path[:length])
        if found is not None:
            return found
    return 1


@dataclass(slots=True)
class _Scan:
    text: str
    at: int = 0
    line: int = 1
    lines: dict[Path, int] = field(default_factory=dict)
    # How many elements each array of tables has so far.
    counts: dict[Path, int] = field(default_factory=dict)

    def document(self) -> None:
        table: Path = ()
        while self._blank():
            if self.text.startswith("[[", self.at):
                self._move(2)
                names = self._key()
                self._move(2)
                table = self._array_element(names)
            elif self._peek() == "[":
                self._move(1)
                names = self._key()
                self._move(1)
                table = self._resolve(names)
                self._note(table)
            else:
                before = self.at
                self._pair(table)
                self._never_still(before)

    def _pair(self, table: Path) -> None:
        line = self.line
        path = table + self._key()
        self._blank()
        self._move(1)  # =
        self._blank()
        self.lines.setdefault(path, line)
        self._value(path)

    def _value(self, path: Path) -> None:
        char = self._peek()
        if char in "\"'":
            self._string()
        elif char == "[":
            self._move(1)
            index = 0
            while self._blank(",") and self._peek() != "]":
                self._note((*path, index))
                before = self.at
                self._value((*path, index))
                self._never_still(before)
                index += 1
            self._move(1)
        elif char == "{":
            self._move(1)
            while self._blank(",") and self._peek() != "}":
                before = self.at
                self._pair(path)
                self._never_still(before)
            self._move(1)
        else:
            while self.at < len(self.text) and self._peek() not in ",]}#\n":
                self._move(1)

    def _array_element(self, names: Path) -> Path:
        parent = (*self._resolve(names[:-1]), names[-1])
        index = self.counts.get(parent, 0)
        self.counts[parent] = index + 1
        self._note(parent)
        self._note((*parent, index))
        return (*parent, index)

    def _resolve(self, names: Path) -> Path:
        """Names as written, with the present element of every array of tables on the way."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path

    def _key(self) -> Path:
        names: list[str] = []
        while self._blank():
            if self._peek() in "\"'":
                names.append(self._string())
            else:
                start = self.at
                while self.at < len(self.text) and (self._peek().isalnum() or self._peek() in "-_"):
                    self._move(1)
                names.append(self.text[start : self.at])
            self._blank()
            if self._peek() != ".":
                break
            self._move(1)
        return tuple(names)

    def _string(self) -> str:
        quote = self._peek()
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self._move(len(mark))
        start = self.at
        while self.at < len(self.text) and not self.text.startswith(mark, self.at):
            self._move(2 if quote == '"' and self._peek() == "\\" else 1)
        found = self.text[start : self.at]
        self._move(len(mark))
        # A multi-line string may end in one or two quotes of its own.
        while len(mark) == 3 and self._peek() == quote:
            self._move(1)
        return found

    def _blank(self, also: str = "") -> bool:
        """Skip white space, comments and `also`; whether anything is left."""
        while self.at < len(self.text):
            char = self._peek()
            if char == "#":
                while self.at < len(self.text) and self._peek() != "\n":
                    self._move(1)
            elif char.isspace() or (also and char in also):
                self._move(1)
            else:
                return True
        return False

    def _never_still(self, before: int) -> None:
        """What is no TOML must not hold the scan for ever."""
        if self.at == before:
            self._move(1)

    def _note(self, path: Path) -> None:
        self.lines.setdefault(path, self.line)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _move(self, count: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count
