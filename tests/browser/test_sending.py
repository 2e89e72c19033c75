"""Sending a photo, a document and a voice note from the page, on a small telephone."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, FilePayload, async_playwright, expect

from bot.events import Media
from bot.voice.encoding import decode
from storage.vocabulary import MediaKind
from tests.bot.channels.web.files import PDF, picture
from tests.browser.conftest import ARGUMENTS, MakePhone, find_chromium
from tests.browser.phone import Phone
from tests.browser.serving import Town

PHOTO = FilePayload(name="IMG_0001.PNG", mimeType="image/png", buffer=picture("PNG", (2400, 1200)))


async def _shown(phone: Phone, selector: str) -> None:
    await expect(phone.page.locator(f".line.person {selector}")).to_be_visible()


async def test_a_photo_is_sent_and_shown(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    async with amina.page.expect_file_chooser() as chooser:
        await amina.taps("Foto of document sturen")
    await (await chooser.value).set_files([PHOTO])

    await amina.sees("Gekregen: photo")
    image = amina.page.get_by_role("img", name="Foto", exact=True)
    await expect(image).to_be_visible()
    assert await image.evaluate("e => [e.naturalWidth, e.naturalHeight]") == [1600, 800]
    await expect(amina.page.locator("progress")).to_have_count(0)
    await _shown(amina, ".meta [aria-label='Verstuurd']")
    assert await amina.overflow() <= 0


async def test_a_document_is_sent_and_can_be_opened(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await amina.page.locator("#files").set_input_files(
        FilePayload(name="b.pdf", mimeType="application/pdf", buffer=PDF)
    )
    await amina.sees("Gekregen: document")
    async with amina.page.expect_download() as download:
        await amina.page.get_by_role("link", name="Bestand openen").click()
    assert (await download.value).suggested_filename == "document.pdf"


async def test_without_a_network_a_photo_waits_and_is_sent_once(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await amina.goes_offline()
    await amina.page.locator("#files").set_input_files([PHOTO])
    await _shown(amina, "progress")
    await amina.comes_online()

    await amina.sees("Gekregen: photo")
    await _shown(amina, "img.card")
    assert [type(event.payload) for event in town.rig.heard].count(Media) == 1


async def test_a_lost_answer_does_not_send_it_twice(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    async with amina.loses_an_answer("/chat/send"):
        await amina.page.locator("#files").set_input_files([PHOTO])
    await _shown(amina, ".meta [aria-label='Verstuurd']")
    await expect(amina.page.locator(".line.person")).to_have_count(1)
    assert [type(event.payload) for event in town.rig.heard].count(Media) == 1


async def test_what_is_not_taken_is_said_and_the_next_one_goes(town: Town, phone: MakePhone) -> None:
    amina = await phone("ar")
    await amina.opens(await town.rig.person("ar"))
    amina.offline = True  # The browser itself complains of the 415.
    files = amina.page.locator("#files")
    await files.set_input_files(FilePayload(name="x.pdf", mimeType="application/pdf", buffer=b"MZ nothing of the kind"))
    await expect(amina.page.locator("#notice")).to_contain_text("PDF")
    await expect(amina.page.locator(".line.person .meta")).to_contain_text("لم تُرسل")
    amina.offline = False

    large = FilePayload(name="x.pdf", mimeType="application/pdf", buffer=b"%PDF-" + b"a" * 6_000_000)
    await files.set_input_files(large)
    await expect(amina.page.locator("#notice")).to_contain_text("كبير جدًا")
    await files.set_input_files([PHOTO])
    await amina.sees("Gekregen: photo")
    await expect(amina.page.locator("#notice")).to_be_hidden()


async def test_the_buttons_are_large_and_make_room_for_writing(town: Town, phone: MakePhone) -> None:
    for locale in ("nl", "ar"):
        person = await phone(locale)
        await person.opens(await town.rig.person(locale))
        for name in ("attach", "record", "send"):
            box = await person.page.locator(f"#{name}").bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 48
        assert await person.overflow() <= 0
        await person.page.get_by_role("textbox").fill("a")
        await expect(person.page.locator("#attach")).to_be_hidden()
        await expect(person.page.locator("#record")).to_be_hidden()
        await person.page.get_by_role("textbox").fill("")
        await expect(person.page.locator("#record")).to_be_visible()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One with a microphone that beeps, and that nobody has to allow."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=find_chromium(playwright.chromium.executable_path),
            args=[*ARGUMENTS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
        )
        yield chromium
        await chromium.close()


async def test_a_voice_note_is_spoken_and_sent(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await amina.taps("Spraakbericht opnemen")
    await expect(amina.page.locator("#seconds")).to_have_text("0:02")
    assert await amina.overflow() <= 0
    await amina.taps("Versturen")

    await amina.sees("Gekregen: voice")
    await _shown(amina, "audio")
    payload = town.rig.heard[-1].payload
    assert isinstance(payload, Media)
    assert payload.kind is MediaKind.VOICE
    content = await town.rig.web.fetch(str(payload.file))
    assert content is not None
    assert 1 < decode(content).seconds < 10
    await expect(amina.page.get_by_role("textbox")).to_be_visible()


async def test_a_recording_can_be_dropped(town: Town, phone: MakePhone) -> None:
    amina = await phone()
    await amina.opens(await town.rig.person())
    await amina.taps("Spraakbericht opnemen")
    await expect(amina.page.locator("#recording")).to_be_visible()
    await amina.taps("Opname weggooien")

    await expect(amina.page.get_by_role("textbox")).to_be_visible()
    await amina.says("Hallo")
    await amina.sees("Gehoord: Hallo")
    await expect(amina.page.locator(".line.person")).to_have_count(1)
    assert [event for event in town.rig.heard if isinstance(event.payload, Media)] == []
