"""Mail that came back: which of ours, and what it says of the address (RFC 3464, and what servers wrote before it)."""

import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final, cast

from bot.channels.email.content import parts_of
from bot.channels.email.refusals import STATUS, Refusal, refusal_of
from bot.channels.email.tokens import Tokens

_LARGEST: Final = 100_000
_RECIPIENTS: Final = ("Final-Recipient", "Original-Recipient")
_POSTMASTER: Final = re.compile(r"mailer-?daemon|postmaster|mail delivery|maildelivery|bounce", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounced:
    """A message of ours came back: the mail with this id (without <>); `gone` = there is no such mailbox, `ours` = it
    is about us and an operator has to look."""

    message_id: str
    reason: str
    gone: bool
    ours: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class OnlyAReport:
    """A report that tells of no failure: delayed, relayed, read, called spam; `why` is a word for logs."""

    why: str


def is_from_postmaster(mail: EmailMessage) -> bool:
    """Whether a server that says no in its own words wrote it, without a report as RFC 3464 has it."""
    return mail.get("X-Failed-Recipients") is not None or _POSTMASTER.search(str(mail.get("From", ""))) is not None


def bounce(mail: EmailMessage, tokens: Tokens) -> Bounced | OnlyAReport:
    """A delivery report: which mail came back, and whether it ever can arrive.

    Other reports (that a mail was read, that somebody called it spam) say nothing of delivery. Anybody can write one:
    it counts for the mail whose secret (tokens.py) is in the original that it brings back, which only who got that mail
    has; copies and answers carry a Message-ID, and no secret.
    """
    status, action, said, recipients, originals = "", "", "", "", list[str]()
    for part in parts_of(mail):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in cast(list[EmailMessage], part.get_payload()):
                status = str(block.get("Status", status))
                action = str(block.get("Action", action)).strip().lower()
                said = str(block.get("Diagnostic-Code", said))
                recipients += " ".join(str(block.get(name, "")) for name in _RECIPIENTS) + "\n"
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            originals.append(part.as_string()[:_LARGEST])
    # Who it went to stands in the report or in the mail that came back; its secret only in the latter.
    returned = next((known for one in originals if (known := tokens.returned(f"{one}\n{recipients}"))), None)
    found = STATUS.search(status)
    code = found[0] if found is not None else ""
    if returned is None or not (action == "failed" or (not action and code.startswith("5."))):
        return OnlyAReport("report")
    if code.startswith("4."):
        return OnlyAReport("delayed")
    # The server's own words after the status of the report: "5.0.0" there often has "550 5.1.1" behind it.
    exact = code if code and not code.endswith(".0.0") else ""
    return _bounced(returned, refusal_of(f"{exact} {said}".strip()))


def in_words(mail: EmailMessage, text: str, tokens: Tokens) -> Bounced | OnlyAReport:
    """What a server wrote in plain words (`text` is the mail's); it counts as `bounce` does."""
    returned = tokens.returned(text[:_LARGEST])
    for part in parts_of(mail):
        if returned is None and part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            returned = tokens.returned(f"{part.as_string()[:_LARGEST]}\n{text[:_LARGEST]}")
    if returned is None:
        return OnlyAReport("report")
    said = re.split(r"\n-{3,}[^\n]*(?:copy|original|returned)", text, maxsplit=1, flags=re.IGNORECASE)[0][:_LARGEST]
    refusal = refusal_of(said)
    return OnlyAReport("delayed") if refusal is Refusal.PASSING else _bounced(returned, refusal)


def _bounced(message_id: str, refusal: Refusal) -> Bounced:
    match refusal:
        case Refusal.FULL:
            return Bounced(message_id, "mailbox_full", gone=False)
        case Refusal.OURS:
            return Bounced(message_id, "bounced", gone=False, ours=True)
        case _:
            return Bounced(message_id, "bounced", gone=refusal is Refusal.GONE)
