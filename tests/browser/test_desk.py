"""The desk in a real browser: tasks by mouse and keyboard, on small and large screens, and what axe finds."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from storage.appointments.appointments import Appointment, LessonGroup, Membership
from storage.vocabulary import AppointmentKind, DeskRole
from tests.bot.dialogue.talk import Talk
from tests.browser.desk_served import NewDesk, a_busy_day

REPORTS = 40
#: WCAG 2.2 AA, as axe names its rules.
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = (320, 768, 1366)

#: Pages of other roles than a consultant's.
_OTHERS = {DeskRole.MANAGER: ("/desk",), DeskRole.ADMINISTRATOR: ("/desk", "/desk/imports")}


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


async def a_lesson(talk: Talk) -> tuple[int, int]:
    """A group with a lesson in a week, in which Amina is."""
    at = talk.clock.now() + timedelta(days=7)
    async with talk.database.writing() as session:
        group = LessonGroup(name="Ochtend A")
        session.add(group)
        await session.flush()
        session.add(Membership(group_id=group.id, person_id=talk.person_ids["Amina"], from_on=talk.clock.now().date()))
        lesson = Appointment(
            external_id="a lesson",
            group_id=group.id,
            kind=AppointmentKind.CLASS,
            starts_at=at,
            ends_at=at + timedelta(hours=3),
            made_at=talk.clock.now(),
            updated_at=talk.clock.now(),
        )
        session.add(lesson)
        await session.flush()
        return group.id, lesson.id


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_page_fits_every_screen_and_axe_finds_nothing(desk: tuple[Talk, NewDesk], language: str) -> None:
    talk, opened = desk
    await a_busy_day(talk)
    amina = f"/desk/people/{talk.person_ids['Amina']}"
    page = await opened(language=language)
    base = page.url.partition("/desk")[0]
    found: dict[str, object] = {}
    group, lesson = await a_lesson(talk)
    walked = [
        "/desk",
        "/desk/people",
        "/desk/calendar",
        f"/desk/calendar?group={group}",
        "/desk/calendar/new?on=2026-03-09&at=10:00",
        f"/desk/calendar/lessons/{lesson}",
        "/desk/groups",
        f"/desk/groups/{group}",
        amina,
        f"{amina}/ahead",
        f"{amina}/messages/999",
        "/desk/sign-in",
        "/desk/link/x",
    ]
    for path in walked:
        await page.goto(f"{base}{path}")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} wide at {width}"
        result = await Axe().run(page, options=WCAG)
        found |= {f"{path}: {one['id']}": one["nodes"][0]["html"][:200] for one in result.response["violations"]}
    for role, paths in _OTHERS.items():
        page = await opened(language=language, role=role)
        for path in paths:
            await page.goto(f"{base}{path}")
            await page.set_viewport_size({"width": 320, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
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
