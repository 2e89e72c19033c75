"""The Bot API's HTML, as its documentation describes it."""

import pytest

from tests.botapi.errors import ApiError
from tests.botapi.html import parse_html


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        pytest.param("plain", "plain", [], id="plain"),
        pytest.param("&lt;&gt;&amp;&quot;&#39;&#x27;", "<>&\"''", [], id="references"),
        pytest.param("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)], id="nested"),
        pytest.param("😀<strong>é</strong>", "😀é", [("bold", 2, 1)], id="UTF-16 offsets"),
        pytest.param('<a href="https://a.nl/?x=1&amp;y">l</a>', "l", [("text_link", 0, 1)], id="link"),
        pytest.param('<span class="tg-spoiler">s</span>', "s", [("spoiler", 0, 1)], id="spoiler"),
        pytest.param('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)], id="code in pre"),
        pytest.param("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)], id="quote"),
        pytest.param("<b></b>x", "x", [], id="empty tags vanish"),
        pytest.param("<u>نعم</u>", "نعم", [("underline", 0, 3)], id="Arabic"),
    ],
)
def test_accepted(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    parsed = parse_html(source)
    assert parsed.text == text
    assert [(e["type"], e["offset"], e["length"]) for e in parsed.entities] == entities


@pytest.mark.parametrize(
    "source",
    [
        "a < b",
        "a > b",
        "a & b",
        "a&nbsp;b",
        "a&apos;b",
        "<b>open",
        "close</b>",
        "<b><i>x</b></i>",
        "<p>x</p>",
        "a<br>b",
        "a<br/>b",
        "<h1>x</h1>",
        "<div>x</div>",
        "<span>x</span>",
        '<b class="x">x</b>',
        "<a>x</a>",
        '<a href="javascript:x">x</a>',
        '<a href="tel:112">x</a>',
        "<code><b>x</b></code>",
        "<blockquote><blockquote>x</blockquote></blockquote>",
        '<code class="language-py">x</code>',
        "<b",
        "&#0;",
        "&#xD800;",
    ],
)
def test_refused(source: str) -> None:
    with pytest.raises(ApiError, match="can't parse entities"):
        parse_html(source)


def test_the_place_is_told_in_bytes() -> None:
    with pytest.raises(ApiError, match="byte offset 3"):
        parse_html("é <p>")
