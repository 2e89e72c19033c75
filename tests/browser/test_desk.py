"""The desk in a real browser: tasks by mouse and keyboard, on small and large screens, and what axe finds."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
import pytest_asyncio
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.serve import server_config
from storage.appointments.absences import Absence
from storage.desk.accounts import account_by_email, add_account, add_session
from storage.engine.columns import Json
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask
from storage.people.relayed import Letter
from storage.vocabulary import AbsenceReason, AbsenceState, DeskRole, DeskStep, Group, LetterKind
from tests.bot.dialogue.talk import Talk, town
from tests.browser.serving import listener_on
from tests.clock import FakeClock

REPORTS = 40
#: WCAG 2.2 AA, as axe names its rules.
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = (320, 768, 1366)

NewDesk = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(sqlite_url: str, browser: Browser) -> AsyncIterator[tuple[Talk, NewDesk]]:
    """A town behind a real server, and pages of it that are signed in as Sanne."""
    database = open_database(sqlite_url, KeyRing(["a secret for tests that is long enough"]))
    listener, url = listener_on()
    contexts: list[BrowserContext] = []
    async with town(database, FakeClock()) as talk:
        server = uvicorn.Server(server_config(talk.app.http, most=100))
        running = asyncio.create_task(server._serve(sockets=[listener]))

        async def opened(width: int = 1366, *, language: str = "nl", scripts: bool = True) -> Page:
            context = await browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
            contexts.append(context)
            cookies = {"maatje-desk": await _token(talk), "maatje-desk-language": language}
            await context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
            page = await context.new_page()
            page.set_default_timeout(10_000)
            await page.goto(f"{url}/desk")
            return page

        yield talk, opened
        for context in contexts:
            await context.close()
        server.should_exit = True
        await running
        listener.close()
    await database.close()


async def _token(talk: Talk) -> str:
    keys, now = talk.database.keys, talk.clock.now()
    async with talk.database.writing() as session:
        email = "sanne@huizen.example"
        account = await account_by_email(session, keys, email) or await add_account(
            session,
            keys,
            email=email,
            role=DeskRole.CONSULTANT,
            consultant_id=talk.consultant_ids["Sanne"],
            municipality="Huizen",
            now=now,
        )
        return await add_session(session, keys, account, DeskStep.SIGNED_IN, now)


async def a_busy_day(talk: Talk, reports: int = 3) -> None:
    """Reports, a cry, a question, somebody to call."""
    now, sanne, amina = talk.clock.now(), talk.consultant_ids["Sanne"], talk.person_ids["Amina"]
    async with talk.database.writing() as session:
        for number in range(reports):
            person = Person(
                external_id=f"many{number}",
                given_name=f"Person{number}",
                family_name="van der Langenaam-Achterenbosch",
                language="ar",
                group=Group.ASYLUM,
                municipality="Huizen",
                consultant_id=sanne,
                phone="+31612345678",
                created_at=now,
                updated_at=now,
            )
            session.add(person)
            await session.flush()
            session.add(
                Absence(
                    person_id=person.id,
                    state=AbsenceState.REPORTED,
                    version=1,
                    reason=AbsenceReason.ILL,
                    from_on=now.date(),
                    until_on=now.date() + timedelta(days=number % 3),
                    started_at=now,
                    reported_at=now,
                    told_id=sanne,
                )
            )
        for kind, text in ((LetterKind.URGENT, "I cannot breathe"), (LetterKind.MESSAGE, "هل يمكنني إحضار ابني؟")):
            cry: dict[str, Json] = {"act": "urgent", "need": "emergency"}
            session.add(
                Letter(
                    person_id=amina,
                    consultant_id=sanne,
                    kind=kind,
                    text=text,
                    language="ar",
                    reading=cry if kind is LetterKind.URGENT else None,
                    written_at=now,
                )
            )
        session.add(PhoneTask(person_id=amina, opened_at=now))


async def test_forty_reports_take_one_click_and_the_keyboard_does_it_too(desk: tuple[Talk, NewDesk]) -> None:
    talk, opened = desk
    await a_busy_day(talk, REPORTS)
    page = await opened(scripts=False)
    await expect(page.locator("input[name=report]:checked")).to_have_count(REPORTS)
    # Two are to be looked at again.
    await page.locator("input[name=report]").nth(3).uncheck()
    await page.locator("input[name=report]").nth(5).uncheck()
    await page.get_by_role("button", name="Gekozen afmeldingen: gezien").click()
    await expect(page.get_by_role("status")).to_contain_text("38 keer gezien")
    await page.locator("input[name=report]").first.focus()
    button = page.get_by_role("button", name="Gekozen afmeldingen: gezien")
    for _ in range(12):
        await page.keyboard.press("Tab")
        if await button.evaluate("it => it === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("2 keer gezien")


async def test_a_cry_a_question_a_call_and_a_meeting_are_done_from_the_page(desk: tuple[Talk, NewDesk]) -> None:
    talk, opened = desk
    await a_busy_day(talk)
    page = await opened()
    box = await page.locator("#cries").bounding_box()
    assert box is not None
    assert box["y"] < 300
    await page.get_by_label("Wat is er gedaan?").fill("112 gebeld")
    await page.get_by_role("button", name="Afgehandeld").click()
    await expect(page.locator("#cries")).to_have_count(0)
    await page.locator("#questions").get_by_role("link", name=re.compile("^Antwoorden")).click()
    await page.get_by_label("Of schrijf zelf").fill("Ja, dat mag")
    await page.get_by_role("button", name="Versturen").click()
    await expect(page.locator("#letters")).to_contain_text("Ja, dat mag")
    await page.get_by_text("Nieuwe afspraak").click()
    await page.get_by_label("Dag").last.fill("2026-03-09")
    await page.get_by_label("Tijd").last.fill("10:30")
    await page.get_by_role("button", name="Maken").click()
    await expect(page.get_by_role("status")).to_contain_text("Afspraak gemaakt")
    await page.get_by_role("link", name="Vandaag").click()
    await page.locator("#calls").get_by_role("button", name=re.compile("^Gesproken")).click()
    await expect(page.locator("#calls")).to_have_count(0)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_page_fits_every_screen_and_axe_finds_nothing(desk: tuple[Talk, NewDesk], language: str) -> None:
    talk, opened = desk
    await a_busy_day(talk)
    amina = f"/desk/people/{talk.person_ids['Amina']}"
    page = await opened(language=language)
    base = page.url.partition("/desk")[0]
    found: dict[str, object] = {}
    for path in ("/desk", "/desk/people", amina, f"{amina}/messages/999", "/desk/sign-in", "/desk/link/x"):
        await page.goto(f"{base}{path}")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} wide at {width}"
        result = await Axe().run(page, options=WCAG)
        found |= {f"{path}: {one['id']}": one["nodes"][0]["html"][:200] for one in result.response["violations"]}
    assert found == {}


async def test_at_twice_the_size_nothing_is_cut(desk: tuple[Talk, NewDesk]) -> None:
    """200 % of a window of 640 points is one of 320, with letters of 200 % by the browser's own setting beside it."""
    talk, opened = desk
    await a_busy_day(talk)
    page = await opened(320)
    await page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
