"""The page as an app: read without a network, asked once about notices, and a notice that says nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from bot.channels.web.notices import new_key
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.people.webchat import web_pushes_of
from tests.bot.channels.web.rig import message
from tests.browser.conftest import MakePhone
from tests.browser.phone import Phone
from tests.browser.screens import reminder
from tests.browser.serving import Town, served

# A browser without a screen has no push service: what it would answer.
SUBSCRIBES = """
    PushManager.prototype.subscribe = async function (options) {
        if (options.applicationServerKey.length !== 65) throw new Error("no key");
        return { toJSON: () => ({ endpoint: "https://fcm.googleapis.com/fcm/send/x",
            keys: { p256dh: "B" + "A".repeat(86), auth: "A".repeat(22) } }) };
    };
    let allowed = "default";
    Object.defineProperty(Notification, "permission", { get: () => allowed });
    Notification.requestPermission = async () => allowed = "granted";
"""

COPY = "caches.match('/chat/copy').then((found) => found?.json())"


@pytest_asyncio.fixture(loop_scope="session")
async def town(sqlite_url: str, keys: KeyRing) -> AsyncIterator[Town]:
    """The server, with a key for notices."""
    database = open_database(sqlite_url, keys)
    async with served(database, push_key=new_key()) as running:
        yield running
    await database.close()


async def _comes_true(phone: Phone, promised: str) -> None:
    """Wait for what a promise says: Playwright's own wait takes the promise itself for yes."""
    often = f"(async () => {{ while (!await ({promised})) await new Promise((done) => setTimeout(done, 20)); }})()"
    await asyncio.wait_for(phone.page.evaluate(often), 10)


async def _is_kept(phone: Phone, lines: int) -> None:
    """The worker looks after the page, and as many lines are written down."""
    await phone.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    await phone.page.reload()
    await phone.is_online()
    await phone.page.wait_for_function("!!navigator.serviceWorker.controller")
    await _comes_true(phone, "caches.match('/chat').then((found) => !!found)")
    await _comes_true(phone, "caches.open('maatje-shell').then((c) => c.keys()).then((all) => all.length >= 4)")
    await _comes_true(phone, f"{COPY}.then((kept) => kept?.lines.length === {lines})")


async def test_without_a_network_the_last_messages_are_read_and_a_notice_says_nothing(
    town: Town, phone: MakePhone
) -> None:
    amina = await phone("ti", width=360)
    await amina.page.add_init_script(SUBSCRIBES)
    await amina.opens(await town.rig.person("ti"))
    [address] = await town.rig.addresses()
    tell = amina.page.locator("#tell")
    await expect(amina.page.locator(".line.bot")).to_have_count(1)
    await expect(tell).to_be_hidden()

    # Asked after the first message that comes by itself, once; yes is kept with this browser.
    await town.rig.bot_says(address, reminder("ti"), unasked=True)
    await expect(tell).to_be_visible()
    for box in await tell.locator("button").evaluate_all("all => all.map(e => e.getBoundingClientRect().toJSON())"):
        assert box["height"] >= 48
        assert box["left"] >= 0
        assert box["right"] <= 360
        assert box["bottom"] <= 640
    async with amina.page.expect_response("**/chat/notices") as told:
        await amina.page.locator("#tell-yes").tap()
    assert (await told.value).status == 204
    await expect(tell).to_be_hidden()
    async with town.rig.database.reading() as session:
        [(_, kept)] = await web_pushes_of(session, 1, town.rig.clock.now())
    assert kept["endpoint"] == "https://fcm.googleapis.com/fcm/send/x"
    await town.rig.bot_says(address, message("ሓድሽ", locale="ti"), unasked=True)
    await expect(amina.page.locator(".line.bot")).to_have_count(3)
    await expect(tell).to_be_hidden()

    # The page opens without a network, with what was said; nothing there can be pressed.
    await _is_kept(amina, lines=3)
    manifest = await (await amina.page.request.get(f"{town.url}/chat/manifest.webmanifest")).json()
    assert (manifest["display"], manifest["lang"], manifest["start_url"]) == ("standalone", "ti", "/chat")
    await amina.goes_offline()
    await amina.page.reload()
    await expect(amina.page.locator(".line.bot")).to_have_count(3)
    await expect(amina.page.locator("#notice")).to_have_text("እዚ ኣብዚ ስልኪ ዝተዓቀበ እዩ።")
    await expect(amina.page.locator("button.choice")).to_have_count(0)
    await expect(amina.page.locator("html")).to_have_attribute("lang", "ti")
    await amina.comes_online()
    await expect(amina.page.locator("#notice")).to_be_hidden()
    await expect(amina.page.locator("button.choice").first).to_be_visible()


async def test_what_is_kept_goes_with_the_chat(town: Town, phone: MakePhone) -> None:
    shared = await phone()
    await shared.opens(await town.rig.person("nl"))
    await _comes_true(shared, f"{COPY}.then((kept) => kept?.lines.length > 0)")
    await shared.page.goto("about:blank")
    await shared.opens(await town.rig.person("ar"))
    await shared.taps("Ja, open de andere chat")
    await shared.sees("ماذا تريد أن تفعل؟")
    await _comes_true(shared, f"{COPY}.then((kept) => kept?.window.lang === 'ar' && kept.lines.length > 0)")
    assert "Wat wilt u doen" not in await shared.page.evaluate(f"{COPY}.then(JSON.stringify)")
