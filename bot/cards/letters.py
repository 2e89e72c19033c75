"""Invitations to print: one page a person, in their language and in Dutch, with the link as text and as a QR code.

A letter holds a name and a link and nothing else of the person: it lies on a mat, and others may open it.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import segno
import typst

from bot.cards.renderer import FAMILIES, CardFailed, font_files
from locales.rendering.languages import LANGUAGES, SOURCE, Direction
from locales.rendering.message import Text
from locales.rendering.render import Renderer

FILE_NAME: Final = "maatje-invitations.pdf"
#: What an empty value leaves behind: a space, and the marks that keep its direction apart.
_AROUND_NOTHING: Final = " \u2068\u2069"
_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class InviteLetter:
    """For whom, in which language, which link, and the last day on which it works."""

    name: str
    language: str
    link: str
    until: date


def letter_lines(renderer: Renderer, letter: InviteLetter, locale: str) -> list[str]:
    """What stands in a letter in one language: what it is, how to open it, until when. The link stands on a line of its
    own: between words that run from the right it would be torn apart."""
    said = (
        Text("invite.message", {"url": ""}),
        Text("invite_letter.scan"),
        Text("invite_letter.until", {"on": letter.until}),
    )
    return [renderer.say(one, locale).strip(_AROUND_NOTHING) for one in said]


def print_letters(renderer: Renderer, letters: Sequence[InviteLetter]) -> bytes:
    """All of them as one PDF, a page each. Some tenths of a second: not on the loop that serves people.

    Raises:
        CardFailed: the fonts are not installed, or typst refused.
    """
    data = json.dumps({"fonts": FAMILIES, "letters": [_data(renderer, one) for one in letters]}, ensure_ascii=False)
    compiler = typst.Compiler(
        input=str(_FOLDER / "letter.typ"),
        root=str(_FOLDER),
        font_paths=sorted({str(path.parent) for path in font_files()}),
        ignore_system_fonts=True,
    )
    try:
        made = compiler.compile(format="pdf", sys_inputs={"data": data})
    except typst.TypstError as error:
        # Its message may hold names.
        raise CardFailed("typst refused the letters") from error
    if not isinstance(made, bytes):
        raise CardFailed("a PDF is one file")
    return made


def _data(renderer: Renderer, letter: InviteLetter) -> dict[str, object]:
    language = LANGUAGES[letter.language if letter.language in LANGUAGES else SOURCE]
    picture = io.BytesIO()
    segno.make(letter.link, error="m").save(picture, kind="svg", border=2, xmldecl=True, title=None)
    return {
        "name": letter.name,
        "lang": language.code.partition("_")[0],
        "rtl": language.direction is Direction.RTL,
        "lines": letter_lines(renderer, letter, language.code),
        "dutch": letter_lines(renderer, letter, SOURCE) if language.code != SOURCE else [],
        "link": letter.link,
        "qr": picture.getvalue().decode(),
    }
