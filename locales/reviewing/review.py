"""What reviewers say becomes the catalogs' state: rows of a sheet out, approvals and corrections in.

"no" under `approved` takes an approval back. An approved text has "# reviewed: NAME, DATE" instead of "# unreviewed" in
its .po file. A row is refused as a whole when its text has changed since the sheet was made, or when a correction would
not pass the check.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final, Protocol

from locales.catalog_files.faq_file import FAQ, read_faq, write_faq
from locales.catalog_files.po import Entry, PoFile, Review, read_locale, write_file
from locales.checking.check import is_asked
from locales.faq.content import FaqContent
from locales.rendering.catalog import FOLDER
from locales.rendering.languages import LANGUAGES, SOURCE
from locales.reviewing.sheets import SheetRow

_YES: Final = frozenset({"yes", "y", "ja", "j", "x", "1", "true", "✓", "✔"})
_NO: Final = frozenset({"no", "n", "nee", "0", "false"})
# Enough to see by example which numbers a plural form is for.
_EXAMPLES: Final = 4


@dataclass(slots=True)
class ReviewReport:
    """What an import did.

    `rejected` has the row's number in the file (the header is 1), the column and the reason; `remarks` the row, the key
    and what the reviewer wrote there, for somebody to read: catalogs do not keep it.
    """

    approved: int = 0
    corrected: int = 0
    unchanged: int = 0
    rejected: list[tuple[int, str, str]] = field(default_factory=list)
    remarks: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One row, understood."""

    number: int
    row: SheetRow
    form: int
    approved: bool
    withdrawn: bool
    review: Review | None


class _Refused(ValueError):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def _files(locale: str, faq: FaqContent | None, folder: Path) -> dict[str, PoFile]:
    """The catalogs of a locale by subject, its answers among them."""
    files = read_locale(locale, folder)
    return files if faq is None else {**files, FAQ: read_faq(faq, locale, folder)}


def sheet_rows(
    locale: str, *, only_unreviewed: bool, faq: FaqContent | None = None, folder: Path = FOLDER
) -> list[SheetRow]:
    """The rows of one locale's sheet, by subject and in the order of the Dutch catalogs, the answers last."""
    return rows_between(
        *(_files(code, faq, folder) for code in (SOURCE, "en", locale)), locale=locale, only_unreviewed=only_unreviewed
    )


def rows_between(
    dutch: Mapping[str, PoFile],
    english: Mapping[str, PoFile],
    own: Mapping[str, PoFile],
    *,
    locale: str,
    only_unreviewed: bool,
) -> list[SheetRow]:
    """The same, of these files by subject."""
    rows: list[SheetRow] = []
    for subject, source in dutch.items():
        if subject not in own or not is_asked(subject, locale):
            continue
        entries = own[subject].by_key
        in_english = english[subject].by_key if subject in english else {}
        for entry in source.entries:
            if (there := entries.get(entry.key)) is None or (only_unreviewed and there.review is not None):
                continue
            rows += _rows_of(own[subject], entry, there, in_english.get(entry.key))
    return rows


def _rows_of(file: PoFile, source: Entry, entry: Entry, english: Entry | None) -> Iterator[SheetRow]:
    examples = file.examples(_EXAMPLES) if entry.plural else ("",)
    review = entry.review
    for number, text in enumerate(entry.strings):
        yield SheetRow(
            locale=file.locale,
            subject=file.subject,
            key=entry.key,
            form=str(number) if entry.plural else "",
            example=examples[number] if number < len(examples) else "",
            note=" ".join((*source.notes, *entry.remarks)),
            dutch=source.strings[min(number, len(source.strings) - 1)],
            english=english.strings[min(number, len(english.strings) - 1)] if english is not None else "",
            text=text,
            reviewer=review.name if review is not None else "",
            date=review.on.isoformat() if review is not None else "",
            approved="yes" if review is not None else "",
        )


class ChecksEntries(Protocol):
    """What says of a text what would be wrong with it; a CatalogCheck is such."""

    def entry_faults(self, file: PoFile, entry: Entry) -> list[str]:
        """What would be wrong with one text of a locale."""


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """What the rows of a sheet ask for: a report, and by locale the files of before and after."""

    report: ReviewReport
    files: Mapping[str, tuple[Mapping[str, PoFile], Mapping[str, PoFile]]]

    def changed(self) -> Iterator[tuple[str, str, Entry, Entry]]:
        """Every text that would be another, or be reviewed otherwise: locale, subject, before and after."""
        for locale, (before, after) in self.files.items():
            for subject, file in after.items():
                if file is not before[subject]:
                    pairs = zip(before[subject].entries, file.entries, strict=True)
                    yield from ((locale, subject, old, new) for old, new in pairs if old != new)


