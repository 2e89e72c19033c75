"""What a route asks, what is done of it, and hours against hours required (1.8, 1.9; LAW_2026 rows 11, 15, 16)."""

from datetime import date

import pytest

from reminders.terms.progress import PartStanding, asked_parts, is_finished, standing, standings
from reminders.terms.terms import Group, Route
from storage.progress.noted import NotedPart
from storage.vocabulary import EXAMS, FILE_PARTS, STEPS, PartStatus, PlanPart
from tests.progress import noted

EVERY_EXAM = [part.value for part in EXAMS]


@pytest.mark.parametrize(
    ("group", "route", "known", "expected"),
    [
        pytest.param("asylum", "b1", {}, ["pvt", "map", *EVERY_EXAM], id="b1"),
        pytest.param("migrant", "b1", {}, ["pvt", "map", *EVERY_EXAM], id="b1, family migrant"),
        pytest.param("asylum", "education", {}, ["pvt", "bridging", "knm"], id="education: no MAP"),
        pytest.param("asylum", "z", {}, ["pvt", "lessons", "participation", "map"], id="z: no exam"),
        pytest.param("migrant", "z", {}, ["pvt", "lessons", "map"], id="z, migrant: lessons only"),
        pytest.param(
            "asylum", "z", {"knm": "open"}, ["pvt", "lessons", "participation", "map", "knm"], id="in the PIP"
        ),
        pytest.param("asylum", None, {"pvt": "done"}, [], id="no route yet"),
    ],
)
def test_what_is_asked(group: str, route: str | None, known: dict[str, str | float], expected: list[str]) -> None:
    found = asked_parts(Group(group), Route(route) if route else None, noted(known))
    assert [part.value for part in found] == expected


def of(part: PlanPart, *lines: NotedPart, route: Route = Route.B1, group: Group = Group.ASYLUM) -> PartStanding:
    return standing(part, group, route, lines)


def test_an_exam_that_was_failed_is_open_and_counts_its_attempts() -> None:
    first = NotedPart(PlanPart.EXAM_WRITING, PartStatus.FAILED, date(2026, 3, 1), attempt=1)
    found = of(PlanPart.EXAM_WRITING, first)
    assert (found.status, found.is_settled, found.attempts, found.free_left) == (PartStatus.FAILED, False, 1, 1)
    second = NotedPart(PlanPart.EXAM_WRITING, PartStatus.DONE, date(2026, 6, 1), attempt=2)
    found = of(PlanPart.EXAM_WRITING, second, first)
    assert (found.status, found.on, found.attempts, found.free_left) == (PartStatus.DONE, date(2026, 6, 1), 2, 0)
    # A migrant pays for every try; the free ones of the education route are for KNM.
    assert of(PlanPart.EXAM_WRITING, first, group=Group.MIGRANT).free_left is None
    assert of(PlanPart.EXAM_WRITING, first, route=Route.EDUCATION).free_left is None
    assert of(PlanPart.KNM, route=Route.EDUCATION).free_left == 2


def test_an_exam_that_is_planned_was_not_taken() -> None:
    assert of(PlanPart.KNM, NotedPart(PlanPart.KNM, PartStatus.BUSY, attempt=1)).attempts == 0


@pytest.mark.parametrize(
    ("minutes", "steps", "status"),
    [
        pytest.param(0, (), PartStatus.OPEN, id="nothing"),
        pytest.param(60, (), PartStatus.BUSY, id="an hour"),
        pytest.param(720, (PlanPart.PVT_ACTIVITY,), PartStatus.BUSY, id="not signed"),
        pytest.param(719, (PlanPart.PVT_ACTIVITY, PlanPart.PVT_SIGNED), PartStatus.BUSY, id="a minute short"),
        pytest.param(720, (PlanPart.PVT_ACTIVITY, PlanPart.PVT_SIGNED), PartStatus.DONE, id="hours, activity, signed"),
    ],
)
def test_pvt_is_done_with_its_hours_its_activity_and_the_signing(
    minutes: int, steps: tuple[PlanPart, ...], status: PartStatus
) -> None:
    lines = [NotedPart(step, PartStatus.DONE, date(2026, 5, 1)) for step in steps]
    found = of(PlanPart.PVT, NotedPart(PlanPart.PVT, PartStatus.OPEN, minutes=minutes), *lines)
    assert (found.status, found.required_minutes) == (status, 720)
    assert found.on == (date(2026, 5, 1) if status is PartStatus.DONE else None)


def test_who_says_that_it_is_done_is_believed_over_the_hours() -> None:
    assert of(PlanPart.PVT, NotedPart(PlanPart.PVT, PartStatus.DONE, minutes=60)).is_settled
    assert of(PlanPart.MAP, NotedPart(PlanPart.MAP, PartStatus.EXEMPT)).is_settled


@pytest.mark.parametrize(("hours", "done"), [(799.5, False), (800.0, True)])
def test_hours_of_the_z_route_are_done_when_they_are_made(hours: float, done: bool) -> None:
    known = noted({"lesson_hours": hours})
    assert standing(PlanPart.LESSONS, Group.ASYLUM, Route.Z, known).is_settled is done
    # The law asks no number of hours on the B1-route: there they are counted, and never open.
    assert standing(PlanPart.LESSONS, Group.ASYLUM, Route.B1, known).required_minutes is None


FINISHED: dict[str, dict[str, str | float]] = {
    "b1": {"exam": "done", "pvt": "done", "map": "done"},
    "education": {"bridging": "done", "knm": "done", "pvt": "done"},
    "z": {"lesson_hours": 800.0, "participation_hours": 800.0, "pvt": "done", "map": "done"},
}


@pytest.mark.parametrize("route", FINISHED)
def test_somebody_is_finished_when_every_part_is(route: str) -> None:
    known = FINISHED[route]
    assert is_finished(Group.ASYLUM, Route(route), noted(known))
    for word in known:
        rest = {name: value for name, value in known.items() if name != word}
        assert not is_finished(Group.ASYLUM, Route(route), noted(rest)), word
    assert not is_finished(Group.ASYLUM, None, noted(known))


def test_the_certificate_ends_it_whatever_was_not_noted() -> None:
    assert is_finished(Group.ASYLUM, Route.B1, noted({"certificate": "done"}))
    assert not is_finished(Group.ASYLUM, Route.B1, noted({"certificate": "open"}))


def test_every_part_is_on_the_road_a_step_or_the_end_of_it() -> None:
    everywhere = {part for route in Route for part in asked_parts(Group.ASYLUM, route)}
    assert everywhere | {PlanPart.CERTIFICATE} == set(FILE_PARTS)
    assert everywhere.isdisjoint(STEPS)
    assert all(one.status is PartStatus.OPEN for route in Route for one in standings(Group.ASYLUM, route, ()))
