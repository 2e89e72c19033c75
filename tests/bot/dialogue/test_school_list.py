"""What a school and a partner read of who cannot come, and what comes of their answer: only where it is switched on."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.acting import OPERATOR, Acting, Proof
from bot.actions.privacy import PersonCopy, export
from bot.actions.sharing.absence_lists import put_lists
from bot.channels.base import Capabilities
from bot.configuration.config_file import read_configuration
from bot.configuration.municipality import ConfigError, Municipality
from bot.configuration.recipients import SharedWith
from bot.events import InboundEvent, Pressed, Said
from storage.appointments.appointments import Appointment, LessonGroup, Membership, Participation
from storage.engine.database import Database
from storage.people.conversations import Offer
from storage.privacy.audit import AuditEntry
from storage.vocabulary import Answer, AppointmentKind, Presence
from tests.bot.dialogue.talk import Talk
from tests.clock import FakeClock

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SCHOOL = "verzuim@taalschool.example"
BASIS = "Besluit inburgering 2021, art. 9.2"
TAALSCHOOL = SharedWith.model_validate(
    {"role": "school", "email": SCHOOL, "legal_basis": BASIS, "groups": ("B1 dinsdag",), "at": time(7)}
)


def local(hour: int, minute: int = 0, day: int = 3) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=AMSTERDAM)


class School(Talk):
    """The town, with a lesson on Tuesday at nine, and the school's mailbox."""

    async def begins(self) -> None:
        """Amina and Omar are in the group."""
        async with self.database.writing() as session:
            group = LessonGroup(name="B1 dinsdag")
            session.add(group)
            await session.flush()
            for person_id in self.person_ids.values():
                session.add(Membership(group_id=group.id, person_id=person_id, from_on=local(0, day=1).date()))
            lesson = Appointment(
                external_id="lesson",
                group_id=group.id,
                kind=AppointmentKind.CLASS,
                starts_at=local(9),
                ends_at=local(12),
                made_at=self.clock.now(),
                updated_at=self.clock.now(),
            )
            session.add(lesson)
            await session.flush()
            self.lesson_id = lesson.id

    async def lesson(self, session: AsyncSession) -> Appointment:
        """The lesson."""
        return await session.get_one(Appointment, self.lesson_id)

    async def lists(self) -> int:
        """What the service does each quarter of an hour."""
        async with self.database.writing() as session:
            new = await put_lists(Acting(OPERATOR, session, self.clock.now(), self.services))
        await self.settle()
        return new

    @property
    def mails(self) -> list[str]:
        """What arrived at the school."""
        return [message.text for message in self.more["email"].sent.get(SCHOOL, [])]

    async def answers(self, text: str, proof: Proof = Proof.REPLY) -> str:
        """The school answers its list by mail; what it reads then."""
        reference = self.more["email"].references[SCHOOL][0]
        number = str(next(self.numbers))
        await self.inbox.receive(
            InboundEvent("email", SCHOOL, number, Said(text), answers=reference, proof=proof, checked=True)
        )
        await self.settle()
        return self.mails[-1]

    async def presence(self) -> Presence | None:
        """What is noted of Amina at the lesson."""
        async with self.database.reading() as session:
            return await session.scalar(
                select(Participation.presence).where(
                    Participation.appointment_id == self.lesson_id,
                    Participation.person_id == self.person_ids["Amina"],
                )
            )


OFFICER = SharedWith.model_validate(
    {
        "role": "benefits_officer",
        "email": "uitkering@huizen.example",
        "legal_basis": BASIS,
        "kinds": ("progress_meeting",),
    }
)


@asynccontextmanager
async def school(database: Database, clock: FakeClock, **recipients: SharedWith) -> AsyncIterator[School]:
    """The town, where the municipality's configuration names these."""
    own = Municipality(recipient={name.title(): one for name, one in recipients.items()})
    made = School(database, clock, None, None, "email", huizen=own)
    await made.settle_in()
    await made.begins()
    made.more["email"].capabilities = Capabilities(buttons=False, bare_numbers=True)
    yield made
    await made.inbox.stop()


async def cannot_come(talk: School, appointment_id: int | None = None) -> None:
    """Amina is ill, and says so."""
    amina = await talk.linked("Amina")
    await amina.does(Pressed(f"notcome:{appointment_id or talk.lesson_id}"))
    await amina.taps("reason.ill")
    await amina.taps("absence.only_this")
    await amina.taps("absence.send")


async def test_nothing_is_handed_on_where_nobody_is_named(sqlite_database: Database, clock: FakeClock) -> None:
    async with school(sqlite_database, clock) as talk:
        await cannot_come(talk)
        talk.clock.set(local(8))
        assert await talk.lists() == 0
        assert talk.mails == []


async def test_one_list_before_the_lesson_with_a_name_and_never_a_reason(
    sqlite_database: Database, clock: FakeClock
) -> None:
    async with school(sqlite_database, clock, taalschool=TAALSCHOOL) as talk:
        await cannot_come(talk)
        talk.clock.set(local(6, 45))
        assert await talk.lists() == 0
        talk.clock.set(local(7))
        assert await talk.lists() == 1
        [mail] = talk.mails
        assert "Amina Tesfay: B1 dinsdag, afwezig van 9:00 (ochtend) tot 12:00" in mail.replace("09:00", "9:00")
        assert "Omar" not in mail
        assert not any(word in mail.casefold() for word in ("ziek", "ill", "gezond", "reden"))
        talk.clock.set(local(7, 15))
        assert await talk.lists() == 0


