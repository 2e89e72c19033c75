"""Every change of an appointment with its source and who did it, and what each repeating source last said."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import EncryptedJson, Json, RowId, vocabulary
from storage.engine.one_of_many import among
from storage.vocabulary import Change, ChangeSource


class RecordedChange(Base, kw_only=True):
    """One change: what, from which source, by whom, when, and the version that it made.

    `actor` is as in the audit log ("consultant:2", "operator"). `details` names the fields that became other, separated
    by commas ("" = a new appointment). Places and notes are not kept a second time.
    """

    __tablename__ = "appointment_change"
    __table_args__ = (Index("ix_appointment_change_appointment", "appointment_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    version: Mapped[int]
    change: Mapped[Change] = mapped_column(vocabulary(Change))
    source: Mapped[ChangeSource] = mapped_column(vocabulary(ChangeSource))
    actor: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(index=True)
    starts_at: Mapped[datetime]
    old_starts_at: Mapped[datetime | None] = mapped_column(default=None)
    details: Mapped[str] = mapped_column(String(120), default="")


class SourceWord(Base, kw_only=True):
    """What a source that says everything again at each import (a table, a timetable) last said of an appointment.

    `said` holds fields of storage.appointments.changing.Details by name; a column that a file never had is absent.
    """

    __tablename__ = "source_word"
    __table_args__ = (UniqueConstraint("appointment_id", "source"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    source: Mapped[ChangeSource] = mapped_column(vocabulary(ChangeSource))
    said: Mapped[dict[str, Json]] = mapped_column(EncryptedJson("source_word.said"))
    said_at: Mapped[datetime]


async def words_of(
    session: AsyncSession, source: ChangeSource, appointment_ids: Collection[int]
) -> dict[int, SourceWord]:
    """What a source last said of these appointments, by appointment."""
    if not appointment_ids:
        return {}
    found = await session.scalars(
        select(SourceWord).where(SourceWord.source == source, among(SourceWord.appointment_id, appointment_ids))
    )
    return {word.appointment_id: word for word in found}


async def changes_of(session: AsyncSession, appointment_ids: Collection[int]) -> dict[int, list[RecordedChange]]:
    """The changes of these appointments, by appointment, oldest first."""
    changes: dict[int, list[RecordedChange]] = {}
    if appointment_ids:
        found = await session.scalars(
            select(RecordedChange)
            .where(among(RecordedChange.appointment_id, appointment_ids))
            .order_by(RecordedChange.id)
        )
        for change in found:
            changes.setdefault(change.appointment_id, []).append(change)
    return changes


async def made_at(session: AsyncSession, appointment_ids: Collection[int]) -> dict[int, datetime]:
    """When these appointments were made, by appointment; of some it is not known any more."""
    if not appointment_ids:
        return {}
    rows = await session.execute(
        select(RecordedChange.appointment_id, RecordedChange.at).where(
            among(RecordedChange.appointment_id, appointment_ids), RecordedChange.change == Change.MADE
        )
    )
    return dict(iter(rows))


async def last_others(
    session: AsyncSession, source: ChangeSource, appointment_ids: Collection[int]
) -> Mapping[int, ChangeSource]:
    """The latest source but this one that changed each of these appointments."""
    found = await changes_of(session, appointment_ids)
    return {
        appointment_id: others[-1]
        for appointment_id, changes in found.items()
        if (others := [change.source for change in changes if change.source is not source])
    }
