"""Handing mail over to the municipality's own server, over connections that are kept."""

import asyncio
import contextlib
from email.message import EmailMessage
from typing import Final

import aiosmtplib

from bot.channels.base import AddressGone, DeliveryError, Rejected, RetryLater
from bot.channels.email.config import EmailConfig
from bot.channels.email.refusals import Refusal, is_said_of_us, refusal_of
from bot.channels.to_mend import ToMend
from reminders.delivery.retry import LONGEST

TIMEOUT = 20.0
# With one, a server that takes a second a mail would make the last of a morning's mails wait past their time.
CONNECTIONS = 4
CAME_BACK: Final = "came_back_for_us"
#: How long nothing is sent when it is ours to mend; then one mail shows whether it was.
PAUSE: Final = LONGEST * 2
#: What an operator has to mend, by reason.
TO_MEND: Final[dict[str, str]] = {
    Refusal.OURS.value: "check MAATJE_EMAIL_FROM, what the account may send, its limit, SPF, and lists that block us",
    "login_refused": "check MAATJE_SMTP_USER and MAATJE_SMTP_PASSWORD",
    CAME_BACK: "mail comes back because of us: look at SPF, DKIM, DMARC and lists that block our server",
}


class Outbound:
    """A few SMTP connections that are kept; over each, mails go one after the other."""

    def __init__(self, config: EmailConfig) -> None:
        self._config = config
        self._idle: list[aiosmtplib.SMTP] = []
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self.to_mend = ToMend("smtp", TO_MEND)

    async def send(self, mail: EmailMessage, address: str) -> None:
        """Hand one mail over.

        Raises:
            RetryLater, AddressGone, Rejected: see reminders.delivery.channel.
        """
        async with self._slots:
            client = self._client()
            # Kept only when it was left in order: a late answer would be taken for the next mail's.
            in_order = False
            try:
                if not client.is_connected:
                    await client.connect()
                try:
                    await client.send_message(mail, sender=self._config.from_address, recipients=[address])
                except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused):
                    in_order = True
                    raise
                in_order = True
            except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
                refused = delivery_error(error)
                self.to_mend.noticed(refused, code=getattr(error, "code", 0))
                raise refused from None
            else:
                self.to_mend.taken()
            finally:
                if in_order:
                    self._idle.append(client)
                else:
                    client.close()

    async def check(self) -> None:
        """Log in, and nothing else. Raises as `send`."""
        async with self._slots:
            client = self._client()
            try:
                await client.connect()
            except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
                raise delivery_error(error) from None
            self._idle.append(client)

    async def close(self) -> None:
        """Say goodbye to the server."""
        while self._idle:
            client = self._idle.pop()
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit()
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        while self._idle:
            client = self._idle.pop()
            if client.is_connected:
                return client
        config = self._config
        return aiosmtplib.SMTP(
            hostname=config.smtp_host,
            port=config.smtp_port,
            username=config.smtp_user or None,
            password=config.smtp_password or None,
            use_tls=config.smtp_security == "tls",
            start_tls=config.smtp_security == "starttls",
            tls_context=config.trust,
            timeout=TIMEOUT,
        )


def delivery_error(error: Exception) -> DeliveryError:
    """What a server's answer means for a message (RFC 5321, RFC 3463; see refusals.py)."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) or getattr(error, "code", 0) == 530:
        return RetryLater("login_refused", PAUSE)
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return RetryLater("timeout" if isinstance(error, TimeoutError) else "unreachable")
    refusal = refusal_of(error.message, code=error.code)
    if refusal is Refusal.FULL:
        # For now or for good: who does not empty a mailbox in the next minutes is to be reached in another way.
        return Rejected(refusal.value)
    if refusal is Refusal.PASSING:
        return RetryLater(refusal.value)
    if isinstance(error, aiosmtplib.SMTPDataError) and not is_said_of_us(error.message):
        # What was written in this mail; the next one may go.
        return Rejected(Refusal.OTHER.value)
    if isinstance(error, aiosmtplib.SMTPSenderRefused) or refusal is Refusal.OURS:
        # It is ours to mend and holds for everybody: nobody's message is lost by it before it is of no use.
        return RetryLater(Refusal.OURS.value, PAUSE)
    recipient = isinstance(error, aiosmtplib.SMTPRecipientRefused)
    if recipient and refusal is Refusal.GONE:
        return AddressGone(refusal.value)
    return Rejected(Refusal.OTHER.value)
