"""What a mail that came in is: an answer, a link code, an answer to an invitation, a bounce, or nothing we can use."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from typing import Final

from bot.actions.acting import Proof
from bot.channels.email.bounces import Bounced, OnlyAReport, bounce, in_words, is_from_postmaster
from bot.channels.email.calendar_answers import CalendarAnswer, calendar_answer
from bot.channels.email.content import Content, Enclosed, content_of, own_text, part_at, text_of
from bot.channels.email.replies import Ours
from bot.channels.email.sender_check import is_checked
from bot.channels.email.tokens import Tokens
from bot.events import Media, Payload, Said, Started, command_in
from storage.people.link_codes import looks_like_code
from storage.vocabulary import MediaKind

__all__ = ["Bounced", "HeardMail", "Nothing", "OpenedMail", "open_mail", "part_of", "read"]

LARGEST: Final = 10_000_000
# Lines that may begin a part: a mail with more is made to keep us busy.
MOST_BOUNDARIES: Final = 1_000
# The standard library takes minutes for one header of some hundred thousand letters; real ones have hundreds.
LONGEST_HEADER: Final = 20_000
LONGEST_TEXT: Final = 4000
CHANNEL: Final = "email"
_PARSED = re.compile(
    rb"^(?:content-[a-z-]+|from|to|cc|subject|references|in-reply-to|message-id|delivered-to|x-original-to):.*"
    rb"(?:\r?\n[ \t].*)*",
    re.IGNORECASE | re.MULTILINE,
)
_AUTOMATIC = re.compile(
    r"^\s*(automatic reply|auto(matisch)?[ -]?(reply|antwoord|bericht)|automatisch antwoord|out of (the )?office|"
    # With its colon: "Afwezig morgen" is what people write above the very thing we want to hear.
    r"afwezig(heids?(bericht|melding|assistent)?)?\s*:|réponse automatique|abwesenheit|automatische antwort|"
    r"автоответ|автоматична відповідь|"
    r"رد تلقائي|otomatik yanıt|پاسخ خودکار)",
    re.IGNORECASE,
)
_RECIPIENTS: Final = ("To", "Cc", "Delivered-To", "X-Original-To")
_KINDS: Final = {"image": MediaKind.PHOTO, "audio": MediaKind.VOICE, "video": MediaKind.VIDEO}
# Proofs of who sent it, nobody's message.
_NO_FILES: Final = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A mail of a person, opened: who wrote, in which words, with which files, and what that means.

    `marked` are its headers that may hold the mark of the message it answers, `suspect` that a server doubts the
    sender. `calendar` is an answer to an invitation. `checked`: see bot.channels.email.sender_check.
    """

    address: str
    event_id: str
    subject: str
    text: str
    first_line: str
    files: tuple[Enclosed, ...]
    marked: tuple[str, ...]
    calendar: CalendarAnswer | None = None
    suspect: bool = False
    checked: bool | None = None


@dataclass(frozen=True, slots=True)
class HeardMail:
    """What somebody said by mail; `answers` is the reference of the message of ours that it answers or refers to, and
    `proof` whether it is the recipient's own answer. `checked` = the own mail server confirms the sender. `also` is
    what follows `payload`: further files."""

    address: str
    event_id: str
    payload: Payload
    answers: str | None = None
    also: tuple[Payload, ...] = ()
    calendar: CalendarAnswer | None = None
    proof: Proof = Proof.CLAIMED
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """Not for us; `why` is a word for logs. `address` is the person's who would want to know, "" for machines."""

    why: str
    address: str = ""


def read(
    raw: bytes, uid: str, tokens: Tokens, ours: Ours | None = None, server: str = ""
) -> HeardMail | Bounced | Nothing:
    """What this mail is. `uid` names it in its mailbox. Never raises for what stands in a mail."""
    opened = open_mail(raw, uid, tokens, ours, server)
    return heard_in(opened, uid, tokens) if isinstance(opened, OpenedMail) else opened


