"""How the service is, and who may sign in: an administrator's pages."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from starlette.requests import Request

from bot.actions.acting import OPERATOR
from bot.desk.forms import SentForm
from bot.desk.visit import Visit, Who
from reminders.kinds import Kind
from storage.desk.accounts import DeskAccount
from storage.outbox.message import Attempt, Message
from storage.privacy.audit import AuditEntry
from storage.vocabulary import DeskRole, MessageState
from tests.bot.desk.conftest import Browser, link_for, system
from tests.bot.dialogue.talk import Talk

SYSTEM, ACCOUNTS = "/desk/system", "/desk/accounts"


@pytest.fixture
async def admin(talk: Talk) -> AsyncIterator[Browser]:
    browser = await Browser(talk).signs_in("beheer@huizen.example", DeskRole.ADMINISTRATOR)
    yield browser
    await browser.client.aclose()


def row_of(page: str, what: str) -> str:
    """A table's row, by its head."""
    found = re.search(rf"<tr[^>]*><th scope=\"row\">{what}</th>.*?</tr>", page, re.DOTALL)
    assert found is not None, what
    return found[0]


async def a_message(talk: Talk, state: MessageState) -> int:
    """A message to Amina in this state."""
    now = talk.clock.now()
    async with talk.database.writing() as session:
        put_in = Message(
            key="x",
            kind=Kind.SAY,
            params={},
            person_id=talk.person_ids["Amina"],
            state=state,
            due_at=now,
            next_at=now,
            created_at=now,
        )
        session.add(put_in)
        await session.flush()
        return put_in.id


async def test_what_is_not_well_says_what_to_do(talk: Talk, admin: Browser) -> None:
    page = await admin.look(SYSTEM)
    assert "Er is iets te doen" in page
    assert "maatje backup" in row_of(page, "Laatste reservekopie")
    assert "in orde" in row_of(page, "De database antwoordt")
    async with talk.database.writing() as session:
        session.add(AuditEntry(at=talk.clock.now(), actor="operator", action="backed_up", subject="backup"))
    page = await admin.look(SYSTEM)
    assert "maatje backup" not in row_of(page, "Laatste reservekopie")
    assert "Alles werkt" in page
    await a_message(talk, MessageState.HELD)
    page = await admin.look(SYSTEM)
    assert "maatje held list" in row_of(page, "Tegengehouden na een terugkeer")
    assert "Er is iets te doen" in page


async def test_every_channel_stands_there_and_how_the_latest_tries_ended(talk: Talk, admin: Browser) -> None:
    tried, now = await a_message(talk, MessageState.SENT), talk.clock.now()
    async with talk.database.writing() as session:
        for outcome in ("sent", "retry", "sent"):
            session.add(Attempt(message_id=tried, channel="telegram", at=now, outcome=outcome))
    page = await admin.look(SYSTEM)
    counts = re.findall(r'<th scope="row">telegram</th><td>(\w+)</td><td[^>]*>(\d+)</td>', page)
    assert counts == [("sent", "2"), ("retry", "1")]
    assert page.count("Verzenden via") == len(talk.app.channels) > 0
    # What is kept: the rows of the retention table, with why.
    assert "five years after their guidance ended" in page


async def test_a_channel_that_is_down_is_something_to_do(talk: Talk, admin: Browser) -> None:
    async with talk.database.reading() as session:
        acting = talk.app.desk.acting(OPERATOR, session)
        who = Who(1, DeskRole.ADMINISTRATOR, None, "beheer@huizen.example", "", "token")
        request = Request({"type": "http", "method": "GET", "path": SYSTEM, "headers": [], "query_string": b""})
        answer = await system(talk, next(iter(talk.app.channels))).show(
            Visit(request, acting, who, talk.app.desk.texts, SentForm())
        )
    page = bytes(answer.body).decode()
    assert "Er is iets te doen" in page
    assert page.count("De aanbieder weigert") == 1


async def test_a_colleague_is_signed_out_at_once_and_sets_up_another_app(
    talk: Talk, sanne: Browser, admin: Browser
) -> None:
    page = await admin.look(ACCOUNTS)
    assert "sanne@huizen.example" in page
    async with talk.database.reading() as session:
        accounts = {one.email: one.id for one in await session.scalars(select(DeskAccount))}
    assert "Overal uitgelogd" in await admin.does(
        f"{ACCOUNTS}/{accounts['sanne@huizen.example']}/end", ACCOUNTS, do="app"
    )
    assert (await sanne.client.get("/desk")).headers["location"] == "/desk/sign-in"
    # The next link asks for a new app.
    await sanne.opens((await link_for(talk, "sanne@huizen.example")).token)
    assert "<code>" in await sanne.look("/desk/step")
    assert "Gestopt" in await admin.does(f"{ACCOUNTS}/{accounts['sanne@huizen.example']}/end", ACCOUNTS, do="end")
    assert "sanne@huizen.example" not in await admin.look(ACCOUNTS)
    # Nobody ends their own by mistake.
    await admin.send(f"{ACCOUNTS}/{accounts['beheer@huizen.example']}/end", ACCOUNTS, do="end")
    assert "Dit bent u" in await admin.look(ACCOUNTS)


async def test_who_belongs_to_another_municipality_sees_no_accounts_of_this_one(talk: Talk, sanne: Browser) -> None:
    async with talk.database.reading() as session:
        accounts = {one.email: one.id for one in await session.scalars(select(DeskAccount))}
    laren = Browser(talk)
    await laren.opens((await link_for(talk, "laren@laren.example", DeskRole.ADMINISTRATOR, "Laren")).token)
    found = re.search(r"<code>([A-Z2-7]+)</code>", await laren.look("/desk/step"))
    assert found is not None
    laren.secret = found[1]
    await laren.shows(laren.digits())
    page = await laren.look(ACCOUNTS)
    assert "laren@laren.example" in page
    assert "sanne@huizen.example" not in page
    answer = await laren.send(f"{ACCOUNTS}/{accounts['sanne@huizen.example']}/end", "/desk", do="end")
    assert answer.status_code == 404
    await sanne.look("/desk")
    await laren.client.aclose()
