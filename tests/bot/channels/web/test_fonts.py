"""The page's own letters: all that we write, and small."""

from fontTools.ttLib import TTFont

from bot.channels.web.fonts import FOLDER, MOST_BYTES, letters


def test_the_fonts_have_every_letter_that_we_write_and_are_small() -> None:
    made = {name: TTFont(FOLDER / f"{name}.woff2").getBestCmap().keys() for name in letters()}
    missing = {
        name: {chr(one) for one in wanted} - {chr(one) for one in made[name]} for name, wanted in letters().items()
    }
    assert missing == {"geez": set(), "sorani": set(), "pictures": set()}, "python -m bot.channels.web.fonts makes them"
    assert sum((FOLDER / f"{name}.woff2").stat().st_size for name in made) < MOST_BYTES
    assert (FOLDER / "OFL.txt").exists()
