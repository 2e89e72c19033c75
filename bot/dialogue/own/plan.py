"""My plan: route, goal, the terms that were computed from its dates, hours and meetings."""

from collections.abc import Sequence

from bot.dialogue import menu
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Part, Style, Text
from reminders.terms.stored_terms import terms_of
from storage.people.people import Consultant, plan_of

# What a person is shown, in the order of their road. self_reliance_goal is the municipality's own ambition and
# first_year_contacts_by its own task: neither is the person's duty, so neither stands here (DOMAIN.md).
SHOWN_TERMS = (
    "pip_due_hbel",
    "term_start",
    "term_end",
    "route_switch_until",
    "scale_down_from",
    "relief_end",
    "education_max_end",
    "guidance_end",
)


async def show(turn: Turn, _args: Sequence[str]) -> None:
    """The plan in short lines; terms are official, so the Dutch stands under them."""
    person = turn.person
    plan = await plan_of(turn.session, person.id)
    terms = terms_of(person, plan, turn.services.municipalities.of(person.municipality).term_rules)
    parts = [title("plan.title")]
    if plan is None:
        parts.append(part("plan.none"))
    else:
        if plan.route is not None:
            parts.append(Part(Text("plan.route", {"route": Text(f"route.{plan.route.value}")})))
        if plan.goal:
            parts.append(part("plan.goal", goal=plan.goal))
    # A plan that is signed has no "due" any more.
    hidden = {"pip_due_hbel"} if "term_start" in terms else set()
    parts.extend(
        Part(Text(f"term.{name}", {"on": terms[name]}), Style.OFFICIAL)
        for name in SHOWN_TERMS
        if name in terms and name not in hidden
    )
    if plan is not None and plan.progress_meetings_per_year:
        parts.append(Part(Text("plan.progress_meetings", {}, count=plan.progress_meetings_per_year)))
    if person.consultant_id is not None:
        consultant = await turn.session.get_one(Consultant, person.consultant_id)
        parts.append(part("plan.consultant", consultant=consultant.name))
    turn.say(
        *parts,
        buttons=[[button("menu.appointments", "appts", "📅"), button("menu.consultant", "letter", "💬")], menu.back()],
        card="plan",
    )
