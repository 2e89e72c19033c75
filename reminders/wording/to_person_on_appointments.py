"""What a person is told of appointments: ahead of them, and when they change."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache, partial

from locales.rendering.message import Button, Part, Style, Text
from reminders.delivery.composing import ClaimedMessage, Skip
from reminders.wording.appointment import answer_buttons, appointment_details, appointment_line, kind_text
from reminders.wording.batch import Batch, monday_of
from reminders.wording.joined import Buttons, Wording
from storage.appointments.schedule import ScheduledAppointment
from storage.engine.columns import Json
from storage.vocabulary import Answer, AppointmentKind, AppointmentStatus, Change

_WILL_YOU = Part(Text("reminder.ask"))
_CAN_YOU_NOT = Part(Text("reminder.can_you_not"))
_YOU_COME = Part(Text("reminder.you_come"))
_IN_SHORT_COMING = Text("brief.coming")
# Kinds that say what they are about and what to bring (start note 3.2: always know what to expect).
_ABOUT = {
    kind: (Part(Text(f"about.{kind.value}")),)
    for kind in (
        AppointmentKind.INTAKE_MEETING,
        AppointmentKind.LEARNABILITY_TEST,
        AppointmentKind.PROGRESS_MEETING,
        AppointmentKind.PVT,
        AppointmentKind.MAP,
        AppointmentKind.CLOSING_MEETING,
        AppointmentKind.EXAM,
    )
}


def reminder(row: ClaimedMessage, appointment: ScheduledAppointment, person_id: int, batch: Batch) -> Wording | Skip:
    """One meeting ahead; who said that they come is told so instead of being asked."""
    answer = batch.answer(appointment, person_id)
    if answer is Answer.NOT_COMING:
        return Skip("not_coming")
    if answer is Answer.COMING:
        return _ahead(appointment, (_YOU_COME,), (_CAN_YOU_NOT,), batch)
    return _ahead(appointment, (_WILL_YOU,) if row.params.get("ask") else (), (_CAN_YOU_NOT,), batch)


def confirm_again(
    _row: ClaimedMessage, appointment: ScheduledAppointment, person_id: int, batch: Batch
) -> Wording | Skip:
    """A mandatory meeting that was not confirmed, once more."""
    if batch.answer(appointment, person_id) is not None:
        return Skip("answered")
    return _ahead(appointment, (Part(Text("reminder.ask_again")),), (), batch)


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
        buttons=_not_coming("button.not_coming", coming[0]),
        joined_buttons=partial(_not_coming, "button.not_coming_to", coming[0]),
        brief=tuple(Text("brief.class", {"starts_at": a.starts_at}) for a in coming),
        card=f"appointment:{coming[0].id}" if len(coming) == 1 else f"week_of:{coming[0].id}",
    )


def overview(row: ClaimedMessage, batch: Batch) -> Wording | Skip:
    """The week: everything that is planned in it."""
    monday = monday_of(row)
    if monday is None or row.person_id is None:
        return Skip("nobody")
    week = [a for a in batch.on_days(row.person_id, monday, 7) if a.starts_at > batch.now]
    if not week:
        return Skip("appointment_cancelled")
    return Wording(
        (Part(Text("overview.title"), Style.TITLE), *(Part(appointment_line(a)) for a in week)),
        (Part(Text("overview.hint")),),
        ((Button(Text("button.not_coming"), "absent", "🤒"),),),
        tuple,
        card=f"week:{monday.isoformat()}",
    )


def notice(row: ClaimedMessage, appointment: ScheduledAppointment) -> Wording:
    """What changed: the old struck out, then what is true now."""
    kind = {"kind": kind_text(appointment.kind)}
    change = row.params.get("change")
    more = _more(row.params)
    if appointment.status is AppointmentStatus.CANCELLED or change == Change.CANCELLED:
        starts_at = _old_start(row.params) or appointment.starts_at
        old_time = Part(Text("notice.old_time", {"starts_at": starts_at}))
        return Wording(
            (Part(Text("notice.cancelled", kind), Style.TITLE), old_time, *more),
            (Part(Text("notice.need_not_come")),),
            brief=(Text("brief.cancelled", {"starts_at": starts_at}),),
            card=f"appointment:{appointment.id}",
            lines=(old_time, *more),
        )
    details = appointment_details(appointment)
    was = _what_was(row.params, appointment) if change == Change.MOVED else []
    if change == Change.MOVED:
        parts = [Part(Text("notice.changed", kind), Style.TITLE), *was, Part(Text("notice.now")), *details]
    else:
        title = Text("notice.restored" if change == Change.RESTORED else "notice.new", kind)
        parts = [Part(title, Style.TITLE), *details, *_ABOUT.get(appointment.kind, ())]
    if appointment.kind is AppointmentKind.CLASS:
        # Nobody confirms a class; several may change at once, and then one button is for all of them.
        where = [part for part in (_where(appointment),) if part is not None]
        return Wording(
            (*parts, *more),
            buttons=_not_coming("button.not_coming", appointment),
            joined_buttons=_not_coming_to_any,
            brief=_in_short(appointment, change),
            card=_card(row, appointment),
            lines=(*was, Part(appointment_line(appointment)), *where, *more),
        )
    return Wording(
        (*parts, _WILL_YOU),
        (),
        answer_buttons(appointment),
        partial(_answers_to, appointment),
        _in_short(appointment, change),
        _card(row, appointment),
    )


def _not_coming_to_any() -> Buttons:
    return ((Button(Text("button.not_coming"), "absent", "🤒"),),)


def _ahead(
    appointment: ScheduledAppointment, asked: tuple[Part, ...], below: tuple[Part, ...], batch: Batch
) -> Wording:
    """`asked` stands with the appointment, or it could be about another one in the same message."""
    title = _title(appointment.kind, (batch.day(appointment.starts_at) - batch.today).days)
    return Wording(
        (title, *appointment_details(appointment), *_ABOUT.get(appointment.kind, ()), *asked),
        below,
        answer_buttons(appointment),
        partial(_answers_to, appointment),
        _in_short(appointment, None),
        f"appointment:{appointment.id}",
    )


@lru_cache(maxsize=256)
def _title(kind: AppointmentKind, days: int) -> Part:
    """What is ahead in so many days."""
    params = {"kind": kind_text(kind)}
    if days > 1:
        return Part(Text("reminder.in_days", params, count=days), Style.TITLE)
    return Part(Text("reminder.tomorrow" if days == 1 else "reminder.today", params), Style.TITLE)


def _card(row: ClaimedMessage, appointment: ScheduledAppointment) -> str:
    """The appointment, with the time that is struck out where it was moved."""
    was = _old_start(row.params)
    if row.params.get("change") != Change.MOVED or was is None or was == appointment.starts_at:
        return f"appointment:{appointment.id}"
    return f"appointment:{appointment.id}:{was.isoformat()}"


def _in_short(appointment: ScheduledAppointment, change: object) -> tuple[Text, ...]:
    """When and where, but not with whom, about what, or why: others may look at this screen."""
    when = {"starts_at": appointment.starts_at}
    is_class = appointment.kind is AppointmentKind.CLASS
    key = "brief.changed" if change == Change.MOVED else "brief.class" if is_class else "brief.appointment"
    place = (Text("brief.place", {"place": appointment.location}),) if appointment.location else ()
    return (Text(key, when), *place, *(() if is_class else (_IN_SHORT_COMING,)))


def _answers_to(appointment: ScheduledAppointment) -> Buttons:
    kind = {"kind": kind_text(appointment.kind)}
    return (
        (Button(Text("button.coming_to", kind), f"come:{appointment.id}", "✅"),),
        (Button(Text("button.not_coming_to", kind), f"notcome:{appointment.id}", "🤒"),),
    )


def _not_coming(label: str, appointment: ScheduledAppointment) -> Buttons:
    return ((Button(Text(label, {"kind": kind_text(appointment.kind)}), f"notcome:{appointment.id}", "🤒"),),)


def _class_line(appointment: ScheduledAppointment) -> Text:
    if appointment.location:
        return Text("class.line", {"starts_at": appointment.starts_at, "place": appointment.location})
    return Text("class.line_bare", {"starts_at": appointment.starts_at})


def _old_start(params: Mapping[str, Json]) -> datetime | None:
    old = params.get("old_starts_at")
    return datetime.fromisoformat(old) if isinstance(old, str) else None


def _more(params: Mapping[str, Json]) -> tuple[Part, ...]:
    """How many more classes changed than are named."""
    more = params.get("more")
    return (Part(Text("absence.and_more", count=more)),) if isinstance(more, int) and more > 0 else ()


def _where(appointment: ScheduledAppointment) -> Part | None:
    return Part(Text("appointment.where", {"place": appointment.location})) if appointment.location else None


def _what_was(params: Mapping[str, Json], appointment: ScheduledAppointment) -> list[Part]:
    was: list[Part] = []
    old_start, old_place = _old_start(params), params.get("old_location")
    if old_start is not None and old_start != appointment.starts_at:
        was.append(Part(Text("notice.old_time", {"starts_at": old_start})))
    if isinstance(old_place, str) and old_place != appointment.location:
        was.append(Part(Text("notice.old_place", {"place": old_place})))
    return was
