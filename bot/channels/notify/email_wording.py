"""A rendered message as the subject and body of a Notify e-mail.

The body is Notify's own Markdown (headings, links, "^" for a quotation; no bold or italics), so what is not ours must
not become any of that: a name such as "# Uw uitkering stopt" or "[bank](https://…)" stays the letters it is.
https://www.notifications.service.gov.uk/using-notify/formatting ; alphagov/notifications-utils, markdown.py
"""

import re

from locales.rendering.message import Style
from locales.rendering.render import Rendered, RenderedButton
from reminders.delivery.degrade import unnumbered

LONGEST_SUBJECT = 150
_URL = re.compile(r"https?://[^\s<>\[\]\u2066-\u2069]+")
_IN_A_LINE = re.compile(r"([\\\[\]])")
# What begins a heading, list, rule or table: a backslash before it makes it a letter.
_BEGINS = re.compile(r"^([#*+\-_`~|]|\d+(?=[.)]))")
# Quotations, underlines of headings and tables begin with signs that a backslash does nothing for.
_BEGINS_UNESCAPABLE = re.compile(r"^(?=\^|=|:[-:|]|•)")
_NOTHING = "\u200b"
# A link that stands alone in Arabic script: Notify would take the closing mark for a letter of the address.
_ISOLATED_URL = re.compile("[\u2066-\u2068](https?://[^\\s\u2066-\u2069]+)\u2069")


def literal(text: str) -> str:
    """A text that Notify's Markdown shows as it is; links stay links to what they show."""
    return "\n".join(_literal_line(line.strip()) for line in text.splitlines())


def _literal_line(line: str) -> str:
    shown, end = [], 0
    for url in _URL.finditer(line):
        shown += [_IN_A_LINE.sub(r"\\\1", line[end : url.start()]), url[0]]
        end = url.end()
    shown.append(_IN_A_LINE.sub(r"\\\1", line[end:]))
    whole = "".join(shown)
    if (number := re.match(r"\d+(?=\.)", whole)) is not None:
        return f"{number[0]}\\{whole[number.end() :]}"
    return _BEGINS_UNESCAPABLE.sub(_NOTHING, _BEGINS.sub(r"\\\1", whole))


def subject_of(message: Rendered) -> str:
    """The title, or else the first line, as one line."""
    titles = [block.text for block in message.blocks if block.style is Style.TITLE]
    line = next((line.strip() for line in (*titles, message.text) if line.strip()), "").splitlines()
    subject = " ".join(line[0].split()) if line else ""
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1].rstrip() + "…"


def body_of(message: Rendered, more: str = "") -> str:
    """The blocks as paragraphs, the answers as "1 = I come" lines, and `more` (a sentence with a link) under them."""
    title = next((block for block in message.blocks if block.style is Style.TITLE), None)
    paragraphs = [
        _paragraph(block.text, block.style)
        for block in message.blocks
        if block is not title and block.style is not Style.ANSWERS
    ]
    buttons = [button for row in message.buttons for button in row]
    paragraphs.append("\n".join(_answer(number, button) for number, button in enumerate(buttons, start=1)))
    if not buttons:
        paragraphs += [literal(block.text) for block in message.blocks if block.style is Style.ANSWERS]
    paragraphs.append(more)
    body = "\n\n".join(paragraph for paragraph in paragraphs if paragraph.strip())
    # Notify refuses an empty body.
    return _ISOLATED_URL.sub(r"\1", body or (literal(title.text) if title is not None else ""))


def _paragraph(text: str, style: Style) -> str:
    match style:
        case Style.TITLE:
            return "\n\n".join(f"# {line}" for line in literal(text).splitlines() if line)
        case Style.QUOTE:
            return "\n".join(f"^ {line}" for line in literal(text).splitlines() if line)
        case _:
            return literal(text)


def _answer(number: int, button: RenderedButton) -> str:
    return f"{literal(button.label)}: {button.url}" if button.url else f"{number} = {literal(unnumbered(button.label))}"
