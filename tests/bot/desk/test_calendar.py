"""The calendar: a week of meetings and free hours, a series, what clashes, and a lesson that everybody loses."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bot.events import Pressed
from locales.rendering.message import Text
from reminders.local_time import to_instant
from storage.appointments.appointments import Appointment, LessonGroup, Membership
from storage.people.relayed import Letter
from storage.privacy.audit import AuditEntry
from storage.vocabulary import AppointmentKind, AppointmentStatus
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import RENDERER, ZONE, Talk

NEW = "/desk/calendar/new"


def at(day: date, hour: int) -> datetime:
    return to_instant(datetime.combine(day, time(hour)), ZONE).instant


def next_monday(talk: Talk) -> date:
    today = talk.clock.now().astimezone(ZONE).date()
    return today + timedelta(days=7 - today.weekday())


async def made(talk: Talk) -> list[datetime]:
    """When Amina's meetings that were made at the desk are, on the wall."""
    async with talk.database.reading() as session:
        found = await session.scalars(
            select(Appointment.starts_at).where(Appointment.external_id.startswith("desk-")).order_by("starts_at")
        )
        return [one.astimezone(ZONE) for one in found]


@pytest.fixture
async def lesson(talk: Talk) -> int:
    """A lesson next Monday of a group in which Amina is, and Karim's Omar; both were told of it."""
    monday = next_monday(talk)
    async with talk.database.writing() as session:
        group = LessonGroup(name="Ochtend A")
        session.add(group)
        await session.flush()
        for name in ("Amina", "Omar"):
            session.add(Membership(group_id=group.id, person_id=talk.person_ids[name], from_on=monday))
        of = Appointment(
            external_id="lesson",
            group_id=group.id,
            kind=AppointmentKind.CLASS,
            starts_at=at(monday, 9),
            ends_at=at(monday, 12),
            made_at=talk.clock.now() - timedelta(days=30),
            updated_at=talk.clock.now(),
        )
        session.add(of)
        await session.flush()
        return of.id


async def test_a_click_on_a_free_hour_fills_in_the_form_and_the_meeting_stands_in_the_week(
    talk: Talk, sanne: Browser
) -> None:
    monday = next_monday(talk)
    week = await sanne.look(f"/desk/calendar?week={monday}")
    address = f"{NEW}?on={monday}&amp;at=10:00"
    assert address in week
    form = await sanne.look(address.replace("&amp;", "&"))
    assert f'value="{monday}"' in form
    assert 'value="10:00"' in form
    fields = {"person": str(talk.person_ids["Amina"]), "kind": "workshop", "on": str(monday), "at": "10:00"}
    after = await sanne.does(NEW, NEW, **fields, place="Kamer 2", times="1")
    assert "Afspraak gemaakt" in after
    assert "Kamer 2" in after
    assert address not in after
    day = await sanne.look(f"/desk/calendar?day={monday}")
    assert "Amina Tesfay" in day
    async with talk.database.reading() as session:
        looked = await session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "looked_at"))
        assert f"person:{talk.person_ids['Amina']}" in set(looked)


async def test_a_series_keeps_its_hour_over_the_change_of_clocks_and_leaves_holidays_out(
    talk: Talk, sanne: Browser
) -> None:
    # 6 April 2026 is Easter Monday; on 29 March the clocks change.
    fields = {"person": str(talk.person_ids["Amina"]), "kind": "workshop", "on": "2026-03-23", "at": "10:00"}
    page = await sanne.does(NEW, NEW, **fields, times="4")
    assert "op 1 keer na" in page
    assert [(one.date().isoformat(), one.hour) for one in await made(talk)] == [
        ("2026-03-23", 10),
        ("2026-03-30", 10),
        ("2026-04-13", 10),
    ]
    assert "paasdag" in await sanne.look("/desk/calendar?week=2026-04-06")


