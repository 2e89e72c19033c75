"""Changes: where what is true of an appointment differs from what a person last heard of it, they are told.

Nothing here knows what happened in between. Moved twice in a night, cancelled and restored, stopped and resumed, lost
and moved again: there is a difference between the record (storage/outbox/heard.py) and the appointment, or there is
none. A message that waits is replaced when the difference becomes another one; what it says is worked out when sent.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reminders.kinds import Kind
from reminders.planning.planned_for import ALWAYS, PlannedFor
from storage.appointments.schedule import Slot
from storage.engine.columns import Json
from storage.outbox.heard import HeardOf, what_differs
from storage.outbox.message import Outgoing
from storage.outbox.planning import Earlier
from storage.vocabulary import LOST, ON_ITS_WAY, AppointmentKind, Change, MessageState, Priority, Told

# Closer to the appointment than this, quiet hours do not hold a change back: better woken than at a closed door.
WAKE_FOR = timedelta(hours=1)
# Of more changed classes than this, at once, the next ones are named: as many as stand in one message.
MOST_CLASSES = 8


def change_of(heard: HeardOf, reader: PlannedFor, now: datetime, *, theirs: bool) -> Outgoing | None:
    """The message that puts right what a person heard; None when it is right."""
    what = what_differs(heard, now, theirs=theirs)
    if what is None:
        return None
    # Of what is over nobody need be woken: whoever comes back days later hears of the next one in the morning.
    ahead = min((at for at in (heard.starts_at, heard.now_starts_at) if at > now), default=heard.now_starts_at)
    first_use = {Change.CANCELLED: heard.starts_at, Change.MOVED: ahead}.get(what, heard.now_starts_at)
    last_use = {Change.CANCELLED: heard.starts_at, Change.MOVED: max(heard.starts_at, heard.now_starts_at)}.get(
        what, heard.now_starts_at
    )
    params: dict[str, Json] = {"change": what.value}
    if heard.how is not Told.MORE and what is not Change.MADE:
        params["old_starts_at"], params["old_location"] = heard.starts_at.isoformat(), heard.old_location
    about = (heard.appointment_id, heard.now_version, heard.id)
    return _message(about, reader, now, first_use, last_use, params)


def made(slot: Slot, reader: PlannedFor, now: datetime) -> Outgoing:
    """The message about an appointment of which they heard nothing yet."""
    about = (slot.id, slot.version, 0)
    return _message(about, reader, now, slot.starts_at, slot.starts_at, {"change": Change.MADE.value})


def _message(
    about: tuple[int, int, int],
    reader: PlannedFor,
    now: datetime,
    first_use: datetime,
    last_use: datetime,
    params: dict[str, Json],
) -> Outgoing:
    appointment_id, version, heard_id = about
    due_at = reader.quiet_hours.later_than_quiet(now)
    if due_at >= max(first_use, now) - WAKE_FOR:
        due_at = now
    return Outgoing(
        # Which difference it tells: another version, or something else heard since, is another message.
        key=f"change:{appointment_id}:{version}:{reader.id}:{heard_id}",
        kind=Kind.CHANGE,
        due_at=due_at,
        useful_until=last_use,
        person_id=reader.id,
        appointment_id=appointment_id,
        appointment_version=version,
        params=params,
        priority=Priority.NORMAL,
    )


def in_few_words(changes: Iterable[tuple[Outgoing, AppointmentKind]]) -> list[Outgoing]:
    """One person's changes, and of many classes the next ones only: the last says how many more, and holds which.

    A timetable that is half an hour later for a year is two hundred changes, and nobody reads two hundred.
    """
    kept: list[Outgoing] = []
    classes: list[Outgoing] = []
    for change, kind in changes:
        (classes if kind is AppointmentKind.CLASS else kept).append(change)
    classes.sort(key=lambda change: (change.useful_until or change.due_at, change.key))
    named, more = classes[:MOST_CLASSES], classes[MOST_CLASSES:]
    if more:
        last = named.pop()
        ids: list[Json] = [change.appointment_id for change in more]
        which = hashlib.sha256(" ".join(change.key for change in more).encode()).hexdigest()[:12]
        named.append(replace(last, key=f"{last.key}:{which}", params={**last.params, "more": ids}))
    return [*kept, *named]


def once_each(
    changes: Iterable[Outgoing], earlier: Sequence[Earlier], back_at: Mapping[int, datetime]
) -> list[Outgoing]:
    """The changes that are to be said, or said again, each under a key of its own.

    What was lost is with the consultant then, and is not tried again and again; but it is once more when the person can
    be reached anew (by id: since when, in `back_at`). What was held back because they had stopped is said now.
    """
    found: list[Outgoing] = []
    for change in changes:
        before = [one for one in earlier if one.key == change.key or one.key.startswith(f"{change.key}:after")]
        if not before:
            found.append(change)
            continue
        last = before[-1]
        if last.state in ON_ITS_WAY:
            found.append(replace(change, key=last.key))
        elif last.state is MessageState.CANCELLED or (
            last.state in LOST and back_at.get(change.person_id or 0, ALWAYS) > last.due_at
        ):
            found.append(replace(change, key=f"{change.key}:after{last.id}"))
    return found
