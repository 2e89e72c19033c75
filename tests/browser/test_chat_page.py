"""The web chat's page in a real browser."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from bot.cards.renderer import CardRenderer
from bot.cards.samples import sample_cards
from bot.events import Started
from bot.voice.encoding import encode
from locales.rendering.catalog import Catalogs
from locales.rendering.render import File, Renderer
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.vocabulary import MessageState
from tests.bot.channels.web.rig import message
from tests.bot.voice.beeps import tone
from tests.browser.conftest import MakePhone
from tests.browser.serving import Town


async def test_a_personal_link_opens_the_chat_in_the_persons_language(town: Town, phone: MakePhone) -> None:
    amina = await phone("en-GB")
    await amina.opens(await town.rig.person("nl"))

    await amina.sees("Wat wilt u doen?")
    assert await amina.page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["nl", "ltr"]


async def test_the_code_leaves_the_address_bar_and_reaches_no_url(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    code = await town.rig.person()
    await amina.opens(code)
    await amina.sees("Wat wilt u doen?")

    assert await amina.page.evaluate("location.href") == f"{town.url}/chat"
    assert [url for url in amina.asked if code in url.partition("#")[0]] == []


async def test_history_is_there_after_a_reload(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await amina.says("Ik heb een vraag")
    await amina.sees("Gehoord: Ik heb een vraag")

    await amina.page.reload()

    await amina.sees("Wat wilt u doen?")
    await amina.sees("Ik heb een vraag")
    await amina.sees("Gehoord: Ik heb een vraag")
    assert len(town.rig.heard) == 2


async def test_a_message_arrives_without_a_reload(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    [address] = await town.rig.addresses()

    await town.rig.bot_says(address, message("Morgen is uw gesprek."))

    await amina.sees("Morgen is uw gesprek.")


async def test_a_used_button_disappears_and_the_choice_is_shown_as_said(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())

    await amina.taps("Mijn afspraken")

    await amina.sees("Gekozen: appointments")
    await amina.sees("📅 Mijn afspraken")
    await expect(amina.page.locator("button.choice")).to_have_count(0)


async def test_used_buttons_disappear_in_another_window_of_the_same_person(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    other = await amina.context.new_page()
    await other.goto(f"{town.url}/chat")
    await expect(other.locator("button.choice")).to_have_count(4)

    await amina.taps("Mijn afspraken")

    await expect(other.locator("button.choice")).to_have_count(0)


async def test_what_is_written_offline_is_sent_once_when_the_network_is_back(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())

    await amina.goes_offline()
    await amina.says("Ik ben ziek")
    await amina.says("Morgen ook")
    await expect(amina.page.get_by_role("img", name="Wordt verstuurd…")).to_have_count(2)
    await expect(amina.page.locator("#status")).to_have_attribute("data-state", "offline")
    await amina.comes_online()

    await amina.sees("Gehoord: Ik ben ziek")
    await amina.sees("Gehoord: Morgen ook")
    await expect(amina.page.get_by_role("img", name="Verstuurd")).to_have_count(2)
    assert len(town.rig.heard) == 3
    await amina.page.wait_for_function("() => localStorage.length === 0")


async def test_a_lost_answer_does_not_say_it_twice(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    async with amina.loses_an_answer("/chat/say"):
        await amina.says("Ik ben ziek")

    await amina.sees("Gehoord: Ik ben ziek")
    await amina.sees("Ik ben ziek")
    await expect(amina.page.get_by_role("img", name="Verstuurd")).to_have_count(1)
    assert len(town.rig.heard) == 2


async def test_what_was_written_offline_survives_closing_the_page(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await amina.goes_offline()
    await amina.says("Ik ben ziek")
    await amina.page.close()
    await amina.context.set_offline(False)

    await amina.takes_a_new_page()
    await amina.opens()

    await amina.sees("Gehoord: Ik ben ziek")
    assert len(town.rig.heard) == 2


async def test_unsent_words_of_one_person_are_never_sent_as_anothers(town: Town, phone: MakePhone) -> None:
    shared = await phone()
    await shared.opens(await town.rig.person("nl"))
    first = town.rig.heard[0].address
    await shared.goes_offline()
    await shared.says("Alleen voor mijn consulent")
    await shared.page.close()
    await shared.context.set_offline(False)

    await shared.takes_a_new_page()
    await shared.opens(await town.rig.person("ar"))
    await shared.taps("Ja, open de andere chat")

    await shared.sees("ماذا تريد أن تفعل؟")
    await shared.does_not_see("Alleen voor mijn consulent")
    assert await shared.page.evaluate("localStorage.length") == 0
    # A page that is being closed may still get its words out, as its own; never as the next one's.
    seconds = [event.payload for event in town.rig.heard if event.address != first]
    assert [type(payload) for payload in seconds] == [Started]


async def test_a_press_made_offline_is_sent_later(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await amina.goes_offline()
    await amina.taps("Mijn afspraken")
    await expect(amina.button("Mijn afspraken")).to_be_disabled()
    await amina.comes_online()

    await amina.sees("Gekozen: appointments")


async def test_a_dropped_connection_is_taken_up_and_nothing_is_missed(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    [address] = await town.rig.addresses()

    await amina.goes_offline()
    await town.rig.bot_says(address, message("Eerste"))
    await town.rig.bot_says(address, message("Tweede"))
    await amina.comes_online()

    await amina.sees("Eerste")
    await amina.sees("Tweede")


async def test_what_was_seen_is_told(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    [address] = await town.rig.addresses()
    async with amina.page.expect_response("**/chat/seen") as told:
        row = await town.rig.bot_says(address, message("Morgen is uw gesprek."))
    await (await told.value).finished()
    while await town.rig.state_of(row) is not MessageState.READ:
        async with amina.page.expect_response("**/chat/seen"):
            pass


async def test_another_language_turns_the_window(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person("nl"))
    async with town.rig.database.writing() as session:
        (await session.get_one(Person, 1)).language = "ar"

    await expect(amina.page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(amina.page.get_by_role("textbox")).to_have_attribute("placeholder", "اكتب رسالة")
    await expect(amina.page.locator("#status")).to_have_text("متصل")


async def test_an_erased_chat_closes(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    amina.offline = True  # the browser notes the refused requests that may follow
    async with town.rig.database.writing() as session:
        await session.delete(await session.get_one(Contact, 1))

    await expect(amina.page.get_by_role("alert")).to_contain_text("Deze chat is hier gesloten")


async def test_earlier_messages_are_loaded_on_demand(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await town.rig.history([f"Bericht {number}" for number in range(55)])
    await amina.page.reload()
    await amina.sees("Bericht 54")
    await amina.does_not_see("Bericht 3")

    await amina.taps("Oudere berichten")

    await amina.sees("Bericht 3")
    await amina.sees("Wat wilt u doen?")
    shown = await amina.page.locator(".line.bot .bubble > p").all_inner_texts()
    assert shown == ["Wat wilt u doen?", *(f"Bericht {number}" for number in range(55))]


async def test_a_dead_link_says_so_and_leaves_the_chat_of_this_browser_open(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await amina.sees("Wat wilt u doen?")

    await amina.page.goto("about:blank")
    await amina.opens("AAAAAAAAAA")

    await expect(amina.page.get_by_role("alert")).to_contain_text("Deze link werkt niet meer")
    await amina.sees("Wat wilt u doen?")


async def test_another_persons_link_on_a_shared_phone_shows_nothing_of_the_first(town: Town, phone: MakePhone) -> None:
    shared = await phone()
    await shared.opens(await town.rig.person("nl"))
    await shared.sees("Wat wilt u doen?")

    await shared.page.goto("about:blank")
    await shared.opens(await town.rig.person("ar"))
    # The chat that is open goes on until they say that they want the other one.
    await shared.sees("Wat wilt u doen?")
    await shared.taps("Ja, open de andere chat")

    await shared.sees("ماذا تريد أن تفعل؟")
    await shared.does_not_see("Wat wilt u doen?")


async def test_who_opened_anothers_link_by_mistake_stays_in_their_chat(town: Town, phone: MakePhone) -> None:
    shared = await phone()
    await shared.opens(await town.rig.person("nl"))
    await shared.sees("Wat wilt u doen?")
    await shared.page.goto("about:blank")
    await shared.opens(await town.rig.person("ar"))
    await shared.taps("Nee, blijf hier")

    await expect(shared.page.get_by_role("alertdialog")).to_be_hidden()
    await shared.says("Ik ben ziek")
    await shared.sees("Gehoord: Ik ben ziek")
    assert len({event.address for event in town.rig.heard}) == 1


async def test_a_card_and_a_voice_stand_in_the_message(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    [address] = await town.rig.addresses()
    renderer = CardRenderer(Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam")), workers=1)
    card = sample_cards(datetime(2026, 11, 25, 8, 30, tzinfo=UTC))["progress_meeting"]
    try:
        picture = await renderer.picture(card, "nl")
    finally:
        await renderer.close()
    sound = File("message.ogg", "audio/ogg", encode([tone(1.0)]))
    await town.rig.bot_says(address, replace(message("Morgen is uw gesprek."), picture=picture, voice=sound))

    image = amina.page.get_by_role("img", name="Voortgangsgesprek")
    await expect(image).to_be_visible()
    assert await image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    assert await image.evaluate("image => image.getBoundingClientRect().right <= innerWidth")
    length = "sound => new Promise(done => { sound.onloadedmetadata = () => done(sound.duration); sound.load(); })"
    heard = await amina.page.locator(".bubble audio").evaluate(length)
    assert 0.8 < heard < 1.5


async def test_a_message_is_heard_on_request(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    [address] = await town.rig.addresses()
    await town.rig.bot_says(address, replace(message("Morgen is uw gesprek.", buttons=[[("Ja", "y")]]), hear="hear:5"))

    button = amina.button("Beluisteren")
    size = await button.bounding_box()
    assert size is not None
    assert min(size["width"], size["height"]) >= 48
    await button.tap()
    await amina.sees("Gekozen: hear:5")
