"""The one writer of appointments: versions, history, and what the word of a repeating source is worth."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment
from storage.appointments.changes import AppointmentChange
from storage.appointments.changing import AppointmentWriter
from storage.appointments.details import FIELDS, Details
from storage.appointments.history import RecordedChange, SourceWord, changes_of
from storage.engine.database import Database
from storage.people.people import Person
from storage.privacy.audit import AuditLine, audit_lines
from storage.privacy.erasure import erase_person
from storage.privacy.export import export_person
from storage.privacy.retention import APPOINTMENT_CHANGES, forget_old
from storage.vocabulary import AppointmentKind, AppointmentStatus, Change, ChangeSource, Group
from tests.clock import FakeClock

TWO = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SAID = Details(AppointmentKind.PROGRESS_MEETING, TWO, TWO + HOUR, location="Gemeentehuis", note="Neem uw pas mee")
CANCELLED, PLANNED = AppointmentStatus.CANCELLED, AppointmentStatus.PLANNED


class Office:
    """One appointment of one person, that a table tells of and that is changed in the chat."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.heard: list[AppointmentChange] = []
        self.person_id = 0

    async def listener(self, _session: AsyncSession, changes: Sequence[AppointmentChange]) -> None:
        self.heard.extend(changes)

    def writer(self, session: AsyncSession, source: ChangeSource, by: str) -> AppointmentWriter:
        return AppointmentWriter(session, source=source, by=by, now=self.clock.now(), listener=self.listener)

    async def import_row(
        self, said: Details, named: frozenset[str] = FIELDS, source: ChangeSource = ChangeSource.CSV
    ) -> list[tuple[Change, bool]]:
        """The table with this row is imported: what changed, and whether another's word was overruled."""
        self.heard = []
        async with self.database.writing() as session:
            if not self.person_id:
                now = self.clock.now()
                person = Person(
                    external_id="P1",
                    given_name="Amina",
                    family_name="Tesfay",
                    municipality="Huizen",
                    language="nl",
                    group=Group.ASYLUM,
                    created_at=now,
                    updated_at=now,
                )
                session.add(person)
                await session.flush()
                self.person_id = person.id
            writer = self.writer(session, source, "operator")
            known = await session.scalar(select(Appointment))
            if known is None:
                writer.make("A1", said, person_id=self.person_id, named=named)
            else:
                await writer.listen_to([known])
                writer.hear(known, said, named)
            await writer.finish()
        return [(change.change, change.overruled is not None) for change in self.heard]

    async def in_chat(self, act: str, starts_at: datetime = TWO) -> None:
        async with self.database.writing() as session:
            writer = self.writer(session, ChangeSource.CHAT, "consultant:2")
            (appointment,) = await session.scalars(select(Appointment))
            if act == "move":
                writer.move(appointment, starts_at)
            elif act == "cancel":
                writer.cancel(appointment)
            else:
                writer.restore(appointment)
            await writer.finish()

    async def now(self) -> Appointment:
        async with self.database.reading() as session:
            return (await session.scalars(select(Appointment))).one()


@pytest.fixture
def office(database: Database, clock: FakeClock) -> Office:
    return Office(database, clock)


async def test_the_same_word_again_leaves_what_the_chat_moved(office: Office) -> None:
    await office.import_row(SAID)
    await office.in_chat("move", TWO + 3 * HOUR)
    assert await office.import_row(SAID) == []
    found = await office.now()
    assert (found.starts_at, found.ends_at, found.version) == (TWO + 3 * HOUR, TWO + 4 * HOUR, 2)


@pytest.mark.parametrize(
    ("act", "said", "starts_at", "status", "told"),
    [
        pytest.param("cancel", SAID, TWO, CANCELLED, [], id="cancelled in the chat, said again"),
        pytest.param(
            "move", replace(SAID, starts_at=TWO + 5 * HOUR, ends_at=TWO + 6 * HOUR), TWO + 5 * HOUR, PLANNED,
            [(Change.MOVED, True)], id="both gave another time: the newest",
        ),
        pytest.param(
            "move", replace(SAID, starts_at=TWO + HOUR, ends_at=TWO + 2 * HOUR), TWO + HOUR, PLANNED,
            [], id="both gave the same time",
        ),
        pytest.param(
            "cancel", replace(SAID, starts_at=TWO + 5 * HOUR), TWO + 5 * HOUR, PLANNED,
            [(Change.RESTORED, True)], id="what gets another time is meant to take place",
        ),
        pytest.param(
            "move", replace(SAID, status=CANCELLED), TWO + HOUR, CANCELLED,
            [(Change.CANCELLED, True)], id="moved in the chat, cancelled by the table",
        ),
        pytest.param(
            "move", replace(SAID, location="Bibliotheek"), TWO + HOUR, PLANNED,
            [(Change.MOVED, False)], id="another place leaves the time of the chat",
        ),
        pytest.param(
            "move", replace(SAID, note="Kom op tijd"), TWO + HOUR, PLANNED,
            [(Change.DETAILS, False)], id="another note is told to nobody",
        ),
        pytest.param(
            "cancel", replace(SAID, status=CANCELLED), TWO, CANCELLED, [], id="cancelled by both",
        ),
    ],
)  # fmt: skip
async def test_a_source_changes_only_what_it_changed_itself(
    office: Office,
    act: str,
    said: Details,
    starts_at: datetime,
    status: AppointmentStatus,
    told: list[tuple[Change, bool]],
) -> None:
    await office.import_row(SAID)
    await office.in_chat(act, TWO + HOUR)
    assert await office.import_row(said) == told
    found = await office.now()
    assert (found.starts_at, found.status) == (starts_at, status)
    assert await office.import_row(said) == [], "and said again it changes nothing"


