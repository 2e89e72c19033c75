"""Reading hand-edited YAML with errors a non-programmer can act on: which file, which topic, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar, cast

import yaml

_Choice = TypeVar("_Choice", bound=str)


class ContentError(Exception):
    """A content file cannot be understood. The text is for whoever edits the file."""

    def __init__(self, path: Path, topic: str, problem: str, mend: str) -> None:
        self.path, self.topic, self.problem, self.mend = path, topic, problem, mend
        super().__init__(f"{path.name}{f', {topic}' if topic else ''}: {problem}. {mend[:1].upper()}{mend[1:]}.")


def read_yaml(path: Path) -> object:
    """The file's content. Raises `ContentError` when it is not there or is no YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(path, "", f"cannot be read ({error})", "check that it is there, saved as UTF-8") from error
    try:
        # The C loader is ten times faster than the Python one; fifteen languages are read in about 0.2 s.
        return cast("object", yaml.load(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        mend = "look at the line named; a text with ': ' or '#' in it needs quotation marks"
        raise ContentError(path, "", f"is no valid YAML ({' '.join(str(error).split())})", mend) from error


class ContentEntry:
    """One mapping of a content file, with typed access to its fields.

    Methods that take a default raise `ContentError` when the field is absent and the default is None, or when the
    field has the wrong type.
    """

    def __init__(self, path: Path, name: str, value: object) -> None:
        self.path, self.name = path, name
        if not isinstance(value, dict):
            raise self.error("is not a list of 'name: value' lines", "write every field on a line of its own")
        self._fields = cast("dict[object, object]", value)

    def error(self, problem: str, mend: str) -> ContentError:
        """A fault of this entry."""
        return ContentError(self.path, self.name, problem, mend)

    def only(self, allowed: set[str]) -> None:
        """Refuse fields nobody reads: mostly misspelt ones."""
        for key in self._fields:
            if key not in allowed:
                raise self.error(f"has the unknown field '{key}'", f"use one of: {', '.join(sorted(allowed))}")

    def items(self) -> Iterator[tuple[str, object]]:
        """Every field, in the order of the file."""
        for key, value in self._fields.items():
            if not isinstance(key, str):
                raise self.error(f"has the name {key!r}, which is no text", "put quotation marks round it")
            yield key, value

    def get(self, key: str, default: object = None) -> object:
        """The field as it stands."""
        return self._fields.get(key, default)

    def text(self, key: str, default: str | None) -> str:
        """A text; only `section` may be empty."""
        value = self.get(key, default)
        if not isinstance(value, str):
            raise self.error(f"has no text for '{key}'", f"add a line '{key}: ...', in quotation marks if in doubt")
        if not value.strip() and key != "section":
            raise self.error(f"has an empty '{key}'", "write the text")
        return value.strip()

    def optional_text(self, key: str, default: str | None) -> str | None:
        """A text, or None where the field is absent or `null`."""
        return None if self.get(key, default) is None else self.text(key, default)

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts."""
        value = self.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"has a '{key}' that is not a list of texts", "write '- text' lines, numbers in quotes")
        return tuple(cast("list[str]", value))

    def words(self, key: str, allowed: tuple[_Choice, ...], default: tuple[_Choice, ...]) -> tuple[_Choice, ...]:
        """A list of words of a vocabulary."""
        given = self.texts(key, default)
        found = tuple(choice for name in given for choice in allowed if choice == name)
        if len(found) != len(given):
            raise self.error(f"has '{key}: {', '.join(given)}'", f"use some of: {', '.join(allowed)}")
        return found

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise self.error(f"has a '{key}' that is neither true nor false", "write true or false")
        return value

    def day(self, key: str, default: date | None) -> date | None:
        """A date, or None where the field is absent or `null`."""
        value = self.get(key, default)
        if value is not None and not isinstance(value, date):
            raise self.error(f"has a '{key}' that is no date", "write it as 2027-03-01")
        return value

    def one_of(self, key: str, allowed: tuple[_Choice, ...], default: _Choice | None) -> _Choice:
        """One word of a vocabulary."""
        value = self.get(key, default)
        for choice in allowed:
            if value == choice:
                return choice
        raise self.error(f"has '{key}: {value}'", f"use one of: {', '.join(allowed)}")
