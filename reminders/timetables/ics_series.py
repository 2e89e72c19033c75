"""All VEVENTs of one UID as series: the newest versions, what replaces single classes, and what of them is unclear.

Some programs give one UID to two lessons a day, others repeat an event in an older version; both are told apart here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from reminders.timetables.ics_events import (
    CalendarZones,
    EventRecord,
    read_event,
    read_replaced_start,
)
from reminders.timetables.ics_lines import IcsBlock
from reminders.timetables.ics_times import EventFault, Oddity, WholeDays


@dataclass(frozen=True, slots=True)
class EventBlock:
    """One VEVENT, with what its calendar says of it. `all_cancelled` = METHOD:CANCEL."""

    block: IcsBlock
    zones: CalendarZones
    all_cancelled: bool

    @property
    def replaces(self) -> bool:
        """Whether it stands for a class of a series, and not for the series."""
        return self.block.first("RECURRENCE-ID") is not None

    @property
    def title(self) -> str:
        """Its SUMMARY; empty when it has none."""
        return self.block.title()


@dataclass(frozen=True, slots=True)
class WholeDayEvent:
    """What is said of whole days, both included."""

    summary: str
    first: date
    last: date
    line: int


@dataclass(slots=True)
class Series:
    """What the VEVENTs of one UID come to.

    `records`: each list is a series, itself first (or the replacements of a series that is not in the file).
    `unread` = nothing of this UID may be used. `unclear` are starts (wall times of their record's zone) of which it is
    not known what became of them: `faults` say why.
    """

    records: list[list[EventRecord]] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    # With the title of the event that each is about.
    faults: list[tuple[str, EventFault]] = field(default_factory=list)
    whole_days: list[WholeDayEvent] = field(default_factory=list)
    unclear: list[tuple[datetime, EventRecord | None]] = field(default_factory=list)
    unread: bool = False
    called_off: bool = False


def read_series(parts: Sequence[EventBlock]) -> Series:
    """Read the VEVENTs of one UID; their order in the file does not matter."""
    found = Series()
    masters = _masters([part for part in parts if not part.replaces], found)
    main = masters[0] if masters else None
    replacements: list[EventRecord] = []
    for part in parts:
        if part.replaces and not found.unread:
            record = _replacement(part, main, found)
            if record is not None:
                replacements.append(replace(record, cancelled=True) if part.all_cancelled else record)
    replacements = _newest_replacements(replacements, main, found)
    if found.unread:
        found.records = []
        return found
    cancelled_lines = {part.block.line for part in parts if part.all_cancelled}
    found.called_off = any(master.line in cancelled_lines for master in masters)
    unclear = tuple(start for start, _ in found.unclear)
    replacements = [record for record in replacements if record.recurrence_id not in unclear]
    # The old time is not what takes place either.
    masters = [replace(master, exdates=(*master.exdates, *unclear)) if master.recurs else master for master in masters]
    if masters:
        found.records = [[master] for master in masters]
        for record in replacements:
            found.records[_index_of(masters, record)].append(record)
    elif replacements:
        found.records = [replacements]
    found.oddities.extend(oddity for records in found.records for record in records for oddity in record.oddities)
    return found


def _masters(parts: Sequence[EventBlock], found: Series) -> list[EventRecord]:
    read: list[EventRecord] = []
    for part in parts:
        try:
            record = read_event(part.block, part.zones)
        except WholeDays as days:
            found.whole_days.append(WholeDayEvent(part.title, days.first, days.last, days.line))
        except EventFault as fault:
            found.unread = True
            found.faults.append((part.title, fault))
        else:
            read.append(replace(record, cancelled=True) if part.all_cancelled else record)
    kept: list[EventRecord] = []
    for record in _newest_first(read):
        other = next((newer for newer in kept if _is_same_event(newer, record)), None)
        if other is None:
            kept.append(record)
        elif _rank(other) == _rank(record) and not _says_the_same(other, record):
            message = "two events have the same UID and start: only one of them is used; give each a UID of its own"
            found.faults.append((record.summary, EventFault("uid_twice", message, record.line)))
        elif other.starts != record.starts and other.summary.casefold() != record.summary.casefold():
            message = f"an older version of the event on line {other.line}: it was passed over"
            found.oddities.append(Oddity("older_version", message, record.line))
    if len(kept) > 1:
        message = "several lessons have the same UID; all are used, but give each a UID of its own"
        found.oddities.append(Oddity("uid_twice", message, max(record.line for record in kept)))
    return sorted(kept, key=lambda record: (record.starts, record.summary))


def _replacement(part: EventBlock, main: EventRecord | None, found: Series) -> EventRecord | None:
    try:
        return read_event(part.block, part.zones, main)
    except WholeDays as days:
        title = part.title
        start = read_replaced_start(part.block, part.zones, main)
        if main is None:
            found.whole_days.append(WholeDayEvent(title, days.first, days.last, days.line))
        elif start is None:
            found.unread = True
            found.faults.append((part.title, days))
        else:
            message = f"the class of {start:%Y-%m-%d %H:%M} became an event of whole days ({title[:60]}): cancelled"
            oddity = Oddity("whole_day_instead", message, days.line)
            found.whole_days.append(WholeDayEvent(title, days.first, days.last, days.line))
            return replace(
                main,
                line=part.block.line,
                starts=start,
                ends=None,
                cancelled=True,
                rules=(),
                exdates=(),
                rdates=(),
                recurrence_id=start,
                oddities=(oddity,),
            )
    except EventFault as fault:
        found.faults.append((part.title, fault))
        start = read_replaced_start(part.block, part.zones, main)
        if start is None:
            found.unread = True
        else:
            found.unclear.append((start, main))
    return None


def _newest_replacements(
    replacements: Sequence[EventRecord], main: EventRecord | None, found: Series
) -> list[EventRecord]:
    """One for each class; where two say different things and neither is newer, the class is unclear."""
    kept: dict[tuple[datetime | None, bool], EventRecord] = {}
    for record in _newest_first(replacements):
        other = kept.setdefault((record.recurrence_id, record.this_and_future), record)
        if _rank(other) == _rank(record) and not _says_the_same(other, record) and record.recurrence_id is not None:
            message = "two events replace the same class and neither is newer: the class is left as it was"
            found.faults.append((record.summary, EventFault("uid_twice", message, record.line)))
            found.unclear.append((record.recurrence_id, main))
            found.unread = found.unread or record.this_and_future
    return list(kept.values())


def _index_of(masters: Sequence[EventRecord], record: EventRecord) -> int:
    """Which of several series of one UID a replacement belongs to: the one that has a class at that time."""
    start = record.recurrence_id or record.starts

    def distance(index: int) -> tuple[bool, bool, bool]:
        master = masters[index]
        return (
            master.starts.time() != start.time(),
            not master.recurs and master.starts != start,
            master.starts.weekday() != start.weekday(),
        )

    return min(range(len(masters)), key=distance)


def _rank(record: EventRecord) -> tuple[int, str]:
    return record.sequence, record.stamp


def _newest_first(records: Sequence[EventRecord]) -> list[EventRecord]:
    """By version; of those that are equally new in an order that is not the file's, what is cancelled first."""

    def content(record: EventRecord) -> tuple[object, ...]:
        texts = (record.summary, record.location or "", record.description or "", str(record.ends))
        return (not record.cancelled, record.starts, *texts)

    return sorted(sorted(records, key=content), key=_rank, reverse=True)


def _is_same_event(one: EventRecord, other: EventRecord) -> bool:
    """Versions of one event; otherwise they are two lessons that share a UID."""
    if one.starts == other.starts or one.sequence != other.sequence:
        return True
    return one.stamp != other.stamp and one.summary.casefold() == other.summary.casefold()


def _says_the_same(one: EventRecord, other: EventRecord) -> bool:
    return replace(one, line=0) == replace(other, line=0)
