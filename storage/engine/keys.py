"""Keys for personal data: encryption at rest, keyed hashes for look-up, and signing, all derived from SECRET_KEY.

Several secrets may be given while rotating: the first one encrypts, all of them decrypt and look up. What this module
does not do is decide which fields are personal: that stands at the mapped columns (storage/engine/columns.py).
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MINIMUM_SECRET_LENGTH = 32
# Bound to its column only, as everything was before schema 0011; read until the version after it, never written.
_UNBOUND = b"\x01"
# Bound to its column and its row.
_BOUND = b"\x02"
_KEY_ID_LENGTH = 4
_NONCE_LENGTH = 12
# What stands in front of every stored value: which format, and which secret's key.
MARK_LENGTH = len(_BOUND) + _KEY_ID_LENGTH
_SEALED_FROM = MARK_LENGTH + _NONCE_LENGTH


class SecretTooShort(ValueError):
    """A SECRET_KEY of fewer than 32 characters was given."""


class Undecryptable(ValueError):
    """A stored value was written under a secret that is not in SECRET_KEY any more, or was tampered with."""


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"maatje/{purpose}".encode()).derive(secret.encode())


def _bound_to(context: str, row: bytes) -> bytes:
    return b"%b\0%b" % (context.encode(), row)


class _Key:
    """The three keys and the public id that one secret gives."""

    __slots__ = ("cipher", "hashing", "id", "signing")

    def __init__(self, secret: str) -> None:
        self.id = _derive(secret, "id")[:_KEY_ID_LENGTH]
        self.cipher = AESGCM(_derive(secret, "encryption"))
        self.hashing = _derive(secret, "lookup")
        self.signing = _derive(secret, "signing")


class KeyRing:
    """Encrypts (AES-256-GCM), hashes (HMAC-SHA256) and signs with keys derived from one or more secrets (HKDF).

    Raises:
        SecretTooShort: when a secret has fewer than 32 characters, or none is given.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets or any(len(secret) < MINIMUM_SECRET_LENGTH for secret in secrets):
            raise SecretTooShort(
                f"MAATJE_SECRET_KEY needs at least {MINIMUM_SECRET_LENGTH} characters for each secret. Make one with: "
                'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        self._keys = [_Key(secret) for secret in secrets]
        self._ciphers = {format_ + key.id: key.cipher for key in self._keys for format_ in (_UNBOUND, _BOUND)}

    @classmethod
    def parse(cls, setting: str) -> "KeyRing":
        """Read the SECRET_KEY setting: one secret, or several separated by commas (the first encrypts)."""
        return cls([part.strip() for part in setting.split(",") if part.strip()])

    @property
    def marks(self) -> frozenset[bytes]:
        """The first MARK_LENGTH bytes of every value that these secrets can decrypt."""
        return frozenset(self._ciphers)

    def encrypt(self, plain: bytes, context: str, row: bytes) -> bytes:
        """Encrypt under the first key.

        `context` (table.column) and `row` (what names the row and never changes) are bound to it: a value that is
        copied to another column or another row does not decrypt there.
        """
        key = self._keys[0]
        nonce = os.urandom(_NONCE_LENGTH)
        return _BOUND + key.id + nonce + key.cipher.encrypt(nonce, plain, _bound_to(context, row))

    def encrypt_all(self, plains: Sequence[bytes], context: str, rows: Sequence[bytes]) -> list[bytes]:
        """As `encrypt`, for a column of as many rows; the randomness of all is asked of the system once."""
        key, bound_to = self._keys[0], _bound_to(context, b"")
        mark, seal, size = _BOUND + key.id, key.cipher.encrypt, _NONCE_LENGTH
        random = os.urandom(size * len(plains))
        return [
            mark + (nonce := random[at : at + size]) + seal(nonce, plain, bound_to + row)
            for at, plain, row in zip(range(0, len(random), size), plains, rows, strict=True)
        ]

    def decrypt(self, token: bytes, context: str, row: bytes) -> bytes:
        """Decrypt what any of the keys encrypted for this column of this row.

        Raises:
            Undecryptable: when no key fits, or the value, its column or its row is another.
        """
        cipher = self._ciphers.get(token[:MARK_LENGTH])
        if cipher is None:
            raise Undecryptable(f"{context}: written under a secret that is not in MAATJE_SECRET_KEY; add that secret")
        nonce, sealed = token[MARK_LENGTH:_SEALED_FROM], token[_SEALED_FROM:]
        bound_to = _bound_to(context, row) if token.startswith(_BOUND) else context.encode()
        try:
            return cipher.decrypt(nonce, sealed, bound_to)
        except (InvalidTag, ValueError) as error:
            raise Undecryptable(f"{context}: the stored value was altered, or is another row's") from error

    def reader(self, context: str) -> Callable[[bytes], bytes]:
        """Decrypts values of one column, each given as what names its row, a zero byte, and the stored value.

        As `decrypt`, at half its cost: a page of planning reads thousands.
        """
        ciphers = {mark: cipher for mark, cipher in self._ciphers.items() if mark.startswith(_BOUND)}
        prefix = _bound_to(context, b"")

        def read(beside_its_row: bytes) -> bytes:
            row, _, token = beside_its_row.partition(b"\0")
            cipher = ciphers.get(token[:MARK_LENGTH])
            if cipher is None:
                return self.decrypt(token, context, row)
            try:
                return cipher.decrypt(token[MARK_LENGTH:_SEALED_FROM], token[_SEALED_FROM:], prefix + row)
            except (InvalidTag, ValueError):
                # Again, for its words.
                return self.decrypt(token, context, row)

        return read

    def is_current(self, token: bytes) -> bool:
        """Whether a value is under the first key and bound to its row (so that rotation may pass it by)."""
        return bytes(token[:MARK_LENGTH]) == _BOUND + self._keys[0].id

    def fingerprint(self, value: str, context: str) -> bytes:
        """Keyed hash under the first key (16 bytes): finds an address without storing it in the clear."""
        return self._fingerprint(self._keys[0], value, context)

    def fingerprints(self, value: str, context: str) -> list[bytes]:
        """The keyed hash under every key, the first key's first: what a look-up must accept while rotating."""
        return [self._fingerprint(key, value, context) for key in self._keys]

    def sign(self, value: str, context: str) -> str:
        """A URL-safe signature (hex, 32 characters) under the first key."""
        return self._signature(self._keys[0], value, context)

    def signatures(self, value: str, context: str) -> list[str]:
        """The signature under every key, the first key's first: what was signed before a rotation holds."""
        return [self._signature(key, value, context) for key in self._keys]

    def verify(self, value: str, context: str, signature: str) -> bool:
        """Whether `signature` was made by any of the keys; constant in time."""
        given = signature.encode("ascii", "replace")
        return any(hmac.compare_digest(self._signature(key, value, context).encode(), given) for key in self._keys)

    @staticmethod
    def _fingerprint(key: _Key, value: str, context: str) -> bytes:
        return hmac.digest(key.hashing, f"{context}\0{value}".encode(), hashlib.sha256)[:16]

    @staticmethod
    def _signature(key: _Key, value: str, context: str) -> str:
        return hmac.digest(key.signing, f"{context}\0{value}".encode(), hashlib.sha256).hex()[:32]
