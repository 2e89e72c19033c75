"""Greetings and thanks, as people write them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import locales.faq
from bot.cli import app
from bot.faq.courtesies import CourteousWords, Courtesy
from locales.faq.reading import ContentEntry, ContentError, read_yaml
from locales.rendering.languages import LANGUAGES

WORDS = CourteousWords()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hoi!", Courtesy.GREETING),
        ("السلام عليكم", Courtesy.GREETING),
        ("ሰላም", Courtesy.GREETING),
        ("GÜNAYDIN", Courtesy.GREETING),
        ("Dank u wel.", Courtesy.THANKS),
        ("شكراً 🙏", Courtesy.THANKS),
        ("щиро дякую!!", Courtesy.THANKS),
        ("Hoi, mag ik stoppen", None),
        ("", None),
        ("👍", None),
    ],
)
def test_the_whole_text_is_a_courtesy_or_none(text: str, said: Courtesy | None) -> None:
    assert WORDS.said_in(text) is said


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_language_has_both(language: str) -> None:
    path = Path(locales.faq.__file__).parent / "courtesies.yaml"
    entry = ContentEntry(path, language, ContentEntry(path, "", read_yaml(path)).get(language))
    assert all(entry.texts(courtesy.value, ()) for courtesy in Courtesy)


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
    monkeypatch.setattr("bot.faq.courtesies.read_yaml", lambda _: {"nl": {"greeting": ["hoi"]}})
    done = CliRunner().invoke(app, ["faq", "check"])
    assert done.exit_code == 2
    assert "courtesies.yaml" in done.output
