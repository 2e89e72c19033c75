"""Replies that this process put into the outbox a moment ago, claimed already, and all that is needed to send them.

A reply is stored before it is sent, so that a kill loses nothing. What was stored is still at hand: to read row,
contacts and person back from the database took as long as the whole step of the dialogue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from locales.rendering.message import Body
from reminders.delivery.composing import ClaimedMessage
from reminders.kinds import TRAITS, Kind, WordedBy
from storage.outbox.claimed_row import ClaimedRow
from storage.outbox.message import Outgoing
from storage.outbox.recipients import Recipients


@dataclass(frozen=True, slots=True)
class JustPut:
    """Such replies by row, and whom they are for.

    Of who is written to, only the contact that wrote is known: where it does not take a reply, the reply goes back to
    the queue, which knows the others.
    """

    replies: Mapping[int, Outgoing]
    recipients: Recipients

    def rows(self) -> list[ClaimedRow]:
        """The rows as a claim would give them, in their order, without what is encrypted in them."""
        return [
            ClaimedRow(
                row_id,
                reply.key,
                reply.kind,
                b"",
                reply.person_id,
                reply.consultant_id,
                reply.contact_id,
                reply.appointment_id,
                reply.appointment_version,
                reply.priority,
                reply.due_at,
                reply.useful_until,
                reply.due_at,
                attempts=0,
                lease_until=reply.lease_until,
            )
            for row_id, reply in sorted(self.replies.items())
        ]

    def message(self, row: ClaimedRow) -> ClaimedMessage:
        """The message of a row."""
        return ClaimedMessage.of(row, self.replies[row.id].params)

    def composed(self, messages: Sequence[ClaimedMessage]) -> dict[int, Body]:
        """What each says: the body that it carries."""
        return {message.id: Body.from_json(message.params) for message in messages}


def says_its_body(reply: Outgoing) -> bool:
    """Whether a reply carries what it says, so that nothing need be asked to word it."""
    return TRAITS[Kind(reply.kind)].worded_by is WordedBy.ITS_BODY
