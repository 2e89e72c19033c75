"""PDFs become pictures: by a process that is given little, and from which little is believed."""

import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from bot.enclosures import pdf_pages
from bot.enclosures.pdf_pages import pages_of


def pdf(pages: int, size: tuple[int, int] = (300, 400), **said: str) -> bytes:
    made = io.BytesIO()
    first, *others = (Image.new("RGB", size, (20 * number % 255, 0, 99)) for number in range(pages))
    first.save(made, "PDF", save_all=True, append_images=others, **said)
    return made.getvalue()


async def test_one_page_is_a_picture() -> None:
    drawn = await pages_of(pdf(1))
    assert drawn is not None
    assert (drawn.is_picture, drawn.shown, drawn.pages) == (True, 1, 1)
    with Image.open(io.BytesIO(drawn.content), formats=["JPEG"]) as picture:
        assert max(picture.size) == 1754
        assert picture.getpixel((5, 5)) == pytest.approx((0, 0, 99), abs=6)


async def test_many_pages_are_a_pdf_of_nothing_but_pictures_and_the_first_of_them_alone() -> None:
    drawn = await pages_of(pdf(5, title="geheim", author="iemand"), most_pages=3)
    assert drawn is not None
    assert (drawn.is_picture, drawn.shown, drawn.pages) == (False, 3, 5)
    assert len(pypdfium2.PdfDocument(drawn.content)) == 3
    assert b"geheim" not in drawn.content
    assert b"/JavaScript" not in drawn.content


async def test_what_acts_by_itself_is_left_behind() -> None:
    acting = pdf(1).replace(b"/Type /Catalog", b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/Type/Catalog")
    drawn = await pages_of(acting)
    assert drawn is not None
    assert b"JavaScript" not in drawn.content


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"%PDF-" + b"x" * 3_000_000, id="three megabytes of nothing"),
    ],
)
async def test_what_cannot_be_drawn_is_not(content: bytes) -> None:
    assert await pages_of(content) is None


async def test_a_page_of_a_kilometre_takes_no_more_memory_than_another() -> None:
    huge = (
        pdf(1)
        .replace(b"[ 0 0 300.0 400.0 ]", b"[0 0 9999999 99999999]", 1)
        .replace(b"[ 0 0 300 400 ]", b"[0 0 9999999 99999999]", 1)
    )
    drawn = await pages_of(huge)
    if drawn is not None:
        with Image.open(io.BytesIO(drawn.content)) as picture:
            assert max(picture.size) <= 1755


async def test_who_takes_too_long_or_says_too_much_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for code, longest in (
        ("import time; time.sleep(600)", 0.5),
        ("import sys\nwhile True: sys.stdout.write('x' * 100000)", 60),
    ):
        folder = f"{tmp_path}/{len(code)}"
        _stand_in(folder, code)
        monkeypatch.setenv("PYTHONPATH", folder)
        # A module that is run with -m is looked for where one stands first.
        monkeypatch.chdir(folder)
        assert await pages_of(pdf(1), longest=longest) is None


def test_it_knows_no_secret() -> None:
    assert pdf_pages.bare({"MAATJE_SECRET_KEY": "x", "PATH": "/bin"}) == {"PATH": "/bin"}


def _stand_in(folder: str, code: str) -> None:
    """Another module of the same name, found first."""
    room = Path(folder) / "bot" / "enclosures"
    room.mkdir(parents=True)
    for package in (room.parent, room):
        (package / "__init__.py").write_text("")
    (room / "pdf_pages.py").write_text(code)
