"""What Notify keeps of a message, what telephones and mailboxes show of it, and how Notify tells of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from bot.channels.notify.gsm import Encoding

Kind: TypeAlias = Literal["sms", "email"]
# What a phone or mailbox does with the next message.
Fate: TypeAlias = Literal["delivered", "permanent-failure", "temporary-failure", "technical-failure"]
_ENDED = frozenset({"delivered", "permanent-failure", "temporary-failure", "technical-failure"})


@dataclass(slots=True)
class KeptMessage:
    """A notification as Notify keeps it."""

    id: str
    kind: Kind
    to: str
    body: str
    subject: str | None
    reference: str | None
    template: str
    created_at: datetime
    status: str = "created"
    sent_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShownSms:
    """One line on a telephone: who said it, and what it cost."""

    text: str
    from_person: bool
    at: datetime
    encoding: Encoding
    segments: int


@dataclass(frozen=True, slots=True)
class ShownMail:
    """One mail in a mailbox. `text` is what is read; `source` the Markdown that it was made of."""

    subject: str
    text: str
    source: str
    at: datetime


@dataclass(slots=True)
class Post:
    """One address: what arrived, what waits, and what becomes of the next."""

    sms: list[ShownSms] = field(default_factory=list)
    mails: list[ShownMail] = field(default_factory=list)
    fate: Fate = "delivered"
    # Switched off: messages wait for it until they are given up.
    off: bool = False
    waiting: list[KeptMessage] = field(default_factory=list)


def receipt_of(sent: KeptMessage) -> dict[str, object]:
    """A notification as a delivery receipt tells of it."""
    return {
        "id": sent.id,
        "reference": sent.reference,
        "to": sent.to,
        "status": sent.status,
        "created_at": time_text(sent.created_at),
        "completed_at": time_text(sent.completed_at),
        "sent_at": time_text(sent.sent_at),
        "notification_type": sent.kind,
        "template_id": sent.template,
        "template_version": 1,
    }


def as_listed(sent: KeptMessage) -> dict[str, object]:
    """A notification as GET gives it."""
    return {
        "id": sent.id,
        "reference": sent.reference,
        "email_address": sent.to if sent.kind == "email" else None,
        "phone_number": sent.to if sent.kind == "sms" else None,
        **{f"line_{number}": None for number in range(1, 7)},
        "postcode": None,
        "postage": None,
        "type": sent.kind,
        "status": sent.status,
        "template": {"id": sent.template, "version": 1, "uri": f"/v2/template/{sent.template}/version/1"},
        "body": sent.body,
        "subject": sent.subject,
        "created_at": time_text(sent.created_at),
        "created_by_name": None,
        "sent_at": time_text(sent.sent_at),
        "completed_at": time_text(sent.completed_at) if sent.status in _ENDED else None,
        "scheduled_for": None,
        "one_click_unsubscribe_url": None,
        "cost_details": {},
        "cost_in_pounds": 0.0,
        "is_cost_data_ready": True,
    }


def time_text(moment: datetime | None) -> str | None:
    """An instant as Notify writes it."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
