from datetime import date
from pathlib import Path

import pytest

from locales.catalog_files.po import (
    Entry,
    PoFile,
    Review,
    new_header,
    po_path,
    read_file,
    read_locale,
    to_text,
    write_file,
)
from locales.rendering.languages import LANGUAGES


@pytest.mark.parametrize("locale", LANGUAGES)
def test_what_is_read_is_written_back_the_same(locale: str) -> None:
    for subject, file in read_locale(locale).items():
        again = to_text(file)
        entries = {line for line in po_path(locale, subject).read_text(encoding="utf-8").splitlines() if line}
        assert {line for line in again.splitlines() if line} == entries


def test_a_review_replaces_the_flag_and_keeps_other_comments() -> None:
    entry = Entry("a", ("x",), comments=("unreviewed", "doubt: word for fine"))
    reviewed = entry.with_review(Review("A. Haile", date(2026, 11, 30)))
    assert reviewed.comments == ("reviewed: A. Haile, 2026-11-30", "doubt: word for fine")
    assert reviewed.review == Review("A. Haile", date(2026, 11, 30))
    assert reviewed.with_review(None).comments == ("unreviewed", "doubt: word for fine")


def test_a_file_round_trips(tmp_path: Path) -> None:
    file = PoFile(
        "uk",
        "small",
        new_header("uk", "small"),
        (
            Entry("a.b", ('He said "hi"\nand left \\ now',), notes=("A note.",), comments=("unreviewed",)),
            Entry("c", ("1", "2", "3"), plural=True, flags=("fuzzy",)),
            Entry("d", ("x",), context="verb"),
        ),
        forms=3,
    )
    write_file(file, tmp_path)
    found = read_file(po_path("uk", "small", tmp_path), "uk")
    assert found.entries == file.entries
    assert found.forms == 3
