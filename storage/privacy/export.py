"""Everything held on a person, as JSON: for the person's own copy, and for `maatje export`."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum

from sqlalchemy import ColumnElement, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment, LessonGroup, Membership, Participation
from storage.appointments.history import RecordedChange, SourceWord
from storage.appointments.proposals import Proposal
from storage.engine.base import Base
from storage.engine.columns import Json
from storage.outbox.heard import HeardRow
from storage.outbox.message import Message
from storage.people.contacts import Contact
from storage.people.conversations import Conversation
from storage.people.people import Consultant, Person, Plan
from storage.people.phone_tasks import PhoneTask
from storage.people.relayed import Letter
from storage.people.sent_media import sent_as_json
from storage.people.webchat import WebMessage
from storage.privacy.audit import AuditEntry

# Hashes and leases say nothing about a person that the plain fields beside them do not. Files of the web chat are made
# from the rest, and one of them is the last copy of all this: with it every copy would be twice as long as the last.
_LEFT_OUT = {"address_hash", "also_hash", "phone_hash", "email_hash", "lease_owner", "lease_until", "file", "media"}


def _row(row: Base) -> dict[str, Json]:
    return {
        attribute.key: _value(getattr(row, attribute.key))
        for attribute in inspect(type(row)).column_attrs
        if attribute.key not in _LEFT_OUT
    }


def _value(value: object) -> Json:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, tuple):
        return sent_as_json(value)
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, (bool, int, float, str, dict, list)):
        return value
    return str(value)


def _rows(rows: Sequence[Base]) -> Json:
    return [_row(row) for row in rows]


async def export_person(session: AsyncSession, person: Person) -> dict[str, Json]:
    """Everything held on a person, by table. Groups appear by name, the consultant by name and address."""
    mine = person.id
    contacts = list(await session.scalars(select(Contact).where(Contact.person_id == mine)))
    addresses = [contact.id for contact in contacts]
    consultant = await session.get(Consultant, person.consultant_id) if person.consultant_id is not None else None
    groups = await session.execute(
        select(LessonGroup.name, Membership.from_on, Membership.until_on)
        .join(Membership, Membership.group_id == LessonGroup.id)
        .where(Membership.person_id == mine)
    )

    own = select(Appointment.id).where(Appointment.person_id == mine)

    async def of(table: type[Base], where: ColumnElement[bool]) -> Json:
        return _rows(list(await session.scalars(select(table).where(where))))

    return {
        "person": _row(person),
        "consultant": None if consultant is None else {"name": consultant.name, "email": consultant.email},
        "plan": await of(Plan, Plan.person_id == mine),
        "appointments": await of(Appointment, Appointment.person_id == mine),
        "appointment_changes": await of(RecordedChange, RecordedChange.appointment_id.in_(own)),
        "appointment_sources": await of(SourceWord, SourceWord.appointment_id.in_(own)),
        "groups": [{"group": name, "from": _value(start), "until": _value(end)} for name, start, end in groups],
        "answers_and_presence": await of(Participation, Participation.person_id == mine),
        "absences": await of(Absence, Absence.person_id == mine),
        "absence_appointments": await of(
            AbsenceAppointment,
            AbsenceAppointment.absence_id.in_(select(Absence.id).where(Absence.person_id == mine)),
        ),
        "proposals": await of(Proposal, Proposal.person_id == mine),
        "phone_tasks": await of(PhoneTask, PhoneTask.person_id == mine),
        "letters": await of(Letter, Letter.person_id == mine),
        "contacts": _rows(contacts),
        "conversation": await of(Conversation, Conversation.party == f"person:{mine}"),
        "messages": await of(Message, or_(Message.person_id == mine, Message.contact_id.in_(addresses))),
        "heard": await of(HeardRow, HeardRow.person_id == mine),
        "web_chat": await of(WebMessage, WebMessage.contact_id.in_(addresses)),
        "audit": await of(
            AuditEntry, or_(AuditEntry.subject == f"person:{mine}", AuditEntry.actor == f"person:{mine}")
        ),
    }