def heard_in(opened: OpenedMail, uid: str, tokens: Tokens) -> HeardMail | Nothing:
    """What an opened mail says to us: an answer to a mail of ours, proved by its secret or only referring to it, or a
    stranger's code."""
    proved = tokens.answered(opened.marked, opened.address)
    answers = proved or tokens.quoted(opened.marked, opened.address)
    if answers is None:
        code = _code(opened)
        if code is not None:
            return HeardMail(opened.address, opened.event_id, Started(code))
        return Nothing("unproved", "" if opened.suspect else opened.address)
    payloads = payloads_of(opened, uid)
    if not payloads and opened.calendar is None:
        return Nothing("empty", opened.address)
    first = payloads[0] if payloads else Said(opened.text)
    # What our own server found forged is worth no more than any mail, secret or not.
    proof = Proof.REPLY if proved is not None and opened.checked is not False else Proof.CLAIMED
    also, is_checked = tuple(payloads[1:]), opened.checked is True
    return HeardMail(opened.address, opened.event_id, first, answers, also, opened.calendar, proof, is_checked)


def claimed_in(opened: OpenedMail, uid: str) -> HeardMail | None:
    """What a mail says that answers none of ours, to be heard as anybody's who writes in this name; None where it says
    nothing, or where a server found that its sender is not who it says."""
    payloads = payloads_of(opened, uid)
    if opened.suspect or opened.checked is False or not (payloads or opened.calendar):
        return None
    first = payloads[0] if payloads else Said(opened.text)
    return HeardMail(opened.address, opened.event_id, first, None, tuple(payloads[1:]), opened.calendar)


def payloads_of(opened: OpenedMail, uid: str) -> list[Payload]:
    """The words and files as events: words go with the first file, the others are of its album."""
    text = opened.text
    media = [
        Media(_KINDS.get(file.content_type.partition("/")[0], MediaKind.DOCUMENT), f"{uid}:{file.number}")
        for file in opened.files
    ]
    if not media:
        return [command_in(text) or Said(text)] if text else []
    album = opened.event_id if len(media) > 1 else ""
    return [Media(one.kind, one.file, "" if place else text, album) for place, one in enumerate(media)]


def open_mail(
    raw: bytes, uid: str, tokens: Tokens | None, ours: Ours | None = None, server: str = ""
) -> OpenedMail | Bounced | Nothing:
    """The mail, opened; `ours` is what is known of us, and without it the mail's own recipients count as us. `server`
    is the name by which our own mail server signs what it checked, "" where that is not known.

    Never raises for what stands in a mail.
    """
    if len(raw) > LARGEST:
        return Nothing("too_large", _sender_of(raw))
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        return Nothing("too_many_parts")
    if any(header.end() - header.start() > LONGEST_HEADER for header in _PARSED.finditer(raw)):
        return Nothing("long_header")
    try:
        mail = message_from_bytes(raw, policy=default)
        return _open(mail, uid, tokens, ours, server)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError):
        # The standard library's parser stumbles over some rubbish; a mail it cannot read says nothing.
        return Nothing("unreadable", _sender_of(raw))


def _sender_of(raw: bytes) -> str:
    """The sender of a mail that is not opened, from its first lines; "" for a machine's, and for none."""
    head = raw[:100_000].partition(b"\r\n\r\n" if b"\r\n\r\n" in raw[:100_000] else b"\n\n")[0]
    if any(header.end() - header.start() > LONGEST_HEADER for header in _PARSED.finditer(head)):
        return ""
    try:
        mail = message_from_bytes(head, policy=default)
        return "" if _is_automatic(mail) or _is_suspect(mail) else _sender(mail)[1]
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError):
        return ""


def _open(
    mail: EmailMessage, uid: str, tokens: Tokens | None, ours: Ours | None, server: str
) -> OpenedMail | Bounced | Nothing:
    if mail.get_content_type() == "multipart/report":
        return _nothing(bounce(mail, tokens)) if tokens is not None else Nothing("report")
    if _is_automatic(mail):
        if tokens is not None and is_from_postmaster(mail):
            return _nothing(in_words(mail, text_of(mail), tokens))
        return Nothing("automatic")
    name, address = _sender(mail)
    if not address:
        return Nothing("no_sender")
    event_id = hashlib.sha256(f"{_header(mail, 'Message-ID') or uid}|{address}".encode()).hexdigest()[:40]
    content = content_of(mail)
    text, quoted = own_text(content, known_of(mail, address, ours), (name,) if name else ())
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1].rstrip() + "…"
    whole = "\n".join(one.plain or "" for one in content.texts) or text
    return OpenedMail(
        address,
        event_id,
        _header(mail, "Subject").strip(),
        text.strip(),
        next((line.strip() for line in whole.splitlines() if line.strip()), ""),
        tuple(_meant(content, quoted)),
        tuple(_marked_headers(mail)),
        _calendar(content, address, text),
        _is_suspect(mail),
        is_checked(mail, address, server),
    )


