"""Passkeys in a real browser, with an authenticator that Chromium plays itself."""

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.bot.desk.conftest import link_for
from tests.browser.desk_served import desk_served
from tests.browser.test_desk import faults_of

_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def with_a_key(context: BrowserContext) -> tuple[Page, CDPSession, str]:
    """A page with an authenticator, and the number by which Chromium knows it."""
    page = await context.new_page()
    page.set_default_timeout(10_000)
    chromium = await context.new_cdp_session(page)
    await chromium.send("WebAuthn.enable")
    made = await chromium.send("WebAuthn.addVirtualAuthenticator", {"options": _KEY})
    return page, chromium, str(made["authenticatorId"])


async def faults_in_both(page: Page, what: str) -> dict[str, object]:
    """What axe finds, and what is too wide, in Dutch and in English; then the page is Dutch again."""
    found = await faults_of(page, what)
    for language in ("en", "nl"):
        await page.context.add_cookies(
            [{"name": "maatje-desk-language", "value": language, "domain": "localhost", "path": "/desk"}]
        )
        await page.reload()
        if language == "en":
            found |= await faults_of(page, f"{what} in English")
    return found


async def test_a_key_is_made_used_named_and_removed(sqlite_url: str, browser: Browser) -> None:
    found: dict[str, object] = {}
    async with desk_served(sqlite_url, browser, host="localhost") as (talk, opened):
        base = (await opened()).url.partition("/desk")[0]
        context = await browser.new_context(viewport={"width": 1366, "height": 800})
        said: list[str] = []
        try:
            await context.add_cookies(
                [{"name": "maatje-desk-language", "value": "nl", "domain": "localhost", "path": "/desk"}]
            )
            page, chromium, key = await with_a_key(context)
            page.on("console", lambda line: said.append(line.text))
            token = (await link_for(talk, "karim@huizen.example")).token
            await page.goto(f"{base}/desk/link/{token}")
            await page.get_by_role("button").last.click()
            await page.wait_for_url("**/desk/step*")
            found |= await faults_in_both(page, "a key or an app is set up")
            await page.get_by_label("Hoe heet deze sleutel").fill("laptop")
            make = page.get_by_role("button", name="Toegangssleutel maken")
            await make.click()
            await page.wait_for_url(f"{base}/desk")
            kept = await chromium.send("WebAuthn.getCredentials", {"authenticatorId": key})
            assert [one["rpId"] for one in kept["credentials"]] == ["localhost"]
            # The same authenticator takes no second one for the same account, and the page says so.
            await page.get_by_role("link", name="Mijn account").click()
            await page.get_by_label("Hoe heet deze sleutel").fill("again")
            await make.click()
            await expect(page.get_by_role("status").filter(has_text="lukte")).to_be_visible()
            found |= await faults_in_both(page, "my account")
            await page.get_by_role("button", name="Uitloggen").click()
            await page.wait_for_url("**/desk/sign-in*")
            enter = page.get_by_role("button", name="Inloggen met een")
            await expect(enter).to_be_visible()
            found |= await faults_in_both(page, "signing in")
            # Whoever takes the finger away does not get in; nothing else changes.
            await chromium.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
            await enter.click()
            await expect(page.get_by_role("status").filter(has_text="lukte")).to_be_visible()
            await chromium.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
            await enter.focus()
            await page.keyboard.press("Enter")
            await page.wait_for_url(f"{base}/desk")
            await page.goto(f"{base}/desk/account")
            await page.get_by_role("button", name="Verwijderen").click()
            await expect(page.get_by_role("status").first).to_contain_text("verwijderd")
            await page.get_by_role("button", name="Uitloggen").click()
            await enter.click()
            await page.wait_for_url("**said=key_refused*")
            assert not [line for line in said if "Content Security Policy" in line]
        finally:
            await context.close()
    assert found == {}
