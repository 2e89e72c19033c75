"""Days and times to choose from in the chat: working days in pages, half hours with the free ones first."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.dialogue.consultants.common import caseload
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Text, verbatim
from reminders.intents import asks_more
from reminders.local_time import to_instant
from reminders.working_time import is_working_day
from storage.appointments.appointments import Appointment, appointments_of, day_bounds, meetings_between
from storage.appointments.changing import length_of
from storage.people.people import Person

DAYS: Final = 10
FARTHEST: Final = timedelta(days=365)
_FIRST, _LAST, _STEP = time(9, 0), time(16, 30), timedelta(minutes=30)
_MOMENT: Final = "%y%m%d%H%M"


def moment_of(turn: Turn, text: str) -> datetime | None:
    """The instant that a button names as local wall time ("2611251430"); None for anything else."""
    try:
        wall = datetime.strptime(text, _MOMENT)  # noqa: DTZ007 - a wall time, made an instant below
    except ValueError:
        return None
    if not text.isascii() or len(text) != len("2611251430") or not wall.date() <= turn.today + FARTHEST:
        return None
    return to_instant(wall, turn.zone).instant


async def pick_moment(
    turn: Turn,
    so_far: str,
    chosen: str,
    with_people: Sequence[Person],
    length: timedelta,
    instead_of: Appointment | None = None,
    before: str = "",
) -> datetime | None:
    """The moment a button names, when it lies ahead; otherwise asks for the day, or for the time on the chosen day.

    `before` stands in front of what is chosen, in the buttons: the times that were chosen already. `chosen` is "" or
    "d<page>" (days), "yymmdd" (a day) or "yymmddHHMM".
    """
    when = moment_of(turn, chosen)
    if when is not None:
        if when > turn.now:
            return when
        turn.say(part("consultant.is_past"))
    day = _day_of(turn, chosen)
    if day is None:
        _ask_day(turn, so_far, before, chosen)
    else:
        await _ask_time(turn, so_far, before, day, with_people, length, instead_of)
    return None


def _day_of(turn: Turn, text: str) -> date | None:
    try:
        day = datetime.strptime(text, "%y%m%d").date()  # noqa: DTZ007 - a local day
    except ValueError:
        return None
    return day if len(text) == len("261125") and turn.today <= day <= turn.today + FARTHEST else None


def _ask_day(turn: Turn, so_far: str, before: str, chosen: str) -> None:
    page = int(chosen[1:]) if chosen[:1] == "d" and chosen[1:].isdecimal() and len(chosen) < 4 else 0
    days: list[date] = []
    day = turn.today
    while len(days) < (page + 1) * DAYS:
        if is_working_day(day, turn.services.holidays):
            days.append(day)
        day += timedelta(days=1)
    buttons = [
        Button(Text("consultant.day", {"on": day}), asks_more(so_far, f"{before}{day:%y%m%d}"), "📅")
        for day in days[page * DAYS :]
    ]
    row = [button("consultant.page_before", asks_more(so_far, f"{before}d{page - 1}"), "◀️")] if page else []
    if page < FARTHEST.days // (2 * DAYS):
        row.append(button("consultant.page_after", asks_more(so_far, f"{before}d{page + 1}"), "▶️"))
    turn.say(title("consultant.which_day"), buttons=[*(buttons[i : i + 2] for i in range(0, DAYS, 2)), row])


async def _ask_time(
    turn: Turn,
    so_far: str,
    before: str,
    day: date,
    with_people: Sequence[Person],
    length: timedelta,
    instead_of: Appointment | None,
) -> None:
    """Half hours of the day: free ones first; one that is taken is offered too, marked."""
    taken = await _taken(turn, day, with_people, instead_of)
    free: list[Button] = []
    busy: list[Button] = []
    wall = datetime.combine(day, _FIRST)
    while wall.time() <= _LAST:
        starts = to_instant(wall, turn.zone).instant
        if starts > turn.now:
            overlaps = any(start < starts + length and starts < end for start, end in taken)
            label = verbatim(f"{wall:%H:%M}")
            (busy if overlaps else free).append(
                Button(label, asks_more(so_far, f"{before}{wall.strftime(_MOMENT)}"), "⚠️" if overlaps else "🕘")
            )
        wall += _STEP
    if not free and not busy:
        turn.say(part("consultant.is_past"))
        _ask_day(turn, so_far, before, "")
        return
    ordered = [*free, *busy]
    turn.say(
        title("consultant.which_time", on=Text("consultant.day", {"on": day})),
        *([part("consultant.taken_marked")] if busy else []),
        buttons=[ordered[i : i + 4] for i in range(0, len(ordered), 4)],
    )


async def _taken(
    turn: Turn, day: date, with_people: Sequence[Person], instead_of: Appointment | None
) -> list[tuple[datetime, datetime]]:
    """When the people or the consultant have something else on a local day."""
    since, until = day_bounds(day, turn.zone)
    found: dict[int, Appointment] = {}
    for person in with_people:
        found.update((a.id, a) for a in await appointments_of(turn.session, person.id, since, until, zone=turn.zone))
    mine = await meetings_between(turn.session, [person.id for person in await caseload(turn)], since, until)
    # Who it is with stands in an encrypted column, so it is compared here.
    found.update((a.id, a) for a in mine if a.with_whom == turn.consultant.name)
    return [
        (a.starts_at, a.starts_at + length_of(a)) for a in found.values() if instead_of is None or a.id != instead_of.id
    ]
