"""Where every statement stands: rows, checks, docs/legal.md, and a municipality's sheet out and in."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.faq import dutch_texts
from bot.faq.quality.legal import (
    ConfirmationsUnreadable,
    as_markdown,
    from_sheet,
    legal_faults,
    legal_rows,
    old_sources,
    to_sheet,
)
from locales.faq.content import FaqContent, Topic, TopicText, load_faq
from locales.faq.reading import ContentError
from locales.faq.sources import read_sources, statements

ROOT = Path(__file__).parents[3]
TEXTS = """
texts:
  note: {name: startnotitie, where: the note, text_of: 2020-12-01, read_on: 2026-11-23}
  W: {name: Wet inburgering 2021, where: BWBR0044770, text_of: 2023-01-01, read_on: 2026-11-29}
  own: {name: Maatje zelf, where: here, text_of: 2020-01-01, read_on: 2020-01-01}
  local: {name: de gemeente, where: there, text_of: 2020-01-01, read_on: 2020-01-01}
"""
ROWS = (
    TEXTS
    + """
faq:
  fine_when:
    answer: [note 1.11 + W 24, W 24 ?]
    answer_migrant: [W 25]
messages:
  "term.*": W 11
  "term.relief*": note 1.7
  "consent.*": own
"""
)
TEXT = TopicText("Wanneer?", "Hebt u asiel? Dan niet. Anders wel.", answer_migrant="Misschien.")
DUTCH = {"term.term_end": "Tot en met {on:date}.", "term.relief_end": "Ontzorgen.", "consent.ask": "Goed?"}


@pytest.fixture
def content(tmp_path: Path) -> FaqContent:
    (tmp_path / "sources.yaml").write_text(ROWS, encoding="utf-8")
    topic = Topic("fine_when", "fines", "1.11", benefit=True)
    return FaqContent({topic.id: topic}, {"nl": {topic.id: TEXT}}, sources=read_sources(tmp_path / "sources.yaml"))


def test_what_ships_is_what_docs_say_and_every_statement_has_its_row() -> None:
    content, dutch = load_faq(), dutch_texts()
    assert legal_faults(content, dutch) == []
    written = (ROOT / "docs" / "legal.md").read_text(encoding="utf-8")
    assert written == as_markdown(legal_rows(content, dutch, {})), (
        "make it anew: maatje faq legal --write docs/legal.md"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ja. Nee.", ["Ja.", "Nee."], id="sentences"),
        pytest.param("Kunt u niet? Bel dan. Goed.", ["Kunt u niet? Bel dan.", "Goed."], id="a question and its answer"),
        pytest.param("Sinds 2025. Het duurt 1,5 jaar.", ["Sinds 2025.", "Het duurt 1,5 jaar."], id="numbers"),
        pytest.param("Wat nu?", ["Wat nu?"], id="a question alone"),
    ],
)
def test_statements(text: str, expected: list[str]) -> None:
    assert statements(text) == expected


def test_a_row_says_for_whom_it_holds_and_where_it_stands(content: FaqContent) -> None:
    rows = {row.id: row for row in legal_rows(content, DUTCH, {})}
    assert list(rows) == [
        "fine_when.1", "fine_when.2", "fine_when.migrant.1", "term.term_end", "term.relief_end", "consent.ask",
    ]  # fmt: skip
    assert rows["fine_when.1"].sources == "startnotitie, 1.11; Wet inburgering 2021, art. 24"
    assert rows["fine_when.1"].applies_to == "asylum, with a benefit"
    assert rows["fine_when.migrant.1"].applies_to == "migrants, with a benefit"
    assert [row.id for row in rows.values() if row.support.unverified] == ["fine_when.2"]
    # The most precise pattern holds.
    assert rows["term.relief_end"].sources == "startnotitie, 1.7"
    assert content.sources.law("fine_when", "answer") == "Wet inburgering 2021, art. 24"


@pytest.mark.parametrize(
    ("text", "dutch", "said"),
    [
        pytest.param(replace(TEXT, answer="Nee. Nooit. Echt."), DUTCH, "makes 3 statements", id="a new sentence"),
        pytest.param(replace(TEXT, answer_migrant=None), DUTCH, "", id="no answer for migrants"),
        pytest.param(TEXT, {**DUTCH, "privacy.title": "Privacy"}, "has no source in sources.yaml", id="a new message"),
        pytest.param(TEXT, {**DUTCH, "menu.plan": "Mijn plan"}, "", id="a button states nothing"),
    ],
)
def test_a_statement_without_a_row_is_a_fault(
    content: FaqContent, text: TopicText, dutch: dict[str, str], said: str
) -> None:
    found = legal_faults(replace(content, texts={"nl": {"fine_when": text}}), dutch)
    assert [said in fault.message for fault in found] == ([True] if said else [])


def test_what_the_municipality_wrote_itself_stands_with_the_municipality(content: FaqContent) -> None:
    own = replace(
        content,
        texts={"nl": {"fine_when": replace(TEXT, answer="Bel ons. Altijd. Ook zondag.")}},
        overridden=frozenset({("nl", "fine_when")}),
    )
    assert legal_faults(own, DUTCH) == []
    assert {row.sources for row in legal_rows(own, {}, {})} == {"de gemeente"}


def test_a_source_that_was_read_long_ago_is_warned_of(content: FaqContent) -> None:
    rows = legal_rows(content, DUTCH, {})
    assert old_sources(rows, date(2027, 11, 23)) == []
    assert old_sources(rows, date(2027, 11, 24)) == ["startnotitie was read on 2026-11-23: read it again"]


def test_a_sheet_goes_out_and_comes_in_and_a_changed_text_is_to_be_read_anew(content: FaqContent) -> None:
    rows = legal_rows(content, DUTCH, {})
    table = list(csv.DictReader(io.StringIO(to_sheet(rows).decode("utf-8-sig"))))
    assert [line["unverified"] for line in table if line["id"] == "fine_when.2"] == ["yes"]
    table[0] |= {"confirmed_by": "J. de Vries", "confirmed_on": "2026-12-01"}
    back = io.StringIO()
    writer = csv.DictWriter(back, list(table[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(table)
    confirmed = from_sheet(back.getvalue().encode("utf-8-sig"))
    found = legal_rows(content, DUTCH, confirmed)
    assert [(row.id, row.confirmed_by, row.confirmed_on) for row in found if row.confirmed_by] == [
        ("fine_when.1", "J. de Vries", date(2026, 12, 1))
    ]
    changed = replace(content, texts={"nl": {"fine_when": replace(TEXT, answer="Hebt u asiel? Nooit. Anders wel.")}})
    assert [row.id for row in legal_rows(changed, DUTCH, confirmed) if row.confirmed_by] == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param("id,digest\n", "no column confirmed_by", id="no columns"),
        pytest.param("id,digest,confirmed_by,confirmed_on\na,b,Jan,\n", "row 2: fill in both", id="no date"),
        pytest.param("id,digest,confirmed_by,confirmed_on\na,b,Jan,gisteren\n", "is no date", id="a word for a date"),
        pytest.param("\xff", "UTF-8", id="another encoding"),
    ],
)
def test_a_sheet_that_cannot_be_used(table: str, said: str) -> None:
    with pytest.raises(ConfirmationsUnreadable, match=said):
        from_sheet(table.encode("latin-1"))


def test_the_command_line_writes_and_takes_in(tmp_path: Path) -> None:
    sheet, kept = tmp_path / "sheet.csv", tmp_path / "confirmed.csv"
    run = CliRunner()
    assert run.invoke(app, ["faq", "sheet", str(sheet), "--confirmed", str(kept)]).exit_code == 0
    lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    lines[1] = lines[1].removesuffix(",,") + ",J. de Vries,2026-12-01"
    sheet.write_text("\n".join(lines), encoding="utf-8")
    asked = ["faq", "confirm", str(sheet), "--municipality", "Huizen", "--confirmed", str(kept), "--json"]
    said = run.invoke(app, asked)
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["confirmed"] == 1
    rows = json.loads(run.invoke(app, ["faq", "legal", "--json", "--confirmed", str(kept)]).stdout)
    assert [(row["id"], row["confirmed_by"]) for row in rows if row["confirmed_by"]] == [
        ("what_is_inburgering.1", "J. de Vries, Huizen")
    ]
    sheet.write_text("\n".join([lines[0], lines[1].replace(lines[1].split(",")[1], "000000000000")]), encoding="utf-8")
    assert run.invoke(app, asked).exit_code == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param("faq: {fine_when: {answer: [X 1]}}", "cites 'X', which is no text", id="no such text"),
        pytest.param("faq: {fine_when: {answers: [W 1]}}", "unknown field 'answers'", id="no such part"),
        pytest.param("more: 1", "unknown field 'more'", id="no such section"),
    ],
)
def test_a_file_of_sources_that_is_wrong(tmp_path: Path, rows: str, said: str) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(f"{TEXTS}\n{rows}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=said):
        read_sources(file)
