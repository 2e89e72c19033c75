"""Other times for a meeting: a consultant proposes up to three, and it moves when the person takes one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.actions.absences.reports import comes_after_all
from bot.actions.acting import Acting
from bot.actions.meetings import Meeting, MeetingRefused, open_meeting
from bot.telling import meetings as told
from reminders.kinds import Kind
from storage.appointments.appointments import (
    Appointment,
    answer_appointments,
    appointment_by_id,
    appointments_of,
    participation_in,
)
from storage.appointments.changing import length_of
from storage.appointments.proposals import Proposal, key_of, open_proposal, overtake_proposals, proposal_for
from storage.outbox.message import is_sent_or_waits
from storage.people.people import Person
from storage.vocabulary import Answer, ProposalState

MOST: Final = 3
_DAY: Final = timedelta(days=1)


class ProposalRefused(StrEnum):
    """Why nothing was done."""

    NOT_THEIRS = "not_theirs"  # no such proposal, or somebody else's: which, is not told


@dataclass(frozen=True, slots=True)
class Answered:
    """The meeting as it is after a person's answer; `over` = it was answered before, or the meeting changed."""

    appointment: Appointment
    over: bool = False


async def propose(
    acting: Acting, appointment_id: int, version: int, times: Collection[datetime]
) -> Meeting | MeetingRefused:
    """Propose other times (instants; the first `MOST` count) instead of what was proposed before. The person hears it.

    For a meeting that began too: who could not come to it may choose when it is held instead.
    """
    found = await open_meeting(acting, appointment_id, version)
    if isinstance(found, MeetingRefused) or found.refused not in (None, MeetingRefused.BEGUN):
        return found
    moments = sorted({moment for moment in times if moment > acting.now})[:MOST]
    if not moments:
        return Meeting(found.appointment, found.person, MeetingRefused.PAST)
    if await _proposed_already(acting, found.appointment, moments):
        return Meeting(found.appointment, found.person)
    await overtake_proposals(acting.session, appointment_id)
    consultant = await acting.consultant()
    proposal = Proposal(
        appointment_id=appointment_id,
        appointment_version=version,
        person_id=found.person.id,
        consultant_id=consultant.id,
        times=",".join(moment.isoformat() for moment in moments),
        made_at=acting.now,
    )
    acting.session.add(proposal)
    await acting.session.flush()
    acting.audit("proposed_time", f"person:{found.person.id}")
    body = told.proposal(proposal, found.appointment, moments, consultant)
    # Who was to come at once had better know at night that it may be otherwise.
    needed_by = min(at for at in (found.appointment.starts_at, *moments) if at > acting.now)
    key = key_of(proposal.id)
    await acting.tell_person(found.person.id, key, body, kind=Kind.PROPOSAL, needed_by=needed_by)
    return Meeting(found.appointment, found.person)


async def _proposed_already(acting: Acting, appointment: Appointment, moments: Sequence[datetime]) -> bool:
    """Whether these very times are proposed already, and the person heard it or will."""
    standing = await open_proposal(acting.session, appointment.id, appointment.version)
    if standing is None or standing.choices() != moments:
        return False
    return await is_sent_or_waits(acting.session, key_of(standing.id))


async def asks_no_more(acting: Acting, appointment_id: int) -> Person | None:
    """Whose meeting this is, when they asked for another time and do not any more: they come, or are absent."""
    appointment = await appointment_by_id(acting.session, appointment_id)
    person = await acting.person(appointment.person_id) if appointment is not None else None
    if person is None:
        return None
    given = await participation_in(acting.session, appointment_id, person.id)
    return person if given is not None and given.answer is Answer.COMING else None


async def accept(acting: Acting, person_id: int, proposal_id: int, place: int) -> Answered | ProposalRefused:
    """Take the time at this place of the proposal: the meeting is then. The consultant hears it."""
    found = await _open(acting, person_id, proposal_id)
    if isinstance(found, ProposalRefused):
        return found
    proposal, person, appointment = found
    moments = proposal.choices()
    if _is_over(proposal, appointment) or not 0 <= place < len(moments) or moments[place] <= acting.now:
        return Answered(appointment, over=True)
    proposal.state, proposal.answered_at = ProposalState.TAKEN, acting.now
    await comes_after_all(acting, person_id, appointment)
    writer = acting.writer()
    # The person knows the new time: they chose it.
    writer.move(appointment, moments[place], known_to=frozenset({person_id}))
    await answer_appointments(acting.session, person_id, [appointment], Answer.COMING, acting.now)
    await writer.finish()
    acting.audit("took_proposed_time", f"person:{person_id}")
    overlaps = await _others(acting, person_id, appointment)
    body = told.proposal_taken(person, appointment, overlaps)
    await acting.tell_consultant(proposal.consultant_id, f"proposal_taken:{proposal.id}", body, about=person)
    return Answered(appointment)


async def refuse(acting: Acting, person_id: int, proposal_id: int) -> Answered | ProposalRefused:
    """None of the times is possible. The consultant hears it."""
    found = await _open(acting, person_id, proposal_id)
    if isinstance(found, ProposalRefused):
        return found
    proposal, person, appointment = found
    if _is_over(proposal, appointment):
        return Answered(appointment, over=True)
    proposal.state, proposal.answered_at = ProposalState.REFUSED, acting.now
    acting.audit("refused_proposed_times", f"person:{person_id}")
    body = told.proposal_refused(person, appointment)
    await acting.tell_consultant(proposal.consultant_id, f"proposal_refused:{proposal.id}", body, about=person)
    return Answered(appointment)


async def _open(
    acting: Acting, person_id: int, proposal_id: int
) -> tuple[Proposal, Person, Appointment] | ProposalRefused:
    person = await acting.person(person_id)
    proposal = await proposal_for(acting.session, person_id, proposal_id) if person is not None else None
    if person is None or proposal is None:
        return ProposalRefused.NOT_THEIRS
    # Two devices at once: one of them is told that it was chosen already.
    appointment = await appointment_by_id(acting.session, proposal.appointment_id, for_update=True)
    return (proposal, person, appointment) if appointment is not None else ProposalRefused.NOT_THEIRS


def _is_over(proposal: Proposal, appointment: Appointment) -> bool:
    return proposal.state is not ProposalState.OPEN or proposal.appointment_version != appointment.version


async def _others(acting: Acting, person_id: int, moved: Appointment) -> list[Appointment]:
    """What the person has at the new time already."""
    ends = moved.starts_at + length_of(moved)
    near = await appointments_of(acting.session, person_id, moved.starts_at - _DAY, ends, zone=acting.zone)
    return [a for a in near if a.id != moved.id and a.starts_at + length_of(a) > moved.starts_at]
