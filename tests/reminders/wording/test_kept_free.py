"""Who keeps the time of a meeting free is named in its reminder: the consultant by their first name."""

import pytest

from reminders.wording.meetings.explaining import first_name, kept_free
from storage.vocabulary import AppointmentKind

PROGRESS, INTAKE = AppointmentKind.PROGRESS_MEETING, AppointmentKind.INTAKE_MEETING


@pytest.mark.parametrize(
    ("kind", "named", "consultant", "intake", "who"),
    [
        pytest.param(PROGRESS, "Karim Bouali", "Karim Bouali", None, "Karim", id="the consultant, by first name"),
        pytest.param(PROGRESS, None, "Karim Bouali", None, "Karim", id="named by the kind of meeting"),
        pytest.param(PROGRESS, "Karim Bouali", "Sanne Visser", None, "Karim Bouali", id="somebody else, as they stand"),
        pytest.param(PROGRESS, None, None, None, None, id="nobody is known"),
        pytest.param(INTAKE, None, "Sanne Visser", 1, "Sanne", id="the first intake"),
        pytest.param(INTAKE, None, "Sanne Visser", 2, None, id="the benefits officer's, who is not known by name"),
        pytest.param(INTAKE, None, "Sanne Visser", None, None, id="an intake, unknown which"),
        pytest.param(AppointmentKind.CLOSING_MEETING, None, "Sanne Visser", None, None, id="not said with whom"),
        pytest.param(AppointmentKind.CLASS, "Sanne Visser", "Sanne Visser", None, None, id="a class waits for nobody"),
        pytest.param(AppointmentKind.EXAM, "DUO", "Sanne Visser", None, None, id="an exam neither"),
    ],
)
def test_who_keeps_the_time_free(
    kind: AppointmentKind, named: str | None, consultant: str | None, intake: int | None, who: str | None
) -> None:
    said = [part.text.params["name"] for part in kept_free(kind, named, consultant, intake)]
    assert said == ([who] if who else [])


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Karim Bouali", "Karim"),
        ("Sanne", "Sanne"),
        ("mevr. De Vries", "mevr. De Vries"),
        ("Mevrouw Jansen", "Mevrouw Jansen"),
        ("J.P. de Wit", "J.P. de Wit"),
    ],
)
def test_a_first_name_is_one(name: str, first: str) -> None:
    assert first_name(name) == first
