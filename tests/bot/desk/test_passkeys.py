"""Passkeys at the desk: the first one after a link, signing in by it, one's own page, and all that opens nothing."""

import re
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from bot.actions.access.desk import vouched
from bot.actions.access.passkeys import KeySite
from storage.desk.accounts import account_by_email
from storage.desk.passkeys import passkeys_of
from storage.engine.database import Database
from storage.privacy.audit import audit_lines
from storage.vocabulary import DeskRole
from tests.bot.desk.authenticator import Authenticator, broken
from tests.bot.desk.conftest import Browser, link_for
from tests.bot.dialogue.talk import Talk, town
from tests.clock import FakeClock

SANNE = "sanne@huizen.example"
SITE = "https://maatje.example"


class KeyBrowser(Browser):
    """A browser at the desk's public address, whose owner has a passkey."""

    def __init__(self, talk: Talk, key: Authenticator | None = None) -> None:
        super().__init__(talk)
        self.client.base_url = httpx.URL(SITE)
        self.key = key or Authenticator(SITE)

    async def post(self, path: str, fields: Mapping[str, str | list[str]], **headers: str) -> httpx.Response:
        return await super().post(path, fields, **{"origin": SITE, **headers})

    async def asks(self, path: str, **fields: str) -> dict[str, object]:
        """What the page's script asks for."""
        answer = await self.post(f"{path}/ask", dict(fields))
        assert answer.status_code == 200
        read: dict[str, object] = answer.json()
        return read

    async def sets_up(self, email: str, role: DeskRole | None = None) -> "KeyBrowser":
        """The first key, after a one-time link."""
        await self.opens((await link_for(self.talk, email, role)).token)
        sent = self.key.makes(await self.asks("/desk/step/passkey"))
        answer = await self.post("/desk/step/passkey", {"credential": sent, "name": "laptop"})
        assert answer.headers["location"] == "/desk"
        return self

    async def by_key(self, sent: str | None = None) -> str:
        """Sign in by the key; where that leads."""
        given = sent if sent is not None else self.key.signs(await self.asks("/desk/passkey"))
        return (await self.post("/desk/passkey", {"credential": given})).headers["location"]

    async def form_token(self) -> str:
        """Of the own page."""
        found = re.search(r'name="form_token" value="([^"]*)"', await self.look("/desk/account"))
        assert found is not None
        return found[1]


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(sqlite_database, clock, public_url=SITE) as settled:
        yield settled


@pytest.fixture
async def sanne(talk: Talk) -> KeyBrowser:
    return await KeyBrowser(talk).sets_up(SANNE)


async def log_of(talk: Talk) -> list[str]:
    async with talk.database.reading() as session:
        return [line.action for line in await audit_lines(session, limit=50)]


async def keys_of(talk: Talk, email: str = SANNE) -> list[tuple[str, int]]:
    async with talk.database.reading() as session:
        account = await account_by_email(session, talk.database.keys, email)
        assert account is not None
        return [(one.name, one.sign_count) for one in await passkeys_of(session, account.id)]


async def test_the_first_key_after_a_link_signs_in_and_then_opens_the_desk_alone(talk: Talk, sanne: KeyBrowser) -> None:
    assert "Afmeldingen" in await sanne.look("/desk")
    elsewhere = KeyBrowser(talk, sanne.key)
    assert await elsewhere.by_key() == "/desk"
    assert "Afmeldingen" in await elsewhere.look("/desk")
    assert await keys_of(talk) == [("laptop", 1)]
    assert "added_passkey" in await log_of(talk)


