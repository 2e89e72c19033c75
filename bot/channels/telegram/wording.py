"""A rendered message as Telegram HTML, in parts that fit."""

import html
from collections.abc import Iterator
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from locales.rendering.languages import LANGUAGES, Direction
from locales.rendering.message import Style
from locales.rendering.render import Block, Rendered, RenderedButton
from locales.rendering.telephones import with_country

LONGEST = 4096
# Telegram takes the direction of a line from its first strong letter; a line that begins with an icon and a Dutch
# address would run the wrong way in Arabic.
RLM = "\u200f"
# The same in every language: hear this.
HEAR = "🔊"
_BREAKS = ("\n\n", "\n", ". ", "؟ ", "۔ ", "። ", "! ", "? ", " ")


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    style: Style


def length(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def parts_of(message: Rendered, longest: int = LONGEST) -> list[str]:
    """The message as HTML texts of at most `longest` visible units each; valid HTML, split where one would breathe."""
    parts: list[str] = []
    current: list[_Piece] = []
    used = 0
    for block in message.blocks:
        shown = _shown(block)
        for text in _split(shown, longest):
            size = length(text) + 1
            if current and used + size > longest:
                parts.append(_html(current))
                current, used = [], 0
            current.append(_Piece(text, block.style))
            used += size
    if current:
        parts.append(_html(current))
    return parts


def keyboard_of(message: Rendered) -> InlineKeyboardMarkup | None:
    """The buttons as an inline keyboard, 🔊 last; None where there are none."""
    rows = [[_button(button) for button in row] for row in message.buttons if row]
    if message.hear:
        rows.append([InlineKeyboardButton(HEAR, callback_data=message.hear)])
    return InlineKeyboardMarkup(rows) if rows else None


def _button(button: RenderedButton) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    return InlineKeyboardButton(button.label, callback_data=button.intent)


def _shown(block: Block) -> str:
    # A link to tel: Telegram does not take; a number in the international form it makes one by itself.
    said = with_country(block.text)
    text = f"🇳🇱 {said}" if block.style is Style.DUTCH else said
    if LANGUAGES[block.locale].direction is Direction.LTR:
        return text
    return "\n".join(RLM + line if line else line for line in text.split("\n"))


def _split(text: str, longest: int) -> Iterator[str]:
    while length(text) > longest - 1:
        # Characters outside the basic plane count double, so half of the limit always fits.
        window = text[: longest - 1]
        while length(window) > longest - 1:
            window = window[:-1]
        cut = max(
            (window.rfind(mark) + len(mark) for mark in _BREAKS[:2] if window.rfind(mark) > longest // 4), default=0
        )
        for mark in _BREAKS[2:]:
            if cut:
                break
            if window.rfind(mark) > longest // 4:
                cut = window.rfind(mark) + len(mark)
        cut = cut or len(window)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def _html(pieces: list[_Piece]) -> str:
    return "\n".join(_tagged(piece) for piece in pieces)


def _tagged(piece: _Piece) -> str:
    text = html.escape(piece.text, quote=False)
    match piece.style:
        case Style.TITLE:
            return f"<b>{text}</b>"
        case Style.DUTCH:
            return f"<i>{text}</i>"
        case Style.QUOTE:
            return f"<blockquote>{text}</blockquote>"
        case _:
            return text
