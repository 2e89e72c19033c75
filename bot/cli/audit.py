"""`maatje audit`: who looked at or changed what about whom, imports and timetables included."""

from typing import Annotated

import typer

from bot.cli.common import AsJson, console, opened, read_settings, run, show_json, stop
from storage.people.people import person_by_external_id
from storage.privacy.audit import AuditLine, audit_lines

_SHOWN = 200


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(audit)


def audit(
    about: Annotated[str | None, typer.Option(metavar="ID", help="A person's external id, person:7, group:3 …")] = None,
    by: Annotated[str | None, typer.Option(metavar="ID", help="Who acted: consultant:2, person:7, operator.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the newest first.")] = _SHOWN,
    as_json: AsJson = False,
) -> None:
    """Who looked at or changed what about whom; changes of appointments with their source."""
    settings = read_settings()

    async def work() -> list[AuditLine]:
        async with opened(settings) as database, database.reading() as session:
            subject = about
            if about is not None and ":" not in about:
                person = await person_by_external_id(session, about)
                if person is None:
                    stop(f"Nobody with the external id {about!r}.")
                subject = f"person:{person.id}"
            return await audit_lines(session, about=subject, by=by, limit=limit)

    lines = run(work)
    if as_json:
        show_json(
            [
                {
                    "at": line.at.astimezone(settings.zone).isoformat(),
                    "by": line.actor,
                    "action": line.action,
                    "about": line.subject,
                    "source": line.source.value if line.source is not None else None,
                    "appointment": line.appointment_id,
                }
                for line in lines
            ]
        )
        return
    for line in lines:
        source = f" ({line.source.value})" if line.source is not None else ""
        console.print(
            f"{line.at.astimezone(settings.zone):%Y-%m-%d %H:%M} {line.actor} {line.action}{source} {line.subject}",
            markup=False,
            highlight=False,
        )
