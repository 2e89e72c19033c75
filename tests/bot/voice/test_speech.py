"""What a voice is given to say: every number in words, each run of words for the voice of its language."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.voice.cleaning import in_words, without_signs
from bot.voice.numbers import number_words
from bot.voice.speech import SpeechWriter, slug
from bot.voice.synthesis import Espeak
from locales.glossary.reading import load_glossary
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.rendering.message import Body, Part, Style, Text, verbatim
from tests.bot.voice.kinds import bodies

WRITER = SpeechWriter(Catalogs(), ZoneInfo("Europe/Amsterdam"), load_glossary())
VOICED = sorted(Espeak().locales)
DIGIT = re.compile(r"\d")


def said(body: Body, locale: str, *, with_choices: bool = False) -> list[tuple[str, str]]:
    return [
        (segment.text, segment.locale) for segment in WRITER.speech(body, locale, with_choices=with_choices).segments
    ]


@pytest.mark.parametrize("locale", VOICED)
def test_no_digit_is_left_to_a_voice(locale: str) -> None:
    for kind, body in bodies().items():
        for text, language in said(body, locale, with_choices=True):
            assert not DIGIT.search(text), (kind, language, text)


@pytest.mark.parametrize("locale", VOICED)
def test_numbers_are_words_and_each_its_own(locale: str) -> None:
    words = number_words(locale)
    assert words is not None
    spoken = [words.cardinal(number) for number in range(10_000)]
    assert not any(DIGIT.search(text) or "{" in text for text in spoken)
    assert len(set(spoken)) == 10_000
    for hour in range(24):
        assert words.hour_said(hour, whole=True)
    assert len({words.minute_said(minute) for minute in range(1, 60)}) == 59
    assert len({words.day_of_month(day) for day in range(1, 32)}) == 31


@pytest.mark.parametrize(
    ("locale", "text", "words"),
    [
        ("nl", "€ 250", "tweehonderdvijftig euro"),
        ("nl", "Bel 112.", "Bel één één twee."),
        ("nl", "035 528 19 11", "nul drie vijf, vijf twee acht, één negen, één één"),
        ("nl", "om 13:05", "om dertien uur vijf"),
        ("nl", "om 14:00", "om veertien uur"),
        ("en", "at 10:30", "at ten thirty"),
        ("en", "600 hours", "six hundred hours"),
        ("ar", "10:30", "الساعة العاشرة والنصف"),
        ("fr", "80 heures", "quatre-vingts heures"),
        ("tr", "800 saat", "sekiz yüz saat"),
    ],
)
def test_amounts_times_and_telephones(locale: str, text: str, words: str) -> None:
    assert in_words(text, locale).replace(" ", "") == words.replace(" ", "")


@pytest.mark.parametrize("locale", ["ar", "ti", "fa", "ru"])
def test_names_places_and_dutch_terms_go_to_the_dutch_voice(locale: str) -> None:
    parts = said(bodies()["reminder"], locale)
    dutch = " ".join(text for text, language in parts if language == SOURCE)
    assert "voortgangsgesprek" in dutch.casefold()
    assert "Gemeentehuis" in dutch
    assert "Consulent" in dutch
    latin = [text for text, language in parts if language == locale and re.search("[A-Za-z]{3}", text)]
    assert latin == []


def test_the_dutch_line_links_and_icons_are_not_said() -> None:
    body = Body(
        (
            Part(verbatim("🔒 Lees dit: https://example.org/x?y=1 ⬇️")),
            Part(verbatim("U hebt tijd"), Style.DUTCH),
        )
    )
    assert said(body, "nl") == [("Lees dit", "nl")]
    assert without_signs("1️⃣ ✅ Ja").strip() == "Ja"


def test_choices_are_a_short_list() -> None:
    sentences = [text for text, _ in said(bodies()["reminder"], "nl", with_choices=True)]
    assert sentences[-3].startswith("één: ")
    assert sentences[-1].startswith("drie: ")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_hostile_words_make_no_other_sentence(locale: str) -> None:
    for text in ("", "\u202e\u2066", "<voice name='x'>", "{starts_at:time}", "]]>", "\x00" * 5, "😀" * 50):
        body = Body((Part(Text("appointment.where", {"place": text})),))
        assert len(WRITER.speech(body, locale).sentences) <= 1


def test_the_first_of_march_and_a_summer_hour() -> None:
    body = Body((Part(Text("appointment.when", {"starts_at": datetime(2027, 3, 31, 22, 5, tzinfo=UTC)})),))
    words = " ".join(text for text, _ in said(body, "nl"))
    assert "donderdag één april" in words
    assert "nul uur vijf" in words


def test_names_of_recordings() -> None:
    assert slug("Stadhuis, kamer 3") == "stadhuis-kamer-3"
    assert slug("../../etc/passwd") == "etc-passwd"


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("am", "ስምንት ሰዓት ከሠላሳ ደቂቃ, ጠዋት, ሁለት ሰዓት ከሠላሳ ደቂቃ ከጠዋቱ"),
        ("ti", "ሰዓት ሸሞንተ ሰላሳ ደቒቓ, ንግሆ, ሰዓት ክልተ ሰላሳ ደቒቓ ናይ ንግሆ"),
    ],
)
def test_who_counts_by_the_ethiopian_clock_hears_it_behind_ours(locale: str, words: str) -> None:
    at = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
    body = Body((Part(Text("class.line_bare", {"starts_at": at})),), ethiopian_clock=True)
    assert words in said(body, locale)[0][0]
    assert words not in said(replace(body, ethiopian_clock=False), locale)[0][0]
    assert said(body, "nl") == said(replace(body, ethiopian_clock=False), "nl")
