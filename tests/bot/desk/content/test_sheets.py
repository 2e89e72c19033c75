"""A sheet goes out as an interpreter fills it in, and comes back: looked at, its faults by row, and as one proposal."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.desk.content.proposing import WAITING
from bot.desk.content.sheets import SHEETS
from bot.desk.content.texts import CONTENT
from locales.reviewing.sheets import SheetRow, from_bytes, to_csv, to_xlsx
from tests.bot.desk.conftest import FROM_HERE, Browser
from tests.bot.desk.content.test_changing import ANSWER, answered, proposed, said

WORDS = "Oui. Écrivez ici à votre consultant."


async def sheet_of(browser: Browser, language: str, form: str) -> list[SheetRow]:
    answer = await browser.client.get(f"{SHEETS}/file?language={language}&form={form}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'maatje-{language}.{form}"')
    return from_bytes(answer.content)


async def looked_at(browser: Browser, sheet: bytes, reviewer: str = "") -> str:
    token = re.search(r'name="form_token" value="([^"]*)"', await browser.look(SHEETS))
    assert token is not None
    answer = await browser.client.post(
        f"{SHEETS}/look",
        data={"form_token": token[1], "reviewer": reviewer},
        files={"file": ("sheet", sheet)},
        headers=FROM_HERE,
        follow_redirects=True,
    )
    assert answer.status_code == 200
    return answer.text


async def proposes(browser: Browser, page: str) -> str:
    """Press the button of a sheet that was looked at."""
    fields = dict(re.findall(r'name="(form_token|reviewer|content)" value="([^"]*)"', page.rpartition("<form")[2]))
    answer = await browser.post(f"{SHEETS}/propose", fields)
    return await browser.look(answer.headers["location"])


@pytest.mark.parametrize("write", [to_csv, lambda rows: to_xlsx(rows, right_to_left=False)], ids=["csv", "xlsx"])
async def test_a_sheet_comes_back_as_one_proposal_of_which_a_second_person_says_yes_once(
    editor: Browser, second: Browser, write: Callable[[list[SheetRow]], bytes]
) -> None:
    rows = await sheet_of(editor, "fr", "csv")
    assert not [row for row in rows if row.subject.startswith("consultant")]
    by_key = {row.key: row for row in rows}
    filled = [
        replace(by_key[ANSWER], correction=WORDS, approved="yes", reviewer="Luc", date="28-11-2026"),
        replace(by_key["reminder.tomorrow"], approved="yes", remark="Bien"),
        replace(by_key["reminder.today"], correction="Aujourd'hui"),
        replace(by_key["reminder.ask"], text="something else", approved="yes"),
    ]
    page = await looked_at(editor, write(filled), "Marie")
    assert "lacks {kind}" in page
    assert "the text has changed since this sheet was made" in page
    assert "Bien" in page
    assert "2 teksten veranderen" in page
    before = said(ANSWER, "fr")
    assert "Voorgesteld" in await proposes(editor, page)
    assert said(ANSWER, "fr") == before
    waits = await second.look(WAITING)
    assert "Frans: 2 teksten uit een lijst" in waits
    assert waits.count('value="yes"') == 1
    assert "Dit geldt nu" in await answered(second, 1, "yes")
    assert said(ANSWER, "fr") == WORDS
    reviewed = await editor.look(f"{CONTENT}?language=fr&only=reviewed")
    assert "Nagekeken door Luc, zaterdag 28 november 2026" in reviewed
    assert "Nagekeken door Marie" in reviewed
    # What goes out next has it; the sheet of before is behind.
    again = {row.key: row for row in await sheet_of(editor, "fr", "csv")}
    assert (again[ANSWER].text, again[ANSWER].reviewer) == (WORDS, "Luc")
    assert "1 tekst verandert" not in await looked_at(editor, write(filled[:1]))


async def test_what_waits_already_is_left_out_and_what_is_no_sheet_is_said(editor: Browser, second: Browser) -> None:
    rows = {row.key: row for row in await sheet_of(editor, "fr", "xlsx")}
    await proposed(second, ANSWER, "fr", WORDS)
    page = await looked_at(editor, to_csv([replace(rows[ANSWER], correction=WORDS, approved="yes")]), "Marie")
    assert "desk.sheet" not in page
    assert "Voorstellen aan" not in page
    assert "columns are missing" in await looked_at(editor, b"a;b\n1;2\n")
    assert "no workbook" in await looked_at(editor, b"PK\x03\x04rubbish")
    for wrong in ("language=nl&form=csv", "language=fr&form=exe", "language=../x&form=csv"):
        assert (await editor.client.get(f"{SHEETS}/file?{wrong}")).status_code == 404
