"""Another time, proposed by the consultant and chosen by the person; the appointment moves when they choose."""

from collections.abc import Sequence
from datetime import datetime

from bot.actions import proposals
from bot.actions.absences import seen
from bot.actions.meetings import Meeting, MeetingRefused
from bot.dialogue.consultants.common import as_shown, menu_rows, own_meeting
from bot.dialogue.consultants.moments import moment_of, pick_moment
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Part, Text
from reminders.intents import Act, asks, asks_more, number_in
from reminders.wording.absence import ASKED
from reminders.wording.appointment import name_of
from storage.appointments.changing import length_of


async def propose(turn: Turn, args: Sequence[str]) -> None:
    """Up to three times: "time:<appointment>:<version>[-<report>][:<moment>-<moment>…[:send]]"; "-" at the end asks for
    more. Where the button stood on a report that ended meanwhile, that is said instead."""
    version, _, why = (args[1] if len(args) > 1 else "").partition("-")
    if why and await _is_over(turn, number_in(args), why):
        return
    args = [*args[:1], version, *args[2:]]
    if list(args[3:4]) == ["send"]:
        moments = _moments(turn, args[2].split("-"))
        done = as_shown(turn, await proposals.propose(turn.acting, number_in(args), number_in(args, 1), moments))
        if done is not None and not _refused(turn, done):
            turn.say(part("consultant.proposed", person=name_of(done.person)), buttons=menu_rows())
        return
    found = await own_meeting(turn, args)
    if found is None or _refused(turn, found):
        return
    appointment, person = found.appointment, found.person
    so_far = asks(Act.PROPOSE_TIME, appointment.id, f"{appointment.version}-{why}" if why else appointment.version)
    *chosen, last = (args[2] if len(args) > 2 else "").split("-")
    chosen = [text for text in dict.fromkeys(chosen) if _ahead(turn, text)][: proposals.MOST - 1]
    before = "".join(f"{text}-" for text in chosen)
    when = await pick_moment(turn, so_far, last, [person], length_of(appointment), appointment, before)
    if when is None:
        return
    times = list(dict.fromkeys([*chosen, last]))
    turn.say(
        title("consultant.propose_these", person=name_of(person)),
        *(Part(Text("consultant.to_when", {"at": moment})) for moment in _moments(turn, times)),
        buttons=[
            [button("consultant.propose_send", asks_more(so_far, "-".join(times), "send"), "✅")],
            *(
                [[button("consultant.propose_more", asks_more(so_far, f"{'-'.join(times)}-"), "➕")]]
                if len(times) < proposals.MOST
                else []
            ),
            *menu_rows()[-1:],
        ],
    )


async def _is_over(turn: Turn, appointment_id: int, why: str) -> bool:
    """Whether the person comes after all, or does not ask for another time any more; says so."""
    if why == ASKED:
        person = await proposals.asks_no_more(turn.acting, appointment_id)
        key = "consultant.comes_as_it_is"
    else:
        person = await seen.person_of_withdrawn(turn.acting, number_in([why]))
        key = "consultant.was_withdrawn"
    if person is None:
        return False
    turn.say(part(key, person=name_of(person)), buttons=menu_rows())
    return True


def _refused(turn: Turn, found: Meeting) -> bool:
    """Says why no other time can be proposed; for a meeting that began it can, as when the person could not come."""
    match found.refused:
        case None | MeetingRefused.BEGUN:
            return False
        case MeetingRefused.PAST:
            turn.say(part("consultant.choose_again"), buttons=menu_rows())
        case _:
            turn.say(part("consultant.cannot_move"), buttons=menu_rows())
    return True


def _ahead(turn: Turn, text: str) -> bool:
    moment = moment_of(turn, text)
    return moment is not None and moment > turn.now


def _moments(turn: Turn, texts: Sequence[str]) -> list[datetime]:
    return sorted(moment for text in texts if (moment := moment_of(turn, text)) is not None)
