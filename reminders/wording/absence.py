"""How an absence report is put into words, for the person and the consultant: parts and buttons, no language."""

from collections.abc import Mapping, Sequence
from typing import Final

from locales.rendering.message import Button, Part, Style, Text, verbatim
from reminders.intents import Act, asks
from reminders.wording.appointment import appointment_line
from reminders.wording.joined import Buttons
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.vocabulary import AbsenceReason, AppointmentKind, AppointmentStatus, ReportEnd

REASON_ICONS: dict[AbsenceReason, str] = {
    AbsenceReason.ILL: "🤒",
    AbsenceReason.CHILD_ILL: "👶",
    AbsenceReason.DOCTOR: "🏥",
    AbsenceReason.WORK: "💼",
    AbsenceReason.FAMILY: "👪",
    AbsenceReason.TRANSPORT: "🚌",
    AbsenceReason.OTHER_APPOINTMENT: "📅",
    AbsenceReason.OTHER: "💬",
}
#: What a consultant reads when a report ends, or does not hold for an appointment any more.
ENDS: Final[Mapping[ReportEnd, str]] = {
    ReportEnd.TAKEN_BACK: "consultant.absence_withdrawn",
    ReportEnd.CHANGED: "consultant.absence_changed",
    ReportEnd.BETTER: "consultant.better",
    ReportEnd.COMING: "consultant.coming_after_all",
    ReportEnd.ANOTHER_DAY: "consultant.report_another_day",
    ReportEnd.CANCELLED: "consultant.report_cancelled",
    ReportEnd.NOT_THEIRS: "consultant.report_not_theirs",
}
if forgotten := set(ReportEnd) - ENDS.keys():
    raise LookupError(f"nobody is told when a report ends by {', '.join(sorted(forgotten))}")
# More lines would be a wall of text; how many more there are is said.
MOST_LINES = 8
#: Stands for the report where the person asked for another time.
ASKED: Final = "asked"


def report_parts(report: Absence, chosen: Sequence[Appointment]) -> list[Part]:
    """What, when, why, how long and the note: the same for the person and the consultant."""
    parts = [Part(appointment_line(appointment)) for appointment in chosen[:MOST_LINES]]
    if len(chosen) > MOST_LINES:
        parts.append(Part(Text("absence.and_more", {}, count=len(chosen) - MOST_LINES)))
    if report.open_ended and report.until_on is None and report.from_on is not None:
        parts.append(Part(Text("absence.from_open", {"on": report.from_on})))
    elif (
        report.from_on is not None and report.until_on is not None and (not chosen or report.from_on < report.until_on)
    ):
        parts.append(Part(Text("absence.period", {"from_on": report.from_on, "until_on": report.until_on})))
    if report.reason is not None:
        reason = Text(f"reason.{report.reason.value}")
        icon = verbatim(REASON_ICONS[report.reason])
        parts.append(Part(Text("absence.reason_line", {"icon": icon, "reason": reason})))
    if report.note:
        parts.append(Part(Text("absence.note_line", {"note": report.note}), Style.QUOTE))
    if report.attachment:
        parts.append(Part(Text("absence.attachment_line")))
    return parts


def for_consultant(report: Absence, chosen: Sequence[Appointment], earlier: int) -> list[Part]:
    """What stands below the title of a report: the report, the note's language, how often absent lately."""
    parts = report_parts(report, chosen)
    if report.note and report.note_language:
        language = Text(f"language.{report.note_language}")
        parts.append(Part(Text("consultant.note_language", {"language": language})))
    parts.append(Part(Text("consultant.absent_before", {}, count=earlier)))
    return parts


def consultant_buttons(report: Absence, chosen: Sequence[Appointment]) -> Buttons:
    """Seen · call me · answer · new time (for a meeting that can be moved)."""
    rows = [
        (Button(Text("consultant.seen"), asks(Act.SEEN, report.id), "👀"),),
        (Button(Text("consultant.call_me"), asks(Act.CALL_ME, report.id), "📞"),),
        (Button(Text("consultant.answer"), asks(Act.WRITE, report.person_id), "✍️"),),
    ]
    movable = [a for a in chosen if can_be_moved(a)]
    if movable:
        rows.append((Button(Text("consultant.new_time"), new_time(movable[0], report.id), "🔁"),))
    return tuple(rows)


def new_time(appointment: Appointment, report_id: int | None = None) -> str:
    """The button by which a consultant proposes another time, because of a report, or because the person asked for one
    (no report): it goes no further once the person comes after all."""
    return asks(Act.PROPOSE_TIME, appointment.id, f"{appointment.version}-{report_id or ASKED}")


def can_be_moved(appointment: Appointment) -> bool:
    """Whether a consultant can move it: one person's own, still going on; a class of a group is the provider's."""
    return (
        appointment.person_id is not None
        and appointment.kind is not AppointmentKind.CLASS
        and appointment.status is AppointmentStatus.PLANNED
    )
