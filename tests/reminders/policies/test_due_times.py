from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.local_time import AMSTERDAM, QuietHours, to_instant, to_wall
from reminders.policies.due_times import (
    DEFAULT_POLICIES,
    AppointmentKind,
    DueReminder,
    FollowupTimes,
    HoursBefore,
    Policy,
    Rule,
    Skipped,
    WeeklyOverview,
    Wishes,
    due_times,
    followup_times,
)

TABLE = Path(__file__).with_name("due_times_table.tsv")
QUIET = QuietHours.parse("21:00-08:00")


def local(text: str) -> datetime:
    return to_instant(datetime.fromisoformat(text)).instant


def _table() -> Sequence[object]:
    cases = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            label, *values = line.split("\t")
            cases.append(pytest.param(*values, id=label))
    return cases


def _shown(reminder: DueReminder, like: str) -> str:
    if reminder.skipped is not None:
        return f"{reminder.rule_id}!{reminder.skipped}"
    if like.endswith("Z"):
        return f"{reminder.rule_id}={reminder.due_at:%Y-%m-%dT%H:%MZ}"
    return f"{reminder.rule_id}={to_wall(reminder.due_at):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(("kind", "starts", "options", "expected"), _table())
def test_due_times_by_the_table(kind: str, starts: str, options: str, expected: str) -> None:
    given_options = dict(option.partition("=")[::2] for option in options.split())
    quiet = given_options.get("quiet", "21:00-08:00")
    found = due_times(
        AppointmentKind(kind),
        local(starts),
        local(given_options.get("made", "2026-01-01T12:00")),
        DEFAULT_POLICIES[AppointmentKind(kind)],
        None if quiet == "none" else QuietHours.parse(quiet),
        wishes=Wishes(given_options.get("wishes", "everything")),
        mandatory="voluntary" not in given_options,
        first_of_day="second" not in given_options,
    )
    wanted = {word.replace("!", "=").partition("=")[0]: word for word in expected.split()}
    assert {r.rule_id: _shown(r, wanted.get(r.rule_id, "")) for r in found} == wanted


def test_a_reminder_is_of_use_until_its_start_and_no_longer_than_the_rule_says() -> None:
    short = Policy(rules=(Rule(id="day", timing=HoursBefore(timedelta(hours=24)), useful_for=timedelta(hours=6)),))
    [found] = due_times(AppointmentKind.OTHER, local("2026-05-11T14:00"), local("2026-05-01T00:00"), short, None)
    assert (found.due_at, found.useful_until) == (local("2026-05-10T14:00"), local("2026-05-10T20:00"))
    [found, *_] = due_times(
        AppointmentKind.OTHER,
        local("2026-05-11T14:00"),
        local("2026-05-01T00:00"),
        DEFAULT_POLICIES[AppointmentKind.OTHER],
        None,
    )
    assert found.useful_until == local("2026-05-11T14:00")


def test_a_merged_reminder_keeps_the_question() -> None:
    policy = Policy(
        rules=(
            Rule(id="morning", timing=HoursBefore(timedelta(hours=24))),
            Rule(id="ask", timing=HoursBefore(timedelta(hours=12)), ask_confirmation=True),
        )
    )
    found = due_times(
        AppointmentKind.OTHER,
        local("2026-05-11T20:00"),
        local("2026-05-01T00:00"),
        policy,
        QuietHours.parse("21:00-19:59"),
    )
    assert [(r.rule_id, r.ask_confirmation, r.skipped) for r in found] == [
        ("morning", True, None),
        ("ask", True, Skipped.COLLAPSED),
    ]


