"""What `maatje faq check` finds, each fault by one broken text."""

from dataclasses import replace
from typing import Any

import pytest

from bot.faq.quality.check import Kind, TopicFault, check_content, numbers
from locales.faq.content import FaqContent, Topic, TopicText

TOPIC = Topic("fine_intake", "fines", "1.11", checked_on=None)
ASK = tuple(
    f"vraag {word}" for word in ["een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien"]
)
TEXT = TopicText("Hoe hoog is de boete?", "De boete is maximaal 250 euro.", ask=ASK)


def faults(text: TopicText, topic: Topic = TOPIC, locale: str = "nl") -> list[TopicFault]:
    texts = {"nl": {topic.id: TEXT}, locale: {topic.id: text}}
    content = FaqContent({topic.id: topic}, texts)
    return [fault for fault in check_content(content) if fault.topic and "last checked" not in fault.message]


def test_a_good_text_has_no_fault() -> None:
    assert faults(TEXT) == []


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        pytest.param({"answer": "De boete is maximaal 350 euro."}, "amount", "does not name 250", id="other amount"),
        pytest.param({"answer": "Maximaal 250 euro, of 900."}, "amount", "names an amount of 900", id="extra amount"),
        pytest.param({"answer": "De boete is 250 euro. " * 7}, "length", "in 7 sentences", id="too many sentences"),
        pytest.param({"answer": "De boete is 250 euro " + "en dan " * 8}, "length", "of 21 words", id="long sentence"),
        pytest.param(
            {"answer": "De boete is 250 euro. {consultant}"}, "placeholder", "in its answer", id="placeholder"
        ),
        pytest.param({"ask": ASK[:9]}, "phrasings", "has 9 ways of asking, 10 are needed", id="few phrasings"),
        pytest.param({"answer_migrant": "Of 900 euro."}, "amount", "names an amount of 900", id="amount for migrants"),
        pytest.param({"answer_migrant": "Nee. " * 7}, "length", "in 7 sentences", id="long for migrants"),
        pytest.param({"answer_migrant": "{consultant}"}, "placeholder", "in its answer_migrant", id="for migrants"),
    ],
)
def test_a_fault_is_found(change: dict[str, Any], kind: Kind, says: str) -> None:
    found = faults(replace(TEXT, **change))
    assert any(fault.kind == kind and says in fault.message for fault in found), found


def test_a_year_is_no_amount() -> None:
    assert faults(replace(TEXT, answer="Sinds 2025 is de boete maximaal 250 euro.")) == []


def test_migrants_have_their_own_answer_in_every_language() -> None:
    lacking = faults(replace(TEXT, answer_migrant="Für Migranten."), locale="uk")
    assert [(fault.kind, fault.message) for fault in lacking if fault.kind == "gap"] == [
        ("gap", "has an answer_migrant that the Dutch lacks")
    ]


def test_a_translation_that_is_behind_is_told_and_not_held_against_the_dutch() -> None:
    english = replace(TEXT, answer="The fine is at most 350 euros.")
    texts = {"nl": {TOPIC.id: TEXT}, "en": {TOPIC.id: english}}
    content = FaqContent({TOPIC.id: TOPIC}, texts, behind=frozenset({("en", TOPIC.id)}))
    found = [fault for fault in check_content(content) if (fault.locale, fault.topic) == ("en", TOPIC.id)]
    assert [fault.kind for fault in found] == ["behind"]


def test_a_translation_is_held_against_the_dutch() -> None:
    english = replace(TEXT, answer="The fine is at most 250 euros, within 10 weeks.")
    assert [str(fault) for fault in faults(english, locale="uk") if fault.kind == "amount"] == [
        "uk/fine_intake: differs from the Dutch answer in: 10"
    ]


@pytest.mark.parametrize(
    ("section", "says"),
    [
        pytest.param("", "names no section", id="none"),
        pytest.param("9.9", "which the start note does not have", id="unknown"),
    ],
)
def test_every_topic_needs_a_section_of_the_start_note(section: str, says: str) -> None:
    assert any(says in fault.message for fault in faults(TEXT, replace(TOPIC, section=section)))


def test_a_phrasing_belongs_to_one_topic() -> None:
    other = replace(TOPIC, id="fine_when")
    text = replace(TEXT, question="Wanneer?", answer="Nooit.", ask=(*ASK[:9], "VRAAG, tien!"))
    content = FaqContent({"fine_intake": TOPIC, "fine_when": other}, {"nl": {"fine_intake": TEXT, "fine_when": text}})
    shared = [fault for fault in check_content(content) if fault.kind == "duplicate"]
    assert len(shared) == 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("maximaal 1000 euro", {1000}, id="plain"),
        pytest.param("1.000 of 1 000 euro", {1000}, id="thousands"),
        pytest.param("2,5 jaar en B1, A2", {2.5}, id="half, and levels that are no amounts"),
        pytest.param("ከ4 ሳምንታት እና ۱۰", {4, 10}, id="after a prefix, and other digits"),
    ],
)
def test_numbers(text: str, expected: set[float]) -> None:
    assert numbers(text) == expected
