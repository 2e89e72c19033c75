"""A rendered message as an e-mail: plain text and HTML, the invitation, the picture, the files."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from urllib.parse import quote

import icalendar

from bot.channels.email.config import EmailConfig
from bot.channels.email.tokens import Tokens
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Style
from locales.rendering.render import Block, File, Rendered
from locales.rendering.telephones import telephones_in

LONGEST_SUBJECT = 120
_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINK = re.compile(r"(https?://[^\s<>\"\u2068\u2069]+[^\s<>\"\u2068\u2069.,;:!?)])")

# Contrast of each pair is at least 7 to 1 (WCAG AAA); sizes are for a telephone held at arm's length.
_PAGE = "margin:0;padding:16px;background:#f3f1ec;color:#1d2b2a;font:18px/1.5 system-ui,'Noto Sans',Arial,sans-serif"
_CARD = "max-width:560px;margin:0 auto;background:#ffffff;border-radius:12px;padding:20px"
_STYLES = {
    Style.TITLE: "margin:0 0 12px;font-size:22px;font-weight:700",
    Style.OFFICIAL: "margin:0 0 12px;padding:10px 12px;background:#e8f1ef;border-radius:8px",
    Style.DUTCH: "margin:0 0 12px;padding:10px 12px;border-radius:8px;background:#f3f1ec;font-style:italic",
    Style.QUOTE: "margin:0 0 12px;padding:4px 12px;border-inline-start:4px solid #0b5d57",
}
_BUTTON = (
    "display:block;margin:8px 0 0;padding:14px 16px;border-radius:10px;background:#0b5d57;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail is besides its content."""

    address: str
    reference: str
    sent_at: datetime


def mail_of(message: Rendered, envelope: Envelope, config: EmailConfig, tokens: Tokens) -> EmailMessage:
    """The whole mail; the same values give the same Message-ID, subject and content."""
    mail = EmailMessage(policy=SMTP)
    local, _, domain = config.from_address.rpartition("@")
    mail["From"] = Address(config.from_name, local, domain)
    mail["To"] = envelope.address
    mail["Subject"] = subject_of(message)
    mail["Date"] = format_datetime(envelope.sent_at)
    mail["Message-ID"] = tokens.message_id(envelope.reference, envelope.address)
    reply_to = tokens.reply_address(envelope.reference, envelope.address)
    if config.imap_host:
        mail["Reply-To"] = reply_to
    if message.about:
        thread = tokens.thread_id(message.about, envelope.address)
        mail["In-Reply-To"], mail["References"] = thread, thread
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
    mail["X-Auto-Response-Suppress"] = "All"
    if config.public_url:
        mail["List-Unsubscribe"] = f"<{config.public_url}/email/unsubscribe/{tokens.unsubscribe(envelope.address)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Content-Language"] = message.locale.replace("_", "-")
    mail.set_content(plain_of(message), cte="base64")
    answers_to = reply_to if config.imap_host else ""
    mail.add_alternative(html_of(message, answers_to), subtype="html", cte="base64")
    _add_picture(mail, message)
    if message.calendar is not None:
        invitation, method = invitation_of(message.calendar, config, envelope.address)
        mail.add_alternative(invitation.decode(), subtype="calendar", params={"method": method}, cte="base64")
        mail.add_attachment(invitation, maintype="application", subtype="ics", filename=message.calendar.name)
    for file in (message.file, message.voice):
        if file is not None:
            maintype, _, subtype = file.media_type.partition(";")[0].partition("/")
            mail.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=file.name)
    return mail


def _add_picture(mail: EmailMessage, message: Rendered) -> None:
    if message.picture is None:
        return
    html = mail.get_payload()[-1]  # type: ignore[index]
    if isinstance(html, EmailMessage):
        _, _, subtype = message.picture.file.media_type.partition("/")
        html.add_related(
            message.picture.file.content, maintype="image", subtype=subtype, cid="<picture>", filename="maatje.png"
        )


