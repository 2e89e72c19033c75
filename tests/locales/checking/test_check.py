"""The check over small catalogs of its own, and over those of the project."""

from pathlib import Path

import pytest

from locales.checking.check import CatalogCheck
from locales.checking.key_usage import KeyUsage, scan
from locales.glossary.reading import Glossary, load_glossary
from locales.rendering.languages import LANGUAGES

ROOT = Path(__file__).parents[3]
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {rule};\\n"\n\n'
TWO = "nplurals=2; plural=(n != 1)"
DUTCH = (
    'msgid "hello"\nmsgstr "Dag {name}"\n\nmsgid "button.yes"\nmsgstr "Ja"\n\n'
    'msgid "days"\nmsgid_plural "days"\nmsgstr[0] "{count} dag"\nmsgstr[1] "{count} dagen"\n'
)


def catalogs(folder: Path, **texts: str) -> CatalogCheck:
    for locale, text in {"nl": DUTCH, **texts}.items():
        path = folder / locale / "LC_MESSAGES" / "small.po"
        path.parent.mkdir(parents=True)
        rule = "nplurals=3; plural=(n%10==1 ? 0 : n%10<5 ? 1 : 2)" if locale in ("uk", "ru") else TWO
        path.write_text(HEADER.format(rule=rule) + text, encoding="utf-8")
    return CatalogCheck(KeyUsage(), Glossary((), ("Maatje",)), folder)


ENGLISH = (
    'msgid "hello"\nmsgstr "Hello {name}"\n\nmsgid "button.yes"\nmsgstr "Yes"\n\n'
    'msgid "days"\nmsgid_plural "days"\nmsgstr[0] "one day"\nmsgstr[1] "{count} days"\n'
)


def test_a_whole_locale_is_in_order(tmp_path: Path) -> None:
    state = catalogs(tmp_path, en=ENGLISH).locale("en")
    assert state.faults == []
    assert (state.of, state.translated, state.missing, state.unreviewed, state.reviewed) == (3, 3, 0, 3, 0)


def test_reviewed_texts_are_counted(tmp_path: Path) -> None:
    state = catalogs(tmp_path, en="# reviewed: Amina, 2026-11-01\n" + ENGLISH).locale("en")
    assert (state.unreviewed, state.reviewed) == (2, 1)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        pytest.param('msgstr "Hello {name}"', 'msgstr ""', "missing", id="empty"),
        pytest.param('msgid "hello"\nmsgstr "Hello {name}"\n\n', "", "missing", id="absent"),
        pytest.param('msgid "hello"', '#, fuzzy\nmsgid "hello"', "fuzzy", id="fuzzy"),
        pytest.param("Hello {name}", "Hello", "placeholders", id="lost placeholder"),
        pytest.param("Hello {name}", "Hello {naam}", "placeholders", id="renamed placeholder"),
        pytest.param("Hello {name}", "Hello {name", "placeholders", id="broken placeholder"),
        pytest.param('msgstr[1] "{count} days"', 'msgstr[1] ""', "plural", id="empty plural form"),
        pytest.param('"Yes"', '"' + "Yes " * 20 + '"', "length", id="long label"),
        pytest.param('msgid "button.yes"', 'msgid "new"\nmsgstr "x"\n\nmsgid "button.yes"', "unknown", id="stranger"),
    ],
)
def test_faults_are_found(tmp_path: Path, old: str, new: str, kind: str) -> None:
    assert old in ENGLISH
    state = catalogs(tmp_path, en=ENGLISH.replace(old, new)).locale("en")
    assert {fault.kind for fault in state.faults} == {kind}


def test_a_language_needs_its_plural_forms(tmp_path: Path) -> None:
    check = catalogs(tmp_path, ar=ENGLISH)
    assert "plural" in {fault.kind for fault in check.locale("ar").faults}


def test_a_locale_without_files_is_a_gap(tmp_path: Path) -> None:
    state = catalogs(tmp_path).locale("ti")
    assert [fault.kind for fault in state.faults] == ["gap"]
    assert state.missing == 3


def test_a_key_that_stands_twice_in_a_file_is_told(tmp_path: Path) -> None:
    state = catalogs(tmp_path, en=ENGLISH + '\nmsgid "hello"\nmsgstr "Hi {name}"\n').locale("en")
    assert [fault.kind for fault in state.faults] == ["unreadable"]


def test_keys_of_code_and_catalogs_are_compared(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text('part("hello")\nbutton("gone.away", "x")\nText(f"da{1}")\n')
    check = catalogs(tmp_path)
    check = CatalogCheck(scan([tmp_path / "code"]), Glossary((), ("Maatje",)), tmp_path)
    assert {(fault.kind, fault.key) for fault in check.program()} == {
        ("missing", "gone.away"),
        ("unused", "button.yes"),
        ("unused", "days"),
    }


@pytest.fixture(scope="module")
def whole_program() -> KeyUsage:
    """What the program says; read once, since reading nine hundred modules takes a second."""
    return scan([ROOT / "bot", ROOT / "reminders", ROOT / "locales"])


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_catalogs_of_the_project_are_in_order(locale: str, whole_program: KeyUsage) -> None:
    assert CatalogCheck(whole_program, load_glossary()).locale(locale).faults == []
