"""Who says that nothing is to be cancelled, or that nobody is to be marked absent, comes; who cancels does not."""

import pytest

from bot.faq.absence import ComingWords
from bot.faq.finding import Heard

WORDS = ComingWords()


@pytest.mark.parametrize(
    "text",
    [
        "nee wacht, niet annuleren",
        "please don't cancel my lesson",
        "don't mark me as absent",
        "لا تلغوا الموعد لو سمحتوا",
        "ኣይትሰርዝዎ በጃኹም",
        "beni yok yazmayın hocam",
        "برام غیبت نزنید",
        "مره غیرحاضر نکنین",
        "غیرحاضر مې مه لیکئ",
        "fadlan ha ii qorin maqane",
        "እባካችሁ አትሰርዙት",
        "ji kerema xwe betal nekin",
        "تکایە هەڵیمەوەشێننەوە",
        "не скасовуйте зустріч",
        "не отменяйте встречу",
        "n'annulez pas le rendez-vous",
    ],
)
def test_who_takes_nothing_back_comes(text: str) -> None:
    assert WORDS.heard_in(text) is Heard.COMING


@pytest.mark.parametrize(
    "text",
    [
        "ik kom niet, graag annuleren",
        "I'm not coming, cancel my lesson",
        "cancel it please",
        "ما بقدر اجي، الغوا الموعد",
        "gelemiyorum, iptal edin",
        "iptal etmek istiyorum",
        "نمیام کنسل کنید",
        "не приду, отменяйте",
        "не прийду, скасуйте",
        "je ne viens pas, annulez",
    ],
)
def test_who_cancels_does_not(text: str) -> None:
    assert WORDS.heard_in(text) is not Heard.COMING