def subject_of(message: Rendered) -> str:
    """The title, or else the first line, without what a header must not hold."""
    titles = [block.text for block in message.blocks if block.style is Style.TITLE]
    texts = titles or [block.text for block in message.blocks] or [""]
    line = _INVISIBLE.sub("", texts[0].strip().partition("\n")[0])
    return _SPACES.sub(" ", "".join(char for char in line if char.isprintable()))[:LONGEST_SUBJECT].strip() or "Maatje"


def plain_of(message: Rendered) -> str:
    """The text for programs that show no HTML; buttons that open a page stand in the answers already."""
    return "\n\n".join(block.text for block in message.blocks) + "\n"


def html_of(message: Rendered, answers_to: str) -> str:
    """One column, big letters, each block in its own language and direction, choices as links that write the answer."""
    parts = [_paragraph(block) for block in message.blocks if block.style is not Style.ANSWERS]
    if message.picture is not None:
        alt = escape(message.picture.alt)
        parts.insert(0, f'<img src="cid:picture" alt="{alt}" width="320" style="max-width:100%;border-radius:8px">')
    buttons = [button for row in message.buttons for button in row]
    for number, button in enumerate(buttons, start=1):
        url = button.url or (_answer(answers_to, number, subject_of(message)) if answers_to else "")
        if url:
            parts.append(f'<a href="{escape(url)}" style="{_BUTTON}">{escape(button.label)}</a>')
    language = message.locale.replace("_", "-")
    direction = message.direction.value
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(subject_of(message))}</title></head>"
        f'<body style="{_PAGE}"><div role="article" lang="{language}" dir="{direction}" style="{_CARD}">'
        + "".join(parts)
        + "</div></body></html>"
    )


def _paragraph(block: Block) -> str:
    language = LANGUAGES[block.locale]
    style = _STYLES.get(block.style, "margin:0 0 12px")
    tag = "h1" if block.style is Style.TITLE else "p"
    text = "".join(
        f'<a href="{escape(piece)}" dir="ltr">{escape(piece)}</a>' if place % 2 else _words(piece)
        for place, piece in enumerate(_LINK.split(block.text))
    )
    code = block.locale.replace("_", "-")
    return f'<{tag} lang="{code}" dir="{language.direction.value}" style="{style}">{text}</{tag}>'


def _words(text: str) -> str:
    """Words as HTML, with telephone numbers that a tap calls."""
    shown, end = [], 0
    for one in telephones_in(text):
        shown += [escape(text[end : one.start]), f'<a href="tel:{one.dial}" dir="ltr">']
        shown += [escape(text[one.start : one.end]), "</a>"]
        end = one.end
    shown.append(escape(text[end:]))
    return "".join(shown).replace("\n", "<br>")


def _answer(reply_to: str, number: int, subject: str) -> str:
    return f"mailto:{quote(reply_to)}?subject={quote('Re: ' + subject)}&body={number}"


def invitation_of(file: File, config: EmailConfig, address: str) -> tuple[bytes, str]:
    """The calendar file as an invitation to this address (RFC 5546), and its method: REQUEST or CANCEL."""
    calendar = icalendar.Calendar.from_ical(file.content)
    method = "CANCEL" if str(calendar.get("METHOD", "")) == "CANCEL" else "REQUEST"
    calendar["METHOD"] = icalendar.vText(method)
    for event in calendar.walk("VEVENT"):
        organizer = icalendar.vCalAddress(f"mailto:{config.from_address}")
        organizer.params["CN"] = icalendar.vText(config.from_name)
        attendee = icalendar.vCalAddress(f"mailto:{address}")
        attendee.params["ROLE"] = icalendar.vText("REQ-PARTICIPANT")
        if method == "REQUEST":
            attendee.params["PARTSTAT"] = icalendar.vText("NEEDS-ACTION")
            attendee.params["RSVP"] = icalendar.vText("TRUE")
        event["ORGANIZER"], event["ATTENDEE"] = organizer, attendee
    content: bytes = calendar.to_ical()
    return content, method
