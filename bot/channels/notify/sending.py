"""Handing a message to Notify once, though its references are no idempotency keys: it takes the same one twice.

In the normal case a message costs one request. Only where an earlier attempt ended unclear (no answer came, or an error
of Notify's own) Notify is first asked whether it has the reference already.
"""

from collections.abc import Mapping

import structlog

from bot.channels.base import DeliveryError, Receipt
from bot.channels.notify.api import Kind, Notification, NotifyApi, Taken, Unclear
from bot.channels.notify.config import NotifyConfig
from bot.channels.notify.errors import TO_MEND
from bot.channels.recent import Recent
from bot.channels.to_mend import ToMend

log = structlog.get_logger(__name__)

# Messages whose last attempt ended unclear: how many of those we remember.
REMEMBERED = 10_000


class NotifySending:
    """The sending half that both channels share."""

    def __init__(self, kind: Kind, api: NotifyApi, config: NotifyConfig) -> None:
        self._kind = kind
        self._api = api
        self._config = config
        self._unclear = Recent[None](REMEMBERED)
        self._to_mend = ToMend("notify", TO_MEND)

    def doubt(self, reference: str) -> None:
        """From now on the first thing to do with this message is to ask whether Notify has it."""
        self._unclear[reference] = None

    async def already_taken(self, reference: str, address: str) -> Receipt | None:
        """The receipt of an earlier attempt that Notify took after all; None where there was no such attempt.

        Raises:
            RetryLater: it is not clear, and Notify cannot be asked now.
        """
        if reference not in self._unclear:
            return None
        for found in await self._api.find(self._kind, self._config.sign(reference)):
            if _same_address(found, address):
                self._unclear.pop(reference, None)
                log.info("notify_had_it_already", message=reference)
                return Receipt(found.id)
        return None

    async def send(self, reference: str, message: Mapping[str, object]) -> Taken:
        """Hand over one message.

        Raises:
            RetryLater, AddressGone, Rejected: see reminders.delivery.channel.
        """
        # Until the answer is there it is unclear: a task that is cancelled half-way leaves the doubt behind.
        was_unclear = reference in self._unclear
        self.doubt(reference)
        try:
            taken = await self._api.send(self._kind, {**message, "reference": self._config.sign(reference)})
        except Unclear as unclear:
            raise unclear.error from None
        except DeliveryError as error:
            # A clear no to this attempt says nothing of an earlier one.
            if not was_unclear:
                self._unclear.pop(reference, None)
            self._to_mend.noticed(error, channel=self._kind, message=reference)
            raise
        self._unclear.pop(reference, None)
        self._to_mend.taken()
        return taken


def _same_address(found: Notification, address: str) -> bool:
    """Whether a notification went to this address: a reference of another database's may be the same."""
    to = found.phone_number or found.email_address or ""
    return "".join(to.split()).casefold().lstrip("+") == address.casefold().lstrip("+")
