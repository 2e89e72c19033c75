"""Absence reports (afmeldingen), from the first tap to the consultant's "seen"."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId, vocabulary
from storage.engine.encryption.kinds import EncryptedCode, EncryptedWord
from storage.people.sent_media import SentAlong, SentMedia
from storage.vocabulary import AbsenceReason, AbsenceState


class Absence(Base, kw_only=True):
    """One absence report of one person, for chosen appointments or for a period."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_person_state", "person_id", "state"), IDS_NEVER_REUSED)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    state: Mapped[AbsenceState] = mapped_column(vocabulary(AbsenceState), default=AbsenceState.DRAFT)
    # Counts what the consultant was told: a changed report is told again, once.
    version: Mapped[int] = mapped_column(default=0)
    reason: Mapped[AbsenceReason | None] = mapped_column(EncryptedWord("absence.reason", AbsenceReason), default=None)
    from_on: Mapped[date | None] = mapped_column(default=None)
    until_on: Mapped[date | None] = mapped_column(default=None)
    open_ended: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(Encrypted("absence.note"), default=None)
    note_language: Mapped[str | None] = mapped_column(EncryptedCode("absence.note_language"), default=None)
    attachment: Mapped[tuple[SentMedia, ...]] = mapped_column(
        SentAlong("absence.attachment"), nullable=True, default=()
    )
    started_at: Mapped[datetime]
    reported_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("consultant.id"), default=None)
    # A changed report is a new one that takes the place of this one when it is sent.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("absence.id", ondelete="SET NULL"), default=None)
    # Who got the report; and, when nobody sees it in time, to whom it goes and when.
    told_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id"), default=None)
    passed_to_id: Mapped[int | None] = mapped_column(ForeignKey("consultant.id"), default=None)
    passed_at: Mapped[datetime | None] = mapped_column(default=None)
    # An illness without an end that is over: from this day on the person comes again.
    better_on: Mapped[date | None] = mapped_column(default=None)


class AbsenceAppointment(Base, kw_only=True):
    """An appointment that a report is about."""

    __tablename__ = "absence_appointment"

    absence_id: Mapped[int] = mapped_column(ForeignKey("absence.id", ondelete="CASCADE"), primary_key=True)
    appointment_id: Mapped[int] = mapped_column(
        ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    # When it was to begin, for the person who reported: on another day the report does not hold for it.
    reported_for: Mapped[datetime | None] = mapped_column(default=None)
