"""What a person is told of an appointment that is not as they heard: the old struck out, then what is true now.

Worked out when it is sent, from the record of what was heard (storage/outbox/heard.py): whatever happened since it was
planned, the old is what they heard last.
"""

from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from locales.rendering.message import Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Skip
from reminders.intents import Act, asks
from reminders.wording.appointment import answer_buttons, appointment_details, appointment_line, kind_text
from reminders.wording.batch import Batch, more_of
from reminders.wording.joined import Buttons, Wording
from reminders.wording.meetings.explaining import about
from storage.appointments.schedule import ScheduledAppointment
from storage.outbox.heard import HeardOf, ToldOf, what_differs
from storage.vocabulary import Answer, AppointmentKind, Change, Told

YOU_COME: Final = Part(Text("reminder.you_come"))
_WILL_YOU: Final = Part(Text("reminder.ask"))
_IN_SHORT_COMING: Final = Text("brief.coming")


class _Was(NamedTuple):
    """What changed, and the time and place that were heard; nothing where they are the present ones."""

    change: Change
    starts_at: datetime | None = None
    location: str | None = None


def change(row: ClaimedMessage, appointment: ScheduledAppointment, person_id: int, batch: Batch) -> Wording | Skip:
    """What differs from what they heard; nothing when they heard it as it is."""
    was = _was(row, appointment, person_id, batch)
    if was is None:
        return Skip("heard_already")
    more, told_more = _more(row, person_id, batch)
    if was.change is Change.CANCELLED:
        return _cancelled(appointment, person_id, was, more, told_more, batch)
    kind = {"kind": kind_text(appointment.kind)}
    intake = batch.intakes.get(appointment.id)
    details = appointment_details(appointment, intake=intake)
    gone = _struck_out(was, appointment) if was.change is Change.MOVED else []
    if was.change is Change.MOVED:
        parts = [Part(Text("notice.changed", kind), Style.TITLE), *gone, Part(Text("notice.now")), *details]
    else:
        title = Text("notice.restored" if was.change is Change.RESTORED else "notice.new", kind)
        parts = [Part(title, Style.TITLE), *about(appointment.kind, intake), *details]
    answered = _answered(appointment, person_id, batch)
    # Nobody confirms a class; and what has begun already is told, not asked.
    asks = (
        appointment.kind is not AppointmentKind.CLASS
        and appointment.starts_at > batch.now
        and batch.answer(appointment, person_id) is None
    )
    told = (batch.told(appointment, person_id, asked=asks), *told_more)
    if appointment.kind is AppointmentKind.CLASS:
        # Several may change at once, and then one button is for all of them.
        where = [part for part in (_where(appointment),) if part is not None]
        return Wording(
            (*parts, *answered, *more),
            buttons=not_coming("button.not_coming", appointment),
            joined_buttons=_not_coming_to_any,
            brief=in_short(appointment, was.change),
            card=_card(was, appointment),
            lines=(*gone, Part(appointment_line(appointment)), *where, *answered, *more),
            told=told,
        )
    said = batch.answer(appointment, person_id)
    question = (*answered, *((_WILL_YOU,) if asks else ()))
    return Wording(
        (*parts, *question),
        (),
        answer_buttons(appointment, said) if appointment.starts_at > batch.now else (),
        partial(answers_to, appointment, said) if appointment.starts_at > batch.now else None,
        in_short(appointment, was.change),
        _card(was, appointment),
        # Among others what it is about is left out: several would be a wall of text.
        lines=(*details, *question) if was.change in (Change.MADE, Change.RESTORED) else (),
        told=told,
    )


def _cancelled(
    appointment: ScheduledAppointment,
    person_id: int,
    was: _Was,
    more: tuple[Part, ...],
    told_more: tuple[ToldOf, ...],
    batch: Batch,
) -> Wording:
    starts_at = was.starts_at or appointment.starts_at
    old_time = Part(Text("notice.old_time", {"starts_at": starts_at}))
    title = Part(Text("notice.cancelled", {"kind": kind_text(appointment.kind)}), Style.TITLE)
    because = appointment.cancelled_because
    why = (Part(Text(f"notice.because.{because.value}")),) if because is not None else ()
    return Wording(
        (title, old_time, *why, *more),
        (Part(Text("notice.need_not_come")),),
        brief=(Text("brief.cancelled", {"starts_at": starts_at}),),
        card=f"appointment:{appointment.id}",
        lines=(old_time, *why, *more),
        told=(batch.told(appointment, person_id, takes_place=False), *told_more),
    )


