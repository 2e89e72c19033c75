"""The desk in a real browser: tasks by mouse and keyboard, on small and large screens, and what axe finds."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from storage.appointments.appointments import Appointment, LessonGroup, Membership
from storage.vocabulary import AppointmentKind, DeskRole
from tests.bot.desk.conftest import link_for
from tests.bot.dialogue.talk import Talk
from tests.browser.desk_served import NewDesk, a_busy_day

REPORTS = 40
#: WCAG 2.2 AA, as axe names its rules.
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = (320, 768, 1366)


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


async def faults_of(page: Page, what: str) -> dict[str, object]:
    """What axe finds, what is wider than the screen at each width, and with letters twice as large in a window of 320
    points (as 200 % in one of 640)."""
    found: dict[str, object] = {}
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        wide = await page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found[f"{what} at {width}"] = wide
    await page.set_viewport_size({"width": 320, "height": 800})
    wide = await page.evaluate(
        """() => { const style = document.documentElement.style; style.setProperty("font-size", "200%");
        const wide = document.documentElement.scrollWidth; style.removeProperty("font-size"); return wide }"""
    )
    if wide > 320:
        found[f"{what} at 200 %"] = wide
    result = await Axe().run(page, options=WCAG)
    return found | {f"{what}: {one['id']}": one["nodes"][0]["html"][:200] for one in result.response["violations"]}


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_page_fits_every_screen_and_axe_finds_nothing(desk: tuple[Talk, NewDesk], language: str) -> None:
    talk, opened = desk
    await a_busy_day(talk)
    amina = f"/desk/people/{talk.person_ids['Amina']}"
    page = await opened(language=language)
    base = page.url.partition("/desk")[0]
    found: dict[str, object] = {}
    group, lesson = await a_lesson(talk)
    policies = [
        "/desk/content/sheets",
        "/desk/content/policies",
        *(f"/desk/content/policies/huizen/{one}" for one in ("class", "exam")),
    ]
    walked = {
        DeskRole.CONSULTANT: [
            "/desk",
            "/desk/people",
            "/desk/calendar",
            f"/desk/calendar?group={group}",
            "/desk/calendar/new?on=2026-03-09&at=10:00",
            f"/desk/calendar/lessons/{lesson}",
            "/desk/groups",
            f"/desk/groups/{group}",
            f"/desk/groups/{group}/lessons",
            amina,
            f"{amina}/ahead",
            f"{amina}/messages/999",
            "/desk/sign-in",
            "/desk/link/x",
        ],
        DeskRole.MANAGER: ["/desk"],
        DeskRole.ADMINISTRATOR: ["/desk", "/desk/imports", "/desk/system", "/desk/accounts"],
        DeskRole.CONTENT_EDITOR: ["/desk/content?q=boete", "/desk/content?language=nl&domain=reminders", *policies],
    }
    for role, paths in walked.items():
        page = page if role is DeskRole.CONSULTANT else await opened(language=language, role=role)
        for path in paths:
            await page.goto(f"{base}{path}")
            found |= await faults_of(page, path)
    assert found == {}


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_what_comes_after_a_form_fits_and_axe_finds_nothing(desk: tuple[Talk, NewDesk], language: str) -> None:
    """Pages that no address leads to: what would be done, a code, the week's link, and how to set up the app."""
    talk, opened = desk
    await a_busy_day(talk)
    page = await opened(language=language)
    base = page.url.partition("/desk")[0]
    amina = f"{base}/desk/people/{talk.person_ids['Amina']}"
    group, lesson = await a_lesson(talk)
    found: dict[str, object] = {}

    async def after(what: str, action: str) -> None:
        """The page that the form with this address leads to."""
        form = page.locator(f"form[action='{action.removeprefix(base)}']").last
        async with page.expect_navigation():
            await form.evaluate("it => it.requestSubmit(it.querySelector('button'))")
        found.update(await faults_of(page, what))

    await page.goto(f"{base}/desk/groups/{group}")
    await page.locator("select[name=ready]").select_option(index=1)
    await after("a message to a group, looked at", f"{base}/desk/groups/{group}/preview")
    await page.goto(f"{base}/desk/calendar/lessons/{lesson}")
    await after("a lesson's end, looked at", f"{base}/desk/calendar/lessons/{lesson}/preview")
    await page.goto(f"{amina}/ahead")
    await page.locator("input[name=plan_signed_on]").fill("2026-02-01")
    await after("other dates, looked at", f"{amina}/ahead/preview")
    await page.goto(amina)
    await after("a code", f"{amina}/code")
    await page.goto(f"{base}/desk/groups/{group}/lessons")
    await after("a school's link", f"{base}/desk/groups/{group}/lessons")
    # What whoever has it sees, without an account.
    given = urlsplit(await page.locator("main code").first.inner_text())
    await page.goto(f"{base}{given.path}")
    found |= await faults_of(page, "a school's week")
    await page.goto(f"{base}/desk?said=not_done")
    found |= await faults_of(page, "a word of what was not done")

    page = await opened(language=language, role=DeskRole.ADMINISTRATOR)
    await page.goto(f"{base}/desk/imports")
    await page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": b"external_id,given_name\nnew1,Rahel\n"}
    )
    await after("a table, looked at", "/desk/imports/preview")

    page = await opened(language=language, role=DeskRole.CONTENT_EDITOR)
    words = "/desk/content/texts/ar/faq.answer.bot_talk_to_human"
    await page.goto(f"{base}{words}")
    await page.locator("textarea").fill("x")
    await after("words with faults", f"{words}/look")
    await page.goto(f"{base}{words}")
    await page.locator("input[name=reviewer]").fill("Ahmad")
    await after("words, looked at", f"{words}/look")
    await after("what waits", f"{words}/propose")
    await page.goto(f"{base}{words}")
    found |= await faults_of(page, "words that were proposed")

    await page.goto(f"{base}/desk/content/sheets")
    row = "ar;faq;faq.answer.bot_what_can_you_do;;{};yes;A;x\r\n"
    sheet = "locale;subject;key;form;text;correction;approved;reviewer\r\n" + row.format("x;") + row.format("y;")
    await page.locator("input[type=file]").set_input_files(
        {"name": "ar.csv", "mimeType": "text/csv", "buffer": sheet.encode()}
    )
    await after("a sheet, looked at", "/desk/content/sheets/look")
    policy = "/desk/content/policies/huizen/exam"
    await page.goto(f"{base}{policy}")
    await page.locator("input[name=at_2]").fill("10:00")
    await after("a policy with faults", f"{policy}/look")
    await page.goto(f"{base}{policy}")
    await page.locator("input[name=amount_1]").fill("5")
    await after("a policy, looked at", f"{policy}/look")
    await after("a policy that waits", f"{policy}/propose")

    # The step after a one-time link: a picture for the app, and a field.
    link = (await link_for(talk, "karim@huizen.example")).token
    await page.context.clear_cookies()
    await page.goto(f"{base}/desk/link/{link}")
    await page.get_by_role("button").last.click()
    await page.wait_for_url("**/desk/step*")
    found |= await faults_of(page, "the app is set up")
    assert found == {}
