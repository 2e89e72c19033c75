"""Measures the desk's pages: a whole municipality is made up, and one of its consultants looks at each page many times.

What is measured is the application's own time for a page (session, rights, queries, texts, the line in the log),
without a network between.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import Edges, build
from bot.configuration.clock import SystemClock
from bot.configuration.config_file import Configuration
from bot.configuration.settings import Settings
from bot.content.live import stored
from bot.desk.visit import HOME
from locales.reviewing.standing import StandingTexts
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.content.changes import ContentChange
from storage.desk.accounts import add_account, add_session
from storage.engine.columns import Json
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.mapped import open_database
from storage.outbox.message import Message
from storage.people.people import Consultant, Person, Plan
from storage.people.relayed import Letter
from storage.vocabulary import (
    AbsenceReason,
    AbsenceState,
    AppointmentKind,
    ContentKind,
    ContentState,
    DeskRole,
    DeskStep,
    Group,
    LetterKind,
    MessageState,
    Route,
)

#: As many as one consultant guides (docs/domain.md, Section by section, 4.2).
CASELOAD = 68
TIMES = 40
_HERE = "http://127.0.0.1:8080"
_SECRET = "a secret for the benchmark, of no use to anybody"  # noqa: S105 - of a database that is deleted
_PAGE = 1_000
#: Changes of content that wait for a second person.
_WAITING = 40


async def measure(people: int, messages: int, database_url: str | None, says: Callable[[str], None]) -> dict[str, Json]:
    """Figures as JSON: milliseconds by page, for this municipality and for one of a single consultant."""
    with tempfile.TemporaryDirectory() as folder:
        says("one consultant")
        small = await _of_one(f"sqlite:///{folder}/small.db", CASELOAD, CASELOAD * messages // people, says)
        says("the whole municipality")
        url = database_url or f"sqlite:///{Path(folder) / 'whole.db'}"
        whole = await _of_one(url, people, messages, says)
    return {
        "people": people,
        "messages": messages,
        "engine": "postgresql" if database_url else "sqlite",
        "pages": {
            page: {**figures, "to_one_consultant": round(figures["cpu_ms"] / small[page]["cpu_ms"], 2)}
            for page, figures in whole.items()
        },
    }


async def _of_one(url: str, people: int, messages: int, says: Callable[[str], None]) -> dict[str, dict[str, float]]:
    keys, clock = KeyRing([_SECRET]), SystemClock()
    database = open_database(url, keys)
    try:
        await migrate(database)
        says(f"making up {people} people and {messages} messages")
        consultant_id = await _fill(database, people, messages, clock.now())
        edges = Edges(database=database, channels={}, configuration=Configuration())
        app = build(Settings(), keys=keys, clock=clock, edges=edges)
        async with database.writing() as session:
            _, token = await _signed_in(session, keys, DeskRole.CONSULTANT, clock.now(), consultant_id)
            editor_id, editors = await _signed_in(session, keys, DeskRole.CONTENT_EDITOR, clock.now())
            session.add_all(_content(app.content.texts, editor_id, clock.now()))
            person_id = await session.scalar(select(Person.id).where(Person.consultant_id == consultant_id).limit(1))
            message_id = await session.scalar(select(Message.id).where(Message.person_id == person_id).limit(1))
        pages = {
            "today": HOME,
            "people": "/desk/people",
            "search": "/desk/people?q=person1",
            "calendar": "/desk/calendar",
            "person": f"/desk/people/{person_id}",
            "ahead": f"/desk/people/{person_id}/ahead",
            "message": f"/desk/people/{person_id}/messages/{message_id}",
        }
        contents = {
            "content": "/desk/content",
            "content_found": "/desk/content?language=ti&only=changed&q=a",
            "content_text": "/desk/content/texts/ar/faq.answer.bot_talk_to_human",
            "content_waiting": "/desk/content/waiting",
            "content_policies": "/desk/content/policies",
            "content_policy": "/desk/content/policies/default/class",
        }
        transport = httpx.ASGITransport(app=app.http)
        async with httpx.AsyncClient(transport=transport, base_url=_HERE) as browser:
            found = {}
            for whose, their_pages in ((token, pages), (editors, contents)):
                browser.cookies.set(app.desk.cookie, whose)
                for name, path in their_pages.items():
                    says(f"looking at {name}")
                    found[name] = await _look(browser, path)
            return found
    finally:
        await database.close()


def _content(texts: StandingTexts, account_id: int, now: datetime) -> list[ContentChange]:
    """Every text of some languages changed and reviewed, and some of another waiting."""
    made = [(one, place) for place in ("ar", "ti", "so") for one in texts.texts(place)]
    waits = [(one, "fr") for one in texts.texts("fr")][:_WAITING]
    return [
        ContentChange(
            kind=ContentKind.TEXT,
            key=one.key,
            place=place,
            value=stored(one.text.strings),
            before=stored(one.text.strings),
            reviewer="A reviewer",
            reviewed_on=now.date(),
            state=ContentState.PROPOSED if place == "fr" else ContentState.LIVE,
            proposed_by_id=account_id,
            proposed_at=now,
            revision=None if place == "fr" else number,
        )
        for number, (one, place) in enumerate([*made, *waits], start=1)
        if one.text is not None
    ]


async def _signed_in(
    session: AsyncSession, keys: KeyRing, role: DeskRole, now: datetime, consultant_id: int | None = None
) -> tuple[int, str]:
    """An account of this role, by number, and the token of a browser that is signed in with it."""
    account = await add_account(
        session,
        keys,
        email=f"{role.value}@bench.example",
        role=role,
        consultant_id=consultant_id,
        municipality="",
        now=now,
    )
    return account.id, await add_session(session, keys, account, DeskStep.SIGNED_IN, now)


async def _look(browser: httpx.AsyncClient, path: str) -> dict[str, float]:
    took, worked = [], []
    for number in range(TIMES + 3):
        began, busy = time.perf_counter(), time.process_time()
        answer = await browser.get(path)
        answer.raise_for_status()
        # The first ones read templates and plan statements.
        if number >= 3:
            took.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() - busy) * 1000)
    return {
        # The process's own work, which a busy machine does not lengthen.
        "cpu_ms": round(statistics.median(worked), 1),
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 1),
    }


async def _fill(database: Database, people: int, messages: int, now: datetime) -> int:
    """People with plans, meetings, reports, letters and messages; the first consultant's number."""
    async with database.writing() as session:
        consultants = [
            Consultant(
                email=f"consultant{number}@bench.example",
                email_hash=database.keys.fingerprint(f"consultant{number}@bench.example", "email"),
                name=f"Consultant {number}",
                municipality="Huizen",
                created_at=now,
            )
            for number in range(max(1, -(-people // CASELOAD)))
        ]
        session.add_all(consultants)
        await session.flush()
        persons = [
            Person(
                external_id=f"B{number}",
                given_name=f"Person{number}",
                family_name="of the benchmark",
                language=("ar", "ti", "nl")[number % 3],
                group=Group.ASYLUM,
                municipality="Huizen",
                consultant_id=consultants[number // CASELOAD].id,
                created_at=now,
                updated_at=now,
            )
            for number in range(people)
        ]
        session.add_all(persons)
        await session.flush()
        session.add_all(
            Plan(
                person_id=person.id,
                route=tuple(Route)[number % 3],
                plan_signed_on=now.date() - timedelta(days=number % 1_000),
                updated_at=now,
            )
            for number, person in enumerate(persons)
        )
        session.add_all(
            Appointment(
                external_id=f"{person.external_id}-{week}",
                person_id=person.id,
                kind=AppointmentKind.PROGRESS_MEETING,
                starts_at=now + timedelta(days=7 * week + number % 5, hours=number % 7),
                location="Gemeentehuis",
                made_at=now,
                updated_at=now,
            )
            for number, person in enumerate(persons)
            for week in range(-2, 3)
        )
        session.add_all(
            Absence(
                person_id=person.id,
                state=AbsenceState.REPORTED,
                version=1,
                reason=AbsenceReason.ILL,
                from_on=now.date(),
                until_on=now.date(),
                started_at=now,
                reported_at=now,
            )
            for person in persons[::2]
        )
        session.add_all(
            Letter(
                person_id=person.id, kind=LetterKind.MESSAGE, text="Could you call me?", language="en", written_at=now
            )
            for person in persons[::10]
        )
        ids = [person.id for person in persons]
    for first in range(0, messages, _PAGE):
        async with database.writing() as session:
            await session.execute(
                insert(Message),
                [
                    _message(number, ids[number % len(ids)], now)
                    for number in range(first, min(messages, first + _PAGE))
                ],
            )
    return consultants[0].id


def _message(number: int, person_id: int, now: datetime) -> dict[str, object]:
    at = now - timedelta(minutes=number % 200_000)
    return {
        "key": f"bench:{number}",
        "kind": "say",
        "params": {"parts": [[["ready.get_well", {}, None], "normal"]], "buttons": []},
        "person_id": person_id,
        "state": MessageState.SENT,
        "due_at": at,
        "next_at": at,
        "created_at": at,
        "sent_at": at,
        "channel": "web",
    }
