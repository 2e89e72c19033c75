"""Appointments of one person or of a group, group memberships, and each person's answer and presence."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.columns import Encrypted, RowId, vocabulary


class AppointmentKind(StrEnum):
    """What an appointment is for (DOMAIN.md, "What is reminded")."""

    INTAKE_MEETING = "intake_meeting"
    LEARNABILITY_TEST = "learnability_test"
    PROGRESS_MEETING = "progress_meeting"
    CLASS = "class"
    PVT = "pvt"
    MAP = "map"
    CLOSING_MEETING = "closing_meeting"
    WORKSHOP = "workshop"
    EXAM = "exam"
    ACTIVITY = "activity"
    OTHER = "other"


class AppointmentStatus(StrEnum):
    """Whether it takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Answer(StrEnum):
    """What a person said about coming."""

    COMING = "coming"
    NOT_COMING = "not_coming"
    OTHER_TIME = "other_time"


class Presence(StrEnum):
    """What the provider's attendance list says."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"


class LessonGroup(Base, kw_only=True):
    """A group at a language provider, to which a timetable belongs."""

    __tablename__ = "lesson_group"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(120), unique=True)


class Membership(Base, kw_only=True):
    """A person in a group from a day until a day (both included; no end = open)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("group_id", "person_id", "from_on"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    group_id: Mapped[int] = mapped_column(ForeignKey("lesson_group.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None] = mapped_column(default=None)


class Appointment(Base, kw_only=True):
    """One appointment: of a person, or a class of a group (then every member of that day has it).

    `version` counts changes that people must hear of (time, place, status); reminders planned for an older version
    are not sent. Instants are UTC; `starts_local` keeps the wall time that was agreed (Europe/Amsterdam).
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_owner"),
        Index("ix_appointment_person_starts", "person_id", "starts_at"),
        Index("ix_appointment_group_starts", "group_id", "starts_at"),
        Index("ix_appointment_starts", "starts_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    external_id: Mapped[str] = mapped_column(String(255), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), default=None)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("lesson_group.id", ondelete="CASCADE"), default=None)
    kind: Mapped[AppointmentKind] = mapped_column(vocabulary(AppointmentKind))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    location: Mapped[str | None] = mapped_column(Encrypted("appointment.location"), default=None)
    online_url: Mapped[str | None] = mapped_column(Encrypted("appointment.online_url"), default=None)
    with_whom: Mapped[str | None] = mapped_column(Encrypted("appointment.with_whom"), default=None)
    note: Mapped[str | None] = mapped_column(Encrypted("appointment.note"), default=None)
    mandatory: Mapped[bool] = mapped_column(default=True)
    status: Mapped[AppointmentStatus] = mapped_column(vocabulary(AppointmentStatus), default=AppointmentStatus.PLANNED)
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Participation(Base, kw_only=True):
    """One person's answer to, and presence at, one appointment."""

    __tablename__ = "participation"
    __table_args__ = (UniqueConstraint("appointment_id", "person_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    answer: Mapped[Answer | None] = mapped_column(vocabulary(Answer), default=None)
    # The appointment's version that was answered: a moved meeting is asked anew.
    answered_version: Mapped[int | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    presence: Mapped[Presence | None] = mapped_column(vocabulary(Presence), default=None)
    minutes: Mapped[int | None] = mapped_column(default=None)
