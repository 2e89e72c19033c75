"""Every button and command of every role, with the ids of everybody else's data: no way in.

The intents come from the dialogue's own tables, so that a new button is tried without being named here.
"""

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import inspect, select

from bot.dialogue import person
from bot.dialogue.appointments import absence_draft
from bot.dialogue.consultants import door
from bot.events import Command, Pressed, Said
from locales.rendering.render import Rendered
from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment, LessonGroup, Membership, Participation
from storage.appointments.proposals import Proposal
from storage.engine.base import Base
from storage.engine.database import Database
from storage.outbox.message import Message
from storage.people.contacts import Contact, LinkCode
from storage.people.people import Consultant, Person, Plan
from storage.people.relayed import Letter
from storage.privacy.audit import AuditEntry
from storage.vocabulary import AbsenceReason, AbsenceState, Answer, LetterKind, Presence
from tests.bot.dialogue.talk import Talk

SECRETS = ("Amina", "Zandvoort", "het geheim van Amina", "+31600000001", "Sanne")
MOMENT = "2603051000"
#: What may stand behind "<intent>:<id>", by the intent; every intent is tried with plain ids as well.
DEEPER: dict[str, Sequence[str]] = {
    "new": (":progress_meeting", f":progress_meeting:{MOMENT}", f":progress_meeting:{MOMENT}:none"),
    "make": (f":progress_meeting:{MOMENT}:none", f":exam:{MOMENT}:none"),
    "meet": (":1", ":2"),
    "mv": (":1", f":1:{MOMENT}", f":1:{MOMENT}:yes", f":2:{MOMENT}:yes"),
    "cx": (":1", ":1:yes", ":2:yes"),
    "time": (":1", f":1:{MOMENT}", f":1:{MOMENT}:send", f":1:{MOMENT}-2603061000:send"),
    "ready": (":thanks", ":please_call"),
    "invite": (":send",),
    "write": (":1",),
    "prop": (":0", ":none"),
    "missed": (":ill", ":there"),
    "ab": (
        *(f":{step}" for step in (*absence_draft._STEPS, *absence_draft._AFTER)),
        *(f":w:{number}" for number in range(1, 9)),
        ":r:ill",
        ":d:week",
        ":change:why",
        ":change:which",
    ),
}
WORDS = ("", ":", ":x", ":0", ":-1", ":999999999999999999999", ":١", ":1;drop", ":yes", ":back", ":p0", ":absences:0")
TABLES: tuple[type[Base], ...] = (
    Person,
    Consultant,
    Plan,
    Appointment,
    Participation,
    Absence,
    AbsenceAppointment,
    Letter,
    Proposal,
    Contact,
    LinkCode,
    Membership,
)


async def victim(talk: Talk) -> None:
    """Amina with everything a person can have, on her own phone, and Sanne, her consultant."""
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    mine, now = talk.person_ids["Amina"], talk.clock.now()
    meeting, lesson = talk.appointment_ids["Amina-meeting"], talk.appointment_ids["Amina-class"]
    await amina.does(Pressed(f"notcome:{meeting}"))
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.says("het geheim van Amina")
    await amina.taps("absence.send")
    await amina.does(Pressed("letter"))
    await amina.says("het geheim van Amina")
    await amina.does(Pressed(f"notcome:{talk.appointment_ids['Amina-class2']}"))
    await sanne.does(Pressed(f"time:{meeting}:1:{MOMENT}:send"))
    async with talk.database.writing() as session:
        amina_row = await session.get_one(Person, mine)
        amina_row.phone = "+31600000001"
        for found in await session.scalars(select(Appointment).where(Appointment.person_id == mine)):
            found.location = "Zandvoort"
        group = LessonGroup(name="A1")
        session.add(group)
        await session.flush()
        session.add(Membership(group_id=group.id, person_id=mine, from_on=date(2026, 1, 1)))
        session.add(Participation(appointment_id=lesson, person_id=mine, presence=Presence.ABSENT))
        secret = "het geheim van Amina"
        session.add(Letter(person_id=mine, consultant_id=1, kind=LetterKind.QUESTION, text=secret, written_at=now))
    await talk.settle()


