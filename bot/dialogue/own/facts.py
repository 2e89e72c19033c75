"""A person's own facts, for what is said of their plan: dates by the municipality's rules, consultant, route."""

from bot.dialogue.own.lines import OwnFacts
from bot.dialogue.turn import Turn
from reminders.stored_terms import compute, facts_of
from reminders.terms.open_parts import open_parts
from reminders.terms.progress import TIMED, minutes_of, standings
from storage.people.people import Consultant, Plan, plan_of
from storage.progress.parts import noted_of_one


async def known_of(turn: Turn, plan: Plan | None = None) -> OwnFacts:
    """What is known of the person in this conversation, as of today."""
    person = turn.person
    plan = plan if plan is not None else await plan_of(turn.session, person.id)
    rules = turn.services.municipalities.of(person.municipality).term_rules
    noted = await noted_of_one(turn.session, person.id)
    facts = facts_of(person, plan, noted)
    consultant = (
        await turn.session.get_one(Consultant, person.consultant_id) if person.consultant_id is not None else None
    )
    return OwnFacts(
        facts=facts,
        terms=compute(person, plan, rules),
        rules=rules,
        open_parts=open_parts(person.group, facts.route, noted),
        parts=standings(person.group, facts.route, noted),
        made={part: made for part in TIMED if (made := minutes_of(part, noted)) is not None},
        progress_meetings=plan.progress_meetings_per_year if plan is not None else None,
        consultant=consultant.name if consultant is not None else None,
        today=turn.now.astimezone(turn.zone).date(),
    )
