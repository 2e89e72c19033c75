"""Another time, proposed by the consultant and chosen by the person; the appointment moves when they choose."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update

from bot.dialogue.consultants.common import menu_rows, own_meeting
from bot.dialogue.consultants.moments import moment_of, pick_moment
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Text
from reminders.wording.absence import can_be_moved
from reminders.wording.appointment import appointment_line, name_of
from storage.appointments.appointments import Appointment
from storage.appointments.changing import length_of
from storage.appointments.proposals import Proposal
from storage.vocabulary import ProposalState

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
        consultant_id=turn.consultant.id,
        times=",".join(moment.isoformat() for moment in moments),
        made_at=turn.now,
    )
    turn.session.add(proposal)
    await turn.session.flush()
    turn.audit("proposed_time", f"person:{person_id}")
    turn.tell_person(
        person_id,
        f"proposal:{proposal.id}",
        title("proposal.title", consultant=turn.consultant.name),
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
