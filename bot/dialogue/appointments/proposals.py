"""A person's answer to other times that a consultant proposed."""

from collections.abc import Sequence
from datetime import datetime

from bot.dialogue import menu
from bot.dialogue.appointments.absence_sent import withdraw_for
from bot.dialogue.consultants.common import number_in
from bot.dialogue.consultants.proposals import _DAY
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Part
from reminders.wording.appointment import appointment_line, name_of
from storage.appointments.appointments import Appointment, answer_appointments, appointments_of
from storage.appointments.changing import length_of, move
from storage.appointments.proposals import Proposal, proposal_for
from storage.vocabulary import Answer, ProposalState


async def choose(turn: Turn, args: Sequence[str]) -> None:
    """The person's choice: "prop:<proposal>:<place>" or "prop:<proposal>:none"."""
    proposal = await proposal_for(turn.session, turn.person.id, number_in(args))
    if proposal is None:
        turn.say(part("error.unknown_button"), buttons=menu.rows())
        return
    # Two devices at once: one of them is told that it was chosen already.
    appointment = await turn.session.get_one(Appointment, proposal.appointment_id, with_for_update=True)
    if proposal.state is not ProposalState.OPEN or proposal.appointment_version != appointment.version:
        turn.say(part("proposal.over"), Part(appointment_line(appointment)), buttons=menu.rows())
        return
    choice = args[1] if len(args) > 1 else ""
    moments = proposal.choices()
    if choice == "none":
        await _refuse(turn, proposal, appointment)
    elif choice.isdecimal() and len(choice) < 3 and int(choice) < len(moments) and moments[int(choice)] > turn.now:
        await _take(turn, proposal, appointment, moments[int(choice)])
    else:
        turn.say(part("proposal.over"), Part(appointment_line(appointment)), buttons=menu.rows())


async def _refuse(turn: Turn, proposal: Proposal, appointment: Appointment) -> None:
    proposal.state, proposal.answered_at = ProposalState.REFUSED, turn.now
    turn.tell_consultant(
        proposal.consultant_id,
        f"proposal_refused:{proposal.id}",
        title("consultant.proposal_refused", person=name_of(turn.person)),
        Part(appointment_line(appointment)),
        buttons=[
            [button("consultant.new_time", f"time:{appointment.id}:{appointment.version}", "🔁")],
            [button("consultant.write", f"write:{turn.person.id}", "✍️")],
        ],
    )
    turn.expect(f"other_time:{appointment.id}")
    turn.say(part("appointment.other_time_passed_on"), part("appointment.say_when"), buttons=[menu.back()])


async def _take(turn: Turn, proposal: Proposal, appointment: Appointment, when: datetime) -> None:
    proposal.state, proposal.answered_at = ProposalState.TAKEN, turn.now
    await withdraw_for(turn, appointment)
    move(appointment, when, turn.now)
    await answer_appointments(turn.session, turn.person.id, [appointment], Answer.COMING, turn.now)
    await turn.session.flush()
    # The person knows the new time: they chose it, and are told below. So only the reminders are planned anew.
    await turn.replan()
    overlaps = await _others(turn, appointment)
    turn.tell_consultant(
        proposal.consultant_id,
        f"proposal_taken:{proposal.id}",
        title("consultant.proposal_taken", person=name_of(turn.person)),
        Part(appointment_line(appointment)),
        *([part("consultant.overlaps_with"), *(Part(appointment_line(a)) for a in overlaps)] if overlaps else []),
    )
    turn.say(
        title("proposal.thanks"),
        Part(appointment_line(appointment)),
        buttons=[[button("button.calendar", f"cal:{appointment.id}", "🗓️")], menu.back()],
    )


async def _others(turn: Turn, moved: Appointment) -> list[Appointment]:
    """What the person has at the new time already."""
    ends = moved.starts_at + length_of(moved)
    near = await appointments_of(turn.session, turn.person.id, moved.starts_at - _DAY, ends, zone=turn.zone)
    return [a for a in near if a.id != moved.id and a.starts_at + length_of(a) > moved.starts_at]
