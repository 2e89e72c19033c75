"""A report from what somebody wrote: reason, days and hours are filled in, and only the rest is asked.

"My child is ill, tomorrow I cannot come" is a summary to confirm in one tap. Days without an appointment are said to be
so, and which one is meant is asked.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from bot.actions.absences import drafts
from bot.dialogue.appointments.absence_draft import AFTERWARDS, open_draft
from bot.dialogue.appointments.absence_questions import AHEAD, ask_confirmation, ask_which, ask_why
from bot.dialogue.memory import DAYS_SAID_IN
from bot.dialogue.turn import Turn
from bot.understanding.acts import DayPart, NextOne, Understanding, When
from locales.rendering.message import Part, Text
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.vocabulary import AppointmentKind

#: The hours that a part of the day begins and ends at.
_HOURS: Final = {DayPart.MORNING: (0, 12), DayPart.AFTERNOON: (12, 18), DayPart.EVENING: (17, 24)}


async def start(turn: Turn, text: str, heard: Understanding) -> None:
    """Open a report with what was said in it, and ask what was not."""
    draft = await open_draft(turn, text, heard)
    if heard.reason is not None:
        await drafts.give_reason(turn.acting, draft, heard.reason)
    if not await _fill_days(turn, draft, heard.when):
        await ask_which(turn, draft)
        return
    turn.remember(DAYS_SAID_IN, draft.id)
    await (ask_why if draft.reason is None else ask_confirmation)(turn, draft)


async def _fill_days(turn: Turn, draft: Absence, when: When) -> bool:
    """Whether the days that were said are clear, and hold something to be absent from."""
    first, last = when.first, when.last
    if when.next_one is not None and (first is None or when.since):
        return await _fill_next(turn, draft, when.next_one)
    if first is None or not turn.today - AFTERWARDS <= first <= turn.today + AHEAD:
        return False
    if when.since:
        await drafts.include_all_from(turn.acting, draft, first)
        return True
    last = min(last or first, first + AHEAD)
    is_over = last < turn.today
    if is_over:
        found = await drafts.missed_between(turn.acting, turn.person.id, first, last)
    else:
        ahead = await drafts.ahead_between(turn.acting, turn.person.id, max(first, turn.today), last)
        found = _meant(turn, ahead, when)
    if not found:
        turn.say(Part(Text("absence.none_on", {"on": first})))
        return False
    if is_over or when.at is not None or when.part is not None:
        await drafts.include_these(turn.acting, draft, found)
    else:
        await drafts.include_days(turn.acting, draft, max(first, turn.today), last)
    return True


async def _fill_next(turn: Turn, draft: Absence, which: NextOne) -> bool:
    """Whether it is clear which is the next: "my next appointment" is no lesson where a meeting comes later."""
    found = await drafts.ahead_between(turn.acting, turn.person.id, turn.today, turn.today + AHEAD)
    # One that has begun can be reported, and is not the next.
    ahead = [one for one in found if one.starts_at > turn.acting.now]
    lessons = [one for one in ahead if one.kind is AppointmentKind.CLASS]
    meetings = [one for one in ahead if one.kind is not AppointmentKind.CLASS]
    found = (lessons if which is NextOne.LESSON else meetings) or ahead
    if not found or (which is NextOne.MEETING and meetings and found[0] is not ahead[0]):
        return False
    await drafts.include_these(turn.acting, draft, found[:1])
    return True


def _meant(turn: Turn, appointments: Sequence[Appointment], when: When) -> list[Appointment]:
    """Those at the hour or in the part of the day that was said; "nine o'clock" may be in the evening."""
    hours = range(*_HOURS[when.part]) if when.part is not None else range(24)
    found = []
    for appointment in appointments:
        starts_at = appointment.starts_at.astimezone(turn.zone)
        at = when.at is None or (starts_at.minute == when.at.minute and starts_at.hour % 12 == when.at.hour % 12)
        if at and starts_at.hour in hours:
            found.append(appointment)
    return found


def is_on(turn: Turn, appointment: Appointment, when: When) -> bool:
    """Whether an appointment is on the days that were said; any is where none were."""
    on: date = appointment.starts_at.astimezone(turn.zone).date()
    last = when.last if when.last is not None else on + timedelta(days=1)
    return (when.first is None or when.first <= on) and on <= last
