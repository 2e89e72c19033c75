"""A morning on which many people reported absent."""

from datetime import timedelta

from storage.appointments.absences import Absence
from storage.people.people import Person
from storage.vocabulary import AbsenceReason, AbsenceState, Group
from tests.bot.dialogue.talk import Talk


async def many_reports(talk: Talk, count: int) -> None:
    """So many people of Sanne's, with long names, each reported ill for one, two or three days; nobody saw it."""
    now, sanne = talk.clock.now(), talk.consultant_ids["Sanne"]
    async with talk.database.writing() as session:
        people = [
            Person(
                external_id=f"many{number}",
                given_name=f"Person{number}",
                family_name="van der Langenaam-Achterenbosch",
                language="ar",
                group=Group.ASYLUM,
                municipality="Huizen",
                consultant_id=sanne,
                phone="+31612345678",
                created_at=now,
                updated_at=now,
            )
            for number in range(count)
        ]
        session.add_all(people)
        await session.flush()
        session.add_all(
            Absence(
                person_id=person.id,
                state=AbsenceState.REPORTED,
                version=1,
                reason=AbsenceReason.ILL,
                from_on=now.date(),
                until_on=now.date() + timedelta(days=number % 3),
                started_at=now,
                reported_at=now,
                told_id=sanne,
            )
            for number, person in enumerate(people)
        )
