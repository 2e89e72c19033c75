"""Signing in by an identity provider that we did not write (oidc-provider-mock), and what is refused."""

import re
import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from oidc_provider_mock import User, run_server_in_thread
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.actions.access.desk import end_account
from bot.actions.acting import OPERATOR, Acting
from bot.desk.routes import desk_routes
from bot.desk.signing_in.identity import OidcSettings, read_roles
from bot.enclosures.earlier_messages import EarlierMessages
from storage.vocabulary import DeskRole
from tests.bot.desk.conftest import FROM_HERE, HERE, foresees, system
from tests.bot.dialogue.talk import Talk

# The provider's own use of Authlib, in its thread.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PEOPLE = (
    User(sub="sanne", claims={"email": "Sanne@Huizen.example", "roles": ["Consulent"]}),
    User(sub="beheer", claims={"email": "beheer@huizen.example", "roles": "Beheer"}),
    User(sub="stranger", claims={"email": "somebody@huizen.example", "roles": ["Consulent"]}),
    User(sub="nobody", claims={"email": "sanne@huizen.example", "roles": ["Iets anders"]}),
    User(sub="unsure", claims={"email": "sanne@huizen.example", "roles": ["Consulent"], "email_verified": False}),
)


def earlier(talk: Talk) -> EarlierMessages:
    return EarlierMessages(talk.app.parts.composer())


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=PEOPLE) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
async def browser(talk: Talk, issuer: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a desk that has this provider."""
    settings = OidcSettings(
        oidc_issuer=issuer,
        oidc_client_id="maatje",
        oidc_client_secret=SecretStr("a secret of the provider"),
        oidc_roles="consultant=Consulent, administrator=Beheer",
    )
    app = Starlette(
        routes=list(
            desk_routes(
                talk.app.desk, earlier(talk), settings, "21:00-08:00", foresees(talk), talk.app.parts, system(talk)
            )
        )
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HERE) as client:
        yield client


async def at_provider(address: str, who: str) -> str:
    """Somebody signs in at the provider's own page; where it sends them."""
    async with httpx.AsyncClient() as elsewhere:
        answer = await elsewhere.post(address, data={"sub": who})
    return answer.headers["location"]


async def signs_in(browser: httpx.AsyncClient, who: str) -> httpx.Response:
    begun = await browser.get("/desk/oidc")
    return await browser.get(await at_provider(begun.headers["location"], who))


async def is_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/desk")).status_code == 200


async def test_a_consultant_signs_in_with_the_work_account(browser: httpx.AsyncClient) -> None:
    assert "/desk/oidc" in (await browser.get("/desk/sign-in")).text
    begun = await browser.get("/desk/oidc")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    back = await browser.get(await at_provider(begun.headers["location"], "sanne"))
    assert back.headers["location"] == "/desk"
    assert "Afmeldingen" in (await browser.get("/desk")).text


async def test_an_administrator_by_the_claim_sees_the_log(browser: httpx.AsyncClient) -> None:
    await signs_in(browser, "beheer")
    assert "Logboek" in (await browser.get("/desk")).text
    assert (await browser.get("/desk/people")).status_code == 404


@pytest.mark.parametrize("who", ["stranger", "nobody"])
async def test_who_has_no_place_here_is_told_so(browser: httpx.AsyncClient, who: str) -> None:
    assert "no_place" in (await signs_in(browser, who)).headers["location"]
    assert not await is_in(browser)


async def test_an_address_that_the_provider_is_not_sure_of_opens_nothing(browser: httpx.AsyncClient) -> None:
    assert "no_provider" in (await signs_in(browser, "unsure")).headers["location"]
    assert not await is_in(browser)


async def test_an_answer_works_only_in_the_browser_that_asked_and_once(browser: httpx.AsyncClient, talk: Talk) -> None:
    begun = await browser.get("/desk/oidc")
    address = await at_provider(begun.headers["location"], "sanne")
    async with httpx.AsyncClient(transport=browser._transport, base_url=HERE) as other:
        assert "no_provider" in (await other.get(address)).headers["location"]
    assert (await browser.get(address)).headers["location"] == "/desk"
    browser.cookies.clear()
    assert "no_provider" in (await browser.get(address)).headers["location"]


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=y", "?error=access_denied&state=x"])
async def test_what_is_no_answer_opens_nothing(browser: httpx.AsyncClient, query: str) -> None:
    await browser.get("/desk/oidc")
    assert "no_provider" in (await browser.get(f"/desk/oidc/back{query}")).headers["location"]
    assert not await is_in(browser)


async def test_an_account_that_was_ended_stays_so(browser: httpx.AsyncClient, talk: Talk) -> None:
    await signs_in(browser, "sanne")
    async with talk.database.writing() as session:
        operator = Acting(OPERATOR, session, talk.clock.now(), talk.services)
        assert await end_account(operator, "sanne@huizen.example")
    assert not await is_in(browser)
    assert "no_place" in (await signs_in(browser, "sanne")).headers["location"]


async def test_signing_out_here_ends_the_session_here(browser: httpx.AsyncClient) -> None:
    await signs_in(browser, "sanne")
    token = re.search(r'name="form_token" value="([^"]*)"', (await browser.get("/desk")).text)
    assert token is not None
    left = await browser.post("/desk/sign-out", data={"form_token": token[1]}, headers=FROM_HERE)
    assert left.status_code == 303
    assert not await is_in(browser)


async def test_a_logout_token_that_is_not_the_providers_ends_nothing(browser: httpx.AsyncClient, issuer: str) -> None:
    await signs_in(browser, "sanne")
    forged = jwt.encode(
        {"alg": "RS256", "kid": "x"},
        {
            "iss": issuer,
            "aud": "maatje",
            "iat": int(time.time()),
            "jti": "1",
            "sub": "sanne",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        },
        RSAKey.generate_key(2048, {"kid": "x"}),
    )
    for token in (forged, "", "x.y.z"):
        assert (await browser.post("/desk/oidc/ended", data={"logout_token": token})).status_code == 400
    assert await is_in(browser)


async def test_a_provider_that_cannot_be_reached_is_said(talk: Talk) -> None:
    settings = OidcSettings(oidc_issuer="http://127.0.0.1:9", oidc_client_id="maatje")
    app = Starlette(
        routes=list(
            desk_routes(
                talk.app.desk, earlier(talk), settings, "21:00-08:00", foresees(talk), talk.app.parts, system(talk)
            )
        )
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HERE) as client:
        assert "no_provider" in (await client.get("/desk/oidc")).headers["location"]


def test_words_for_roles_are_checked_at_the_start() -> None:
    assert read_roles("administrator = Beheer ,consultant=C") == {
        "Beheer": DeskRole.ADMINISTRATOR,
        "C": DeskRole.CONSULTANT,
    }
    for wrong in ("boss=X", "consultant", "consultant="):
        with pytest.raises(ValueError):  # noqa: PT011 - which words it has is for whoever sets it
            read_roles(wrong)
