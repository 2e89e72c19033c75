"""What became of the messages of a call, as news: heard, to be tried in another part of the day, or not reached."""

from datetime import datetime, timedelta

from bot.channels.base import News, NewsState, Receipt, Rejected, RetryLater
from bot.channels.phone.records import CHANNEL, MAY_HAVE_BEEN, MOST_TRIES, Known
from bot.channels.phone.talk import ToTell
from reminders.delivery.calling_hours import CallingHours
from storage.vocabulary import CallOutcome


def ref_of(call_id: int, reference: str) -> str:
    """What a message is called in a call; 0 = it waits for one."""
    return f"{call_id}-{reference}"


def news_of(
    message: ToTell, call_id: int, known: Known, outcome: CallOutcome, hours: CallingHours, now: datetime
) -> News:
    """What became of a message of a call that is over."""
    ref = ref_of(call_id, message.reference)
    if message.heard:
        return News(CHANNEL, NewsState.DELIVERED, provider_ref=ref, reference=message.reference)
    if outcome is CallOutcome.TALKED:
        # There is somebody, who had no time for all of it.
        return not_reached("not_heard", ref, hours.again_at(now) - now)
    return in_vain(known, outcome, ref, hours, now)


def in_vain(known: Known, outcome: CallOutcome, ref: str, hours: CallingHours, now: datetime) -> News:
    """That nobody was reached: once more in another part of the day, and then not again."""
    if len(known.in_vain()) + 1 >= MOST_TRIES:
        return not_reached(outcome.value, ref, None)
    return not_reached(outcome.value, ref, hours.again_at(now) - now)


def told_already(known: Known, *, code: bool) -> Receipt | None:
    """What becomes of a message that needs no call: it was told, or is an answer and they hung up before it could be
    said (what they pressed is written down, and nobody rings to say so). A `code` was asked for just now."""
    if known.is_answer and not code:
        return Receipt(None)
    return Receipt(None, delivered=True) if known.was_told else None


def wait_of(known: Known, hours: CallingHours, now: datetime) -> timedelta | None:
    """How long somebody who was called in vain is not called again; None = they are called now.

    Raises:
        RetryLater: an earlier process may be calling them.
        Rejected: they were called in vain often enough.
    """
    if (began := known.under_way(now)) is not None:
        raise RetryLater("may_have_been_called", after=began + MAY_HAVE_BEEN - now)
    tries = known.in_vain()
    if len(tries) >= MOST_TRIES:
        raise Rejected("called_in_vain")
    if tries and now < (again_at := hours.again_at(tries[0])):
        return again_at - now
    return None


def not_reached(reason: str, ref: str, again: timedelta | None) -> News:
    """That a message was not heard, and whether it is tried again."""
    # By our own number too: this is known before the sending is written down.
    own = ref.partition("-")[2]
    return News(CHANNEL, NewsState.FAILED, provider_ref=ref, reference=own, reason=reason, again=again)
