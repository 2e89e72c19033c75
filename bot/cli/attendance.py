"""`maatje attendance …`: who was there and who had said so, counted, drawn, or as the facts about one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.attendance import FactsRefused, facts_about
from bot.cli.common import WRONG_USAGE, AsJson, acting, console, deployed, opened, read_settings, run, show_json, stop
from bot.configuration.clock import SystemClock
from bot.configuration.deployment import Deployment
from bot.configuration.settings import Settings
from bot.reports.attendance_counts import By, CountedLine, Goals, lines_of, to_csv, to_xlsx, total_of
from bot.reports.attendance_facts import facts_as_json, facts_as_text
from bot.reports.attendance_plot import PlotImpossible, check_plots, draw
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from reminders.terms.terms import Route, hours_required
from storage.appointments.appointments import day_bounds, group_named
from storage.attendance.attendance import Attended, Outcome, attendance_of
from storage.engine.database import Database
from storage.importing.cells import EARLIEST, LATEST
from storage.people.people import consultant_by_email, person_by_external_id, routes_of

app = typer.Typer(no_args_is_help=True, help="Who was there, and who had said that they could not come.")

_LONG_AGO = date(2000, 1, 1)


class Reading(StrEnum):
    """The languages that consultants read."""

    NL = "nl"
    EN = "en"


From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE", help="First day.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Last day, included.")]
ToFile = Annotated[Path | None, typer.Option(metavar="FILE", dir_okay=False)]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a report is about; days are local, both included."""

    person: str | None
    group: str | None
    consultant: str | None
    provider: str | None
    first: date
    last: date
    by: By


@dataclass(frozen=True, slots=True)
class _Found:
    lines: list[CountedLine]
    # By external id; only the table shows them.
    names: Mapping[str, str]


@app.command()
def report(
    person: Annotated[str | None, typer.Option(metavar="EXTERNAL_ID")] = None,
    group: Annotated[str | None, typer.Option(metavar="NAME", help="A lesson group.")] = None,
    consultant: Annotated[str | None, typer.Option(metavar="EMAIL", help="Whose people.")] = None,
    provider: Annotated[str | None, typer.Option(metavar="TEXT", help="Part of with whom, or where.")] = None,
    first: From = None,
    until: Until = None,
    by: Annotated[By, typer.Option(help="What a line is about.")] = By.PERSON,
    as_json: AsJson = False,
    csv: ToFile = None,
    xlsx: ToFile = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.png|.svg", dir_okay=False)] = None,
) -> None:
    """Outcomes counted, how much of it the person was there, and hours towards the goals."""
    settings = read_settings()
    days = _days(first, until, settings.zone)
    picture = _picture_format(plot) if plot is not None else None
    wanted = _Wanted(person, group, consultant, provider, *days, by)

    async def work() -> _Found:
        async with opened(settings) as database:
            return await _report(database, settings, wanted)

    found = run(work)
    if csv is not None:
        _write(csv, to_csv(found.lines, by))
    if xlsx is not None:
        _write(xlsx, to_xlsx(found.lines, by))
    if plot is not None and picture is not None:
        title = f"Attendance by {by.value}, {_span(wanted)}"
        try:
            _write(plot, draw(found.lines, title=title, file_format=picture))
        except PlotImpossible as error:
            stop(str(error), WRONG_USAGE)
    written = [str(file) for file in (csv, xlsx, plot) if file is not None]
    if as_json:
        total = total_of(found.lines)
        show_json(
            {
                "by": by.value,
                "from": days[0].isoformat() if first is not None else None,
                "until": days[1].isoformat(),
                "rows": [line.as_dict(by) for line in found.lines],
                "total": {
                    **{outcome.value: total.counts[outcome] for outcome in Outcome},
                    "total": total.total,
                    "percent_present": total.percent_present,
                },
                "files": written,
            }
        )
        return
    if found.lines:
        console.print(_table(found, by))
    else:
        console.print("No attendance list says anything in that time.")
    for name in written:
        console.print(f"Written: {name}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def facts(
    person: Annotated[str, typer.Argument(metavar="PERSON_EXTERNAL_ID")],
    first: From = None,
    until: Until = None,
    language: Annotated[Reading, typer.Option(help="In which language the text is.")] = Reading.NL,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", dir_okay=False, help="Write it there.")] = None,
) -> None:
    """What is known about a person's missed and late appointments, for the consultant's own file; nothing is judged."""
    settings = read_settings()
    days = _days(first, until, settings.zone)

    async def work() -> str:
        async with opened(settings) as database, acting(settings, database) as operator:
            found = await person_by_external_id(operator.session, person)
            since, end = day_bounds(days[0], settings.zone)[0], day_bounds(days[1], settings.zone)[1]
            missed = await facts_about(operator, found.id if found is not None else 0, since, end)
            if isinstance(missed, FactsRefused):
                _nobody(person)
        shown_from = days[0] if first is not None else None
        if as_json:
            return facts_as_json(person, missed, shown_from, days[1], zone=settings.zone)
        renderer = Renderer(Catalogs(), settings.zone)
        return facts_as_text(
            person, missed, shown_from, days[1], zone=settings.zone, renderer=renderer, locale=language.value
        )

    text = run(work)
    if out is None:
        typer.echo(text)
        return
    _write(out, f"{text}\n".encode())
    if as_json:
        show_json({"person": person, "file": str(out)})
    else:
        console.print(f"Written: {out}", markup=False, highlight=False, soft_wrap=True)