async def rows_of_victim(talk: Talk) -> dict[str, list[tuple[str, ...]]]:
    """Every row of Amina's and Sanne's, by table, as plain values; when they were last heard does not count."""
    amina, sanne = talk.person_ids["Amina"], talk.consultant_ids["Sanne"]
    found: dict[str, list[tuple[str, ...]]] = {}
    async with talk.database.reading() as session:
        reports = set(await session.scalars(select(Absence.id).where(Absence.person_id == amina)))
        for table in TABLES:
            columns = [a.key for a in inspect(table).column_attrs if a.key != "last_heard_at"]
            found[table.__tablename__] = sorted(
                tuple(repr(getattr(row, column)) for column in columns)
                for row in await session.scalars(select(table))
                if getattr(row, "person_id", None) == amina
                or (isinstance(row, Person) and row.id == amina)
                or (isinstance(row, Consultant) and row.id == sanne)
                or (isinstance(row, Contact | LinkCode) and row.consultant_id == sanne)
                or (isinstance(row, AbsenceAppointment) and row.absence_id in reports)
            )
    return found


async def ids_of_victim(talk: Talk) -> list[int]:
    """Every number that anything of Amina's or Sanne's has."""
    rows = await rows_of_victim(talk)
    numbered = [table.__tablename__ for table in TABLES if "id" in inspect(table).columns]
    return sorted({int(row[0]) for name in numbered for row in rows[name]})


async def messages_to(database: Database, talk: Talk) -> int:
    """How much was ever said to Amina and Sanne."""
    async with database.reading() as session:
        found = await session.scalars(
            select(Message.id).where(
                (Message.person_id == talk.person_ids["Amina"])
                | (Message.consultant_id == talk.consultant_ids["Sanne"])
            )
        )
        return len(list(found))


def intents(ids: Sequence[int]) -> Iterator[str]:
    """Everything that a button could say, and some that none does."""
    names = dict.fromkeys(
        [*person._SCREENS, *person._BEFORE_CONSENT, *door._SCREENS, "lang", "nothing", "erase", "addgroup"]
    )
    for name in names:
        yield from (f"{name}{word}" for word in WORDS)
        for number, deeper in itertools.product(ids, ("", *DEEPER.get(name, ()))):
            yield f"{name}:{number}{deeper}"


#: What an attacker may do to themselves; tried elsewhere.
OWN = ("erase", "stop", "lang", "consent", "away", "standin", "export")


def secrets_in(messages: Sequence[Rendered], own: str) -> list[str]:
    """The victim's secrets among what arrived; the attacker's own name is none."""
    text = "\n".join([m.text for m in messages] + [b.label for m in messages for row in m.buttons for b in row])
    return [secret for secret in SECRETS if secret in text and secret != own]


@pytest.mark.parametrize("role", ["stranger", "Omar", "Karim"])
async def test_no_button_leads_to_anothers_data(talk: Talk, role: str) -> None:
    await victim(talk)
    attacker = talk.phone("stranger") if role == "stranger" else await talk.linked(role)
    ids = [*await ids_of_victim(talk), 999]
    tried = 0
    # All of them on SQLite; who may do what does not depend on the engine.
    every = 1 if talk.database.is_sqlite else 9
    before, said = await rows_of_victim(talk), await messages_to(talk.database, talk)
    heard = len(attacker.messages)
    for intent in itertools.islice(intents(ids), 0, None, every):
        if intent.split(":")[0] in OWN:
            continue
        await attacker.does(Pressed(intent))
        tried += 1
        if tried % 25 == 0:
            # Whatever is open now gets free text: it must not go to anybody's chat.
            await attacker.does(Said("hallo"))
        found = secrets_in(attacker.messages[heard:], "")
        assert found == [], f"{intent}: {found}"
        heard = len(attacker.messages)
    for name in dict.fromkeys([*person._COMMANDS, *door._COMMANDS]):
        if name in (*OWN, "language"):
            continue
        for rest in ("", "Amina", "1"):
            await attacker.does(Command(name, rest))
            await attacker.does(Said("Amina"))
            tried += 2
        answered = secrets_in(attacker.messages[heard:], "")
        # What one wrote oneself may come back ("nobody named Amina").
        assert [secret for secret in answered if secret != "Amina"] == [], name
        heard = len(attacker.messages)
    assert tried > 1200 / every
    assert await rows_of_victim(talk) == before
    assert await messages_to(talk.database, talk) == said


