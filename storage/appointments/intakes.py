"""Where a meeting stands on a person's road: which intake it is, whether they were there, what comes next."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.appointments import Appointment, Participation
from storage.people.people import Person
from storage.vocabulary import THERE, Answer, AppointmentKind, AppointmentStatus, Group, Presence


async def intake_places(session: AsyncSession, person_ids: Collection[int]) -> dict[int, int]:
    """Each intake meeting's place among its person's, from 1, by appointment.

    What was missed is held again, so it has no place. Migrants have no intake about a benefit (start note 1.10), so
    theirs are not counted.
    """
    if not person_ids:
        return {}
    rows = await session.execute(
        select(Appointment.id, Appointment.person_id, Participation.presence, Participation.answer)
        .outerjoin(
            Participation,
            (Participation.appointment_id == Appointment.id) & (Participation.person_id == Appointment.person_id),
        )
        .where(
            Appointment.person_id.in_(person_ids),
            Appointment.kind == AppointmentKind.INTAKE_MEETING,
            Appointment.status == AppointmentStatus.PLANNED,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    groups = dict((await session.execute(select(Person.id, Person.group).where(Person.id.in_(person_ids)))).all())
    places: dict[int, int] = {}
    held: defaultdict[int, int] = defaultdict(int)
    for appointment_id, person_id, presence, answer in rows:
        missed = presence not in THERE if presence is not None else answer is Answer.NOT_COMING
        if person_id is not None and groups.get(person_id) is Group.ASYLUM and not missed:
            held[person_id] += 1
            places[appointment_id] = held[person_id]
    return places


async def presences(
    session: AsyncSession, appointment_ids: Collection[int], person_ids: Collection[int]
) -> dict[tuple[int, int], Presence]:
    """What lists say of these people at these appointments, by (appointment, person)."""
    if not appointment_ids or not person_ids:
        return {}
    rows = await session.execute(
        select(Participation.appointment_id, Participation.person_id, Participation.presence).where(
            Participation.appointment_id.in_(appointment_ids), Participation.person_id.in_(person_ids)
        )
    )
    return {(one, who): presence for one, who, presence in rows if presence is not None}


async def next_appointments(session: AsyncSession, person_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Each person's next appointment of their own that takes place, classes left out: its id, by person."""
    rows = await session.execute(
        select(Appointment.person_id, Appointment.id)
        .where(
            Appointment.person_id.in_(person_ids),
            Appointment.kind != AppointmentKind.CLASS,
            Appointment.status == AppointmentStatus.PLANNED,
            Appointment.starts_at > now,
        )
        .order_by(Appointment.starts_at.desc(), Appointment.id)
    )
    return {person_id: appointment_id for person_id, appointment_id in rows if person_id is not None}
