"""Saying, pressing, seeing: each once, and only what this chat was shown."""

from dataclasses import replace
from secrets import token_hex
from typing import Any

import pytest

from bot.channels.base import AddressGone
from bot.events import InboundEvent, Pressed, Said
from locales.rendering.render import File, Picture, Rendered
from storage.outbox.message import Message
from storage.vocabulary import MessageState
from tests.bot.channels.web.conftest import Browser, NewBrowser
from tests.bot.channels.web.rig import Rig, message


async def _menu(browser: Browser) -> object:
    return next(line["id"] for line in await browser.lines() if line["buttons"])


async def test_what_is_said_is_kept_and_handed_over(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    answer = await browser.say("  Ik ben ziek ", event="0" * 32)

    assert answer.json()["event"] == "0" * 32
    assert rig.heard[-1].payload == Said("Ik ben ziek")
    assert await browser.texts() == ["Wat wilt u doen?", "Ik ben ziek", "Gehoord: Ik ben ziek"]


async def test_a_repeated_request_says_it_once(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    event = token_hex(16)
    assert [(await browser.say("Ik ben ziek", event)).status_code for _ in range(3)] == [200] * 3

    assert await browser.texts() == ["Wat wilt u doen?", "Ik ben ziek", "Gehoord: Ik ben ziek"]


async def test_the_same_event_id_of_two_people_is_two_events(rig: Rig, new_browser: NewBrowser) -> None:
    first, second = new_browser(), new_browser()
    await first.open(await rig.person())
    await second.open(await rig.person())
    event = token_hex(16)
    await first.say("van de een", event)
    await second.say("van de ander", event)

    assert "van de ander" in await second.texts()
    assert rig.heard[-1].payload == Said("van de ander")


async def test_a_press_is_handed_over_with_its_line_and_the_buttons_close(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    menu = await _menu(browser)
    assert (await browser.press(menu, "absence")).status_code == 200

    assert rig.heard[-1].payload == Pressed("absence", str(menu))
    assert await browser.texts() == ["Wat wilt u doen?", "🙋 Ik kan niet komen", "Gekozen: absence"]
    assert [line["buttons"] for line in await browser.lines()] == [[], [], []]


async def test_a_repeated_press_is_fine_and_does_nothing_more(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    menu, event = await _menu(browser), token_hex(16)
    assert [(await browser.press(menu, "absence", event)).status_code for _ in range(3)] == [200] * 3
    assert len(rig.heard) == 2


@pytest.mark.parametrize(
    "intent", [pytest.param("erase:1", id="never shown"), pytest.param("appointments ", id="nearly")]
)
async def test_a_button_that_was_not_shown_does_nothing(rig: Rig, browser: Browser, intent: str) -> None:
    await browser.open(await rig.person())
    assert (await browser.press(await _menu(browser), intent)).status_code == 409
    assert len(rig.heard) == 1


async def test_a_closed_button_does_nothing(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    menu = await _menu(browser)
    await browser.press(menu, "absence")
    assert (await browser.press(menu, "appointments")).status_code == 409
    assert len(rig.heard) == 2


async def test_another_persons_button_does_nothing(rig: Rig, new_browser: NewBrowser) -> None:
    first, second = new_browser(), new_browser()
    await first.open(await rig.person())
    await second.open(await rig.person())
    assert (await second.press(await _menu(first), "absence")).status_code == 409
    assert len(rig.heard) == 2


async def test_a_button_that_opens_a_page_stays(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    [address] = await rig.addresses()
    page = "https://www.huizen.nl/"
    await rig.bot_says(address, message("Waar?", buttons=[[("Kaart", page), ("Klaar", "done")]]))
    await browser.press(await _last(browser), "done")

    assert [line["buttons"] for line in await browser.lines()][1] == [[{"label": "Kaart", "url": page}]]


async def _last(browser: Browser) -> object:
    return (await browser.lines())[-1]["id"]


async def test_the_same_outbox_row_is_shown_once(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    [address] = await rig.addresses()
    first = await rig.web.send(address, message("Eenmaal"), reference="77")
    second = await rig.web.send(address, message("Eenmaal"), reference="77")

    assert first == second
    assert (await browser.texts()).count("Eenmaal") == 1


async def test_an_address_without_a_browser_is_gone(rig: Rig) -> None:
    with pytest.raises(AddressGone):
        await rig.web.send("0" * 32, message("Hallo"), reference="1")


async def test_an_address_whose_sessions_ended_is_gone(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    [address] = await rig.addresses()
    rig.clock.forward(days=401)
    with pytest.raises(AddressGone):
        await rig.web.send(address, message("Hallo"), reference="1")


async def test_closing_buttons_never_raises(rig: Rig) -> None:
    await rig.web.close_buttons("nobody", "1")
    await rig.web.close_buttons("nobody", "no number")


async def test_receipts_go_forward_only_and_reach_ones_own_messages(rig: Rig, new_browser: NewBrowser) -> None:
    browser, other = new_browser(), new_browser()
    await browser.open(await rig.person())
    await other.open(await rig.person())
    address, _ = await rig.addresses()
    row = await rig.bot_says(address, message("Morgen is uw gesprek."))
    newest = await _last(browser)

    await other.post("seen", after=0, up_to=newest, state="read")
    assert await rig.state_of(row) is MessageState.SENT
    assert (await browser.post("seen", after=0, up_to=newest, state="delivered")).status_code == 204
    assert await rig.state_of(row) is MessageState.DELIVERED
    await browser.post("seen", after=0, up_to=newest, state="read")
    await browser.post("seen", after=0, up_to=newest, state="delivered")
    assert await rig.state_of(row) is MessageState.READ


async def test_what_was_said_within_another_message_is_read_with_it(rig: Rig, browser: Browser) -> None:
    """Three reminders joined into one line of the chat: none of them goes out again by another way, unread."""
    await browser.open(await rig.person())
    [address] = await rig.addresses()
    first = await rig.bot_says(address, message("Drie afspraken."))
    newest = await _last(browser)
    others = [await rig.joined(f"joined{n}", str(newest)) for n in (1, 2)]
    unread = await rig.joined("another", "999999")
    async with rig.database.writing() as session:
        row = await session.get_one(Message, first)
        row.channel, row.provider_ref = "web", str(newest)
    await browser.post("seen", after=0, up_to=newest, state="read")
    assert [await rig.state_of(row) for row in (first, *others)] == [MessageState.READ] * 3
    assert await rig.state_of(unread) is MessageState.SENT


async def test_a_file_goes_to_its_own_chat_only_and_is_only_saved(rig: Rig, new_browser: NewBrowser) -> None:
    browser, other = new_browser(), new_browser()
    await browser.open(await rig.person())
    await other.open(await rig.person())
    address, _ = await rig.addresses()
    await rig.bot_says(address, message("Afspraak", file=File("gesprek één.ics", "text/calendar", b"BEGIN")))
    await rig.bot_says(address, message("Pagina", file=File("x.html", "text/html", b"<script>")))
    calendar, page = [line["id"] for line in (await browser.lines())[-2:]]

    mine = await browser.client.get(f"/chat/file/{calendar}")
    assert (mine.status_code, mine.content) == (200, b"BEGIN")
    assert mine.headers["content-type"].startswith("text/calendar")
    assert mine.headers["content-disposition"] == "attachment; filename*=UTF-8''gesprek%20%C3%A9%C3%A9n.ics"
    assert (await browser.client.get(f"/chat/file/{page}")).headers["content-type"] == "application/octet-stream"
    assert (await other.client.get(f"/chat/file/{calendar}")).status_code == 404


async def test_older_lines_come_in_pages(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    [address] = await rig.addresses()
    for number in range(60):
        await rig.bot_says(address, message(str(number)))
    newest = (await browser.open()).json()
    assert (len(newest["lines"]), newest["more"]) == (50, True)
    older = (await browser.client.get(f"/chat/history?before={newest['lines'][0]['id']}")).json()

    assert [line["blocks"][0]["text"] for line in older["lines"]][-1] == "9"
    assert (len(older["lines"]), older["more"]) == (11, False)


async def test_before_start_and_after_stop_the_browser_is_told_to_come_back(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    await rig.web.stop()
    event = token_hex(16)
    refused = await browser.say("Hallo", event)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "3")
    await rig.web.start(rig.receive)
    assert (await browser.say("Hallo", event)).status_code == 200
    assert await browser.texts() == ["Wat wilt u doen?", "Hallo", "Gehoord: Hallo"]


async def test_stop_waits_for_the_event_in_hand(rig: Rig, browser: Browser) -> None:
    import asyncio

    await browser.open(await rig.person())
    begun, go_on, order = asyncio.Event(), asyncio.Event(), []

    async def slow(_: InboundEvent) -> None:
        begun.set()
        await go_on.wait()
        order.append("handled")

    await rig.web.start(slow)
    saying = asyncio.create_task(browser.say("Hallo"))
    await begun.wait()
    stopping = asyncio.create_task(rig.web.stop())
    stopping.add_done_callback(lambda _: order.append("stopped"))
    go_on.set()
    await asyncio.gather(saying, stopping)
    assert order == ["handled", "stopped"]


DRAWN = replace(
    message("Komt u?", buttons=[[("✅ Ja", "come:1")]]),
    picture=Picture(File("card.png", "image/png", b"a picture"), "Komt u? Morgen."),
    voice=File("message.ogg", "audio/ogg", b"0123456789"),
)


async def _shown(rig: Rig, browser: Browser, rendered: Rendered) -> dict[str, Any]:
    await browser.open(await rig.person())
    [address] = await rig.addresses()
    await rig.bot_says(address, rendered)
    return (await browser.lines())[-1]


async def test_a_message_can_be_seen_and_heard(rig: Rig, browser: Browser) -> None:
    line = await _shown(rig, browser, DRAWN)
    assert (line["picture"], line["voice"]) == ("Komt u? Morgen.", True)
    picture = await browser.client.get(f"/chat/media/{line['id']}/picture")
    assert (picture.content, picture.headers["content-type"]) == (b"a picture", "image/png")
    # It is drawn, not offered as a file to save.
    assert "content-disposition" not in picture.headers
    assert (await browser.client.get(f"/chat/media/{line['id']}/other")).status_code == 404
    assert "media-src 'self'" in picture.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        (None, 200, b"0123456789"),
        ("bytes=0-1", 206, b"01"),
        ("bytes=4-", 206, b"456789"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=10-", 416, b""),
        ("bytes=5-2", 416, b""),
        ("bytes=-3", 200, b"0123456789"),
        ("bytes=0-1,4-5", 200, b"0123456789"),
        ("rubbish", 200, b"0123456789"),
    ],
)
async def test_players_get_the_part_they_ask_for(
    rig: Rig, browser: Browser, asked: str | None, status: int, content: bytes
) -> None:
    line = await _shown(rig, browser, DRAWN)
    headers = {"range": asked} if asked is not None else {}
    answer = await browser.client.get(f"/chat/media/{line['id']}/voice", headers=headers)
    assert (answer.status_code, answer.content) == (status, content)


async def test_what_is_drawn_for_one_is_shown_to_nobody_else(rig: Rig, new_browser: NewBrowser) -> None:
    first, second = new_browser(), new_browser()
    line = await _shown(rig, first, DRAWN)
    await second.open(await rig.person())
    for path in (f"/chat/media/{line['id']}/picture", f"/chat/media/{line['id']}/voice", "/chat/media/999/voice"):
        assert (await second.client.get(path)).status_code == 404
    assert (await new_browser().client.get(f"/chat/media/{line['id']}/voice")).status_code == 401


async def test_a_message_whose_buttons_are_used_can_still_be_heard(rig: Rig, browser: Browser) -> None:
    line = await _shown(rig, browser, replace(message("Komt u?", buttons=[[("Ja", "come:1")]]), hear="hear:5"))
    assert (await browser.press(line["id"], "come:1")).status_code == 200
    assert (await browser.press(line["id"], "come:1")).status_code == 409
    assert (await browser.press(line["id"], "hear:5")).status_code == 200
    assert rig.heard[-1].payload == Pressed("hear:5", str(line["id"]))
    assert (await browser.press(line["id"], "hear:6")).status_code == 409
