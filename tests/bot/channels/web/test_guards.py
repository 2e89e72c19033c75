"""What the endpoints refuse, and the headers that no answer lacks."""

from secrets import token_hex

import httpx
import pytest

from storage.engine.database import Database
from tests.bot.channels.web.conftest import URL, Browser
from tests.bot.channels.web.rig import Rig


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What is refused is refused before any database is asked: one engine will do."""
    return sqlite_database


GOOD = {"event": "0" * 32, "text": "Hallo"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"origin": "https://evil.example"}, 403, id="another site"),
        pytest.param({"origin": "null"}, 403, id="a sandboxed frame"),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, id="the browser says so"),
        pytest.param({"sec-fetch-site": "same-site"}, 403, id="a neighbouring domain"),
        pytest.param({"sec-fetch-site": "same-origin"}, 200, id="our own page"),
        pytest.param({"sec-fetch-site": "same-origin", "origin": "null"}, 200, id="our own, without referrer"),
        pytest.param({"content-type": "text/plain"}, 415, id="a form's type"),
    ],
)
async def test_other_sites_cannot_speak_for_a_person(
    rig: Rig, browser: Browser, headers: dict[str, str], status: int
) -> None:
    await browser.open(await rig.person())
    answer = await browser.client.post("/chat/say", json=GOOD, headers=headers)
    assert answer.status_code == status
    assert len(rig.heard) == (2 if status == 200 else 1)


async def test_a_request_that_does_not_say_where_it_comes_from_is_refused(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    del browser.client.headers["origin"]
    assert (await browser.client.post("/chat/say", json=GOOD)).status_code == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("say", b"{", 400, id="no JSON"),
        pytest.param("say", b"[]", 400, id="a list"),
        pytest.param("say", b'{"event":"x","text":"a"}', 400, id="no event id"),
        pytest.param("say", b'{"event":"%s","text":7}' % (b"0" * 32), 400, id="a number as text"),
        pytest.param("say", b'{"event":"%s","text":"  "}' % (b"0" * 32), 400, id="nothing said"),
        pytest.param("say", b'{"event":"%s","text":"a\\u0000b"}' % (b"0" * 32), 400, id="a null character"),
        pytest.param("say", b'{"event":"%s","text":"\\ud800"}' % (b"0" * 32), 400, id="half a character"),
        pytest.param("say", b'{"event":"%s","text":"%s"}' % (b"0" * 32, b"a" * 4001), 400, id="4,001 characters"),
        pytest.param("say", b'{"event":"%s","text":"%s"}' % (b"0" * 32, b"a" * 4000), 200, id="4,000 characters"),
        pytest.param("say", b"a" * 70_000, 413, id="70 kB"),
        pytest.param("say", b"a" * 1_200_000, 413, id="over a megabyte"),
        pytest.param("press", b'{"event":"%s","message":1e99,"intent":"x"}' % (b"0" * 32), 400, id="no id"),
        pytest.param("press", b'{"event":"%s","message":999,"intent":"x"}' % (b"0" * 32), 409, id="unknown line"),
        pytest.param("seen", b'{"after":0,"up_to":-1,"state":"read"}', 400, id="negative"),
        pytest.param("seen", b'{"after":0,"up_to":1,"state":"sent"}', 400, id="a state that is not theirs"),
        pytest.param("open", b'{"token":"short"}', 400, id="a guessable token"),
    ],
)
async def test_rubbish_changes_nothing(rig: Rig, browser: Browser, path: str, body: bytes, status: int) -> None:
    await browser.open(await rig.person())
    answer = await browser.client.post(f"/chat/{path}", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert len(rig.heard) == (2 if status == 200 else 1)
    assert (await browser.say("Hallo")).status_code == 200


@pytest.mark.parametrize("path", ["events", "history?before=1", "file/1"])
async def test_without_a_chat_there_is_nothing_to_read(browser: Browser, path: str) -> None:
    assert (await browser.client.get(f"/chat/{path}")).status_code == 401


async def test_speaking_is_limited_and_goes_on_later(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    statuses = [(await browser.say("x")).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    rig.seconds += 1
    assert (await browser.say("x")).status_code == 200


@pytest.mark.parametrize("path", ["/chat", "/health", "/health/live", "/metrics", "/nowhere", "/chat/static/chat.js"])
async def test_no_answer_lacks_the_headers(browser: Browser, path: str) -> None:
    headers = (await browser.client.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"] == "max-age=31536000"


async def test_health_tells_live_from_ready(browser: Browser) -> None:
    answer = await browser.client.get("/health")
    assert answer.json() == {"live": True, "ready": True, "checks": {"database": True}}


async def test_versioned_files_are_kept_and_others_asked_for_again(browser: Browser) -> None:
    page = (await browser.client.get("/chat")).text
    address = page.partition('<script src="')[2].partition('"')[0]
    script = await browser.client.get(address)
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-encoding"] == "gzip"
    again = await browser.client.get("/chat/static/chat.js", headers={"if-none-match": script.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")
    assert (await browser.client.get("/chat/static/..%2fpage.py")).status_code == 404


@pytest.mark.parametrize(
    ("wish", "lang", "direction"),
    [
        pytest.param("ar-SY,en;q=0.5", "ar", "rtl", id="arabic"),
        pytest.param("xx, en;q=0.3, nl;q=0.8", "nl", "ltr", id="by weight"),
        pytest.param("", "nl", "ltr", id="nothing said"),
        pytest.param(";;q=x,,\u00e9", "nl", "ltr", id="rubbish"),
    ],
)
async def test_before_linking_the_page_speaks_the_browsers_language(
    browser: Browser, wish: str, lang: str, direction: str
) -> None:
    page = await browser.client.get("/chat", headers=[(b"accept-language", wish.encode())])
    assert f'<html lang="{lang}" dir="{direction}">' in page.text


async def test_no_text_of_the_page_is_taken_as_markup(rig: Rig, browser: Browser) -> None:
    await browser.open(await rig.person())
    await browser.say("</script><script>alert(1)</script>")
    assert "alert(1)" not in (await browser.client.get("/chat")).text


async def test_the_demo_may_hold_several_phones_in_one_browser(rig: Rig) -> None:
    from tests.bot.channels.web.rig import rigged

    async with rigged(rig.database, "http://demo.test", phones=True) as demo:
        transport = httpx.ASGITransport(app=demo.app())
        async with httpx.AsyncClient(
            transport=transport, base_url="http://demo.test", headers={"origin": "http://demo.test"}
        ) as client:
            for name, language in (("amina", "nl"), ("omar", "ar")):
                body = {"token": token_hex(32), "code": await demo.person(language)}
                assert (await client.post(f"/chat/open?phone={name}", json=body)).status_code == 200
            again = await client.post("/chat/open?phone=amina", json={"token": token_hex(32), "code": None})
            assert again.json()["window"]["lang"] == "nl"
            assert "frame-ancestors 'self'" in again.headers["content-security-policy"]
    assert URL.startswith("https:")