async def test_what_clashes_is_shown_and_made_only_when_that_is_said(talk: Talk, sanne: Browser) -> None:
    async with talk.database.reading() as session:
        meeting = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
    wall = meeting.starts_at.astimezone(ZONE)
    amina = str(talk.person_ids["Amina"])
    fields = {"person": amina, "kind": "workshop", "on": str(wall.date()), "at": f"{wall:%H:%M}", "times": "1"}
    page = await sanne.does(NEW, NEW, **fields)
    assert "Er is nog niets gedaan" in page
    assert await made(talk) == []
    await sanne.does(NEW, NEW, **fields, anyway="yes")
    assert await made(talk) == [wall]


async def test_what_clashes_is_shown_on_a_persons_page_too(talk: Talk, sanne: Browser) -> None:
    async with talk.database.reading() as session:
        meeting = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
    page = f"/desk/people/{talk.person_ids['Amina']}"
    wall, free = meeting.starts_at.astimezone(ZONE), meeting.starts_at.astimezone(ZONE) + timedelta(hours=5)
    fields = {"kind": "workshop", "place": "Zaal 2", "bring": "identity", **hour(wall)}
    shown = await sanne.does(f"{page}/meetings", page, **fields)
    assert "Er is nog niets gedaan" in shown
    assert "Toch maken" in shown
    assert await made(talk) == []
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', shown))
    await sanne.post(f"{page}/meetings", {**hidden, **hour(free)})
    assert await made(talk) == [free]
    assert {**hidden, "form_token": ""} == {**fields, "anyway": "yes", "form_token": ""}


async def test_what_is_moved_clashes_with_others_and_not_with_itself(talk: Talk, sanne: Browser) -> None:
    async with talk.database.reading() as session:
        meeting = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
    page = f"/desk/people/{talk.person_ids['Amina']}"
    wall = meeting.starts_at.astimezone(ZONE)
    half_past, later = wall + timedelta(minutes=30), wall + timedelta(hours=5)
    await sanne.does(f"{page}/meetings", page, kind="workshop", **hour(later))
    moves, version = f"{page}/meetings/{meeting.id}/move", str(meeting.version)
    assert "Afspraak verzet" in await sanne.does(moves, page, version=version, **hour(half_past))
    async with talk.database.reading() as session:
        version = str((await session.get_one(Appointment, meeting.id)).version)
    assert "Toch verzetten" in await sanne.does(moves, page, version=version, **hour(later))
    assert "Afspraak verzet" in await sanne.does(moves, page, version=version, anyway="yes", **hour(later))


def hour(wall: datetime) -> dict[str, str]:
    return {"on": str(wall.date()), "at": f"{wall:%H:%M}"}


