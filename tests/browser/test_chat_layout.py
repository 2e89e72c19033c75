"""How the page looks and speaks: small telephones, both directions, keyboard, screen reader, weight."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from locales.rendering.message import Style
from locales.rendering.render import Block
from tests.bot.channels.web.conversation import speak
from tests.bot.channels.web.rig import message
from tests.browser.conftest import MakePhone
from tests.browser.phone import Phone
from tests.browser.serving import Town


async def _in_conversation(town: Town, phone: MakePhone, locale: str, *, dark: bool = False) -> Phone:
    person = await phone(locale, dark=dark)
    await person.opens(await town.rig.person(locale))
    [address] = await town.rig.addresses()
    await speak(town.rig, address, locale)
    await expect(person.page.locator(".line")).to_have_count(4)
    return person


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("locale", ["nl", "ar"])
async def test_nothing_is_wider_than_a_small_screen(
    town: Town, phone: MakePhone, tmp_path: Path, locale: str, dark: bool
) -> None:
    person = await _in_conversation(town, phone, locale, dark=dark)
    await person.picture(tmp_path / "chat.png")
    assert await person.overflow() == 0


async def test_a_word_without_end_is_broken(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    [address] = await town.rig.addresses()
    await town.rig.bot_says(address, message("W" * 300, buttons=[[("B" * 80, "b"), ("C" * 80, "c")]]))
    await amina.sees("W" * 300)
    assert await amina.overflow() == 0


async def test_no_word_of_an_answer_is_broken_that_fits_on_the_screen(town: Town, phone: MakePhone) -> None:
    linda = await phone()
    await linda.opens(await town.rig.person())
    [address] = await town.rig.addresses()
    buttons = [[("🗓️ Vandaag", "a"), ("🤒 Afmeldingen", "b")], [("👥 Mijn mensen", "c"), ("Verantwoordelijkheden", "d")]]
    await town.rig.bot_says(address, message("Menu", buttons=buttons))
    await linda.sees("Menu")
    broken = await linda.page.evaluate(
        """[...document.querySelectorAll('.choice')].flatMap(e => {
             const text = document.createTreeWalker(e, NodeFilter.SHOW_TEXT).nextNode(), range = document.createRange();
             return [...text.data.matchAll(/[a-z]+/gi)].filter(word => {
               range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
               return range.getClientRects().length > 1; }).map(word => word[0]); })"""
    )
    assert (broken, await linda.overflow()) == ([], 0)


@pytest.mark.parametrize("locale", ["nl", "ar"])
async def test_everything_to_touch_is_large_and_all_text_is_18_pixels(
    town: Town, phone: MakePhone, locale: str
) -> None:
    person = await _in_conversation(town, phone, locale)
    small = await person.page.evaluate(
        """[...document.querySelectorAll('button, a.choice, textarea')].filter(e => e.checkVisibility())
           .map(e => e.getBoundingClientRect()).filter(r => r.height < 48 || r.width < 48).length"""
    )
    tiny = await person.page.evaluate(
        """[...document.querySelectorAll('body *')].filter(e => e.childNodes.length && e.checkVisibility())
           .filter(e => parseFloat(getComputedStyle(e).fontSize) < 18).map(e => e.tagName)"""
    )
    assert (small, tiny) == (0, [])


async def test_arabic_runs_from_right_to_left_and_its_dutch_line_does_not(town: Town, phone: MakePhone) -> None:
    person = await _in_conversation(town, phone, "ar")
    page = person.page

    assert await page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    official, dutch = page.locator(".official"), page.locator(".dutch")
    await expect(official).to_have_attribute("lang", "ar")
    await expect(official).to_have_attribute("dir", "rtl")
    await expect(dutch).to_have_attribute("lang", "nl")
    await expect(dutch).to_have_attribute("dir", "ltr")
    send, text = await page.locator("#send").bounding_box(), await page.locator("#text").bounding_box()
    assert send is not None
    assert text is not None
    assert send["x"] < text["x"]


async def test_a_message_in_another_language_stands_on_the_same_side(town: Town, phone: MakePhone) -> None:
    person = await phone("ar")
    await person.opens(await town.rig.person("ar"))
    [address] = await town.rig.addresses()
    await town.rig.bot_says(address, message("Kort", more=(Block("باختصار", Style.NORMAL, "ar"),)))
    await person.sees("Kort")

    sides = await person.page.evaluate(
        "[...document.querySelectorAll('.bot .bubble')].map(e => Math.round(e.getBoundingClientRect().right))"
    )
    assert len(set(sides)) == 1
    await expect(person.page.locator(".bubble > p", has_text="Kort")).to_have_attribute("lang", "nl")


async def test_it_works_with_the_keyboard_alone(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await amina.sees("Wat wilt u doen?")
    keyboard = amina.page.keyboard

    for _ in range(10):
        await keyboard.press("Tab")
        if await amina.button("Ik kan niet komen").evaluate("e => e === document.activeElement"):
            break
    outline = await amina.button("Ik kan niet komen").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    await keyboard.press("Enter")
    await amina.sees("Gekozen: absence")
    # The button is gone; the focus is on what was said, so that Tab goes on from there.
    await expect(amina.page.locator(".line.person")).to_be_focused()
    await keyboard.press("Tab")
    await expect(amina.page.get_by_role("textbox")).to_be_focused()
    await keyboard.type("Ik ben ziek")
    await keyboard.press("Shift+Enter")
    await keyboard.type("Tot morgen")
    await keyboard.press("Enter")
    await expect(amina.page.locator(".line.person .bubble > p").last).to_have_text("Ik ben ziek\nTot morgen")


@pytest.mark.parametrize(
    ("locale", "names"),
    [
        pytest.param(
            "nl",
            [
                "heading Maatje",
                "log Berichten",
                "group Kies een antwoord",
                "textbox Schrijf een bericht",
                "button Versturen",
            ],
            id="nl",
        ),
        pytest.param(
            "ar", ["heading Maatje", "log الرسائل", "group اختر جوابًا", "textbox اكتب رسالة", "button إرسال"], id="ar"
        ),
    ],
)
async def test_a_screen_reader_finds_everything_by_name(
    town: Town, phone: MakePhone, locale: str, names: list[str]
) -> None:
    person = await _in_conversation(town, phone, locale)
    tree = await person.page.locator("body").aria_snapshot()
    for name in names:
        role, _, label = name.partition(" ")
        assert f'{role} "{label}"' in tree
    # No button, link or field without a name.
    assert re.findall(r"- (?:button|link|textbox|img)(?::|$)", tree, re.MULTILINE) == []
    assert "Maatje:" in tree
    await expect(person.page.locator("#log")).to_have_attribute("aria-live", "polite")


async def test_the_page_weighs_less_than_40_kb(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    transferred = await amina.page.evaluate(
        """performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
           .filter(e => !/.events|.woff2/.test(e.name)).reduce((sum, e) => sum + e.transferSize, 0)"""
    )
    assert 0 < transferred < 40_000


async def test_script_in_a_message_is_text(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    [address] = await town.rig.addresses()
    evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    await town.rig.bot_says(address, message(evil, buttons=[[(evil, "e")]]))
    await amina.sees(evil)
    assert await amina.page.title() == "Maatje"


async def test_only_web_addresses_become_links(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    [address] = await town.rig.addresses()
    await town.rig.bot_says(address, message("Zie https://www.inburgeren.nl/examen. Niet javascript:alert(1)."))
    link = amina.page.locator(".bubble a")
    await expect(link).to_have_count(1)
    await expect(link).to_have_attribute("href", "https://www.inburgeren.nl/examen")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_the_calendar_file_is_offered_as_what_it_is(town: Town, phone: MakePhone) -> None:
    amina = await _in_conversation(town, phone, "nl")
    async with amina.page.expect_download() as download:
        await amina.page.get_by_role("link", name="Zet in mijn agenda").click()
    assert (await download.value).suggested_filename == "gesprek.ics"
