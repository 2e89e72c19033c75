"""How an appointment is put into words, for reminders and for the dialogue alike: parts and buttons, no language."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TypeAlias

from locales.rendering.message import Button, Part, Style, Text, verbatim
from reminders.intents import Act, asks
from reminders.wording.meetings.bringing import preparation, preparation_parts
from reminders.wording.meetings.explaining import with_whom
from storage.appointment_kinds import APPOINTMENTS
from storage.appointments.appointments import Appointment
from storage.appointments.schedule import ScheduledAppointment
from storage.people.people import Person
from storage.vocabulary import Answer, AppointmentKind

AnyAppointment: TypeAlias = Appointment | ScheduledAppointment

# The icon of each kind, the same in every language.
KIND_ICONS: Mapping[AppointmentKind, str] = {kind: traits.icon for kind, traits in APPOINTMENTS.items()}

# An end that is so much later is a slip of whoever typed it.
_A_DAY = timedelta(hours=16)
_COMING = Text("button.coming")
_NOT_COMING = Text("button.not_coming")
_OTHER_TIME = Text("button.other_time")


def name_of(person: Person) -> str:
    """How a consultant knows the person."""
    return f"{person.given_name} {person.family_name}".strip()


@cache
def kind_text(kind: AppointmentKind) -> Text:
    """The name of a kind."""
    return Text(f"kind.{kind.value}")


def appointment_line(appointment: AnyAppointment) -> Text:
    """One line: what and when."""
    return Text(
        "appointment.line",
        {
            "icon": verbatim(KIND_ICONS[appointment.kind]),
            "kind": kind_text(appointment.kind),
            "starts_at": appointment.starts_at,
        },
    )


def known_line(appointment: AnyAppointment, *, missed: bool) -> Text:
    """One line; of what the reader reported that they miss it says so."""
    line = appointment_line(appointment)
    return Text("page.missed_line", {"line": line}) if missed else line


def appointment_parts(appointment: AnyAppointment) -> list[Part]:
    """What, when, where, with whom and what to bring, as far as they are known (start note 3.2: what to expect)."""
    what = Part(Text("appointment.what", {"kind": kind_text(appointment.kind)}), Style.TITLE)
    return [what, *appointment_details(appointment)]


def appointment_details(appointment: AnyAppointment, *, intake: int | None = None) -> list[Part]:
    """All of it but what it is; `intake` is which of the intake meetings it is, where that is known."""
    parts = [when_part(appointment.starts_at, appointment.ends_at)]
    if appointment.location:
        parts.append(Part(Text("appointment.where", {"place": appointment.location})))
    if appointment.online_url:
        parts.append(Part(Text("appointment.online", {"url": appointment.online_url})))
    if appointment.with_whom:
        parts.append(Part(Text("appointment.with", {"name": appointment.with_whom})))
    else:
        parts += with_whom(appointment.kind, intake)
    return parts + preparation_parts(preparation(appointment.note, appointment.kind))


def when_part(starts_at: datetime, ends_at: datetime | None) -> Part:
    """Day and time; the end only when it is on the same day."""
    if ends_at is not None and starts_at < ends_at < starts_at + _A_DAY:
        return Part(Text("appointment.when_until", {"starts_at": starts_at, "ends_at": ends_at}))
    return Part(Text("appointment.when", {"starts_at": starts_at}))


def answer_buttons(appointment: AnyAppointment, answer: Answer | None = None) -> tuple[tuple[Button, ...], ...]:
    """I come (unless that was answered) · I can't come · another time please (not for classes, which nobody moves)."""
    rows = [] if answer is Answer.COMING else [(Button(_COMING, asks(Act.COME, appointment.id), "✅"),)]
    rows.append((Button(_NOT_COMING, asks(Act.NOT_COME, appointment.id), "🤒"),))
    if appointment.kind is not AppointmentKind.CLASS:
        rows.append((Button(_OTHER_TIME, asks(Act.OTHER_TIME, appointment.id), "🔁"),))
    return tuple(rows)
