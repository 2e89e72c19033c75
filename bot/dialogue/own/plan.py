"""My plan: route, goal, the terms that were computed from its dates, hours and meetings."""

from collections.abc import Sequence
from typing import Final

from bot.dialogue import menu
from bot.dialogue.own.facts import known_of
from bot.dialogue.own.lines import OwnFacts, line, parts_lines, plan_line
from bot.dialogue.turn import Turn, button, part, title
from locales.faq.content import Personal
from locales.rendering.message import Button, Part, Style
from reminders.intents import Act, asks
from storage.people.people import plan_of

# What a person is shown, in the order of their road. self_reliance_goal is the municipality's own ambition and
# first_year_contacts_by its own task: neither is the person's duty, so neither stands here (docs/domain.md).
SHOWN: Final[tuple[Personal, ...]] = (
    "term_start",
    "term_end",
    "route_switch_until",
    "scale_down",
    "relief_end",
    "education_max_end",
    "guidance_end",
)
_ABOUT: Final[tuple[Personal, ...]] = ("progress_meetings", "consultant")


async def show(turn: Turn, _args: Sequence[str]) -> None:
    """The plan in short lines; terms are official, so the Dutch stands under them."""
    person = turn.person
    plan = await plan_of(turn.session, person.id)
    known = await known_of(turn, plan)
    parts = [title("plan.title")]
    if plan is None:
        parts.append(part("plan.none"))
    else:
        if (route := line("route", known)) is not None:
            parts.append(Part(route))
        if plan.goal:
            parts.append(part("plan.goal", goal=plan.goal))
    if plan is not None and (done := parts_lines(known)):
        parts += [part("progress.title"), *map(Part, done)]
    dates = [plan_line(known), *(line(name, known) for name in SHOWN)]
    parts += [Part(said, Style.OFFICIAL) for said in dates if said is not None]
    parts += [Part(said) for name in _ABOUT if (said := line(name, known)) is not None]
    turn.say(
        *parts,
        buttons=[
            [
                button("menu.appointments", asks(Act.APPOINTMENTS), "📅"),
                button("menu.consultant", asks(Act.LETTER), "💬"),
            ],
            *_changes(known),
            menu.back(),
        ],
        card="plan",
    )


def _changes(known: OwnFacts) -> list[list[Button]]:
    """What the person may want to say of their plan: doubts about the route, moving, money while relief lasts."""
    rows: list[list[Button]] = []
    if known.facts.route is not None and not known.has_finished:
        rows.append(
            [button("progress.doubt", asks(Act.DOUBT), "🔀"), button("progress.moving", asks(Act.MOVING), "🚌")]
        )
    if (end := known.terms.relief_end) is not None and known.today <= end:
        rows.append([button("progress.money", asks(Act.MONEY), "💶")])
    return rows
