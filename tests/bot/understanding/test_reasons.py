"""Why somebody does not come: who is ill is a part of the sentence, and an appointment alone is no doctor's."""

from pathlib import Path

import pytest

import locales.understanding
from bot.understanding.door import TrainedDoor
from bot.understanding.reasons import ReasonSlot, ReasonWords
from locales.faq.reading import ContentEntry, ContentError, read_yaml
from locales.rendering.languages import LANGUAGES
from storage.vocabulary import AbsenceReason
from tests.bot.understanding.conftest import NOW

WORDS = ReasonWords()
#: "My child has fever, I cannot come to the appointment" and "I have fever, I cannot come to the appointment".
WHO_IS_ILL = [
    (
        "nl",
        "mijn kind heeft koorts, ik kan niet naar de afspraak komen",
        "ik heb koorts, ik kom niet naar de afspraak",
    ),
    ("en", "my child has fever, I cannot come to the appointment", "I have fever, I cannot come to the appointment"),
    ("ar", "بنتي مسخنة ما بقدر اجي عالموعد", "انا مسخنة ما بقدر اجي عالموعد"),
    ("ti", "ወደይ ረስኒ ኣለዎ ናብ ቆጸራ ክመጽእ ኣይክእልን", "ረስኒ ኣለኒ ናብ ቆጸራ ክመጽእ ኣይክእልን"),
    ("tr", "çocuğum ateşli, randevuya gelemiyorum", "ateşliyim, randevuya gelemiyorum"),
    ("fa", "دخترم تب داره نمیتونم بیام سر قرار", "تب دارم نمیتونم بیام سر قرار"),
    ("fa_AF", "طفلم تب دارد به قرار آمده نمیتوانم", "تب دارم به قرار آمده نمیتوانم"),
    ("ps", "زوی مې تبه لري لیدنې ته نه شم راتلای", "تبه لرم لیدنې ته نه شم راتلای"),
    ("so", "wiilkaygu qandho ayuu qabaa ballanta ma imaan karo", "qandho ayaan qabaa ballanta ma imaan karo"),
    ("am", "ልጄ ትኩሳት አለው ለቀጠሮው መምጣት አልችልም", "ትኩሳት አለኝ ለቀጠሮው መምጣት አልችልም"),
    ("ku", "kurê min bi ta ye nikarim bêm randevûyê", "tayê min heye nikarim bêm randevûyê"),
    ("ckb", "کچەکەم تای هەیە ناتوانم بێم بۆ چاوپێکەوتنەکە", "تام هەیە ناتوانم بێم بۆ چاوپێکەوتنەکە"),
    ("uk", "у доньки температура, не зможу прийти на зустріч", "у мене температура, не зможу прийти на зустріч"),
    ("ru", "у сына температура, не приду на встречу", "у меня температура, не приду на встречу"),
    (
        "fr",
        "ma fille a de la fièvre, je ne peux pas venir au rendez-vous",
        "j'ai de la fièvre, je ne peux pas venir au rendez-vous",
    ),
]


@pytest.mark.parametrize(("language", "child", "own"), WHO_IS_ILL)
def test_who_is_ill_is_heard(door: TrainedDoor, language: str, child: str, own: str) -> None:
    assert door.understand(child, language, NOW).reason is AbsenceReason.CHILD_ILL
    assert door.understand(own, language, NOW).reason is AbsenceReason.ILL


@pytest.mark.parametrize(("language", "child", "own"), WHO_IS_ILL)
def test_every_language_has_words_for_the_child_and_for_illness(language: str, child: str, own: str) -> None:
    assert WORDS.slots_in(child, [language]) == {ReasonSlot.CHILD, ReasonSlot.ILL}
    assert WORDS.slots_in(own, [language]) == {ReasonSlot.ILL}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "mijn man is ziek, ik blijf bij hem en kom niet"),
        ("en", "my wife is sick, I stay with her, not coming"),
        ("ar", "زوجتي مريضة لازم ضل معها ما بقدر اجي"),
        ("tr", "eşim hasta yanında kalıyorum gelemiyorum"),
        ("ru", "муж болеет, сижу с ним, не приду"),
        ("fr", "mon mari est malade je reste avec lui, je viens pas"),
    ],
)
def test_another_of_the_family_is_no_child(door: TrainedDoor, language: str, text: str) -> None:
    assert door.understand(text, language, NOW).reason is AbsenceReason.FAMILY


def test_words_sharpen_and_do_not_decide() -> None:
    sure: dict[str, float] = {AbsenceReason.CHILD_ILL: 0.9999, AbsenceReason.ILL: 0.0001}
    assert WORDS.sharpened(sure, "zij heeft koorts", ["nl"])[AbsenceReason.CHILD_ILL] > 0.9
    work: dict[str, float] = {AbsenceReason.WORK: 1.0}
    assert WORDS.sharpened(work, "mijn kind heeft koorts", ["nl"]) == work
    torn: dict[str, float] = {AbsenceReason.DOCTOR: 0.5, AbsenceReason.ILL: 0.5}
    assert WORDS.sharpened(torn, "ik heb een afspraak", ["nl"])[AbsenceReason.DOCTOR] < 0.1
    assert WORDS.sharpened(torn, "ik moet naar de huisarts", ["nl"])[AbsenceReason.DOCTOR] == pytest.approx(0.5)


def test_every_language_has_every_slot() -> None:
    path = Path(locales.understanding.__file__).parent / "reasons.yaml"
    entries = {
        language: ContentEntry(path, language, value)
        for language, value in ContentEntry(path, "", read_yaml(path)).items()
    }
    assert set(entries) == set(LANGUAGES)
    assert all(entry.texts(slot.value, ()) for entry in entries.values() for slot in ReasonSlot)


def test_a_file_that_is_not_in_order_says_so(tmp_path: Path) -> None:
    path = tmp_path / "reasons.yaml"
    path.write_text("nl: {kid: [kind]}", encoding="utf-8")
    with pytest.raises(ContentError, match="unknown field 'kid'"):
        ReasonWords(path)
