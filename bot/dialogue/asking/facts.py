"""A person's own facts for the sentences that use them: terms, consultant, next appointment, route."""

from bot.dialogue.turn import Turn
from locales.rendering.message import Text, Value
from reminders.terms.stored_terms import terms_of
from storage.appointments.appointments import appointments_of
from storage.people.people import Consultant, plan_of


async def personal_facts(turn: Turn) -> dict[str, Value]:
    """What is known, by the placeholder names of the FAQ (locales/faq); what is unknown is absent."""
    person = turn.person
    plan = await plan_of(turn.session, person.id)
    facts: dict[str, Value] = {
        "municipality": person.municipality,
        **terms_of(person, plan, turn.services.municipalities.of(person.municipality).term_rules),
    }
    if person.consultant_id is not None:
        consultant = await turn.session.get_one(Consultant, person.consultant_id)
        facts["consultant"] = consultant.name
    if plan is not None and plan.route is not None:
        facts["route"] = Text(f"route.{plan.route.value}")
    if plan is not None and plan.progress_meetings_per_year is not None:
        facts["progress_meetings_per_year"] = plan.progress_meetings_per_year
    coming = await appointments_of(turn.session, person.id, turn.now, zone=turn.zone, limit=1)
    if coming:
        facts["next_kind"] = Text(f"kind.{coming[0].kind.value}")
        facts["next_at"] = coming[0].starts_at
        if coming[0].location:
            facts["next_place"] = coming[0].location
    return facts
