"""Tables brought in at the desk: what would change is shown first, with the cell of each fault; then the button."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from storage.appointments.appointments import Appointment, LessonGroup
from storage.people.people import Person
from storage.privacy.audit import AuditEntry
from storage.vocabulary import DeskRole
from tests.bot.desk.conftest import FROM_HERE, Browser
from tests.bot.dialogue.talk import Talk

PAGE = "/desk/imports"
TABLE = (
    "external_id,given_name,family_name,language,group,municipality\r\n"
    "new1,Rahel,Gebremedhin,ti,asylum,Huizen\r\n"
    "new2,Yusuf,Ali,klingon,asylum,Huizen\r\n"
)


@pytest.fixture
async def admin(talk: Talk) -> AsyncIterator[Browser]:
    browser = await Browser(talk).signs_in("beheer@huizen.example", DeskRole.ADMINISTRATOR)
    yield browser
    await browser.client.aclose()


async def uploads(browser: Browser, table: bytes, kind: str = "people", group: str = "") -> str:
    token = re.search(r'name="form_token" value="([^"]*)"', await browser.look(PAGE))
    assert token is not None
    answer = await browser.client.post(
        f"{PAGE}/preview",
        data={"form_token": token[1], "kind": kind, "group": group},
        files={"file": ("people.csv", table, "text/csv")},
        headers=FROM_HERE,
        follow_redirects=True,
    )
    assert answer.status_code == 200, answer.text
    return answer.text


async def everybody(talk: Talk) -> set[str]:
    async with talk.database.reading() as session:
        return set(await session.scalars(select(Person.external_id)))


async def test_a_table_is_looked_at_and_then_brought_in_and_the_history_says_who(talk: Talk, admin: Browser) -> None:
    before = await everybody(talk)
    page = await uploads(admin, TABLE.encode())
    assert "Dit zou er veranderen" in page
    assert re.search(r'<th scope="row">3</th><td>language</td>', page)
    assert await everybody(talk) == before
    content = re.search(r'name="content" value="([^"]*)"', page)
    assert content is not None
    after = await admin.does(PAGE, PAGE, kind="people", content=content[1])
    assert "Ingelezen" in after
    assert await everybody(talk) == before | {"new1"}
    history = await admin.look(PAGE)
    assert "1 · 0 · 0 · 1" in history
    async with talk.database.reading() as session:
        (done,) = await session.scalars(select(AuditEntry).where(AuditEntry.action == "imported"))
    assert done.subject == "people:1:0:0:1"
    assert done.actor.startswith("operator:desk")
    assert done.actor in history


async def test_a_workbook_survives_the_way_there_and_back(talk: Talk, admin: Browser) -> None:
    # Every byte, and line ends of all sorts; what is no table is refused with a reason, not an error.
    assert "geweigerde" in (await uploads(admin, bytes(range(256)) + b"\r\n--\r\n\n")).lower()


@pytest.mark.parametrize("content", ["", "%%%", "AAA"])
async def test_what_is_no_file_changes_nothing(talk: Talk, admin: Browser, content: str) -> None:
    before = await everybody(talk)
    assert "Er is niets gedaan" in await admin.does(PAGE, PAGE, kind="people", content=content)
    assert "Er is niets gedaan" in await uploads(admin, b"", "people")
    assert "Er is niets gedaan" in await uploads(admin, TABLE.encode(), "no such table")
    assert await everybody(talk) == before


TIMETABLE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//school//EN
BEGIN:VEVENT
UID:lesson-1@school.example
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Amsterdam:20260310T090000
DTEND;TZID=Europe/Amsterdam:20260310T120000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Nederlands
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


async def lessons(talk: Talk) -> int:
    async with talk.database.reading() as session:
        groups = [one.id for one in await session.scalars(select(LessonGroup)) if one.name == "Ochtend C"]
        return len(list(await session.scalars(select(Appointment.id).where(Appointment.group_id.in_(groups)))))


async def test_a_timetable_is_looked_at_and_brought_in_for_its_group(talk: Talk, admin: Browser) -> None:
    assert "welke lesgroep" in await uploads(admin, TIMETABLE.encode(), "timetable")
    page = await uploads(admin, TIMETABLE.encode(), "timetable", "Ochtend C")
    assert re.search(r"<dt>Nieuw</dt><dd>3</dd>", page)
    assert await lessons(talk) == 0
    content = re.search(r'name="content" value="([^"]*)"', page)
    group = re.search(r'name="group" value="([^"]*)"', page)
    assert content is not None
    assert group is not None
    after = await admin.does(PAGE, PAGE, kind="timetable", content=content[1], group=group[1])
    assert "Ingelezen" in after
    assert await lessons(talk) == 3
    assert "timetable" in await admin.look(PAGE)


async def test_an_empty_table_can_be_had(admin: Browser) -> None:
    answer = await admin.client.get(f"{PAGE}/columns/people")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "external_id" in answer.text
    assert (await admin.client.get(f"{PAGE}/columns/x")).status_code == 404