async def test_what_is_asked_of_a_key(talk: Talk) -> None:
    browser = KeyBrowser(talk)
    await browser.opens((await link_for(talk, SANNE)).token)
    new = await browser.asks("/desk/step/passkey")
    assert isinstance(new["rp"], dict)
    assert new["rp"]["id"] == "maatje.example"
    assert new["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    asked = await browser.asks("/desk/passkey")
    assert (asked["rpId"], asked["userVerification"]) == ("maatje.example", "required")


async def test_a_link_asks_for_the_key_of_who_has_no_app(talk: Talk, sanne: KeyBrowser) -> None:
    again = KeyBrowser(talk, sanne.key)
    await again.opens((await link_for(talk, SANNE)).token)
    page = await again.look("/desk/step")
    assert "<svg" not in page
    assert 'name="digits"' not in page
    assert "wrong_digits" in (await again.shows("000000")).headers["location"]
    # Nor does a new key take the place of the one that is to be shown.
    assert (await again.post("/desk/step/passkey/ask", {})).status_code == 401
    assert await again.by_key() == "/desk"


async def test_beside_the_app_a_key_opens_too(talk: Talk) -> None:
    browser = KeyBrowser(talk)
    await browser.signs_in(SANNE)
    sent = browser.key.makes(await browser.asks("/desk/account/passkeys", form_token=await browser.form_token()))
    page = await browser.does("/desk/account/passkeys", "/desk/account", credential=sent, name="<b>werk</b>")
    assert "De toegangssleutel is gemaakt" in page
    assert "&lt;b&gt;werk" in page
    assert await KeyBrowser(talk, browser.key).by_key() == "/desk"
    other = Browser(talk)
    other.secret = browser.secret
    talk.clock.forward(seconds=30)
    await browser.opens((await link_for(talk, SANNE)).token)
    assert (await browser.shows(browser.digits())).headers["location"] == "/desk"


async def test_a_key_is_named_otherwise_and_removed(talk: Talk, sanne: KeyBrowser) -> None:
    page = await sanne.look("/desk/account")
    (path,) = set(re.findall(r'action="(/desk/account/passkeys/[0-9]+)"', page))
    await sanne.does(path, "/desk/account", do="rename", name="telefoon")
    assert await keys_of(talk) == [("telefoon", 0)]
    karim = await KeyBrowser(talk).sets_up("karim@huizen.example")
    for do in ("rename", "remove"):
        assert (await karim.send(path, "/desk/account", do=do, name="x")).status_code == 404
    await sanne.does(path, "/desk/account", do="remove")
    assert await keys_of(talk) == []
    assert "key_refused" in await KeyBrowser(talk, sanne.key).by_key()
    assert {"added_passkey", "removed_passkey"} <= set(await log_of(talk))


async def test_a_key_of_another_site_or_without_a_finger_opens_nothing(talk: Talk, sanne: KeyBrowser) -> None:
    for wrong in ("https://maatje.example.evil.example", "http://maatje.example", "https://maatje.example:444"):
        sanne.key.origin = wrong
        assert "key_refused" in await KeyBrowser(talk, sanne.key).by_key()
    sanne.key.origin = SITE
    browser = KeyBrowser(talk, sanne.key)
    asked = await browser.asks("/desk/passkey")
    assert "key_refused" in await browser.by_key(sanne.key.signs({**asked, "rpId": "evil.example"}))
    sanne.key.verifies = False
    assert "key_refused" in await KeyBrowser(talk, sanne.key).by_key()
    sanne.key.verifies = True
    assert await KeyBrowser(talk, sanne.key).by_key() == "/desk"
    assert (await log_of(talk)).count("wrong_passkey") == 5


async def test_an_answer_counts_once_in_the_browser_that_asked_and_for_five_minutes(
    talk: Talk, sanne: KeyBrowser
) -> None:
    browser = KeyBrowser(talk, sanne.key)
    asked = await browser.asks("/desk/passkey")
    held = dict(browser.client.cookies)
    sent = sanne.key.signs(asked)
    other = KeyBrowser(talk, sanne.key)
    await other.asks("/desk/passkey")
    assert "key_refused" in await other.by_key(sent)
    assert await browser.by_key(sent) == "/desk"
    # The same answer and the same cookie once more.
    thief = KeyBrowser(talk, sanne.key)
    for name, value in held.items():
        thief.client.cookies.set(name, value)
    assert "key_refused" in await thief.by_key(sent)
    late = KeyBrowser(talk, sanne.key)
    answer = sanne.key.signs(await late.asks("/desk/passkey"))
    talk.clock.forward(minutes=5)
    assert "key_refused" in await late.by_key(answer)


async def test_a_strangers_key_and_one_that_says_that_it_is_anothers_open_nothing(
    talk: Talk, sanne: KeyBrowser
) -> None:
    assert "key_refused" in await KeyBrowser(talk, Authenticator(SITE, handle=sanne.key.handle)).by_key()
    karim = await KeyBrowser(talk).sets_up("karim@huizen.example")
    mixed = Authenticator(SITE, credential=sanne.key.credential, handle=sanne.key.handle, key=karim.key.key)
    assert "key_refused" in await KeyBrowser(talk, mixed).by_key()
    for_her = Authenticator(SITE, credential=karim.key.credential, handle=sanne.key.handle, key=karim.key.key)
    assert "key_refused" in await KeyBrowser(talk, for_her).by_key()


async def test_a_copy_of_a_key_is_seen_by_its_counter_and_the_log_says_so(talk: Talk, sanne: KeyBrowser) -> None:
    copied = Authenticator(SITE, credential=sanne.key.credential, handle=sanne.key.handle, key=sanne.key.key)
    for _ in range(3):
        assert await KeyBrowser(talk, sanne.key).by_key() == "/desk"
    assert "key_refused" in await KeyBrowser(talk, copied).by_key()
    assert "copied_passkey" in await log_of(talk)
    # Of a key that does not count (one that is synchronised) nothing can be seen, and nothing is made of it.
    uncounted = await KeyBrowser(talk).sets_up("karim@huizen.example")
    for _ in range(2):
        uncounted.key.count = -1
        assert await KeyBrowser(talk, uncounted.key).by_key() == "/desk"


async def test_a_key_is_nobody_elses_and_not_made_for_another_challenge(talk: Talk, sanne: KeyBrowser) -> None:
    karim = KeyBrowser(talk)
    await karim.opens((await link_for(talk, "karim@huizen.example")).token)
    for key, ask in ((sanne.key, True), (Authenticator(SITE), False), (Authenticator("https://evil.example"), True)):
        old = await karim.asks("/desk/step/passkey")
        if not ask:
            await karim.asks("/desk/step/passkey")
        answer = await karim.post("/desk/step/passkey", {"credential": key.makes(old), "name": "x"})
        assert "key_refused" in answer.headers["location"]
    karim.key.verifies = False
    sent = karim.key.makes(await karim.asks("/desk/step/passkey"))
    assert "key_refused" in (await karim.post("/desk/step/passkey", {"credential": sent})).headers["location"]
    assert await keys_of(talk, "karim@huizen.example") == []


async def test_rubbish_opens_nothing_and_is_no_fault(talk: Talk, sanne: KeyBrowser) -> None:
    browser = KeyBrowser(talk, sanne.key)
    rubbish = ["", "{}", "[]", "null", "[" * 20_000, '{"id":1}', "x" * 40_000, '{"id":"é","rawId":"é","response":{}}']
    for sent in rubbish:
        await browser.asks("/desk/passkey")
        assert "key_refused" in await browser.by_key(sent)
        talk.clock.forward(minutes=1)
    asked = await browser.asks("/desk/passkey")
    assert "key_refused" in await browser.by_key(broken(sanne.key.signs(asked), 7))


async def test_a_lost_telephone_takes_its_keys_along_and_so_does_the_end_of_an_account(
    talk: Talk, sanne: KeyBrowser
) -> None:
    boss = await KeyBrowser(talk).sets_up("beheer@huizen.example", DeskRole.ADMINISTRATOR)
    page = await boss.look("/desk/accounts")
    (path,) = set(re.findall(r'action="(/desk/accounts/[0-9]+/end)"', page))
    await boss.does(path, "/desk/accounts", do="app")
    assert (await sanne.client.get("/desk")).headers["location"] == "/desk/sign-in"
    assert "key_refused" in await KeyBrowser(talk, sanne.key).by_key()
    # The next link sets up anew.
    await KeyBrowser(talk).sets_up(SANNE)
    await boss.does(path, "/desk/accounts", do="end")
    assert await keys_of(talk) == []


async def test_a_browser_that_was_left_open_gets_no_key(talk: Talk, sanne: KeyBrowser) -> None:
    token = await sanne.form_token()
    talk.clock.forward(minutes=30)
    assert "eerste halfuur" in await sanne.look("/desk/account")
    assert (await sanne.post("/desk/account/passkeys/ask", {"form_token": token})).status_code == 409
    answer = await sanne.send("/desk/account/passkeys", "/desk/account", credential="{}", name="x")
    assert "sign_in_again" in answer.headers["location"]


async def test_whom_the_identity_provider_lets_in_makes_no_key(talk: Talk) -> None:
    """Their way in is the provider's, and ends with it."""
    browser, keys, now = KeyBrowser(talk), talk.database.keys, talk.clock.now()
    async with talk.database.writing() as session:
        token = await vouched(session, keys, SANNE, {DeskRole.CONSULTANT}, now, subject="sanne", sid="1")
    assert token is not None
    browser.client.cookies.set(talk.app.desk.cookie, token)
    page = await browser.look("/desk/account")
    assert "werkaccount" in page
    assert "data-ask" not in page
    form = {"form_token": await browser.form_token()}
    assert (await browser.post("/desk/account/passkeys/ask", form)).status_code == 409


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, {}])
async def test_no_other_page_begins_or_ends_it(talk: Talk, sanne: KeyBrowser, headers: dict[str, str]) -> None:
    for path in ("/desk/passkey", "/desk/passkey/ask", "/desk/step/passkey", "/desk/step/passkey/ask"):
        assert (await sanne.client.post(path, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://maatje.huizen.example/", "maatje.huizen.example"),
        ("http://localhost:8080", "localhost"),
        ("http://127.0.0.1:8080", None),
        ("https://[::1]:8080", None),
        ("http://maatje.example", None),
        ("", None),
    ],
)
def test_where_browsers_have_passkeys(address: str, domain: str | None) -> None:
    site = KeySite.of(address, "Maatje")
    assert (site.domain if site is not None else None) == domain


async def test_where_there_are_none_nothing_is_said_of_them(sqlite_database: Database, clock: FakeClock) -> None:
    async with town(sqlite_database, clock) as settled:
        browser = await Browser(settled).signs_in(SANNE)
        assert "https" in await browser.look("/desk/account")
        assert "data-ask" not in await browser.look("/desk/account")
        assert (await browser.post("/desk/passkey/ask", {})).status_code in (404, 405)
        assert "passkeys.js" not in await Browser(settled).look("/desk/sign-in")
