import pytest

from locales.checking.text_check import bidi_faults, label_width, placeholders, text_faults
from locales.glossary.reading import Glossary, Term, load_glossary
from locales.rendering.languages import LANGUAGES

GLOSSARY = Glossary((Term("pip", ("PIP",), "het plan"),), ("Maatje",), {"ar": {"pip": ("خطة",)}})


def kinds(source: str, text: str, locale: str) -> set[str]:
    return {kind for kind, _ in text_faults(source, text, locale, GLOSSARY)}


@pytest.mark.parametrize(
    ("source", "text", "locale", "expected"),
    [
        pytest.param("Hallo {name}, hoe gaat het?", "مرحبًا {name}، كيف حالك؟", "ar", set(), id="right Arabic"),
        pytest.param("Uw plan (PIP)", "خطتك (PIP)", "ar", set(), id="official term stays"),
        pytest.param("Ik ben Maatje", "أنا Maatje", "ar", set(), id="names stay"),
        pytest.param("Uw afspraak", "موعدك appointment", "ar", {"leftover"}, id="English in Arabic"),
        pytest.param("Hoe gaat het?", "كيف حالك?", "ar", {"script"}, id="Western question mark"),
        pytest.param("Eén boek", "كتاب یک", "ar", {"script"}, id="Persian letters in Arabic"),
        pytest.param("Dit boek", "این كتاب", "fa", {"script"}, id="Arabic kaf in Persian"),
        pytest.param("Dag", "Привет", "am", {"script"}, id="Cyrillic in Amharic"),
        pytest.param("Dag allemaal.", "ሰላም ለሁላችሁ.", "am", {"script"}, id="Western full stop in Amharic"),
        pytest.param("{a}, {b}", "{a}, {b}", "fa", {"script"}, id="Western comma behind a placeholder"),
        pytest.param("Goedendag", "Добрый день, друзі", "ru", {"script"}, id="Ukrainian letter in Russian"),
        pytest.param("Hebt u een afspraak?", "Hebt u een afspraak?", "fr", {"leftover"}, id="Dutch left in French"),
        pytest.param("Wat is uw vraag?", "Quelle est your question ?", "fr", {"leftover"}, id="English in French"),
        pytest.param("Menu", "Menu", "fr", set(), id="one same word is no leftover"),
        pytest.param("✅ Ja", "Oui", "fr", {"buttons"}, id="lost icon"),
        pytest.param("Een\nTwee", "Un Deux", "fr", {"buttons"}, id="lost line"),
        pytest.param("Bel 112 of 0800-0113.", "Appelez le 112 ou le 0800-0131.", "fr", {"numbers"}, id="phone number"),
        pytest.param("Bel 112", "با 112 تماس بگیرید", "fa", set(), id="telephone number in Western digits"),
        pytest.param("Bel 112", "با ۱۱۲ تماس بگیرید", "fa", {"numbers"}, id="telephone number in Persian digits"),
        pytest.param("800 uur les", "۸۰۰ ساعت درس", "fa", set(), id="hours in Persian digits"),
        pytest.param("800 uur les", "۶۰۰ ساعت درس", "fa", {"numbers"}, id="other hours"),
        pytest.param("Kijk op www.duo.nl", "ተመልከት www.duo.nl", "ti", set(), id="links stay"),
        pytest.param("Schrijf /start", "اكتب /start", "ar", set(), id="commands stay"),
        pytest.param("Dag", "Bonjour \u202egnirts", "fr", {"bidi"}, id="override"),
        pytest.param("Lang", "x" * 700, "fr", {"length"}, id="longer than an SMS"),
    ],
)
def test_faults_of_a_text(source: str, text: str, locale: str, expected: set[str]) -> None:
    assert kinds(source, text, locale) == expected


@pytest.mark.parametrize(
    ("text", "faulty"),
    [
        ("مع \u2068Sanne\u2069 غدًا", False),
        ("مع \u2068Sanne غدًا", True),
        ("مع Sanne\u2069 غدًا", True),
        ("\u2068a\nb\u2069", True),
        ("مع \u2068{name}\u2069", True),
        ("abc\u202b", True),
        ("a\u200bb", True),
        ("می‌خواهم", False),
    ],
)
def test_bidi_marks(text: str, faulty: bool) -> None:
    assert bool(list(bidi_faults(text))) is faulty


def test_placeholders_are_counted_with_their_format() -> None:
    assert placeholders("{starts_at:day}, {starts_at:time} {name} {name}") == {
        "starts_at:day": 1,
        "starts_at:time": 1,
        "name": 2,
    }


@pytest.mark.parametrize("text", ["{name", "name}", "{}", "{0}", "{a b}", "{name!r}"])
def test_broken_placeholders(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the parser of the standard library raises it bare
        placeholders(text)


def test_a_label_is_measured_without_its_placeholders() -> None:
    assert label_width("Ik kom: {kind}") == len("Ik kom:")


def test_terms_are_named_as_agreed() -> None:
    assert not GLOSSARY.inconsistent("Uw plan (PIP)", "خطتك (PIP)", "ar")
    assert not GLOSSARY.inconsistent("Uw PIP", "خطة", "ar")
    assert GLOSSARY.inconsistent("Uw PIP", "برنامج", "ar")
    assert not GLOSSARY.inconsistent("Uw PIP", "programme", "fr")


def test_the_glossary_reads() -> None:
    assert {"pip", "consulent", "boete", "ontzorgen", "voortgangsgesprek"} <= {t.id for t in load_glossary().terms}


def test_a_term_that_stays_must_stand_there_in_dutch() -> None:
    glossary = Glossary((Term("pip", ("PIP",), "het plan", stays=True),), ("Maatje",), {"ar": {"pip": ("خطة",)}})
    assert not glossary.inconsistent("Uw PIP", "خطة (PIP)", "ar")
    assert glossary.inconsistent("Uw PIP", "خطة", "ar")


@pytest.mark.parametrize("locale", [code for code in LANGUAGES if code != "nl"])
def test_every_language_has_its_words_for_what_people_meet_most(locale: str) -> None:
    assert {"consulent", "gemeente", "boete"} <= set(load_glossary().stems[locale])
