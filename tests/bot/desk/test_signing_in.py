"""Signing in at the desk: the link, the app's digits, and what does not open it."""

import httpx
import pytest

from storage.vocabulary import DeskRole
from tests.bot.desk.conftest import HERE, Browser, link_for
from tests.bot.dialogue.talk import Talk

SANNE = "sanne@huizen.example"


@pytest.fixture
def browser(talk: Talk) -> Browser:
    return Browser(talk)


async def test_a_link_and_the_digits_of_a_new_app_sign_in(talk: Talk, browser: Browser) -> None:
    await browser.signs_in(SANNE)
    assert "Afmeldingen" in await browser.look("/desk")


async def test_a_link_opens_once_and_by_its_button_only(talk: Talk, browser: Browser) -> None:
    token = (await link_for(talk, SANNE)).token
    # A mail scanner looks at it.
    await browser.look(f"/desk/link/{token}")
    assert (await browser.opens(token)).headers["location"] == "/desk/step"
    again = await Browser(talk).opens(token)
    assert "link_dead" in again.headers["location"]


async def test_a_link_ends_after_a_quarter_of_an_hour_and_when_a_new_one_is_given(talk: Talk, browser: Browser) -> None:
    old = (await link_for(talk, SANNE)).token
    new = (await link_for(talk, SANNE)).token
    assert "link_dead" in (await browser.opens(old)).headers["location"]
    talk.clock.forward(minutes=15)
    assert "link_dead" in (await browser.opens(new)).headers["location"]


async def test_a_link_alone_opens_no_page(talk: Talk, browser: Browser) -> None:
    await browser.opens((await link_for(talk, SANNE)).token)
    assert (await browser.client.get("/desk")).headers["location"] == "/desk/sign-in"
    assert (await browser.client.get("/desk/people")).headers["location"] == "/desk/sign-in"


async def test_the_second_time_the_app_is_asked_for_and_its_secret_is_not_shown(talk: Talk, browser: Browser) -> None:
    await browser.signs_in(SANNE)
    other = Browser(talk)
    await other.opens((await link_for(talk, SANNE)).token)
    page = await other.look("/desk/step")
    assert browser.secret not in page
    assert "<svg" not in page


async def test_digits_sign_in_once(talk: Talk, browser: Browser) -> None:
    await browser.signs_in(SANNE)
    used = browser.digits()
    other = Browser(talk)
    await other.opens((await link_for(talk, SANNE)).token)
    assert "wrong_digits" in (await other.shows(used)).headers["location"]
    talk.clock.forward(seconds=30)
    assert (await other.shows(browser.digits())).headers["location"] == "/desk"


async def test_after_five_wrong_tries_a_new_link_is_needed(talk: Talk, browser: Browser) -> None:
    await browser.signs_in(SANNE)
    other = Browser(talk)
    await other.opens((await link_for(talk, SANNE)).token)
    for _ in range(4):
        assert "wrong_digits" in (await other.shows("000000")).headers["location"]
    assert "link_dead" in (await other.shows("000000")).headers["location"]
    talk.clock.forward(seconds=30)
    assert "link_dead" in (await other.shows(browser.digits())).headers["location"]


@pytest.mark.parametrize("typed", ["", "12345", "１２３４５６", "12 34", "x' OR 1=1", "1" * 5000])
async def test_what_is_no_digits_is_wrong(talk: Talk, browser: Browser, typed: str) -> None:
    await browser.opens((await link_for(talk, SANNE)).token)
    assert "wrong_digits" in (await browser.shows(typed)).headers["location"]


async def test_a_cookie_from_before_signing_in_opens_nothing(talk: Talk, browser: Browser) -> None:
    """Session fixation: whoever put a cookie into the browser does not hold what it becomes."""
    await browser.opens((await link_for(talk, SANNE)).token)
    planted = browser.client.cookies["maatje-desk"]
    await browser.signs_in(SANNE)
    assert browser.client.cookies["maatje-desk"] != planted
    intruder = Browser(talk)
    intruder.client.cookies.set("maatje-desk", planted)
    assert (await intruder.client.get("/desk")).headers["location"] == "/desk/sign-in"


async def test_a_session_ends_after_a_working_day_and_by_signing_out(talk: Talk, browser: Browser) -> None:
    await browser.signs_in(SANNE)
    talk.clock.forward(hours=7, minutes=59)
    await browser.look("/desk")
    held = browser.client.cookies["maatje-desk"]
    await browser.does("/desk/sign-out")
    intruder = Browser(talk)
    intruder.client.cookies.set("maatje-desk", held)
    assert (await intruder.client.get("/desk")).headers["location"] == "/desk/sign-in"
    talk.clock.forward(minutes=2)
    await browser.signs_in(SANNE)
    talk.clock.forward(hours=8)
    assert (await browser.client.get("/desk")).headers["location"] == "/desk/sign-in"


async def test_a_colleague_who_is_no_consultant_needs_a_role(talk: Talk, browser: Browser) -> None:
    await browser.signs_in("beheer@huizen.example", DeskRole.ADMINISTRATOR)
    assert "Logboek" in await browser.look("/desk")
    assert (await browser.client.get("/desk/people")).status_code == 404


async def test_cookies_are_out_of_reach_of_scripts_and_of_neighbours(talk: Talk, browser: Browser) -> None:
    answer = await browser.opens((await link_for(talk, SANNE)).token)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "domain" not in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {},
    ],
)
async def test_no_other_page_signs_in_here(talk: Talk, browser: Browser, headers: dict[str, str]) -> None:
    token = (await link_for(talk, SANNE)).token
    answer = await browser.client.post(f"/desk/link/{token}", headers=headers)
    assert answer.status_code == 403
    assert (await browser.opens(token)).headers["location"] == "/desk/step"


async def test_trying_without_end_is_slowed_down(talk: Talk) -> None:
    browser = Browser(talk)
    statuses = [(await browser.opens(f"guess{number}")).status_code for number in range(20)]
    assert statuses[0] == 303
    assert statuses[-1] == 403


async def test_pages_are_kept_nowhere_and_framed_by_nobody(talk: Talk, browser: Browser) -> None:
    await browser.signs_in(SANNE)
    headers: httpx.Headers = (await browser.client.get("/desk")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert HERE not in headers.get("location", "")
