"""Messages as SMS."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.notify.gsm import Encoding, encoding_of, segments
from bot.channels.notify.sms_characters import readable
from bot.channels.notify.sms_wording import MOST_SEGMENTS, cut_text, numbered_answers, whole_text
from locales.rendering.message import Style
from locales.rendering.render import Rendered
from reminders.delivery.channel import Capabilities
from reminders.delivery.degrade import degraded
from tests.bot.channels.notify.rig import LINK, rendered

MORE = f"Lees meer: {LINK}"
SENTENCE = "Uw gesprek is op maandag 9 maart om 10:00 uur in het stadhuis. "


def test_title_text_and_numbered_answers() -> None:
    message = rendered(
        ("📅 Herinnering", Style.TITLE),
        "Maandag 9 maart, 10:00 uur",
        buttons=(("✅ Ik kom", "come:1"), ("❌ Ik kan niet", "no:1")),
    )
    assert whole_text(message) == "Herinnering\nMaandag 9 maart, 10:00 uur\n1 = Ik kom\n2 = Ik kan niet"


def test_answers_that_were_numbered_already_stand_there_once() -> None:
    message = degraded(rendered("Komt u?", buttons=(("✅ Ja", "y"), ("Nee", "n"))), Capabilities(buttons=False))
    assert whole_text(message) == "Komt u?\n1 = Ja\n2 = Nee"


def test_a_page_keeps_its_link_and_its_place_in_the_count() -> None:
    message = rendered("Kies", buttons=(("🗺 Kaart", "https://kaart.example/1"), ("Ja", "y")))
    assert numbered_answers(message) == "Kaart: https://kaart.example/1\n2 = Ja"


def test_the_dutch_line_goes_first_when_there_is_no_room() -> None:
    arabic, dutch = "ممتاز " * 40, "Prima. " * 40
    message = rendered((arabic, Style.OFFICIAL), (dutch, Style.DUTCH), locale="ar")
    text = whole_text(message)
    assert text == arabic.strip()
    short = rendered(("نعم", Style.OFFICIAL), ("Ja", Style.DUTCH), locale="ar")
    assert whole_text(short) == "نعم\nJa"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(rendered(SENTENCE * 30, buttons=(("Ja", "y"), ("Nee", "n"))), id="dutch"),
        pytest.param(
            rendered("موعدك يوم الاثنين في البلدية. " * 40, locale="ar", buttons=(("نعم", "y"),)), id="arabic"
        ),
        pytest.param(rendered("ቆጸራኹም ሰኑይ እዩ። " * 60, locale="ti"), id="tigrinya"),
        pytest.param(rendered("x" * 3000), id="no spaces"),
    ],
)
def test_what_does_not_fit_is_cut_and_linked(message: Rendered) -> None:
    assert whole_text(message) is None
    text = cut_text(message, MORE)
    assert text is not None
    assert segments(text) <= MOST_SEGMENTS
    assert segments(text) >= MOST_SEGMENTS - 1, "the room is used"
    assert MORE in text
    for answer in numbered_answers(message).split("\n"):
        assert answer in text


def test_it_is_cut_at_the_end_of_a_sentence_or_else_of_a_word() -> None:
    assert f"stadhuis.\n{MORE}" in str(cut_text(rendered(SENTENCE * 30), MORE))
    assert f"woord...\n{MORE}" in str(cut_text(rendered("woord " * 300), MORE))


def test_a_long_menu_gives_way_to_the_link() -> None:
    message = rendered("Kies", buttons=tuple((f"Keuze {n} met een lange naam", f"c:{n}") for n in range(40)))
    text = cut_text(message, MORE)
    assert text == f"Kies\n{MORE}"


def test_a_long_menu_without_a_link_shows_what_fits() -> None:
    message = rendered("Kies", buttons=tuple((f"Keuze {n} met een lange naam", f"c:{n}") for n in range(40)))
    text = str(cut_text(message, ""))
    assert text.startswith("Kies\n1 = Keuze 0")
    assert segments(text) == MOST_SEGMENTS


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param("Yarın görüşmemiz var", Encoding.UCS2, id="short: its own letters cost nothing"),
        pytest.param("Yarın görüşmemiz var. " * 14, Encoding.GSM7, id="long: they would cost two segments more"),
        pytest.param("Tot morgen – “10:00 uur” …", Encoding.GSM7, id="dutch stays in the alphabet"),
    ],
)
def test_letters_are_kept_as_long_as_they_cost_little(text: str, encoding: Encoding) -> None:
    assert encoding_of(str(whole_text(rendered(text, locale="tr")))) is encoding


def test_what_would_be_lost_is_folded_or_not_sent_at_all() -> None:
    assert readable("Yarın, ş!", frozenset("ış")) == "Yarin, s!"
    assert readable("مرحبا", frozenset("مرحبا")) is None
    assert readable("Hallo ♪", frozenset("♪")) == "Hallo "
    assert whole_text(rendered("مرحبا", locale="ar"), frozenset("مرحبا")) is None
    assert cut_text(rendered("مرحبا", locale="ar"), MORE, frozenset("مرحبا")) is None


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(max_size=1200) | st.text("ab .!şж😀\n", max_size=1200),
    labels=st.lists(st.text(max_size=40), max_size=5),
    more=st.sampled_from(["", MORE]),
)
def test_whatever_is_said_it_fits(text: str, labels: list[str], more: str) -> None:
    message = rendered(text, buttons=tuple((label, f"i:{n}") for n, label in enumerate(labels)))
    whole, cut = whole_text(message), cut_text(message, more)
    assert whole is None or segments(whole) <= MOST_SEGMENTS
    assert cut is not None
    assert segments(cut) <= MOST_SEGMENTS
    assert more in cut
