"""A rendered message as WhatsApp messages: text, reply buttons, a list, a page to open.

Limits: https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from locales.rendering.languages import LANGUAGES, Direction
from locales.rendering.message import Style
from locales.rendering.render import Block, Rendered, RenderedButton
from locales.rendering.telephones import with_country

LONGEST_TEXT: Final = 4096
LONGEST_BODY: Final = 1024
MOST_REPLIES: Final = 3
MOST_ROWS: Final = 10
LONGEST_REPLY: Final = 20
LONGEST_TITLE: Final = 24
LONGEST_DESCRIPTION: Final = 72
HEAR: Final = "🔊"
# WhatsApp reads *, _, ~ and ` beside a word as bold, italic, struck out and fixed width; with a word joiner between the
# mark and the word it shows them as they are.
_WORD_JOINER: Final = "\u2060"
_MARKS: Final = re.compile(r"([*_~`])")
# A line that begins with an icon would run the wrong way in Arabic (see the Telegram channel).
_RLM: Final = "\u200f"

Content: TypeAlias = Mapping[str, object]


def contents_of(message: Rendered, choose: str) -> list[Content]:
    """The messages that say this, in order; the last one has the choices. `choose` stands on the list's button."""
    text = text_of(message)
    buttons = [button for row in message.buttons for button in row if button.intent]
    if message.hear and len(buttons) < MOST_REPLIES and all(len(button.label) <= LONGEST_REPLY for button in buttons):
        # Only where it makes no list of what were buttons.
        buttons.append(RenderedButton(HEAR, message.hear, ""))
    pages = [button for row in message.buttons for button in row if button.url]
    if message.numbered:
        return [_text(part) for part in split(text, LONGEST_TEXT)]
    if pages and (buttons or len(pages) > 1):
        text = "\n".join([text, *(f"{page.label}: {page.url}" for page in pages)])
    interactive = bool(buttons) or len(pages) == 1
    if not interactive:
        return [_text(part) for part in split(text, LONGEST_TEXT)]
    parts = split(text, LONGEST_BODY)
    return [*(_text(part) for part in parts[:-1]), _interactive(parts[-1], buttons, pages, choose)]


def text_of(message: Rendered) -> str:
    """All blocks, with WhatsApp's own marks for titles, quotes and the Dutch line."""
    return "\n".join(_shown(block) for block in message.blocks)


def plain_of(message: Rendered, longest: int) -> str:
    """The message on one line, as a template's variable may be: no line ends, tabs or many spaces."""
    text = re.sub(r"\s+", " ", " ".join(block.text for block in message.blocks if block.style is not Style.DUTCH))
    return text.strip() if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0] + "…"


def _shown(block: Block) -> str:
    lines = [_MARKS.sub(rf"\1{_WORD_JOINER}", _joined_before(line)) for line in with_country(block.text).split("\n")]
    match block.style:
        case Style.TITLE:
            lines = [f"*{line}*" if line.strip() else line for line in lines]
        case Style.DUTCH:
            lines = [f"🇳🇱 _{line}_" if line.strip() else line for line in lines]
        case Style.QUOTE:
            lines = [f"> {line}" for line in lines]
        case _:
            pass
    if LANGUAGES[block.locale].direction is Direction.RTL:
        lines = [_RLM + line if line else line for line in lines]
    return "\n".join(lines)


def _joined_before(line: str) -> str:
    """A mark at a word's end counts as well; and a line of somebody's own text must not begin as a quote or list."""
    line = _MARKS.sub(rf"{_WORD_JOINER}\1", line)
    return _WORD_JOINER + line if line[:1] in (">", "-") or re.match(r"\d+\. ", line) else line


def split(text: str, longest: int) -> list[str]:
    """Pieces of at most so many characters, cut where one would breathe."""
    pieces = []
    while len(text) > longest:
        window = text[:longest]
        cut = max(window.rfind("\n") + 1, 0)
        if cut < longest // 4:
            cut = max(window.rfind(mark) + len(mark) for mark in (". ", "؟ ", "። ", "! ", "? "))
        if cut < longest // 4:
            cut = window.rfind(" ") + 1 or longest
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text or not pieces else pieces


def _text(body: str) -> Content:
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _interactive(body: str, buttons: Sequence[RenderedButton], pages: Sequence[RenderedButton], choose: str) -> Content:
    if not buttons:
        action: dict[str, object] = {
            "name": "cta_url",
            "parameters": {"display_text": cut(pages[0].label, LONGEST_REPLY), "url": pages[0].url},
        }
        kind = "cta_url"
    elif _are_replies(buttons):
        kind = "button"
        action = {"buttons": [{"type": "reply", "reply": {"id": b.intent, "title": b.label}} for b in _unlike(buttons)]}
    else:
        kind = "list"
        action = {"button": cut(choose, LONGEST_REPLY), "sections": [{"rows": [_row(b) for b in _unlike(buttons)]}]}
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}


def _are_replies(buttons: Sequence[RenderedButton]) -> bool:
    """Whether they fit as buttons: few, short, and (two classes at one time) no two alike, which WhatsApp refuses."""
    labels = [button.label for button in buttons]
    few = len(labels) <= MOST_REPLIES and len(set(labels)) == len(labels)
    return few and all(len(label) <= LONGEST_REPLY for label in labels)


def _unlike(buttons: Sequence[RenderedButton]) -> list[RenderedButton]:
    """Each intent once: WhatsApp refuses ids that come twice."""
    return list({button.intent: button for button in buttons}.values())


def _row(button: RenderedButton) -> dict[str, str]:
    if len(button.label) <= LONGEST_TITLE:
        return {"id": button.intent, "title": button.label}
    return {
        "id": button.intent,
        "title": cut(button.label, LONGEST_TITLE),
        "description": cut(button.label, LONGEST_DESCRIPTION),
    }


def cut(text: str, longest: int) -> str:
    """The text, or as many of its words as fit, with an ellipsis."""
    if len(text) <= longest:
        return text
    words = text[: longest - 1].rsplit(" ", 1)[0] if " " in text[: longest - 1] else text[: longest - 1]
    return words.rstrip(" ,;:") + "…"
