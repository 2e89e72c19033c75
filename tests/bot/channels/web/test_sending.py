"""Photos, voice notes and documents from the page: what is taken, what becomes of it, and who may have it again."""

import io
from base64 import b64encode
from secrets import token_hex
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from bot.channels.web import uploads
from bot.channels.web.requests import MAX_UPLOAD
from bot.events import Media
from bot.voice.encoding import decode
from storage.engine.database import Database
from storage.vocabulary import MediaKind
from tests.bot.channels.web.conftest import Browser, NewBrowser
from tests.bot.channels.web.files import PDF, PLACE, bomb, film, photo_with_a_place, picture, sound
from tests.bot.channels.web.rig import Rig


def _media(rig: Rig) -> Media:
    payload = rig.heard[-1].payload
    assert isinstance(payload, Media)
    return payload


async def _fetched(rig: Rig) -> bytes:
    content = await rig.web.fetch(str(_media(rig).file))
    assert content is not None
    return content


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What becomes of a file is the same on both engines, and so is the column that keeps it."""
    return sqlite_database


async def _mine(browser: Browser) -> dict[str, Any]:
    return next(line for line in await browser.lines() if line["from"] == "person")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(picture("JPEG"), id="jpeg"),
        pytest.param(picture("PNG"), id="png"),
        pytest.param(picture("PNG", mode="RGBA"), id="png with transparency"),
        pytest.param(picture("WEBP"), id="webp"),
    ],
)
async def test_a_picture_is_a_photo(rig: Rig, browser: Browser, content: bytes) -> None:
    await browser.open(await rig.person())
    answer = await browser.send(content, event="0" * 32)

    assert (answer.status_code, answer.json()["event"]) == (200, "0" * 32)
    assert _media(rig).kind is MediaKind.PHOTO
    with Image.open(io.BytesIO(await _fetched(rig))) as image:
        assert (image.format, image.size) == ("JPEG", (64, 48))
    line = await _mine(browser)
    shown = await browser.client.get(f"/chat/media/{line['id']}/picture")
    assert (shown.headers["content-type"], shown.content) == ("image/jpeg", await _fetched(rig))


async def test_a_photo_stands_upright_and_tells_no_place(rig: Rig, browser: Browser) -> None:
    sent = photo_with_a_place()
    assert PLACE.encode() in sent
    await browser.open(await rig.person())
    await browser.send(sent)

    content = await _fetched(rig)
    assert PLACE.encode() not in content
    assert b"Exif" not in content
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (48, 64)
        assert not image.getexif()
        assert "comment" not in image.info


async def test_a_large_photo_becomes_smaller(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    await browser.send(picture(size=(4000, 3000)))
    with Image.open(io.BytesIO(await _fetched(rig))) as image:
        assert image.size == (1600, 1200)


@pytest.mark.parametrize(
    ("box", "codec"),
    [
        pytest.param("ogg", "libopus", id="ogg"),
        pytest.param("webm", "libopus", id="webm"),
        pytest.param("mp4", "aac", id="m4a"),
        pytest.param("mp3", "libmp3lame", id="mp3"),
        pytest.param("wav", "pcm_s16le", id="wav"),
        pytest.param("adts", "aac", id="bare aac"),
    ],
)
async def test_a_sound_is_a_voice_note(rig: Rig, browser: Browser, box: str, codec: str) -> None:
    await browser.open(await rig.person())
    assert (await browser.send(sound(box, codec))).status_code == 200

    assert _media(rig).kind is MediaKind.VOICE
    content = await _fetched(rig)
    assert content.startswith(b"OggS")
    assert b"OpusHead" in content[:100]
    assert decode(content).seconds == pytest.approx(2, abs=0.2)
    line = await _mine(browser)
    assert (await browser.client.get(f"/chat/media/{line['id']}/voice")).headers["content-type"] == "audio/ogg"


async def test_a_pdf_is_a_document_and_stays_as_it_is(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    assert (await browser.send(PDF)).status_code == 200

    assert _media(rig).kind is MediaKind.DOCUMENT
    assert await _fetched(rig) == PDF
    line = await _mine(browser)
    assert line["file"] == {"name": "document.pdf", "type": "application/pdf"}
    assert (await browser.client.get(f"/chat/file/{line['id']}")).content == PDF


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        pytest.param(b"hello", 415, "wrong_file", id="words"),
        pytest.param(b"<svg onload='alert(1)'/>", 415, "wrong_file", id="svg"),
        pytest.param(b"#EXTM3U\nfile:///etc/passwd\n", 415, "wrong_file", id="a playlist"),
        pytest.param(b"PK\x03\x04" + b"\0" * 99, 415, "wrong_file", id="an archive"),
        pytest.param(picture("GIF"), 415, "wrong_file", id="gif"),
        pytest.param(b"\x00\x00\x00\x18ftypheic" + b"\0" * 99, 415, "wrong_file", id="heic"),
        pytest.param(film(), 415, "wrong_file", id="a film"),
        pytest.param(picture()[:300], 415, "wrong_file", id="half a jpeg"),
        pytest.param(b"\xff\xd8\xff" + b"\0" * 99, 415, "wrong_file", id="no jpeg after all"),
        pytest.param(b"OggS" + b"\0" * 99, 415, "wrong_file", id="no ogg after all"),
        pytest.param(b"\xff\xfb" + b"\xff" * 999, 415, "wrong_file", id="no mp3 after all"),
        pytest.param(b"RIFF\xff\xff\xff\xffWAVE", 415, "wrong_file", id="a wav without sound"),
        pytest.param(bomb(), 413, "too_large", id="a picture of 3,600 megapixels"),
        pytest.param(bomb(11_000, 9_000), 413, "too_large", id="a picture of 99 megapixels"),
        pytest.param(bomb(7_000, 6_000), 413, "too_large", id="a picture of 42 megapixels"),
        pytest.param(b"\xff\xd8\xff" + b"a" * MAX_UPLOAD, 413, "too_large", id="6 MB and a little"),
        pytest.param(b"\xff\xd8\xff" + b"a" * 9_000_000, 413, "too_large", id="9 MB"),
    ],
)
async def test_what_is_not_taken_is_told_and_leaves_nothing(
    rig: Rig, browser: Browser, content: bytes, status: int, error: str
) -> None:
    await browser.open(await rig.person())
    answer = await browser.send(content)

    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert [line["from"] for line in await browser.lines()] == ["bot"]
    assert len(rig.heard) == 1


async def test_a_sound_that_goes_on_and_on_is_not_taken(
    rig: Rig, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LONGEST_SECONDS", 1)
    await browser.open(await rig.person())
    answer = await browser.send(sound("ogg", "libopus"))
    assert (answer.status_code, answer.json()) == (413, {"error": "too_large"})


async def test_a_body_without_a_length_is_counted(rig: Rig, browser: Browser) -> None:
    async def endless() -> Any:
        for _ in range(200):
            yield b"\xff\xd8\xff" + b"a" * 65_000

    await browser.open(await rig.person())
    answer = await browser.client.post(
        f"/chat/send?event={token_hex(16)}",
        content=endless(),
        headers={"content-type": "application/octet-stream"},
    )
    assert answer.status_code == 413


async def test_a_repeated_request_sends_it_once(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    event = token_hex(16)
    answers = [await browser.send(content, event) for content in (picture(), picture(), b"cut o")]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [line["from"] for line in await browser.lines()] == ["bot", "person", "bot"]


async def test_an_event_that_was_words_is_no_photo(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    event = token_hex(16)
    await browser.say("Hallo", event)
    assert (await browser.send(picture(), event)).status_code == 409


async def test_nobody_elses_browser_gets_it(rig: Rig, new_browser: NewBrowser) -> None:
    amina, omar = new_browser(), new_browser()
    await amina.open(await rig.person())
    await omar.open(await rig.person())
    await amina.send(picture())
    await amina.send(PDF)

    for line in await amina.lines():
        for path in (f"media/{line['id']}/picture", f"file/{line['id']}"):
            assert (await omar.client.get(f"/chat/{path}")).status_code == 404


async def test_only_what_was_handed_over_is_fetched(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    await browser.say("Hallo", "0" * 32)
    await browser.send(picture(), "1" * 32)
    given = str(_media(rig).file)

    assert await rig.web.fetch(given) is not None
    others = [str(line["id"]) for line in await browser.lines()]
    contact = given.partition(":")[0]
    for guess in (*others, "1" * 32, f"{contact}:{'0' * 32}", f"{int(contact) + 1}:{'1' * 32}", "", "None"):
        assert await rig.web.fetch(guess) is None


async def test_it_is_kept_encrypted(rig: Rig, browser: Browser, database: Database) -> None:
    await browser.open(await rig.person())
    await browser.send(PDF)
    async with database.reading() as session:
        raw = await session.scalar(text("SELECT file FROM web_message WHERE event_id IS NOT NULL"))
    assert b64encode(PDF)[:20] not in bytes(raw)
    assert PDF[:8] not in bytes(raw)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"origin": "https://evil.example"}, 403, id="another site"),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, id="the browser says so"),
        pytest.param({"content-type": "multipart/form-data"}, 415, id="a form"),
        pytest.param({"content-type": "text/plain"}, 415, id="a form of text"),
    ],
)
async def test_other_sites_cannot_send(rig: Rig, browser: Browser, headers: dict[str, str], status: int) -> None:
    await browser.open(await rig.person())
    answer = await browser.client.post(
        f"/chat/send?event={'0' * 32}",
        content=picture(),
        headers={"content-type": "application/octet-stream", **headers},
    )
    assert answer.status_code == status
    assert len(rig.heard) == 1


@pytest.mark.parametrize("event", ["", "x", "0" * 64, "0" * 31 + "%0A"])
async def test_an_event_needs_an_id_of_the_browsers(rig: Rig, browser: Browser, event: str) -> None:
    await browser.open(await rig.person())
    answer = await browser.client.post(
        f"/chat/send?event={event}", content=picture(), headers={"content-type": "application/octet-stream"}
    )
    assert answer.status_code == 400


async def test_without_a_chat_nothing_is_read(browser: Browser) -> None:
    assert (await browser.send(picture())).status_code == 401


async def test_a_stranger_has_nobody_to_send_to(rig: Rig, browser: Browser) -> None:
    await browser.open()
    assert (await browser.send(picture())).status_code == 403


async def test_sending_is_limited_and_goes_on_later(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    answers = [await browser.send(PDF) for _ in range(13)]
    assert [answer.status_code for answer in answers] == [200] * 12 + [429]
    assert answers[-1].headers["retry-after"] == "30"
    rig.seconds += 30
    assert (await browser.send(PDF)).status_code == 200
