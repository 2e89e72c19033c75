"""A telephone that several people use: the page knows their first names, and shows each their own chat only."""

import json
from collections.abc import Sequence

from bot.events import Pressed
from storage.people.contacts import Contact
from storage.people.people import Consultant
from tests.bot.channels.web.conftest import Browser, NewBrowser
from tests.bot.channels.web.rig import Rig, message


async def _share(rig: Rig, browser: Browser, names: Sequence[str]) -> None:
    """Each opens their own link on the one telephone, and says that they want to."""
    for name in names:
        await browser.open(await rig.person(name=name), other=True)


async def _people(browser: Browser) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in (await browser.open()).json()["people"]}


async def test_who_gave_way_is_known_by_first_name_and_comes_back_by_it(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person(name="Amina"))
    assert await _people(browser) == {}
    await _share(rig, browser, ["Yusuf", "Sara"])
    await browser.say("Van Sara")
    known = await _people(browser)
    assert list(known) == ["Yusuf", "Amina"]

    assert (await browser.post("switch", chat=known["Amina"]["chat"])).status_code == 204
    assert await browser.texts() == ["Wat wilt u doen?"]
    assert list(await _people(browser)) == ["Sara", "Yusuf"]
    await browser.post("switch", chat=(await _people(browser))["Sara"]["chat"])
    assert await browser.texts() == ["Wat wilt u doen?", "Van Sara", "Gehoord: Van Sara"]


async def test_what_is_new_for_another_is_told_without_what_it_says(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person(name="Amina"))
    await _share(rig, browser, ["Yusuf"])
    aminas, _ = await rig.addresses()
    assert not (await _people(browser))["Amina"]["news"]
    await rig.bot_says(aminas, message("Morgen is uw afspraak"), unasked=True)

    opened = await browser.open()
    assert [(one["name"], one["news"]) for one in opened.json()["people"]] == [("Amina", True)]
    assert "afspraak" not in json.dumps(opened.json()["lines"])
    # Read by the one whom it is for, it is new no more.
    await browser.post("switch", chat=opened.json()["people"][0]["chat"])
    last = (await browser.lines())[-1]["id"]
    assert isinstance(last, int)
    await browser.post("seen", after=last - 1, up_to=last, state="read", chat=browser.chat)
    await browser.post("switch", chat=(await _people(browser))["Yusuf"]["chat"])
    assert not (await _people(browser))["Amina"]["news"]


async def test_only_what_this_browser_knows_is_opened(rig: Rig, browser: Browser, new_browser: NewBrowser) -> None:
    await browser.open(await rig.person(name="Amina"))
    await _share(rig, browser, ["Yusuf"])
    chat = (await _people(browser))["Amina"]["chat"]
    strangers = new_browser()
    await strangers.open(await rig.person(name="Sara"))

    assert (await strangers.post("switch", chat=chat)).status_code == 404
    assert (await strangers.post("switch", chat="x")).status_code == 400
    # Erased: nobody is known by that name any more.
    async with rig.database.writing() as session:
        await session.delete(await session.get_one(Contact, 1))
    assert await _people(browser) == {}
    assert (await browser.post("switch", chat=chat)).status_code == 404


async def test_a_consultants_chat_does_not_stay_behind_on_anybodys_telephone(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person(name="Amina"))
    async with rig.database.writing() as session:
        consultant = Consultant(
            name="Karim", email="karim@example.org", email_hash=b"k" * 16, created_at=rig.clock.now()
        )
        session.add(consultant)
        await session.flush()
        contact = await session.get_one(Contact, 1)
        contact.person_id, contact.consultant_id = None, consultant.id
    await _share(rig, browser, ["Yusuf"])

    assert await browser.texts() == ["Wat wilt u doen?"]
    assert await _people(browser) == {}


async def test_ones_own_link_leads_back_to_the_chat_that_is_known(rig: Rig, browser: Browser) -> None:
    amina = await rig.person(name="Amina")
    await browser.open(amina)
    await _share(rig, browser, ["Yusuf"])
    await browser.open(amina, other=True)

    assert list(await _people(browser)) == ["Yusuf"]
    assert len(await rig.addresses()) == 2


async def test_an_old_window_writes_into_nobodys_chat_but_the_one_that_it_shows(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person(name="Amina"))
    aminas = browser.chat
    await _share(rig, browser, ["Yusuf"])
    yusufs = browser.chat
    assert None not in {aminas, yusufs}
    assert aminas != yusufs
    button = await rig.bot_says((await rig.addresses())[1], message("Komt u?"))
    assert button
    line = (await browser.lines())[-1]["id"]

    # A window that shows Amina's still, and one of a page that is older than these names.
    for old in (aminas, None):
        browser.chat = old
        refused = [
            await browser.say("Van Amina"),
            await browser.press(line, "menu"),
            await browser.send(b"%PDF-1.4"),
            await browser.post("seen", after=0, up_to=line, state="read", chat=old),
            await browser.post("asking", event="0" * 32, asks=False, chat=old),
        ]
        assert [one.status_code for one in refused] == [412] * 5
    assert (await browser.say("")).status_code == 400
    assert "Van Amina" not in await browser.texts()
    browser.chat = yusufs
    assert (await browser.say("Van Yusuf")).status_code == 200

    # Where the browser knows nobody else, an old page goes on as it did.
    await browser.post("switch", chat=aminas)
    browser.client.cookies.delete("__Host-maatje-others")
    browser.chat = None
    assert (await browser.say("Van Amina")).status_code == 200


async def test_whether_it_is_asked_is_each_ones_own_choice(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person(name="Amina"))
    await _share(rig, browser, ["Yusuf"])
    opened = (await browser.open()).json()
    assert opened["asks"]
    assert [(one["name"], one["asks"]) for one in opened["people"]] == [("Amina", True)]
    answer = await browser.post("asking", event="0" * 32, asks=False, chat=browser.chat)
    assert answer.status_code == 204
    assert rig.heard[-1].payload == Pressed("askfirst:no")
    async with rig.database.writing() as session:
        (await session.get_one(Contact, 1)).asks_first = False
    assert [one["asks"] for one in (await browser.open()).json()["people"]] == [False]


async def test_the_question_is_read_aloud_to_who_is_known_here_only(
    rig: Rig, browser: Browser, new_browser: NewBrowser
) -> None:
    await browser.open(await rig.person(name="Amina", language="ar"))
    await _share(rig, browser, ["Yusuf"])
    known = (await _people(browser))["Amina"]["chat"]
    sound = await browser.client.get(f"/chat/asked/{known}")
    assert (sound.status_code, sound.content) == (200, b"Amina in ar")
    stranger = new_browser()
    await stranger.open(await rig.person(name="Sara"))
    assert (await stranger.client.get(f"/chat/asked/{known}")).status_code == 404
