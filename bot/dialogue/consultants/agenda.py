"""Appointments made, moved and cancelled by the consultant in the chat: person, kind, day, time, place, in taps.

Every button carries the whole choice so far ("new:<person>:<kind>:<moment>"), so that a button of yesterday means what
it said and two devices do not mix. Nothing changes before it is confirmed.
"""

from collections.abc import Sequence

from bot.actions import meetings as meetings_of
from bot.actions.meetings import KINDS, LENGTH, Meeting, MeetingRefused
from bot.actions.people import NAME_LENGTH, looked_at_list
from bot.actions.progress.talks import make_talk
from bot.dialogue.appointments.absence_questions import appointment_label
from bot.dialogue.consultants.common import (
    PAGE,
    as_shown,
    caseload,
    menu_rows,
    own_meeting,
    own_person,
    page_of,
    pages,
    say_unknown,
)
from bot.dialogue.consultants.moments import FARTHEST, moment_of, pick_moment
from bot.dialogue.consultants.people import named
from bot.dialogue.consultants.places import (
    BRING_PAGE,
    ask_place,
    ask_what_to_bring,
    place_of,
    preparation_buttons,
    prepared,
    taken_place,
)
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Text, verbatim
from reminders.intents import Act, asks, asks_more, number_in
from reminders.wording.absence import can_be_moved
from reminders.wording.appointment import KIND_ICONS, appointment_line, appointment_parts, name_of
from reminders.wording.meetings.bringing import note_of, preparation_parts
from storage.appointments.appointments import Appointment, appointments_of
from storage.appointments.changing import length_of
from storage.people.people import Person
from storage.vocabulary import AppointmentKind


async def people(turn: Turn, args: Sequence[str]) -> None:
    """Whom it is with: "pick:<what>[:<page>]", what = new or move. A name that is written narrows it down."""
    what = args[0] if args and args[0] in ("new", "move") else "new"
    found = await caseload(turn)
    _ask_whom(turn, what, found, page_of(args, 1, len(found)))


def _ask_whom(turn: Turn, what: str, found: Sequence[Person], page: int) -> None:
    looked_at_list(turn.acting, "people")
    rows = [
        [Button(verbatim(name_of(person)), asks_more(what, person.id), "👤")]
        for person in found[page * PAGE : (page + 1) * PAGE]
    ]
    if not rows:
        turn.say(part("consultant.nobody"), buttons=menu_rows())
        return
    turn.expect(f"whom:{what}")
    turn.say(
        title("consultant.with_whom"),
        part("consultant.find_how"),
        buttons=[*rows, pages(asks(Act.PICK, what), page, len(found))],
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
    """A new appointment: "new[:<person>[:<kind>[:<moment or day>[:<place>[:<preparation>[:b<page>]]]]]]"."""
    if not args:
        await people(turn, ["new"])
        return
    person = await own_person(turn, number_in(args))
    if person is None:
        say_unknown(turn)
        return
    kind = args[1] if len(args) > 1 else ""
    if kind not in KINDS:
        rows = [[Button(_kind_label(k), asks(Act.NEW, person.id, k.value), KIND_ICONS[k])] for k in KINDS]
        turn.say(title("consultant.what_kind", person=name_of(person)), buttons=rows)
        return
    so_far = asks(Act.NEW, person.id, kind)
    when = await pick_moment(turn, so_far, args[2] if len(args) > 2 else "", [person], LENGTH)
    if when is None:
        return
    place = await place_of(turn, args[3] if len(args) > 3 else "")
    if place is None:
        await ask_place(turn, asks_more(so_far, args[2]), person)
        return
    prepare, page = [*args[4:6], "", ""][:2]
    chosen = asks_more(so_far, args[2], args[3])
    if page.startswith(BRING_PAGE):
        ask_what_to_bring(turn, chosen, prepare, page, person)
        return
    make_it = asks(Act.MAKE, person.id, kind, args[2], args[3], *([prepare] if prepare else []))
    turn.say(
        title("consultant.make_this", person=name_of(person)),
        Part(Text("consultant.kind_when", {"kind": Text(f"kind.{kind}"), "at": when})),
        *([part("appointment.where", place=place)] if place else []),
        *preparation_parts(prepared(prepare)),
        part("consultant.bring_or_interpreter", person=name_of(person)),
        buttons=[
            [button("consultant.make_it", make_it, "✅")],
            *preparation_buttons(chosen, prepare),
            *menu_rows()[-1:],
        ],
    )


def _kind_label(kind: AppointmentKind) -> Text:
    return Text("consultant.kind_button", {"kind": Text(f"kind.{kind.value}")})


async def make(turn: Turn, args: Sequence[str]) -> None:
    """Confirmed: make the appointment. The person hears it, and their reminders are planned."""
    kind = args[1] if len(args) > 1 else ""
    when = moment_of(turn, args[2]) if len(args) > 2 else None
    place = await place_of(turn, args[3] if len(args) > 3 else "")
    if kind not in KINDS:
        say_unknown(turn)
        return
    if when is None or place is None:
        _say_refused(turn, await _whose(turn, args))
        return
    prepare = prepared(args[4] if len(args) > 4 else "")
    note, say = note_of(prepare.items, prepare.interpreter), turn.services.renderer.say
    match await make_talk(turn.acting, number_in(args), AppointmentKind(kind), when, place, note, say):
        case Meeting(appointment=made, person=person):
            turn.expect("")
            turn.say(
                title("consultant.made", person=name_of(person)),
                Part(appointment_line(made)),
                buttons=[[_open(made)], *menu_rows()],
            )
        case refused:
            _say_refused(turn, refused)


async def _whose(turn: Turn, args: Sequence[str]) -> MeetingRefused:
    """What is the matter with a choice that cannot be used: it is of nobody of theirs, or of another day."""
    found = await own_person(turn, number_in(args))
    return MeetingRefused.PAST if found is not None else MeetingRefused.NOT_THEIRS


def _say_refused(turn: Turn, why: MeetingRefused) -> None:
    match why:
        case MeetingRefused.THERE_ALREADY:
            turn.say(part("consultant.made_already"), buttons=menu_rows())
        case MeetingRefused.PAST:
            turn.say(part("consultant.choose_again"), buttons=menu_rows())
        case _:
            say_unknown(turn)


def _open(meeting: Appointment) -> Button:
    return Button(appointment_label(meeting), asks(Act.MEETING, meeting.id, meeting.version), KIND_ICONS[meeting.kind])


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
            pages(asks(Act.MEETINGS, person.id), page, len(found)),
            [button("consultant.new", asks(Act.NEW, person.id), "➕")],
            *menu_rows(),
        ],
    )