async def _report(database: Database, settings: Settings, wanted: _Wanted) -> _Found:
    async with database.reading() as session:
        person_id = consultant_id = None
        if wanted.person is not None:
            person = await person_by_external_id(session, wanted.person)
            if person is None:
                _nobody(wanted.person)
            person_id = person.id
        if wanted.consultant is not None:
            consultant = await consultant_by_email(session, database.keys, wanted.consultant)
            if consultant is None:
                stop(f"No consultant with the e-mail address {wanted.consultant!r}.")
            consultant_id = consultant.id
        if wanted.group is not None and await group_named(session, wanted.group) is None:
            stop(f"No lesson group is called {wanted.group!r}. Write it as in the groups table.")
        rows = await attendance_of(
            session,
            person_ids=[person_id] if person_id is not None else None,
            group=wanted.group,
            consultant_id=consultant_id,
            since=day_bounds(wanted.first, settings.zone)[0],
            until=day_bounds(wanted.last, settings.zone)[1],
            zone=settings.zone,
        )
        if wanted.provider is not None:
            part = wanted.provider.casefold()
            rows = [row for row in rows if row.provider is not None and part in row.provider.casefold()]
        return await _with_people(session, deployed(settings, database), rows, wanted.by)


async def _with_people(session: AsyncSession, parts: Deployment, rows: list[Attended], by: By) -> _Found:
    external_ids: dict[int, str] = {}
    names: dict[str, str] = {}
    goals: dict[int, Goals] = {}
    ids = {row.person_id for row in rows} if by is By.PERSON else set[int]()
    for person, route in await routes_of(session, ids):
        external_ids[person.id] = person.external_id
        names[person.external_id] = f"{person.given_name} {person.family_name}".strip()
        required = hours_required(route, person.group)
        # In the B1-route the law sets no number, but scaling down asks for one (1.8).
        scale_down = parts.term_rules(person.municipality).scale_down_hours
        goals[person.id] = Goals(
            lessons=scale_down if route is Route.B1 else required.lessons,
            participation=required.participation,
            pvt=required.pvt,
        )
    return _Found(lines_of(rows, by, zone=parts.zone, external_ids=external_ids, goals=goals), names)


def _table(found: _Found, by: By) -> Table:
    table = Table(by.value)
    if by is By.PERSON:
        table.add_column("name")
    for title in ("present", "late", "excused", "reported", "not reported", "all", "there"):
        table.add_column(title, justify="right")
    if by is By.PERSON:
        for title in ("lesson h", "particip. h", "PVT h"):
            table.add_column(title, justify="right")
    for line in found.lines:
        cells = [escape(line.key if line.key is not None else "-")]
        if by is By.PERSON:
            cells.append(escape(found.names.get(line.key or "", "")))
        cells += [*(str(line.counts[outcome]) for outcome in Outcome), str(line.total), f"{line.percent_present or 0}%"]
        if by is By.PERSON and line.hours is not None and line.goals is not None:
            made, goals = line.hours, line.goals
            cells.append(_hours(made.lessons, goals.lessons))
            cells.append(_hours(made.participation, goals.participation))
            cells.append(_hours(made.pvt, goals.pvt))
        table.add_row(*cells)
    return table


def _hours(made: float, goal: int | None) -> str:
    return f"{made:.1f}" if goal is None else f"{made:.1f} / {goal}"


def _days(first: datetime | None, until: datetime | None, zone: ZoneInfo) -> tuple[date, date]:
    last = until.date() if until is not None else SystemClock().now().astimezone(zone).date()
    begin = first.date() if first is not None else min(_LONG_AGO, last)
    if begin > last:
        stop(f"--from {begin} is after --until {last}; look at both.", WRONG_USAGE)
    if begin < EARLIEST or last > LATEST:
        stop("--from or --until is too far away; look at the year.", WRONG_USAGE)
    return begin, last


def _span(wanted: _Wanted) -> str:
    return f"until {wanted.last}" if wanted.first <= _LONG_AGO else f"{wanted.first} until {wanted.last}"


def _picture_format(file: Path) -> Literal["png", "svg"]:
    try:
        check_plots()
    except PlotImpossible as error:
        stop(str(error), WRONG_USAGE)
    match file.suffix.lower():
        case ".png":
            found: Literal["png", "svg"] = "png"
        case ".svg":
            found = "svg"
        case _:
            stop("The name of the picture should end in .png or .svg.", WRONG_USAGE)
    return found


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        stop(f"{file} cannot be written: {error.strerror}", WRONG_USAGE)


def _nobody(external_id: str) -> NoReturn:
    stop(f"Nobody with the external id {external_id!r}. Import people first.")
