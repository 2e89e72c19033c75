"""Two things at once, through the one door in: no report is lost, none is told twice."""

import asyncio
import itertools
import time

from sqlalchemy import func, select

from bot.actions.acting import Proof
from bot.channels.base import BringAgain
from bot.events import InboundEvent, Payload, Pressed
from locales.rendering.message import Text
from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment
from storage.appointments.changing import AppointmentWriter
from storage.appointments.proposals import Proposal
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.people.people import Consultant, Person
from storage.vocabulary import AbsenceReason, AbsenceState, AppointmentKind, AppointmentStatus, ChangeSource, Group
from tests.bot.dialogue.talk import RENDERER, Talk

FLU = 500
CALLED_OFF = "❌ Cancelled"
NOT_NEEDED = RENDERER.say(Text("absence.not_needed_cancelled"), "en")


async def at_once(talk: Talk, *events: tuple[str, Payload]) -> None:
    """These events of these addresses, handled at the same time; what finds no room comes again, as channels do."""
    waiting = [
        InboundEvent("web", address, f"at-once-{next(talk.numbers)}", payload, proof=Proof.ACCOUNT)
        for address, payload in events
    ]
    while waiting:
        done = await asyncio.gather(*(talk.inbox.receive(event) for event in waiting), return_exceptions=True)
        faults = [fault for fault in done if fault is not None and not isinstance(fault, BringAgain)]
        assert faults == []
        again = [event for event, fault in zip(waiting, done, strict=True) if fault is not None]
        assert len(again) < len(waiting)
        waiting = again
        await talk.settle()


async def reports(talk: Talk, *states: AbsenceState) -> list[Absence]:
    async with talk.database.reading() as session:
        return list(await session.scalars(select(Absence).where(Absence.state.in_(states)).order_by(Absence.id)))


async def meeting(talk: Talk) -> Appointment:
    async with talk.database.reading() as session:
        return await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])


async def ready_to_send(talk: Talk, address: str = "Amina") -> None:
    """Amina stands before the last button of a report."""
    phone = talk.phone(address)
    await phone.does(Pressed(f"notcome:{talk.appointment_ids['Amina-meeting']}"))
    await phone.taps("reason.ill")
    await phone.taps("absence.only_this")


def told(talk: Talk, address: str, words: str) -> int:
    return sum(words in message.text for message in talk.channel.sent.get(address, []))


async def test_one_update_that_comes_twice_at_once(talk: Talk) -> None:
    await talk.linked("Amina")
    await talk.linked("Sanne")
    await ready_to_send(talk)
    same = InboundEvent("web", "Amina", "the-same", Pressed("ab:1:send"), proof=Proof.ACCOUNT)
    await asyncio.gather(talk.inbox.receive(same), talk.inbox.receive(same))
    await talk.settle()
    assert told(talk, "Sanne", "Afmelding van Amina") == 1


async def test_two_devices_send_one_draft(talk: Talk) -> None:
    await talk.linked("Amina")
    await talk.linked("Amina", "Amina's tablet")
    await talk.linked("Sanne")
    await ready_to_send(talk)
    await at_once(talk, ("Amina", Pressed("ab:1:send")), ("Amina's tablet", Pressed("ab:1:send")))
    assert len(await reports(talk, AbsenceState.REPORTED)) == 1
    assert told(talk, "Sanne", "Afmelding van Amina") == 1


async def test_two_devices_each_with_a_draft_of_its_own(talk: Talk) -> None:
    await talk.linked("Amina")
    await talk.linked("Amina", "Amina's tablet")
    await talk.linked("Sanne")
    await ready_to_send(talk)
    await ready_to_send(talk, "Amina's tablet")
    await at_once(talk, ("Amina", Pressed("ab:1:send")), ("Amina's tablet", Pressed("ab:2:send")))
    assert len(await reports(talk, AbsenceState.REPORTED)) == 1
    assert told(talk, "Sanne", "Afmelding van Amina") == 1


