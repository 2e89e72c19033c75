"""People whom no message reached: whom a consultant is to telephone, and what came of it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, RowId, vocabulary
from storage.vocabulary import TaskState

_IS_OPEN = text("state = 'open'")


class PhoneTask(Base, kw_only=True):
    """One person to telephone. A person has at most one open task; messages that are lost meanwhile belong to it."""

    __tablename__ = "phone_task"
    __table_args__ = (
        Index("ix_phone_task_open", "person_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        IDS_NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    # The first message that did not arrive: what there is to tell.
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("outbox.id", ondelete="SET NULL"), index=True, default=None
    )
    state: Mapped[TaskState] = mapped_column(vocabulary(TaskState), default=TaskState.OPEN)
    opened_at: Mapped[datetime]
    # The channels over which a neutral invitation went when the task was made, comma-separated.
    invited_over: Mapped[str] = mapped_column(String(40), default="", server_default="")
    # How often nobody answered, and when to try again.
    unanswered: Mapped[int] = mapped_column(default=0)
    again_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("consultant.id", ondelete="SET NULL"), default=None)

    @property
    def invited(self) -> list[str]:
        """Where a neutral invitation went, by channel."""
        return [name for name in self.invited_over.split(",") if name]


async def open_tasks(session: AsyncSession, person_ids: Collection[int]) -> dict[int, PhoneTask]:
    """The open tasks of these people, by person."""
    found = await session.scalars(
        select(PhoneTask)
        .where(PhoneTask.state == TaskState.OPEN, PhoneTask.person_id.in_(person_ids))
        .order_by(PhoneTask.opened_at)
    )
    return {task.person_id: task for task in found}


async def task_by_id(session: AsyncSession, task_id: int) -> PhoneTask | None:
    """A task by its number, locked until the transaction ends: of two colleagues who call, one closes it."""
    return await session.get(PhoneTask, task_id, with_for_update=True)


async def tasks_of_message(session: AsyncSession, message_id: int) -> list[PhoneTask]:
    """The tasks that a message led to."""
    return list(await session.scalars(select(PhoneTask).where(PhoneTask.message_id == message_id)))
