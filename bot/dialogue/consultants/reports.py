"""Absence reports as the consultant gets them: seen, call me."""

from collections.abc import Sequence

from bot.actions.absences import seen as reports
from bot.actions.absences.seen import SeenReport
from bot.dialogue.consultants.common import menu_rows, say_unknown
from bot.dialogue.turn import Turn, button, part
from locales.rendering.message import Button, Part, Text
from reminders.intents import Act, asks, number_in, packed_in
from reminders.wording.appointment import name_of
from storage.people.people import Person


async def seen(turn: Turn, args: Sequence[str]) -> None:
    """The report was seen (or several of a list were): the person hears it, once, whoever of two colleagues pressed
    first. "seen:<report>[:<report>…]", or "seen:<many of them, packed>"."""
    many = packed_in(args[0]) if len(args) == 1 else [number_in(args, place) for place in range(len(args))]
    if len(many) > 1:
        done = [await reports.see(turn.acting, one) for one in many]
        count = sum(isinstance(one, SeenReport) and not one.withdrawn for one in done)
        turn.say(Part(Text("consultant.all_seen_now", {}, count)), buttons=menu_rows())
        return
    match await reports.see(turn.acting, number_in(args)):
        case SeenReport(withdrawn=True, person=person):
            turn.say(part("consultant.was_withdrawn", person=name_of(person)), buttons=_after(person))
        case SeenReport(before=None, person=person):
            turn.say(part("consultant.person_knows", person=name_of(person)), buttons=_after(person))
        case SeenReport(before=colleague, person=person):
            name = colleague.name if colleague is not None else ""
            turn.say(part("consultant.seen_by_colleague", colleague=name), buttons=_after(person))
        case _:
            say_unknown(turn)


def _after(person: Person) -> list[list[Button]]:
    return [[button("consultant.answer", asks(Act.WRITE, person.id), "✍️")], *menu_rows()]


async def call_me(turn: Turn, args: Sequence[str]) -> None:
    """Ask the person to telephone; counts as seen."""
    match await reports.ask_to_call(turn.acting, number_in(args)):
        case SeenReport(withdrawn=True, person=person):
            turn.say(part("consultant.was_withdrawn", person=name_of(person)), buttons=_after(person))
        case SeenReport(person=person):
            turn.say(part("consultant.sent", person=name_of(person)), buttons=menu_rows())
        case _:
            say_unknown(turn)
