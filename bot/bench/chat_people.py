"""Whom the chat benchmark has write: people who are linked on Telegram and agreed, each with one appointment and the
conversation in which they agreed."""

from datetime import UTC, datetime, timedelta

from storage.appointments.appointments import Appointment
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.mapped import open_database
from storage.people.contacts import Contact
from storage.people.conversations import Conversation
from storage.people.people import Person
from storage.vocabulary import AppointmentKind, Group

SECRET_KEY = "a secret for the benchmark and of no use to anybody"  # noqa: S105
FIRST_CHAT = 1000


async def fill(url: str, people: int) -> None:
    """People who are linked on Telegram and agreed, each with one appointment and their conversation."""
    database = open_database(url, KeyRing([SECRET_KEY]))
    try:
        await migrate(database)
        now = datetime.now(UTC)
        async with database.writing() as session:
            persons = [
                Person(
                    external_id=f"P{number}",
                    given_name="Bench",
                    family_name="",
                    language=("nl", "en", "ar")[number % 3],
                    group=Group.ASYLUM,
                    municipality="Huizen",
                    consented_at=now,
                    language_chosen_at=now,
                    created_at=now,
                    updated_at=now,
                )
                for number in range(people)
            ]
            session.add_all(persons)
            await session.flush()
            for number, person in enumerate(persons):
                address = str(FIRST_CHAT + number)
                session.add(
                    Contact(
                        channel="telegram",
                        address=address,
                        address_hash=database.keys.fingerprint(address, "contact/telegram"),
                        person_id=person.id,
                        linked_at=now,
                        created_at=now,
                    )
                )
                session.add(Conversation(party=f"person:{person.id}", updated_at=now))
                session.add(
                    Appointment(
                        external_id=f"A{number}",
                        person_id=person.id,
                        kind=AppointmentKind.PROGRESS_MEETING,
                        starts_at=now + timedelta(days=60),
                        location="Gemeentehuis",
                        # Before they agreed: of what is made later each hears at once, and these messages would be
                        # measured instead of turns.
                        made_at=now - timedelta(days=1),
                        updated_at=now,
                    )
                )
    finally:
        await database.close()
