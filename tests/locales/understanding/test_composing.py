"""Texts are composed from parts, always the same ones, in every language."""

from collections import Counter
from pathlib import Path

import pytest

from bot.understanding.acts import Courtesy, CryNeed, SpeechAct
from locales.faq.reading import ContentError
from locales.rendering.languages import LANGUAGES
from locales.understanding.composing import composed_texts
from locales.understanding.texts import Written

PATTERNS = """
- {act: urgent, need: emergency, most: 20, say: "{call} {he} {hurt.1}"}
- {act: urgent, need: emergency, most: 20, say: "{call} {she} {hurt.2}"}
"""
WORDS = 'he: [le fils]\nshe: [la fille]\ncall: ["", "vite"]\nhurt: ["est tombé|est tombée", "saigne"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "patterns.yaml").write_text(PATTERNS)
    (tmp_path / "fr.yaml").write_text(WORDS)
    return tmp_path


@pytest.fixture(scope="module")
def shipped() -> list[Written]:
    return list(composed_texts())


def test_who_it_is_about_decides_the_form_of_the_word(folder: Path) -> None:
    assert {one.text for one in composed_texts(folder)} == {
        "le fils est tombé",
        "vite le fils est tombé",
        "le fils saigne",
        "vite le fils saigne",
        "la fille est tombée",
        "vite la fille est tombée",
        "la fille saigne",
        "vite la fille saigne",
    }


def test_the_same_files_give_the_same_texts(shipped: list[Written]) -> None:
    assert shipped == list(composed_texts())


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_language_has_cries_of_each_kind_and_what_is_harmless(shipped: list[Written], language: str) -> None:
    counted = Counter((one.act, one.detail) for one in shipped if one.language == language)
    assert all(counted["urgent", need.value] >= 20 for need in CryNeed)
    assert all(counted["courtesy", kind.value] >= 10 for kind in Courtesy)
    assert counted["other", ""] >= 100
    assert counted["coming", ""] >= 80


def test_each_is_one_thing_only(shipped: list[Written]) -> None:
    said: dict[tuple[str, str], set[str]] = {}
    for one in shipped:
        said.setdefault((one.language, one.text), set()).add(one.act)
    assert {key: acts for key, acts in said.items() if len(acts) > 1} == {}
    assert {one.act for one in shipped} <= {act.value for act in SpeechAct}


@pytest.mark.parametrize(
    ("patterns", "words", "problem"),
    [
        ("a: 1", WORDS, "is not a list"),
        ('- {act: other, say: "{he}"}', WORDS, "no number of texts"),
        ('- {act: other, most: 3, say: "{she} {does}"}', WORDS, "has no 'does'"),
        ('- {act: other, most: 3, often: 1, say: "{she}"}', WORDS, "unknown field 'often'"),
    ],
)
def test_a_broken_file_says_what_to_mend(folder: Path, patterns: str, words: str, problem: str) -> None:
    (folder / "patterns.yaml").write_text(patterns)
    (folder / "fr.yaml").write_text(words)
    with pytest.raises(ContentError, match=problem):
        list(composed_texts(folder))
