"""Other times that a consultant proposes for an appointment, and which of them the person took."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appointments.appointments import Appointment
from storage.engine.base import Base
from storage.engine.columns import IDS_NEVER_REUSED, Encrypted, RowId, vocabulary
from storage.vocabulary import ProposalState


class Proposal(Base, kw_only=True):
    """Up to three other times for one version of one appointment."""

    __tablename__ = "proposal"
    __table_args__ = IDS_NEVER_REUSED

    id: Mapped[int] = mapped_column(RowId, primary_key=True, init=False)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    appointment_version: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id"))
    # Instants (ISO, UTC), comma-separated.
    times: Mapped[str] = mapped_column(Encrypted("proposal.times"))
    state: Mapped[ProposalState] = mapped_column(vocabulary(ProposalState), default=ProposalState.OPEN)
    made_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(default=None)

    def choices(self) -> list[datetime]:
        """The proposed starts (UTC)."""
        return [datetime.fromisoformat(moment) for moment in self.times.split(",") if moment]


def key_of(proposal_id: int) -> str:
    """The key of the message that tells the person of it."""
    return f"proposal:{proposal_id}"


async def open_proposal(session: AsyncSession, appointment_id: int, version: int) -> Proposal | None:
    """What is proposed for this version of an appointment, and was not answered yet."""
    return await session.scalar(
        select(Proposal).where(
            Proposal.appointment_id == appointment_id,
            Proposal.appointment_version == version,
            Proposal.state == ProposalState.OPEN,
        )
    )


async def overtaken_of(session: AsyncSession, keys: Collection[str], now: datetime) -> set[str]:
    """Of these messages' keys those whose proposal is not one any more by `now`: it was answered, another came, the
    meeting changed, or all of its times are over.

    What was answered since `now` was one then: so it is found again as what its reader quotes.
    """
    ids = {int(key.rpartition(":")[2]): key for key in keys}
    rows = await session.execute(
        select(Proposal, Appointment.version)
        .join(Appointment, Appointment.id == Proposal.appointment_id)
        .where(Proposal.id.in_(ids))
    )
    standing = {
        ids[proposal.id]
        for proposal, version in rows
        if (proposal.answered_at is not None and proposal.answered_at >= now)
        or (
            proposal.state is ProposalState.OPEN
            and proposal.appointment_version == version
            and max(proposal.choices()) > now
        )
    }
    return set(keys) - standing


async def proposal_for(session: AsyncSession, person_id: int, proposal_id: int) -> Proposal | None:
    """The proposal when it was made to this person; None otherwise, whatever the id."""
    found = await session.get(Proposal, proposal_id)
    return found if found is not None and found.person_id == person_id else None


async def overtake_proposals(session: AsyncSession, appointment_id: int) -> None:
    """What was proposed for this appointment before does not count any more."""
    await session.execute(
        update(Proposal)
        .where(Proposal.appointment_id == appointment_id, Proposal.state == ProposalState.OPEN)
        .values(state=ProposalState.OVERTAKEN)
    )
