"""One telephone, several people: nothing of the one is shown before the question who it is; small and large screens."""

import asyncio
from functools import partial
from typing import Final

import pytest
from playwright.async_api import Response, expect
from sqlalchemy import select

from storage.people.contacts import Contact
from storage.people.people import Person
from tests.browser.conftest import MakePhone
from tests.browser.phone import Phone
from tests.browser.screens import BOXES, LOCALES, WIDTHS, reminder
from tests.browser.serving import Town


async def _opened_by_two(town: Town, phone: MakePhone, locale: str) -> Phone:
    """A telephone in whose browser Amina's chat was opened, and then Yusuf's."""
    person = await phone(locale, width=360)
    await person.opens(await town.rig.person(locale, "Amina"))
    await person.page.goto("about:blank")
    await person.page.goto(f"{town.url}/chat#{await town.rig.person(locale, 'Yusuf')}")
    await person.page.locator("#other-yes").tap()
    return person


def _is_seen_by(chat: object, answer: Response) -> bool:
    told = answer.request.post_data_json
    return answer.url.endswith("/chat/seen") and answer.status == 204 and told is not None and told["chat"] == chat


async def _question_is_in_view(person: Phone, name: str, width: int) -> None:
    await expect(person.page.locator("#who-ask")).to_contain_text(name)
    _, ask, *answers = await person.page.evaluate(BOXES, "#who-ask, #who button")
    assert len(answers) == 2
    for top, bottom, left, right in (ask, *answers):
        assert 0 <= top < bottom <= 640
        assert 0 <= left < right <= width
    assert all(bottom - top >= 44 for top, bottom, *_ in answers)
    assert answers[0][1] <= answers[1][0]
    assert await person.overflow() == 0


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_message_for_another_asks_who_it_is_first(town: Town, phone: MakePhone, locale: str) -> None:
    person = await _opened_by_two(town, phone, locale)
    heads, who = person.page.locator("#people"), person.page.locator("#who")
    await expect(heads).to_be_visible()
    aminas, _ = await town.rig.addresses()
    said = reminder(locale).blocks[0].text
    opened = await person.page.evaluate(POSTED, ["open", {"token": "0" * 64}])
    [hers] = [one["chat"] for one in opened["people"] if one["name"] == "Amina"]
    for width in WIDTHS:
        await person.page.set_viewport_size({"width": width, "height": 640})
        _, box = await person.page.evaluate(BOXES, "#people")
        assert box[0] >= 0
        assert box[2] >= 0
        assert box[3] <= width
        assert min(box[1] - box[0], box[3] - box[2]) >= 44

        # It is asked, with nothing of what it says; "no" leaves it so, and the button shows that it is there.
        await town.rig.bot_says(aminas, reminder(locale), unasked=True)
        await _question_is_in_view(person, "Amina", width)
        assert said not in await person.page.content()
        await who.locator("button").last.tap()
        await expect(who).to_be_hidden()
        await expect(heads).to_have_class("news")

        # By the name that the telephone knows: the question again, then their own chat, from the start of what is new.
        await heads.tap()
        await who.get_by_role("button", name="Amina").tap()
        await _question_is_in_view(person, "Amina", width)
        # What Yusuf saw may be told at this moment too, and may be refused for it: this one is hers.
        async with person.page.expect_response(partial(_is_seen_by, hers)) as told:
            await who.locator("button").first.tap()
            await expect(person.page.locator(".line:last-child .title")).to_have_text(said)
        await (await told.value).finished()
        await expect(person.page.locator(".line:last-child .title")).to_be_in_viewport(ratio=1)
        room, title = await person.page.evaluate(BOXES, ".line:last-child .title")
        assert room[0] <= title[0]
        assert title[1] <= room[1]

        # And back: the one sees nothing of the other.
        await heads.tap()
        await who.get_by_role("button", name="Yusuf").tap()
        await _question_is_in_view(person, "Yusuf", width)
        await who.locator("button").first.tap()
        await expect(person.page.locator(".line")).to_have_count(1)
        assert said not in await person.page.content()
    # The browser says by itself what was refused for being told of the one when the other is there (412).
    assert all("412" in one for one in person.complaints)
    person.complaints.clear()


#: What another window of the browser says to the server.
POSTED: Final = """([path, body]) => fetch("/chat/" + path, {method: "POST", body: JSON.stringify(body),
    headers: {"content-type": "application/json"}}).then((answer) => answer.status === 204 || answer.json())"""