def _nothing(found: Bounced | OnlyAReport) -> Bounced | Nothing:
    return Nothing(found.why) if isinstance(found, OnlyAReport) else found


def known_of(mail: EmailMessage, writer: str, ours: Ours | None) -> Ours:
    """What is known of us when this mail is read: the settings' address, or whom the mail went to."""
    recipients = [
        (name, address.casefold())
        for name, address in getaddresses(list(_values(mail, _RECIPIENTS)))
        if "@" in address and address.casefold() != writer
    ]
    base = ours or Ours()
    names = base.names
    if ours is None or not ours.addresses:
        base = replace(base, addresses=frozenset(_untagged(address) for _, address in recipients))
        names = (*names, *(name for name, _ in recipients if name and "@" not in name))
    return replace(base, names=names, writer=writer)


def _untagged(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _sender(mail: EmailMessage) -> tuple[str, str]:
    """The writer's name and address; "" where the mail has none."""
    senders = getaddresses([_header(mail, "From")])
    name, address = senders[0] if senders else ("", "")
    return name.strip(), address.strip().lower() if "@" in address else ""


def _header(mail: EmailMessage, name: str) -> str:
    value = mail.get(name)
    return "" if value is None else str(value)


def _values(mail: EmailMessage, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for value in mail.get_all(name, []):
            yield str(value)


def _marked_headers(mail: EmailMessage) -> Iterator[str]:
    return _values(mail, ("In-Reply-To", "References", *_RECIPIENTS))


def _is_automatic(mail: EmailMessage) -> bool:
    """Whether a machine wrote it (RFC 3834, and what programs did before it)."""
    if _header(mail, "Auto-Submitted").strip().lower() not in ("", "no"):
        return True
    if _header(mail, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    named = ("X-Autoreply", "X-Autorespond", "List-Id", "X-Auto-Reply", "X-Failed-Recipients")
    if any(mail.get(name) is not None for name in named):
        return True
    if _header(mail, "Return-Path").strip() == "<>":
        return True
    return _AUTOMATIC.match(_header(mail, "Subject")) is not None


def _is_suspect(mail: EmailMessage) -> bool:
    """Whether the server that took it doubts who sent it: it would be answered to somebody who never wrote."""
    verdict = " ".join(_values(mail, ("Authentication-Results",))).casefold()
    spam = _header(mail, "X-Spam-Flag").strip().casefold() == "yes"
    return spam or "dmarc=fail" in verdict or "spf=fail" in verdict


def _code(opened: OpenedMail) -> str | None:
    """A link code in the subject or on the first line: how a stranger shows who they are."""
    candidates = (opened.subject, opened.first_line)
    return next((candidate for candidate in candidates if looks_like_code(candidate)), None)


def _calendar(content: Content, address: str, own: str) -> CalendarAnswer | None:
    for text in content.calendars:
        try:
            answer = calendar_answer(text, address)
        except (ValueError, IndexError, KeyError, AttributeError, TypeError):
            # Other parts of the mail are heard all the same.
            continue
        if answer is not None:
            added = answer.comment or ("" if answer.mail_by_program else own.strip())
            return replace(answer, comment=added)
    return None


def _meant(content: Content, quoted: frozenset[str]) -> Iterator[Enclosed]:
    """The files that the writer meant: not the pictures of a quoted mail, nor a calendar's twin as a file."""
    for file in content.files:
        if file.content_id in quoted or file.content_type in _NO_FILES:
            continue
        if file.content_type == "application/ics" and content.calendars:
            continue
        yield file


def part_of(raw: bytes, number: int) -> bytes | None:
    """One part of a mail, decoded: the file that a Media names."""
    return part_at(message_from_bytes(raw[:LARGEST], policy=default), number)
