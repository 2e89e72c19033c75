"""Marks in our mails: the secret that proves an answer, and the id that only says which mail is meant.

A sender's address is whatever its writer says it is, and a Message-ID travels with every forward and copy. So a mail
counts as somebody's own answer only when it was sent to the secret address that stood in the Reply-To of our mail to
them: a keyed signature over one message, one recipient and the day, good for `LASTS`. The Message-ID proves nothing.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

#: How long a mail of ours can be answered.
LASTS: Final = timedelta(days=60)
_LENGTH = 24
_LONGEST_TEXT = 20_000
_SECRET = re.compile(r"r([0-9]{1,18})\.([0-9]{1,6})\.([0-9a-f]{24})")
_ID = re.compile(r"m([0-9]{1,18})\.([0-9a-f]{24})")
_ADDRESS = re.compile(r"[^\s<>;,:\"']{1,64}@[^\s<>;,:\"']{1,255}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A report that names more addresses than this is no server's.
_MOST_ADDRESSES = 20


class Tokens:
    """Makes and reads marks; `sign` is a keyed signature as hex (storage.engine.keys.KeyRing.sign), `signatures` the
    same under every key, so that mails of before a rotation can be answered."""

    def __init__(
        self,
        sign: Callable[[str], str],
        from_address: str,
        now: Callable[[], datetime],
        signatures: Callable[[str], Sequence[str]] | None = None,
    ) -> None:
        self._sign = sign
        self._signatures = signatures or (lambda text: [sign(text)])
        self._now = now
        self._local, _, self._domain = from_address.rpartition("@")

    def message_id(self, reference: str, address: str) -> str:
        """The Message-ID of a message to an address: the same on every attempt, so that a repeat is the same mail."""
        return f"<m{reference}.{self._signature(f'id|{reference}|{address}')}@{self._domain}>"

    def reply_address(self, reference: str, address: str) -> str:
        """The secret address that answers to this message go to (RFC 5233 subaddress)."""
        day = (self._now() - _EPOCH).days
        signature = self._signature(f"secret|{reference}|{address}|{day}")
        return f"{self._local}+r{reference}.{day}.{signature}@{self._domain}"

    def thread_id(self, about: str, address: str) -> str:
        """The Message-ID of the thread of what belongs together, for References."""
        return f"<t.{self._signature(f'{about}|{address}')}@{self._domain}>"

    def answered(self, recipients: Iterable[str], address: str) -> str | None:
        """The reference of the message to `address` whose secret stands in one of these headers and still holds."""
        today = (self._now() - _EPOCH).days
        for text in recipients:
            for reference, day, signature in _SECRET.findall(text[:_LONGEST_TEXT]):
                holds = 0 <= today - int(day) <= LASTS.days
                if holds and self._is_signed(f"secret|{reference}|{address}|{day}", signature):
                    return str(reference)
        return None

    def quoted(self, headers: Iterable[str], address: str) -> str | None:
        """The reference of the message to `address` whose id stands in one of these headers: which mail is meant, and
        nothing of who means it."""
        for text in headers:
            for reference, signature in _ID.findall(text[:_LONGEST_TEXT]):
                if self._is_signed(f"id|{reference}|{address}", signature):
                    return str(reference)
        return None

    def returned(self, text: str) -> str | None:
        """The id (without <>) of the mail of ours that a report brings back: the report has that mail's secret, and
        names the address that it went to. Anybody can write a report, but only who got the mail has its secret."""
        addresses: Collection[str] = dict.fromkeys(one.lower() for one in _ADDRESS.findall(text))
        for address in list(addresses)[:_MOST_ADDRESSES]:
            reference = self.answered([found.group() for found in _SECRET.finditer(text)][:_MOST_ADDRESSES], address)
            if reference is not None:
                return self.message_id(reference, address)[1:-1]
        return None

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
        return address if self._is_signed(f"unsubscribe|{address}", signature) else None

    def _signature(self, text: str) -> str:
        return self._sign(f"email|{text}")[:_LENGTH]

    def _is_signed(self, text: str, signature: str) -> bool:
        given = signature.encode("ascii", "replace")
        every = self._signatures(f"email|{text}")
        return any(hmac.compare_digest(one[:_LENGTH].encode(), given) for one in every)
