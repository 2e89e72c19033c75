"""The desk behind a real server, with a busy day, and browsers that are signed in there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvicorn
from playwright.async_api import Browser, BrowserContext, Page

from bot.configuration.municipality import Municipality
from bot.configuration.recipients import SharedWith
from bot.serve import server_config
from storage.desk.accounts import account_by_email, add_account, add_session
from storage.engine.columns import Json
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.people.phone_tasks import PhoneTask
from storage.people.relayed import Letter
from storage.vocabulary import DeskRole, DeskStep, LetterKind
from tests.bot.desk.many_reports import many_reports
from tests.bot.dialogue.talk import Talk, town
from tests.bot.dialogue.test_school_list import BASIS
from tests.browser.serving import listener_on
from tests.clock import FakeClock

NewDesk = Callable[..., Awaitable[Page]]
#: A school that gets links to a group's week.
_SCHOOL = {"role": "school", "legal_basis": BASIS, "groups": ("Ochtend A",), "link": True}
_HUIZEN = Municipality(recipient={"Taalschool": SharedWith.model_validate(_SCHOOL)})
_EMAILS = {DeskRole.CONSULTANT: "sanne@huizen.example"}


@asynccontextmanager
async def desk_served(
    sqlite_url: str, browser: Browser, *, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[Talk, NewDesk]]:
    """A town behind a real server, and pages of it that are signed in as Sanne, or as somebody with another role.

    `host` is the name of this machine that browsers reach it by: they have passkeys on "localhost" alone."""
    database = open_database(sqlite_url, KeyRing(["a secret for tests that is long enough"]))
    listener, url = listener_on()
    url = url.replace("127.0.0.1", host)
    contexts: list[BrowserContext] = []
    async with town(database, FakeClock(), huizen=_HUIZEN, public_url=url) as talk:
        server = uvicorn.Server(server_config(talk.app.http, most=100))
        running = asyncio.create_task(server._serve(sockets=[listener]))

        async def opened(
            width: int = 1366,
            *,
            language: str = "nl",
            scripts: bool = True,
            role: DeskRole = DeskRole.CONSULTANT,
        ) -> Page:
            context = await browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
            contexts.append(context)
            await context.add_cookies(
                [
                    {"name": "maatje-desk", "value": await _token(talk, role), "domain": host, "path": "/"},
                    {"name": "maatje-desk-language", "value": language, "domain": host, "path": "/desk"},
                ]
            )
            page = await context.new_page()
            page.set_default_timeout(10_000)
            await page.goto(f"{url}/desk")
            return page

        yield talk, opened
        for context in contexts:
            await context.close()
        server.should_exit = True
        await running
        listener.close()
    await database.close()


async def _token(talk: Talk, role: DeskRole) -> str:
    keys, now = talk.database.keys, talk.clock.now()
    async with talk.database.writing() as session:
        email = _EMAILS.get(role, f"{role}@huizen.example")
        account = await account_by_email(session, keys, email) or await add_account(
            session,
            keys,
            email=email,
            role=role,
            consultant_id=talk.consultant_ids["Sanne"] if role is DeskRole.CONSULTANT else None,
            municipality="Huizen",
            now=now,
        )
        return await add_session(session, keys, account, DeskStep.SIGNED_IN, now)


async def a_busy_day(talk: Talk, reports: int = 3) -> None:
    """Reports, a cry, a question, somebody to call."""
    now, sanne, amina = talk.clock.now(), talk.consultant_ids["Sanne"], talk.person_ids["Amina"]
    await many_reports(talk, reports)
    async with talk.database.writing() as session:
        for kind, text in ((LetterKind.URGENT, "I cannot breathe"), (LetterKind.MESSAGE, "هل يمكنني إحضار ابني؟")):
            cry: dict[str, Json] = {"act": "urgent", "need": "emergency"}
            session.add(
                Letter(
                    person_id=amina,
                    consultant_id=sanne,
                    kind=kind,
                    text=text,
                    language="ar",
                    reading=cry if kind is LetterKind.URGENT else None,
                    written_at=now,
                )
            )
        session.add(PhoneTask(person_id=amina, opened_at=now))
