"""Whole conversations on the page, measured after each step on small and large screens and in three scripts: what was
reported is known, what comes in between waits, and the plan for the day."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Locator, expect

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.intents import Act, asks
from tests.bot.dialogue.talk import RENDERER
from tests.browser.chat_served import chat_served
from tests.browser.phone import Phone
from tests.browser.screens import BOXES, LOCALES, WIDTHS

HEIGHT = 640
# In this order, by their icons: what was asked last is answered by the newest button that has it.
_PLAN = ("📅", "🗣️", "✅")


class Walk:
    """Somebody's telephone, on which each step is looked at on every screen."""

    def __init__(self, phone: Phone) -> None:
        self.page = phone.page
        self.phone = phone

    def choice(self, icon: str) -> Locator:
        """The newest open answer with this icon."""
        starts = re.compile("^" + re.escape(icon))
        return self.page.locator(".choices button.choice:enabled", has_text=starts).last

    async def taps(self, icon: str, *, place: int = 0) -> None:
        """Answer with the icon (of several in the newest message, the one at this place), and wait for what comes."""
        bot = self.page.locator(".line.bot")
        before = await bot.count()
        button = self.choice(icon)
        if place:
            newest = bot.last.locator("button.choice:enabled", has_text=re.compile("^" + re.escape(icon)))
            button = newest.nth(place)
        await button.tap()
        await expect(bot).to_have_count(before + 1)

    async def sees(self, *texts: str, answers: bool = True) -> None:
        """On every screen these texts of the newest message are wholly in view, from its start, and its answers too."""
        last = self.page.locator(".line.bot").last
        for text in texts:
            await expect(last).to_contain_text(text)
        for width in WIDTHS:
            await self.page.set_viewport_size({"width": width, "height": HEIGHT})
            await self.page.wait_for_function(_IN_VIEW, arg=[texts, answers], timeout=3000)
            assert await self.phone.overflow() == 0
        await self.page.set_viewport_size({"width": 360, "height": HEIGHT})


# The paragraphs with these words, and all answers (or the first two, where they are many), within the room for lines.
_IN_VIEW = """([texts, answers]) => {
    const room = scroller.getBoundingClientRect(), last = [...document.querySelectorAll('.line.bot')].at(-1);
    const inside = (e) => {
        const b = e.getBoundingClientRect();
        return b.height > 0 && b.top >= room.top - 1 && b.bottom <= room.bottom + 1
            && b.left >= 0 && b.right <= innerWidth;
    };
    const all = [...last.querySelectorAll('.bubble > p')], buttons = [...last.querySelectorAll('.choice')];
    const asked = buttons.length > 6 ? buttons.slice(0, 2) : buttons;
    return texts.every((text) => all.some((p) => p.textContent.includes(text) && inside(p)))
        && (!answers || (asked.length > 0 && asked.every((b) => inside(b) && b.getBoundingClientRect().height >= 44)));
}"""


@pytest.mark.parametrize("locale", LOCALES)
async def test_conversations_stay_in_view(browser: Browser, sqlite_url: str, locale: str) -> None:
    def say(key: str, **params: str | int | Text) -> str:
        return RENDERER.say(Text(key, params), locale)

    context = await browser.new_context(
        viewport={"width": 360, "height": HEIGHT},
        locale=locale,
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    )
    async with chat_served(sqlite_url) as town:
        phone = await Phone.made(context, town.url)
        walk = Walk(phone)
        await phone.opens(await town.amina(locale))
        await walk.sees(say("menu.ask"))

        # The day before a meeting that she must come to: "I come", then the plan for the day, by icons (9).
        for icon in _PLAN:
            await walk.taps(icon)
        await walk.sees(say("day_plan.kept_free", name="Sanne"), say("day_plan.how"))
        await walk.taps("🚌")
        await walk.sees(say("day_plan.how_long"))
        await walk.taps("🚌", place=2)
        await walk.sees(say("day_plan.children"))
        await walk.taps("👍")
        # The meeting is tomorrow at 15:00: 45 minutes on the way, and ten to spare.
        leave = town.talk.clock.now() + timedelta(days=1, hours=6) - timedelta(minutes=55)
        await walk.sees(RENDERER.say(Text("day_plan.leave", {"at": leave}), locale))
        await walk.taps("🏠")

        # What she reports is known at once: struck out where she looks next (4).
        await walk.taps("🤒")
        await walk.taps("📚")
        await walk.taps("👶")
        await walk.taps("1\ufe0f\u20e3")
        await walk.taps("✅")
        await town.talk.settle()
        assert "Amina" in town.sanne_read
        await walk.taps("🏠")
        await walk.taps("📅")
        struck = walk.page.locator(".line.bot").last.locator("button.choice", has_text=re.compile("^❌"))
        await expect(struck).to_have_count(1)
        await walk.sees("❌")

        # Something comes while she is asked: it waits, and the number that she says is an answer to her question (5).
        await walk.taps("🏠")
        await walk.taps("💬")
        asked = walk.page.locator(".line.bot").last
        lines = await walk.page.locator(".line.bot").count()
        await town.reminds(
            Body(
                (Part(Text("after.none"), Style.TITLE),),
                ((Button(Text("button.not_coming"), asks(Act.ABSENT), "🤒"),),),
            )
        )
        banner = walk.page.locator("#banner")
        await expect(banner).to_be_visible()
        for width in WIDTHS:
            await walk.page.set_viewport_size({"width": width, "height": HEIGHT})
            _, box, *_ = await walk.page.evaluate(BOXES, "#banner")
            assert box[0] >= 0
            assert box[2] >= 0
            assert box[3] <= width
            assert box[1] - box[0] >= 44
            await expect(walk.page.locator(".line.bot").nth(lines - 1).locator(".title, p").first).to_be_in_viewport()
            assert await phone.overflow() == 0
        await expect(asked).to_be_attached()
        await phone.says("1")
        await expect(walk.page.locator(".line.bot")).to_have_count(lines + 2)
        await town.talk.settle()
        # The first answer of her question, not of what came in between.
        assert RENDERER.say(Text("letter.call_me"), "nl") in town.sanne_read
        assert phone.complaints == []
    await context.close()
