"""STOP, START and HELP."""

from pathlib import Path

import pytest
import yaml

import locales.faq
from bot.channels.notify.callbacks import number_of, payload_of
from bot.channels.notify.words import BadWords, SmsWords
from bot.events import Command, Left, Payload, Said, Started
from locales.rendering.languages import LANGUAGES

WORDS = SmsWords.load()
FILE = Path(locales.faq.__file__).with_name("sms_words.yaml")


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        pytest.param("STOP", Left(said=True), id="english"),
        pytest.param(" Stop! ", Left(said=True), id="case and punctuation"),
        pytest.param("uitschrijven", Left(said=True), id="dutch"),
        pytest.param("Afmelden", Said("Afmelden"), id="reporting an absence is no goodbye"),
        pytest.param("توقّف", Left(said=True), id="arabic with a vowel sign"),
        pytest.param("إيقاف", Left(said=True), id="arabic"),
        pytest.param("ደው", Left(said=True), id="tigrinya"),
        pytest.param("አቁም", Left(said=True), id="amharic"),
        pytest.param("DUR", Left(said=True), id="turkish"),
        pytest.param("بس", Left(said=True), id="dari"),
        pytest.param("ودرېږه", Left(said=True), id="pashto"),
        pytest.param("Jooji", Left(said=True), id="somali"),
        pytest.param("RAWESTINE", Left(said=True), id="kurmanji without its hats"),
        pytest.param("ڕاگرە", Left(said=True), id="sorani"),
        pytest.param("СТОП", Left(said=True), id="russian"),
        pytest.param("зупинити", Left(said=True), id="ukrainian"),
        pytest.param("Arrêt", Left(said=True), id="french"),
        pytest.param("arret", Left(said=True), id="french without its hat"),
        pytest.param("start", Command("start"), id="start"),
        pytest.param("BAŞLA", Command("start"), id="start in turkish"),
        pytest.param("ابدأ", Command("start"), id="start in arabic"),
        pytest.param("help", Command("menu"), id="help"),
        pytest.param("stop met bellen", Said("stop met bellen"), id="a sentence is no word"),
        pytest.param("Ik ben ziek", Said("Ik ben ziek"), id="a sentence"),
        pytest.param("1", Said("1"), id="an answer"),
        pytest.param("acdef-ghjkm", Started("ACDEFGHJKM"), id="a code as it is copied from paper"),
    ],
)
def test_what_a_text_means(text: str, payload: Payload) -> None:
    assert payload_of(text, WORDS) == payload


def test_every_language_has_every_word() -> None:
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert list(read) == list(LANGUAGES)
    assert all(lists[wish] for lists in read.values() for wish in ("stop", "start", "help"))


def test_a_word_that_asks_for_two_things_is_refused() -> None:
    with pytest.raises(BadWords, match="two lists"):
        SmsWords({"nl": {"stop": ["uit"], "start": ["UIT"], "help": []}})


@pytest.mark.parametrize(
    ("source", "number"),
    [
        pytest.param("31612345678", "+31612345678", id="without its plus"),
        pytest.param("+31612345678", "+31612345678", id="with it"),
        pytest.param("0612345678", "+31612345678", id="as dialled at home"),
        pytest.param("0031 6 1234 5678", "+31612345678", id="with zeros and spaces"),
        pytest.param("447700900123", "+447700900123", id="british"),
        pytest.param("491512345678", "+491512345678", id="german"),
        pytest.param("KPN", None, id="a name"),
        pytest.param("Belasting1", None, id="a name with a digit"),
        pytest.param("1200", None, id="a short code"),
        pytest.param("", None, id="nothing"),
        pytest.param("+", None, id="a plus"),
        pytest.param("9" * 40, None, id="too long"),
    ],
)
def test_senders(source: str, number: str | None) -> None:
    assert number_of(source) == number
