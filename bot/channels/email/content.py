"""What a mail holds: its words (as text and as a page), its calendar parts and its files."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage, MIMEPart
from itertools import islice
from typing import Final

from bot.channels.email.replies import MailLine, Mark, Ours, lines_of_page, lines_of_text, own_lines
from bot.channels.email.replies.lines import OBJECT

MOST_PARTS: Final = 50


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file: its place in the mail (see `part_at`), kind, name, and content id where the text can refer to it."""

    number: int
    content_type: str
    name: str
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class MailText:
    """One text, in one or both of its forms."""

    plain: str | None = None
    flowed: bool = False
    page: str | None = None


@dataclass(slots=True)
class Content:
    """What was found in a mail, in order."""

    texts: list[MailText] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    files: list[Enclosed] = field(default_factory=list)


def content_of(mail: EmailMessage) -> Content:
    """Everything in a mail that somebody may have meant, mails attached to it as files."""
    found = Content()
    _collect(mail, found, {id(part): number for number, part in enumerate(parts_of(mail))})
    return found


def part_at(mail: EmailMessage, number: int) -> bytes | None:
    """One part of a mail, decoded; None where it has none of that number."""
    for place, part in enumerate(parts_of(mail)):
        if place == number:
            if part.get_content_type() == "message/rfc822":
                inner = part.get_payload(0)
                return inner.as_bytes() if isinstance(inner, EmailMessage) else None
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else None
    return None


def text_of(mail: EmailMessage) -> str:
    """All of a mail's text, quoted or not."""
    texts = content_of(mail).texts
    return "\n\n".join(text.plain or "\n".join(line.text for line in lines_of_page(text.page or "")) for text in texts)


def own_text(content: Content, ours: Ours, names: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """What the writer wrote themselves in a mail, and the content ids of the pictures that stand in quotations."""
    kept: list[str] = []
    quoted: set[str] = set()
    for text in content.texts:
        page = lines_of_page(text.page) if text.page else []
        own_page = own_lines(page, ours, names) if page else []
        quoted |= _objects(page) - _objects(own_page)
        words = ""
        if text.plain is not None:
            # What the page marks as quoted is quoted in the text too, where the text has no marks.
            marked = tuple(line.text for line in page if line.mark is Mark.QUOTED)
            known = replace(ours, sent=(*ours.sent, marked)) if marked else ours
            words = _joined(own_lines(lines_of_text(text.plain, flowed=text.flowed), known, names))
        kept.append(words or _joined(own_page))
    return "\n\n".join(one for one in kept if one), frozenset(quoted)


def _joined(lines: list[MailLine]) -> str:
    shown = (_without_objects(line.text).rstrip() for line in lines)
    return "\n".join(shown).strip()


def _without_objects(text: str) -> str:
    pieces = text.split(OBJECT)
    return "".join(pieces[::2]) if len(pieces) > 2 else text.replace(OBJECT, "")


def _objects(lines: list[MailLine]) -> set[str]:
    return {name for line in lines for name in line.text.split(OBJECT)[1::2]}


def parts_of(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Its parts in order, no more than anybody's mail has."""
    return islice(mail.walk(), MOST_PARTS)


def _collect(part: MIMEPart, found: Content, numbers: dict[int, int]) -> None:
    number = numbers.get(id(part))
    if number is None:
        return
    kind = part.get_content_type()
    attached = part.get_content_disposition() == "attachment"
    if kind == "message/rfc822":
        inner = part.get_payload(0) if part.is_multipart() else None
        subject = str(inner.get("Subject", "")) if isinstance(inner, EmailMessage) else ""
        found.files.append(Enclosed(number, kind, _name(part) or f"{subject[:80].strip() or 'message'}.eml"))
    elif kind == "multipart/alternative":
        _choose(part, found, numbers)
    elif part.is_multipart():
        for child in _children(part):
            _collect(child, found, numbers)
    elif kind == "text/calendar":
        found.calendars.append(content_text(part))
    elif kind == "text/plain" and not attached:
        flowed = str(part.get_param("format", "")).casefold() == "flowed"
        found.texts.append(MailText(plain=content_text(part), flowed=flowed))
    elif kind == "text/html" and not attached:
        found.texts.append(MailText(page=content_text(part)))
    elif part.get_payload() or attached:
        content_id = str(part.get("Content-ID", "")).strip().strip("<>")
        found.files.append(Enclosed(number, kind, _name(part), content_id))


def _choose(part: MIMEPart, found: Content, numbers: dict[int, int]) -> None:
    """Of the forms of one text both are kept, as one text; what stands beside them (files, a calendar) as well."""
    inside = Content()
    for child in _children(part):
        _collect(child, inside, numbers)
    plain = [text for text in inside.texts if text.plain is not None]
    pages = [text for text in inside.texts if text.page is not None]
    if plain and pages:
        flowed = plain[0].flowed
        found.texts.append(
            MailText(
                "\n\n".join(one.plain or "" for one in plain), flowed, "<br>".join(one.page or "" for one in pages)
            )
        )
    else:
        found.texts += inside.texts
    found.calendars += inside.calendars
    found.files += inside.files


def _children(part: MIMEPart) -> list[MIMEPart]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, MIMEPart)] if isinstance(payload, list) else []


def _name(part: MIMEPart) -> str:
    name = part.get_filename() or ""
    return "".join(char for char in name if char.isprintable())[:120].strip()


def content_text(part: MIMEPart) -> str:
    """The text of a part, whatever it says of its letters."""
    try:
        content = part.get_content()
    except (LookupError, ValueError):
        content = None
    raw = part.get_payload(decode=True)
    if isinstance(raw, bytes) and (not isinstance(content, str) or "\ufffd" in content):
        # An unknown or false charset: what the bytes are best read as, rather than nothing.
        content = _decoded(raw)
    # Some charsets make halves of letters, which no database takes.
    return content.encode(errors="replace").decode().replace("\0", "") if isinstance(content, str) else ""


def _decoded(raw: bytes) -> str:
    for charset in ("utf-8", "windows-1252"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")
