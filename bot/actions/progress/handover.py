"""What the new consultant of somebody who moves is given: the plan, progress and appointments; nothing that was said.

Messages, letters, reports of absence with their reasons, and who looked at what stay here: the new municipality needs
what the law makes it go on with (LAW_2026 row 21), and no more.
"""

from datetime import timedelta
from typing import Final

from bot.actions.acting import Acting, Role
from bot.actions.privacy import PrivacyRefused
from bot.reports.plan_progress import progress_as_json
from locales.rendering.message import Json
from reminders.stored_terms import compute
from reminders.terms.rule_sets import TermRules
from storage.appointments.appointments import Appointment, appointments_of, participation_in
from storage.people.people import PLAN_DATES, Person, Plan, plan_of
from storage.progress.parts import noted_of_one, rows_of

_BACK: Final = timedelta(days=10 * 365)
_MOST: Final = 10_000


async def handed_over(acting: Acting, person_id: int, rules: TermRules) -> dict[str, Json] | PrivacyRefused:
    """The person's plan, progress and appointments for their new consultant, with the handing over in the audit log."""
    person = await acting.session.get(Person, person_id)
    if person is None or acting.by.role is not Role.OPERATOR:
        return PrivacyRefused.NOT_THEIRS
    acting.audit("handed_over", f"person:{person.id}")
    session = acting.session
    plan = await plan_of(session, person.id)
    noted, rows = await noted_of_one(session, person.id), await rows_of(session, [person.id])
    since = acting.now - _BACK
    every = await appointments_of(session, person.id, since, zone=acting.zone, status=None, limit=_MOST)
    return {
        "person": {
            "external_id": person.external_id,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "language": person.language,
            "group": person.group.value,
            "born_on": person.born_on.isoformat() if person.born_on is not None else None,
            "phone": person.phone,
            "email": person.email,
            "municipality": person.municipality,
        },
        "plan": None if plan is None else _plan(plan),
        "terms": {name: day for name, day in compute(person, plan, rules).as_dict().items() if day is not None},
        **progress_as_json(person, plan, noted, rows, rules, acting.today),
        "appointments": [await _appointment(acting, person, one) for one in every],
    }


def _plan(plan: Plan) -> dict[str, Json]:
    dates: dict[str, Json] = {}
    for name in PLAN_DATES:
        day = getattr(plan, name)
        dates[name] = None if day is None else str(day)
    return {
        "route": plan.route.value if plan.route is not None else None,
        **dates,
        "progress_meetings_per_year": plan.progress_meetings_per_year,
        "goal": plan.goal,
    }


async def _appointment(acting: Acting, person: Person, one: Appointment) -> dict[str, Json]:
    there = await participation_in(acting.session, one.id, person.id)
    presence = there.presence if there is not None else None
    return {
        "external_id": one.external_id,
        "kind": one.kind.value,
        "starts_at": one.starts_at.astimezone(acting.zone).isoformat(),
        "ends_at": one.ends_at.astimezone(acting.zone).isoformat() if one.ends_at is not None else None,
        "location": one.location,
        "with_whom": one.with_whom,
        "status": one.status.value,
        "presence": presence.value if presence is not None else None,
    }
