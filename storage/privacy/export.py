"""Everything held on a person, as JSON, and which files: for the person's own copy, and for `maatje export`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from sqlalchemy import ColumnElement, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appointments.absences import Absence, AbsenceAppointment
from storage.appointments.appointments import Appointment, LessonGroup, Membership, Participation
from storage.appointments.history import RecordedChange, SourceWord
from storage.appointments.proposals import Proposal
from storage.attention.check_ins import CheckIn
from storage.attention.contact_moments import ContactMoment
from storage.attention.feedback import Feedback
from storage.calls.phone_calls import PhoneCall
from storage.calls.phone_codes import PhoneCode, PhoneCodeTry
from storage.engine.base import Base
from storage.engine.columns import Json
from storage.offers.offers import OfferWish
from storage.outbox.heard import HeardRow
from storage.outbox.message import Attempt, Message
from storage.people.contacts import Contact, LinkCode
from storage.people.conversations import Conversation, Offer
from storage.people.link_codes import LinkAttempt
from storage.people.people import Consultant, Person, Plan
from storage.people.phone_tasks import PhoneTask
from storage.people.relayed import Letter
from storage.people.sent_media import SentMedia, sent_as_json
from storage.people.webchat import WebMessage, WebSession
from storage.privacy.audit import AuditEntry
from storage.progress.parts import Progress
from storage.vocabulary import MediaKind

# Hashes, seals and leases say nothing about a person that the plain fields beside them do not, and would open a chat.
# Files of the web chat are made from the rest, and one of them is the last copy of all this: with it every copy would
# be twice as long as the last. What a person sent from there is among the files.
LEFT_OUT = frozenset(
    {
        "address_hash",
        "also_hash",
        "phone_hash",
        "email_hash",
        "code_hash",
        "caller_hash",
        "token_hash",
        "lease_owner",
        "lease_until",
        "seal",
        "file",
        "media",
    }
)

_KINDS = frozenset(kind.value for kind in MediaKind)


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that came from a person, or from their consultant to them, in its channel's keeping. `of` is the row that
    it hangs on ("letter-5"), `at` when it came (UTC), where that is known."""

    sent: SentMedia
    of: str
    at: datetime | None


def _row(row: Base) -> dict[str, Json]:
    return {
        attribute.key: _value(getattr(row, attribute.key))
        for attribute in inspect(type(row)).column_attrs
        if attribute.key not in LEFT_OUT
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
    to_me = or_(Message.person_id == mine, Message.contact_id.in_(addresses))

    async def of(table: type[Base], where: ColumnElement[bool]) -> Json:
        return _rows(list(await session.scalars(select(table).where(where))))

    return {
        "person": _row(person),
        "consultant": None if consultant is None else {"name": consultant.name, "email": consultant.email},
        "plan": await of(Plan, Plan.person_id == mine),
        "progress": await of(Progress, Progress.person_id == mine),
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
        "contact_moments": await of(ContactMoment, ContactMoment.person_id == mine),
        "check_ins": await of(CheckIn, CheckIn.person_id == mine),
        "feedback": await of(Feedback, Feedback.person_id == mine),
        "phone_tasks": await of(PhoneTask, PhoneTask.person_id == mine),
        "calls": await of(PhoneCall, PhoneCall.contact_id.in_(addresses)),
        "letters": await of(Letter, Letter.person_id == mine),
        "contacts": _rows(contacts),
        "devices": await of(WebSession, WebSession.contact_id.in_(addresses)),
        "codes": await of(LinkCode, LinkCode.person_id == mine),
        "phone_codes": await of(PhoneCode, PhoneCode.person_id == mine),
        "phone_codes_tried": await of(
            PhoneCodeTry, PhoneCodeTry.code_id.in_(select(PhoneCode.id).where(PhoneCode.person_id == mine))
        ),
        "codes_tried": await of(LinkAttempt, LinkAttempt.contact_id.in_(addresses)),
        "conversation": await of(
            Conversation, Conversation.party.in_([f"person:{mine}", *(f"contact:{one}" for one in addresses)])
        ),
        "taking_part": await of(OfferWish, OfferWish.person_id == mine),
        "offers": await of(Offer, Offer.contact_id.in_(addresses)),
        "messages": await of(Message, to_me),
        "attempts": await of(Attempt, Attempt.message_id.in_(select(Message.id).where(to_me))),
        "told_to_consultants": await of(Message, Message.about_id == mine),
        "heard": await of(HeardRow, HeardRow.person_id == mine),
        "web_chat": await of(WebMessage, WebMessage.contact_id.in_(addresses)),
        "audit": await of(
            AuditEntry, or_(AuditEntry.subject == f"person:{mine}", AuditEntry.actor == f"person:{mine}")
        ),
    }


async def files_of(session: AsyncSession, person: Person) -> list[HeldFile]:
    """Every file that a person and their consultant sent each other, each once, the oldest first."""
    mine = person.id
    found: list[HeldFile] = []
    for letter in await session.scalars(select(Letter).where(Letter.person_id == mine).order_by(Letter.id)):
        found += [HeldFile(one, f"letter-{letter.id}", one.at or letter.written_at) for one in letter.attachment]
    for absence in await session.scalars(select(Absence).where(Absence.person_id == mine).order_by(Absence.id)):
        found += [HeldFile(one, f"absence-{absence.id}", one.at or absence.started_at) for one in absence.attachment]
    # What was sent and is not passed on yet.
    for talk in await session.scalars(select(Conversation).where(Conversation.party == f"person:{mine}")):
        found += [HeldFile(one, "conversation", one.at) for one in _sent_in(talk.data)]
    uploads = select(WebMessage.id, WebMessage.event_id, WebMessage.at).where(
        WebMessage.contact_id.in_(select(Contact.id).where(Contact.person_id == mine)),
        WebMessage.event_id.is_not(None),
        WebMessage.file.is_not(None),
    )
    for number, event_id, at in await session.execute(uploads.order_by(WebMessage.id)):
        found.append(HeldFile(SentMedia("web", MediaKind.DOCUMENT, str(event_id)), f"web-{number}", at))
    once = {(one.sent.channel, one.sent.file): one for one in reversed(found)}
    return sorted(once.values(), key=lambda one: one.at.timestamp() if one.at is not None else 0.0)


def _sent_in(value: Json) -> Iterator[SentMedia]:
    """What is written like something that was sent, wherever it stands in what a conversation remembers."""
    if isinstance(value, list):
        for one in value:
            yield from _sent_in(one)
    elif isinstance(value, dict):
        channel, kind, file, at = (value.get(name) for name in ("channel", "kind", "file", "at"))
        if isinstance(channel, str) and isinstance(file, str) and kind in _KINDS:
            moment = datetime.fromisoformat(at) if isinstance(at, str) else None
            yield SentMedia(channel, MediaKind(str(kind)), file, moment)
        for one in value.values():
            yield from _sent_in(one)
