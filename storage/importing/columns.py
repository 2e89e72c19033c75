"""What each table holds, for whoever makes one: its columns, what may stand in them, and an example."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from storage.importing.cells import words_of
from storage.offers.offers import TITLE_LANGUAGES
from storage.vocabulary import (
    FILE_PARTS,
    AppointmentKind,
    AppointmentStatus,
    Group,
    OfferKind,
    PartStatus,
    Presence,
    Route,
)

_TITLES: Final = {"nl": "Taalcafé", "ar": "مقهى اللغة"}
_DAY: Final = "a day: year-month-day"
_MOMENT: Final = "a day and a time, local: year-month-day hour:minute"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its name, what values it may hold, an example, and whether a row needs it."""

    name: str
    values: str
    example: str = ""
    required: bool = False


def _yes_or_no(empty: str) -> str:
    return f"yes or no; empty = {empty}"


KINDS: Final[Mapping[str, Sequence[TableColumn]]] = {
    "people": (
        TableColumn("external_id", "the id in the client system; zeros in front count", "0123", required=True),
        TableColumn("given_name", "text", "Rahel", required=True),
        TableColumn("family_name", "text", "Gebremedhin"),
        TableColumn("language", "a code: nl, en, ar, ti, am, tr, fa, fa_AF, ps, so, ku, ckb, uk, ru, fr", "ti", True),
        # Family on a regular permit too (Wet inburgering 2021, art. 13(1)(b)).
        TableColumn(
            "group", f"{words_of(Group)}; asylum for family of somebody with asylum, too", "asylum", required=True
        ),
        TableColumn("municipality", "text", "Huizen", required=True),
        TableColumn("born_on", _DAY, "1990-03-12"),
        TableColumn("phone", "a number, Dutch without a country code; for SMS a mobile one", "0612345678"),
        TableColumn("email", "an address", "rahel@example.org"),
        TableColumn("brp_registered_on", _DAY, "2026-02-01"),
        TableColumn("housed_on", _DAY, "2026-02-15"),
        TableColumn("consultant_email", "an address; the consultant is made with it", "linda@example.org"),
        TableColumn("consultant_name", "text", "Linda de Vries"),
        TableColumn("benefit", _yes_or_no("unknown"), "yes"),
        TableColumn("duty_notified_on", f"{_DAY} (DUO's written notice)", "2026-02-10"),
    ),
    "plans": (
        TableColumn("person_external_id", "external_id of the people table", "0123", required=True),
        TableColumn("route", words_of(Route), "b1"),
        TableColumn("intake_on", _DAY, "2026-03-01"),
        TableColumn("plan_signed_on", _DAY, "2026-03-20"),
        TableColumn("plan_dated_on", f"{_DAY} (on the first plan)", "2026-03-18"),
        TableColumn("relief_started_on", _DAY, "2026-02-15"),
        TableColumn("relief_continued_until", f"{_DAY}, the last one, where relief goes on by agreement", ""),
        TableColumn("bridging_started_on", _DAY, ""),
        TableColumn("term_extended_until", f"{_DAY}, the last one, as DUO extended the term", ""),
        TableColumn("progress_meetings_per_year", "a whole number", "4"),
        TableColumn("goal", "text", "Werk in de zorg"),
    ),
    "appointments": (
        TableColumn("external_id", "an id that stays the same when the appointment moves", "A-1", required=True),
        TableColumn("person_external_id", "external_id of the people table", "0123", required=True),
        TableColumn("kind", words_of(AppointmentKind), "progress_meeting", required=True),
        TableColumn("starts_at", _MOMENT, "2026-04-01 14:00", required=True),
        TableColumn("ends_at", _MOMENT, "2026-04-01 15:00"),
        TableColumn("location", "text", "Gemeentehuis Huizen"),
        TableColumn("online_url", "an address that begins with https://", ""),
        TableColumn("with_whom", "text", "Linda de Vries"),
        TableColumn("mandatory", _yes_or_no("yes"), "yes"),
        TableColumn("status", f"{words_of(AppointmentStatus)}; empty = planned", "planned"),
        TableColumn("note", "text; the person reads it", ""),
    ),
    "groups": (
        TableColumn("group", "the group's name; capitals and spaces do not matter", "A1", required=True),
        TableColumn("person_external_id", "external_id of the people table", "0123", required=True),
        TableColumn("from", f"{_DAY}, the first one in the group", "2026-03-01", required=True),
        TableColumn("until", f"{_DAY}, the last one in the group; empty = open", ""),
    ),
    "progress": (
        TableColumn("person_external_id", "external_id of the people table", "0123", required=True),
        TableColumn("part", ", ".join(FILE_PARTS), "pvt", required=True),
        TableColumn("status", f"{words_of(PartStatus)}; failed is of exams, bridging and map", "done", required=True),
        TableColumn("on", f"{_DAY}, that the status and the hours are of", "2026-06-01"),
        TableColumn(
            "hours", "a number: all hours so far, of pvt, map, bridging, lessons, participation; later lists add", "12"
        ),
        TableColumn("attempt", "a whole number, of exams: 1 is the first", ""),
        TableColumn("note", "text, for consultants", ""),
    ),
    "offers": (
        TableColumn("external_id", "an id that stays the same when it moves", "O-1", required=True),
        TableColumn("kind", words_of(OfferKind), "language_cafe", required=True),
        *(
            TableColumn(f"title_{language}", "text; in one language at least", _TITLES.get(language, ""))
            for language in TITLE_LANGUAGES
        ),
        TableColumn("provider", "text; who gives it", "Bibliotheek Huizen"),
        TableColumn("audience", f"{words_of(Group)}; {words_of(Route)}; empty = everybody", "asylum"),
        TableColumn("languages", "codes of the languages spoken there, with spaces between", "nl"),
        TableColumn("location", "text", "Bibliotheek Huizen, Plein 2000 1"),
        TableColumn("starts_at", f"{_MOMENT}; empty = agreed with who takes part", "2026-04-01 14:00"),
        TableColumn("ends_at", _MOMENT, "2026-04-01 15:30"),
        TableColumn("places", "a whole number; empty = as many as come", "12"),
        TableColumn("municipality", "text; only its people see the offer; empty = everybody's", ""),
    ),
    "attendance": (
        TableColumn("appointment_external_id", "of the appointments table; or group and starts_at", ""),
        TableColumn("group", "the lesson group, with starts_at", "A1"),
        TableColumn("starts_at", f"{_MOMENT} (the lesson's start)", "2026-03-03 09:00"),
        TableColumn("person_external_id", "external_id of the people table", "0123", required=True),
        TableColumn("presence", words_of(Presence), "present", required=True),
        TableColumn("minutes", "a whole number", "120"),
    ),
}


def template_csv(kind: str) -> bytes:
    """A table to fill in, with its example row, as CSV that a Dutch Excel opens in columns."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(column.name for column in KINDS[kind])
    # ="0123" keeps its zero in a spreadsheet.
    writer.writerow(f'="{c.example}"' if c.example.isdigit() else c.example for c in KINDS[kind])
    return buffer.getvalue().encode("utf-8-sig")


def template_xlsx(kind: str) -> bytes:
    """The same as a workbook, its cells texts, so that ids and telephone numbers keep their zeros."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active if book.active is not None else book.create_sheet()
    sheet.title = kind
    for number, column in enumerate(KINDS[kind], start=1):
        sheet.cell(1, number, column.name).font = Font(bold=True)
        example = sheet.cell(2, number, column.example or None)
        example.number_format = "@"
        letter = example.column_letter
        sheet.column_dimensions[letter].number_format = "@"
        sheet.column_dimensions[letter].width = max(len(column.name), len(column.example)) + 2
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