async def test_who_stands_in_may_act_only_while_it_lasts(talk: Talk) -> None:
    await victim(talk)
    karim = await talk.linked("Karim")
    async with talk.database.writing() as session:
        sanne = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
        sanne.stand_in_id = talk.consultant_ids["Karim"]
    mine = talk.person_ids["Amina"]
    for first, last, allowed in ((-7, -1, False), (0, 0, True), (1, 7, False), (-3, 3, True)):
        async with talk.database.writing() as session:
            sanne = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
            today = talk.clock.now().date()
            sanne.away_from, sanne.away_until = today + timedelta(days=first), today + timedelta(days=last)
        await karim.does(Pressed(f"who:{mine}"))
        assert ("Amina" in karim.news) is allowed


async def test_a_report_that_was_passed_on_opens_the_way_from_then_on(talk: Talk) -> None:
    await talk.linked("Amina")
    await talk.linked("Sanne")
    karim = await talk.linked("Karim")
    now = talk.clock.now()
    async with talk.database.writing() as session:
        session.add(
            Absence(
                person_id=talk.person_ids["Amina"],
                state=AbsenceState.REPORTED,
                reason=AbsenceReason.ILL,
                version=1,
                started_at=now,
                reported_at=now,
                passed_to_id=talk.consultant_ids["Karim"],
                passed_at=now + timedelta(hours=8),
            )
        )
    await karim.does(Pressed("seen:1"))
    karim.sees("consultant.unknown_button")
    talk.clock.forward(hours=8)
    await karim.does(Pressed("seen:1"))
    karim.sees("consultant.person_knows", person="Amina Tesfay")
    talk.clock.forward(days=15)
    await karim.does(Pressed(f"who:{talk.person_ids['Amina']}"))
    karim.sees("consultant.unknown_button")


@pytest.mark.parametrize(
    "intent",
    ["who:{p}", "move:{p}", "meet:{a}:1", "write:{p}", "ready:{p}:thanks", "seen:1", "lseen:1", "list:absences:0"],
)
async def test_every_look_at_a_person_is_in_the_audit_log(talk: Talk, intent: str) -> None:
    await victim(talk)
    sanne = talk.phone("Sanne")
    async with talk.database.reading() as session:
        last = max(await session.scalars(select(AuditEntry.id)))
    await sanne.does(Pressed(intent.format(p=talk.person_ids["Amina"], a=talk.appointment_ids["Amina-meeting"])))
    async with talk.database.reading() as session:
        noted = list(await session.scalars(select(AuditEntry).where(AuditEntry.id > last)))
    about = {f"person:{talk.person_ids['Amina']}", "absence:1", "letter:1"}
    assert [entry for entry in noted if entry.actor == "consultant:1" and entry.subject in about]


async def test_amina_herself_may(talk: Talk) -> None:
    """The same buttons do work for whose they are: the others were not refused for a mistake of the test."""
    await victim(talk)
    amina = talk.phone("Amina")
    await amina.does(Pressed("prop:1:0"))
    amina.sees("proposal.thanks")
    async with talk.database.reading() as session:
        given = await session.scalar(
            select(Participation).where(
                Participation.appointment_id == talk.appointment_ids["Amina-meeting"],
                Participation.person_id == talk.person_ids["Amina"],
            )
        )
    assert given is not None
    assert given.answer is Answer.COMING
