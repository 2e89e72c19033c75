"""The consultant's side of the chat: welcome, absence reports seen, calls asked for, letters answered.

A consultant acts only on people of their own caseload (and of those they stand in for); that is checked on arrival of
every button, whatever it says.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select

from bot.dialogue import letters
from bot.dialogue.turn import Turn, button, part, title
from bot.events import Command, Media, Pressed, Said, Started
from locales.message import Button, Part, Style, Text, Value
from storage.absence_reports import chosen_appointments
from storage.absences import Absence, AbsenceState
from storage.appointments import appointments_of, day_bounds
from storage.letters import Letter, LetterKind
from storage.people import Consultant, Person

READY_ANSWERS = ("thanks", "get_well", "please_call", "bring_note", "we_talk")


def menu_rows() -> list[list[Button]]:
    """The consultant's menu."""
    return [
        [button("consultant.today", "today", "📅"), button("consultant.absences", "absences", "🤒")],
    ]


async def welcome(turn: Turn) -> None:
    """After linking, or /start."""
    turn.expect("")
    turn.say(title("consultant.welcome", name=turn.officer.name), part("consultant.what_comes"), buttons=menu_rows())


async def step(turn: Turn) -> None:
    """One event of a consultant."""
    match turn.event.payload:
        case Pressed(intent=intent):
            name, *args = intent.split(":")
            screen = _SCREENS.get(name)
            if screen is None:
                turn.say(part("consultant.unknown_button"), buttons=menu_rows())
            else:
                await screen(turn, args)
        case Said(text=text):
            await _free_text(turn, text, None)
        case Media() as media:
            await _free_text(turn, media.caption, media)
        case Command(name="today"):
            await today(turn, ())
        case Command(name="absences"):
            await absences(turn, ())
        case Started() | Command():
            await welcome(turn)
        case _:
            return


async def _free_text(turn: Turn, text: str, media: Media | None) -> None:
    topic, _, number = turn.conversation.topic.partition(":")
    person = await _own_person(turn, number) if topic in ("write", "reply_person") else None
    if person is None or not text.strip():
        turn.expect("")
        turn.say(part("consultant.not_understood"), buttons=menu_rows())
        return
    await _send(turn, person, text)


async def _send(turn: Turn, person: Person, text: str) -> None:
    answers = turn.recall("answers")
    letter = Letter(
        person_id=person.id,
        consultant_id=turn.officer.id,
        kind=LetterKind.ANSWER,
        text=text[: letters.LETTER_LENGTH],
        language=turn.services.finder.find(text, turn.language).language or turn.language,
        answers_id=answers if isinstance(answers, int) else None,
        written_at=turn.now,
    )
    turn.session.add(letter)
    await turn.session.flush()
    if letter.answers_id is not None:
        question = await turn.session.get(Letter, letter.answers_id)
        if question is not None:
            question.answered_at = question.seen_at = turn.now
    turn.remember(answers=None)
    turn.expect("")
    turn.note("wrote", f"person:{person.id}")
    turn.tell_person(
        person.id,
        f"letter:{letter.id}",
        title("letter.from_consultant", consultant=turn.officer.name),
        Part(Text("letter.quote", {"text": letter.text}), Style.QUOTE),
        buttons=[[button("letter.answer", "letter", "✍️")], [button("menu.back", "menu", "🏠")]],
    )
    turn.say(part("consultant.sent", person=_name(person)), buttons=menu_rows())


def _name(person: Person) -> str:
    return f"{person.given_name} {person.family_name}".strip()


def _number(args: Sequence[str]) -> int:
    return int(args[0]) if args and args[0].isdecimal() and len(args[0]) < 12 else 0


async def _own_person(turn: Turn, number: str) -> Person | None:
    person = await turn.session.get(Person, _number([number]))
    if person is None or not await is_own(turn, person):
        return None
    return person


async def is_own(turn: Turn, person: Person) -> bool:
    """Whether a person is in this consultant's caseload, or of a colleague they stand in for today."""
    if person.consultant_id == turn.officer.id:
        return True
    if person.consultant_id is None:
        return False
    colleague = await turn.session.get(Consultant, person.consultant_id)
    today_is = turn.now.astimezone(turn.zone).date()
    return (
        colleague is not None
        and colleague.stand_in_id == turn.officer.id
        and colleague.away_from is not None
        and colleague.away_from <= today_is
        and (colleague.away_until is None or today_is <= colleague.away_until)
    )


async def _own_absence(turn: Turn, args: Sequence[str]) -> tuple[Absence, Person] | None:
    absence = await turn.session.get(Absence, _number(args))
    person = await turn.session.get(Person, absence.person_id) if absence is not None else None
    if absence is None or person is None or absence.state is AbsenceState.DRAFT or not await is_own(turn, person):
        turn.say(part("consultant.unknown_button"), buttons=menu_rows())
        return None
    return absence, person


async def seen(turn: Turn, args: Sequence[str]) -> None:
    """The report was seen: the person hears it, once."""
    found = await _own_absence(turn, args)
    if found is None:
        return
    absence, person = found
    _mark_seen(turn, absence, person)
    turn.say(part("consultant.person_knows", person=_name(person)), buttons=_after(person))


def _after(person: Person) -> list[list[Button]]:
    return [[button("consultant.answer", f"write:{person.id}", "✍️")], *menu_rows()]


def _mark_seen(turn: Turn, absence: Absence, person: Person) -> None:
    if absence.state is not AbsenceState.REPORTED:
        return
    absence.state, absence.seen_at, absence.seen_by = AbsenceState.SEEN, turn.now, turn.officer.id
    turn.note("saw", f"absence:{absence.id}")
    turn.tell_person(
        person.id,
        f"absence_seen:{absence.id}:{absence.version}",
        part("absence.seen_by", consultant=turn.officer.name),
    )


