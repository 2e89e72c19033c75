"""Invitations on paper: a page each, in their language and in Dutch, with a name and a link and nothing else."""

from datetime import date
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops

from bot.cards.letters import InviteLetter, letter_lines, print_letters
from bot.cards.renderer import font_files
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES
from locales.rendering.render import Renderer

LINK = "https://maatje.example/chat#ABCD2345"


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))


def test_every_language_has_its_page_with_the_name_the_link_and_the_dutch(renderer: Renderer) -> None:
    letters = [InviteLetter(f"Amina {code}", code, LINK, date(2026, 4, 1)) for code in LANGUAGES]
    made = pypdfium2.PdfDocument(print_letters(renderer, letters))
    assert len(made) == len(letters)
    for page, letter in zip(made, letters, strict=True):
        text = page.get_textpage().get_text_bounded().replace("\r\n", "").replace("\n", "")
        assert f"Amina {letter.language}" in text
        assert text.replace(" ", "").count(LINK) == 1, letter.language
        assert "De laatste dag is woensdag 1 april" in text


def test_no_letter_is_missing_from_the_fonts(renderer: Renderer) -> None:
    """A sign that no font has is drawn as the same empty box, whatever the sign: none of ours looks like it."""
    known: set[int] = set()
    for path in font_files():
        with TTFont(path, lazy=True) as font:
            known |= set(font.getBestCmap())
    letter = InviteLetter("Amina", "nl", LINK, date(2026, 4, 1))
    said = {sign for code in LANGUAGES for line in letter_lines(renderer, letter, code) for sign in line}
    # Marks of direction are drawn by nobody.
    unseen = {"\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f", "\u200c", "\u200d"}
    assert {sign for sign in said - unseen if ord(sign) not in known} == set()


def test_the_picture_is_on_the_page_and_is_of_this_link(renderer: Renderer) -> None:
    def seen(link: str) -> Image.Image:
        made = pypdfium2.PdfDocument(print_letters(renderer, [InviteLetter("A", "nl", link, date(2026, 4, 1))]))
        picture: Image.Image = made[0].render(scale=1).to_pil().convert("L")
        return picture

    here, other = seen(LINK), seen(LINK.replace("ABCD", "WXYZ"))
    changed = ImageChops.difference(here, other).getbbox()
    assert changed is not None
    # More than a line of text: the squares of the code.
    assert changed[3] - changed[1] > 100
