"""Opening a personal link: whose chat a browser shows."""

from datetime import timedelta
from secrets import token_hex

from bot.events import Started
from storage.people.contacts import Contact
from tests.bot.channels.web.conftest import Browser, NewBrowser
from tests.bot.channels.web.rig import Rig


async def test_a_link_opens_the_chat_and_hands_over_the_code(rig: Rig, browser: Browser) -> None:
    code = await rig.person("ar")
    answer = await browser.open(code)

    assert answer.status_code == 200
    assert [event.payload for event in rig.heard] == [Started(code)]
    assert rig.heard[0].language == "ar"
    assert await browser.texts() == ["ماذا تريد أن تفعل؟"]


async def test_the_cookie_is_out_of_reach_of_scripts_and_bound_to_this_host(rig: Rig, browser: Browser) -> None:
    answer = await browser.open(await rig.person())

    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-maatje=")
    assert {"httponly", "secure", "samesite=lax", "path=/", "max-age=7776000"} <= set(cookie.split("; "))


async def test_an_opening_whose_answer_was_lost_is_found_again_by_its_token(rig: Rig, new_browser: NewBrowser) -> None:
    code, token = await rig.person(), token_hex(32)
    await new_browser().open(code, token)
    again = new_browser()  # the cookie never arrived
    await again.open(code, token)

    assert await again.texts() == ["Wat wilt u doen?"]
    assert len(rig.heard) == 1
    assert len(await rig.addresses()) == 1


async def test_a_stranger_gets_the_greeting_once(rig: Rig, browser: Browser) -> None:
    await browser.open()
    assert await browser.texts() == ["Wie bent u?"]
    assert await browser.texts() == ["Wie bent u?"]
    assert [event.payload for event in rig.heard] == [Started(None)]


async def test_a_used_link_in_another_browser_shows_nothing_of_the_chat(rig: Rig, new_browser: NewBrowser) -> None:
    code = await rig.person()
    await new_browser().open(code)
    other = new_browser()
    await other.open(code)

    assert await other.texts() == ["Die code past niet."]


async def test_ones_own_used_link_goes_on_with_the_chat(rig: Rig, browser: Browser) -> None:
    code = await rig.person()
    await browser.open(code)
    again = await browser.open(code)

    assert again.json()["notice"] is None
    assert await browser.texts() == ["Wat wilt u doen?"]
    assert len(rig.heard) == 1


async def test_an_unknown_link_in_a_browser_with_a_chat_says_so_and_goes_on(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    again = await browser.open("AAAAAAAAAA")

    assert again.json()["notice"] == "link_dead"
    assert len(rig.heard) == 1


async def test_somebody_elses_link_takes_the_place_of_a_chat_only_after_a_question(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person("nl"))
    code = await rig.person("ar")
    asked = (await browser.open(code)).json()

    # Whose it is stands nowhere, and the chat that was open goes on.
    assert asked["ask_other"]
    assert asked["window"]["texts"]["other_chat"] == "Deze link is van iemand anders dan deze chat. " + (
        "Gaat u door? Dan ziet u op deze telefoon de andere chat."
    )
    assert await browser.texts() == ["Wat wilt u doen?"]
    assert len(rig.heard) == len(await rig.addresses()) == 1
    # The link is not used up by the question.
    assert not (await browser.open(code, other=True)).json()["ask_other"]
    assert await browser.texts() == ["ماذا تريد أن تفعل؟"]


async def test_ones_own_link_a_dead_one_and_a_strangers_chat_ask_nothing(rig: Rig, browser: Browser) -> None:
    assert not (await browser.open()).json()["ask_other"]
    own = await rig.person()
    for code in (own, own, "AAAAAAAAAA"):
        assert not (await browser.open(code)).json()["ask_other"]


async def test_somebody_elses_link_begins_a_chat_of_its_own(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person("nl"))
    # Asked, and answered with yes.
    await browser.open(await rig.person("ar"), other=True)

    assert await browser.texts() == ["ماذا تريد أن تفعل؟"]
    assert len(await rig.addresses()) == 2


async def test_a_stranger_who_then_gets_a_link_keeps_the_chat(rig: Rig, browser: Browser) -> None:
    await browser.open()
    await browser.open(await rig.person())

    assert await browser.texts() == ["Wie bent u?", "Wat wilt u doen?"]


async def test_after_erasure_the_cookie_opens_nothing(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    async with rig.database.writing() as session:
        contact = await session.get_one(Contact, 1)
        await session.delete(contact)

    assert (await browser.say("Hallo")).status_code == 401


async def test_a_session_ends_90_days_after_the_last_visit(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    rig.clock.forward(days=89)
    await browser.open()
    rig.clock.forward(days=89)
    assert (await browser.say("Hallo")).status_code == 200
    rig.clock.forward(days=2)
    assert (await browser.say("Hallo")).status_code == 401


async def test_opening_is_limited_by_client_and_goes_on_later(rig: Rig, new_browser: NewBrowser) -> None:
    statuses = [(await new_browser().open()).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    refused = await new_browser().open()
    rig.seconds += timedelta(seconds=int(refused.headers["retry-after"])).total_seconds()

    assert (await new_browser().open()).status_code == 200
