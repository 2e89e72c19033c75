"""The link by which a school, without an account, sees who cannot come in one week, and notes who was there."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from bot.configuration.recipients import SharedWith
from storage.desk.lesson_links import LessonLink
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.privacy.audit import AuditEntry
from storage.vocabulary import Presence
from tests.bot.desk.conftest import FROM_HERE, HERE, Browser
from tests.bot.dialogue.test_school_list import BASIS, TAALSCHOOL, School, cannot_come, local, school
from tests.clock import FakeClock

GOOI = SharedWith.model_validate({"role": "school", "legal_basis": BASIS, "groups": ("B1 dinsdag",), "link": True})
CLOSED = "werkt niet meer"


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[School]:
    """A lesson on Tuesday 3 March at nine; the school has links, and no mail."""
    async with school(sqlite_database, clock, gooi=GOOI) as made:
        yield made


@pytest.fixture
async def teacher(talk: School) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that signed in nowhere."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=talk.app.http), base_url=HERE) as client:
        yield client


async def group_path(talk: School) -> str:
    async with talk.database.reading() as session:
        lesson = await talk.lesson(session)
        return f"/desk/groups/{lesson.group_id}/lessons"


async def given(talk: School) -> tuple[Browser, str]:
    """Sanne at the desk, and the path of a link that she gave."""
    browser, path = await Browser(talk).signs_in("sanne@huizen.example"), await group_path(talk)
    page = await browser.does(path, path, office="Gooi", week="2026-03-04")
    found = re.search(rf"{HERE}(/lessons/[\w-]+)", page)
    assert found is not None
    return browser, found[1]


async def notes(talk: School, teacher: httpx.AsyncClient, link: str, **said: str) -> httpx.Response:
    """The teacher says of Amina and Omar who was there."""
    fields = {f"presence_{talk.person_ids[name]}": word for name, word in said.items()}
    return await teacher.post(f"{link}/{talk.lesson_id}", data=fields, headers=FROM_HERE, follow_redirects=True)


async def logged(talk: School, actor: str) -> set[tuple[str, str]]:
    async with talk.database.reading() as session:
        wanted = select(AuditEntry.action, AuditEntry.subject).where(AuditEntry.actor.startswith(actor))
        return {(action, subject) for action, subject in await session.execute(wanted)}


async def test_who_cannot_come_is_seen_without_an_account_and_never_why(
    talk: School, teacher: httpx.AsyncClient
) -> None:
    await cannot_come(talk)
    _, link = await given(talk)
    answer = await teacher.get(link)
    assert answer.status_code == 200
    assert re.search(r"Amina Tesfay: B1 dinsdag, afwezig van 0?9:00", answer.text)
    assert not any(word in answer.text.casefold() for word in ("omar", "ziek", "ill", "presence_"))
    assert answer.headers["cache-control"] == "no-store"
    async with talk.database.reading() as session:
        stored = (await session.scalars(select(LessonLink))).one()
    amina = f"person:{talk.person_ids['Amina']}"
    assert ("told_absence", amina) in await logged(talk, f"lesson_link:{stored.id}")
    assert ("gave_lesson_link", f"lesson_link:{stored.id}") in await logged(talk, "consultant:")


async def test_what_a_teacher_notes_is_attendance_and_asks_whom_was_missed(
    talk: School, teacher: httpx.AsyncClient
) -> None:
    await talk.linked("Omar")
    await cannot_come(talk)
    _, link = await given(talk)
    await notes(talk, teacher, link, Amina="present")
    assert await talk.presence() is None, "the lesson has not begun"
    talk.clock.set(local(12, 30))
    page = (await notes(talk, teacher, link, Amina="present", Omar="absent")).text
    assert "Genoteerd" in page
    assert await talk.presence() is Presence.PRESENT
    async with talk.database.reading() as session:
        missed = set(await session.scalars(select(Message.person_id).where(Message.key.startswith("missed:"))))
    assert missed == {talk.person_ids["Omar"]}
    await notes(talk, teacher, link, Amina="", Omar="late")
    assert await talk.presence() is Presence.PRESENT, "what is not said stays"
    talk.clock.set(local(12, 30) + timedelta(days=15))
    await notes(talk, teacher, link, Amina="absent")
    assert await talk.presence() is Presence.PRESENT, "too long ago"


async def test_a_link_ends_by_itself_and_by_the_consultant(talk: School, teacher: httpx.AsyncClient) -> None:
    sanne, first = await given(talk)
    path = await group_path(talk)
    assert "Gooi" in await sanne.does(f"{path}/1/end", path)
    assert CLOSED in (await teacher.get(first)).text
    second = re.search(rf"{HERE}(/lessons/[\w-]+)", await sanne.does(path, path, office="Gooi", week="2026-03-04"))
    assert second is not None
    talk.clock.set(local(23, day=22))
    assert (await teacher.get(second[1])).status_code == 200
    talk.clock.set(local(1, day=23))
    ended = await teacher.get(second[1])
    assert (ended.status_code, CLOSED in ended.text) == (404, True)
    assert (await teacher.get("/lessons/x")).text == ended.text, "which of them it was is not told"


async def test_a_link_opens_its_week_and_group_and_takes_forms_of_its_own_page(
    talk: School, teacher: httpx.AsyncClient
) -> None:
    _, link = await given(talk)
    talk.clock.set(local(12, 30))
    fields = {f"presence_{talk.person_ids['Amina']}": "present"}
    assert (await teacher.post(f"{link}/{talk.lesson_id}", data=fields)).status_code == 403
    other = talk.appointment_ids["Amina-meeting"]
    assert (await teacher.post(f"{link}/{other}", data=fields, headers=FROM_HERE)).status_code == 404
    assert (await teacher.post(f"/lessons/x/{talk.lesson_id}", data=fields, headers=FROM_HERE)).status_code == 404
    assert await talk.presence() is None


async def test_nobody_is_given_a_link_where_it_is_not_switched_on(sqlite_database: Database, clock: FakeClock) -> None:
    async with school(sqlite_database, clock, taalschool=TAALSCHOOL) as talk:
        sanne, path = await Browser(talk).signs_in("sanne@huizen.example"), await group_path(talk)
        assert "Voor deze groep mag nog niemand een link krijgen" in await sanne.look(path)
        await sanne.does(path, path, office="Taalschool", week="2026-03-04")
        async with talk.database.reading() as session:
            assert (await session.scalars(select(LessonLink))).all() == []


@pytest.mark.parametrize(
    ("section", "says"),
    [
        pytest.param({"link": False}, "email", id="neither mail nor link"),
        pytest.param({"groups": (), "kinds": ("progress_meeting",)}, "name the groups", id="no group"),
        pytest.param({"legal_basis": ""}, "legal_basis", id="no legal basis"),
    ],
)
def test_a_link_is_switched_on_with_groups_and_legal_basis(section: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        SharedWith.model_validate({**GOOI.model_dump(), **section})
    assert "'by': ['link']" in str(GOOI.told("Gooi"))


async def test_the_link_is_mailed_to_the_school_and_not_shown(sqlite_database: Database, clock: FakeClock) -> None:
    mailed = GOOI.model_copy(update={"email": TAALSCHOOL.email})
    async with school(sqlite_database, clock, gooi=mailed) as talk:
        sanne, path = await Browser(talk).signs_in("sanne@huizen.example"), await group_path(talk)
        page = await sanne.does(path, path, office="Gooi", week="2026-03-04")
        assert f"gemaild naar Gooi ({TAALSCHOOL.email})" in page
        assert f"{HERE}/lessons/" not in page
        await talk.settle()
        found = re.search(rf"{HERE}(/lessons/[\w-]+)", talk.mails[-1])
        assert found is not None
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=talk.app.http), base_url=HERE) as teacher:
            assert (await teacher.get(found[1])).status_code == 200
        assert {action for action, _ in await logged(talk, "consultant:")} >= {"gave_lesson_link", "mailed_lesson_link"}
        # Given to a consultant's own address it would be theirs to open.
        async with talk.database.writing() as session:
            contact = (await session.scalars(select(Contact).where(Contact.channel == "email"))).one()
            contact.consultant_id = talk.consultant_ids["Karim"]
        await sanne.does(path, path, office="Gooi", week="2026-03-04")
        async with talk.database.reading() as session:
            assert len((await session.scalars(select(LessonLink))).all()) == 1
