"""A plan for the day of a meeting that somebody must come to: how they go, how long that takes, who has the children.

Who makes such a plan misses fewer meetings. It is asked the day before, of who said that they come, and kept nowhere:
it answers with when to leave home. What stands in the way goes to the consultant.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.actions import meetings
from bot.actions.letters import write_to_consultant
from bot.actions.meetings import MeetingRefused
from bot.dialogue import letters, menu
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.languages import SOURCE
from locales.rendering.message import Button, Part, Text
from reminders.intents import Act, asks, number_in
from reminders.wording.appointment import appointment_line
from storage.appointments.appointments import Appointment
from storage.vocabulary import AppointmentKind, LetterKind

#: How one goes, by a word and its icon.
WAYS: Final = {"foot": "🚶", "bike": "🚲", "bus": "🚌", "car": "🚗"}
#: Minutes on the way that can be chosen.
MINUTES: Final = (15, 30, 45, 60, 90)
_CHILDREN: Final = {"no_children": "👍", "school": "🏫", "family": "👪"}
_NO_MONEY: Final = "no_money"
_NOBODY: Final = "nobody"
# To find the room, and for the bus that is late.
_SPARE: Final = timedelta(minutes=10)
_ROUNDED: Final = 5


def is_asked(turn: Turn, appointment: Appointment) -> bool:
    """Whether a plan is made for this appointment now: a meeting that they must come to, today or tomorrow, and not so
    near that they are on their way."""
    day = appointment.starts_at.astimezone(turn.zone).date()
    is_meeting = appointment.mandatory and appointment.kind is not AppointmentKind.CLASS
    has_place = bool(appointment.location)
    is_near = day - turn.today <= timedelta(days=1) and appointment.starts_at - turn.now > timedelta(hours=3)
    return is_meeting and has_place and is_near


def question(appointment: Appointment) -> tuple[list[Part], list[list[Button]]]:
    """How they go: parts and answers, below "you come to"."""
    kept_free = [part("day_plan.kept_free", name=appointment.with_whom)] if appointment.with_whom else []
    ways = [button(f"day_plan.way.{way}", asks(Act.DAY_PLAN, appointment.id, way), icon) for way, icon in WAYS.items()]
    money = button("day_plan.way.no_money", asks(Act.DAY_PLAN, appointment.id, _NO_MONEY), "💶")
    return [*kept_free, part("day_plan.how")], [ways[:2], ways[2:], [money]]


async def answer(turn: Turn, args: Sequence[str]) -> None:
    """A step of the plan: "dayplan:<appointment>:<way>[:<minutes>[:<children>]]"."""
    appointment = await meetings.to_answer(turn.acting, turn.person.id, number_in(args))
    if isinstance(appointment, MeetingRefused):
        turn.say(part("appointment.unknown"), buttons=[menu.back()])
        return
    way, minutes, children = (*args[1:4], "", "", "")[:3]
    if way == _NO_MONEY:
        await _tell(turn, appointment, "day_plan.says_no_money")
    elif way not in WAYS:
        parts, rows = question(appointment)
        turn.say(*parts, buttons=[*rows, menu.back()])
    elif number_in([minutes]) not in MINUTES:
        _ask_how_long(turn, appointment, way)
    elif children == _NOBODY:
        await _tell(turn, appointment, "day_plan.says_nobody", number_in([minutes]))
    elif children not in _CHILDREN:
        _ask_children(turn, appointment, way, number_in([minutes]))
    else:
        turn.say(*_when(turn, appointment, number_in([minutes])), buttons=_after(appointment), card="done:✅")


def _ask_how_long(turn: Turn, appointment: Appointment, way: str) -> None:
    choices = [
        button("day_plan.minutes", asks(Act.DAY_PLAN, appointment.id, way, minutes), WAYS[way], minutes=minutes)
        for minutes in MINUTES
    ]
    rows = [choices[at : at + 2] for at in range(0, len(choices), 2)]
    turn.say(title("day_plan.how_long"), buttons=[*rows, menu.back()], card=f"icon:{WAYS[way]}")


def _ask_children(turn: Turn, appointment: Appointment, way: str, minutes: int) -> None:
    so_far = (Act.DAY_PLAN, appointment.id, way, minutes)
    turn.say(
        title("day_plan.children"),
        buttons=[
            *([button(f"day_plan.child.{who}", asks(*so_far, who), icon)] for who, icon in _CHILDREN.items()),
            [button("day_plan.child.nobody", asks(*so_far, _NOBODY), "🆘")],
            menu.back(),
        ],
        card="icon:👶",
    )


def _when(turn: Turn, appointment: Appointment, minutes: int) -> list[Part]:
    leave = appointment.starts_at - timedelta(minutes=minutes) - _SPARE
    leave -= timedelta(minutes=leave.minute % _ROUNDED, seconds=leave.second, microseconds=leave.microsecond)
    if leave <= turn.now:
        return [Part(appointment_line(appointment))]
    return [title("day_plan.leave", at=leave), Part(appointment_line(appointment))]


def _after(appointment: Appointment) -> list[list[Button]]:
    return [[button("button.calendar", asks(Act.CALENDAR, appointment.id), "🗓️")], menu.back()]


async def _tell(turn: Turn, appointment: Appointment, key: str, minutes: int | None = None) -> None:
    """What stands in the way, to the consultant in the person's name; they come all the same."""
    said = turn.services.renderer.say(Text(key, {"what": appointment_line(appointment)}), SOURCE)
    written = await write_to_consultant(turn.acting, LetterKind.MESSAGE, letters.words(turn, said))
    told = title("day_plan.passed_on") if written.told else letters.whom_to_call(turn)
    shown = _when(turn, appointment, minutes) if minutes is not None else [Part(appointment_line(appointment))]
    turn.say(told, *shown, buttons=_after(appointment))
