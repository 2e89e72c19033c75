"""Absence: from the first tap to the consultant's "seen", and what can go another way."""

import pytest
from sqlalchemy import select

from bot.events import Media, Pressed
from locales.rendering.message import Text
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, participation_in
from storage.engine.database import Database
from storage.vocabulary import AbsenceState, Answer, AppointmentStatus, MediaKind
from tests.bot.dialogue.talk import RENDERER, Phone, Talk


async def reports(database: Database) -> list[Absence]:
    async with database.reading() as session:
        return list(await session.scalars(select(Absence).order_by(Absence.id)))


async def report_meeting(talk: Talk, amina: Phone) -> None:
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")


async def test_four_taps_from_a_reminder_and_the_consultant_knows(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await report_meeting(talk, amina)
    amina.sees("absence.sent", consultant="Sanne")
    sanne.sees("consultant.absence", person="Amina Tesfay")
    sanne.sees("reason.ill")
    await sanne.taps("consultant.seen")
    amina.sees("absence.seen_by", consultant="Sanne")
    seen = amina.news.count("👀")
    await sanne.does(Pressed("seen:1"))
    assert amina.news.count("👀") == seen
    async with talk.database.reading() as session:
        answer = await participation_in(session, talk.appointment_ids["Amina-meeting"], talk.person_ids["Amina"])
    assert answer is not None
    assert answer.answer is Answer.NOT_COMING


async def test_five_taps_from_the_menu(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.taps("menu.absent")
    await amina.does(Pressed(f"ab:1:w:{talk.appointment_ids['Amina-class']}"))
    await amina.taps("reason.child_ill")
    await amina.taps("absence.whole_week")
    await amina.taps("absence.send")
    sanne.sees("reason.child_ill")
    assert sanne.news.count("\n") > 5


async def test_until_better_needs_no_duration(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.taps("menu.absent")
    await amina.taps("absence.until_better")
    await amina.taps("reason.ill")
    amina.sees("absence.check")
    await amina.taps("absence.send")
    sanne.sees("consultant.absence", person="Amina Tesfay")
    (report,) = await reports(talk.database)
    assert report.open_ended


async def test_a_note_and_a_voice_note_go_along(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    await amina.taps("reason.other")
    await amina.taps("absence.only_this")
    await amina.says("The bus does not go")
    await amina.does(Media(MediaKind.VOICE, "file-1"))
    await amina.taps("absence.send")
    assert "The bus does not go" in sanne.news
    sanne.sees("absence.attachment_line")


@pytest.mark.parametrize("first", [True, False], ids=["sent before", "sent while the summary is open"])
async def test_all_of_an_album_goes_along_with_the_report(talk: Talk, first: bool) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")

    async def sends_album() -> None:
        for number in range(3):
            await amina.does(Media(MediaKind.PHOTO, f"page-{number}", album="a1"))

    if first:
        await sends_album()
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    await amina.taps("reason.other")
    await amina.taps("absence.only_this")
    if not first:
        said = len(amina.messages)
        await sends_album()
        assert len(amina.messages) == said + 1
    await amina.taps("absence.send")
    assert [m.file.content for m in sanne.messages if m.file is not None] == [b"page-0", b"page-1", b"page-2"]


async def test_an_album_with_the_absence_under_its_first_picture(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    for number in range(3):
        await amina.does(
            Media(MediaKind.PHOTO, f"page-{number}", "" if number else "?report_sick_lesson I am ill", album="a1")
        )
    await amina.taps("absence.until_better")
    await amina.taps("reason.ill")
    await amina.taps("absence.send")
    assert [m.file.content for m in sanne.messages if m.file is not None] == [b"page-0", b"page-1", b"page-2"]


async def test_every_question_has_a_way_back_to_the_menu(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    home = "🏠 " + RENDERER.say(Text("menu.back"), "en")
    await amina.taps("menu.absent")
    for tap in ("absence.some_days", "absence.only_today"):
        assert amina.labels()[-1] == home
        await amina.taps(tap)
    assert amina.labels()[-1] == home
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    assert amina.labels()[-1] == home
    await amina.taps("absence.another_too")
    assert amina.labels()[-1] == home
    await amina.taps("absence.no_more")
    await amina.taps("reason.ill")
    amina.sees("absence.how_long")
    assert amina.labels()[-1] == home
    await amina.taps("menu.back")
    amina.sees("menu.ask")


async def test_reporting_twice_tells_the_consultant_once(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await report_meeting(talk, amina)
    before = len(sanne.messages)
    await amina.does(Pressed("ab:1:send"))
    amina.sees("absence.already_reported")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    amina.sees("absence.already_reported")
    assert len(sanne.messages) == before


async def test_changing_and_taking_back(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await report_meeting(talk, amina)
    await amina.taps("absence.change")
    await amina.taps("absence.change_why")
    await amina.taps("reason.doctor")
    await amina.taps("absence.send_again")
    sanne.sees("consultant.absence_changed", person="Amina Tesfay")
    await amina.taps("absence.take_back")
    amina.sees("absence.taken_back")
    sanne.sees("consultant.absence_withdrawn", person="Amina Tesfay")
    async with talk.database.reading() as session:
        answer = await participation_in(session, talk.appointment_ids["Amina-meeting"], talk.person_ids["Amina"])
    assert answer is not None
    assert answer.answer is None


async def test_coming_after_all_by_the_reminders_button(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await report_meeting(talk, amina)
    await amina.does(Pressed(f"come:{talk.appointment_ids['Amina-meeting']}"))
    amina.sees("appointment.thanks_coming")
    assert "Amina Tesfay" in sanne.messages[-1].text
    assert [r.state for r in await reports(talk.database)] == [AbsenceState.WITHDRAWN]


async def test_a_cancelled_meeting_needs_no_report(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    meeting = talk.appointment_ids["Amina-meeting"]
    await amina.does(Pressed(f"notcome:{meeting}"))
    await amina.taps("reason.ill")
    async with talk.database.writing() as session:
        (await session.get_one(Appointment, meeting)).status = AppointmentStatus.CANCELLED
    await amina.taps("absence.only_this")
    before = len(sanne.messages)
    await amina.taps("absence.send")
    amina.sees("absence.not_needed_cancelled")
    await amina.does(Pressed(f"notcome:{meeting}"))
    amina.sees("appointment.is_cancelled")
    assert len(sanne.messages) == before


async def test_after_the_start_the_person_may_still_write(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    talk.clock.forward(days=3)
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    amina.sees("absence.why")
    sanne = await talk.linked("Sanne")
    await amina.taps("reason.transport")
    amina.sees("absence.check")
    await amina.taps("absence.send")
    sanne.sees("consultant.absence_afterwards", person="Amina Tesfay")


async def test_long_after_the_start_the_person_may_still_write(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    talk.clock.forward(days=17)
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    amina.sees("appointment.is_over")


async def test_a_draft_goes_on_a_day_later(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    talk.clock.forward(days=1)
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")
    sanne.sees("consultant.absence", person="Amina Tesfay")


async def test_dropping_sends_nothing(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    before = len(sanne.messages)
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.drop")
    amina.sees("absence.dropped")
    await amina.does(Pressed("ab:1:send"))
    amina.sees("absence.was_withdrawn")
    assert len(sanne.messages) == before


async def test_how_often_lately_is_told(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-class2']}"))
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")
    talk.clock.forward(hours=1)
    await report_meeting(talk, amina)
    assert "8 weken: 1 keer" in sanne.news


@pytest.mark.parametrize(
    "intent",
    [
        "ab:1:r:ill",
        "ab:1:send",
        "ab:1:change",
        "ab:1:back",
        "ab:999999999999999999:send",
        "ab:x:send",
        "ab",
        "ab:1:explode",
        "seen:1",
        "callme:1",
        "write:1",
        "ready:1:thanks",
    ],
)
async def test_somebody_elses_report_cannot_be_touched(talk: Talk, intent: str) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    omar, karim = await talk.linked("Omar"), await talk.linked("Karim")
    await report_meeting(talk, amina)
    counts = len(amina.messages), len(sanne.messages)
    for other in (omar, karim):
        await other.does(Pressed(intent))
        assert "Amina" not in other.news
    assert (len(amina.messages), len(sanne.messages)) == counts
    assert [r.state for r in await reports(talk.database)] == [AbsenceState.REPORTED]


async def test_another_persons_appointment_is_unknown(talk: Talk) -> None:
    omar = await talk.linked("Omar")
    for verb in ("appt", "come", "notcome", "othertime", "cal"):
        await omar.does(Pressed(f"{verb}:{talk.appointment_ids['Amina-meeting']}"))
        omar.sees("appointment.unknown")
