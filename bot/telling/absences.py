"""What a consultant is told of a person's absence, and the person of what the consultant did with the report."""

from collections.abc import Sequence
from datetime import datetime

from locales.rendering.message import Attachment, Body, Part, Style, Text
from reminders.wording.absence import ENDS, consultant_buttons, for_consultant, report_parts
from reminders.wording.appointment import appointment_line, name_of
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.people.people import Consultant, Person
from storage.vocabulary import ReportEnd


def report(found: Absence, person: Person, chosen: Sequence[Appointment], earlier: int, now: datetime) -> Body:
    """To the consultant: the report, or the changed one; `earlier` = how often the person was absent lately."""
    if found.version > 1:
        key = ENDS[ReportEnd.CHANGED]
    elif chosen and all(appointment.starts_at <= now for appointment in chosen):
        key = "consultant.absence_afterwards"
    else:
        key = "consultant.absence"
    parts = (_title(key, person), *for_consultant(found, chosen, earlier))
    return Body(parts, consultant_buttons(found, chosen))


def missed_answer(found: Absence, person: Person, missed: Sequence[Appointment], earlier: int) -> Body:
    """To the consultant: why somebody who was missed was not there."""
    parts = (_title("consultant.missed_answer", person), *for_consultant(found, missed, earlier))
    return Body(parts, consultant_buttons(found, ()))


def was_there(person: Person, missed: Sequence[Appointment]) -> Body:
    """To the consultant: the person says that they were there."""
    lines = (Part(appointment_line(appointment)) for appointment in missed)
    return Body((_title("consultant.says_was_there", person), *lines))


def withdrawn(found: Absence, person: Person, chosen: Sequence[Appointment]) -> Body:
    """To the consultant: the person comes after all."""
    return Body((_title(ENDS[ReportEnd.TAKEN_BACK], person), *report_parts(found, chosen)))


def better(found: Absence, person: Person) -> Body:
    """To the consultant: an illness without an end is over."""
    return Body((_title(ENDS[ReportEnd.BETTER], person), *report_parts(found, ())))


def still_ill(found: Absence, person: Person, coming: Sequence[Appointment]) -> Body:
    """To the consultant: the coming days are missed too."""
    return Body((_title("consultant.still_ill", person), *report_parts(found, coming)))


def seen(consultant: Consultant) -> Body:
    """To the person: their report was read."""
    return Body((Part(Text("absence.seen_by", {"consultant": consultant.name})),))


def please_call(consultant: Consultant, telephone: str) -> Body:
    """To the person: their consultant would like to be called; "" = at a number that is not known here."""
    number = (Part(Text("letter.telephone", {"telephone": telephone})),) if telephone else ()
    return Body((Part(Text("letter.please_call", {"consultant": consultant.name})), *number))


def files(found: Absence) -> list[Attachment]:
    """What the person sent along, each as a file of its own."""
    places = range(len(found.attachment))
    return [Attachment("absence", f"{found.id}:{place}" if place else str(found.id)) for place in places]


def _title(key: str, person: Person) -> Part:
    return Part(Text(key, {"person": name_of(person)}), Style.TITLE)