async def test_who_was_there_after_all_is_attendance(sqlite_database: Database, clock: FakeClock) -> None:
    async with school(sqlite_database, clock, taalschool=TAALSCHOOL) as talk:
        await cannot_come(talk)
        talk.clock.set(local(7))
        await talk.lists()
        assert "begonnen" in await talk.answers("1")
        assert await talk.presence() is None
        talk.clock.set(local(12, 30))
        # Anybody can write in the school's name.
        await talk.answers("1", Proof.CLAIMED)
        assert await talk.presence() is None
        assert "Genoteerd: Amina Tesfay was er" in await talk.answers("1")
        assert await talk.presence() is Presence.PRESENT
        async with talk.database.reading() as session:
            actions = list(await session.scalars(select(AuditEntry.action)))
        assert {"told_absence", "noted_presence"} <= set(actions)


async def test_a_stranger_notes_nothing(sqlite_database: Database, clock: FakeClock) -> None:
    async with school(sqlite_database, clock, taalschool=TAALSCHOOL) as talk:
        await cannot_come(talk)
        talk.clock.set(local(12, 30))
        stranger = talk.phone("stranger")
        await stranger.does(Pressed(f"wasthere:{talk.lesson_id}:{talk.person_ids['Amina']}"))
        stranger.sees("stranger.how_to_link")
        assert await talk.presence() is None


async def test_an_old_list_is_not_answered_with_todays_numbers(sqlite_database: Database, clock: FakeClock) -> None:
    async with school(sqlite_database, clock, taalschool=TAALSCHOOL) as talk:
        await cannot_come(talk)
        talk.clock.set(local(7))
        await talk.lists()
        async with talk.database.writing() as session:
            offer = (await session.scalars(select(Offer))).one()
            offer.at += timedelta(days=1)
        talk.clock.set(local(12, 30))
        assert "Dit kan hier niet meer" in await talk.answers("1")
        assert await talk.presence() is None


async def test_what_was_taken_back_meanwhile_is_not_said(sqlite_database: Database, clock: FakeClock) -> None:
    async with school(sqlite_database, clock, taalschool=TAALSCHOOL) as talk:
        await cannot_come(talk)
        talk.clock.set(local(7))
        async with talk.database.writing() as session:
            await put_lists(Acting(OPERATOR, session, talk.clock.now(), talk.services))
            row = await session.scalar(select(Participation).where(Participation.appointment_id == talk.lesson_id))
            assert row is not None
            row.answer = Answer.COMING
        await talk.settle()
        assert talk.mails == []


async def test_a_partner_hears_of_the_kinds_that_are_named_and_the_copy_shows_who_does(
    sqlite_database: Database, clock: FakeClock
) -> None:
    async with school(sqlite_database, clock, uitkering=OFFICER, taalschool=TAALSCHOOL) as talk:
        await cannot_come(talk, talk.appointment_ids["Amina-meeting"])
        talk.clock.set(local(7, day=4))
        assert await talk.lists() == 1
        [mail] = [message.text for message in talk.more["email"].sent["uitkering@huizen.example"]]
        assert "Amina Tesfay: Voortgangsgesprek" in mail
        assert talk.mails == []
        async with talk.database.writing() as session:
            copy = await export(Acting(OPERATOR, session, talk.clock.now(), talk.services), talk.person_ids["Amina"])
        assert isinstance(copy, PersonCopy)
        shown = str(copy.held["shared_with"])
        assert all(part in shown for part in ("Uitkering", "benefits_officer", BASIS, "Taalschool", "B1 dinsdag"))


@pytest.mark.parametrize(
    ("section", "says"),
    [
        pytest.param({"legal_basis": ""}, "legal_basis", id="no legal basis"),
        pytest.param({"groups": []}, "groups or the kinds", id="nothing to hear of"),
        pytest.param({"email": "somebody"}, "email", id="no address"),
        pytest.param({"kinds": ["class"]}, "name the groups", id="lessons by kind"),
        pytest.param({"reasons": True}, "reasons", id="more than there is"),
    ],
)
def test_it_is_switched_on_in_the_configuration_with_its_legal_basis(
    tmp_path: Path, section: dict[str, object], says: str
) -> None:
    given = {"role": "school", "email": SCHOOL, "legal_basis": BASIS, "groups": ["B1 dinsdag"]}

    def written(values: Mapping[str, object]) -> Path:
        file = tmp_path / "maatje.toml"
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        file.write_text("\n".join(['[municipality."Huizen".recipient."Taalschool"]', *lines, "at = 07:30:00"]))
        return file

    read = read_configuration(written(given), AMSTERDAM, ())
    assert read.municipalities.of("huizen").recipient["Taalschool"].at == time(7, 30)
    with pytest.raises(ConfigError, match=says):
        read_configuration(written({**given, **section}), AMSTERDAM, ())
