"""Why a server did not take a mail, or sent it back: the address, the mailbox, ourselves, or something that passes.

An address is given up only for what RFC 3463 says about the address itself, or for plain words of that meaning where a
server gives no status. What is said of us (blocked, SPF, a limit, 5.7.x) loses no address: the operator mends it.
"""

import re
from enum import StrEnum
from typing import Final

STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
# Bad mailbox, bad system, bad syntax, moved without a new address, a null MX (RFC 7505); a mailbox that was disabled.
_GONE: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
# Our own address, a server set up wrongly, and how much we may send.
_OURS: Final = frozenset({"5.1.7", "5.1.8", "5.4.5", "5.3.5"})
_SAID_OF_US: Final = re.compile(
    r"block(?:ed)? ?list|black ?list|deny ?list|spamhaus|barracuda|sorbs|spamcop|reputation|blocked using|"
    r"(?:you|server|ip|sender|domain|host|network)\b.{0,60}\bblocked|\bspf\b|\bdkim\b|\bdmarc\b|"
    r"sender (?:address )?(?:rejected|denied|refused|blocked)|"
    r"relay(?:ing)? (?:access )?(?:denied|not permitted|not allowed)|"
    r"unable to relay|not permitted to relay|authentication required|"
    r"(?:daily|sending|hourly|user|message) (?:sending |message |user )?(?:quota|limit|rate)|rate limit|"
    r"too many (?:messages|recipients|connections|mails)|unauthenticated",
    re.IGNORECASE,
)
_SPAM: Final = re.compile(r"\bspam\b", re.IGNORECASE)
# That the sender was not authenticated (RFC 7372), also after the whole mail was read.
_UNPROVED: Final = frozenset({str(detail) for detail in range(20, 30)})
_SAYS_GONE: Final = re.compile(
    r"(?:no such|unknown|invalid|non-?existent|nonexisting) (?:user|mailbox|recipient|address|account|local)|"
    r"(?:user|recipient|mailbox|account|address|addressee|e-?mail) .{0,60}?"
    r"(?:unknown|does(?: not|n't) exist|not found|not exist|doesn't have|is invalid|no longer (?:exists|valid|in use)|"
    r"is not (?:a )?(?:known|valid|local)|"
    r"has been (?:disabled|deleted|closed|deactivated)|is (?:disabled|closed|inactive))|"
    r"user unknown|(?:couldn't|could not|can't|cannot) be found|isn't (?:a valid|known)|"
    r"no mailbox (?:here )?by that name|"
    r"does(?: not|n't) have an? .{0,30}account|there is no .{0,20}(?:user|mailbox|account)|"
    r"onbekende (?:gebruiker|ontvanger)|bestaat niet|utilisateur inconnu|adresse inconnue|unbekannt|existiert nicht",
    re.IGNORECASE,
)
_SAYS_FULL: Final = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota exceeded|out of storage|exceeded (?:the|his|their|its) .{0,20}quota|"
    r"insufficient (?:system )?storage|mailbox size limit|inbox is full|postvak .{0,20}vol",
    re.IGNORECASE,
)


def is_said_of_us(text: str) -> bool:
    """Whether a refusal of a whole mail is about who sends, and not about what is written in it."""
    found = STATUS.search(text)
    unproved = found is not None and found[2] == "7" and found[3] in _UNPROVED
    return unproved or _SAID_OF_US.search(text) is not None


class Refusal(StrEnum):
    """What a refusal is about."""

    GONE = "no_such_mailbox"
    FULL = "mailbox_full"
    OURS = "sender_refused"
    PASSING = "server_busy"
    OTHER = "refused"


def refusal_of(text: str, *, code: int = 0) -> Refusal:
    """What a server's answer is about: its enhanced status (RFC 3463) where it gives one, its words, and `code` (the
    reply code of SMTP, 0 = not known)."""
    found = STATUS.search(text)
    status = found[0] if found is not None else ""
    subject, detail = (found[2], found[3]) if found is not None else ("", "")
    if code == 552 or (subject == "2" and detail == "2"):
        return Refusal.OURS if _SAID_OF_US.search(text) and not _SAYS_FULL.search(text) else Refusal.FULL
    if status.startswith("4.") or 400 <= code < 500:
        return Refusal.FULL if _SAYS_FULL.search(text) and not _SAID_OF_US.search(text) else Refusal.PASSING
    if subject == "7" or status in _OURS:
        return Refusal.OURS
    if (_SAID_OF_US.search(text) or _SPAM.search(text)) and not _SAYS_GONE.search(text):
        return Refusal.OURS
    if status in _GONE:
        return Refusal.GONE
    if _SAYS_FULL.search(text):
        return Refusal.FULL
    # A status that is about something else outweighs the words; "5.0.0" and "5.1.0" say nothing.
    if (not status or status in ("5.0.0", "5.1.0", "5.5.0")) and _SAYS_GONE.search(text):
        return Refusal.GONE
    return Refusal.OTHER
