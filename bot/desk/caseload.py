"""Whose work a consultant does at this moment, as the lists want it."""

from collections.abc import Iterable

from bot.desk.visit import Visit
from reminders.wording.caseload_lists import Caseload
from storage.caseload import caseload_of
from storage.people.people import Person


async def everybody_of(visit: Visit) -> Caseload:
    """The people of the consultant who is signed in, and of colleagues they stand in for today, by name."""
    consultant = await visit.acting.consultant()
    return caseload_for(visit, await caseload_of(visit.session, consultant.id, visit.acting.today))


def caseload_for(visit: Visit, people: Iterable[Person]) -> Caseload:
    """What lists are made for: these people, now, by their municipalities' rules."""
    of = visit.acting.parts.municipalities.of
    return Caseload(
        {person.id: person for person in people},
        visit.acting.now,
        visit.acting.zone,
        lambda municipality: of(municipality).term_rules,
        lambda municipality: of(municipality).talk_rule,
        lambda municipality: of(municipality).silent_for,
    )
