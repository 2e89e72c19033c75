"""Adds a language, and brings catalogs up to date with the Dutch: new texts come in empty, texts that are gone go.

An empty text is "missing" to the check and falls back to another language, whole; nothing is translated here.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError

from locales.catalog_files.po import UNREVIEWED, Entry, PoFile, new_header, po_path, read_file, read_locale, write_file
from locales.checking.check import is_asked
from locales.checking.scripts import SCRIPTS
from locales.rendering.catalog import FOLDER
from locales.rendering.languages import LANGUAGES, SOURCE

_LAST_LANGUAGE: Final = "    )\n}\nSOURCE"


class CannotAdd(ValueError):
    """What stands in the way of a new language, and what to do."""


@dataclass(frozen=True, slots=True)
class NewLanguage:
    """A language to add. `parts` are the words for night, morning, afternoon and evening."""

    code: str
    name: str
    script: str
    fallback: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """What an update of one locale did, in texts."""

    locale: str
    added: int
    removed: int


def update_catalogs(locale: str, folder: Path = FOLDER) -> Update:
    """Give a locale every text of the Dutch catalogs, in their order and with their notes; keep what is translated."""
    added = removed = 0
    for subject, source in read_locale(SOURCE, folder).items():
        if not is_asked(subject, locale):
            continue
        file = _file_or_new(locale, subject, folder)
        there = file.by_key
        entries = tuple(_updated(entry, there.get(entry.key), file.forms) for entry in source.entries)
        added += sum(entry.key not in there for entry in source.entries)
        removed += len(set(there) - set(source.by_key))
        if entries != file.entries:
            write_file(replace(file, entries=entries), folder)
    return Update(locale, added, removed)


def add_language(new: NewLanguage, folder: Path = FOLDER) -> None:
    """Enter a language in languages.py and dates.yaml (of a checkout); its catalogs come from update_catalogs.

    Raises:
        CannotAdd: when the code, the script or the words for the part of the day will not do.
    """
    if new.code in LANGUAGES:
        raise CannotAdd(f"{new.code} is there already")
    try:
        Locale.parse(new.code)
    except (UnknownLocaleError, ValueError) as error:
        raise CannotAdd(f"Babel knows no language {new.code!r}; use its CLDR code, such as sw or pt_BR") from error
    if new.script not in SCRIPTS:
        raise CannotAdd(f"letters.py has no script {new.script!r} yet; it has {', '.join(SCRIPTS)}")
    if new.fallback not in LANGUAGES:
        raise CannotAdd(f"the fallback {new.fallback!r} is no language of Maatje")
    if len(new.parts) != 4 or not all(new.parts):
        raise CannotAdd("give four words with commas: for night, morning, afternoon and evening")
    languages = folder / "rendering" / "languages.py"
    text = languages.read_text(encoding="utf-8")
    if text.count(_LAST_LANGUAGE) != 1:
        raise CannotAdd("languages.py is not as expected; enter the language there by hand")
    fallback = "" if new.fallback == SOURCE else f", fallback={_quoted(new.fallback)}"
    line = f"        Language({_quoted(new.code)}, {_quoted(new.name)}, {_quoted(new.script)}{fallback}),\n"
    languages.write_text(text.replace(_LAST_LANGUAGE, line + _LAST_LANGUAGE), encoding="utf-8")
    dates = folder / "rendering" / "dates.yaml"
    words = ", ".join(_quoted(part) for part in new.parts)
    dates.write_text(f"{dates.read_text(encoding='utf-8')}{new.code}:\n  parts: [{words}]\n", encoding="utf-8")


def _quoted(text: str) -> str:
    """As a literal of Python and of YAML alike."""
    return json.dumps(text, ensure_ascii=False)


def _file_or_new(locale: str, subject: str, folder: Path) -> PoFile:
    path = po_path(locale, subject, folder)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new_header(locale, subject) + "\n", encoding="utf-8")
    return read_file(path, locale)


def _updated(source: Entry, there: Entry | None, forms: int) -> Entry:
    if there is None or there.plural != source.plural:
        count = forms if source.plural else 1
        return replace(source, strings=("",) * count, comments=(UNREVIEWED,), flags=())
    return replace(there, notes=source.notes)
