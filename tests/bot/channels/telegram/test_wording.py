"""Messages as Telegram HTML: escaped, in parts that fit, directed."""

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.wording import length, parts_of
from bot.channels.whatsapp.wording import text_of
from tests.bot.channels.web.rig import message


def plain(part: str) -> str:
    """What a person reads of an HTML text."""
    return html.unescape(re.sub(r"<[^>]+>", "", part))


def test_markup_in_texts_is_shown_as_it_was_written() -> None:
    (part,) = parts_of(message("<b>&amp;</b> _a_ *b* `c`"))
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in part
    assert "<b>&amp;</b> _a_ *b* `c`" in plain(part)


def test_arabic_lines_run_from_the_right_although_they_begin_with_an_icon() -> None:
    (part,) = parts_of(message("📍 Gemeentehuis", locale="ar"))
    assert plain(part).startswith("\u200f")


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab <&👩‍👧\u0301ሰ\nم."), min_size=1, max_size=400), st.integers(20, 60))
def test_long_texts_come_in_parts_that_fit_and_lose_nothing(text: str, longest: int) -> None:
    parts = parts_of(message(text), longest)
    shown = [plain(part) for part in parts]
    assert all(length(part) <= longest for part in shown)
    whole = "".join(text.split())
    assert "".join("".join(shown).split()) == whole
    for part in parts:
        # No character was cut through, and every tag that opens also closes.
        part.encode()
        assert part.count("<b>") == part.count("</b>")


def test_a_number_is_called_with_a_tap_on_telegram_and_whatsapp() -> None:
    asked = message("Vragen? Bel 035 528 1911.")
    assert parts_of(asked) == ["Vragen? Bel +31355281911."]
    assert text_of(asked) == "Vragen? Bel +31355281911."
