"""Generated timetables: lessons in any order, with broken lines, under new UIDs, exported in part.

What must hold: nobody is told of a change that is none, nothing is cancelled that the file does not cover, and what
can be read is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.local_time import to_wall
from reminders.timetables.difference import TimetableDiff, diff_timetable
from reminders.timetables.occurrences import Timetable
from reminders.timetables.reading import read_timetable

MONDAY = datetime.fromisoformat("2026-03-02")
HORIZON = (date(2026, 1, 1), date(2026, 12, 31))
# Lines that nobody needs, broken in the ways that programs break them.
NOISE = (
    "DESCRIPTION:Neem je boek mee\nen een pen",
    "DESCRIPTION:Deze les\n\nDocent B. (lokaal 3)",
    'ATTENDEE;CN="Jan:mailto:jan@example.org',
    'ORGANIZER="mailto:x@example.org"',
    "X-APPLE-RADIUS=49.9",
    "EXDATE:",
    "RDATE;TZID=Europe/Amsterdam:",
    "zomaar iets achter een omschrijving",
    'X-WR-RELCALID;VALUE="open:1',
)


@dataclass(frozen=True)
class Lesson:
    """One lesson a week, `weeks` times, from a day in March on; minutes are those after midnight."""

    title: str
    place: str
    day: int
    minutes: int
    weeks: int

    def lines(self, uid: str, noise: str = "", expanded: bool = False, skip: frozenset[int] = frozenset()) -> str:
        first = MONDAY + timedelta(days=self.day, minutes=self.minutes)
        weeks = range(self.weeks) if expanded else [0]
        return "\n".join(
            "\n".join(
                [
                    "BEGIN:VEVENT",
                    f"UID:{uid}-{week}" if expanded else f"UID:{uid}",
                    f"DTSTART;TZID=Europe/Amsterdam:{first + timedelta(weeks=week):%Y%m%dT%H%M%S}",
                    "DURATION:PT1H",
                    *([] if expanded else [f"RRULE:FREQ=WEEKLY;COUNT={self.weeks}"]),
                    f"SUMMARY:{self.title}",
                    f"LOCATION:{self.place}",
                    # Last, so that what is broken off cannot belong to a line that is needed.
                    f"DESCRIPTION:les\n{noise}" if noise else "DESCRIPTION:les",
                    "END:VEVENT",
                ]
            )
            for week in weeks
            if week not in skip
        )

    def starts(self) -> set[datetime]:
        first = MONDAY + timedelta(days=self.day, minutes=self.minutes)
        return {first + timedelta(weeks=week) for week in range(self.weeks)}


LESSONS = st.lists(
    st.builds(
        Lesson,
        title=st.sampled_from(["Taal", "KNM", "Rekenen"]),
        place=st.sampled_from(["Lokaal 3", "Lokaal 4"]),
        day=st.integers(0, 4),
        minutes=st.sampled_from([540, 660, 780, 900]),
        weeks=st.integers(1, 4),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda lesson: (lesson.day, lesson.minutes),
)


@dataclass(frozen=True, slots=True)
class Known:
    starts_at: datetime
    ends_at: datetime | None
    summary: str
    location: str | None
    cancelled: bool


def known(timetable: Timetable) -> dict[str, Known]:
    return {o.key: Known(o.starts_at, o.ends_at, o.summary, o.location, o.cancelled) for o in timetable.occurrences}


def read(events: Sequence[str]) -> Timetable:
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])
    return read_timetable(text.encode(), horizon=HORIZON)


def walls(timetable: Timetable) -> list[datetime]:
    return sorted(o.starts_local for o in timetable.occurrences if not o.cancelled)


def is_quiet(found: TimetableDiff) -> bool:
    return not (found.added or found.cancelled or any(change.fields for change in found.changed))


@settings(max_examples=40, deadline=None)
@given(lessons=LESSONS, data=st.data())
def test_another_order_other_uids_and_broken_lines_change_nothing(lessons: list[Lesson], data: st.DataObject) -> None:
    before = read([lesson.lines(f"a{n}") for n, lesson in enumerate(lessons)])
    assert walls(before) == sorted(start for lesson in lessons for start in lesson.starts())
    prefix = data.draw(st.sampled_from(["a", "new"]))
    again = [
        lesson.lines(f"{prefix}{n}", data.draw(st.sampled_from(["", *NOISE])), expanded=data.draw(st.booleans()))
        for n, lesson in enumerate(lessons)
    ]
    after = read(data.draw(st.permutations(again)))
    assert [fault for fault in after.faults if fault.left_out] == []
    assert walls(after) == walls(before)
    assert is_quiet(diff_timetable(known(before), after))


@settings(max_examples=40, deadline=None)
@given(lessons=LESSONS, data=st.data())
def test_what_moves_by_minutes_is_moved_whatever_its_uid(lessons: list[Lesson], data: st.DataObject) -> None:
    before = read([lesson.lines(f"a{n}") for n, lesson in enumerate(lessons)])
    by = data.draw(st.sampled_from([-30, 15, 45]))
    prefix = data.draw(st.sampled_from(["a", "new"]))
    later = [replace(lesson, minutes=lesson.minutes + by) for lesson in lessons]
    after = read([lesson.lines(f"{prefix}{n}") for n, lesson in enumerate(later)])
    found = diff_timetable(known(before), after)
    assert (found.added, found.cancelled, len(found.changed)) == ((), (), len(walls(before)))
    old = known(before)
    assert {
        (old[change.old_key].summary, change.new.starts_at - old[change.old_key].starts_at) for change in found.changed
    } == {(lesson.title, timedelta(minutes=by)) for lesson in lessons}


@settings(max_examples=40, deadline=None)
@given(lessons=LESSONS, data=st.data())
def test_nothing_is_cancelled_outside_the_days_of_a_file(lessons: list[Lesson], data: st.DataObject) -> None:
    before = read([lesson.lines(f"a{n}", expanded=True) for n, lesson in enumerate(lessons)])
    kept = data.draw(st.sets(st.integers(0, 3)))
    prefix = data.draw(st.sampled_from(["a", "new"]))
    skip = frozenset(range(4)) - kept
    after = read([lesson.lines(f"{prefix}{n}", expanded=True, skip=skip) for n, lesson in enumerate(lessons)])
    found = diff_timetable(known(before), after)
    days = {o.starts_local.date() for o in after.occurrences}
    gone = {to_wall(known(before)[key].starts_at).date() for key in found.cancelled}
    assert (found.added, [change for change in found.changed if change.fields]) == ((), [])
    assert all(min(days) < day < max(days) for day in gone)
    assert set(found.cancelled) == set(found.missing)


@settings(max_examples=40, deadline=None)
@given(lessons=LESSONS, data=st.data())
def test_an_event_that_cannot_be_read_costs_itself_only_and_nobody_a_lesson(
    lessons: list[Lesson], data: st.DataObject
) -> None:
    before = read([lesson.lines(f"a{n}") for n, lesson in enumerate(lessons)])
    prefix = data.draw(st.sampled_from(["a", "new"]))
    bad = data.draw(st.integers(0, len(lessons) - 1))
    broken = data.draw(
        st.sampled_from(
            [
                ("DTSTART;TZID=Europe/Amsterdam:", "DTSTART;TZID=Mars/Base:"),
                ("RRULE:FREQ=WEEKLY", "RRULE:FREQ=SOMETIMES"),
                ("DURATION:PT1H", "DURATION:een uur"),
                ("DTSTART;TZID=Europe/Amsterdam:2026", "DTSTART;TZID=Europe/Amsterdam:26-"),
            ]
        )
    )
    events = [lesson.lines(f"{prefix}{n}") for n, lesson in enumerate(lessons)]
    events[bad] = events[bad].replace(*broken)
    after = read(data.draw(st.permutations(events)))
    assert [fault.left_out for fault in after.faults] == [True]
    others = [lesson for n, lesson in enumerate(lessons) if n != bad]
    assert walls(after) == sorted(start for lesson in others for start in lesson.starts())
    found = diff_timetable(known(before), after)
    assert is_quiet(found)


@settings(max_examples=30, deadline=None)
@given(lessons=LESSONS, data=st.data())
def test_a_replacement_that_cannot_be_read_takes_its_day_out_and_nothing_else(
    lessons: list[Lesson], data: st.DataObject
) -> None:
    before = read([lesson.lines(f"a{n}") for n, lesson in enumerate(lessons)])
    n = data.draw(st.integers(0, len(lessons) - 1))
    start = data.draw(st.sampled_from(sorted(lessons[n].starts())))
    replaces = (
        f"BEGIN:VEVENT\nUID:a{n}\nRECURRENCE-ID;TZID=Europe/Amsterdam:{start:%Y%m%dT%H%M%S}\n"
        "DTSTART;TZID=Europe/Amsterdam:morgen\nSUMMARY:verplaatst\nEND:VEVENT"
    )
    events = [lesson.lines(f"a{number}") for number, lesson in enumerate(lessons)]
    after = read(data.draw(st.permutations([*events, replaces])))
    assert walls(after) == sorted(set(walls(before)) - {start})
    assert is_quiet(diff_timetable(known(before), after))


def test_the_same_export_twice_is_the_same_whatever_was_known() -> None:
    lesson = Lesson("Taal", "Lokaal 3", 0, 540, 4)
    once: Mapping[str, Known] = known(read([lesson.lines("a")]))
    assert all(found.starts_at.tzinfo is UTC for found in once.values())
    assert is_quiet(diff_timetable(once, read([lesson.lines("a")])))
