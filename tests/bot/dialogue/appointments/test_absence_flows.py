"""The other ways of an absence report: several, a period, without an end, a voice note, changes, and who hears it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.events import Media, Pressed, Said
from locales.rendering.message import Text
from storage.appointments.absence_reports import chosen_appointments
from storage.appointments.absences import Absence
from storage.appointments.appointments import participation_in
from storage.engine.database import Database
from storage.people.people import Consultant
from storage.vocabulary import AbsenceReason, AbsenceState, Answer, MediaKind
from tests.bot.dialogue.talk import RENDERER, Phone, Talk

MOST_TAPS = 6


async def reports(database: Database) -> list[Absence]:
    async with database.reading() as session:
        return list(await session.scalars(select(Absence).order_by(Absence.id)))


async def chosen(talk: Talk, report: Absence) -> set[str]:
    async with talk.database.reading() as session:
        return {a.external_id for a in await chosen_appointments(session, report.id)}


async def answer(talk: Talk, label: str) -> Answer | None:
    async with talk.database.reading() as session:
        found = await participation_in(session, talk.appointment_ids[label], talk.person_ids["Amina"])
        return found.answer if found is not None else None


async def taps(phone: Phone, *keys: str) -> None:
    """Press these buttons, one after the other; at most six of them for a report."""
    assert len(keys) <= MOST_TAPS
    for key in keys:
        await (phone.does(Pressed(key)) if ":" in key else phone.taps(key))


async def ill_without_end(amina: Phone) -> None:
    await taps(amina, "menu.absent", "absence.until_better", "reason.ill", "absence.send")


async def ill_for_the_meeting(talk: Talk, amina: Phone) -> None:
    meeting = f"notcome:{talk.appointment_ids['Amina-meeting']}"
    await taps(amina, meeting, "reason.ill", "absence.only_this", "absence.send")


async def test_two_appointments_in_six_taps(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    first, second = talk.appointment_ids["Amina-class"], talk.appointment_ids["Amina-meeting"]
    await taps(
        amina,
        "menu.absent",
        f"ab:1:w:{first}",
        "absence.another_too",
        f"ab:1:w:{second}",
        "reason.family",
        "absence.send",
    )
    (report,) = await reports(talk.database)
    assert report.state is AbsenceState.REPORTED
    assert await chosen(talk, report) == {"Amina-class", "Amina-meeting"}
    assert {await answer(talk, "Amina-class"), await answer(talk, "Amina-meeting")} == {Answer.NOT_COMING}
    assert await answer(talk, "Amina-class2") is None
    sanne.sees("consultant.absence", person="Amina Tesfay")


async def test_some_days_in_six_taps(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await taps(
        amina,
        "menu.absent",
        "absence.some_days",
        "ab:1:from:2026-03-03",
        "ab:1:until:2026-03-04",
        "reason.work",
        "absence.send",
    )
    (report,) = await reports(talk.database)
    assert (report.from_on, report.until_on, report.open_ended) == (date(2026, 3, 3), date(2026, 3, 4), False)
    assert await chosen(talk, report) == {"Amina-class2", "Amina-meeting"}
    assert "3 maart" in sanne.news
    assert "4 maart" in sanne.news


@pytest.mark.parametrize(
    "intent", ["ab:1:from:2026-02-01", "ab:1:from:2027-01-01", "ab:1:from:soon", "ab:1:until:2026-03-01"]
)
async def test_days_that_were_not_offered_are_asked_again(talk: Talk, intent: str) -> None:
    amina = await talk.linked("Amina")
    await taps(amina, "menu.absent", "absence.some_days", intent)
    amina.sees("absence.until_when" if ":until:" in intent else "absence.from_when")


async def test_from_a_day_on_without_an_end(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await taps(
        amina,
        "menu.absent",
        "absence.some_days",
        "ab:1:from:2026-03-03",
        "absence.until_better",
        "reason.ill",
        "absence.send",
    )
    (report,) = await reports(talk.database)
    assert (report.from_on, report.until_on, report.open_ended) == (date(2026, 3, 3), None, True)
    assert await answer(talk, "Amina-class") is None


async def test_an_illness_is_asked_after_on_day_three_and_then_weekly(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await ill_without_end(amina)
    amina.sees("absence.will_ask")
    asked = []
    for _ in range(20):
        talk.clock.forward(days=1)
        before = len(amina.messages)
        await talk.settle()
        how_are_you = [m for m in amina.messages[before:] if "How are you?" in m.text]
        if how_are_you:
            asked.append(talk.clock.now().date().isoformat())
    # Ill since Monday the 2nd; the town's clock stands at nine, the question comes at ten: so a day later here.
    assert asked == ["2026-03-06", "2026-03-13", "2026-03-20"]
    await amina.taps("absence.still_ill")
    amina.sees("absence.get_well")
    sanne.sees("consultant.still_ill", person="Amina Tesfay")


async def test_better_again_closes_it(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await ill_without_end(amina)
    assert await answer(talk, "Amina-meeting") is Answer.NOT_COMING
    talk.clock.forward(days=1)
    await amina.taps("absence.better")
    amina.sees("absence.good_to_hear")
    sanne.sees("consultant.better", person="Amina Tesfay")
    assert await answer(talk, "Amina-meeting") is None
    told = len(sanne.messages)
    await amina.does(Pressed("ab:1:better"))
    amina.sees("absence.closed_already")
    await amina.does(Pressed("ab:1:still"))
    amina.sees("absence.closed_already")
    before = len(amina.messages)
    talk.clock.forward(days=30)
    await talk.settle()
    assert len(sanne.messages) - told <= 4  # digests and the like, but no news of this report
    assert not [m for m in amina.messages[before:] if "How are you?" in m.text]


async def test_a_voice_note_comes_first_and_is_heard_by_the_consultant(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Media(MediaKind.VOICE, "what-i-said"))
    await amina.taps("menu.absent")
    await amina.taps("absence.until_better")
    await amina.taps("reason.ill")
    await amina.taps("absence.send")
    sanne.sees("absence.attachment_line")
    file = sanne.messages[-1].file
    assert file is not None
    assert (file.name, file.media_type, file.content) == ("voice.ogg", "audio/ogg", b"what-i-said")


async def test_a_voice_note_that_cannot_be_had_now_follows_the_report(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Media(MediaKind.VOICE, "what-i-said"))
    await amina.taps("menu.absent")
    await amina.taps("absence.until_better")
    await amina.taps("reason.ill")
    talk.channel.gives = False
    await amina.taps("absence.send")
    # The words do not wait.
    sanne.sees("consultant.absence", person="Amina Tesfay")
    assert sanne.messages[-1].file is None
    for _ in range(3):
        talk.clock.forward(minutes=2)
        await talk.settle()
    assert not any(m.file for m in sanne.messages)
    talk.channel.gives = True
    talk.clock.forward(minutes=10)
    await talk.settle()
    (followed,) = [m for m in sanne.messages if m.file is not None]
    assert followed.file is not None
    assert followed.file.content == b"what-i-said"
    assert "Amina Tesfay" in followed.text


async def test_a_voice_note_as_a_message(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Media(MediaKind.VOICE, "what-i-said"))
    await amina.taps("menu.consultant")
    amina.sees("letter.sent")
    file = sanne.messages[-1].file
    assert file is not None
    assert file.content == b"what-i-said"


async def test_free_text_goes_along_when_it_says_more_than_a_word(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Said("?report_sick_lesson my little son has a fever"))
    lesson = f"ab:1:w:{talk.appointment_ids['Amina-class']}"
    await taps(amina, lesson, "reason.child_ill", "absence.only_this", "absence.send")
    assert "fever" in sanne.news


async def test_a_changed_report_takes_the_place_of_the_first(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await taps(
        amina, f"notcome:{talk.appointment_ids['Amina-meeting']}", "reason.ill", "absence.only_this", "absence.send"
    )
    await sanne.taps("consultant.seen")
    await taps(amina, "absence.change", "absence.change_which", f"ab:2:w:{talk.appointment_ids['Amina-class2']}")
    # Not confirmed yet: the first one holds.
    assert [r.state for r in await reports(talk.database)] == [AbsenceState.SEEN, AbsenceState.DRAFT]
    assert await answer(talk, "Amina-meeting") is Answer.NOT_COMING
    await amina.taps("absence.send_again")
    first, second = await reports(talk.database)
    assert (first.state, second.state) == (AbsenceState.WITHDRAWN, AbsenceState.REPORTED)
    assert second.reason is AbsenceReason.ILL
    assert await answer(talk, "Amina-meeting") is None
    assert await answer(talk, "Amina-class2") is Answer.NOT_COMING
    sanne.sees("consultant.absence_changed", person="Amina Tesfay")
    # A button of the first report.
    await sanne.does(Pressed(f"seen:{first.id}"))
    sanne.sees("consultant.was_withdrawn", person="Amina Tesfay")


async def test_a_change_that_is_dropped_changes_nothing(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await taps(
        amina, f"notcome:{talk.appointment_ids['Amina-meeting']}", "reason.ill", "absence.only_this", "absence.send"
    )
    told = len(sanne.messages)
    await taps(amina, "absence.change", "absence.change_why", "reason.work", "absence.drop")
    first, draft = await reports(talk.database)
    assert (first.state, first.reason, draft.state) == (
        AbsenceState.REPORTED,
        AbsenceReason.ILL,
        AbsenceState.WITHDRAWN,
    )
    assert len(sanne.messages) == told


async def test_nobody_sees_it_so_it_is_shown_again_and_passed_on(talk: Talk) -> None:
    amina, sanne, karim = await talk.linked("Amina"), await talk.linked("Sanne"), await talk.linked("Karim")
    async with talk.database.writing() as session:
        (await session.get_one(Consultant, talk.consultant_ids["Sanne"])).stand_in_id = talk.consultant_ids["Karim"]
    await taps(
        amina, f"notcome:{talk.appointment_ids['Amina-meeting']}", "reason.ill", "absence.only_this", "absence.send"
    )
    await karim.does(Pressed("seen:1"))
    karim.sees("consultant.unknown_button")
    # Monday nine o'clock; four working hours later it is one.
    talk.clock.forward(hours=3, minutes=59)
    await talk.settle()
    assert "Nog niet gezien" not in sanne.messages[-1].text
    talk.clock.forward(minutes=1)
    await talk.settle()
    assert "Nog niet gezien" in sanne.messages[-1].text
    talk.clock.forward(hours=4)
    await talk.settle()
    assert "Sanne nog niet heeft gezien" in karim.messages[-1].text
    await karim.does(Pressed("seen:1"))
    karim.sees("consultant.person_knows", person="Amina Tesfay")
    amina.sees("absence.seen_by", consultant="Karim")
    await sanne.does(Pressed("seen:1"))
    sanne.sees("consultant.seen_by_colleague", colleague="Karim")


async def test_who_stands_in_is_who_was_chosen_when_it_is_passed_on(talk: Talk) -> None:
    amina, sanne, karim = await talk.linked("Amina"), await talk.linked("Sanne"), await talk.linked("Karim")
    await ill_for_the_meeting(talk, amina)
    await sanne.does(Pressed(f"standin:{talk.consultant_ids['Karim']}"))
    # Who is asked stands in once they said so.
    await karim.taps("consultant.stand_in_yes")
    talk.clock.forward(hours=4)
    await talk.settle()
    told = len(sanne.messages)
    await karim.does(Pressed("seen:1"))
    karim.sees("consultant.unknown_button")
    talk.clock.forward(hours=4)
    await talk.settle()
    assert "Sanne nog niet heeft gezien" in karim.messages[-1].text
    assert len(sanne.messages) == told
    await karim.does(Pressed("seen:1"))
    karim.sees("consultant.person_knows", person="Amina Tesfay")


async def test_what_was_seen_is_not_shown_again(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await taps(
        amina, f"notcome:{talk.appointment_ids['Amina-meeting']}", "reason.ill", "absence.only_this", "absence.send"
    )
    await sanne.taps("consultant.seen")
    told = len(sanne.messages)
    talk.clock.forward(hours=10)
    await talk.settle()
    assert not [m for m in sanne.messages[told:] if "Afmelding" in m.text]


async def test_while_away_the_report_goes_to_who_stands_in(talk: Talk) -> None:
    amina, sanne, karim = await talk.linked("Amina"), await talk.linked("Sanne"), await talk.linked("Karim")
    async with talk.database.writing() as session:
        away = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
        away.stand_in_id = talk.consultant_ids["Karim"]
        away.away_from = talk.clock.now().date()
        away.away_until = away.away_from + timedelta(days=7)
    told = len(sanne.messages)
    await taps(
        amina, f"notcome:{talk.appointment_ids['Amina-meeting']}", "reason.ill", "absence.only_this", "absence.send"
    )
    amina.sees("absence.sent", consultant="Karim")
    karim.sees("consultant.absence", person="Amina Tesfay")
    assert len(sanne.messages) == told
    await karim.taps("consultant.answer")
    await karim.taps("consultant.ready.get_well")
    amina.sees("ready.get_well")


async def test_ill_without_an_end_twice_is_once(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await taps(amina, "menu.absent", "ab:1:open", "reason.ill", "absence.send")
    await sanne.taps("consultant.seen")
    told = len(sanne.messages)
    talk.clock.forward(days=1)
    await taps(amina, "menu.absent", "ab:2:open", "reason.ill", "absence.send")
    amina.sees("absence.already_seen")
    assert len(sanne.messages) == told
    assert [r.state for r in await reports(talk.database)] == [AbsenceState.SEEN, AbsenceState.WITHDRAWN]


async def test_a_day_without_appointments_twice_is_once(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    talk.clock.forward(days=10)
    await taps(amina, "menu.absent", "ab:1:today", "reason.ill", "absence.send")
    sanne.sees("consultant.absence", person="Amina Tesfay")
    told = len(sanne.messages)
    await taps(amina, "menu.absent", "ab:2:today", "reason.ill", "absence.send")
    amina.sees("absence.already_reported")
    assert len(sanne.messages) == told


async def test_a_meeting_that_was_moved_to_another_day_is_reported_anew(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    meeting = talk.appointment_ids["Amina-meeting"]
    await taps(amina, f"notcome:{meeting}", "reason.ill", "absence.only_this", "absence.send")
    await sanne.does(Pressed(f"mv:{meeting}:1:2603061000:yes"))
    sanne.sees("consultant.moved", person="Amina Tesfay")
    await taps(amina, f"notcome:{meeting}")
    amina.sees("absence.why")
    await taps(amina, "reason.work", "absence.only_this", "absence.send")
    sanne.sees("reason.work")
    assert [r.state for r in await reports(talk.database)] == [AbsenceState.REPORTED, AbsenceState.REPORTED]


async def test_a_meeting_that_was_moved_on_its_day_was_reported(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    meeting = talk.appointment_ids["Amina-meeting"]
    await taps(amina, f"notcome:{meeting}", "reason.ill", "absence.only_this", "absence.send")
    await sanne.does(Pressed(f"mv:{meeting}:1:2603041130:yes"))
    await taps(amina, f"notcome:{meeting}")
    amina.sees("absence.already_reported")


async def test_coming_to_one_of_two_and_then_not(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    lesson, meeting = talk.appointment_ids["Amina-class"], talk.appointment_ids["Amina-meeting"]
    await taps(amina, "menu.absent", f"ab:1:w:{lesson}", "ab:1:more", f"ab:1:w:{meeting}", "reason.ill", "absence.send")
    await taps(amina, f"come:{meeting}")
    assert "Amina Tesfay" in sanne.messages[-1].text
    assert await answer(talk, "Amina-class") is Answer.NOT_COMING
    # After all not: the consultant, who counts on her now, hears it.
    await taps(amina, f"notcome:{meeting}", "reason.child_ill", "absence.only_this", "absence.send")
    sanne.sees("reason.child_ill")
    assert await answer(talk, "Amina-meeting") is Answer.NOT_COMING


async def test_a_report_waits_for_a_consultant_who_is_not_linked_yet(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await ill_for_the_meeting(talk, amina)
    # It is not said to have been sent, and there is another way.
    amina.sees("absence.kept")
    amina.sees("letter.telephone", telephone="035 528 19 11")
    talk.clock.forward(hours=2)
    await talk.settle()
    sanne = await talk.linked("Sanne")
    assert RENDERER.say(Text("consultant.absence", {"person": "Amina Tesfay"}), "nl") in sanne.news
