"""What is said ahead of one person's appointments, and when: a function of the appointments, policies and wishes.

Keys name the appointment, its version and the rule, so that the same appointments always give the same messages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminders.kinds import Kind, useful_for
from reminders.local_time import QuietHours, to_instant
from reminders.planning.planned_for import ALWAYS, PlannedFor
from reminders.policies.due_times import DueReminder, Policies, Policy, Skipped, due_times, followup_times
from storage.appointment_kinds import MEETINGS
from storage.appointments.schedule import Slot
from storage.outbox.message import Outgoing
from storage.vocabulary import AppointmentKind, Priority, Wishes

# Taken for an appointment whose end is not known.
USUAL_LENGTH = timedelta(hours=1)
# Reminders due within this of each other are said together, at the time of the first.
TOGETHER = timedelta(minutes=30)
# When it is said, the day after a meeting, what comes next; and so long after a meeting it may be.
AFTER_AT = time(10, 0)
AFTER_WITHIN = timedelta(days=4)
# Kinds after which something comes.
GOES_ON = MEETINGS


def appointment_messages(
    reader: PlannedFor,
    slots: Sequence[Slot],
    policies: Policies,
    zone: ZoneInfo,
    now: datetime,
    new: list[Slot] | None = None,
) -> list[Outgoing]:
    """Everything that is still to be said about these appointments; what was due and is still of use included.

    `slots` is sorted by time and holds whole local days, so that the first class of a day is known. To `new` are added
    those that whoever heard nothing of them is told at once: all but classes, which the week's overview tells, unless
    they were made when a reminder of theirs was due already.
    """
    messages: list[Outgoing] = []
    weeks: set[date] = set()
    firsts = _firsts_of_days(slots, zone)
    for slot in slots:
        if slot.starts_at <= now:
            continue
        policy = policies.of(slot.kind, reader.municipality)
        if reader.may_be_told:
            times, is_told = _times_of(reader, slot, policy, zone, now, first_of_day=slot.id in firsts)
            messages.extend(_ahead(reader, slot, times, now, weeks))
            # Who agreed after it was made is reminded of it instead; see _known_since.
            if is_told and new is not None and slot.made_at >= reader.told_since:
                new.append(slot)
        if slot.mandatory and policy.confirmation_followup is not None and slot.kind is not AppointmentKind.CLASS:
            messages.extend(_followups(reader, slot, policy, zone, now))
    messages.extend(_overlaps(reader, slots, now))
    return list({message.key: message for message in reversed(messages)}.values())[::-1]


def after_messages(reader: PlannedFor, slots: Sequence[Slot], zone: ZoneInfo, now: datetime) -> list[Outgoing]:
    """What is said the day after meetings that have begun: what comes next (3.2). To who had agreed by then."""
    messages: list[Outgoing] = []
    for slot in slots:
        if slot.starts_at > now or slot.kind not in GOES_ON or not reader.may_be_told:
            continue
        if slot.starts_at < reader.told_since or slot.made_at > slot.starts_at:
            continue
        day = slot.starts_at.astimezone(zone).date() + timedelta(days=1)
        due_at = reader.quiet_hours.later_than_quiet(to_instant(datetime.combine(day, AFTER_AT), zone).instant)
        useful_until = due_at + useful_for(Kind.NEXT)
        if useful_until > now:
            messages.append(
                Outgoing(
                    key=f"{Kind.NEXT}:{slot.id}:{slot.version}:{reader.id}",
                    kind=Kind.NEXT,
                    due_at=due_at,
                    useful_until=useful_until,
                    person_id=reader.id,
                    appointment_id=slot.id,
                    appointment_version=slot.version,
                    priority=Priority.REMINDER,
                )
            )
    return messages


def together(messages: Sequence[Outgoing]) -> list[Outgoing]:
    """The same messages, by time; those of one recipient that fall close together are all due with the first of them.

    A message is never made later, so it stays out of quiet hours and before its event.
    """
    aligned: list[Outgoing] = []
    first: dict[tuple[int | None, int | None], datetime] = {}
    for message in sorted(messages, key=lambda m: (m.due_at, m.key)):
        to = (message.person_id, message.consultant_id)
        start = first.get(to)
        if start is None or message.due_at - start > TOGETHER:
            first[to] = start = message.due_at
        aligned.append(message if message.due_at == start else replace(message, due_at=start))
    return sorted(aligned, key=lambda m: (m.due_at, m.key))


def _times_of(
    reader: PlannedFor, slot: Slot, policy: Policy, zone: ZoneInfo, now: datetime, *, first_of_day: bool
) -> tuple[tuple[DueReminder, ...], bool]:
    return _times(
        slot.kind,
        slot.starts_at,
        _known_since(reader, slot, now),
        policy,
        reader.quiet_hours,
        zone,
        reader.wishes,
        mandatory=slot.mandatory,
        first_of_day=first_of_day,
    )


def _ahead(
    reader: PlannedFor, slot: Slot, all_times: Sequence[DueReminder], now: datetime, weeks: set[date]
) -> Iterator[Outgoing]:
    """One appointment's reminders. All classes of a week give its overview: it is made for the first of them, and noted
    in `weeks`."""
    kind = Kind.CLASSES if slot.kind is AppointmentKind.CLASS else Kind.REMINDER
    times = [
        due
        for due in all_times
        if due.skipped is None
        and (due.due_at + useful_for(Kind.OVERVIEW) if due.overview_from else due.useful_until) > now
    ]
    # Of those that were due already (the person was linked today, or the service was down) the latest says it all.
    passed = [due for due in times if due.due_at <= now and due.overview_from is None]
    for due in times:
        if due.overview_from is not None:
            if due.overview_from not in weeks:
                weeks.add(due.overview_from)
                yield _overview(reader, due.overview_from, due.due_at)
        elif due not in passed[:-1]:
            yield Outgoing(
                key=f"reminder:{slot.id}:{slot.version}:{due.rule_id}:{reader.id}",
                kind=kind,
                due_at=due.due_at,
                useful_until=due.useful_until,
                person_id=reader.id,
                appointment_id=slot.id,
                appointment_version=slot.version,
                params={"ask": due.ask_confirmation},
                priority=Priority.REMINDER,
            )


# A group of forty has the same lesson at the same hours: that is worked out once, not forty times.
@lru_cache(maxsize=4096)
def _times(
    kind: AppointmentKind,
    starts_at: datetime,
    made_at: datetime,
    policy: Policy,
    quiet_hours: QuietHours,
    zone: ZoneInfo,
    wishes: Wishes,
    *,
    mandatory: bool,
    first_of_day: bool,
) -> tuple[tuple[DueReminder, ...], bool]:
    """The reminders' times, and whether it is told when it is made: a class only where one of them was due before; of
    the rest what the person wishes to hear of."""
    times = tuple(
        due_times(
            kind,
            starts_at,
            made_at,
            policy,
            quiet_hours,
            zone=zone,
            wishes=wishes,
            mandatory=mandatory,
            first_of_day=first_of_day,
        )
    )
    if kind is AppointmentKind.CLASS:
        return times, any(due.skipped is Skipped.PASSED for due in times)
    return times, not times or any(due.skipped is not Skipped.WISH for due in times)


def _known_since(reader: PlannedFor, slot: Slot, now: datetime) -> datetime:
    """Since when its reminders count: nobody who agreed after it was made was told of it at once, so all of them do.

    What is told of a meeting at once says all that a reminder would shortly after.
    """
    if slot.made_at < reader.told_since:
        return ALWAYS
    # Later than now only when the clock went back, or in a preview of an earlier day.
    made_at = min(slot.made_at, now)
    return made_at if slot.kind is AppointmentKind.CLASS else made_at + TOGETHER


def _overview(reader: PlannedFor, first: date, due_at: datetime) -> Outgoing:
    return Outgoing(
        key=f"overview:{reader.id}:{first.isoformat()}",
        kind=Kind.OVERVIEW,
        due_at=due_at,
        useful_until=due_at + useful_for(Kind.OVERVIEW),
        person_id=reader.id,
        params={"monday": first.isoformat()},
        priority=Priority.REMINDER,
    )


def _followups(reader: PlannedFor, slot: Slot, policy: Policy, zone: ZoneInfo, now: datetime) -> Iterator[Outgoing]:
    times = followup_times(slot.starts_at, min(slot.made_at, now), policy, reader.quiet_hours, zone=zone)
    about = f"{slot.id}:{slot.version}:{reader.id}"
    if times.ask_again_at is not None and reader.may_be_told:
        yield Outgoing(
            key=f"confirm_again:{about}",
            kind=Kind.CONFIRM_AGAIN,
            due_at=times.ask_again_at,
            useful_until=slot.starts_at,
            person_id=reader.id,
            appointment_id=slot.id,
            appointment_version=slot.version,
            priority=Priority.REMINDER,
        )
    if times.show_consultant_at is not None and reader.consultant_id is not None:
        yield Outgoing(
            key=f"unconfirmed:{about}:{reader.consultant_id}",
            kind=Kind.UNCONFIRMED,
            due_at=times.show_consultant_at,
            useful_until=slot.starts_at,
            consultant_id=reader.consultant_id,
            about_id=reader.id,
            appointment_id=slot.id,
            appointment_version=slot.version,
            params={"person_id": reader.id},
        )


def _overlaps(reader: PlannedFor, slots: Sequence[Slot], now: datetime) -> Iterator[Outgoing]:
    """The consultant is told of appointments at the same time; two classes of one group are the timetable's matter."""
    if reader.consultant_id is None:
        return
    for place, earlier in enumerate(slots):
        ends_at = earlier.ends_at or earlier.starts_at + USUAL_LENGTH
        for later in slots[place + 1 :]:
            if later.starts_at >= ends_at:
                break
            if earlier.starts_at <= now or (earlier.group_id is not None and earlier.group_id == later.group_id):
                continue
            yield Outgoing(
                key=f"overlap:{_pair(earlier, later)}:{reader.id}:{reader.consultant_id}",
                kind=Kind.OVERLAP,
                due_at=now,
                useful_until=earlier.starts_at,
                consultant_id=reader.consultant_id,
                about_id=reader.id,
                appointment_id=earlier.id,
                appointment_version=earlier.version,
                params={"person_id": reader.id, "other": later.id, "other_version": later.version},
            )


def _pair(earlier: Slot, later: Slot) -> str:
    """What is told once: of two timetables that they overlap, each month, and not every two lessons of theirs."""
    if earlier.group_id is None or later.group_id is None:
        return f"{earlier.id}:{earlier.version}:{later.id}:{later.version}"
    first, second = sorted((earlier.group_id, later.group_id))
    return f"groups:{first}:{second}:{earlier.starts_at:%Y-%m}"


def _firsts_of_days(slots: Sequence[Slot], zone: ZoneInfo) -> frozenset[int]:
    """The ids of each local day's first class."""
    firsts: dict[date, int] = {}
    for slot in slots:
        if slot.kind is AppointmentKind.CLASS:
            firsts.setdefault(slot.starts_at.astimezone(zone).date(), slot.id)
    return frozenset(firsts.values())
