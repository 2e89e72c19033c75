"""What a consultant is told of appointments: not confirmed, at the same time, not delivered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from locales.rendering.message import Button, Part, Style, Text, verbatim
from reminders.delivery.composing import ClaimedMessage, Skip
from reminders.intents import Act, asks
from reminders.wording.absence import ENDS
from reminders.wording.appointment import appointment_line, kind_text, name_of
from reminders.wording.batch import Batch, person_of
from reminders.wording.joined import Buttons, Wording
from reminders.wording.to_person_on_changes import what_was
from storage.appointments.schedule import ScheduledAppointment
from storage.engine.columns import Json
from storage.outbox.losses import LostDate, LostOf
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask
from storage.vocabulary import (
    AppointmentKind,
    AppointmentStatus,
    Change,
    ChangeSource,
    MessageState,
    ReportEnd,
)

# More would be a wall of text; how many more there are is said.
MOST_LOST: Final = 8


def unconfirmed(row: ClaimedMessage, appointment: ScheduledAppointment, person_id: int, batch: Batch) -> Wording | Skip:
    """A mandatory meeting that nobody confirmed, and how often the person was asked; perhaps they never were.

    Who is asked at this very moment, since the service stood still or their channel did, gets a little time to answer
    first. What only waits to be asked is waited for once.
    """
    if batch.answer(appointment, person_id) is not None:
        return Skip("answered")
    person = batch.people.get(person_id)
    if person is None:
        return Skip("nobody")
    asked = batch.asked.get((appointment.id, person_id), 0)
    being_sent = batch.being_asked.get((appointment.id, person_id))
    if not asked and being_sent is not None and (being_sent or not row.put_off):
        return Skip("being_asked", MessageState.PENDING)
    how_often = Text("consultant.asked", {}, count=asked) if asked else Text("consultant.never_asked")
    return Wording(
        (
            Part(Text("consultant.unconfirmed", {"person": name_of(person)}), Style.TITLE),
            Part(appointment_line(appointment)),
            Part(how_often),
            *_telephone(person),
        ),
        buttons=write_to(person),
    )


def overlap(row: ClaimedMessage, appointment: ScheduledAppointment, person_id: int, batch: Batch) -> Wording | Skip:
    """Two appointments of one person at the same time."""
    other_id, person = row.params.get("other"), batch.people.get(person_id)
    other = batch.appointments.get(other_id) if isinstance(other_id, int) else None
    if other is None or person is None:
        return Skip("nobody")
    if other.version != row.params.get("other_version") or other.status is not AppointmentStatus.PLANNED:
        return Skip("appointment_changed")
    both = Part(appointment_line(appointment)), Part(appointment_line(other))
    return Wording(
        (Part(Text("consultant.overlap", {"person": name_of(person)}), Style.TITLE), *both),
        tail=(Part(Text("consultant.overlap_hint")),),
        buttons=write_to(person),
        lines=(_whose(person), *both),
        counted="consultant.overlaps",
    )


def conflict(row: ClaimedMessage, appointment: ScheduledAppointment, batch: Batch) -> Wording | Skip:
    """Two sources said different things of an appointment: what each said, and that the newest holds."""
    person = batch.people.get(person_of(row) or 0)
    old_starts_at, old_location = row.params.get("old_starts_at"), row.params.get("old_location")
    if person is None or not isinstance(old_starts_at, str):
        return Skip("nobody")
    before = appointment._replace(
        starts_at=datetime.fromisoformat(old_starts_at),
        location=old_location if isinstance(old_location, str) else None,
        status=AppointmentStatus.CANCELLED if row.params.get("old_cancelled") else AppointmentStatus.PLANNED,
    )
    words = *_word(row.params.get("other_source"), before), *_word(row.params.get("source"), appointment)
    return Wording(
        (Part(Text("consultant.conflict", {"person": name_of(person)}), Style.TITLE), *words),
        tail=(Part(Text("consultant.conflict_newest")),),
        buttons=write_to(person),
        lines=(_whose(person), *words),
        counted="consultant.conflicts",
    )


def _whose(person: Person) -> Part:
    """Whom the next lines of a list are about."""
    return Part(verbatim(f"👤 {name_of(person)}"))


def _word(source: Json, appointment: ScheduledAppointment) -> list[Part]:
    known = source if source in set(ChangeSource) else "other"
    cancelled = appointment.status is AppointmentStatus.CANCELLED
    return [
        Part(Text(f"consultant.said_by.{known}"), Style.QUOTE),
        Part(appointment_line(appointment)),
        *([Part(Text("appointment.where", {"place": appointment.location}))] if appointment.location else []),
        *([Part(Text("consultant.is_cancelled"))] if cancelled else []),
    ]


def report_stands(row: ClaimedMessage, appointment: ScheduledAppointment, batch: Batch) -> Wording | Skip:
    """A report does not hold any more for an appointment that changed, or does again: which, and why."""
    person = batch.people.get(person_of(row) or 0)
    report = batch.reports.get((person.id, appointment.id)) if person is not None else None
    if report is None or person is None:
        return Skip("nobody")
    if row.params.get("stands") != report.stands:
        return Skip("report_changed")
    name = {"person": name_of(person)}
    line = Part(appointment_line(appointment))
    old_time = Part(Text("notice.old_time", {"starts_at": report.reported_for}))
    if report.end is None:
        parts: tuple[Part, ...] = (Part(Text("consultant.report_holds", name), Style.TITLE), line)
    elif report.end is ReportEnd.ANOTHER_DAY:
        # Nobody is asked to confirm a class.
        is_asked = appointment.kind is not AppointmentKind.CLASS
        asked = (Part(Text("consultant.report_asked_again", name)),) if is_asked else ()
        parts = (Part(Text(ENDS[report.end], name), Style.TITLE), old_time, line, *asked)
    else:
        parts = (Part(Text(ENDS[report.end], name), Style.TITLE), line)
    return Wording(parts, buttons=write_to(person))


def undelivered(row: ClaimedMessage, batch: Batch) -> Wording | Skip:
    """Messages to a person that did not arrive: whom to telephone."""
    person_id = row.params.get("person_id")
    person = batch.people.get(person_id) if isinstance(person_id, int) else None
    if person is None:
        return Skip("nobody")
    task = batch.tasks.get(person.id)
    return Wording(
        (
            Part(Text("consultant.undelivered", {"person": name_of(person)}), Style.TITLE),
            *script(person, batch.lost.get(person.id, ()), batch.now, batch.lost_dates.get(person.id, ())),
            *invited(task),
        ),
        buttons=tuple(
            (Button(Text(f"consultant.call.{outcome}"), asks(Act.CALL, task.id, outcome), icon),)
            for outcome, icon in (("reached", "✅"), ("again", "🔁"), ("wrong", "🚫"))
            if task is not None
        )
        + (((Button(Text("consultant.code_button"), asks(Act.GIVE_CODE, person.id), "🔑"),),) if invited(task) else ()),
    )


def invited(task: PhoneTask | None) -> tuple[Part, ...]:
    """That a neutral invitation went to the number and address on record, and where to; nothing where it did not."""
    if task is None or not task.invited:
        return ()
    over = [Text(f"channel.{name}") for name in task.invited]
    return (Part(Text("consultant.invited_back", {"channels": over})),)


def script(person: Person, lost: Sequence[LostOf], now: datetime, dates: Sequence[LostDate] = ()) -> tuple[Part, ...]:
    """What to say to somebody whom no message reached: the number, their language, the words, step by step; `lost` and
    the `dates` of terms are what they must still hear."""
    language = Text(f"language.{person.language}")
    return (
        *_telephone(person),
        Part(Text("consultant.speaks", {"language": language})),
        Part(Text("consultant.script.greet", {"person": person.given_name}), Style.QUOTE),
        *_each_lost(lost[:MOST_LOST], now),
        *([Part(Text("absence.and_more", count=len(lost) - MOST_LOST))] if len(lost) > MOST_LOST else []),
        *(Part(Text(f"term.{one.about}", {"on": one.on}), Style.QUOTE) for one in dates),
        *([Part(Text("consultant.script.repeat"), Style.QUOTE)] if any(_is_ahead(one, now) for one in lost) else []),
        Part(Text("consultant.script.number"), Style.QUOTE),
        Part(Text("consultant.undelivered_hint")),
    )


def _is_ahead(lost: LostOf, now: datetime) -> bool:
    return lost.change is not Change.CANCELLED and lost.appointment.starts_at > now


def _each_lost(lost: Sequence[LostOf], now: datetime) -> list[Part]:
    """What must still be heard, one after the other; a sentence that holds for several in a row is said once."""
    found: list[Part] = []
    said: Part | None = None
    for one in lost:
        first, *rest = _lost(one, now)
        found += rest if first == said and one.change is not Change.MOVED else [first, *rest]
        said = first
    return found


def _lost(one: LostOf, now: datetime) -> list[Part]:
    """What a message would have said: it is off, it moved from here to there, or it is at all."""
    appointment, heard = one.appointment, one.heard
    kind = {"kind": kind_text(appointment.kind)}
    where = [Part(Text("appointment.where", {"place": appointment.location}))] if appointment.location else []
    match one.change:
        case Change.CANCELLED if heard is not None:
            return [
                Part(Text("notice.cancelled", kind), Style.QUOTE),
                Part(Text("notice.old_time", {"starts_at": heard.starts_at})),
            ]
        case Change.MOVED if heard is not None:
            was = what_was(heard, appointment)
            return [
                Part(Text("notice.changed", kind), Style.QUOTE),
                *was,
                Part(Text("notice.now")),
                Part(appointment_line(appointment)),
                *where,
            ]
        case Change.RESTORED:
            return [Part(Text("notice.restored", kind), Style.QUOTE), Part(appointment_line(appointment)), *where]
    begun = appointment.starts_at <= now
    title = Text("consultant.script.begun" if begun else "consultant.script.appointment")
    return [Part(title, Style.NORMAL if begun else Style.QUOTE), Part(appointment_line(appointment)), *where]


def write_to(person: Person) -> Buttons:
    """A button to write to the person."""
    return ((Button(Text("consultant.write_to", {"person": name_of(person)}), asks(Act.WRITE, person.id), "✍️"),),)


def _telephone(person: Person) -> list[Part]:
    return [Part(Text("consultant.telephone", {"telephone": person.phone}))] if person.phone else []
