"""`maatje reminders …`: look ahead at what one person will be sent, and plan for everybody at once."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from bot.channels.registry import set_up
from bot.cli.common import (
    WRONG_USAGE,
    AsJson,
    console,
    deployed,
    errors,
    noted,
    opened,
    read_settings,
    run,
    show_json,
    stop,
)
from bot.configuration.clock import SystemClock
from bot.configuration.settings import Settings
from bot.reports.preview import Preview, preview
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from reminders.local_time import to_instant
from reminders.wording.planned_messages import PlannedComposer
from storage.content.changes import newest_revision
from storage.engine.database import Database
from storage.importing.cells import EARLIEST, LATEST
from storage.people.people import count_people, person_by_external_id

app = typer.Typer(no_args_is_help=True, help="What will be said, and planning it.")

_HELD_BACK = {
    "not_agreed": "Nothing is sent yet: this person has not been linked and agreed to the privacy notice.",
    "stopped": "Nothing is sent: this person stopped the messages.",
    "not_linked": "Nothing can be sent: this person has no working address. Make a link with maatje invite.",
}


@app.command("preview")
def show_preview(
    person: Annotated[str, typer.Argument(metavar="PERSON_EXTERNAL_ID")],
    days: Annotated[int, typer.Option(min=1, max=1000, help="How far ahead.")] = 14,
    now: Annotated[str | None, typer.Option(metavar="ISO", help="As if it were then; local time without zone.")] = None,
    as_json: AsJson = False,
) -> None:
    """What will be sent, when, over which channel, in which language, as text."""
    settings = read_settings()
    moment = _moment(settings, now)

    async def work() -> Preview:
        async with opened(settings) as database:
            async with database.reading() as session:
                found = await person_by_external_id(session, person)
                has_own = await newest_revision(session) > 0
            if found is None:
                stop(f"Nobody with the external id {person!r}. Import people first.")
            renderer = await _own_words(settings, database) if has_own else Renderer(Catalogs(), settings.zone)
            await noted(settings, database, "previewed", f"person:{found.id}")
            parts = deployed(settings, database, moment, horizon=timedelta(days=days + 8))
            return await preview(
                database,
                parts.planner,
                PlannedComposer(settings.zone, parts.term_rules),
                renderer,
                found,
                channels=tuple(set_up(settings)),
                now=moment,
                days=days,
                quiet_hours=parts.quiet_hours,
            )

    _show(run(work), settings, person, as_json=as_json)


@app.command()
def plan(as_json: AsJson = False) -> None:
    """Plan everybody's messages now; the service does so every quarter of an hour."""
    settings = read_settings()

    async def work() -> tuple[int, int]:
        async with opened(settings) as database:
            async with database.reading() as session:
                people = await count_people(session)
            columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            hidden = as_json or not errors.is_terminal
            with Progress(*columns, console=errors, transient=True, disable=hidden) as progress:
                task = progress.add_task("people", total=people)
                planner = deployed(settings, database).planner
                made = await planner.plan_ahead(database, progress=lambda count: progress.advance(task, count))
            return people, made

    people, made = run(work)
    if as_json:
        show_json({"people": people, "planned": made})
    else:
        console.print(f"{made} new messages planned for {people} people.")


async def _own_words(settings: Settings, database: Database) -> Renderer:
    """What says messages in the municipality's own words. Imported late: most have none."""
    from bot.content.live import OwnContent
    from bot.content.texts import read_texts

    texts = read_texts(settings.faq, settings.zone)
    await OwnContent(database, texts).refresh()
    return texts.renderer


def _moment(settings: Settings, now: str | None) -> datetime:
    if now is None:
        return SystemClock().now()
    try:
        found = datetime.fromisoformat(now)
    except ValueError:
        stop(f"--now {now!r} is no moment; write 2026-03-01T09:00.", WRONG_USAGE)
    if not EARLIEST <= found.date() <= LATEST:
        stop(f"--now {now!r} is too far away; look at the year.", WRONG_USAGE)
    return (found if found.tzinfo is not None else to_instant(found, settings.zone).instant).astimezone(UTC)


def _show(found: Preview, settings: Settings, person: str, *, as_json: bool) -> None:
    if as_json:
        show_json(
            {
                "person": person,
                "language": found.language,
                "channel": found.channel,
                "held_back": found.held_back,
                "messages": [
                    {
                        "at": message.at.astimezone(settings.zone).isoformat(),
                        "kind": message.kinds[0],
                        "kinds": list(message.kinds),
                        "channel": found.channel,
                        "language": found.language,
                        "text": message.text,
                        "buttons": list(message.buttons),
                    }
                    for message in found.messages
                ],
            }
        )
        return
    if found.held_back is not None:
        errors.print(_HELD_BACK[found.held_back], style="yellow")
    for message in found.messages:
        at = message.at.astimezone(settings.zone)
        console.print(f"[bold]{at:%a %d %b %Y %H:%M}[/bold] · {found.channel or '-'} · {found.language}")
        console.print(message.text, markup=False, highlight=False)
        console.print(" ".join(f"[{label}]" for label in message.buttons), markup=False, highlight=False, style="dim")
        console.print()
    if not found.messages:
        console.print("Nothing is planned in that time.")
