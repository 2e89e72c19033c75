"""Questions that do not name what they are about are brought to their topic."""

from pathlib import Path

import pytest

import locales.faq
from bot.faq.finder import build_finder
from bot.understanding.acts import SpeechAct
from bot.understanding.asked import AskedWords
from bot.understanding.door import TrainedDoor
from locales.faq.content import load_faq
from locales.faq.reading import ContentEntry, ContentError, read_yaml
from locales.rendering.languages import LANGUAGES

#: "How many hours have I done (so far)?", or "… are left?".
HOURS_DONE = [
    ("nl", "hoeveel uren heb ik al gedaan"),
    ("en", "how many hours have I done"),
    ("ar", "كم ساعة خلصت لهلق"),
    ("ti", "ክንደይ ሰዓታት ወዲአ ኣለኹ"),
    ("tr", "şimdiye kadar kaç saat yaptım"),
    ("fa", "تا الان چند ساعت گذروندم"),
    ("fa_AF", "تا حالی چند ساعت خواندیم"),
    ("ps", "تر اوسه مې څو ساعته ویلي دي"),
    ("so", "imisa saacadood ayaan dhammeeyay"),
    ("am", "እስካሁን ስንት ሰዓት ተማርኩ"),
    ("ku", "min heta niha çend saet kirine"),
    ("ckb", "تا ئێستا چەند سەعاتم تەواو کردووە"),
    ("uk", "скільки годин я вже відвідала"),
    ("ru", "сколько часов мне ещё осталось"),
    ("fr", "il me reste combien d'heures"),
]


@pytest.fixture(scope="module")
def door() -> TrainedDoor:
    return TrainedDoor(build_finder(load_faq()))


@pytest.mark.parametrize(("language", "text"), HOURS_DONE)
def test_hours_done_are_the_first_that_is_offered(door: TrainedDoor, language: str, text: str) -> None:
    heard = door.understand(text, language)
    assert (heard.act, heard.candidates[0].topic) == (SpeechAct.QUESTION, "lesson_days")


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        pytest.param("en", "how many hours of pvt do I need", "pvt_hours_excursion", id="hours of something else"),
        pytest.param("am", "ስንት ሰዓት ላይ ነው ቀጠሮዬ", "when_is_my_appointment", id="at what hour"),
        pytest.param("en", "how many days left until my term ends", "term_start_and_length", id="days"),
    ],
)
def test_what_sounds_alike_is_something_else(door: TrainedDoor, language: str, text: str, topic: str) -> None:
    assert door.understand(text, language).topic == topic


def test_every_language_has_the_patterns_of_topics_that_exist() -> None:
    path = Path(locales.faq.__file__).parent / "asked.yaml"
    assert {language for language, _ in ContentEntry(path, "", read_yaml(path)).items()} == set(LANGUAGES)
    assert AskedWords().topics <= set(load_faq().topics)


def test_a_file_that_is_not_in_order_says_so(tmp_path: Path) -> None:
    path = tmp_path / "asked.yaml"
    path.write_text("nl:\n  lesson_days: [hoeveel two words/x, '..']\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"asked\.yaml"):
        AskedWords(path)
