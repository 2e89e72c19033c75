"""`maatje terms`: the terms of the law for some dates; needs no settings and no database, and imports none."""

from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.cli.output import WRONG_USAGE, AsJson, console, show_json, stop
from reminders.terms.rule_sets import DEFAULT_RULES, RULE_SETS
from reminders.terms.terms import Group, Route, TermFacts, compute_terms


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(terms)


def _day_option(meaning: str) -> Any:
    return typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help=meaning)


def _day(given: datetime | None) -> date | None:
    return given.date() if given is not None else None


def terms(
    rules: Annotated[str, typer.Option(help=f"The rule set: {', '.join(sorted(RULE_SETS))}.")] = DEFAULT_RULES.name,
    brp_date: Annotated[datetime | None, _day_option("Entry in the BRP.")] = None,
    duty_notified_on: Annotated[datetime | None, _day_option("DUO's written notice of the duty.")] = None,
    intake_date: Annotated[datetime | None, _day_option("The (first) intake.")] = None,
    signed_on: Annotated[datetime | None, _day_option("The plan (PIP) was signed.")] = None,
    dated_on: Annotated[datetime | None, _day_option("The date on the first plan (PIP).")] = None,
    relief_start: Annotated[datetime | None, _day_option("Relief (ontzorgen) began.")] = None,
    housed_on: Annotated[datetime | None, _day_option("Housed in the municipality.")] = None,
    born: Annotated[datetime | None, _day_option("Date of birth.")] = None,
    bridging_start: Annotated[datetime | None, _day_option("The bridging year (taalschakeltraject) began.")] = None,
    extended_until: Annotated[datetime | None, _day_option("DUO extended the term until then.")] = None,
    route: Annotated[Route | None, typer.Option(case_sensitive=False)] = None,
    group: Annotated[Group | None, typer.Option(case_sensitive=False)] = None,
    as_json: AsJson = False,
) -> None:
    """The terms under a rule set; one whose trigger is missing or that does not apply is null."""
    rule_set = RULE_SETS.get(rules)
    if rule_set is None:
        stop(f"There is no rule set {rules!r}; there are {', '.join(sorted(RULE_SETS))}.", WRONG_USAGE)
    facts = TermFacts(
        brp_registered_on=_day(brp_date),
        duty_notified_on=_day(duty_notified_on),
        intake_on=_day(intake_date),
        plan_signed_on=_day(signed_on),
        plan_dated_on=_day(dated_on),
        relief_started_on=_day(relief_start),
        housed_on=_day(housed_on),
        born_on=_day(born),
        bridging_started_on=_day(bridging_start),
        term_extended_until=_day(extended_until),
        route=route,
        group=group,
    )
    try:
        found = compute_terms(facts, rule_set.rules).as_dict()
    except (ValueError, OverflowError):
        stop("A date is so far away that its terms fall outside the calendar.", WRONG_USAGE)
    if as_json:
        show_json(found)
        return
    table = Table("term", "date", "where it stands", title=rule_set.title)
    for name, day in found.items():
        table.add_row(name, day or "-", rule_set.citations[name].article)
    console.print(table)