class ReviewImport:
    """Takes the rows of a sheet in; keeps nothing when `dry_run`.

    `reviewer` and `on` are who and when for rows that do not say so themselves; `files` gives a locale's texts, where
    they are not those of the folder.
    """

    def __init__(
        self,
        check: ChecksEntries,
        *,
        reviewer: str,
        on: date,
        faq: FaqContent | None = None,
        folder: Path = FOLDER,
        files: Callable[[str], Mapping[str, PoFile]] | None = None,
    ) -> None:
        self._check, self._reviewer, self._on, self._folder = check, reviewer, on, folder
        self._files = files or (lambda locale: _files(locale, faq, folder))

    def run(self, rows: Sequence[SheetRow], *, dry_run: bool) -> ReviewReport:
        """Apply the rows and say what came of each."""
        read = self.read(rows)
        if not dry_run:
            for before, after in read.files.values():
                for subject in sorted(name for name, file in after.items() if file is not before[name]):
                    if subject == FAQ:
                        write_faq(before[FAQ], after[FAQ], self._folder)
                    else:
                        write_file(after[subject], self._folder)
        return read.report

    def read(self, rows: Sequence[SheetRow]) -> ReadSheet:
        """What the rows ask for; nothing is written."""
        report = ReviewReport()
        found: dict[str, tuple[Mapping[str, PoFile], Mapping[str, PoFile]]] = {}
        by_locale: dict[str, dict[tuple[str, str], list[tuple[int, SheetRow]]]] = defaultdict(lambda: defaultdict(list))
        for number, row in enumerate(rows, start=2):
            if row.locale.strip() not in LANGUAGES or row.locale.strip() == SOURCE:
                report.rejected.append((number, "locale", f"no translation of Maatje's: {row.locale!r}"))
                continue
            if row.remark.strip():
                report.remarks.append((number, row.key.strip(), row.remark.strip()))
            by_locale[row.locale.strip()][row.subject.strip(), row.key.strip()].append((number, row))
        for locale, texts in by_locale.items():
            before = self._files(locale)
            files = dict(before)
            for (subject, key), answers in texts.items():
                file = files.get(subject)
                entry = file.by_key.get(key) if file is not None else None
                if file is None or entry is None:
                    report.rejected += [(number, "key", "there is no such text") for number, _ in answers]
                    continue
                after = self._apply(file, entry, answers, report)
                if after != entry:
                    files[subject] = file.with_entry(after)
            found[locale] = (before, files)
        report.rejected.sort()
        return ReadSheet(report, found)

    def _apply(self, file: PoFile, entry: Entry, rows: list[tuple[int, SheetRow]], report: ReviewReport) -> Entry:
        answers: list[_Answer] = []
        for number, row in rows:
            try:
                answers.append(self._understood(file, entry, number, row))
            except _Refused as error:
                report.rejected.append((number, error.column, str(error)))
        if len(answers) < len(rows):
            # A text with several forms is approved whole or not at all.
            report.unchanged += len(answers)
            return entry
        strings = list(entry.strings)
        for answer in answers:
            if answer.row.correction.strip():
                strings[answer.form] = answer.row.correction.strip()
        after = replace(entry, strings=tuple(strings))
        if after != entry or any(answer.withdrawn for answer in answers):
            after = after.with_review(None)
        if {a.form for a in answers if a.approved} == set(range(len(strings))):
            after = after.with_review(answers[-1].review)
        if after.review is not None and after.review != entry.review:
            report.approved += 1
        if after.strings != entry.strings:
            report.corrected += 1
        elif after == entry:
            report.unchanged += 1
        return after

    def _understood(self, file: PoFile, entry: Entry, number: int, row: SheetRow) -> _Answer:
        form = self._form(entry, row)
        said = row.approved.strip().casefold()
        if said and said not in _YES and said not in _NO:
            raise _Refused("approved", f"write yes, or leave it empty; not {row.approved!r}")
        if row.text.strip() != entry.strings[form].strip():
            raise _Refused("text", "the text has changed since this sheet was made; export it again")
        correction = row.correction.strip()
        if correction and correction != entry.strings[form]:
            strings = tuple(correction if place == form else text for place, text in enumerate(entry.strings))
            faults = self._check.entry_faults(file, replace(entry, strings=strings))
            if faults:
                raise _Refused("correction", "; ".join(dict.fromkeys(faults)))
        approved = said in _YES
        return _Answer(number, row, form, approved, said in _NO, self._review(row) if approved else None)

    def _form(self, entry: Entry, row: SheetRow) -> int:
        given = row.form.strip()
        if not given and not entry.plural:
            return 0
        if not given.isdecimal() or not entry.plural or int(given) >= len(entry.strings):
            raise _Refused("form", "the text has no such plural form")
        return int(given)

    def _review(self, row: SheetRow) -> Review:
        name = " ".join((row.reviewer.strip() or self._reviewer).split())
        if not name:
            raise _Refused("reviewer", "who approved it? Fill in the name")
        return Review(name, _day(row.date.strip()) or self._on)


def _day(text: str) -> date | None:
    """A date as people write it in a sheet: 2026-11-30, 30-11-2026 or 30/11/2026; None when there is none."""
    if not text:
        return None
    parts = text.replace("/", "-").split("-")
    if len(parts) == 3 and all(part.isdecimal() for part in parts):
        year, month, day = parts if len(parts[0]) == 4 else reversed(parts)
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            pass
    raise _Refused("date", f"no date: {text!r}; write it as 2026-11-30")
