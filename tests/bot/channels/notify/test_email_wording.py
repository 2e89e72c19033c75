"""Messages as Notify e-mail."""

import pytest

from bot.channels.notify.email_wording import body_of, literal, subject_of
from bot.demo.counterparts.notify_texts import read_markdown
from locales.rendering.message import Style
from tests.bot.channels.notify.rig import rendered


def test_the_title_is_the_subject_and_the_rest_is_the_body() -> None:
    message = rendered(
        ("Uw gesprek", Style.TITLE),
        "Maandag 9 maart",
        ("Ik ben # ziek", Style.QUOTE),
        buttons=(("✅ Ik kom", "y"), ("Kaart", "https://kaart.example/1")),
    )
    assert subject_of(message) == "Uw gesprek"
    assert body_of(message, "Antwoord hier: https://chat.example/chat#a_b") == (
        "Maandag 9 maart\n\n^ Ik ben # ziek\n\n1 = ✅ Ik kom\nKaart: https://kaart.example/1\n\n"
        "Antwoord hier: https://chat.example/chat#a_b"
    )


def test_without_a_title_the_first_line_is_the_subject_too() -> None:
    message = rendered("Hallo Amina\nKomt u?")
    assert subject_of(message) == "Hallo Amina"
    assert body_of(message) == "Hallo Amina\nKomt u?"


def test_a_title_alone_is_the_body_as_well() -> None:
    assert body_of(rendered(("Hallo", Style.TITLE))) == "Hallo"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# Uw uitkering stopt", id="heading"),
        pytest.param("[uw bank](https://evil.example)", id="link"),
        pytest.param("[bank]: https://evil.example", id="definition of a link"),
        pytest.param("^ quote", id="quotation"),
        pytest.param("Titel\n=====", id="underlined heading"),
        pytest.param("Titel\n-----", id="underlined with dashes"),
        pytest.param("* * *", id="rule"),
        pytest.param("1. een", id="list"),
        pytest.param("```\ncode\n```", id="fence"),
        pytest.param("| a | b |\n|---|---|", id="table"),
        pytest.param("a | b\n:--|:--", id="table without edges"),
        pytest.param("back\\slash \\[x\\]", id="backslashes"),
        pytest.param("10 maart, 2 uur", id="a number that is no list"),
    ],
)
def test_what_people_wrote_stays_what_they_wrote(text: str) -> None:
    made = literal(text)
    assert read_markdown(made) == text
    for line in made.splitlines():
        assert not line.startswith(("#", "^", "*", "-", "=", "|", "`", ":-", "1."))
    assert not any(bracket in made.replace("\\[", "").replace("\\]", "") for bracket in "[]")


def test_an_isolated_link_ends_where_it_ends() -> None:
    message = rendered("اقرأ \u2068https://chat.example/c#1\u2069 الآن", locale="ar")
    assert body_of(message) == "اقرأ https://chat.example/c#1 الآن"
