"""Other times that a consultant proposes for an appointment, and which of them the person took."""

from datetime import datetime

from sqlalchemy import ForeignKey, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

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
