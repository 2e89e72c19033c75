"""Review sheets out and in again, in both kinds of file."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from locales.catalog_files.faq_file import FaqNotEditable, read_faq, write_faq
from locales.catalog_files.po import Review, po_path, read_file
from locales.checking.check import CatalogCheck
from locales.checking.key_usage import KeyUsage
from locales.faq.content import FaqContent, Topic, TopicText
from locales.glossary.reading import Glossary
from locales.reviewing.review import ReviewImport, ReviewReport, sheet_rows
from locales.reviewing.sheets import SheetRow, SheetUnreadable, from_bytes, to_csv, to_xlsx

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {rule};\\n"\n\n'
TWO = "nplurals=2; plural=(n != 1)"
THREE = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
DUTCH = (
    '#. Said at the start.\nmsgid "hello"\nmsgstr "Dag {name}"\n\nmsgid "lines"\nmsgstr "Een\\nTwee"\n\n'
    'msgid "days"\nmsgid_plural "days"\nmsgstr[0] "{count} dag"\nmsgstr[1] "{count} dagen"\n'
)
UKRAINIAN = (
    '# unreviewed\n#. Said at the start.\nmsgid "hello"\nmsgstr "Вітаю, {name}"\n\n'
    '# unreviewed\nmsgid "lines"\nmsgstr "Один\\nДва"\n\n'
    '# unreviewed\nmsgid "days"\nmsgid_plural "days"\n'
    'msgstr[0] "{count} день"\nmsgstr[1] "{count} дні"\nmsgstr[2] "{count} днів"\n'
)
ON = date(2026, 11, 30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for locale, rule, text in (("nl", TWO, DUTCH), ("en", TWO, ""), ("uk", THREE, UKRAINIAN)):
        path = po_path(locale, "small", tmp_path)
        path.parent.mkdir(parents=True)
        path.write_text(HEADER.format(rule=rule) + text, encoding="utf-8")
    return tmp_path


def taken_in(
    folder: Path, rows: list[SheetRow], reviewer: str = "O. Shevchenko", dry_run: bool = False
) -> ReviewReport:
    check = CatalogCheck(KeyUsage(), Glossary((), ("Maatje",)), folder)
    return ReviewImport(check, reviewer=reviewer, on=ON, folder=folder).run(rows, dry_run=dry_run)


def rows_of(folder: Path) -> list[SheetRow]:
    return sheet_rows("uk", only_unreviewed=False, folder=folder)


def text_of(folder: Path) -> str:
    return po_path("uk", "small", folder).read_text(encoding="utf-8")


def test_a_sheet_shows_the_dutch_and_examples_of_each_plural_form(folder: Path) -> None:
    rows = rows_of(folder)
    assert [(row.key, row.form, row.example) for row in rows] == [
        ("hello", "", ""),
        ("lines", "", ""),
        ("days", "0", "1, 21, 31, 41"),
        ("days", "1", "2, 3, 4, 22"),
        ("days", "2", "0, 5, 6, 7"),
    ]
    assert rows[0].dutch == "Dag {name}"
    assert rows[0].note == "Said at the start."


@pytest.mark.parametrize(
    "written", [to_csv, lambda rows: to_xlsx(rows, right_to_left=False), lambda rows: to_xlsx(rows, right_to_left=True)]
)
def test_both_kinds_of_file_come_back_as_they_went(folder: Path, written: Callable[[list[SheetRow]], bytes]) -> None:
    rows = rows_of(folder)
    assert from_bytes(written(rows)) == rows


def test_an_untouched_sheet_changes_nothing(folder: Path) -> None:
    before = text_of(folder)
    report = taken_in(folder, rows_of(folder))
    assert (report.approved, report.corrected, report.unchanged, report.rejected) == (0, 0, 3, [])
    assert text_of(folder) == before


def test_approvals_say_who_and_when_and_survive_a_second_import(folder: Path) -> None:
    rows = [replace(row, approved="Ja", reviewer="Iryna K.", date="29-11-2026") for row in rows_of(folder)]
    assert taken_in(folder, rows).approved == 3
    assert text_of(folder).count("# reviewed: Iryna K., 2026-11-29") == 3
    assert "unreviewed" not in text_of(folder)
    again = taken_in(folder, rows_of(folder))
    assert (again.approved, again.unchanged) == (0, 3)
    assert sheet_rows("uk", only_unreviewed=True, folder=folder) == []


def test_a_name_for_the_whole_sheet(folder: Path) -> None:
    hello, *_ = rows_of(folder)
    taken_in(folder, [replace(hello, approved="x")])
    file = read_file(po_path("uk", "small", folder), "uk")
    assert file.by_key["hello"].review == Review("O. Shevchenko", ON)


def test_a_correction_changes_the_text_and_leaves_it_unreviewed(folder: Path) -> None:
    hello, *_ = rows_of(folder)
    report = taken_in(folder, [replace(hello, correction="Добрий день, {name}")])
    assert (report.corrected, report.approved) == (1, 0)
    entry = read_file(po_path("uk", "small", folder), "uk").by_key["hello"]
    assert entry.strings == ("Добрий день, {name}",)
    assert entry.review is None
    assert entry.notes == ("Said at the start.",)


def test_a_correction_can_be_approved_at_once(folder: Path) -> None:
    hello, *_ = rows_of(folder)
    report = taken_in(folder, [replace(hello, correction="Добрий день, {name}", approved="yes")])
    assert (report.corrected, report.approved) == (1, 1)


def test_an_approval_is_taken_back(folder: Path) -> None:
    hello, *_ = rows_of(folder)
    taken_in(folder, [replace(hello, approved="yes")])
    taken_in(folder, [replace(rows_of(folder)[0], approved="no")])
    assert "# reviewed" not in text_of(folder)


def test_plural_forms_are_approved_together(folder: Path) -> None:
    forms = rows_of(folder)[2:]
    assert taken_in(folder, [replace(form, approved="yes") for form in forms[:2]]).approved == 0
    assert taken_in(folder, [replace(form, approved="yes") for form in forms]).approved == 1


def test_a_dry_run_keeps_nothing(folder: Path) -> None:
    before = text_of(folder)
    assert taken_in(folder, [replace(row, approved="yes") for row in rows_of(folder)], dry_run=True).approved == 3
    assert text_of(folder) == before


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        pytest.param({"locale": "xx"}, "locale", "xx", id="unknown locale"),
        pytest.param({"locale": "nl"}, "locale", "nl", id="the source"),
        pytest.param({"key": "gone"}, "key", "no such text", id="unknown key"),
        pytest.param({"form": "1"}, "form", "plural form", id="form of a text without forms"),
        pytest.param({"approved": "perhaps"}, "approved", "yes", id="neither yes nor no"),
        pytest.param({"text": "Старе"}, "text", "changed since", id="stale sheet"),
        pytest.param({"correction": "Вітаю"}, "correction", "lacks {name}", id="lost placeholder"),
        pytest.param({"correction": "Привет, ты {name}"}, "correction", "ы", id="letter of another language"),
        pytest.param({"approved": "yes", "date": "30 Nov"}, "date", "2026-11-30", id="unreadable date"),
        pytest.param({"approved": "yes", "date": "2026-02-30"}, "date", "2026-11-30", id="no such date"),
    ],
)
def test_a_row_that_is_not_right_is_refused_and_the_others_go_in(
    folder: Path, changed: dict[str, str], column: str, reason: str
) -> None:
    hello, lines, *_ = rows_of(folder)
    report = taken_in(folder, [replace(hello, **changed), replace(lines, approved="yes")])
    assert [(number, name) for number, name, _ in report.rejected] == [(2, column)]
    assert reason in report.rejected[0][2]
    assert report.approved == 1


def test_remarks_are_reported_and_doubts_go_out(folder: Path) -> None:
    path = po_path("uk", "small", folder)
    path.write_text(path.read_text(encoding="utf-8").replace("# unreviewed\n", "# unreviewed\n# doubt: polite?\n", 1))
    hello, *_ = rows_of(folder)
    assert hello.note == "Said at the start. doubt: polite?"
    report = taken_in(folder, [replace(hello, remark=" Fine so. ", approved="yes")])
    assert report.remarks == [(2, "hello", "Fine so.")]
    assert "# reviewed: O. Shevchenko, 2026-11-30\n# doubt: polite?\n" in text_of(folder)


def test_somebody_must_have_approved(folder: Path) -> None:
    hello, *_ = rows_of(folder)
    report = taken_in(folder, [replace(hello, approved="yes")], reviewer="")
    assert report.rejected[0][1] == "reviewer"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_what_excel_makes_of_a_csv_is_read(folder: Path, delimiter: str) -> None:
    text = to_csv(rows_of(folder)[:1]).decode("utf-8-sig").replace(",", delimiter)
    assert from_bytes(text.encode("utf-8-sig"))[0].key == "hello"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"a,b\n1,2\n", id="other columns"),
        pytest.param(b"PK\x03\x04 broken", id="broken workbook"),
        pytest.param("naïve".encode("latin-1"), id="not UTF-8"),
    ],
)
def test_what_is_no_sheet(data: bytes) -> None:
    with pytest.raises(SheetUnreadable):
        from_bytes(data)


FAQ_YAML = (
    "# unreviewed: not yet read by a native speaker\n"
    'sport:\n  question: Чи можу я займатися спортом?\n  answer: "Так. Запитайте: «Versa»."\n  ask:\n    - спорт\n'
    "work:\n  question: Що?\n  answer: Ні.\n  ask: []\n"
)


@pytest.fixture
def answers(folder: Path) -> Callable[[], FaqContent]:
    (folder / "faq").mkdir()
    (folder / "faq" / "registry.yaml").write_text("- id: sport\n- id: work\n")
    (folder / "faq" / "uk.yaml").write_text(FAQ_YAML, encoding="utf-8")

    def read() -> FaqContent:
        data = yaml.safe_load((folder / "faq" / "uk.yaml").read_text(encoding="utf-8"))
        ukrainian = {name: TopicText(one["question"], one["answer"]) for name, one in data.items()}
        dutch = {"sport": TopicText("Kan ik sporten?", "Ja. Vraag Versa."), "work": TopicText("Wat?", "Nee.")}
        topics = {name: Topic(name, "life", "") for name in dutch}
        return FaqContent(topics, {"nl": dutch, "uk": ukrainian})

    return read


def test_answers_are_reviewed_like_other_texts(folder: Path, answers: Callable[[], FaqContent]) -> None:
    def rows() -> list[SheetRow]:
        sheet = sheet_rows("uk", only_unreviewed=False, faq=answers(), folder=folder)
        return [row for row in sheet if row.subject == "faq"]

    def take(given: list[SheetRow]) -> ReviewReport:
        check = CatalogCheck(KeyUsage(), Glossary((), ("Versa",)), folder, faq=answers())
        return ReviewImport(check, reviewer="O. S.", on=ON, faq=answers(), folder=folder).run(given, dry_run=False)

    question, answer, *rest = rows()
    assert (question.key, question.dutch) == ("faq.question.sport", "Kan ik sporten?")
    report = take(
        [
            replace(question, approved="yes"),
            replace(answer, correction='Так: "Versa" # \\1 допоможе.', approved="yes"),
            replace(rest[0], correction="Что это, ты?"),
        ]
    )
    assert (report.approved, report.corrected, [r[1] for r in report.rejected]) == (2, 1, ["correction"])
    text = (folder / "faq" / "uk.yaml").read_text(encoding="utf-8")
    assert answers().texts["uk"]["sport"].answer == 'Так: "Versa" # \\1 допоможе.'
    assert text.splitlines()[0] == FAQ_YAML.splitlines()[0]
    assert len(text.splitlines()) == len(FAQ_YAML.splitlines())
    assert [row.approved for row in rows()] == ["yes", "yes", "", ""]
    # An approval is of a text: when the text changes, it is open again.
    (folder / "faq" / "uk.yaml").write_text(text.replace("займатися", "зайнятися"), encoding="utf-8")
    assert [row.approved for row in rows()] == ["", "yes", "", ""]


def test_an_answer_over_several_lines_is_corrected_by_hand(folder: Path, answers: Callable[[], FaqContent]) -> None:
    path = folder / "faq" / "uk.yaml"
    path.write_text(FAQ_YAML.replace("  answer: Ні.", "  answer:\n    Ні.\n    Так."), encoding="utf-8")
    before = read_faq(answers(), "uk", folder)
    after = before.with_entry(replace(before.by_key["faq.answer.work"], strings=("Так.",)))
    with pytest.raises(FaqNotEditable):
        write_faq(before, after, folder)
    assert "    Ні." in path.read_text(encoding="utf-8")