async def call_me(turn: Turn, args: Sequence[str]) -> None:
    """Ask the person to telephone; counts as seen."""
    found = await _own_absence(turn, args)
    if found is None:
        return
    absence, person = found
    _mark_seen(turn, absence, person)
    telephone = turn.services.municipalities.of(person.municipality).telephone
    turn.tell_person(
        person.id,
        f"callme:{absence.id}:{absence.version}",
        part("letter.please_call", consultant=turn.officer.name),
        *([part("letter.telephone", telephone=telephone)] if telephone else []),
    )
    turn.say(part("consultant.sent", person=_name(person)), buttons=menu_rows())


async def write(turn: Turn, args: Sequence[str]) -> None:
    """Write to a person: a ready sentence in their language, or own words."""
    person = await _own_person(turn, args[0] if args else "")
    if person is None:
        turn.say(part("consultant.unknown_button"), buttons=menu_rows())
        return
    turn.expect(f"write:{person.id}")
    ready = [[button(f"consultant.ready.{name}", f"ready:{person.id}:{name}", "💬")] for name in READY_ANSWERS]
    turn.say(
        title("consultant.write_ask", person=_name(person)),
        Part(Text("consultant.reads", {"language": Text(f"language.{person.language}")})),
        buttons=ready,
    )


async def ready(turn: Turn, args: Sequence[str]) -> None:
    """A ready sentence: each side reads it in their own language."""
    person = await _own_person(turn, args[0] if args else "")
    if person is None or len(args) < 2 or args[1] not in READY_ANSWERS:
        turn.say(part("consultant.unknown_button"), buttons=menu_rows())
        return
    turn.expect("")
    turn.note("wrote", f"person:{person.id}")
    turn.tell_person(
        person.id,
        f"ready:{turn.event.channel}:{turn.event.event_id}",
        title("letter.from_consultant", consultant=turn.officer.name),
        part(f"ready.{args[1]}"),
        buttons=[[button("letter.answer", "letter", "✍️")]],
    )
    turn.say(part("consultant.sent", person=_name(person)), buttons=menu_rows())


async def reply(turn: Turn, args: Sequence[str]) -> None:
    """Answer a letter: the next text is relayed."""
    letter = await letters.letter_of(turn, _number(args))
    if letter is None:
        turn.say(part("consultant.unknown_button"), buttons=menu_rows())
        return
    turn.remember(answers=letter.id)
    await write(turn, [str(letter.person_id)])


async def letter_seen(turn: Turn, args: Sequence[str]) -> None:
    """A letter was seen: the person hears it, once."""
    letter = await letters.letter_of(turn, _number(args))
    if letter is None:
        turn.say(part("consultant.unknown_button"), buttons=menu_rows())
        return
    person = await turn.session.get_one(Person, letter.person_id)
    if letter.seen_at is None:
        letter.seen_at = turn.now
        turn.tell_person(person.id, f"letter_seen:{letter.id}", part("letter.seen_by", consultant=turn.officer.name))
    turn.say(part("consultant.person_knows", person=_name(person)), buttons=menu_rows())


async def caseload(turn: Turn) -> list[Person]:
    """The people of this consultant, and of colleagues they stand in for today."""
    whose = or_(Consultant.id == turn.officer.id, Consultant.stand_in_id == turn.officer.id)
    people = await turn.session.scalars(
        select(Person).where(Person.consultant_id.in_(select(Consultant.id).where(whose))).order_by(Person.id)
    )
    return [person for person in people if await is_own(turn, person)]


async def today(turn: Turn, _args: Sequence[str]) -> None:
    """Today's meetings of the caseload (classes are left out: there are too many)."""
    start, end = day_bounds(turn.now.astimezone(turn.zone).date(), turn.zone)
    lines: list[Part] = []
    for person in await caseload(turn):
        for appointment in await appointments_of(turn.session, person.id, start, end, zone=turn.zone):
            if appointment.person_id is not None:
                line: dict[str, Value] = {
                    "at": appointment.starts_at,
                    "person": _name(person),
                    "kind": Text(f"kind.{appointment.kind.value}"),
                }
                lines.append(Part(Text("consultant.today_line", line)))
    turn.note("looked_at_today", f"consultant:{turn.officer.id}")
    turn.say(title("consultant.today"), *(lines or [part("consultant.nothing")]), buttons=menu_rows())


async def absences(turn: Turn, _args: Sequence[str]) -> None:
    """Reports not seen yet, and those of the last week."""
    lines: list[Part] = []
    people = {person.id: person for person in await caseload(turn)}
    recent = await turn.session.scalars(
        select(Absence)
        .where(Absence.person_id.in_(people), Absence.state.in_([AbsenceState.REPORTED, AbsenceState.SEEN]))
        .order_by(Absence.reported_at.desc())
        .limit(10)
    )
    for absence in recent:
        chosen = await chosen_appointments(turn.session, absence.id)
        if absence.reason is None or absence.reported_at is None:
            continue
        lines.append(
            Part(
                Text(
                    "consultant.absence_line",
                    {
                        "person": _name(people[absence.person_id]),
                        "reason": Text(f"reason.{absence.reason.value}"),
                        "at": chosen[0].starts_at if chosen else absence.reported_at,
                        "state": Text(f"absence_state.{absence.state.value}"),
                    },
                )
            )
        )
    turn.note("looked_at_absences", f"consultant:{turn.officer.id}")
    turn.say(title("consultant.absences"), *(lines or [part("consultant.nothing")]), buttons=menu_rows())


_SCREENS = {
    "seen": seen,
    "callme": call_me,
    "write": write,
    "ready": ready,
    "reply": reply,
    "lseen": letter_seen,
    "today": today,
    "absences": absences,
}
