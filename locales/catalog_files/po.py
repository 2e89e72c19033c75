"""Reading and writing .po files so that comments, notes, flags and order stay as they are.

Babel reads; writing is done here, because Babel's writer makes the header anew and wraps lines. Every entry but Dutch
ones carries its review state in a translator comment: `# unreviewed`, or `# reviewed: NAME, 2026-11-30`.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, escape, read_po

from locales.rendering.catalog import FOLDER

UNREVIEWED = "unreviewed"
_REVIEWED = re.compile(r"reviewed: (?P<name>.+), (?P<on>\d{4}-\d{2}-\d{2})")


class UnreadablePo(ValueError):
    """A .po file that is not one; says file and reason."""


@dataclass(frozen=True, slots=True)
class Review:
    """Who approved a translation, and when."""

    name: str
    on: date

    def __str__(self) -> str:
        return f"reviewed: {self.name}, {self.on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One text: its key, its forms (one, or as many as the language has plurals), and what is said about it."""

    key: str
    strings: tuple[str, ...]
    plural: bool = False
    notes: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    context: str | None = None

    @property
    def fuzzy(self) -> bool:
        """Marked as doubtful by a tool or a translator."""
        return "fuzzy" in self.flags

    @property
    def translated(self) -> bool:
        """Whether at least one form is there."""
        return any(self.strings)

    @property
    def review(self) -> Review | None:
        """Who approved it, or None."""
        for comment in self.comments:
            if (found := _REVIEWED.fullmatch(comment.strip())) is not None:
                return Review(found["name"], date.fromisoformat(found["on"]))
        return None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What translators wrote beside it (`# doubt: …`), without the review state."""
        return tuple(c for c in self.comments if c.strip() != UNREVIEWED and not _REVIEWED.fullmatch(c.strip()))

    def with_review(self, review: Review | None) -> "Entry":
        """The same with another review state; other comments stay."""
        return replace(self, comments=(UNREVIEWED if review is None else str(review), *self.remarks))


@dataclass(frozen=True, slots=True)
class PoFile:
    """One subject of one locale. `header` is the text of the file up to its first entry."""

    locale: str
    subject: str
    header: str
    entries: tuple[Entry, ...]
    forms: int = 2
    plural_rule: str = "(n != 1)"
    obsolete: tuple[str, ...] = field(default=())

    @property
    def path(self) -> Path:
        """Where it lives."""
        return po_path(self.locale, self.subject)

    @property
    def by_key(self) -> dict[str, Entry]:
        """Its entries by key."""
        return {entry.key: entry for entry in self.entries}

    def with_entry(self, entry: Entry) -> "PoFile":
        """The same with one entry replaced, in its place."""
        same = [entry if (old.key, old.context) == (entry.key, entry.context) else old for old in self.entries]
        return replace(self, entries=tuple(same))

    def examples(self, most: int) -> tuple[str, ...]:
        """Per plural form the first numbers that it is for: ("1, 21, 31, 41", "2, 3, 4, 22", …)."""
        rule = c2py(self.plural_rule)
        found: list[list[str]] = [[] for _ in range(self.forms)]
        for number in range(200):
            if (form := rule(number)) < self.forms and len(found[form]) < most:
                found[form].append(str(number))
        return tuple(", ".join(numbers) for numbers in found)


def po_path(locale: str, subject: str, folder: Path = FOLDER) -> Path:
    """The file of a subject in a locale."""
    return folder / locale / "LC_MESSAGES" / f"{subject}.po"


def read_file(path: Path, locale: str) -> PoFile:
    """Read one file.

    Raises:
        UnreadablePo: for a file that does not parse, or has a key twice (the second would silently win).
    """
    text = path.read_text(encoding="utf-8")
    try:
        catalog = read_po(io.BytesIO(text.encode()), locale=locale, abort_invalid=True)
        plural_rule, forms = str(catalog.plural_expr), int(catalog.num_plurals)
    except (PoFileError, ValueError) as error:
        raise UnreadablePo(f"{path.name} ({locale}): {error}") from error
    entries = _entries(catalog)
    if len(re.findall(r'^msgid "', text, re.MULTILINE)) != len(entries) + 1:
        raise UnreadablePo(f"{path.name} ({locale}): a key stands in it twice, or an entry is broken off")
    start = text.find('msgid ""')
    end = text.find("\n\n", start)
    obsolete = tuple(line for line in text.splitlines() if line.startswith("#~"))
    return PoFile(
        locale,
        path.stem,
        text[:end].rstrip() if end >= 0 else text.rstrip(),
        entries,
        forms,
        plural_rule,
        obsolete,
    )


def _entries(catalog: Catalog) -> tuple[Entry, ...]:
    found: list[Entry] = []
    for message in catalog:
        if not message.id:
            continue
        plural = not isinstance(message.id, str)
        key = message.id if isinstance(message.id, str) else message.id[0]
        string = message.string
        found.append(
            Entry(
                key=key,
                strings=(string,) if isinstance(string, str) else tuple(text or "" for text in string or ("",)),
                plural=plural,
                notes=tuple(message.auto_comments),
                comments=tuple(message.user_comments),
                flags=tuple(sorted(flag for flag in message.flags if not flag.endswith("-format"))),
                context=message.context,
            )
        )
    return tuple(found)


def po_subjects(locale: str, folder: Path = FOLDER) -> list[str]:
    """The subjects of which a locale has a file, by name."""
    return sorted(path.stem for path in (folder / locale / "LC_MESSAGES").glob("*.po"))


def read_subject(locale: str, subject: str, folder: Path = FOLDER) -> PoFile:
    """One subject's file; see `read_file`."""
    return read_file(po_path(locale, subject, folder), locale)


def read_locale(locale: str, folder: Path = FOLDER) -> dict[str, PoFile]:
    """The files of a locale by subject."""
    return {subject: read_subject(locale, subject, folder) for subject in po_subjects(locale, folder)}


def to_text(file: PoFile) -> str:
    """A file as it is written."""
    blocks = [file.header, *(_entry_text(entry) for entry in file.entries)]
    if file.obsolete:
        blocks.append("\n".join(file.obsolete))
    return "\n\n".join(blocks) + "\n"


def _entry_text(entry: Entry) -> str:
    lines = [f"# {comment}".rstrip() for comment in entry.comments]
    lines += [f"#. {note}" for note in entry.notes]
    if entry.flags:
        lines.append("#, " + ", ".join(entry.flags))
    if entry.context is not None:
        lines.append(f"msgctxt {escape(entry.context)}")
    lines.append(f"msgid {escape(entry.key)}")
    if entry.plural:
        lines.append(f"msgid_plural {escape(entry.key)}")
        lines += [f"msgstr[{number}] {escape(text)}" for number, text in enumerate(entry.strings)]
    else:
        lines.append(f"msgstr {escape(entry.strings[0])}")
    return "\n".join(lines)


def write_file(file: PoFile, folder: Path = FOLDER) -> None:
    """Write one file whole (a reader sees the old one or the new one)."""
    path = po_path(file.locale, file.subject, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".po.new")
    draft.write_text(to_text(file), encoding="utf-8")
    draft.replace(path)


def new_header(locale: str, subject: str) -> str:
    """The header of a new file, with the plural forms that Babel knows of the language."""
    catalog = Catalog(locale=locale)
    fields: Sequence[str] = (
        "Project-Id-Version: maatje",
        f"Language: {locale}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalog.plural_forms}",
    )
    return "\n".join([f"# Maatje: {subject}, {locale}.", 'msgid ""', 'msgstr ""', *(f'"{f}\\n"' for f in fields)])
