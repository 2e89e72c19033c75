"""A walk of every page and form of the desk, as each role, against other people's data; none is named here."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.routing import Route

from storage.vocabulary import DeskRole
from tests.bot.desk.conftest import FROM_HERE, Browser
from tests.bot.desk.test_day import reports, writes
from tests.bot.dialogue.talk import Talk
from tests.people import somebody
from tests.storage.privacy.all_values import everything

#: What anybody may open: how to sign in, and the style sheet.
OPEN = {
    "/desk/static/desk.css",
    "/desk/static/desk.js",
    "/desk/sign-in",
    "/desk/link/{token}",
    "/desk/step",
    "/desk/static/passkeys.js",
    "/desk/language/{code}",
}

#: Numbers of rows that are tried: some are Amina's, some nobody's.
ROWS = range(1, 5)


def routes(talk: Talk, method: str) -> Iterator[str]:
    """Every address of the desk that is asked for by this method, but those that are open."""
    for route in talk.app.http.routes:
        if isinstance(route, Route) and route.path.startswith("/desk") and method in (route.methods or ()):
            yield from {route.path} - OPEN


def filled(path: str, person: int, row: int) -> str:
    """With the numbers of a person and of something of theirs in it."""
    path = path.replace("/people/{id:int}", f"/people/{person}")
    return re.sub(r"\{[a-z]+:int\}", str(row), path)


async def unchanged(talk: Talk) -> str:
    """All that stands in the database but the log, sessions, and links."""
    return await everything(talk.database, but=("audit_entry", "desk_session", "desk_link", "desk_challenge"))


@pytest.fixture
async def hers(talk: Talk) -> int:
    """Amina reported, wrote, and has messages."""
    await reports(talk)
    await writes(talk, "Only for Sanne")
    await talk.settle()
    return talk.person_ids["Amina"]


def fields(talk: Talk) -> dict[str, str]:
    """What the forms ask for, so that nothing is refused for being empty."""
    meeting = talk.appointment_ids["Amina-meeting"]
    return {
        "report": "1",
        "done": "x",
        "result": "reached",
        "words": "x",
        "how": "called",
        "part": "knm",
        "status": "done",
        "ready": "thanks",
        "contact": "1",
        "kind": "workshop",
        "on": "2026-03-05",
        "at": "14:00",
        "version": "1",
        "answers": "1",
        "meeting": str(meeting),
        "person": str(talk.person_ids["Amina"]),
        "do": "cancel",
        "answer": "yes",
    }


async def test_nobody_sees_or_does_anything_without_signing_in(talk: Talk, hers: int) -> None:
    browser, before = Browser(talk), await unchanged(talk)
    for path in routes(talk, "GET"):
        answer = await browser.client.get(filled(path, hers, 1))
        assert answer.headers.get("location") == "/desk/sign-in", path
    for path in routes(talk, "POST"):
        answer = await browser.post(filled(path, hers, 1), fields(talk))
        assert answer.status_code in (401, 303), path
        assert "Amina" not in answer.text
    assert await unchanged(talk) == before


@pytest.mark.parametrize("role", list(DeskRole))
async def test_nobody_sees_or_does_anything_of_another_consultants_people(
    talk: Talk, hers: int, role: DeskRole
) -> None:
    browser = Browser(talk)
    if role is DeskRole.CONSULTANT:
        await browser.signs_in("karim@huizen.example")
    else:
        await browser.signs_in("colleague@huizen.example", role)
    before = await unchanged(talk)
    walked = 0
    for path in routes(talk, "GET"):
        for row in ROWS:
            answer = await browser.client.get(filled(path, hers, row))
            assert "Amina" not in answer.text, path
            assert "Only for Sanne" not in answer.text, path
            walked += 1
    token = re.search(r'name="form_token" value="([^"]*)"', await browser.look("/desk"))
    assert token is not None
    for path in routes(talk, "POST"):
        if path == "/desk/sign-out":
            continue
        for row in ROWS:
            sent = {**fields(talk), "report": str(row), "form_token": token[1]}
            answer = await browser.post(filled(path, hers, row), sent)
            assert answer.status_code != 403, path
            assert "Amina" not in answer.text, path
            walked += 1
    assert await unchanged(talk) == before
    assert walked > 100


@pytest.mark.parametrize("role", [DeskRole.MANAGER, DeskRole.ADMINISTRATOR])
async def test_nobody_sees_anything_of_another_municipality(talk: Talk, hers: int, role: DeskRole) -> None:
    """One deployment serves several: who belongs to one sees the pages, figures, files and log of that one."""
    now = talk.clock.now()
    async with talk.database.writing() as session:
        # Enough of each that no figure is left out for being small.
        for place in ("Huizen", "Laren"):
            for number in range(6):
                one = somebody(now - timedelta(days=1), external_id=f"{place}{number}", given_name="B")
                one.municipality = place
                session.add(one)
    bound = await Browser(talk).signs_in("colleague@laren.example", role, "laren")
    seen = []
    for path in routes(talk, "GET"):
        for row in ROWS:
            address = filled(path, hers, row).replace("{kind}", "csv")
            answer = await bound.client.get(f"{address}?month=2026-03")
            assert not re.search(rf"Amina|Huizen|person:{hers}\b|Only for Sanne", answer.text), address
            seen += [address] if answer.status_code == 200 else []
    assert len(seen) > 3
    # Who belongs to none sees all.
    everybodys = await Browser(talk).signs_in("everybody@x.example", role)
    shown = await everybodys.look("/desk")
    assert ("Huizen" if role is DeskRole.MANAGER else f"person:{hers}") in shown
    if role is DeskRole.MANAGER:
        # To the nearest five: six of Laren, twelve of everywhere (who came this minute is not counted yet).
        sums = [
            re.search("people;all;people;([0-9]+)", (await one.client.get("/desk/figures/csv?month=2026-03")).text)
            for one in (bound, everybodys)
        ]
        assert [one and one[1] for one in sums] == ["5", "10"]


async def test_no_form_works_from_another_page_or_without_its_token(talk: Talk, sanne: Browser, hers: int) -> None:
    token = re.search(r'name="form_token" value="([^"]*)"', await sanne.look("/desk"))
    assert token is not None
    before = await unchanged(talk)
    forged: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"form_token": "0" * 32}, {}),
        ({"form_token": token[1]}, {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}),
        ({"form_token": token[1]}, {"origin": "https://evil.example"}),
        ({"form_token": token[1]}, {"sec-fetch-site": "same-site"}),
    ]
    for path in routes(talk, "POST"):
        for given, headers in forged:
            sent = {**fields(talk), **given}
            answer = await sanne.client.post(
                filled(path, hers, 1), data=sent, headers=headers if "origin" in headers else {**FROM_HERE, **headers}
            )
            assert answer.status_code == 403, (path, headers)
    assert await unchanged(talk) == before


async def test_a_token_of_another_session_is_no_token(talk: Talk, sanne: Browser, karim: Browser, hers: int) -> None:
    token = re.search(r'name="form_token" value="([^"]*)"', await karim.look("/desk"))
    assert token is not None
    answer = await sanne.post(f"/desk/people/{hers}/code", {"form_token": token[1]})
    assert answer.status_code == 403


async def test_no_address_leads_away_from_here(talk: Talk, sanne: Browser) -> None:
    for asked in (
        "?said=https://evil.example",
        "?said=seen&n=9999999999999999999",
        "?next=//evil.example",
        "?said=%00",
    ):
        page = await sanne.look(f"/desk{asked}")
        assert "evil.example" not in page


async def test_rubbish_in_addresses_and_forms_is_no_fault(talk: Talk, sanne: Browser) -> None:
    for query in ("page=-1", "page=99999999999999999999", "q=%F0%9F%98%80", "language=xx", "only=x", "a=b&" * 3000):
        answer = await sanne.client.get(f"/desk/people?{query}")
        assert answer.status_code in (200, 400), query
    assert (await sanne.client.get("/desk/people/99999999999999999999")).status_code == 404
    assert (await sanne.client.get("/desk/people/1/messages/99999999999999999999")).status_code == 404
