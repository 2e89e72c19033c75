"""The importers of a deployment, by the table's name: the command line and the desk use the same.

Who is bound to one municipality brings in rows about its people only (storage/importing/bound.py).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.configuration.deployment import Deployment
from storage.importing.appointments import AppointmentsImporter
from storage.importing.attendance import AttendanceImporter
from storage.importing.bound import REFUSES, Bound, BoundImporter
from storage.importing.groups import GroupsImporter
from storage.importing.offers import OffersImporter
from storage.importing.people import PeopleImporter
from storage.importing.plans import PlansImporter
from storage.importing.progress import ProgressImporter
from storage.importing.run import Importer

#: Each row type is its importer's own affair.
IMPORTERS: Final[Mapping[str, Callable[[Deployment], Importer[Any]]]] = {
    "people": lambda parts: PeopleImporter(parts.border(), parts.replan),
    "plans": lambda parts: PlansImporter(parts.border(), parts.replan, parts.term_faults),
    "appointments": lambda parts: AppointmentsImporter(parts.border(), parts.changed),
    "groups": lambda parts: GroupsImporter(parts.border(), parts.replan),
    "attendance": lambda parts: AttendanceImporter(
        parts.border(), parts.zone, parts.after_attendance(), parts.after_progress(only_ended=True)
    ),
    "progress": lambda parts: ProgressImporter(parts.border(), parts.zone, parts.after_progress()),
    "offers": lambda parts: OffersImporter(parts.border(), parts.changed),
}


def importer_for(kind: str, parts: Deployment, municipality: str) -> Importer[Any]:
    """The importer of a table, for whoever may bring in rows of this municipality alone ("" = of all)."""
    importer = IMPORTERS[kind](parts)
    if not municipality:
        return importer
    if kind == "people":
        importer = PeopleImporter(parts.border(), parts.replan, within=municipality)
    return BoundImporter(importer, Bound(municipality, parts.keys), REFUSES[kind])