async def meeting(turn: Turn, args: Sequence[str]) -> None:
    """One meeting: move, propose another time, cancel. "meet:<appointment>:<version>"."""
    found = await own_meeting(turn, args)
    if found is None:
        return
    appointment = found.appointment
    rows: list[list[Button]] = []
    if found.refused is None:
        rows = [
            [
                button("consultant.move_it", asks(Act.MOVE, appointment.id, appointment.version), "🔁"),
                button("consultant.new_time", asks(Act.PROPOSE_TIME, appointment.id, appointment.version), "❓"),
            ],
            [button("consultant.cancel_it", asks(Act.CANCEL, appointment.id, appointment.version), "❌")],
        ]
    turn.say(
        part("consultant.about", person=name_of(found.person)),
        *appointment_parts(appointment),
        buttons=[*rows, *menu_rows()],
    )


async def move_to(turn: Turn, args: Sequence[str]) -> None:
    """Another time, chosen by the consultant: "mv:<appointment>:<version>[:<moment>[:yes]]"."""
    chosen = args[2] if len(args) > 2 else ""
    moment = moment_of(turn, chosen)
    if list(args[3:4]) == ["yes"] and moment is not None and moment > turn.now:
        done = await meetings_of.move(turn.acting, number_in(args), number_in(args, 1), moment)
        _say_done(turn, done, "consultant.moved")
        return
    found = await own_meeting(turn, args)
    if found is None or _cannot_be_moved(turn, found):
        return
    appointment, person = found.appointment, found.person
    so_far = asks(Act.MOVE, appointment.id, appointment.version)
    when = await pick_moment(turn, so_far, chosen, [person], length_of(appointment), appointment)
    if when is None:
        return
    turn.say(
        title("consultant.move_this", person=name_of(person)),
        Part(appointment_line(appointment)),
        Part(Text("consultant.to_when", {"at": when})),
        buttons=[[button("consultant.move_yes", asks_more(so_far, chosen, "yes"), "✅")], *menu_rows()[-1:]],
    )


async def cancel_it(turn: Turn, args: Sequence[str]) -> None:
    """Cancel, after a question: "cx:<appointment>:<version>[:yes]"."""
    if list(args[2:3]) == ["yes"]:
        done = await meetings_of.cancel(turn.acting, number_in(args), number_in(args, 1))
        _say_done(turn, done, "consultant.cancelled")
        return
    found = await own_meeting(turn, args)
    if found is None or _cannot_be_moved(turn, found):
        return
    which = asks(Act.CANCEL, found.appointment.id, found.appointment.version, "yes")
    turn.say(
        title("consultant.cancel_this", person=name_of(found.person)),
        Part(appointment_line(found.appointment)),
        buttons=[[button("consultant.cancel_yes", which, "❌")], *menu_rows()[-1:]],
    )


def _say_done(turn: Turn, result: Meeting | MeetingRefused, key: str) -> None:
    done = as_shown(turn, result)
    if done is not None and not _cannot_be_moved(turn, done):
        line = Part(appointment_line(done.appointment))
        turn.say(title(key, person=name_of(done.person)), line, buttons=menu_rows())


def _cannot_be_moved(turn: Turn, found: Meeting) -> bool:
    """Says so when it is not for them to move, has begun, or is at that time already."""
    if found.refused is not None:
        already = found.refused is MeetingRefused.THERE_ALREADY
        turn.say(part("consultant.made_already" if already else "consultant.cannot_move"), buttons=menu_rows())
    return found.refused is not None


async def take_place(turn: Turn, text: str) -> None:
    """A place in the consultant's own words."""
    args = await taken_place(turn, text)
    if args is None:
        turn.say(part("consultant.choose_again"), buttons=menu_rows())
    else:
        await new(turn, args)