async def test_who_was_overruled_is_known_with_what_they_had_said(office: Office) -> None:
    await office.import_row(SAID)
    await office.in_chat("move", TWO + HOUR)
    await office.import_row(replace(SAID, starts_at=TWO + 5 * HOUR, ends_at=TWO + 6 * HOUR))
    (change,) = office.heard
    assert change.overruled is not None
    assert (change.overruled.source, change.overruled.starts_at) == (ChangeSource.CHAT, TWO + HOUR)
    assert (change.source, change.old_starts_at) == (ChangeSource.CSV, TWO + HOUR)


async def test_another_length_holds_for_the_time_that_the_chat_chose(office: Office) -> None:
    await office.import_row(SAID)
    await office.in_chat("move", TWO + 3 * HOUR)
    assert await office.import_row(replace(SAID, ends_at=TWO + 2 * HOUR)) == [(Change.DETAILS, False)]
    found = await office.now()
    assert (found.starts_at, found.ends_at) == (TWO + 3 * HOUR, TWO + 5 * HOUR)


async def test_a_column_that_is_not_there_says_nothing(office: Office) -> None:
    await office.import_row(SAID)
    short = frozenset({"kind", "starts_at"})
    assert await office.import_row(Details(SAID.kind, TWO + HOUR), short) == [(Change.MOVED, False)]
    found = await office.now()
    assert (found.location, found.ends_at) == ("Gemeentehuis", TWO + 2 * HOUR)


async def test_two_sources_each_have_their_own_word(office: Office) -> None:
    await office.import_row(SAID)
    other = replace(SAID, location="School")
    assert await office.import_row(other, source=ChangeSource.API) == [(Change.MOVED, False)]
    assert await office.import_row(SAID) == []
    assert (await office.now()).location == "School"


async def test_every_change_is_kept_with_source_who_and_version(office: Office) -> None:
    await office.import_row(SAID)
    await office.in_chat("move", TWO + HOUR)
    await office.in_chat("cancel")
    await office.in_chat("restore")
    await office.import_row(replace(SAID, note=None))
    async with office.database.reading() as session:
        changes = (await changes_of(session, [(await office.now()).id]))[(await office.now()).id]
        lines = await audit_lines(session, about=f"person:{office.person_id}", limit=2)
    assert [(c.change, c.source, c.actor, c.version) for c in changes] == [
        (Change.MADE, ChangeSource.CSV, "operator", 1),
        (Change.MOVED, ChangeSource.CHAT, "consultant:2", 2),
        (Change.CANCELLED, ChangeSource.CHAT, "consultant:2", 3),
        (Change.RESTORED, ChangeSource.CHAT, "consultant:2", 4),
        (Change.DETAILS, ChangeSource.CSV, "operator", 4),
    ]
    assert (changes[1].old_starts_at, changes[1].starts_at) == (TWO, TWO + HOUR)
    assert changes[4].details == "note"
    assert {line.source for line in lines} <= {ChangeSource.CHAT, ChangeSource.CSV}
    assert len(lines) == 2
    assert isinstance(lines[0], AuditLine)


async def test_the_history_is_exported_forgotten_in_time_and_erased(office: Office) -> None:
    await office.import_row(SAID)
    async with office.database.writing() as session:
        person = await session.get_one(Person, office.person_id)
        held = await export_person(session, person)
        changes, said = held["appointment_changes"], held["appointment_sources"]
        assert isinstance(changes, list)
        assert isinstance(said, list)
        assert (len(changes), len(said)) == (1, 1)
        await forget_old(session, office.clock.now() + APPOINTMENT_CHANGES + HOUR, kept_with_person=())
        assert await session.scalar(select(RecordedChange)) is None
        assert await session.scalar(select(SourceWord)) is not None, "an old file would undo what others changed"
        await erase_person(session, office.person_id, office.clock.now())
        assert await session.scalar(select(SourceWord)) is None
