"""Importing a table, or a school's timetable (.ics) for a group: a page that shows what would change, row faults with
their cells, and then the button.

The file itself stays in the administrator's browser between the two: nothing that names people is kept here for it.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import Response

from bot.configuration.deployment import Deployment
from bot.configuration.importers import IMPORTERS, importer_for
from bot.desk.forms import JustDone, file_of, not_found, then
from bot.desk.visit import Visit
from reminders.timetables.importing import import_timetable
from storage.engine.database import Database
from storage.importing.bound import is_others_group
from storage.importing.columns import KINDS, template_csv
from storage.importing.run import Report, run_import
from storage.importing.table import TableUnreadable
from storage.privacy.audit import entries_of

IMPORTS: Final = "/desk/imports"
#: What the log calls an import.
_IMPORTED: Final = "imported"
#: A request holds 4 MB, and a file is a third longer in the form that carries it back: this much comes twice.
LARGEST: Final = 2_900_000
#: Row faults and questions that one page shows.
_MOST: Final = 200
_HISTORY: Final = 50
#: A language provider's calendar file; the form says whose lessons they are.
TIMETABLE: Final = "timetable"
KINDS_OF_FILE: Final = (*IMPORTERS, TIMETABLE)
_LONGEST_GROUP: Final = 80


@dataclass(frozen=True, slots=True)
class PastImport:
    """An import of before: when, by whom, of what; and how many were made, changed, cancelled and refused, if known."""

    at: datetime
    by: str
    kind: str
    counts: tuple[str, ...]


class ImportsTables:
    """The pages; `parts` make the importers, which open transactions of their own on `database`."""

    def __init__(self, database: Database, parts: Deployment) -> None:
        self._database = database
        self._parts = parts

    async def show(self, visit: Visit) -> Response:
        """The form, and what was imported before."""
        return visit.page(
            "imports.html", kinds_of_table=KINDS_OF_FILE, empty_tables=list(IMPORTERS), history=await _history(visit)
        )

    async def columns(self, visit: Visit) -> Response:
        """An empty table to fill in, with an example."""
        kind = str(visit.request.path_params["kind"])
        if kind not in KINDS:
            raise not_found()
        return file_of(template_csv(kind), f"maatje-{kind}.csv")

    async def preview(self, visit: Visit) -> Response:
        """What would change; nothing is kept."""
        kind, data = visit.form.text("kind"), visit.form.files.get("file", b"")
        if kind not in KINDS_OF_FILE or not data or len(data) > LARGEST:
            return then(IMPORTS, JustDone.NO_FILE)
        if kind == TIMETABLE and not _group(visit):
            return then(IMPORTS, JustDone.NO_GROUP)
        report = await self._run(visit, kind, data, dry_run=True)
        visit.acting.audit("looked_at_import", kind)
        return self._page(visit, kind, report, base64.urlsafe_b64encode(data).decode())

    async def bring_in(self, visit: Visit) -> Response:
        """Import what was looked at."""
        kind = visit.form.text("kind")
        try:
            data = base64.b64decode(visit.form.text("content"), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            data = b""
        if kind not in KINDS_OF_FILE or not data or (kind == TIMETABLE and not _group(visit)):
            return then(IMPORTS, JustDone.NO_FILE)
        report = await self._run(visit, kind, data, dry_run=False)
        visit.acting.audit(_IMPORTED, f"{kind}:{':'.join(map(str, _counts(report)))}"[:40])
        return self._page(visit, kind, report, "")

    async def _run(self, visit: Visit, kind: str, data: bytes, *, dry_run: bool) -> Report:
        municipality = visit.who.municipality
        if kind == TIMETABLE:
            if municipality and await is_others_group(visit.session, _group(visit), municipality):
                what = "has people of other municipalities in it; ask whoever imports for all of them"
                return Report(rejected=[(1, "group", what)])
            return await import_timetable(
                self._database,
                _group(visit),
                data,
                zone=self._parts.zone,
                now=visit.acting.now,
                on_changes=self._parts.changed,
                dry_run=dry_run,
                by=visit.who.actor.ref,
                cancel_share=self._parts.settings.timetable_cancel_share,
            )
        importer = importer_for(kind, self._parts, municipality)
        try:
            return await run_import(self._database, importer, data, dry_run=dry_run)
        except TableUnreadable as error:
            return Report(rejected=[(1, error.field, str(error))])

    def _page(self, visit: Visit, kind: str, report: Report, content: str) -> Response:
        return visit.page(
            "import_preview.html",
            kind=kind,
            group=_group(visit) if kind == TIMETABLE else "",
            report=report,
            content=content,
            rejected=sorted(report.rejected)[:_MOST],
            questioned=sorted(report.warnings)[:_MOST],
            nothing=not (report.created or report.updated or report.cancelled),
        )


def _group(visit: Visit) -> str:
    """The lesson group whose timetable it is."""
    return visit.form.text("group")[:_LONGEST_GROUP]


def _counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.cancelled, len(report.rejected)


async def _history(visit: Visit) -> list[PastImport]:
    found = []
    for line in await entries_of(visit.session, _IMPORTED, limit=_HISTORY):
        kind, *counts = line.subject.split(":")
        found.append(PastImport(line.at, line.actor, kind, tuple(counts)))
    return found
