"""A consultant notes a talk (called, visited, met); and how meetings were, in sums."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.actions.attention.noting import NoteRefused, note_contact
from bot.actions.people import looked_at_list
from bot.dialogue.consultants.common import caseload, menu_rows, own_person, say_unknown
from bot.dialogue.consultants.people import named
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Text, verbatim
from reminders.intents import Act, asks, number_in
from reminders.wording.appointment import kind_text, name_of
from reminders.wording.attention.asking import FACES
from storage.attention.contact_moments import contacts_of
from storage.attention.feedback import sums_of
from storage.people.people import Person
from storage.vocabulary import ContactHow

_ICONS: Final = {ContactHow.CALLED: "📞", ContactHow.VISITED: "🏠", ContactHow.MET: "🤝"}
_MOST: Final = 16
#: Sums are of the last year.
_A_YEAR: Final = timedelta(days=365)


async def contacted(turn: Turn, args: Sequence[str]) -> None:
    """ "contacted" asks whom, "contacted:<person>" how, "contacted:<person>:<how>" notes it."""
    if not args:
        await _ask_whom(turn)
        return
    how = next((one for one in ContactHow if list(args[1:2]) == [one.value]), None)
    if how is None:
        await _ask_how(turn, await own_person(turn, number_in(args)))
        return
    noted = await note_contact(turn.acting, number_in(args), how)
    if isinstance(noted, NoteRefused):
        say_unknown(turn)
        return
    key = "consultant.contacted_already" if noted.was_noted else "consultant.contacted_noted"
    card = button("consultant.person_card", asks(Act.WHO, noted.person.id), "👤")
    turn.say(part(key, person=name_of(noted.person), how=Text(f"contact.{how.value}")), buttons=[[card], *menu_rows()])


async def contacted_named(turn: Turn, args: Sequence[str]) -> None:
    """ "/contact" with a name, or without one: asks for it."""
    text = " ".join(args).strip()
    found = await named(turn, text) if text else []
    if len(found) == 1:
        await _ask_how(turn, await own_person(turn, found[0].id))
    elif text and not found:
        turn.say(part("consultant.nobody_named", name=text[:80]), buttons=menu_rows())
    else:
        await _ask_whom(turn, found)


def noted_by_tap(person: Person) -> list[Button]:
    """After a call: note it with one tap."""
    return [button("consultant.contacted_call", asks(Act.CONTACTED, person.id, ContactHow.CALLED.value), "📞")]


async def _ask_whom(turn: Turn, found: Sequence[Person] = ()) -> None:
    """Those who were not spoken with for longest come first."""
    people = list(found) or await caseload(turn)
    spoken = await contacts_of(turn.session, {person.id for person in people}, turn.now)
    people.sort(key=lambda person: (max(spoken.get(person.id, ()), default=person.created_at), person.id))
    looked_at_list(turn.acting, "people")
    buttons = [[Button(verbatim(name_of(one)), asks(Act.CONTACTED, one.id), "👤")] for one in people[:_MOST]]
    rows = [[*first, *second] for first, second in zip(buttons[::2], [*buttons[1::2], []], strict=False)]
    nobody = [] if people else [part("consultant.nobody")]
    turn.say(title("consultant.contacted_whom"), *nobody, buttons=[*rows, *menu_rows()[-1:]])


async def _ask_how(turn: Turn, person: Person | None) -> None:
    if person is None:
        say_unknown(turn)
        return
    buttons = [
        [button(f"contact.{how.value}", asks(Act.CONTACTED, person.id, how.value), icon)]
        for how, icon in _ICONS.items()
    ]
    turn.say(title("consultant.contacted_how", person=name_of(person)), buttons=[*buttons, *menu_rows()[-1:]])


async def sums(turn: Turn, _args: Sequence[str]) -> None:
    """How the people of this consultant found meetings, workshops and courses: in fives, never one by one."""
    people = {person.id for person in await caseload(turn)}
    found = await sums_of(turn.session, people, turn.now - _A_YEAR, turn.now)
    lines: list[Part] = []
    for kind, moods in found.items():
        said = "  ".join(f"{icon} {moods.get(mood, 0)}" for mood, icon in FACES.items())
        lines.append(Part(Text("consultant.feedback_line", {"kind": kind_text(kind), "said": said})))
    turn.say(title("consultant.feedback"), *(lines or [part("consultant.feedback_none")]), buttons=menu_rows())
