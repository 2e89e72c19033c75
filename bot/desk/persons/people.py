"""Everybody of the caseload: found by name, group, language, or by what is missing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from starlette.responses import Response

from bot.actions.people import looked_at_list
from bot.desk.caseload import everybody_of
from bot.desk.visit import Visit
from reminders.wording.appointment import name_of
from reminders.wording.caseload_lists import List, lines_of
from storage.caseload import groups_of
from storage.people.contacts import ways_of_many
from storage.people.people import Person, routes_of
from storage.vocabulary import Route

PAGE: Final = 50


class Only(StrEnum):
    """What the list can be narrowed down to."""

    UNREACHABLE = "unreachable"
    STOPPED = "stopped"
    TERM_NEAR = "term_near"


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody in the list, and by which channels they are reached."""

    person: Person
    route: Route | None
    groups: list[str]
    channels: list[str]


async def show(visit: Visit) -> Response:
    """The list, in pages."""
    query, acting = visit.query, visit.acting
    caseload = await everybody_of(visit)
    people = list(caseload.people.values())
    ways = await ways_of_many(visit.session, list(caseload.people), acting.parts.channels)
    routes = {person.id: route for person, route in await routes_of(visit.session, list(caseload.people))}
    in_group: dict[int, list[str]] = {}
    groups = await groups_of(visit.session, people, acting.today)
    for group, members in groups:
        for person in members:
            in_group.setdefault(person.id, []).append(group.name)
    near = {line.person_id for line in await lines_of(visit.session, List.TERMS, caseload)}
    words, only = query.text("q").casefold().split(), query.text("only")
    found = [
        FoundPerson(person, routes.get(person.id), in_group.get(person.id, []), ways.get(person.id, []))
        for person in people
        if all(word in name_of(person).casefold() for word in words)
        and query.text("language") in ("", person.language)
        and (not query.text("group") or query.text("group") in in_group.get(person.id, []))
        and query.text("route") in ("", routes.get(person.id) or "")
        and (only != Only.UNREACHABLE or not ways.get(person.id))
        and (only != Only.STOPPED or person.stopped_at is not None)
        and (only != Only.TERM_NEAR or person.id in near)
    ]
    last = max(0, (len(found) - 1) // PAGE)
    page = min(query.number("page"), last)
    shown = found[page * PAGE : (page + 1) * PAGE]
    looked_at_list(acting, "desk_people", [row.person.id for row in shown])
    return visit.page(
        "people.html",
        rows=shown,
        count=len(found),
        page=page,
        last=last,
        query={name: query.text(name) for name in ("q", "language", "group", "route", "only")},
        groups=[group.name for group, _ in groups],
        spoken=sorted({person.language for person in people}),
        routes=list(Route),
        only=list(Only),
    )
