"""The audit log: who looked at or changed what about whom, by ids only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Index, String, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from storage.appointments.appointments import Appointment, Membership
from storage.appointments.history import RecordedChange
from storage.engine.base import Base
from storage.engine.columns import RowId
from storage.people.people import Consultant, Person, is_in
from storage.vocabulary import ChangeSource


class AuditEntry(Base, kw_only=True):
    """One act: `actor` is "person:7", "consultant:2", "operator" or "system"; `subject` likewise or "absence:3"."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject_at", "subject", "at"),
        Index("ix_audit_entry_seal_number", "seal_number", unique=True),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))
    # See storage.privacy.seals; None = not sealed yet.
    seal_number: Mapped[int | None] = mapped_column(default=None)
    seal: Mapped[str | None] = mapped_column(String(32), default=None)


async def latest_entry(session: AsyncSession) -> int:
    """The number of the newest line."""
    return await session.scalar(select(func.max(AuditEntry.id))) or 0


async def entries_after(session: AsyncSession, number: int, actor: str) -> list[AuditEntry]:
    """The lines of an actor that came after this one, the oldest first."""
    found = await session.scalars(
        select(AuditEntry).where(AuditEntry.id > number, AuditEntry.actor == actor).order_by(AuditEntry.id)
    )
    return list(found)


async def entries_of(session: AsyncSession, action: str, *, limit: int) -> list[AuditEntry]:
    """The latest acts of one kind, newest first."""
    found = await session.scalars(
        select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc()).limit(limit)
    )
    return list(found)


async def count_entries(session: AsyncSession, ref: str) -> int:
    """How many acts by or about somebody ("person:7") are kept."""
    wanted = or_(AuditEntry.subject == ref, AuditEntry.actor == ref)
    return await session.scalar(select(func.count()).select_from(AuditEntry).where(wanted)) or 0


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act as it is listed; `source` and `appointment_id` are those of a changed appointment."""

    at: datetime
    actor: str
    action: str
    subject: str
    source: ChangeSource | None = None
    appointment_id: int | None = None


async def audit_lines(
    session: AsyncSession, *, about: str | None = None, by: str | None = None, of: str = "", limit: int
) -> list[AuditLine]:
    """The latest acts, newest first: about a subject ("person:7"), by an actor ("consultant:2"), or all; `of` a
    municipality, those about or by its people and consultants only.

    Changes of appointments are listed with their source, those of imports included: from the history of appointments,
    which keeps more than the log's own entry of the same act.
    """
    asked = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if about is not None:
        asked = asked.where(AuditEntry.subject == about)
    if by is not None:
        asked = asked.where(_is_by(AuditEntry.actor, by))
    if of:
        asked = asked.where(or_(_is_of(AuditEntry.subject, of), _is_of(AuditEntry.actor, of)))
    changes = await _changes(session, about, by, of, limit)
    listed = {(line.at, line.actor, line.action, line.subject) for line in changes}
    entries = [
        AuditLine(entry.at, entry.actor, entry.action, entry.subject)
        for entry in await session.scalars(asked)
        if (entry.at, entry.actor, entry.action, entry.subject) not in listed
    ]
    return sorted([*entries, *changes], key=lambda line: line.at, reverse=True)[:limit]


def _is_by(actor: InstrumentedAttribute[str], by: str) -> ColumnElement[bool]:
    """Operators act under their name: "operator" asks for all of them."""
    return or_(actor == by, actor.startswith("operator:")) if by == "operator" else actor == by


def _is_of(who: InstrumentedAttribute[str], municipality: str) -> ColumnElement[bool]:
    """Whether "person:7" or "consultant:2" belongs to a municipality."""
    people = select("person:" + cast(Person.id, String)).where(is_in(Person.municipality, municipality))
    others = select("consultant:" + cast(Consultant.id, String)).where(is_in(Consultant.municipality, municipality))
    return or_(who.in_(people), who.in_(others))


async def _changes(session: AsyncSession, about: str | None, by: str | None, of: str, limit: int) -> list[AuditLine]:
    asked = (
        select(RecordedChange, Appointment.person_id, Appointment.group_id)
        .join(Appointment, Appointment.id == RecordedChange.appointment_id)
        .order_by(RecordedChange.id.desc())
        .limit(limit)
    )
    if about is not None:
        role, _, number = about.partition(":")
        owner = {"person": Appointment.person_id, "group": Appointment.group_id}.get(role)
        if owner is None or not number.isdecimal():
            return []
        asked = asked.where(owner == int(number))
    if by is not None:
        asked = asked.where(_is_by(RecordedChange.actor, by))
    if of:
        people = select(Person.id).where(is_in(Person.municipality, of))
        groups = select(Membership.group_id).where(Membership.person_id.in_(people))
        asked = asked.where(or_(Appointment.person_id.in_(people), Appointment.group_id.in_(groups)))
    return [
        AuditLine(
            change.at,
            change.actor,
            f"{change.change.value}_appointment",
            f"person:{person_id}" if person_id is not None else f"group:{group_id}",
            change.source,
            change.appointment_id,
        )
        for change, person_id, group_id in await session.execute(asked)
    ]
