"""What a mail that came in is: an answer, a link code, an answer to an invitation, a bounce, or nothing for us."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import Final, cast

import icalendar

from bot.channels.email.quotes import own_words
from bot.channels.email.tokens import Tokens
from bot.events import Media, MediaKind, Payload, Pressed, Said, Started, command_in
from storage.people.link_codes import looks_like_code

LARGEST: Final = 10_000_000
MOST_PARTS: Final = 50
# Lines that may begin a part: a mail with more is made to keep us busy.
MOST_BOUNDARIES: Final = 1_000
# The standard library takes minutes for one header of some hundred thousand letters; real ones have hundreds.
LONGEST_HEADER: Final = 20_000
LONGEST_TEXT: Final = 4000
CHANNEL: Final = "email"
_UID = re.compile(r"appointment-([0-9]{1,15})@maatje")
_PARSED = re.compile(
    rb"^(?:content-[a-z-]+|from|to|cc|subject|references|in-reply-to|message-id|delivered-to|x-original-to):.*"
    rb"(?:\r?\n[ \t].*)*",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_AUTOMATIC = re.compile(
    r"^\s*(automatic reply|auto(matisch)?[ -]?(reply|antwoord|bericht)|automatisch antwoord|out of (the )?office|"
    # With its colon: "Afwezig morgen" is what people write above the very thing we want to hear.
    r"afwezig(heids?(bericht|melding|assistent)?)?\s*:|réponse automatique|abwesenheit|automatische antwort|"
    r"автоответ|автоматична відповідь|"
    r"رد تلقائي|otomatik yanıt|پاسخ خودکار)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HeardMail:
    """What somebody said by mail; `answers` is the reference of the message of ours that it answers."""

    address: str
    event_id: str
    payload: Payload
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class Bounced:
    """A message of ours came back: the mail with this id (without <>); `gone` = there is no such mailbox."""

    message_id: str
    reason: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Nothing:
    """Not for us; `why` is a word for logs."""

    why: str


def read(raw: bytes, uid: str, tokens: Tokens) -> HeardMail | Bounced | Nothing:
    """What this mail is. `uid` names it in its mailbox. Never raises for what stands in a mail."""
    if len(raw) > LARGEST:
        return Nothing("too_large")
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        return Nothing("too_many_parts")
    if any(header.end() - header.start() > LONGEST_HEADER for header in _PARSED.finditer(raw)):
        return Nothing("long_header")
    try:
        mail = message_from_bytes(raw, policy=default)
        return _read(mail, uid, tokens)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError, IndexError):
        # The standard library's parser stumbles over some rubbish; a mail it cannot read says nothing.
        return Nothing("unreadable")


def _read(mail: EmailMessage, uid: str, tokens: Tokens) -> HeardMail | Bounced | Nothing:
    if mail.get_content_type() == "multipart/report":
        return _bounce(mail, tokens)
    if _is_automatic(mail):
        return Nothing("automatic")
    senders = getaddresses([_header(mail, "From")])
    address = senders[0][1].strip().lower() if senders else ""
    if "@" not in address:
        return Nothing("no_sender")
    event_id = hashlib.sha256(f"{_header(mail, 'Message-ID') or uid}|{address}".encode()).hexdigest()[:40]
    answers = tokens.answered(_marked_headers(mail), address)
    if answers is None:
        code = _code(mail)
        return HeardMail(address, event_id, Started(code)) if code is not None else Nothing("unproved")
    payload = _invitation_answer(mail) or _words(mail) or _media(mail, uid)
    return HeardMail(address, event_id, payload, answers) if payload is not None else Nothing("empty")


def _header(mail: EmailMessage, name: str) -> str:
    value = mail.get(name)
    return "" if value is None else str(value)


def _marked_headers(mail: EmailMessage) -> Iterator[str]:
    for name in ("In-Reply-To", "References", "To", "Cc", "Delivered-To", "X-Original-To"):
        for value in mail.get_all(name, []):
            yield str(value)


def _is_automatic(mail: EmailMessage) -> bool:
    """Whether a machine wrote it (RFC 3834, and what programs did before it)."""
    if _header(mail, "Auto-Submitted").strip().lower() not in ("", "no"):
        return True
    if _header(mail, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if any(mail.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "List-Id", "X-Auto-Reply")):
        return True
    if _header(mail, "Return-Path").strip() == "<>":
        return True
    return _AUTOMATIC.match(_header(mail, "Subject")) is not None


def _code(mail: EmailMessage) -> str | None:
    """A link code in the subject or on the first line: how a stranger shows who they are."""
    text = _text(mail)
    first = next((line for line in text.splitlines() if line.strip()), "")
    candidates = [_header(mail, "Subject").strip(), first.strip()]
    return next((candidate for candidate in candidates if looks_like_code(candidate)), None)


def _words(mail: EmailMessage) -> Payload | None:
    text = own_words(_text(mail))[:LONGEST_TEXT].strip()
    return (command_in(text) or Said(text)) if text else None


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    if body is not None:
        return _content(body)
    body = mail.get_body(("html",))
    return plain_text(_content(body)) if body is not None else ""


def _content(part: MIMEPart) -> str:
    try:
        content = part.get_content()
    except (LookupError, ValueError):
        # An unknown or false charset: better some letters wrong than nothing heard.
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    # Some charsets make halves of letters, which no database takes.
    return content.encode(errors="replace").decode() if isinstance(content, str) else ""


def _parts(mail: EmailMessage) -> Iterator[tuple[int, EmailMessage]]:
    for number, part in enumerate(mail.walk()):
        if number >= MOST_PARTS:
            return
        yield number, part


def _invitation_answer(mail: EmailMessage) -> Pressed | None:
    """An answer to our invitation, given in a calendar program (RFC 5546, METHOD:REPLY)."""
    for _, part in _parts(mail):
        if part.get_content_type() != "text/calendar":
            continue
        calendar = icalendar.Calendar.from_ical(_content(part))
        if str(calendar.get("METHOD", "")).upper() != "REPLY":
            continue
        for event in calendar.walk("VEVENT"):
            found = _UID.fullmatch(str(event.get("UID", "")))
            attendees = event.get("ATTENDEE")
            attendee = attendees[0] if isinstance(attendees, list) else attendees
            said = str(attendee.params.get("PARTSTAT", "")).upper() if attendee is not None else ""
            intent = {"ACCEPTED": "come", "DECLINED": "notcome"}.get(said)
            if found is not None and intent is not None:
                return Pressed(f"{intent}:{found[1]}")
    return None


def _media(mail: EmailMessage, uid: str) -> Media | None:
    kinds = {"image": MediaKind.PHOTO, "audio": MediaKind.VOICE}
    for number, part in _parts(mail):
        if part.get_content_maintype() in kinds:
            return Media(kinds[part.get_content_maintype()], f"{uid}:{number}")
    return None


def part_of(raw: bytes, number: int) -> bytes | None:
    """One part of a mail, decoded: the file that a Media names."""
    mail = message_from_bytes(raw[:LARGEST], policy=default)
    for place, part in _parts(mail):
        if place == number:
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else None
    return None


def _bounce(mail: EmailMessage, tokens: Tokens) -> Bounced | Nothing:
    """A delivery report (RFC 3464): which mail came back, and whether it ever can arrive.

    Other reports (that a mail was read, that somebody called it spam) say nothing of delivery. Anybody can write one:
    it counts for the mail whose whole id it quotes, signature included, which only who got that mail can know.
    """
    status, action, returned = "", "", None
    for _, part in _parts(mail):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in cast(list[EmailMessage], part.get_payload()):
                status = str(block.get("Status", status))
                action = str(block.get("Action", action)).strip().lower()
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            returned = returned or tokens.sent(part.as_string()[:100_000])
    returned = returned or tokens.sent(" ".join(_marked_headers(mail)))
    found = _STATUS.search(status)
    code = found[0] if found is not None else ""
    if returned is None or not (action == "failed" or (not action and code.startswith("5."))):
        return Nothing("report")
    if code.startswith("4."):
        return Nothing("delayed")
    if code.startswith("5.2.2"):
        return Bounced(returned, "mailbox_full", gone=False)
    return Bounced(returned, "bounced", gone=code.startswith(("5.1.", "5.2.1")))


class _Stripper(HTMLParser):
    """Keeps the words of a page, with breaks where a reader sees them; quoted mails are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Break lines; go silent in what is not said."""
        if self._hidden:
            self._hidden += tag in ("style", "script", "head", "blockquote")
        elif tag in ("style", "script", "head", "blockquote"):
            self._hidden = 1
        if tag in ("br", "p", "div", "tr", "li", "h1", "h2"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Speak again."""
        if self._hidden and tag in ("style", "script", "head", "blockquote"):
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._hidden:
            self.words.append(data)


def plain_text(html: str) -> str:
    """The words of an HTML mail."""
    stripper = _Stripper()
    stripper.feed(html[:1_000_000])
    return "".join(stripper.words).strip()
