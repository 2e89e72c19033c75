"""Greetings and thanks, as people write them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import locales.faq
from bot.cli import app
from bot.understanding.courtesies import CourteousWords, CourtesyList
from locales.faq.reading import ContentEntry, ContentError, read_yaml
from locales.rendering.languages import LANGUAGES

WORDS = CourteousWords()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hoi!", {CourtesyList.GREETING}),
        ("السلام عليكم", {CourtesyList.GREETING}),
        ("ሰላም", {CourtesyList.GREETING}),
        ("GÜNAYDIN", {CourtesyList.GREETING}),
        ("Dank u wel.", {CourtesyList.THANKS}),
        ("شكراً 🙏", {CourtesyList.THANKS}),
        ("щиро дякую!!", {CourtesyList.THANKS}),
        ("Goedemorgen mevrouw, hoe gaat het?", {CourtesyList.GREETING}),
        ("merci beaucoup madame, bonne soirée", {CourtesyList.THANKS, CourtesyList.BYE}),
        ("hayır, teşekkürler hocam", {CourtesyList.NO}),
        ("нет, спасибо большое", {CourtesyList.NO, CourtesyList.THANKS}),
        ("ok ja", {CourtesyList.THANKS, CourtesyList.YES}),
        ("Get well soon teacher", {CourtesyList.WISH}),
        ("Hoi, mag ik stoppen", set()),
        ("hello help me", set()),
        ("mevrouw", set()),
        ("dank u " * 20, set()),
        ("", set()),
        ("👍", set()),
    ],
)
def test_the_whole_text_is_a_courtesy_or_none(text: str, said: set[CourtesyList]) -> None:
    assert WORDS.said_in(text) == said


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_language_has_every_list(language: str) -> None:
    path = Path(locales.faq.__file__).parent / "courtesies.yaml"
    entry = ContentEntry(path, language, ContentEntry(path, "", read_yaml(path)).get(language))
    assert all(entry.texts(courtesy.value, ()) for courtesy in CourtesyList)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nl: {greeting: [hoi]}", "unknown field 'greeting'"),
        ("nl: {greetings: hoi}", "not a list of texts"),
        ("nl: {greetings: [hoi]}\nen: {thanks: [Hoi!]}", "in two lists"),
        ("nl: [", "no valid YAML"),
    ],
)
def test_a_broken_file_says_what_to_mend(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "courtesies.yaml"
    path.write_text(text)
    with pytest.raises(ContentError, match=problem):
        CourteousWords(path)


def test_the_check_of_the_faq_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.understanding.courtesies.read_yaml", lambda _: {"nl": {"greeting": ["hoi"]}})
    done = CliRunner().invoke(app, ["faq", "check"])
    assert done.exit_code == 2
    assert "courtesies.yaml" in done.output
