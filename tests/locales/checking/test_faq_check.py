import pytest

from locales.checking.faq_check import faq_faults
from locales.faq.content import FaqContent, TopicText, load_faq
from locales.glossary.reading import Glossary, Term, load_glossary
from locales.rendering.languages import LANGUAGES

GLOSSARY = Glossary((Term("pip", ("PIP",), "het plan"),), ("Maatje",))
DUTCH = TopicText("Moet ik meedoen?", "Ja. Dat staat in de Participatiewet. Vraag het bij bijstand aan uw consulent.")


def kinds(locale: str, answer: str) -> list[str]:
    content = FaqContent(topics={}, texts={"nl": {"topic": DUTCH}, locale: {"topic": TopicText("", answer)}})
    return [kind for _, kind, _ in faq_faults(content, locale, GLOSSARY)]


@pytest.mark.parametrize(
    ("locale", "answer", "expected"),
    [
        pytest.param("ar", "نعم (Participatiewet).", [], id="a word of the Dutch answer"),
        pytest.param("ckb", "PIPەکەتان و bijstandدا", [], id="with an ending of the language's own"),
        pytest.param("tr", "Bu, Participatiewet'te yazar.", [], id="letters of a Dutch word in Turkish"),
        pytest.param("ar", "نعم obligation.", ["leftover"], id="a word of another language"),
        pytest.param("am", "አዎ. ይህ", ["script"], id="Western full stop"),
        pytest.param("fr", "Oui, you have to.", ["leftover"], id="English in French"),
        pytest.param("fa", "بله \u202e", ["bidi"], id="override"),
    ],
)
def test_letters_of_answers(locale: str, answer: str, expected: list[str]) -> None:
    assert kinds(locale, answer) == expected


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_answers_of_the_project_are_in_order(locale: str) -> None:
    assert list(faq_faults(load_faq(), locale, load_glossary())) == []
