import pytest

from locales.checking.readability import NOTHING, readability
from locales.glossary.reading import Glossary, Term

GLOSSARY = Glossary((Term("ontzorgen", ("ontzorgen",), "uitleg"),), ("Maatje",))


@pytest.mark.parametrize(
    ("text", "sentences", "longest"),
    [
        ("", 0, 0),
        ("Menu", 1, 1),
        ("Hallo, ik ben Maatje. Komt u?", 2, 4),
        ("📅 {starts_at:day}\n🕑 {starts_at:time}", 2, 1),
        ("Uw plan is klaar op {on:date}.", 1, 6),
        ("Dit is open: examens en lessen", 2, 3),
        ("Een Z-route duurt 1,5 jaar", 1, 6),
    ],
)
def test_sentences_and_their_length(text: str, sentences: int, longest: int) -> None:
    found = readability(text, GLOSSARY)
    assert (found.sentences, found.longest_sentence) == (sentences, longest)


def test_lix_is_sentence_length_and_share_of_long_words() -> None:
    found = readability("De gemeente betaalt nu de huur. U betaalt later zelf.", GLOSSARY)
    assert found.words_a_sentence == 5
    assert found.lix == 5 + 100 * 3 / 10


def test_official_terms_are_no_long_words() -> None:
    assert readability("ontzorgen", GLOSSARY).long_words == 0
    assert readability("verzorgen", GLOSSARY).long_words == 1


def test_texts_add_up() -> None:
    both = readability("Een twee drie.", GLOSSARY) + readability("Een. Twee drie vier vijf.", GLOSSARY)
    assert (both.words, both.sentences, both.longest_sentence) == (8, 3, 4)
    assert NOTHING.lix == 0
