"""Absence reports as the consultant gets them: seen, call me."""

from collections.abc import Sequence

from bot.dialogue.consultants.common import menu_rows, number_in, own_person, say_unknown
from bot.dialogue.turn import Turn, button, part
from locales.rendering.message import Button
from reminders.intents import Act, asks
from reminders.wording.appointment import name_of
from storage.appointments.absences import Absence
from storage.people.people import Consultant, Person
from storage.vocabulary import AbsenceState


async def _own_report(turn: Turn, args: Sequence[str]) -> tuple[Absence, Person] | None:
    absence = await turn.session.get(Absence, number_in(args), with_for_update=True)
    person = await own_person(turn, absence.person_id) if absence is not None else None
    if absence is None or person is None or absence.state is AbsenceState.DRAFT:
        say_unknown(turn)
        return None
    return absence, person


async def seen(turn: Turn, args: Sequence[str]) -> None:
    """The report was seen: the person hears it, once, whoever of two colleagues pressed first."""
    found = await _own_report(turn, args)
    if found is None:
        return
    absence, person = found
    if absence.state is AbsenceState.WITHDRAWN:
        turn.say(part("consultant.was_withdrawn", person=name_of(person)), buttons=_after(person))
    elif absence.state is AbsenceState.SEEN and absence.seen_by not in (None, turn.consultant.id):
        colleague = await turn.session.get(Consultant, absence.seen_by)
        name = colleague.name if colleague is not None else ""
        turn.say(part("consultant.seen_by_colleague", colleague=name), buttons=_after(person))
    else:
        mark_seen(turn, absence, person)
        turn.say(part("consultant.person_knows", person=name_of(person)), buttons=_after(person))


def _after(person: Person) -> list[list[Button]]:
    return [[button("consultant.answer", asks(Act.WRITE, person.id), "✍️")], *menu_rows()]


def mark_seen(turn: Turn, absence: Absence, person: Person) -> None:
    """Note it, and tell the person; nothing where it was seen before."""
    if absence.state is not AbsenceState.REPORTED:
        return
    absence.state, absence.seen_at, absence.seen_by = AbsenceState.SEEN, turn.now, turn.consultant.id
    turn.audit("saw", f"absence:{absence.id}")
    turn.tell_person(
        person.id,
        f"absence_seen:{absence.id}:{absence.version}",
        part("absence.seen_by", consultant=turn.consultant.name),
    )


async def see(turn: Turn, absence_id: int, person: Person) -> None:
    """A report of this person was seen by being answered."""
    absence = await turn.session.get(Absence, absence_id, with_for_update=True)
    if absence is not None and absence.person_id == person.id:
        mark_seen(turn, absence, person)


async def call_me(turn: Turn, args: Sequence[str]) -> None:
    """Ask the person to telephone; counts as seen."""
    found = await _own_report(turn, args)
    if found is None:
        return
    absence, person = found
    mark_seen(turn, absence, person)
    telephone = turn.services.municipalities.of(person.municipality).telephone
    turn.audit("wrote", f"person:{person.id}")
    turn.tell_person(
        person.id,
        f"callme:{absence.id}:{absence.version}",
        part("letter.please_call", consultant=turn.consultant.name),
        *([part("letter.telephone", telephone=telephone)] if telephone else []),
    )
    turn.say(part("consultant.sent", person=name_of(person)), buttons=menu_rows())
