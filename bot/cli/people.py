"""Commands about one person: invite, plan, export, erase."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.actions import privacy
from bot.actions.privacy import PrivacyRefused
from bot.actions.progress.handover import handed_over
from bot.channels.kind import ChannelParts
from bot.channels.registry import build_channels
from bot.cli.common import (
    WRONG_USAGE,
    AsJson,
    acting,
    console,
    deployed,
    into_new_file,
    noted,
    opened,
    read_settings,
    run,
    show_json,
    stop,
)
from bot.cli.output import show_tables
from bot.configuration.clock import SystemClock
from bot.configuration.settings import Settings
from bot.enclosures.person_copy import described, write_copy
from bot.enclosures.virus_scan import build_scanner
from bot.reports.plan_progress import progress_as_json
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from reminders.stored_terms import compute
from storage.appointments.appointments import appointments_of
from storage.appointments.history import RecordedChange, changes_of
from storage.engine.database import Database
from storage.people.people import Person, person_by_external_id, plan_of
from storage.progress.parts import noted_of_one, rows_of
from storage.vocabulary import Change


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command()(plan)
    app.command()(export)
    app.command()(erase)


_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# More than a person has in three years, five classes a week.
_ALL = 10_000


async def _person(database: Database, external_id: str) -> Person:
    async with database.reading() as session:
        found = await person_by_external_id(session, external_id)
    if found is None:
        stop(f"Nobody with the external id {external_id!r}.")
    return found


def _source(changes: Sequence[RecordedChange]) -> str | None:
    """Where an appointment came from; not known of those from before changes were kept."""
    return next((change.source.value for change in changes if change.change is Change.MADE), None)


def _change(change: RecordedChange, zone: ZoneInfo) -> dict[str, object]:
    def local(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat() if moment is not None else None

    return {
        "at": local(change.at),
        "change": change.change.value,
        "source": change.source.value,
        "by": change.actor,
        "version": change.version,
        "starts_at": local(change.starts_at),
        "old_starts_at": local(change.old_starts_at),
        "details": change.details.split(",") if change.details else [],
    }


def plan(person: Annotated[str, typer.Argument(metavar="PERSON")], as_json: AsJson = False) -> None:
    """One person's terms, hours and appointments."""
    settings = read_settings()

    async def work() -> dict[str, object]:
        async with opened(settings) as database, database.reading() as session:
            found = await _person(database, person)
            await noted(settings, database, "looked_at", f"person:{found.id}")
            kept = await plan_of(session, found.id)
            rules = deployed(settings, database).term_rules(found.municipality)
            noted_parts = await noted_of_one(session, found.id)
            lines, now = await rows_of(session, [found.id]), SystemClock().now()
            every = await appointments_of(session, found.id, _LONG_AGO, zone=settings.zone, status=None, limit=_ALL)
            changes = await changes_of(session, [a.id for a in every])
            return {
                "person": found.external_id,
                "route": kept.route.value if kept is not None and kept.route is not None else None,
                "group": found.group.value,
                "terms": compute(found, kept, rules).as_dict(),
                **progress_as_json(found, kept, noted_parts, lines, rules, now.astimezone(settings.zone).date()),
                "progress_meetings_per_year": kept.progress_meetings_per_year if kept is not None else None,
                "appointments": [
                    {
                        "external_id": a.external_id,
                        "kind": a.kind.value,
                        "starts_at": a.starts_at.astimezone(settings.zone).isoformat(),
                        "ends_at": a.ends_at.astimezone(settings.zone).isoformat() if a.ends_at is not None else None,
                        "location": a.location,
                        "with_whom": a.with_whom,
                        "mandatory": a.mandatory,
                        "status": a.status.value,
                        "version": a.version,
                        "source": _source(changes.get(a.id, ())),
                        "changes": [_change(c, settings.zone) for c in changes.get(a.id, ())],
                    }
                    for a in every
                ],
            }

    shown = run(work)
    if as_json:
        show_json(shown)
        return
    show_tables(shown)


def export(
    person: Annotated[str, typer.Argument(metavar="PERSON")],
    file: Annotated[
        Path | None,
        typer.Option("--zip", metavar="FILE", dir_okay=False, help="A new zip with it and the files."),
    ] = None,
    to_colleague: Annotated[
        bool, typer.Option("--handover", help="For the new consultant: plan, progress, appointments; no chats.")
    ] = False,
) -> None:
    """Everything held on a person, as JSON on standard output; with --zip also the files that were sent."""
    settings = read_settings()
    if to_colleague:
        if file is not None:
            stop("--handover holds no files; leave --zip out.", WRONG_USAGE)
        show_json(run(lambda: _handover(settings, person)))
        return

    async def work(to: IO[bytes] | None = None) -> object:
        async with opened(settings) as database:
            found = await _person(database, person)
            async with acting(settings, database) as operator:
                copy = await privacy.export(operator, found.id)
            if isinstance(copy, PrivacyRefused):
                stop(f"Nobody with the external id {person!r}.")
            if to is None:
                return {**copy.held, "files": [described(one) for one in copy.files]}
            there, gone = await _zipped(settings, database, copy, to)
            return {"file": str(file), "files": there, "not_here": gone}

    if file is None:
        show_json(run(work))
        return
    show_json(into_new_file(file, work))


async def _handover(settings: Settings, person: str) -> object:
    async with opened(settings) as database:
        found = await _person(database, person)
        rules = deployed(settings, database).term_rules(found.municipality)
        async with acting(settings, database) as operator:
            handed = await handed_over(operator, found.id, rules)
    if isinstance(handed, PrivacyRefused):
        stop(f"Nobody with the external id {person!r}.")
    return handed


async def _zipped(settings: Settings, database: Database, copy: privacy.PersonCopy, to: IO[bytes]) -> tuple[int, int]:
    renderer = Renderer(Catalogs(), settings.zone)
    channels = build_channels(
        ChannelParts(settings, database, SystemClock(), renderer, _hears_nothing, settings.own_url)
    )
    try:
        return await write_copy(to, copy.held, copy.files, channels, build_scanner(settings.clamd))
    finally:
        for channel in channels.values():
            await channel.close()


async def _hears_nothing(_news: object) -> None:
    """Nothing is sent from here, so that no provider tells what became of it."""


def erase(
    person: Annotated[str, typer.Argument(metavar="PERSON")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete everything held on a person; the audit log keeps ids and acts."""
    settings = read_settings()
    if not yes and not as_json:
        typer.confirm("Delete this person with plan, appointments and messages? This cannot be undone.", abort=True)

    async def work() -> int:
        async with opened(settings) as database:
            found = await _person(database, person)
            async with acting(settings, database) as operator:
                left = await privacy.erase(operator, found.id)
            if isinstance(left, PrivacyRefused):
                stop(f"Nobody with the external id {person!r}.")
            await database.forget_deleted()
        return left

    kept = run(work)
    if as_json:
        show_json({"erased": person, "kept": {"audit_entries": kept}})
    else:
        console.print(
            f"Erased. Kept, as the law asks: {kept} entries of who did what when, by number and without names."
        )
