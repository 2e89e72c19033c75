"""Every sentence of the catalogs is read as words, in Somali and Sorani by the voices of Arabic and Kurmanji."""

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import espeakng_loader
import pytest
from babel.messages.pofile import read_po

from bot.configuration.settings import Settings
from bot.voice.cleaning import Segment, without_signs
from bot.voice.numbers import number_words
from bot.voice.somali import to_phonemes
from bot.voice.sorani import to_kurmanji
from bot.voice.sound import VoiceFailed
from bot.voice.speech import SpeechWriter
from bot.voice.studio import build_speaker
from bot.voice.synthesis import Espeak
from locales.glossary.reading import load_glossary
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer

CATALOGS = Path(__file__).parents[3] / "locales"
ZONE = ZoneInfo("Europe/Amsterdam")
WRITER = SpeechWriter(Catalogs(), ZONE, load_glossary())
VOICES = Espeak(unreviewed=True)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
# A slash alone is what is left of an address, which is not said.
_BORROWED = {"fr": r"e-?mails?|mail|web|éthiopi\w+", "nl": "laptop|online", "ku": "/"}
# What the two voices are given for Somali: eSpeak's own letters, checked by hand with its trace.
_PHONEMES = re.compile(r"(?:\[\[(?:[abdefghijklmnopqstuvwzARHXS?]|dZ|:|')+\]\]|[\s.,;:?!/…()\"“”‘’\-])*")


def sentences(locale: str) -> Iterator[Segment]:
    """Every segment of the catalogs that this language's voice is given."""
    for file in sorted((CATALOGS / locale / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as opened:
            catalog = read_po(opened, locale=locale)
        for entry in catalog:
            texts = entry.string if isinstance(entry.string, (list, tuple)) else (entry.string,)
            for text in texts if entry.id else ():
                filled = without_signs(_PLACEHOLDER.sub("", str(text)))
                yield from (one for one in WRITER.plain(filled, locale).segments if one.locale == locale)


def test_they_are_off_until_somebody_listened_to_them() -> None:
    assert not {"ckb", "so"} & Espeak().locales
    assert {"ckb", "so"} <= VOICES.locales
    assert Settings(_env_file=None).unreviewed_voices is False
    renderer = Renderer(Catalogs(), ZONE)
    assert "so" not in build_speaker(renderer).voices
    assert "so" in build_speaker(renderer, unreviewed=True).voices
    with pytest.raises(VoiceFailed):
        Espeak().speak("Haa", "so")


def test_every_sorani_sentence_is_read_as_words() -> None:
    """No letter by its name, and no other language's voice in the middle."""
    found = list(sentences("ckb"))
    assert len(found) > 400
    for segment in found:
        said = VOICES.phonemes(segment.text, "ckb")
        assert "(" not in said, (segment.text, said)
        assert "aɹəb" not in said, (segment.text, said)
        # A letter's name makes ten sounds of one letter.
        assert len(said) < 3 * len(segment.text) + 10, (segment.text, said)


@pytest.mark.parametrize("locale", sorted(Espeak().locales))
def test_every_sentence_of_the_other_voices_is_read_as_words(locale: str) -> None:
    """The same of the languages that eSpeak has by itself; words that it knows as borrowed are said as borrowed."""
    found = list(sentences(locale))
    assert len(found) > 400
    borrowed = re.compile(_BORROWED.get(locale, r"(?!)"), re.IGNORECASE)
    for segment in found:
        text = borrowed.sub(" ", segment.text)
        said = VOICES.phonemes(text, locale)
        assert "(" not in said, (segment.text, said)
        assert len(said) < 3 * len(text) + 10, (segment.text, said)


def test_every_somali_sentence_becomes_sounds_of_the_arabic_voice() -> None:
    found = list(sentences("so"))
    assert len(found) > 400
    for segment in found:
        said = VOICES.phonemes(segment.text, "so")
        assert _PHONEMES.fullmatch(said), (segment.text, said)


@pytest.mark.parametrize("locale", ["ckb", "so"])
def test_sentences_last_as_long_as_words_do(locale: str) -> None:
    """Ten to fifteen letters a second, as the other voices; names of letters took ten times as long."""
    some = [one for one in sentences(locale) if len(one.text) > 30][::25]
    assert len(some) > 5
    for segment in some:
        letters = sum(char.isalpha() for char in segment.text)
        assert 0.05 < VOICES.speak(segment.text, locale).seconds / letters < 0.15, segment.text


@pytest.mark.parametrize(
    ("sorani", "kurmanji"),
    [
        pytest.param("کردن", "kirdin", id="the short vowel is put in"),
        pytest.param("دووبارە", "dûbare", id="two w are one long vowel"),
        pytest.param("هیچی نوێ", "hîçî niwê", id="y and w by what stands beside them"),
        pytest.param("ئێوە", "êwe", id="the bearer of a vowel is not said"),
        pytest.param("چیتر، لێرە؟", "çîtir, lêre?", id="marks"),
        pytest.param("DigiD ـ", "DigiD ", id="what is Latin stays"),
    ],
)
def test_sorani_in_kurmanjis_letters(sorani: str, kurmanji: str) -> None:
    assert to_kurmanji(sorani) == kurmanji


@pytest.mark.parametrize(
    ("somali", "phonemes"),
    [
        pytest.param("Xaal", "[[H'a:l]]", id="throat and length"),
        pytest.param("cad dhakhso", "[[A'ad]] [[d'aXso]]", id="two letters that are one sound"),
        pytest.param("la-taliye", "[[l'a]] [[tal'ije]]", id="the last vowel but one is stressed"),
        pytest.param("su'aal?", "[[s'u?a:l]]?", id="the glottal stop, and a mark behind it"),
    ],
)
def test_somali_as_phonemes(somali: str, phonemes: str) -> None:
    assert to_phonemes(somali) == phonemes


@pytest.mark.parametrize("locale", ["ckb", "so"])
def test_their_numbers_are_words(locale: str) -> None:
    words = number_words(locale)
    assert words is not None
    assert len({words.cardinal(number) for number in range(2000)}) == 2000
    assert all(words.hour_said(hour, whole=False) for hour in range(24))


def test_pashto_waits_for_a_wheel_with_its_words() -> None:
    """When this fails the wheel has Pashto: give it a voice in bot/voice/synthesis.py."""
    assert not (Path(espeakng_loader.get_data_path()) / "ps_dict").exists()
