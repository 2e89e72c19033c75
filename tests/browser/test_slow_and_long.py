"""A slow line, a long history, a page left open for a week, the way back; and messages that read themselves."""

from dataclasses import replace
from datetime import timedelta

from playwright.async_api import expect

from bot.voice.encoding import encode
from locales.rendering.render import File
from tests.bot.channels.web.rig import message
from tests.bot.voice.beeps import tone
from tests.browser.conftest import MakePhone
from tests.browser.screens import BOXES, reminder
from tests.browser.serving import Town

# 50 kbit/s, and 800 ms until anything comes.
SLOW = {"offline": False, "latency": 800, "downloadThroughput": 6250, "uploadThroughput": 6250}
LIGHT = 16_000
# The page itself and its files; what is said in it comes on top, and letters where a telephone has none (test_letters).
_WEIGHT = """performance.getEntriesByType('navigation').concat(
    performance.getEntriesByType('resource').filter(e => /.chat.static.(?!.*woff2)/.test(e.name)))
    .reduce((sum, e) => sum + e.encodedBodySize, 0)"""


async def test_the_first_line_is_there_in_eight_seconds_on_a_slow_line(town: Town, phone: MakePhone) -> None:
    amina = await phone("ti", width=360)
    amina.page.set_default_timeout(30_000)
    session = await amina.context.new_cdp_session(amina.page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", SLOW)
    await amina.page.goto(f"{town.url}/chat#{await town.rig.person('ti')}", wait_until="commit")
    await expect(amina.page.locator(".line.bot")).to_have_count(1, timeout=20_000)
    took = await amina.page.evaluate("performance.now()")
    assert took < 8000
    assert 0 < await amina.page.evaluate(_WEIGHT) < LIGHT


async def test_a_long_history_opens_at_its_end_and_is_read_without_jumps(town: Town, phone: MakePhone) -> None:
    amina = await phone(width=360)
    await amina.opens(await town.rig.person())
    now = town.rig.clock.now()
    await town.rig.history([f"Bericht {number}" for number in range(400)])
    await amina.page.reload()
    await expect(amina.lines("Bericht 399")).to_be_in_viewport()
    for _ in range(3):
        await amina.page.evaluate("scroller.scrollTop = 0")
        count = await amina.page.locator(".line").count()
        first = amina.page.locator(".line").first
        name = await first.get_attribute("data-id")
        before = await first.evaluate("e => e.getBoundingClientRect().top")
        await amina.taps("Oudere berichten")
        await expect(amina.page.locator(".line")).to_have_count(count + 50)
        after = await amina.page.locator(f'.line[data-id="{name}"]').evaluate("e => e.getBoundingClientRect().top")
        assert abs(before - after) < 60

    # The page stays open for a week; what comes then stands under its own day, and is found.
    town.rig.clock.forward(days=7)
    [address] = await town.rig.addresses()
    await town.rig.bot_says(address, message("Een week later"), unasked=True)
    await amina.sees("Een week later")
    await amina.button("Nieuw bericht").tap()
    await expect(amina.lines("Een week later")).to_be_in_viewport()
    later = (now + timedelta(days=7)).date().isoformat()
    await expect(amina.page.locator(f'.day[data-day="{later}"]')).to_have_count(1)

    # Away and back: the chat is there, at its end.
    await amina.page.goto("about:blank")
    await amina.page.go_back()
    await amina.is_online()
    await expect(amina.lines("Een week later")).to_be_in_viewport()


async def test_who_listens_hears_what_comes_and_needs_no_letters(town: Town, phone: MakePhone) -> None:
    amina = await phone("ar", width=360)
    # What drives the browser counts as a touch: whether there was one is said here.
    await amina.page.add_init_script(
        "window.touched = false; addEventListener('pointerup', () => { touched = true; }, true);"
        "Object.defineProperty(navigator, 'userActivation', { get: () => ({ hasBeenActive: touched }) });"
    )
    await amina.opens(await town.rig.person("ar"))
    [address] = await town.rig.addresses()
    spoken = replace(reminder("ar"), voice=File("message.ogg", "audio/ogg", encode([tone(1.5)])))
    plays = ".line:last-child .aloud audio"

    # Nobody touched the page yet: one large button calls, above the text.
    town.rig.answers = [spoken]
    await town.rig.bot_says(address, spoken)
    calls = amina.page.locator(".aloud.calls .play")
    await expect(calls).to_be_in_viewport()
    _, button, title = await amina.page.evaluate(BOXES, ".line:last-child .play, .line:last-child .title")
    assert button[1] <= title[0]
    assert min(button[1] - button[0], button[3] - button[2]) >= 48
    assert await amina.page.locator(plays).evaluate("e => e.paused")

    # From the first touch on each message reads itself, one at a time; pause, again, slower.
    await amina.page.locator(".line:last-child .play").tap()
    await amina.page.wait_for_function("() => document.querySelector('.line:last-child audio').currentTime > 0")
    await amina.says("?")
    await amina.page.wait_for_function(
        "() => { const all = document.querySelectorAll('.aloud audio'); return all.length === 2 && !all[1].paused; }"
    )
    assert await amina.page.locator(".aloud audio").first.evaluate("e => e.paused")
    last = amina.page.locator(".line:last-child .aloud")
    await last.locator(".play").tap()
    assert await amina.page.locator(plays).evaluate("e => e.paused")
    await last.locator(".slow").tap()
    await last.locator(".again").tap()
    await amina.page.wait_for_function("() => document.querySelectorAll('.aloud audio')[1].playbackRate === 0.75")
    await expect(last.locator(".slow")).to_have_attribute("aria-pressed", "true")