def _was(row: ClaimedMessage, appointment: ScheduledAppointment, person_id: int, batch: Batch) -> _Was | None:
    heard = batch.heard.get((person_id, appointment.id))
    takes_place = batch.takes_place(appointment, person_id)
    if heard is not None and heard.message_id == row.id:
        # Said before, and shown again: as it was said.
        old, place = row.params.get("old_starts_at"), row.params.get("old_location")
        return _Was(
            Change(str(row.params.get("change"))) if takes_place else Change.CANCELLED,
            datetime.fromisoformat(old) if isinstance(old, str) else None,
            place if isinstance(place, str) else None,
        )
    if heard is None:
        return _Was(Change.MADE) if takes_place and appointment.starts_at > batch.now else None
    what = what_differs(heard, batch.now, theirs=takes_place or not heard.is_planned)
    if what is None:
        return None
    return (
        _Was(what) if heard.how is Told.MORE or what is Change.MADE else _Was(what, heard.starts_at, heard.old_location)
    )


def _answered(appointment: ScheduledAppointment, person_id: int, batch: Batch) -> tuple[Part, ...]:
    """What they said already: it holds, or was for another day."""
    answer = batch.answer(appointment, person_id)
    if answer is Answer.COMING:
        return (YOU_COME,)
    if answer is not None:
        return (Part(Text(f"appointment.answered_{answer.value}")),)
    before = batch.answer_before(appointment, person_id)
    if before is None:
        return ()
    said, starts_at = before
    return (
        Part(Text(f"appointment.answered_{said.value}")),
        Part(Text("notice.answer_was_for", {"starts_at": starts_at})),
    )


def _more(row: ClaimedMessage, person_id: int, batch: Batch) -> tuple[tuple[Part, ...], tuple[ToldOf, ...]]:
    """How many more classes changed than are named, and which."""
    told: list[ToldOf] = []
    for appointment_id in more_of(row):
        appointment = batch.appointments.get(appointment_id)
        if appointment is None:
            continue
        heard = batch.heard.get((person_id, appointment_id))
        takes_place = batch.takes_place(appointment, person_id)
        if heard is None and not takes_place:
            continue
        if heard is None or what_differs(heard, batch.now, theirs=takes_place or not heard.is_planned) is not None:
            told.append(batch.told(appointment, person_id, takes_place=takes_place, how=Told.MORE))
    return ((Part(Text("absence.and_more", count=len(told))),) if told else ()), tuple(told)


def what_was(heard: HeardOf | None, appointment: ScheduledAppointment) -> list[Part]:
    """The time and place that they heard last and that are not so."""
    if heard is None or not heard.takes_place or heard.how is Told.MORE:
        return []
    return _struck_out(_Was(Change.MOVED, heard.starts_at, heard.old_location), appointment)


def _struck_out(was: _Was, appointment: ScheduledAppointment) -> list[Part]:
    gone: list[Part] = []
    if was.starts_at is not None and was.starts_at != appointment.starts_at:
        gone.append(Part(Text("notice.old_time", {"starts_at": was.starts_at})))
    if was.location is not None and was.location != appointment.location:
        gone.append(Part(Text("notice.old_place", {"place": was.location})))
    return gone


def _not_coming_to_any() -> Buttons:
    return ((Button(Text("button.not_coming"), asks(Act.ABSENT), "🤒"),),)


def not_coming(label: str, appointment: ScheduledAppointment) -> Buttons:
    """The button of who cannot come, under this label."""
    return ((Button(Text(label, {"kind": kind_text(appointment.kind)}), asks(Act.NOT_COME, appointment.id), "🤒"),),)


def in_short(appointment: ScheduledAppointment, change: object) -> tuple[Text, ...]:
    """When and where, but not with whom, about what, or why: others may look at this screen."""
    when = {"starts_at": appointment.starts_at}
    is_class = appointment.kind is AppointmentKind.CLASS
    key = "brief.changed" if change == Change.MOVED else "brief.class" if is_class else "brief.appointment"
    place = (Text("brief.place", {"place": appointment.location}),) if appointment.location else ()
    return (Text(key, when), *place, *(() if is_class else (_IN_SHORT_COMING,)))


def answers_to(appointment: ScheduledAppointment, answer: Answer | None = None) -> Buttons:
    """The answers to one of several appointments in a message; that they come is not asked of who said so."""
    kind = {"kind": kind_text(appointment.kind)}
    coming = Button(Text("button.coming_to", kind), asks(Act.COME, appointment.id), "✅")
    not_coming = Button(Text("button.not_coming_to", kind), asks(Act.NOT_COME, appointment.id), "🤒")
    return ((not_coming,),) if answer is Answer.COMING else ((coming,), (not_coming,))


def _card(was: _Was, appointment: ScheduledAppointment) -> str:
    """The appointment, with the time that is struck out where it was moved."""
    if was.change is not Change.MOVED or was.starts_at is None or was.starts_at == appointment.starts_at:
        return f"appointment:{appointment.id}"
    return f"appointment:{appointment.id}:{was.starts_at.isoformat()}"


def _where(appointment: ScheduledAppointment) -> Part | None:
    return Part(Text("appointment.where", {"place": appointment.location})) if appointment.location else None
