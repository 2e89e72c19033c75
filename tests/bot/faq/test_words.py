"""Different spellings of the same text become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.faq.words import MAX_CHARACTERS, laughs, normalise


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("Ik ben ZIEK!!!", "ik ben ziek", id="capitals and marks"),
        pytest.param("B1-route, A2?", "b1 route a2", id="levels keep their digit"),
        pytest.param("hellllp", "help", id="repeated letters"),
        pytest.param("j'ai été à l’école", "jai ete a lecole", id="French accents and apostrophes"),
        pytest.param("İstanbul ığdır", "istanbul igdir", id="Turkish dotless i"),
        pytest.param("مَرحباً أهلاً إلى", "مرحبا اهلا الي", id="Arabic vowel marks, alef and ya"),
        pytest.param("می‌خواهم", "ميخواهم", id="Persian joiner and ya"),
        pytest.param("ک ی ە ھ", "ك ي ه ه", id="Persian and Kurdish letters"),
        pytest.param("ሐገዝ ሀገዝ ኀገዝ", "ሀገዝ ሀገዝ ሀገዝ", id="Ge'ez h"),
        pytest.param("ፀሐይ ጸሀይ", "ጸሀይ ጸሀይ", id="Ge'ez ts"),
        pytest.param("ሠላም፣ ሰላም።", "ሰላም ሰላም", id="Ge'ez s, and its marks"),
        pytest.param("ቈልዓ ኵሉ ጐዳና ጕዳይ ሰጒጎምኒ ቍጽሪ", "ቆልአ ኩሉ ጎዳና ጉዳይ ሰጉጎምኒ ቁጽሪ", id="Ge'ez with a rounded consonant"),
        pytest.param("ma3loumat 7abibi", "maaloumat habibi", id="Arabic in Latin letters"),
        pytest.param("۱۲ ١٢ 12", "12 12 12", id="digits"),
        pytest.param("їжак ёлка", "іжак елка", id="Cyrillic diaeresis"),
        pytest.param("😀 ... !", "", id="nothing to read"),
    ],
)
def test_spellings(written: str, expected: str) -> None:
    assert normalise(written) == expected


@given(st.text(max_size=2 * MAX_CHARACTERS))
def test_any_text_gives_words_separated_by_single_spaces(text: str) -> None:
    words = normalise(text)
    assert words == " ".join(words.split())
    assert not any(character.isspace() and character != " " for character in words)


@pytest.mark.parametrize(
    ("text", "laughter"),
    [
        ("deze les is mijn dood haha", True),
        ("خدا مره نجات بته 😂", True),
        ("ههههه موتني الدرس", True),
        ("خخخ", True),
        ("ахахаха убила бы", True),
        ("cette conjugaison va me tuer mdrrr", True),
        ("Hij is vermist", False),
        ("haal hulp", False),
        ("ahmed is weg", False),
        ("", False),
    ],
)
def test_who_laughs_is_heard(text: str, laughter: bool) -> None:
    assert laughs(text) is laughter
