from pathlib import Path

import pytest

from locales.glossary.reading import Avoided, GlossaryError, load_glossary

TURKISH = Avoided({"para cezası": ("ceza*",)}, but=("para cezası",))
ARABIC = Avoided({"إعانة": ("*معونة",)})
TIGRINYA = Avoided(marks={"፧": "?", "፣": "፡,"}, digits="0123456789")


@pytest.mark.parametrize(
    ("avoided", "text", "found"),
    [
        pytest.param(TURKISH, "Belediye ceza verebilir.", ["ceza: say para cezası"], id="the word itself"),
        pytest.param(TURKISH, "CEZALAR var.", ["cezalar: say para cezası"], id="with an ending and in capitals"),
        pytest.param(TURKISH, "Belediye para cezası verebilir.", [], id="the phrase in which it is right"),
        pytest.param(TURKISH, "Para cezası, yani ceza.", ["ceza: say para cezası"], id="beside the right phrase"),
        pytest.param(TURKISH, "Mücezali", [], id="inside another word"),
        pytest.param(ARABIC, "تدفع والمعونة تنقص", ["معونة: say إعانة"], id="behind an article"),
        pytest.param(ARABIC, "معونتك", [], id="an ending that was not asked for"),
        pytest.param(TIGRINYA, "ድዩ?", ["?: write ፧"], id="a mark of another language"),
        pytest.param(TIGRINYA, "፲ ٣", ["٣: write the digits 0123456789"], id="digits of another language"),
        pytest.param(TIGRINYA, "ሎሚ፣ 10 ሰዓት ድዩ፧", [], id="its own marks and digits"),
    ],
)
def test_words_that_have_a_better_one(avoided: Avoided, text: str, found: list[str]) -> None:
    assert avoided.found(text) == found


def test_a_file_says_what_its_language_avoids(tmp_path: Path) -> None:
    (tmp_path / "nl.yaml").write_text("terms: {boete: {forms: [boete]}}\nnames: [Maatje]\nnever: {lukt: [haalbaar]}\n")
    (tmp_path / "tr.yaml").write_text(
        "terms: {boete: [para cezası]}\nnever: {para cezası: [ceza]}\nbut: [para cezası]\n"
    )
    glossary = load_glossary(tmp_path)
    assert glossary.avoided("Is dat haalbaar?", "nl") == ["haalbaar: say lukt"]
    assert glossary.avoided("ceza", "tr") == ["ceza: say para cezası"]
    assert glossary.avoided("ceza", "en") == []


def test_words_to_avoid_are_a_list(tmp_path: Path) -> None:
    (tmp_path / "nl.yaml").write_text("terms: {}\nnames: [Maatje]\nnever: {lukt: haalbaar}\n")
    with pytest.raises(GlossaryError, match="lukt"):
        load_glossary(tmp_path)


def test_every_language_avoids_something() -> None:
    glossary = load_glossary()
    assert set(glossary.never) == {*glossary.stems, "nl"}
    assert [locale for locale, avoided in glossary.never.items() if not avoided.words or not avoided.digits] == []


def test_what_to_say_is_not_itself_avoided() -> None:
    glossary = load_glossary()
    for locale, avoided in glossary.never.items():
        assert [say for say in avoided.words if glossary.avoided(say, locale)] == [], locale
