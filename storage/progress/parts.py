"""The parts of people's plans: a row a part, of an exam a row an attempt. Which parts exist tells a route, so that the
part's name is encrypted as its status is; one person's rows are few and are read together."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId
from storage.engine.encryption.kinds import EncryptedDate, EncryptedNumber, EncryptedWord
from storage.engine.one_of_many import among, among_those
from storage.people.people import Person
from storage.progress.noted import NotedPart
from storage.vocabulary import PartStatus, PlanPart, ProgressSource

#: Hears, in the transaction, whose progress is other than before.
OnProgress: TypeAlias = Callable[[AsyncSession, Collection[int]], Awaitable[None]]


async def tell_nobody(_session: AsyncSession, _person_ids: Collection[int]) -> None:
    """Where nothing follows from progress."""


class Progress(Base, kw_only=True):
    """How far one person is with one part, or what came of one attempt at an exam.

    Hours are kept in minutes, and apart by where they come from: `noted_minutes` is a total that somebody gave as of
    the end of `noted_on`, `attended_minutes` what lists of attendance say of the days after it (of every day, where no
    total was given).
    """

    __tablename__ = "progress"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    part: Mapped[PlanPart] = mapped_column(EncryptedWord("progress.part", PlanPart))
    attempt: Mapped[int | None] = mapped_column(EncryptedNumber("progress.attempt"), default=None)
    status: Mapped[PartStatus] = mapped_column(EncryptedWord("progress.status", PartStatus))
    # The day the status is of: signed, passed, begun.
    status_on: Mapped[date | None] = mapped_column(EncryptedDate("progress.status_on"), default=None)
    noted_minutes: Mapped[int | None] = mapped_column(EncryptedNumber("progress.noted_minutes"), default=None)
    noted_on: Mapped[date | None] = mapped_column(EncryptedDate("progress.noted_on"), default=None)
    attended_minutes: Mapped[int | None] = mapped_column(EncryptedNumber("progress.attended_minutes"), default=None)
    note: Mapped[str | None] = mapped_column(Encrypted("progress.note"), default=None)
    source: Mapped[ProgressSource] = mapped_column(EncryptedWord("progress.source", ProgressSource))
    updated_at: Mapped[datetime]

    @property
    def minutes(self) -> int | None:
        """All that count; None = nothing is known of hours."""
        if self.noted_minutes is None and self.attended_minutes is None:
            return None
        return (self.noted_minutes or 0) + (self.attended_minutes or 0)


_NOTED = (
    select(
        Progress.person_id,
        Progress.part,
        Progress.status,
        Progress.status_on,
        Progress.noted_minutes,
        Progress.attended_minutes,
        Progress.attempt,
    )
    .where(among_those(Progress.person_id, "ids"))
    .order_by(Progress.id)
)


async def noted_of(session: AsyncSession, person_ids: Collection[int]) -> dict[int, tuple[NotedPart, ...]]:
    """What is known of these people's parts, by person and in the order it was first noted; without notes' words.

    Who has nothing is absent. One query.
    """
    found: defaultdict[int, list[NotedPart]] = defaultdict(list)
    rows = await session.execute(_NOTED, {"ids": person_ids})
    for person_id, part, status, on, noted, attended, attempt in rows:
        minutes = None if noted is None and attended is None else (noted or 0) + (attended or 0)
        found[person_id].append(NotedPart(part, status, on, minutes, attempt))
    return {person_id: tuple(lines) for person_id, lines in found.items()}


async def noted_of_one(session: AsyncSession, person_id: int) -> tuple[NotedPart, ...]:
    """What is known of one person's parts."""
    return (await noted_of(session, [person_id])).get(person_id, ())


async def rows_of(session: AsyncSession, person_ids: Collection[int]) -> list[Progress]:
    """These people's rows, in the order they were first noted."""
    wanted = select(Progress).where(among(Progress.person_id, person_ids)).order_by(Progress.id)
    return list(await session.scalars(wanted))


async def rows_to_change(
    session: AsyncSession, person_ids: Collection[int]
) -> dict[int, dict[tuple[PlanPart, int | None], Progress]]:
    """These people's rows by part and attempt, each person held until the transaction ends: a part gets one row, though
    nothing in the database could see that there are two of what is encrypted."""
    await session.execute(
        select(Person.id).where(among(Person.id, person_ids)).order_by(Person.id).with_for_update(key_share=True)
    )
    found: dict[int, dict[tuple[PlanPart, int | None], Progress]] = {one: {} for one in person_ids}
    for row in await rows_of(session, person_ids):
        found[row.person_id][row.part, row.attempt] = row
    return found


def attempts(rows: Mapping[tuple[PlanPart, int | None], Progress], part: PlanPart) -> Sequence[Progress]:
    """One person's rows of one part, by attempt."""
    found = [(attempt or 0, row) for (named, attempt), row in rows.items() if named is part]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]
