"""Another time, proposed by the consultant and chosen by the person; the appointment moves when they choose."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update

from bot.dialogue import menu
from bot.dialogue.absence_report import withdraw_for
from bot.dialogue.consultants.common import menu_rows, number_in, own_meeting
from bot.dialogue.consultants.moments import moment_of, pick_moment
from bot.dialogue.turn import Turn, button, part, title
from locales.message import Button, Part, Text
from reminders.absence_wording import can_be_moved
from reminders.wording import appointment_line, name_of
from storage.appointments import Answer, Appointment, answer_appointments, appointments_of
from storage.moving import length_of, move
from storage.proposals import Proposal, ProposalState, proposal_for

MOST: Final = 3
_DAY: Final = timedelta(days=1)


async def propose(turn: Turn, args: Sequence[str]) -> None:
    """Up to three times: "time:<appointment>:<version>[:<moment>-<moment>…[:send]]"; "+" at the end asks for more."""
    found = await own_meeting(turn, args)
    if found is None:
        return
    appointment, person = found
    if not can_be_moved(appointment):
        turn.say(part("consultant.cannot_move"), buttons=menu_rows())
        return
    so_far = f"time:{appointment.id}:{appointment.version}"
    *chosen, last = (args[2] if len(args) > 2 else "").split("-")
    chosen = [text for text in dict.fromkeys(chosen) if _ahead(turn, text)][: MOST - 1]
    before = "".join(f"{text}-" for text in chosen)
    when = await pick_moment(turn, so_far, last, [person], length_of(appointment), appointment, before)
    if when is None:
        return
    times = list(dict.fromkeys([*chosen, last]))
    if list(args[3:4]) != ["send"]:
        turn.say(
            title("consultant.propose_these", person=name_of(person)),
            *(Part(Text("consultant.to_when", {"at": moment})) for moment in _moments(turn, times)),
            buttons=[
                [button("consultant.propose_send", f"{so_far}:{'-'.join(times)}:send", "✅")],
                *(
                    [[button("consultant.propose_more", f"{so_far}:{'-'.join(times)}-", "➕")]]
                    if len(times) < MOST
                    else []
                ),
                *menu_rows()[-1:],
            ],
        )
        return
    await _send(turn, appointment, person.id, times)
    turn.say(part("consultant.proposed", person=name_of(person)), buttons=menu_rows())


def _ahead(turn: Turn, text: str) -> bool:
    moment = moment_of(turn, text)
    return moment is not None and moment > turn.now


def _moments(turn: Turn, texts: Sequence[str]) -> list[datetime]:
    return sorted(moment for text in texts if (moment := moment_of(turn, text)) is not None)


async def _send(turn: Turn, appointment: Appointment, person_id: int, times: Sequence[str]) -> None:
    await turn.session.execute(
        update(Proposal)
        .where(Proposal.appointment_id == appointment.id, Proposal.state == ProposalState.OPEN)
        .values(state=ProposalState.OVERTAKEN)
    )
    moments = _moments(turn, times)
    proposal = Proposal(
        appointment_id=appointment.id,
        appointment_version=appointment.version,
        person_id=person_id,
        consultant_id=turn.officer.id,
        times=",".join(moment.isoformat() for moment in moments),
        made_at=turn.now,
    )
    turn.session.add(proposal)
    await turn.session.flush()
    turn.note("proposed_time", f"person:{person_id}")
    turn.tell_person(
        person_id,
        f"proposal:{proposal.id}",
        title("proposal.title", consultant=turn.officer.name),
        Part(Text("proposal.instead_of", {"what": appointment_line(appointment)})),
        part("proposal.choose"),
        buttons=[
            *(
                [Button(Text("proposal.time", {"at": moment}), f"prop:{proposal.id}:{place}", "🕘")]
                for place, moment in enumerate(moments)
            ),
            [button("proposal.none", f"prop:{proposal.id}:none", "❌")],
        ],
    )


async def choose(turn: Turn, args: Sequence[str]) -> None:
    """The person's choice: "prop:<proposal>:<place>" or "prop:<proposal>:none"."""
    proposal = await proposal_for(turn.session, turn.participant.id, number_in(args))
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
        title("consultant.proposal_refused", person=name_of(turn.participant)),
        Part(appointment_line(appointment)),
        buttons=[
            [button("consultant.new_time", f"time:{appointment.id}:{appointment.version}", "🔁")],
            [button("consultant.write", f"write:{turn.participant.id}", "✍️")],
        ],
    )
    turn.expect(f"other_time:{appointment.id}")
    turn.say(part("appointment.other_time_passed_on"), part("appointment.say_when"), buttons=[menu.back()])


async def _take(turn: Turn, proposal: Proposal, appointment: Appointment, when: datetime) -> None:
    proposal.state, proposal.answered_at = ProposalState.TAKEN, turn.now
    await withdraw_for(turn, appointment)
    move(appointment, when, turn.now)
    await answer_appointments(turn.session, turn.participant.id, [appointment], Answer.COMING, turn.now)
    await turn.session.flush()
    # The person knows the new time: they chose it, and are told below. So only the reminders are planned anew.
    await turn.replan()
    overlaps = await _others(turn, appointment)
    turn.tell_consultant(
        proposal.consultant_id,
        f"proposal_taken:{proposal.id}",
        title("consultant.proposal_taken", person=name_of(turn.participant)),
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
    near = await appointments_of(turn.session, turn.participant.id, moved.starts_at - _DAY, ends, zone=turn.zone)
    return [a for a in near if a.id != moved.id and a.starts_at + length_of(a) > moved.starts_at]
