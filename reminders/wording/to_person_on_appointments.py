"""What a person is told ahead of their appointments."""

from datetime import timedelta
from functools import lru_cache, partial

from locales.rendering.message import Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Skip
from reminders.intents import Act, asks
from reminders.wording.appointment import answer_buttons, appointment_details, appointment_line, kind_text, known_line
from reminders.wording.batch import Batch, monday_of
from reminders.wording.joined import Wording
from reminders.wording.meetings.explaining import about, after, kept_free
from reminders.wording.to_person_on_changes import YOU_COME, answers_to, in_short, not_coming, what_was
from storage.appointments.schedule import ScheduledAppointment
from storage.vocabulary import THERE, Answer, AppointmentKind, AppointmentStatus

# Two of a kind within this are parts of one series.
_SERIES = timedelta(days=15)
_WILL_YOU = Part(Text("reminder.ask"))
_CAN_YOU_NOT = Part(Text("reminder.can_you_not"))


def reminder(row: ClaimedMessage, appointment: ScheduledAppointment, person_id: int, batch: Batch) -> Wording | Skip:
    """One meeting ahead; who said that they come is told so instead of being asked."""
    answer = batch.answer(appointment, person_id)
    if answer is Answer.NOT_COMING:
        return Skip("not_coming")
    if answer is Answer.COMING:
        return _ahead(appointment, (YOU_COME,), (_CAN_YOU_NOT,), batch, person_id)
    asks = bool(row.params.get("ask"))
    return _ahead(appointment, (_WILL_YOU,) if asks else (), (_CAN_YOU_NOT,), batch, person_id, asked=asks)


def confirm_again(
    _row: ClaimedMessage, appointment: ScheduledAppointment, person_id: int, batch: Batch
) -> Wording | Skip:
    """A mandatory meeting that was not confirmed, once more."""
    if batch.answer(appointment, person_id) is not None:
        return Skip("answered")
    return _ahead(appointment, (Part(Text("reminder.ask_again")),), (), batch, person_id, asked=True)


def classes(_row: ClaimedMessage, first: ScheduledAppointment, person_id: int, batch: Batch) -> Wording | Skip:
    """The evening before: all classes of that day in one message, those reported absent left out."""
    day = batch.day(first.starts_at)
    that_day = [a for a in batch.on_days(person_id, day, 1) if a.kind is AppointmentKind.CLASS]
    coming = [a for a in that_day if batch.answer(a, person_id) is not Answer.NOT_COMING and a.starts_at > batch.now]
    if not coming:
        return Skip("not_coming" if that_day else "appointment_cancelled")
    title = Text("class.today" if day == batch.today else "class.tomorrow")
    return Wording(
        (Part(title, Style.TITLE), *(Part(_class_line(a)) for a in coming)),
        buttons=not_coming("button.not_coming", coming[0]),
        joined_buttons=partial(not_coming, "button.not_coming_to", coming[0]),
        brief=tuple(Text("brief.class", {"starts_at": a.starts_at}) for a in coming),
        card=f"appointment:{coming[0].id}" if len(coming) == 1 else f"week_of:{coming[0].id}",
        told=tuple(batch.told(a, person_id) for a in coming),
    )


def overview(row: ClaimedMessage, batch: Batch) -> Wording | Skip:
    """The week: everything that is planned in it; what was reported is struck out, and asked about no more."""
    monday = monday_of(row)
    if monday is None or row.person_id is None:
        return Skip("nobody")
    week = [a for a in batch.on_days(row.person_id, monday, 7) if a.starts_at > batch.now]
    if not week:
        return Skip("appointment_cancelled")
    missed = {a.id for a in week if batch.answer(a, row.person_id) is Answer.NOT_COMING}
    if len(missed) == len(week):
        return Skip("not_coming")
    lines = (Part(known_line(a, missed=a.id in missed)) for a in week)
    return Wording(
        (Part(Text("overview.title"), Style.TITLE), *lines),
        (Part(Text("overview.hint")),),
        ((Button(Text("button.not_coming"), asks(Act.ABSENT), "🤒"),),),
        tuple,
        card=f"week:{monday.isoformat()}",
        told=tuple(batch.told(a, row.person_id) for a in week),
    )


def comes_next(row: ClaimedMessage, batch: Batch) -> Wording | Skip:
    """The day after a meeting: what follows from it, and the next appointment. Nothing to who was not there: that is
    another conversation; and of a series it is said after its last."""
    over = batch.appointments.get(row.appointment_id or 0)
    if over is None or row.person_id is None:
        return Skip("nobody")
    if over.version != row.appointment_version or over.status is not AppointmentStatus.PLANNED:
        return Skip("appointment_changed")
    presence = batch.presences.get((over.id, row.person_id))
    missed = presence not in THERE if presence is not None else batch.answer(over, row.person_id) is Answer.NOT_COMING
    if missed:
        return Skip("not_there")
    coming = batch.appointments.get(batch.next_ones.get(row.person_id, 0))
    is_series = coming is not None and coming.kind is over.kind and over.kind is not AppointmentKind.INTAKE_MEETING
    if coming is not None and is_series and coming.starts_at - over.starts_at < _SERIES:
        return Skip("goes_on")
    title = Part(Text("after.title", {"kind": kind_text(over.kind)}), Style.TITLE)
    goes_on = after(over.kind, batch.intakes.get(over.id))
    if coming is None:
        return Wording((title, *goes_on, Part(Text("after.none"))))
    return Wording(
        (title, *goes_on, Part(Text("after.next")), Part(appointment_line(coming))),
        card=f"appointment:{coming.id}",
        told=(batch.told(coming, row.person_id),),
    )


def _ahead(
    appointment: ScheduledAppointment,
    question: tuple[Part, ...],
    below: tuple[Part, ...],
    batch: Batch,
    person_id: int,
    *,
    asked: bool = False,
) -> Wording:
    """`question` stands with the appointment, or it could be about another one in the same message."""
    title = _title(appointment.kind, (batch.day(appointment.starts_at) - batch.today).days)
    # What they heard last and is not so: its message did not arrive, or is on its way.
    intake, answer = batch.intakes.get(appointment.id), batch.answer(appointment, person_id)
    was = what_was(batch.heard.get((person_id, appointment.id)), appointment)
    details = appointment_details(appointment, intake=intake)
    waits = kept_free(appointment.kind, appointment.with_whom, batch.consultants.get(person_id), intake)
    return Wording(
        (title, *was, *about(appointment.kind, intake), *details, *waits, *question),
        below,
        answer_buttons(appointment, answer),
        partial(answers_to, appointment, answer),
        in_short(appointment, None),
        f"appointment:{appointment.id}",
        told=(batch.told(appointment, person_id, asked=asked),),
    )


@lru_cache(maxsize=256)
def _title(kind: AppointmentKind, days: int) -> Part:
    """What is ahead in so many days."""
    params = {"kind": kind_text(kind)}
    if days > 1:
        return Part(Text("reminder.in_days", params, count=days), Style.TITLE)
    return Part(Text("reminder.tomorrow" if days == 1 else "reminder.today", params), Style.TITLE)


def _class_line(appointment: ScheduledAppointment) -> Text:
    if appointment.location:
        return Text("class.line", {"starts_at": appointment.starts_at, "place": appointment.location})
    return Text("class.line_bare", {"starts_at": appointment.starts_at})
