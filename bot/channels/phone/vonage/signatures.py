"""Who tells us something, and who may fetch a sentence: signatures of Vonage's webhooks, and of our addresses.

Vonage sends a JWT along (HS256, by the account's signature secret) that names the account, the application, the moment,
and the hash of what is told. https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks
"""

import hashlib
import hmac
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

from bot.channels.phone.vonage.api import VonageConfig
from reminders.delivery.channel import Clock

#: What is older, or from later on, was not told just now.
FRESH_FOR: Final = timedelta(minutes=5)
_REMEMBERED: Final = 50_000


class NotVonage(Exception):
    """A request that Vonage did not make just now; `reason` is a word for logs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WebhookGuard:
    """Lets in what Vonage tells, each once."""

    def __init__(self, config: VonageConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._seen: OrderedDict[str, datetime] = OrderedDict()

    def check(self, authorization: str, body: bytes) -> None:
        """Pass a request, by its header and body.

        Raises:
            NotVonage: it is forged, changed on its way, old, for somebody else, or came before.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotVonage("unsigned")
        try:
            claims = jwt.decode(
                token.strip(),
                self._config.signature_secret,
                algorithms=["HS256"],
                # Times are compared below, by our own clock.
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["iat", "jti"]},
            )
        except jwt.InvalidTokenError:
            raise NotVonage("forged") from None
        if claims.get("api_key") != self._config.api_key:
            raise NotVonage("another_account")
        if claims.get("application_id", self._config.application_id) != self._config.application_id:
            raise NotVonage("another_application")
        if not hmac.compare_digest(str(claims.get("payload_hash")), hashlib.sha256(body).hexdigest()):
            raise NotVonage("changed")
        now, made_at, number = self._clock.now(), claims["iat"], str(claims["jti"])
        if not isinstance(made_at, int | float) or abs(now - datetime.fromtimestamp(made_at, UTC)) > FRESH_FOR:
            raise NotVonage("old")
        if number in self._seen:
            raise NotVonage("repeated")
        self._remember(number, now)

    def _remember(self, number: str, now: datetime) -> None:
        self._seen[number] = now
        # Twice the time in which it would be let in: it may have been made a little later than now.
        while self._seen and (next(iter(self._seen.values())) < now - 2 * FRESH_FOR or len(self._seen) > _REMEMBERED):
            self._seen.popitem(last=False)
