"""A table that tells what holds for each word has a line for each."""

import pytest

from reminders.kinds import TRAITS, Kind
from storage.appointment_kinds import APPOINTMENTS, MEETINGS, Form, Hours
from storage.vocabulary import AppointmentKind, complete


def test_a_forgotten_line_is_told_when_the_table_is_made() -> None:
    appointments = dict(APPOINTMENTS)
    del appointments[AppointmentKind.EXAM]
    with pytest.raises(LookupError, match=f"AppointmentKind without a line: {AppointmentKind.EXAM}"):
        complete(appointments, AppointmentKind)
    messages = dict(TRAITS)
    del messages[Kind.SAY], messages[Kind.DIGEST]
    with pytest.raises(LookupError, match=f"Kind without a line: {Kind.DIGEST}, {Kind.SAY}"):
        complete(messages, Kind)


def test_what_holds_for_kinds_of_appointments() -> None:
    """DOMAIN.md: what is reminded; "Hours" (1.8, 1.9)."""
    assert {kind.value for kind in MEETINGS} == {
        "intake_meeting", "learnability_test", "progress_meeting", "pvt", "map", "closing_meeting", "exam",
    }  # fmt: skip
    assert [kind for kind, traits in APPOINTMENTS.items() if traits.form is Form.CLASS] == [AppointmentKind.CLASS]
    counted = {part: {kind.value for kind, traits in APPOINTMENTS.items() if part in traits.hours} for part in Hours}
    assert counted == {
        Hours.LESSONS: {"class"},
        Hours.PVT: {"pvt"},
        Hours.MAP: {"map"},
        Hours.PARTICIPATION: {"pvt", "map", "workshop", "activity"},
    }
    icons = [traits.icon for traits in APPOINTMENTS.values()]
    assert len(set(icons)) == len(icons)
