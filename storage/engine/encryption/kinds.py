"""Encrypted columns of words, days, numbers and yes or no.

What is encrypted is as long as what it says: "ill" would be told from "child_ill" by its length alone. So each kind
here is written at one length.
"""

from datetime import date
from enum import StrEnum
from typing import TypeVar

from storage.engine.columns import EncryptedColumn

_LONGEST_WORD = 32
_LONGEST_CODE = 8
_LONGEST_NUMBER = 12

W = TypeVar("W", bound=StrEnum)


class EncryptedWord(EncryptedColumn[W]):
    """A word of a vocabulary (storage/vocabulary.py)."""

    cache_ok = True

    def __init__(self, context: str, words: type[W], named_by: tuple[str, ...] = ()) -> None:
        super().__init__(context, named_by)
        self.words = words

    def to_bytes(self, value: W) -> bytes:
        """At one length."""
        return value.value.encode().ljust(_LONGEST_WORD)

    def from_bytes(self, plain: bytes) -> W:
        """The word again."""
        return self.words(plain.decode().rstrip())


class EncryptedCode(EncryptedColumn[str]):
    """A language's code, of eight characters at most."""

    cache_ok = True

    def to_bytes(self, value: str) -> bytes:
        """At one length."""
        return value.encode().ljust(_LONGEST_CODE)

    def from_bytes(self, plain: bytes) -> str:
        """The code again."""
        return plain.decode().rstrip()


class EncryptedDate(EncryptedColumn[date]):
    """A day."""

    cache_ok = True

    def to_bytes(self, value: date) -> bytes:
        """ISO."""
        return value.isoformat().encode()

    def from_bytes(self, plain: bytes) -> date:
        """From ISO."""
        return date.fromisoformat(plain.decode())


class EncryptedNumber(EncryptedColumn[int]):
    """A whole number of twelve digits at most."""

    cache_ok = True

    def to_bytes(self, value: int) -> bytes:
        """At one length."""
        return str(value).encode().rjust(_LONGEST_NUMBER)

    def from_bytes(self, plain: bytes) -> int:
        """The number again."""
        return int(plain)


class EncryptedFlag(EncryptedColumn[bool]):
    """Yes or no."""

    cache_ok = True

    def to_bytes(self, value: bool) -> bytes:
        """One digit."""
        return b"1" if value else b"0"

    def from_bytes(self, plain: bytes) -> bool:
        """Yes or no again."""
        return plain == b"1"