async def test_each_meeting_of_a_series_says_what_to_bring_and_the_form_keeps_it(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    fields = {"person": str(talk.person_ids["Amina"]), "kind": "workshop", "on": str(next_monday(talk)), "at": "14:00"}
    page = await sanne.does(NEW, NEW, **{**fields, "at": ""}, bring="identity", interpreter="yes")
    assert re.search(r'value="identity" checked', page)
    assert re.search(r'value="yes" selected', page)
    await sanne.does(NEW, NEW, **fields, times="2", bring="identity", interpreter="yes")
    assert len(await made(talk)) == 2
    async with talk.database.reading() as session:
        notes = await session.scalars(select(Appointment.note).where(Appointment.external_id.startswith("desk-")))
        assert len(set(notes)) == 1
    await talk.settle()
    assert RENDERER.say(Text("bring.identity"), "en") in amina.news
    amina.sees("interpreter.yes")


async def test_a_talk_made_at_the_desk_takes_up_the_doubt_about_the_route(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed("doubt"))
    await talk.settle()
    fields = {"person": str(talk.person_ids["Amina"]), "kind": "progress_meeting", "on": str(next_monday(talk))}
    await sanne.does(NEW, NEW, **fields, at="14:00", times="2", interpreter="yes")
    subject = RENDERER.say(Text("progress.doubt.subject"), "en")
    async with talk.database.reading() as session:
        by_desk = select(Appointment).where(Appointment.external_id.startswith("desk-"))
        notes = [one.note or "" for one in await session.scalars(by_desk.order_by(Appointment.starts_at))]
        letter = (await session.scalars(select(Letter))).one()
    assert [subject in note for note in notes] == [True, False]
    assert all("tolk" in note for note in notes)
    assert letter.done_at is not None


@pytest.mark.parametrize(("name", "value"), [("at", "x"), ("kind", "class"), ("person", "")])
async def test_half_a_form_makes_nothing_and_keeps_what_was_typed(
    talk: Talk, sanne: Browser, name: str, value: str
) -> None:
    amina = str(talk.person_ids["Amina"])
    fields = {"person": amina, "kind": "workshop", "on": str(next_monday(talk)), "at": "10:00", "place": "Zaal"}
    page = await sanne.does(NEW, NEW, **{**fields, name: value})
    assert "Er is niets gedaan" in page
    assert 'value="Zaal"' in page
    assert await made(talk) == []


async def test_a_lesson_is_looked_at_before_everybody_loses_it_and_each_reads_why(
    talk: Talk, sanne: Browser, lesson: int
) -> None:
    amina = await talk.linked("Amina")
    async with talk.database.writing() as session:
        await talk.services.replan(session, list(talk.person_ids.values()))
    await talk.settle()
    path = f"/desk/calendar/lessons/{lesson}"
    page = await sanne.look(path)
    assert "Omar" not in page
    (version,) = set(re.findall(r'name="version" value="(\d+)"', page))
    fields = {"do": "cancel", "version": version, "because": "ill"}
    shown = await sanne.does(f"{path}/preview", path, **fields)
    assert RENDERER.say(Text("notice.because.ill"), "en") in shown
    assert "Ook 1 persoon van een collega" in shown
    assert await status(talk, lesson) is AppointmentStatus.PLANNED
    amina.mark()
    assert "Iedereen hoort het" in await sanne.does(f"{path}/change", path, **fields)
    assert await status(talk, lesson) is AppointmentStatus.CANCELLED
    await talk.settle()
    amina.sees("notice.because.ill")
    assert "Er is niets gedaan" in await sanne.does(f"{path}/change", path, **fields)


async def test_a_look_ahead_keeps_nothing_but_who_looked(talk: Talk, sanne: Browser, lesson: int) -> None:
    path = f"/desk/calendar/lessons/{lesson}"

    async def looks() -> list[str]:
        async with talk.database.reading() as session:
            return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))

    before = await looks()
    fields = {"do": "move", "version": "1", "on": str(next_monday(talk)), "at": "13:00"}
    await sanne.does(f"{path}/preview", path, **fields)
    after = await looks()
    assert set(after[len(before) :]) == {"looked_at_desk_lesson", "looked_at"}
    await sanne.does(f"{path}/change", path, **fields)
    async with talk.database.reading() as session:
        assert (await session.get_one(Appointment, lesson)).starts_at == at(next_monday(talk), 13)


async def status(talk: Talk, number: int) -> AppointmentStatus:
    async with talk.database.reading() as session:
        return (await session.get_one(Appointment, number)).status


async def test_a_lesson_of_strangers_is_not_there(talk: Talk, sanne: Browser, karim: Browser, lesson: int) -> None:
    async with talk.database.writing() as session:
        of = await session.get_one(Appointment, lesson)
        for one in await session.scalars(select(Membership).where(Membership.group_id == of.group_id)):
            if one.person_id == talk.person_ids["Omar"]:
                await session.delete(one)
    assert (await karim.client.get(f"/desk/calendar/lessons/{lesson}")).status_code == 404
    answer = await karim.send(f"/desk/calendar/lessons/{lesson}/change", do="cancel", version="1")
    assert answer.status_code == 404
    assert await status(talk, lesson) is AppointmentStatus.PLANNED


async def test_a_meeting_is_cancelled_with_a_reason_that_the_person_reads(talk: Talk, sanne: Browser) -> None:
    amina = await talk.linked("Amina")
    page = f"/desk/people/{talk.person_ids['Amina']}"
    number = talk.appointment_ids["Amina-meeting"]
    async with talk.database.reading() as session:
        version = (await session.get_one(Appointment, number)).version
    amina.mark()
    await sanne.does(f"{page}/meetings/{number}/cancel", page, version=str(version), because="closed")
    await talk.settle()
    amina.sees("notice.because.closed")