@pytest.mark.parametrize(
    ("starts", "made", "ask", "show"),
    [
        pytest.param(
            "2026-03-19T14:00", "2026-03-01T12:00", "2026-03-16T12:00", "2026-03-17T09:00", id="Thursday meeting"
        ),
        pytest.param(
            "2026-03-16T14:00", "2026-03-01T12:00", "2026-03-13T12:00", "2026-03-13T09:00", id="Monday: shown on Friday"
        ),
        pytest.param(
            "2026-03-17T14:00",
            "2026-03-01T12:00",
            "2026-03-14T12:00",
            "2026-03-13T09:00",
            id="Tuesday: shown on Friday",
        ),
        pytest.param("2026-03-19T14:00", "2026-03-16T13:00", None, "2026-03-17T09:00", id="made late: not asked twice"),
        pytest.param("2026-03-19T14:00", "2026-03-18T13:00", None, None, id="made the day before"),
    ],
)
def test_an_unconfirmed_meeting_is_asked_again_and_then_shown(
    starts: str, made: str, ask: str | None, show: str | None
) -> None:
    policy = DEFAULT_POLICIES[AppointmentKind.PROGRESS_MEETING]
    assert followup_times(local(starts), local(made), policy, QUIET) == FollowupTimes(
        ask_again_at=None if ask is None else local(ask), show_consultant_at=None if show is None else local(show)
    )


def test_nobody_is_asked_again_about_a_class() -> None:
    policy = DEFAULT_POLICIES[AppointmentKind.CLASS]
    assert followup_times(local("2026-03-19T14:00"), local("2026-03-01T12:00"), policy, QUIET) == FollowupTimes()


starts_at = st.datetimes(
    datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2029-01-01"), timezones=st.just(UTC)
)
clock = st.times(time(0), time(23, 59)).map(lambda found: found.replace(second=0, microsecond=0))
quiet_hours = st.one_of(
    st.none(),
    st.tuples(clock, clock).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: QuietHours(*pair)),
)


@settings(deadline=None)
@given(
    kind=st.sampled_from(AppointmentKind),
    starts=starts_at,
    lead=st.timedeltas(timedelta(hours=-1), timedelta(days=30)),
    quiet=quiet_hours,
    wishes=st.sampled_from(Wishes),
    mandatory=st.booleans(),
    first=st.booleans(),
)
def test_no_reminder_is_late_quiet_or_of_use_after_the_start(
    kind: AppointmentKind,
    starts: datetime,
    lead: timedelta,
    quiet: QuietHours | None,
    wishes: Wishes,
    mandatory: bool,
    first: bool,
) -> None:
    made = starts - lead
    policy = DEFAULT_POLICIES[kind]

    def plan(hours: QuietHours | None) -> list[DueReminder]:
        return due_times(
            kind, starts, made, policy, hours, wishes=wishes, mandatory=mandatory, first_of_day=first, zone=AMSTERDAM
        )

    found = plan(quiet)
    meant = {reminder.rule_id: reminder.due_at for reminder in plan(None)}
    assert found == plan(quiet)
    assert {reminder.rule_id for reminder in found} == {rule.id for rule in policy.rules}
    for reminder in found:
        assert reminder.due_at <= meant[reminder.rule_id]
        assert reminder.useful_until <= starts
        if reminder.skipped is None:
            assert made <= reminder.due_at < reminder.useful_until
            assert quiet is None or not quiet.is_quiet(reminder.due_at)
    if mandatory and kind is not AppointmentKind.CLASS:
        assert all(reminder.skipped is not Skipped.WISH for reminder in found)


@pytest.mark.parametrize(
    ("weekday", "starts", "first"),
    [
        pytest.param(6, "2026-03-05 09:00", date(2026, 3, 2), id="Sunday tells Monday to Sunday"),
        pytest.param(2, "2026-03-05 09:00", date(2026, 3, 5), id="Wednesday tells Thursday"),
        pytest.param(2, "2026-03-03 09:00", date(2026, 2, 26), id="to Wednesday"),
        pytest.param(0, "2026-03-02 09:00", date(2026, 2, 24), id="its own day ends the seven before"),
    ],
)
def test_an_overview_tells_the_seven_days_after_it(weekday: int, starts: str, first: date) -> None:
    policy = Policy(rules=(Rule(id="overview", timing=WeeklyOverview(weekday, time(17))),))
    starts_at = datetime.fromisoformat(starts).replace(tzinfo=AMSTERDAM)
    [due] = due_times(AppointmentKind.CLASS, starts_at, starts_at - timedelta(days=30), policy, None)
    assert due.overview_from == first
    assert due.due_at == datetime.combine(first - timedelta(days=1), time(17), tzinfo=AMSTERDAM)
