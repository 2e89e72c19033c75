"""A call's keys on their way to the inbox: in the order in which they were pressed, each once."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Final

import structlog

from bot.actions.acting import Proof
from bot.channels.base import BringAgain
from bot.channels.phone.records import CHANNEL
from bot.channels.phone.talk import Hear
from bot.channels.receiving import Receiving
from bot.events import InboundEvent, Payload

log = structlog.get_logger(__name__)

# What could not be taken is handed over again after so many seconds; longer nobody holds a telephone.
_AGAIN: Final = (0.3, 1.0, 2.0)


def hears(
    receiving: Receiving,
    number: str,
    call: str,
    sleep: Callable[[float], Awaitable[None]],
    contact_id: int | None = None,
) -> Hear:
    """What hands the keys of this call with this number to the inbox; `contact_id` is who was called, of those
    who share it.

    The number is known, and whoever is there pressed the key that says who they are: as sure as an answer to our mail.
    """
    numbers = count(1)

    async def hear(payload: Payload) -> bool:
        event = InboundEvent(
            CHANNEL, number, f"{call}:{next(numbers)}", payload, contact_id=contact_id, proof=Proof.REPLY
        )
        for pause in (*_AGAIN, None):
            try:
                await receiving.take(event)
            except BringAgain:
                if pause is not None:
                    await sleep(pause)
            else:
                return True
        log.error("call_answer_not_taken", call=call)
        return False

    return hear
