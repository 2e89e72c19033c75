"""What holds of planning for any appointments, wishes, quiet hours and present moment."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.kinds import Kind
from reminders.local_time import QuietHours
from reminders.planning.about_appointments import TOGETHER, appointment_messages, together
from reminders.planning.planned_for import PlannedFor
from reminders.policies.due_times import Policies
from storage.appointments.schedule import Slot
from storage.vocabulary import AppointmentKind, Wishes

ZONE = ZoneInfo("Europe/Amsterdam")
# From before the autumn night of 2026 until after the spring night of 2027.
FIRST = datetime(2026, 10, 1, tzinfo=UTC)
minutes = st.integers(0, 200 * 24 * 60).map(lambda count: FIRST + timedelta(minutes=count))
quiet = st.sampled_from(["21:00-08:00", "20:00-09:00", "22:30-06:15", "13:00-14:00"])


@st.composite
def slots(draw: st.DrawFn) -> list[Slot]:
    found: list[Slot] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        starts_at = draw(minutes)
        kind = draw(st.sampled_from(AppointmentKind))
        found.append(
            Slot(
                id=number,
                kind=kind,
                starts_at=starts_at,
                ends_at=draw(st.sampled_from([None, starts_at + timedelta(hours=2)])),
                made_at=draw(minutes),
                mandatory=draw(st.booleans()),
                version=draw(st.integers(1, 3)),
                person_id=None if kind is AppointmentKind.CLASS else 7,
                group_id=1 if kind is AppointmentKind.CLASS else None,
            )
        )
    return sorted(found, key=lambda slot: (slot.starts_at, slot.id))


@st.composite
def readers(draw: st.DrawFn) -> PlannedFor:
    return PlannedFor(
        id=7,
        municipality="Huizen",
        quiet_hours=QuietHours.parse(draw(quiet), ZONE),
        wishes=draw(st.sampled_from(Wishes)),
        consultant_id=draw(st.sampled_from([None, 3])),
        may_be_told=draw(st.booleans()),
    )


@settings(max_examples=150, deadline=None)
@given(readers(), slots(), minutes)
def test_planned_messages(reader: PlannedFor, coming: list[Slot], now: datetime) -> None:
    messages = appointment_messages(reader, coming, Policies(), ZONE, now)
    starts = {slot.id: slot.starts_at for slot in coming}
    assert len({message.key for message in messages}) == len(messages)
    assert appointment_messages(reader, coming, Policies(), ZONE, now) == messages
    for message in messages:
        assert message.useful_until is not None
        assert message.useful_until > now
        assert message.due_at < message.useful_until
        if message.appointment_id is not None:
            # No reminder at or after its event, and none for what has begun.
            assert message.useful_until <= starts[message.appointment_id]
            assert starts[message.appointment_id] > now
        if message.person_id is not None:
            assert reader.may_be_told
            assert not reader.quiet_hours.is_quiet(message.due_at)
        else:
            assert message.consultant_id == reader.consultant_id is not None
            assert message.about_id == reader.id


@settings(max_examples=100, deadline=None)
@given(readers(), slots(), minutes)
def test_joining_moves_messages_earlier_only_and_a_little(
    reader: PlannedFor, coming: list[Slot], now: datetime
) -> None:
    messages = appointment_messages(reader, coming, Policies(), ZONE, now)
    before = {message.key: message for message in messages}
    joined = together(messages)
    assert {message.key for message in joined} == before.keys()
    for message in joined:
        assert timedelta(0) <= before[message.key].due_at - message.due_at <= TOGETHER
    for person in (True, False):
        times = sorted({m.due_at for m in joined if (m.person_id is not None) is person})
        assert all(later - earlier > TOGETHER for earlier, later in pairwise(times))
    assert together(joined) == joined


@settings(max_examples=100, deadline=None)
@given(readers(), slots(), minutes, st.integers(0, 60 * 24 * 30))
def test_looking_later_adds_nothing_for_the_past(
    reader: PlannedFor, coming: list[Slot], now: datetime, later: int
) -> None:
    """As time passes, messages drop out; those that remain keep their times."""
    earlier = {m.key: m for m in appointment_messages(reader, coming, Policies(), ZONE, now) if m.kind != Kind.OVERLAP}
    afterwards = appointment_messages(reader, coming, Policies(), ZONE, now + timedelta(minutes=later))
    for message in afterwards:
        if message.kind != Kind.OVERLAP:
            assert earlier.get(message.key) in (message, None)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 180))
def test_wall_time_is_constant_over_both_nights(hour: int, minute: int, days: int) -> None:
    """A class at the same wall time each week is always told at the same wall time."""
    starts = datetime(2026, 10, 5, hour, minute, tzinfo=ZONE) + timedelta(days=days)
    reader = PlannedFor(7, "Huizen", QuietHours.parse("21:00-08:00", ZONE), Wishes.EVERYTHING, None, may_be_told=True)
    told: set[str] = set()
    for week in range(26):
        at = starts + timedelta(weeks=week)
        slot = Slot(1, AppointmentKind.CLASS, at.astimezone(UTC), None, FIRST - timedelta(days=30), True, 1, None, 1)
        messages = appointment_messages(reader, [slot], Policies(), ZONE, FIRST - timedelta(days=29))
        told |= {f"{m.kind} {m.due_at.astimezone(ZONE):%a %H:%M}" for m in messages}
    assert len(told) == 2
