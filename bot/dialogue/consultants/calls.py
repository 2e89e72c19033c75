"""Whom to telephone because no message reached them: the list, and what came of each call."""

from collections.abc import Sequence

from bot.actions.calls import CallRefused, call_for, note_call
from bot.actions.people import looked_at_list
from bot.dialogue.attention.contacted import noted_by_tap
from bot.dialogue.consultants.common import (
    PAGE,
    caseload,
    menu_rows,
    page_of,
    pages,
    say_unknown,
)
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, verbatim
from reminders.intents import Act, asks, number_in
from reminders.wording.appointment import name_of
from reminders.wording.to_consultant import invited, script
from storage.people.phone_tasks import open_tasks
from storage.vocabulary import CallResult


async def show(turn: Turn, args: Sequence[str]) -> None:
    """Everybody who is to be telephoned, the longest waiting first: "calls[:<page>]"."""
    people = {person.id: person for person in await caseload(turn)}
    waiting = list((await open_tasks(turn.session, people)).values())
    page = page_of(args, 0, len(waiting))
    tasks = waiting[page * PAGE : (page + 1) * PAGE]
    looked_at_list(turn.acting, "calls")
    turn.say(
        title("consultant.calls"),
        *([] if tasks else [part("consultant.nothing")]),
        buttons=[
            *([Button(verbatim(name_of(people[task.person_id])), asks(Act.CALL, task.id), "📞")] for task in tasks),
            pages(asks(Act.CALLS), page, len(waiting)),
            *menu_rows(),
        ],
    )


async def call(turn: Turn, args: Sequence[str]) -> None:
    """One task, with what to say; or what came of it: "call:<task>[:reached|:again|:wrong]"."""
    if len(args) < 2 or not args[1]:
        await _ask(turn, number_in(args))
        return
    result = next((one for one in CallResult if one.value == args[1]), None)
    noted = await note_call(turn.acting, number_in(args), result) if result is not None else CallRefused.NOT_THEIRS
    if result is None or isinstance(noted, CallRefused):
        say_unknown(turn)
        return
    person = name_of(noted.person)
    if noted.was_closed:
        turn.say(part("consultant.call_closed", person=person), buttons=menu_rows())
    elif result is CallResult.NO_ANSWER:
        turn.say(part("consultant.call_again", person=person), buttons=menu_rows())
    else:
        closing = "consultant.call_reached" if result is CallResult.REACHED else "consultant.call_wrong"
        card = button("consultant.person_card", asks(Act.WHO, noted.person.id), "👤")
        note = [noted_by_tap(noted.person)] if result is CallResult.REACHED else []
        turn.say(part(closing, person=person), buttons=[*note, [card], *menu_rows()])


async def _ask(turn: Turn, task_id: int) -> None:
    found = await call_for(turn.acting, task_id)
    if isinstance(found, CallRefused):
        say_unknown(turn)
        return
    whom = title("consultant.call_person", person=name_of(found.person))
    buttons = [*call_buttons(found.task.id), *menu_rows()]
    what = (*script(found.person, found.lost, turn.now, found.dates), *invited(found.task))
    turn.say(whom, *what, buttons=buttons)


def call_buttons(task_id: int) -> list[list[Button]]:
    """What can come of a call."""
    icons = {CallResult.REACHED: "✅", CallResult.NO_ANSWER: "🔁", CallResult.WRONG_NUMBER: "🚫"}
    return [
        [button(f"consultant.call.{result.value}", asks(Act.CALL, task_id, result.value), icon)]
        for result, icon in icons.items()
    ]