async def _box_in_view(person: Phone, selector: str, width: int) -> None:
    _, (top, bottom, left, right) = await person.page.evaluate(BOXES, selector)
    assert 0 <= top < bottom <= 640
    assert 0 <= left < right <= width
    assert await person.overflow() == 0


@pytest.mark.parametrize("locale", LOCALES)
async def test_an_old_window_keeps_what_was_written_for_its_own_chat(town: Town, phone: MakePhone, locale: str) -> None:
    person = await _opened_by_two(town, phone, locale)
    heads, who, notice = (person.page.locator(f"#{name}") for name in ("people", "who", "notice"))
    await expect(heads).to_be_visible()
    # This window hears of nothing: neither from the server nor from other windows.
    await person.page.route("**/chat/events*", lambda route: None)
    await person.page.reload()
    await expect(heads).to_be_visible()
    for width in WIDTHS:
        await person.page.set_viewport_size({"width": width, "height": 640})
        # Another window turns to Amina; what Yusuf writes here goes to nobody but himself.
        opened = await person.page.evaluate(POSTED, ["open", {"token": "0" * 64}])
        [amina] = [one["chat"] for one in opened["people"] if one["name"] == "Amina"]
        await person.page.evaluate(POSTED, ["switch", {"chat": amina}])
        said = f"Van Yusuf {width}"
        await person.page.locator("#text").fill(said)
        await person.page.locator("#send").tap()
        await expect(notice).to_be_visible()
        await _box_in_view(person, "#notice", width)
        await expect(person.page.locator(".line", has_text=said)).to_have_count(0)

        # He comes back by his name, and it is sent.
        await heads.tap()
        await who.get_by_role("button", name="Yusuf").tap()
        await _question_is_in_view(person, "Yusuf", width)
        await who.locator("button").first.tap()
        await expect(person.page.locator(".line.person", has_text=said)).to_have_count(1)
        await expect(person.page.locator(".line.person .meta span").last).to_have_text("✓")
        await expect(notice).to_be_hidden()
    # The browser says by itself that it was refused (412), once for each.
    assert all("412" in one for one in person.complaints)
    person.complaints.clear()
    heard = [event for event in town.rig.heard if getattr(event.payload, "text", "").startswith("Van Yusuf")]
    assert [event.address for event in heard] == [(await town.rig.addresses())[1]] * len(WIDTHS)


@pytest.mark.parametrize("locale", LOCALES)
async def test_who_lets_their_messages_be_shown_is_not_asked_and_who_listens_hears_it(
    town: Town, phone: MakePhone, locale: str
) -> None:
    person = await _opened_by_two(town, phone, locale)
    heads, who = person.page.locator("#people"), person.page.locator("#who")
    await expect(heads).to_be_visible()
    async with town.rig.database.writing() as session:
        (await session.get_one(Person, 1)).listens = True
    await person.page.reload()
    for width in WIDTHS:
        await person.page.set_viewport_size({"width": width, "height": 640})
        await heads.tap()
        await who.get_by_role("button", name="Amina").tap()
        # Fetched once: the browser keeps the sound while the page is open.
        async with asyncio.timeout(10):
            await town.rig.spoke.wait()
        # A sound, yes and no: nothing else is needed.
        _, *answers = await person.page.evaluate(BOXES, "#who button")
        assert len(answers) == 3
        assert all(top >= 0 and bottom <= 640 and bottom - top >= 44 for top, bottom, *_ in answers)
        assert await person.overflow() == 0
        await who.locator("button").last.tap()

        # The other one's own choice, beside the names.
        await heads.tap()
        choice = who.locator("button").nth(-2)
        assert min((await choice.bounding_box() or {"height": 0})["height"], 44) == 44
        async with person.page.expect_response("**/chat/asking"):
            await choice.tap()
    intents = [str(getattr(event.payload, "intent", "")) for event in town.rig.heard]
    assert [one for one in intents if one.startswith("askfirst")] == ["askfirst:no", "askfirst:yes", "askfirst:no"]

    # Amina lets hers be shown: her name leads to her chat without a question.
    async with town.rig.database.writing() as session:
        for contact in await session.scalars(select(Contact)):
            contact.asks_first = False
    await person.page.reload()
    await heads.tap()
    async with person.page.expect_response("**/chat/open") as opened:
        await who.get_by_role("button", name="Amina").tap()
    await (await opened.value).finished()
    await person.is_online()
    await expect(who).to_be_hidden()
    await heads.tap()
    await expect(who.get_by_role("button", name="Yusuf")).to_be_visible()
