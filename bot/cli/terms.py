"""`maatje terms`: the terms of the law for some dates; needs no settings and no database, and imports none."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from bot.cli.output import WRONG_USAGE, AsJson, console, show_json, stop
from reminders.terms.terms import Group, Route, TermFacts, TermRules, compute_terms


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(terms)


def _day_option(meaning: str) -> Any:
    return typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help=meaning)


def _day(given: datetime | None) -> date | None:
    return given.date() if given is not None else None


def terms(
    brp_date: Annotated[datetime | None, _day_option("Entry in the BRP.")] = None,
    intake_date: Annotated[datetime | None, _day_option("The (first) intake.")] = None,
    signed_on: Annotated[datetime | None, _day_option("The plan (PIP) was signed.")] = None,
    dated_on: Annotated[datetime | None, _day_option("The date on the plan, for --trigger dated.")] = None,
    relief_start: Annotated[datetime | None, _day_option("Relief (ontzorgen) began.")] = None,
    housed_on: Annotated[datetime | None, _day_option("Housed in the municipality.")] = None,
    born: Annotated[datetime | None, _day_option("Date of birth.")] = None,
    bridging_start: Annotated[datetime | None, _day_option("The bridging year (taalschakeltraject) began.")] = None,
    extended_until: Annotated[datetime | None, _day_option("DUO extended the term until then.")] = None,
    route: Annotated[Route | None, typer.Option(case_sensitive=False)] = None,
    group: Annotated[Group | None, typer.Option(case_sensitive=False)] = None,
    trigger: Annotated[Literal["signed", "dated"], typer.Option(help="What starts the term.")] = "signed",
    scale_down_waits: Annotated[bool, typer.Option(help="Whether scaling down waits for 18 months.")] = True,
    as_json: AsJson = False,
) -> None:
    """The terms of DOMAIN.md; one whose trigger is missing or that does not apply is null."""
    facts = TermFacts(
        brp_registered_on=_day(brp_date),
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
        found = compute_terms(facts, TermRules(term_trigger=trigger, scale_down_waits=scale_down_waits)).as_dict()
    except (ValueError, OverflowError):
        stop("A date is so far away that its terms fall outside the calendar.", WRONG_USAGE)
    if as_json:
        show_json(found)
        return
    table = Table("term", "date")
    for name, day in found.items():
        table.add_row(name, day or "-")
    console.print(table)
