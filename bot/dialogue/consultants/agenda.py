"""Appointments made, moved and cancelled by the consultant in the chat: person, kind, day, time, place, in taps.

Every button carries the whole choice so far ("new:<person>:<kind>:<moment>"), so that a button of yesterday means what
it said and two devices do not mix. Nothing changes before it is confirmed.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from bot.actions.people import NAME_LENGTH
from bot.dialogue.appointments.absence_questions import appointment_label
from bot.dialogue.consultants.common import (
    PAGE,
    caseload,
    menu_rows,
    number_in,
    own_meeting,
    own_person,
    page_of,
    pages,
    say_unknown,
)
from bot.dialogue.consultants.moments import FARTHEST, moment_of, pick_moment
from bot.dialogue.consultants.people import named
from bot.dialogue.consultants.places import ask_place, place_of, taken_place
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Text, verbatim
from reminders.wording.absence import can_be_moved
from reminders.wording.appointment import KIND_ICONS, appointment_line, appointment_parts, name_of
from storage.appointments.appointments import Appointment, appointments_of
from storage.appointments.changes import AppointmentChange
from storage.appointments.changing import cancel, length_of, move
from storage.people.people import Person
from storage.vocabulary import AppointmentKind, Change

KINDS: Final = tuple(kind for kind in AppointmentKind if kind is not AppointmentKind.CLASS)
_LENGTH: Final = timedelta(hours=1)


async def people(turn: Turn, args: Sequence[str]) -> None:
    """Whom it is with: "pick:<what>[:<page>]", what = new or move. A name that is written narrows it down."""
    what = args[0] if args and args[0] in ("new", "move") else "new"
    found = await caseload(turn)
    _ask_whom(turn, what, found, page_of(args, 1, len(found)))


def _ask_whom(turn: Turn, what: str, found: Sequence[Person], page: int) -> None:
    turn.audit("looked_at_people", f"consultant:{turn.consultant.id}")
    rows = [
        [Button(verbatim(name_of(person)), f"{what}:{person.id}", "👤")]
        for person in found[page * PAGE : (page + 1) * PAGE]
    ]
    if not rows:
        turn.say(part("consultant.nobody"), buttons=menu_rows())
        return
    turn.expect(f"whom:{what}")
    turn.say(
        title("consultant.with_whom"),
        part("consultant.find_how"),
        buttons=[*rows, pages(f"pick:{what}", page, len(found))],
    )


async def with_named(turn: Turn, what: str, text: str) -> None:
    """Whom it is with, in words ("/new Amina"): straight to the one if there is one of that name."""
    found = await named(turn, text)
    turn.expect("")
    if len(found) == 1:
        await (new if what == "new" else meetings)(turn, [str(found[0].id)])
    elif found:
        _ask_whom(turn, what, found[:PAGE], 0)
    else:
        turn.say(part("consultant.nobody_named", name=text[:NAME_LENGTH]), buttons=menu_rows())


async def new(turn: Turn, args: Sequence[str]) -> None:
    """A new appointment: "new[:<person>[:<kind>[:<moment or day>[:<place>]]]]"."""
    if not args:
        await people(turn, ["new"])
        return
    person = await own_person(turn, number_in(args))
    if person is None:
        say_unknown(turn)
        return
    kind = args[1] if len(args) > 1 else ""
    if kind not in KINDS:
        rows = [[Button(_kind_label(k), f"new:{person.id}:{k.value}", KIND_ICONS[k])] for k in KINDS]
        turn.say(title("consultant.what_kind", person=name_of(person)), buttons=rows)
        return
    so_far = f"new:{person.id}:{kind}"
    when = await pick_moment(turn, so_far, args[2] if len(args) > 2 else "", [person], _LENGTH)
    if when is None:
        return
    place = await place_of(turn, args[3] if len(args) > 3 else "")
    if place is None:
        await ask_place(turn, f"{so_far}:{args[2]}", person)
        return
    turn.say(
        title("consultant.make_this", person=name_of(person)),
        Part(Text("consultant.kind_when", {"kind": Text(f"kind.{kind}"), "at": when})),
        *([part("appointment.where", place=place)] if place else []),
        buttons=[
            [button("consultant.make_it", f"make:{person.id}:{kind}:{args[2]}:{args[3]}", "✅")],
            *menu_rows()[-1:],
        ],
    )


def _kind_label(kind: AppointmentKind) -> Text:
    return Text("consultant.kind_button", {"kind": Text(f"kind.{kind.value}")})


async def make(turn: Turn, args: Sequence[str]) -> None:
    """Confirmed: make the appointment. The person hears it, and their reminders are planned."""
    person = await own_person(turn, number_in(args))
    kind = args[1] if len(args) > 1 else ""
    when = moment_of(turn, args[2]) if len(args) > 2 else None
    place = await place_of(turn, args[3] if len(args) > 3 else "")
    if person is None or kind not in KINDS:
        say_unknown(turn)
        return
    if when is None or place is None or when <= turn.now:
        turn.say(part("consultant.choose_again"), buttons=menu_rows())
        return
    # The same choice confirmed twice is one appointment.
    external_id = f"chat-{person.id}-{kind}-{args[2]}"
    if await turn.session.scalar(select(Appointment.id).where(Appointment.external_id == external_id)) is not None:
        turn.say(part("consultant.made_already"), buttons=menu_rows())
        return
    made = Appointment(
        external_id=external_id,
        person_id=person.id,
        kind=AppointmentKind(kind),
        starts_at=when,
        ends_at=when + _LENGTH,
        location=place or None,
        with_whom=turn.consultant.name,
        made_at=turn.now,
        updated_at=turn.now,
    )
    turn.session.add(made)
    await turn.session.flush()
    await _changed(turn, AppointmentChange(Change.MADE, made))
    turn.expect("")
    turn.audit("made_appointment", f"person:{person.id}")
    turn.say(
        title("consultant.made", person=name_of(person)),
        Part(appointment_line(made)),
        buttons=[[_open(made)], *menu_rows()],
    )


def _open(meeting: Appointment) -> Button:
    return Button(appointment_label(meeting), f"meet:{meeting.id}:{meeting.version}", KIND_ICONS[meeting.kind])


async def _changed(turn: Turn, change: AppointmentChange) -> None:
    await turn.session.flush()
    await turn.services.changed(turn.session, [change])


async def meetings(turn: Turn, args: Sequence[str]) -> None:
    """The coming meetings of a person, to move or cancel: "move[:<person>[:<page>]]"."""
    if not args:
        await people(turn, ["move"])
        return
    person = await own_person(turn, number_in(args))
    if person is None:
        say_unknown(turn)
        return
    found = [
        a
        for a in await appointments_of(turn.session, person.id, turn.now, turn.now + FARTHEST, zone=turn.zone)
        if can_be_moved(a)
    ]
    page = page_of(args, 1, len(found))
    turn.say(
        title("consultant.meetings_of", person=name_of(person)),
        *([] if found else [part("consultant.nothing")]),
        buttons=[
            *([_open(a)] for a in found[page * PAGE : (page + 1) * PAGE]),
            pages(f"move:{person.id}", page, len(found)),
            [button("consultant.new", f"new:{person.id}", "➕")],
            *menu_rows(),
        ],
    )


async def meeting(turn: Turn, args: Sequence[str]) -> None:
    """One meeting: move, propose another time, cancel. "meet:<appointment>:<version>"."""
    found = await own_meeting(turn, args)
    if found is None:
        return
    appointment, person = found
    rows: list[list[Button]] = []
    if can_be_moved(appointment) and appointment.starts_at > turn.now:
        which = f"{appointment.id}:{appointment.version}"
        rows = [
            [button("consultant.move_it", f"mv:{which}", "🔁"), button("consultant.new_time", f"time:{which}", "❓")],
            [button("consultant.cancel_it", f"cx:{which}", "❌")],
        ]
    turn.say(
        part("consultant.about", person=name_of(person)), *appointment_parts(appointment), buttons=[*rows, *menu_rows()]
    )


async def move_to(turn: Turn, args: Sequence[str]) -> None:
    """Another time, chosen by the consultant: "mv:<appointment>:<version>[:<moment>[:yes]]"."""
    found = await _movable(turn, args)
    if found is None:
        return
    appointment, person = found
    so_far = f"mv:{appointment.id}:{appointment.version}"
    chosen = args[2] if len(args) > 2 else ""
    when = await pick_moment(turn, so_far, chosen, [person], length_of(appointment), appointment)
    if when is None:
        return
    if list(args[3:4]) != ["yes"]:
        turn.say(
            title("consultant.move_this", person=name_of(person)),
            Part(appointment_line(appointment)),
            Part(Text("consultant.to_when", {"at": when})),
            buttons=[[button("consultant.move_yes", f"{so_far}:{chosen}:yes", "✅")], *menu_rows()[-1:]],
        )
        return
    await _changed(turn, move(appointment, when, turn.now))
    turn.audit("moved_appointment", f"person:{person.id}")
    turn.say(
        title("consultant.moved", person=name_of(person)), Part(appointment_line(appointment)), buttons=menu_rows()
    )


async def cancel_it(turn: Turn, args: Sequence[str]) -> None:
    """Cancel, after a question: "cx:<appointment>:<version>[:yes]"."""
    found = await _movable(turn, args)
    if found is None:
        return
    appointment, person = found
    if list(args[2:3]) != ["yes"]:
        which = f"cx:{appointment.id}:{appointment.version}:yes"
        turn.say(
            title("consultant.cancel_this", person=name_of(person)),
            Part(appointment_line(appointment)),
            buttons=[[button("consultant.cancel_yes", which, "❌")], *menu_rows()[-1:]],
        )
        return
    await _changed(turn, cancel(appointment, turn.now))
    turn.audit("cancelled_appointment", f"person:{person.id}")
    turn.say(
        title("consultant.cancelled", person=name_of(person)), Part(appointment_line(appointment)), buttons=menu_rows()
    )


async def _movable(turn: Turn, args: Sequence[str]) -> tuple[Appointment, Person] | None:
    found = await own_meeting(turn, args)
    if found is not None and (not can_be_moved(found[0]) or found[0].starts_at <= turn.now):
        turn.say(part("consultant.cannot_move"), buttons=menu_rows())
        return None
    return found


async def take_place(turn: Turn, text: str) -> None:
    """A place in the consultant's own words."""
    args = await taken_place(turn, text)
    if args is None:
        turn.say(part("consultant.choose_again"), buttons=menu_rows())
    else:
        await new(turn, args)
