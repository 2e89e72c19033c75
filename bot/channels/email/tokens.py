"""Signed marks in our mails, by which an answer proves which mail of ours it answers.

A sender's address is whatever its writer says it is. So a mail counts as somebody's only when it carries the mark of a
mail that we sent to that very address: in the reply address or in the Message-ID that mail programs refer to.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable

_LENGTH = 24
_MARK = re.compile(r"m([0-9]{1,18})\.([0-9a-f]{24})")


class Tokens:
    """Makes and reads marks; `sign` is a keyed signature as hex (storage.engine.keys.KeyRing.sign)."""

    def __init__(self, sign: Callable[[str], str], from_address: str) -> None:
        self._sign = sign
        self._local, _, self._domain = from_address.rpartition("@")

    def message_id(self, reference: str, address: str) -> str:
        """The Message-ID of a message to an address: the same on every attempt, so that a repeat is the same mail."""
        return f"<{self._mark(reference, address)}@{self._domain}>"

    def reply_address(self, reference: str, address: str) -> str:
        """The address that answers to this message go to (RFC 5233 subaddress)."""
        return f"{self._local}+{self._mark(reference, address)}@{self._domain}"

    def thread_id(self, about: str, address: str) -> str:
        """The Message-ID of the thread of what belongs together, for References."""
        return f"<t.{self._signature(f'{about}|{address}')}@{self._domain}>"

    def answered(self, texts: Iterable[str], address: str) -> str | None:
        """The reference of the message to `address` whose mark stands in one of these headers; None without one."""
        for text in texts:
            for reference, signature in _MARK.findall(text[:20_000]):
                if self._signature(f"{reference}|{address}") == signature:
                    return str(reference)
        return None

    def sent(self, text: str) -> str | None:
        """The id (without <>) of the mail of ours that a text quotes, unproved: for bounces, which do not say to whom
        it went. Whether such a mail was sent is for those to say who keep the ids."""
        found = _MARK.search(text)
        return None if found is None else f"{found[0]}@{self._domain}"

    def unsubscribe(self, address: str) -> str:
        """What stands in the link that ends all mail to an address."""
        named = base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")
        return f"{named}.{self._signature(f'unsubscribe|{address}')}"

    def unsubscribed(self, token: str) -> str | None:
        """The address of such a link; None for what we did not make."""
        named, _, signature = token.partition(".")
        try:
            address = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).decode()
        except (binascii.Error, ValueError):
            return None
        return address if self._signature(f"unsubscribe|{address}") == signature else None

    def _mark(self, reference: str, address: str) -> str:
        return f"m{reference}.{self._signature(f'{reference}|{address}')}"

    def _signature(self, text: str) -> str:
        return self._sign(f"email|{text}")[:_LENGTH]
