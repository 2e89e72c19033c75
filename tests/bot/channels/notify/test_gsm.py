"""Alphabets, segments, and texts made fit for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.notify.gsm import GSM_BASIC, Encoding, encoding_of, fold, plain, segments, units


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        pytest.param("", Encoding.GSM7, 0, id="nothing"),
        pytest.param("a" * 160, Encoding.GSM7, 1, id="one full GSM segment"),
        pytest.param("a" * 161, Encoding.GSM7, 2, id="one letter more"),
        pytest.param("a" * 306, Encoding.GSM7, 2, id="two full GSM segments"),
        pytest.param("a" * 307, Encoding.GSM7, 3, id="a third"),
        pytest.param("€" * 80, Encoding.GSM7, 1, id="the euro counts double"),
        pytest.param("€" * 81, Encoding.GSM7, 2, id="one euro more"),
        pytest.param("€" * 153, Encoding.GSM7, 3, id="no euro is divided: 76 fit in 153"),
        pytest.param("a" * 152 + "€" + "a" * 152, Encoding.GSM7, 3, id="an escape on the edge moves on"),
        pytest.param("ж" * 70, Encoding.UCS2, 1, id="one full UCS-2 segment"),
        pytest.param("ж" * 71, Encoding.UCS2, 2, id="one letter more in UCS-2"),
        pytest.param("ж" * 134, Encoding.UCS2, 2, id="two full UCS-2 segments"),
        pytest.param("ж" * 135, Encoding.UCS2, 3, id="a third in UCS-2"),
        pytest.param("😀" * 35, Encoding.UCS2, 1, id="surrogates count two"),
        pytest.param("😀" * 67, Encoding.UCS2, 3, id="no pair is divided: 33 fit in 67"),
        pytest.param("a" * 69 + "ş", Encoding.UCS2, 1, id="one letter makes it UCS-2"),
        pytest.param("Ä Ö Ü à é ñ Ç ß @ £ [x] {y} ~ | ^ \\", Encoding.GSM7, 1, id="letters of the alphabet"),
        pytest.param("ç", Encoding.UCS2, 1, id="only the large cedilla is in it"),
        pytest.param("`", Encoding.UCS2, 1, id="no grave accent"),
    ],
)
def test_texts_are_counted_as_operators_count_them(text: str, encoding: Encoding, count: int) -> None:
    assert (encoding_of(text), segments(text)) == (encoding, count)


def test_the_alphabet_has_all_its_letters() -> None:
    # 128 places, of which one is the escape.
    assert len(GSM_BASIC) == 127


@given(st.text())
def test_segments_hold_the_text(text: str) -> None:
    room = 153 if encoding_of(text) is Encoding.GSM7 else 67
    count = segments(text)
    assert count <= 1 or (count - 1) * (room - 1) < units(text) <= count * room


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("✅ Ik kom", "Ik kom", id="icon"),
        pytest.param("👩‍👧‍👦 gezin 🇳🇱 ❤️ 👍🏽 1️⃣", "gezin 1", id="joined, flags, tones, keycaps"),
        pytest.param("‘a’ “b” „c” «d»", '\'a\' "b" "c" "d"', id="quotes"),
        pytest.param("9:00–10:00 — ja… nee\u00a0hoor", "9:00-10:00 - ja... nee hoor", id="dashes, dots, spaces"),
        pytest.param("\u2068Amina\u2069 \u200fعربي", "Amina عربي", id="bidi controls"),
        pytest.param("می\u200cشود", "می\u200cشود", id="the joiner of Persian stays"),
        pytest.param("a  b \n\n\n\n c\x00", "a b\n\nc", id="spaces and lines as Notify closes them up"),
        pytest.param("20 °C, 5 €", "20 °C, 5 €", id="signs are no pictographs"),
    ],
)
def test_plain_keeps_words_and_drops_ornament(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Yarın öğleden sonra? İyi", "Yarin ögleden sonra? Iyi", id="Turkish"),
        pytest.param("Ez nexweş im, sibê nayêm", "Ez nexwes im, sibe nayem", id="Kurmanji"),
        pytest.param("Ça va être reçu à l'œuvre", "Ça va etre recu à l'oeuvre", id="French"),
        pytest.param("مرحبا", "مرحبا", id="no Arabic is lost"),
    ],
)
def test_latin_letters_fold_into_the_alphabet(text: str, shown: str) -> None:
    assert fold(text) == shown
