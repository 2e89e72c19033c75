"""The consultant's work in the chat: answers, other times, appointments, lists, people, away days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.commands import COMMANDS, CONSULTANT_COMMANDS
from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from bot.events import Command, Media, Pressed
from locales.rendering.message import Text
from reminders.planning.after_attendance import AfterAttendance
from reminders.planning.digests import plan_digests
from storage.appointments.appointments import Appointment, LessonGroup, Membership, Participation, participation_in
from storage.appointments.proposals import Proposal
from storage.attendance.attendance import AttendanceChange
from storage.attendance.patterns import TalkRule
from storage.importing.appointments import AppointmentsImporter
from storage.importing.run import run_import
from storage.people.people import Consultant, Person
from storage.privacy.audit import AuditEntry
from storage.vocabulary import (
    Answer,
    AppointmentKind,
    AppointmentStatus,
    Group,
    MediaKind,
    Presence,
    ProposalState,
    ReadyAnswer,
)
from tests.bot.dialogue.talk import RENDERER, ZONE, Phone, Talk


async def meeting(talk: Talk, label: str = "Amina-meeting") -> Appointment:
    async with talk.database.reading() as session:
        return await session.get_one(Appointment, talk.appointment_ids[label])


async def looked_at(talk: Talk, person: str) -> int:
    async with talk.database.reading() as session:
        found = await session.scalars(
            select(AuditEntry).where(AuditEntry.subject == f"person:{talk.person_ids[person]}")
        )
        return len(list(found))


def local(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"


async def test_every_ready_answer_is_read_by_each_in_their_own_language(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    assert len(ReadyAnswer) >= 20
    for name in ReadyAnswer:
        await sanne.does(Pressed(f"ready:{talk.person_ids['Amina']}:{name}"))
        sanne.sees("consultant.sent", person="Amina Tesfay")
        amina.sees(f"ready.{name}")


async def test_the_answers_come_in_pages(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne = await talk.linked("Sanne")
    seen = set[str]()
    await sanne.does(Pressed(f"write:{talk.person_ids['Amina']}"))
    for _ in range(2):
        seen |= set(sanne.labels())
        await sanne.taps("consultant.page_after")
    seen |= set(sanne.labels())
    assert len([label for label in seen if label.startswith("💬")]) == len(ReadyAnswer)


async def test_a_proposal_of_three_times_moves_the_meeting(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    found = await meeting(talk)
    await amina.does(Pressed(f"othertime:{found.id}"))
    await sanne.taps("consultant.new_time")
    sanne.sees("consultant.which_day")
    prefix = f"time:{found.id}:{found.version}:"
    await sanne.does(Pressed(f"{prefix}260305"))
    assert "🕘 10:00" in sanne.labels()
    await sanne.does(Pressed(f"{prefix}2603051000"))
    await sanne.taps("consultant.propose_more")
    await sanne.does(Pressed(f"{prefix}2603051000-2603061030"))
    await sanne.taps("consultant.propose_more")
    await sanne.does(Pressed(f"{prefix}2603051000-2603061030-2603091100"))
    await sanne.taps("consultant.propose_send")
    sanne.sees("consultant.proposed", person="Amina Tesfay")
    amina.sees("proposal.title", consultant="Sanne")
    assert len(amina.labels()) == 4
    await amina.does(Pressed("prop:1:1"))
    amina.sees("proposal.thanks")
    sanne.sees("consultant.proposal_taken", person="Amina Tesfay")
    moved = await meeting(talk)
    assert (local(moved.starts_at), moved.version) == ("2026-03-06 10:30", found.version + 1)
    async with talk.database.reading() as session:
        given = await participation_in(session, found.id, talk.person_ids["Amina"])
    assert given is not None
    assert (given.answer, given.answered_version) == (Answer.COMING, moved.version)
    # The person chose it: no second message says that it moved.
    assert not [m for m in amina.messages if "has moved" in m.text]
    await amina.does(Pressed("prop:1:0"))
    amina.sees("proposal.over")
    assert (await meeting(talk)).version == moved.version


async def test_none_of_the_times(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    found = await meeting(talk)
    await sanne.does(Pressed(f"time:{found.id}:{found.version}:2603051000:send"))
    await amina.taps("proposal.none")
    sanne.sees("consultant.proposal_refused", person="Amina Tesfay")
    await amina.says("Only in the morning")
    assert "Only in the morning" in sanne.news
    async with talk.database.reading() as session:
        assert [p.state for p in await session.scalars(select(Proposal))] == [ProposalState.REFUSED]


async def test_a_later_proposal_takes_the_place_of_an_earlier_one(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    found = await meeting(talk)
    await sanne.does(Pressed(f"time:{found.id}:{found.version}:2603051000:send"))
    await sanne.does(Pressed(f"time:{found.id}:{found.version}:2603061000:send"))
    await amina.does(Pressed("prop:1:0"))
    amina.sees("proposal.over")
    await amina.does(Pressed("prop:2:0"))
    amina.sees("proposal.thanks")


async def test_a_new_appointment_in_a_few_taps(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    person = talk.person_ids["Amina"]
    await sanne.does(Command("new"))
    await sanne.does(Pressed(f"new:{person}"))
    await sanne.taps("kind.progress_meeting")
    await sanne.does(Pressed(f"new:{person}:progress_meeting:260304"))
    # Amina's meeting is at three: that half hour stands at the end, marked.
    labels = [label for label in sanne.labels() if ":" in label]
    assert labels.index("🕘 09:00") < labels.index("⚠️ 15:00")
    assert labels[-1].startswith("⚠️")
    await sanne.does(Pressed(f"new:{person}:progress_meeting:2603041100"))
    sanne.sees("consultant.where")
    assert any("Gemeentehuis" in label for label in sanne.labels())
    await sanne.says("Bibliotheek, Huizen")
    sanne.sees("consultant.make_this", person="Amina Tesfay")
    await sanne.taps("consultant.make_it")
    sanne.sees("consultant.made", person="Amina Tesfay")
    assert "Bibliotheek, Huizen" in amina.news
    async with talk.database.reading() as session:
        (made,) = await session.scalars(select(Appointment).where(Appointment.external_id.startswith("chat-")))
    assert (local(made.starts_at), made.with_whom, made.mandatory) == ("2026-03-04 11:00", "Sanne", True)
    await sanne.does(Pressed(next(i for i in sanne.intents() if i.startswith("make:"))))
    sanne.sees("consultant.made_already")


@pytest.mark.parametrize(
    "moment", ["2602011000", "2603020800", "9903041100", "260304110", "x", "２６０３０４１１００", ""]
)
async def test_a_moment_that_cannot_be_is_asked_again(talk: Talk, moment: str) -> None:
    await talk.linked("Amina")
    sanne = await talk.linked("Sanne")
    await sanne.does(Pressed(f"new:{talk.person_ids['Amina']}:progress_meeting:{moment}"))
    sanne.sees("consultant.which_day")
    await sanne.does(Pressed(f"make:{talk.person_ids['Amina']}:progress_meeting:{moment}:none"))
    sanne.sees("consultant.choose_again")


async def test_moving_and_cancelling(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    found = await meeting(talk)
    await sanne.does(Command("move"))
    await sanne.does(Pressed(f"move:{talk.person_ids['Amina']}"))
    await sanne.does(Pressed(f"meet:{found.id}:{found.version}"))
    await sanne.taps("consultant.move_it")
    await sanne.does(Pressed(f"mv:{found.id}:{found.version}:2603051000"))
    assert (await meeting(talk)).version == found.version
    await sanne.taps("consultant.move_yes")
    sanne.sees("consultant.moved", person="Amina Tesfay")
    moved = await meeting(talk)
    assert local(moved.starts_at) == "2026-03-05 10:00"
    assert "10:00" in amina.news
    await sanne.does(Pressed(f"cx:{found.id}:{found.version}:yes"))
    sanne.sees("consultant.changed_meanwhile", person="Amina Tesfay")
    await sanne.does(Pressed(f"cx:{moved.id}:{moved.version}"))
    await sanne.taps("consultant.cancel_yes")
    sanne.sees("consultant.cancelled", person="Amina Tesfay")
    assert (await meeting(talk)).status is AppointmentStatus.CANCELLED
    await sanne.does(Pressed(f"mv:{moved.id}:{moved.version + 1}:2603051000:yes"))
    sanne.sees("consultant.cannot_move")


async def test_the_lists_and_the_morning_digest(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-class']}"))
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")
    for name in ("today", "absences", "unconfirmed", "undelivered", "questions", "terms", "talks", "digest"):
        await sanne.does(Command(name))
        assert sanne.news
    await sanne.does(Command("absences"))
    assert "Amina Tesfay" in sanne.news
    async with talk.database.writing() as session:
        assert await plan_digests(session, talk.clock.now(), ZONE, frozenset()) == 1
        assert await plan_digests(session, talk.clock.now(), ZONE, frozenset()) == 0
    talk.clock.forward(hours=23)
    before = len(sanne.messages)
    await talk.settle()
    (digest,) = [m for m in sanne.messages[before:] if "Uw dag" in m.text]
    assert "1 afmelding" in digest.text
    await sanne.does(Pressed("list:absences:0"))
    assert "Amina Tesfay" in sanne.news


async def reports(talk: Talk, amina: Phone, *labels: str) -> None:
    """Amina is ill: one report for each of these appointments, in this order."""
    for label in labels:
        await amina.does(Pressed(f"notcome:{talk.appointment_ids[f'Amina-{label}']}"))
        await amina.taps("reason.ill")
        await amina.taps("absence.only_this")
        await amina.taps("absence.send")


async def test_absences_stand_in_the_order_in_which_they_are_missed(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    # The later one is reported first.
    await reports(talk, amina, "meeting", "class")
    await sanne.does(Command("absences"))
    lines = [line for line in sanne.news.splitlines() if line.startswith("Amina Tesfay")]
    assert ["maandag 2 maart" in lines[0], "woensdag 4 maart" in lines[1]] == [True, True]


async def test_help_lists_the_commands(talk: Talk) -> None:
    for name, who_reads, commands in (
        ("Sanne", "nl", CONSULTANT_COMMANDS),
        ("Amina", "en", [(one, f"command.{one}") for one in COMMANDS]),
    ):
        who = await talk.linked(name)
        await who.does(Command("help"))
        for command, key in commands:
            said = RENDERER.say(Text("help.command", {"command": f"/{command}", "what": Text(key)}), who_reads)
            assert (said in who.news) == (command != "help")


async def test_the_reports_of_a_page_are_seen_at_once(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await reports(talk, amina, "class", "meeting")
    await sanne.does(Command("absences"))
    (all_of_them,) = [one for one in sanne.intents() if one.startswith("seen:") and one.count(":") == 2]
    amina.mark()
    await sanne.does(Pressed(all_of_them))
    assert "2 keer gezien" in sanne.news
    amina.sees("absence.seen_by", consultant="Sanne")
    await sanne.does(Pressed(all_of_them))
    await sanne.does(Command("absences"))
    assert not [one for one in sanne.intents()[-12:] if one.startswith("seen:")]


@pytest.mark.parametrize(
    "intent", ["list", "list:nothing", "list:absences:99999", "list:today:x", "people:999", "pick:new:77"]
)
async def test_pages_that_are_not_there(talk: Talk, intent: str) -> None:
    sanne = await talk.linked("Sanne")
    await sanne.does(Pressed(intent))
    assert sanne.news


async def test_finding_a_person_is_in_the_audit_log(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne, karim = await talk.linked("Sanne"), await talk.linked("Karim")
    before = await looked_at(talk, "Amina")
    await sanne.does(Command("find", "amin"))
    sanne.sees("consultant.person", person="Amina Tesfay")
    assert await looked_at(talk, "Amina") == before + 1
    await sanne.says("tesfay amina")
    sanne.sees("consultant.person", person="Amina Tesfay")
    await karim.does(Command("find", "amina"))
    assert "Tesfay" not in karim.news
    assert await looked_at(talk, "Amina") == before + 2


async def test_adding_a_person(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    await sanne.does(Command("add"))
    await sanne.says("Selam Gebre Kidan")
    await sanne.does(Pressed("addlang:ti"))
    await sanne.taps("consultant.group.asylum")
    sanne.sees("consultant.added", person="Selam Gebre Kidan")
    async with talk.database.reading() as session:
        added = (await session.scalars(select(Person).order_by(Person.id.desc()))).first()
    assert added is not None
    assert (added.given_name, added.family_name, added.language) == ("Selam", "Gebre Kidan", "ti")
    code = next(line for line in sanne.news.splitlines() if "code" in line).split(": ")[1].strip()
    selam = talk.phone("selam")
    await selam.starts(code)
    selam.sees("language.ask")


async def test_writing_to_a_group_reaches_their_own_people_only(talk: Talk) -> None:
    amina, omar, sanne = await talk.linked("Amina"), await talk.linked("Omar"), await talk.linked("Sanne")
    async with talk.database.writing() as session:
        group = LessonGroup(name="A1 morning")
        session.add(group)
        await session.flush()
        for name in ("Amina", "Omar"):
            session.add(Membership(group_id=group.id, person_id=talk.person_ids[name], from_on=date(2026, 1, 1)))
    heard = len(omar.messages)
    await sanne.does(Command("group"))
    await sanne.does(Pressed("group:1"))
    await sanne.says("Morgen is er geen les.")
    assert "Verstuurd aan 1 persoon" in sanne.news
    assert "Morgen is er geen les." in amina.news
    assert len(omar.messages) == heard


async def test_speaking_to_a_person(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await sanne.does(Pressed(f"write:{talk.person_ids['Amina']}"))
    await sanne.does(Media(MediaKind.VOICE, "good-morning"))
    amina.sees("letter.from_consultant", consultant="Sanne")
    file = amina.messages[-1].file
    assert file is not None
    assert (file.media_type, file.content) == ("audio/ogg", b"good-morning")


async def test_what_was_begun_for_one_person_never_reaches_another(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await sanne.does(Pressed(f"write:{talk.person_ids['Amina']}"))
    await sanne.does(Command("today"))
    heard = len(amina.messages)
    await sanne.says("Bel me even over Omar.")
    assert len(amina.messages) == heard
    sanne.sees("consultant.not_understood")


async def test_reminders_of_who_is_away_go_to_who_stands_in(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne, karim = await talk.linked("Sanne"), await talk.linked("Karim")
    async with talk.database.writing() as session:
        found = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
        found.starts_at += timedelta(days=14)
        await session.flush()
        await talk.planner.plan_people(session, [talk.person_ids["Amina"]])
        away = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
        away.stand_in_id = talk.consultant_ids["Karim"]
        away.away_from, away.away_until = talk.clock.now().date(), date(2026, 3, 31)
    told = len(sanne.messages)
    talk.clock.forward(days=15)
    await talk.settle()
    title = RENDERER.say(Text("consultant.unconfirmed", {"person": "Amina Tesfay"}), "nl")
    (unconfirmed,) = [m for m in karim.messages if title in m.text]
    assert len(sanne.messages) == told
    (write,) = [b.intent for row in unconfirmed.buttons for b in row]
    await karim.does(Pressed(write))
    karim.sees("consultant.write_ask", person="Amina Tesfay")


async def test_away_days_and_a_stand_in(talk: Talk) -> None:
    sanne, karim = await talk.linked("Sanne"), await talk.linked("Karim")
    await sanne.does(Command("away"))
    await sanne.does(Pressed("away:2026-03-02"))
    await sanne.does(Pressed("away:2026-03-02:2026-03-06"))
    sanne.sees("consultant.nobody_stands_in")
    await sanne.taps("consultant.stand_in")
    await sanne.does(Pressed(f"standin:{talk.consultant_ids['Karim']}"))
    sanne.sees("consultant.stand_in_asked", colleague="Karim")
    karim.sees("consultant.will_you_stand_in", colleague="Sanne")
    await karim.taps("consultant.stand_in_yes")
    karim.sees("consultant.you_stand_in", colleague="Sanne")
    sanne.sees("consultant.stands_in", colleague="Karim")
    await karim.does(Command("find", "amina"))
    karim.sees("consultant.person", person="Amina Tesfay")
    await sanne.does(Pressed("away:back"))
    await karim.does(Command("find", "amina"))
    assert "Tesfay" not in karim.news
    async with talk.database.reading() as session:
        consultant = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
    assert (consultant.away_from, consultant.away_until) == (None, None)


@pytest.mark.parametrize(
    "intent", ["away:x", "away:2020-01-01", "away:2026-03-02:2026-03-01", "standin:x", "standin:1", "standin:p99"]
)
async def test_odd_away_days_change_nothing(talk: Talk, intent: str) -> None:
    sanne = await talk.linked("Sanne")
    await sanne.does(Pressed(intent))
    assert sanne.news
    async with talk.database.reading() as session:
        consultant = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
    assert (consultant.away_from, consultant.stand_in_id) == (None, None)


async def missed(talk: Talk, *labels: str) -> None:
    """An attendance list came: Amina was not there."""
    after = AfterAttendance(talk.planner, talk.clock.now, ZONE, lambda _: TalkRule())
    person = talk.person_ids["Amina"]
    async with talk.database.writing() as session:
        for label in labels:
            found = await participation_in(session, talk.appointment_ids[label], person)
            if found is None:
                found = Participation(appointment_id=talk.appointment_ids[label], person_id=person)
                session.add(found)
            found.presence = Presence.ABSENT
        await session.flush()
        await after(
            session, [AttendanceChange(talk.appointment_ids[label], person, Presence.ABSENT) for label in labels]
        )
    await talk.settle()


@pytest.mark.parametrize(
    ("benefit", "key"),
    [pytest.param(True, "yes", id="yes"), pytest.param(False, "no", id="no"), pytest.param(None, "unknown", id="?")],
)
@pytest.mark.parametrize("group", list(Group))
async def test_the_benefit_and_the_group_decide_what_a_talk_may_lead_to(
    talk: Talk, benefit: bool | None, key: str, group: Group
) -> None:
    _, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await talk.known("Amina", group=group, benefit=benefit)
    talk.clock.forward(days=3)
    await talk.settle()
    await missed(talk, "Amina-class", "Amina-class2", "Amina-meeting")
    sanne.sees("consultant.pattern_why")
    sanne.sees(f"consultant.pattern_benefit.{key}")
    for other in {"yes", "no", "unknown"} - {key}:
        sanne.sees_not(RENDERER.say(Text(f"consultant.pattern_benefit.{other}"), "nl"))
    own_course = RENDERER.say(Text("consultant.pattern_own_course"), "nl")
    assert (own_course in sanne.news) is (group is Group.MIGRANT)


async def test_who_was_missed_is_asked_how_they_are(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    talk.clock.forward(days=2)
    await talk.settle()
    before = len(amina.messages)
    await missed(talk, "Amina-class", "Amina-class2")
    (asked,) = [m for m in amina.messages[before:] if "We missed you" in m.text]
    assert asked.text.count("📚") == 2
    await amina.taps("reason.transport")
    amina.sees("missed.thanks")
    sanne.sees("consultant.missed_answer", person="Amina Tesfay")
    sanne.sees("reason.transport")
    await amina.does(Pressed(f"missed:{talk.appointment_ids['Amina-class']}:ill"))
    amina.sees("absence.closed_already")


async def test_i_was_there(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    talk.clock.forward(days=2)
    await missed(talk, "Amina-class")
    await amina.taps("missed.was_there")
    amina.sees("missed.was_there_thanks")
    sanne.sees("consultant.says_was_there", person="Amina Tesfay")


async def test_who_reported_is_not_asked(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-class']}"))
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")
    talk.clock.forward(days=1)
    before = len(amina.messages)
    await missed(talk, "Amina-class")
    assert not [m for m in amina.messages[before:] if "We missed you" in m.text]


async def test_three_missed_lessons_are_a_reason_to_talk_and_never_a_fine(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    person = talk.person_ids["Amina"]
    async with talk.database.writing() as session:
        lesson = Appointment(
            external_id="third",
            person_id=person,
            kind=AppointmentKind.CLASS,
            starts_at=datetime(2026, 3, 3, 8, 0, tzinfo=UTC),
            made_at=talk.clock.now(),
            updated_at=talk.clock.now(),
        )
        session.add(lesson)
        await session.flush()
        talk.appointment_ids["third"] = lesson.id
    talk.clock.forward(days=2)
    await missed(talk, "Amina-class", "Amina-class2", "third")
    assert "Gesprek plannen met Amina Tesfay?" in sanne.messages[-1].text
    assert "boete" not in sanne.messages[-1].text.casefold()
    told = len(sanne.messages)
    await missed(talk)
    assert len(sanne.messages) == told
    heard = len(amina.messages)
    await sanne.taps("consultant.invite")
    # A draft: nothing has gone to the person yet.
    assert len(amina.messages) == heard
    await sanne.taps("consultant.invite_send")
    amina.sees("invitation.title", consultant="Sanne")
    assert "fine" not in amina.news.casefold()
    await sanne.does(Command("talks"))
    assert "Amina Tesfay" in sanne.news


async def of_one_name(talk: Talk, count: int) -> None:
    """So many people more with Sanne, all called Mohammed."""
    async with talk.database.writing() as session:
        session.add_all(
            Person(
                external_id=f"M{number}",
                given_name="Mohammed",
                family_name=f"Ali {number:02}",
                language="ar",
                group=Group.ASYLUM,
                municipality="Huizen",
                consultant_id=talk.consultant_ids["Sanne"],
                created_at=talk.clock.now(),
                updated_at=talk.clock.now(),
            )
            for number in range(count)
        )


async def test_everybody_of_a_name_is_found_in_pages(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    await of_one_name(talk, 11)
    await sanne.does(Command("find", "mohammed"))
    found = {label for label in sanne.labels() if label.startswith("👤")}
    await sanne.taps("consultant.page_after")
    found |= {label for label in sanne.labels() if label.startswith("👤")}
    assert len(found) == 11


async def test_a_new_appointment_for_somebody_whose_name_is_written(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    await of_one_name(talk, 2)
    await sanne.does(Command("new", "amina"))
    sanne.sees("consultant.what_kind", person="Amina Tesfay")
    await sanne.does(Command("new"))
    await sanne.says("tesfay")
    sanne.sees("consultant.what_kind", person="Amina Tesfay")
    await sanne.does(Command("move", "mohammed"))
    sanne.sees("consultant.with_whom")
    await sanne.says("ali 01")
    sanne.sees("consultant.meetings_of", person="Mohammed Ali 01")
    await sanne.does(Command("new", "omar"))
    sanne.sees("consultant.nobody_named", name="omar")


async def made_in_chat(talk: Talk) -> list[Appointment]:
    async with talk.database.reading() as session:
        found = await session.scalars(
            select(Appointment).where(Appointment.external_id.startswith("chat-")).order_by(Appointment.id)
        )
        return list(found)


async def test_what_was_cancelled_can_be_made_again_at_the_same_hour(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    make = f"make:{talk.person_ids['Amina']}:exam:2603041100:none"
    await sanne.does(Pressed(make))
    sanne.sees("consultant.made", person="Amina Tesfay")
    (exam,) = await made_in_chat(talk)
    await sanne.does(Pressed(f"cx:{exam.id}:{exam.version}:yes"))
    assert "Cancelled: Exam" in amina.news
    await sanne.does(Pressed(make))
    sanne.sees("consultant.made", person="Amina Tesfay")
    assert "Takes place after all: Exam" in amina.news
    (again,) = await made_in_chat(talk)
    assert (again.id, again.status, again.version) == (exam.id, AppointmentStatus.PLANNED, 3)
    await sanne.does(Pressed(make))
    sanne.sees("consultant.made_already")


async def test_where_a_meeting_was_moved_from_another_can_be_made(talk: Talk) -> None:
    await talk.linked("Amina")
    sanne = await talk.linked("Sanne")
    make = f"make:{talk.person_ids['Amina']}:exam:2603041100:none"
    await sanne.does(Pressed(make))
    (exam,) = await made_in_chat(talk)
    await sanne.does(Pressed(f"mv:{exam.id}:{exam.version}:2603051000:yes"))
    await sanne.does(Pressed(make))
    sanne.sees("consultant.made", person="Amina Tesfay")
    assert [local(a.starts_at) for a in await made_in_chat(talk)] == ["2026-03-05 10:00", "2026-03-04 11:00"]


async def test_a_table_that_says_the_same_does_not_undo_what_the_chat_moved(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    head = "external_id,person_external_id,kind,starts_at\n"
    async with talk.database.reading() as session:
        external_id = (await session.get_one(Person, talk.person_ids["Amina"])).external_id

    async def load(starts_at: str) -> None:
        border = border_of(Settings(_env_file=None), talk.database.keys, talk.clock.now())
        importer = AppointmentsImporter(border, talk.planner.on_changes)
        await run_import(talk.database, importer, f"{head}T1,{external_id},exam,{starts_at}\n".encode())
        await talk.settle()

    await load("2026-03-04 11:00")
    async with talk.database.reading() as session:
        exam = await session.scalar(select(Appointment).where(Appointment.external_id == "T1"))
    assert exam is not None
    await sanne.does(Pressed(f"mv:{exam.id}:1:2603051000:yes"))
    heard = len(amina.messages)
    await load("2026-03-04 11:00")
    assert len(amina.messages) == heard
    await load("2026-03-06 09:30")
    assert "09:30" in amina.news
    assert all(words in sanne.news for words in ("Amina Tesfay", "chat", "10:00", "bestand", "09:30"))