async def test_a_report_and_the_cancellation_of_its_meeting(talk: Talk) -> None:
    await talk.linked("Amina")
    await talk.linked("Sanne")
    await ready_to_send(talk)

    async def call_off() -> None:
        async with talk.database.writing() as session:
            found = await session.get_one(Appointment, talk.appointment_ids["Amina-meeting"])
            writer = AppointmentWriter(
                session,
                source=ChangeSource.CHAT,
                by="operator",
                now=talk.clock.now(),
                listener=talk.planner.on_changes,
            )
            writer.cancel(found)
            await writer.finish()

    await asyncio.gather(
        talk.inbox.receive(InboundEvent("web", "Amina", "at-once", Pressed("ab:1:send"), proof=Proof.ACCOUNT)),
        call_off(),
    )
    await talk.settle()
    (report,) = await reports(talk, *AbsenceState)
    # Whichever was first: it is either reported and told once, or not needed any more, and Amina hears which.
    assert (report.state, told(talk, "Sanne", "Afmelding van Amina")) in (
        (AbsenceState.REPORTED, 1),
        (AbsenceState.WITHDRAWN, 0),
    )
    assert (await meeting(talk)).status is AppointmentStatus.CANCELLED
    assert told(talk, "Amina", CALLED_OFF) + told(talk, "Amina", NOT_NEEDED) >= 1


async def test_consultant_and_stand_in_press_seen(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await talk.linked("Sanne")
    await talk.linked("Karim")
    async with talk.database.writing() as session:
        sanne = await session.get_one(Consultant, talk.consultant_ids["Sanne"])
        sanne.stand_in_id, sanne.away_from = talk.consultant_ids["Karim"], talk.clock.now().date()
    await ready_to_send(talk)
    await amina.does(Pressed("ab:1:send"))
    await at_once(talk, ("Sanne", Pressed("seen:1")), ("Karim", Pressed("seen:1")))
    assert told(talk, "Amina", "👀") == 1
    answers = [talk.channel.sent[who][-1].text for who in ("Sanne", "Karim")]
    assert sorted("al gezien" in answer for answer in answers) == [False, True]


async def test_two_devices_take_different_times(talk: Talk) -> None:
    await talk.linked("Amina")
    await talk.linked("Amina", "Amina's tablet")
    sanne = await talk.linked("Sanne")
    before = await meeting(talk)
    await sanne.does(Pressed(f"time:{before.id}:{before.version}:2603051000-2603061000:send"))
    await at_once(talk, ("Amina", Pressed("prop:1:0")), ("Amina's tablet", Pressed("prop:1:1")))
    after = await meeting(talk)
    assert after.version == before.version + 1
    async with talk.database.reading() as session:
        assert after.starts_at in (await session.get_one(Proposal, 1)).choices()
    assert told(talk, "Sanne", "koos een nieuwe tijd") == 1


async def test_a_flu_morning(talk: Talk) -> None:
    """So many people report at once, each with a draft that is complete."""
    await talk.linked("Sanne")
    now, numbers = talk.clock.now(), itertools.count(1)
    async with talk.database.writing() as session:
        people = [
            Person(
                external_id=f"flu-{next(numbers)}",
                given_name=f"Flu{number}",
                family_name="X",
                language="en",
                group=Group.ASYLUM,
                municipality="Huizen",
                consultant_id=talk.consultant_ids["Sanne"],
                consented_at=now,
                created_at=now,
                updated_at=now,
            )
            for number in range(FLU)
        ]
        session.add_all(people)
        await session.flush()
        keys, drafts = talk.database.keys, dict[int, int]()
        for number, person in enumerate(people):
            contact = Contact(
                channel="web",
                address=f"flu{number}",
                address_hash=keys.fingerprint(f"flu{number}", "contact/web"),
                person_id=person.id,
                created_at=now,
            )
            lesson = Appointment(
                external_id=f"flu-{person.id}",
                person_id=person.id,
                kind=AppointmentKind.CLASS,
                starts_at=now.replace(hour=20),
                made_at=now,
                updated_at=now,
            )
            draft = Absence(person_id=person.id, reason=AbsenceReason.ILL, started_at=now)
            session.add_all([contact, lesson, draft])
            await session.flush()
            session.add(AbsenceAppointment(absence_id=draft.id, appointment_id=lesson.id))
            drafts[person.id] = draft.id
    began = time.perf_counter()
    await at_once(
        talk,
        *((f"flu{number}", Pressed(f"ab:{drafts[person.id]}:send")) for number, person in enumerate(people)),
    )
    took = time.perf_counter() - began
    print(f"{FLU} reports at once: {took:.1f} s until the last one had arrived")
    heard = [m.text.splitlines()[0] for m in talk.channel.sent["Sanne"] if "Afmelding van Flu" in m.text]
    assert sorted(heard) == sorted(f"Afmelding van Flu{number} X" for number in range(FLU))
    async with talk.database.reading() as session:
        assert (
            await session.scalar(
                select(func.count()).select_from(Absence).where(Absence.state == AbsenceState.REPORTED)
            )
            == FLU
        )
        assert await session.scalar(select(func.count()).select_from(Message).where(Message.state == "failed")) == 0
