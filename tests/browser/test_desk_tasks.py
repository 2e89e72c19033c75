"""Ten everyday tasks of a consultant, and those of a manager and an administrator: with and without scripts, on three
widths, by mouse and by keyboard alone. The clicks of each are counted; the chat took 40 screens for the first."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest
from playwright.async_api import Locator, Page, expect

from storage.vocabulary import DeskRole
from tests.bot.desk.conftest import link_for
from tests.bot.dialogue.talk import ZONE, Talk
from tests.browser.desk_served import NewDesk, a_busy_day
from tests.browser.test_desk import a_lesson

REPORTS: Final = 40
#: Clicks by task; choosing from a list is one, typing none.
CLICKS: Final = {
    "forty absences seen": 1,
    "a cry closed": 1,
    "a question answered": 3,
    "a call noted": 1,
    "a meeting made from a free hour": 5,
    "a meeting moved": 3,
    "a meeting cancelled with a reason": 3,
    "somebody found": 2,
    "a message to a group": 5,
    "a lesson cancelled for everybody": 6,
}
MANAGERS: Final = {
    "a month's figures": 1,
    "the month before": 1,
    "the month after": 1,
    "who is reached": 1,
    "terms that end": 1,
    "how fast questions are answered": 1,
    "who came to the lessons": 1,
    "a table for a spreadsheet": 1,
    "a table for others": 1,
    "in English": 1,
}
ADMINISTRATORS: Final = {
    "who looked at somebody": 1,
    "what a colleague did": 1,
    "an empty table": 2,
    "a table with a fault": 3,
    "a table brought in": 3,
    "what was brought in before": 1,
    "whether all is well": 1,
    "what did not arrive": 1,
    "what is to be forgotten": 1,
    "a lost telephone": 2,
    "a colleague who left": 1,
}


class Hands:
    """Somebody at the desk: by mouse, or by keyboard alone; counts what they click (or press Enter on)."""

    def __init__(self, page: Page, *, keyboard: bool) -> None:
        self.page = page
        self._keyboard = keyboard
        self.clicks = 0

    async def click(self, target: Locator) -> None:
        """Press something."""
        self.clicks += 1
        if not self._keyboard:
            await target.click()
            return
        await self._reach(target)
        await self.page.keyboard.press("Enter")

    async def choose(self, target: Locator, label: str | re.Pattern[str]) -> None:
        """Choose from a list."""
        self.clicks += 1
        if self._keyboard:
            await self._reach(target)
        options = await target.locator("option").all_inner_texts()
        wanted = next(one for one in options if re.search(label, one))
        await target.select_option(label=wanted)

    async def types(self, target: Locator, text: str) -> None:
        """Fill in a field."""
        if self._keyboard:
            await self._reach(target)
        await target.fill(text)

    async def _reach(self, target: Locator) -> None:
        """By Tab, from where the keyboard stands; a page that traps it fails here."""
        for _ in range(400):
            if await target.evaluate("it => it === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not come to {target}")


async def said(page: Page, words: str) -> None:
    """The page says what was done."""
    await expect(page.get_by_role("status").filter(has_text=words)).to_have_count(1)


@pytest.mark.parametrize(
    ("width", "scripts", "keyboard"), [(1366, True, False), (768, True, True), (320, False, False)]
)
async def test_ten_everyday_tasks_of_a_consultant(
    desk: tuple[Talk, NewDesk], width: int, *, scripts: bool, keyboard: bool
) -> None:
    talk, opened = desk
    # Tab by Tab past forty reports takes long, and shows no more than past eight.
    reports = 8 if keyboard else REPORTS
    await a_busy_day(talk, reports)
    await a_lesson(talk)
    page = await opened(width, scripts=scripts)
    hands, counted = Hands(page, keyboard=keyboard), dict[str, int]()

    def noted(task: str) -> None:
        counted[task], hands.clicks = hands.clicks, 0

    button: Callable[[str], Locator] = lambda name: page.get_by_role("button", name=re.compile(name)).first  # noqa: E731
    link: Callable[[str], Locator] = lambda name: page.get_by_role("link", name=re.compile(name)).first  # noqa: E731

    await hands.click(button("^Gekozen afmeldingen"))
    await said(page, f"{reports} keer gezien")
    noted("forty absences seen")

    await hands.types(page.get_by_label("Wat is er gedaan?"), "112 gebeld")
    await hands.click(button("^Afgehandeld"))
    await said(page, "noodkreet")
    noted("a cry closed")

    await hands.click(page.locator("#calls").get_by_role("button", name=re.compile("^Gesproken")))
    await said(page, "Genoteerd")
    noted("a call noted")

    await hands.click(page.locator("#questions").get_by_role("link", name=re.compile("^Antwoorden")))
    await hands.choose(page.get_by_label("Kies een zin"), ".{3,}")
    await hands.click(button("^Versturen"))
    await said(page, "Verstuurd")
    noted("a question answered")

    week = talk.clock.now().astimezone(ZONE).date() + timedelta(days=7)
    await hands.click(link("^Agenda"))
    await hands.click(link("Volgende week"))
    await hands.click(page.locator(".desk-free a", has_text="16:00").first)
    await hands.choose(page.get_by_label("Met wie"), "Amina")
    await hands.click(button("^Maken"))
    await said(page, "Afspraak gemaakt")
    noted("a meeting made from a free hour")

    await hands.click(link("16:00 Amina"))
    cards = page.locator("#coming .desk-card", has_text="16:00")
    await hands.click(cards.locator("summary").first)
    await hands.types(cards.get_by_label("Dag").first, week.isoformat())
    await hands.types(cards.get_by_label("Tijd").first, "14:00")
    await hands.click(cards.get_by_role("button", name="Verzetten").first)
    await said(page, "Afspraak verzet")
    noted("a meeting moved")

    cards = page.locator("#coming .desk-card", has_text="14:00")
    await hands.click(cards.locator("summary").first)
    await hands.choose(cards.get_by_label(re.compile("^Reden")), "gebouw")
    await hands.click(cards.get_by_role("button", name="Afzeggen").first)
    await said(page, "Afspraak afgezegd")
    noted("a meeting cancelled with a reason")

    await hands.click(link("^Mijn mensen|^Mensen"))
    await hands.types(page.get_by_label(re.compile("^Naam")), "Person7")
    await hands.click(button("^Zoeken"))
    await expect(page.locator("tbody tr")).to_have_count(1)
    noted("somebody found")

    await hands.click(link("^Agenda"))
    await hands.types(page.get_by_label("Week van"), week.isoformat())
    await hands.choose(page.get_by_label("Agenda van"), "Ochtend")
    await hands.click(button("^Tonen"))
    await hands.click(page.locator(".desk-day li a").first)
    await hands.click(button("^Eerst bekijken"))
    await hands.click(button("^Les afzeggen"))
    await said(page, "De les gaat niet door")
    noted("a lesson cancelled for everybody")

    await hands.click(link("^Lesgroepen"))
    await hands.click(link("^Ochtend"))
    await hands.choose(page.get_by_label("Kies een zin"), "[Ss]ucces")
    await hands.click(button("^Eerst bekijken"))
    await hands.click(button("^Versturen"))
    await said(page, "Verstuurd")
    noted("a message to a group")
    assert counted == CLICKS


@pytest.mark.parametrize(("width", "scripts"), [(1366, True), (320, False)])
async def test_ten_everyday_tasks_of_a_manager(desk: tuple[Talk, NewDesk], width: int, *, scripts: bool) -> None:
    _, opened = desk
    page = await opened(width, scripts=scripts, role=DeskRole.MANAGER)
    hands, counted = Hands(page, keyboard=not scripts), dict[str, int]()
    heading = page.get_by_role("heading", level=1)

    def noted(task: str) -> None:
        counted[task], hands.clicks = hands.clicks, 0

    await hands.types(page.get_by_label("Maand", exact=True), "2026-02")
    await hands.click(page.get_by_role("button", name="Tonen"))
    await expect(heading).to_contain_text("februari")
    noted("a month's figures")
    await hands.click(page.get_by_role("link", name="Maand ervoor"))
    await expect(heading).to_contain_text("januari")
    noted("the month before")
    await hands.click(page.get_by_role("link", name="Maand erna"))
    await expect(heading).to_contain_text("februari")
    noted("the month after")
    for task, link, figure in (
        ("who is reached", "Bereikt", "reached"),
        ("terms that end", "Termijnen", "terms"),
        ("how fast questions are answered", "Antwoord op vragen", "answers"),
        ("who came to the lessons", "Aanwezigheid", "attendance"),
    ):
        await hands.click(page.get_by_role("link", name=link, exact=True))
        await expect(page.locator(f"#figure-{figure}")).to_be_in_viewport()
        noted(task)
    for task, kind in (("a table for a spreadsheet", "XLSX"), ("a table for others", "CSV")):
        async with page.expect_download() as download:
            await hands.click(page.get_by_role("link", name=kind))
        assert (await download.value).suggested_filename == f"maatje-2026-02.{kind.lower()}"
        noted(task)
    await hands.click(page.get_by_role("button", name="English"))
    await expect(heading).to_contain_text("Figures")
    noted("in English")
    assert counted == MANAGERS


@pytest.mark.parametrize(("width", "scripts"), [(1366, True), (320, False)])
async def test_ten_everyday_tasks_of_an_administrator(desk: tuple[Talk, NewDesk], width: int, *, scripts: bool) -> None:
    talk, opened = desk
    await link_for(talk, "karim@huizen.example")
    page = await opened(width, scripts=scripts, role=DeskRole.ADMINISTRATOR)
    hands, counted = Hands(page, keyboard=not scripts), dict[str, int]()
    heading = page.get_by_role("heading", level=1)

    def noted(task: str) -> None:
        counted[task], hands.clicks = hands.clicks, 0

    for task, label, whom in (
        ("who looked at somebody", "^Over", "person:1"),
        ("what a colleague did", "^Door", "consultant:1"),
    ):
        await hands.types(page.get_by_label(re.compile(label)), whom)
        await hands.click(page.get_by_role("button", name="Zoeken"))
        await expect(page.get_by_label(re.compile(label))).to_have_value(whom)
        noted(task)

    await hands.click(page.get_by_role("link", name="Inlezen"))
    async with page.expect_download() as download:
        await hands.click(page.get_by_role("link", name="Mensen"))
    assert (await download.value).suggested_filename == "maatje-people.csv"
    noted("an empty table")

    head = "external_id,given_name,language,group,municipality\n"
    for task, row in (
        ("a table with a fault", "new1,Rahel,klingon,asylum,Huizen\n"),
        ("a table brought in", "new1,Rahel,ti,asylum,Huizen\n"),
    ):
        await page.get_by_label("Bestand").set_input_files(
            {"name": "people.csv", "mimeType": "text/csv", "buffer": f"{head}{row}".encode()}
        )
        await hands.choose(page.get_by_label("Tabel"), "Mensen")
        await hands.click(page.get_by_role("button", name="Eerst bekijken"))
        if "klingon" in row:
            await expect(page.get_by_role("cell", name="language", exact=True)).to_have_count(1)
            await hands.click(page.get_by_role("link", name="Nog niet"))
        else:
            await hands.click(page.get_by_role("button", name="Nu inlezen"))
            await expect(heading).to_have_text("Ingelezen")
        noted(task)

    await hands.click(page.get_by_role("link", name="Inlezen").last)
    await expect(page.locator("#history-title ~ table tbody tr")).to_have_count(1)
    noted("what was brought in before")

    await hands.click(page.get_by_role("link", name="Systeem"))
    await expect(page.locator("#health ~ table")).to_contain_text("De database antwoordt")
    noted("whether all is well")
    for task, link, part in (
        ("what did not arrive", "Verzenden", "deliveries"),
        ("what is to be forgotten", "Bewaren en vergeten", "kept"),
    ):
        await hands.click(page.get_by_role("link", name=link, exact=True))
        await expect(page.locator(f"#{part}")).to_be_in_viewport()
        noted(task)

    await hands.click(page.get_by_role("link", name="Toegang"))
    await hands.click(page.get_by_role("button", name="Nieuwe inlogapp: karim"))
    await said(page, "Overal uitgelogd")
    noted("a lost telephone")
    await hands.click(page.get_by_role("button", name="Toegang stoppen: karim"))
    await said(page, "Gestopt")
    noted("a colleague who left")
    assert counted == ADMINISTRATORS
