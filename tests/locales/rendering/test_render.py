from zoneinfo import ZoneInfo

import pytest

from locales.rendering.catalog import Catalogs, UnknownText
from locales.rendering.message import Body, Button, Part, Style, Text, verbatim
from locales.rendering.render import Renderer

TEXTS = {
    ("nl", "t.hello"): "Dag {name}",
    ("fa", "t.hello"): "سلام {name}",
    ("nl", "t.only_dutch"): "Alleen hier: {inner}",
    ("nl", "t.inner"): "binnen",
    ("fa", "t.inner"): "درون",
}


@pytest.fixture
def renderer() -> Renderer:
    return Renderer(Catalogs({"t": lambda key, locale: TEXTS.get((locale, key))}), ZoneInfo("Europe/Amsterdam"))


def test_a_text_falls_back_whole(renderer: Renderer) -> None:
    assert renderer.say(Text("t.hello", {"name": "Amina"}), "fa_AF") == "سلام \u2068Amina\u2069"
    # Never a mixed sentence: what is inside comes in the language that the sentence was found in.
    assert renderer.say(Text("t.only_dutch", {"inner": Text("t.inner")}), "fa") == "Alleen hier: binnen"


def test_a_text_that_nobody_has_is_a_defect(renderer: Renderer) -> None:
    with pytest.raises(UnknownText):
        renderer.say(Text("t.gone"), "fa")


def test_official_statements_have_the_dutch_under_them(renderer: Renderer) -> None:
    body = Body((Part(Text("t.hello", {"name": "A"}), Style.OFFICIAL), Part(Text("t.inner"))))
    rendered = renderer.render(body, "fa")
    assert [(block.locale, block.style) for block in rendered.blocks] == [
        ("fa", Style.OFFICIAL),
        ("nl", Style.DUTCH),
        ("fa", Style.NORMAL),
    ]
    assert [block.style for block in renderer.render(body, "nl").blocks] == [Style.OFFICIAL, Style.NORMAL]


def test_a_button_has_its_icon_before_its_label(renderer: Renderer) -> None:
    rendered = renderer.render(Body((), ((Button(verbatim("دری"), "lang:fa_AF", "✅"),),)), "nl")
    assert rendered.buttons[0][0].label == "✅ دری"
    assert rendered.buttons[0][0].intent == "lang:fa_AF"


def test_a_paragraph_says_in_which_language_it_really_is(renderer: Renderer) -> None:
    rendered = renderer.render(Body((Part(Text("t.only_dutch", {"inner": Text("t.inner")}), Style.OFFICIAL),)), "fa")
    assert [(block.locale, block.style) for block in rendered.blocks] == [("nl", Style.OFFICIAL)]


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("nl", "هل أتابع؟", "\u2068هل أتابع؟\u2069"),
        ("ar", "هل أتابع؟", "هل أتابع؟"),
        ("ar", "Shall I go on?", "\u2068Shall I go on?\u2069"),
        ("nl", "Zal ik verdergaan?", "Zal ik verdergaan?"),
    ],
)
def test_what_is_said_in_another_language_keeps_its_order(
    renderer: Renderer, locale: str, text: str, expected: str
) -> None:
    assert renderer.render(Body((Part(verbatim(text)),)), locale).text == expected
