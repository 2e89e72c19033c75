"""Interpreters' sheets out and in, as `maatje translations export` and `import` have them: what came back is looked at
first, with each fault by row and column, and then put before a second person as a whole.

The file itself stays in the editor's browser between the two.
"""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from bot.actions.content.changing import WantedChange
from bot.content.live import OwnContent, stored
from bot.desk.content.proposing import put_before_second
from bot.desk.content.texts import CONTENT
from bot.desk.door import DeskDoor
from bot.desk.forms import JustDone, file_of, not_found, then
from bot.desk.importing.pages import LARGEST
from bot.desk.visit import Visit
from locales.catalog_files.po import Entry, PoFile
from locales.rendering.languages import LANGUAGES, SOURCE, Direction
from locales.reviewing.review import ReadSheet, ReviewImport, rows_between
from locales.reviewing.sheets import SheetUnreadable, from_bytes, to_csv, to_xlsx
from storage.content.changes import waiting_changes
from storage.vocabulary import ContentKind

SHEETS: Final = f"{CONTENT}/sheets"
#: Faults, remarks and changes that one page shows.
_MOST: Final = 200
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class SheetChange:
    """One text that a sheet would change; `waits`: a proposal for it waits already, so that this one is left out."""

    key: str
    locale: str
    before: Entry
    after: Entry
    waits: bool


class _Checked:
    """Says of a sheet's texts what the page of one text says of them."""

    def __init__(self, content: OwnContent) -> None:
        self._content = content

    def entry_faults(self, file: PoFile, entry: Entry) -> list[str]:
        """See locales.reviewing.review.ChecksEntries."""
        one = self._content.texts.text(entry.key, file.locale)
        found = self._content.checks.findings(one, entry.strings) if one is not None else []
        return [fault.message or fault.kind for fault in found]


class ExchangesSheets:
    """The pages; `content` is what this deployment says."""

    def __init__(self, door: DeskDoor, content: OwnContent) -> None:
        self._door = door
        self._content = content

    async def show(self, visit: Visit) -> Response:
        """Two forms: a sheet of one language, and one that came back."""
        return visit.page("content_sheets.html", translations=[code for code in LANGUAGES if code != SOURCE])

    async def file(self, visit: Visit) -> Response:
        """A language's sheet, as a workbook or CSV."""
        language, form = visit.query.text("language"), visit.query.text("form")
        if language not in LANGUAGES or language == SOURCE or form not in ("xlsx", "csv"):
            raise not_found()
        await self._content.refresh_in(visit.session)
        only = visit.query.text("only") == "unreviewed"
        made = await asyncio.to_thread(self._sheet, language, form, only)
        return file_of(made, f"maatje-{language}.{form}")

    async def look(self, visit: Visit) -> Response:
        """What a sheet would change, and what is wrong with it; nothing is kept."""
        data = visit.form.files.get("file", b"")
        if not data or len(data) > LARGEST:
            return then(SHEETS, JustDone.NO_FILE)
        read = await self._read(visit, data)
        if isinstance(read, str):
            return visit.page("content_sheet.html", unreadable=read, content="")
        changes = await self._changes(visit, read)
        return visit.page(
            "content_sheet.html",
            unreadable="",
            report=read.report,
            rejected=read.report.rejected[:_MOST],
            remarks=read.report.remarks[:_MOST],
            changes=[one for one in changes if not one.waits][:_MOST],
            count=sum(not one.waits for one in changes),
            waits=[one for one in changes if one.waits],
            reviewer=_reviewer(visit),
            content=base64.urlsafe_b64encode(data).decode(),
        )

    async def propose(self, visit: Visit) -> Response:
        """Put what was looked at before a second person."""
        try:
            data = base64.b64decode(visit.form.text("content"), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            data = b""
        read = await self._read(visit, data) if data else ""
        if isinstance(read, str):
            return then(SHEETS, JustDone.NO_FILE)
        wanted = [
            WantedChange(
                kind=ContentKind.TEXT,
                key=one.key,
                place=one.locale,
                value=stored(one.after.strings),
                before=stored(one.before.strings),
                reviewer=one.after.review.name if one.after.review is not None else None,
                reviewed_on=one.after.review.on if one.after.review is not None else None,
            )
            for one in await self._changes(visit, read)
            if not one.waits
        ]
        return await put_before_second(self._door, visit, wanted, SHEETS)

    def _sheet(self, language: str, form: str, only_unreviewed: bool) -> bytes:
        files = (self._content.texts.files(code) for code in (SOURCE, "en", language))
        rows = rows_between(*files, locale=language, only_unreviewed=only_unreviewed)
        if form == "csv":
            return to_csv(rows)
        return to_xlsx(rows, right_to_left=LANGUAGES[language].direction is Direction.RTL)

    async def _read(self, visit: Visit, data: bytes) -> ReadSheet | str:
        """What a sheet asks for; why it cannot be read, where it cannot."""
        await self._content.refresh_in(visit.session)
        await self._content.checks.ready()
        sheet = ReviewImport(
            _Checked(self._content),
            reviewer=_reviewer(visit),
            on=visit.acting.today,
            files=self._content.texts.files,
        )
        try:
            return await asyncio.to_thread(lambda: sheet.read(from_bytes(data)))
        except SheetUnreadable as error:
            return str(error)

    async def _changes(self, visit: Visit, read: ReadSheet) -> list[SheetChange]:
        waiting = {(one.key, one.place) for one in await waiting_changes(visit.session, kind=ContentKind.TEXT)}
        return [
            SheetChange(before.key, locale, before, after, (before.key, locale) in waiting)
            for locale, _, before, after in read.changed()
        ]


def _reviewer(visit: Visit) -> str:
    """Who of the language approved the texts, for rows that do not say it."""
    return visit.form.text("reviewer")[:_LONGEST_NAME]
