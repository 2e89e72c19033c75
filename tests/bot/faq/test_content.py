"""The FAQ's files: read strictly, and a municipality's own file on top."""

from pathlib import Path

import pytest

from bot.faq.quality.check import check_content
from locales.faq.content import ContentError, FaqContent, load_faq


def own_file(folder: Path, text: str) -> Path:
    path = folder / "huizen.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_topics_are_there_in_the_source_language(content: FaqContent) -> None:
    assert len(content.topics) == 89
    assert content.texts["nl"].keys() == content.topics.keys()


def test_the_content_has_no_faults(content: FaqContent) -> None:
    faults = [str(fault) for fault in check_content(content) if fault.kind != "behind"]
    assert faults == []


def test_the_text_comes_from_the_first_language_that_has_the_topic(content: FaqContent) -> None:
    text = content.text("sport", ("fa_XX", "en", "nl"))
    assert text is not None
    assert text.question == "Does sport count too?"
    assert content.locale_of("sport", ("fa_XX", "en", "nl")) == "en"
    assert content.text("sport", ("fa_XX",)) is None


def test_an_override_changes_what_it_names_and_nothing_else(tmp_path: Path, content: FaqContent) -> None:
    changed = load_faq(
        own_file(
            tmp_path,
            "topics:\n  - {id: sport, checked_on: 2027-02-01}\n"
            "texts:\n  nl:\n    sport: {answer: Bel Versa Welzijn.}\n",
        )
    )
    old, new = content.texts["nl"]["sport"], changed.texts["nl"]["sport"]
    assert new.answer == "Bel Versa Welzijn."
    assert (new.question, new.ask) == (old.question, old.ask)
    assert str(changed.topics["sport"].checked_on) == "2027-02-01"
    assert changed.topics["sport"].group == "health"
    assert changed.texts["en"] == content.texts["en"]
    assert changed.overridden == {("nl", "sport")}
    assert any(fault.kind == "override" and fault.locale == "en" for fault in check_content(changed))


def test_an_override_adds_a_topic(tmp_path: Path) -> None:
    changed = load_faq(
        own_file(
            tmp_path,
            "topics:\n  - {id: swimming_pool, group: health, section: '3.6'}\n"
            "texts:\n  nl:\n    swimming_pool: {question: Waar is het zwembad?, answer: In Huizen., ask: [zwembad]}\n",
        )
    )
    assert list(changed.topics)[-1] == "swimming_pool"
    assert changed.texts["nl"]["swimming_pool"].ask == ("zwembad",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("texts: {nl: {sprot: {answer: Ja.}}}", "huizen.yaml, sprot: is no topic", id="misspelt topic"),
        pytest.param("texts: {nl: {sport: {anwser: Ja.}}}", "sport: has the unknown field 'anwser'", id="field"),
        pytest.param("texts: {nl: {sport: {answer: ''}}}", "sport: has an empty 'answer'", id="empty answer"),
        pytest.param("texts: {nl: {sport: {ask: [112]}}}", "sport: has a 'ask' that is not a list of texts", id="list"),
        pytest.param("topics: [{id: x, group: y}]", "x: has no text for 'section'", id="new topic without section"),
        pytest.param("topics: [{id: sport, applies_to: men}]", "sport: has 'applies_to: men'", id="vocabulary"),
        pytest.param("topics: [{id: sport, related: [nix]}]", "sport: refers to 'nix'", id="unknown related topic"),
        pytest.param("topics: [{id: sport, checked_on: soon}]", "sport: has a 'checked_on' that is no date", id="date"),
        pytest.param("topics: [{id: a}, {id: a}]", "a: stands in the file twice", id="twice"),
        pytest.param("texts: [nl]", "is not a list of 'name: value' lines", id="shape"),
        pytest.param("texts: {nl: ", "is no valid YAML", id="not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_file_topic_and_mend(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ContentError) as error:
        load_faq(own_file(tmp_path, text))
    assert says in str(error.value)
    assert str(error.value).startswith("huizen.yaml")
    assert error.value.mend


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"none\.yaml: cannot be read"):
        load_faq(tmp_path / "none.yaml")
