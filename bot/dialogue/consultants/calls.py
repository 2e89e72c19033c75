"""Whom to telephone because no message reached them: the list, and what came of each call."""

from collections.abc import Sequence
from typing import Final

from bot.actions.calls import CallRefused, call_for, note_call
from bot.actions.people import looked_at_list
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

_ICONS: Final = {
    CallResult.REACHED: "✅",
    CallResult.LATER: "🕑",
    CallResult.NO_ANSWER: "🔁",
    CallResult.WRONG_NUMBER: "🚫",
    CallResult.MOVED: "📦",
    CallResult.OTHER: "💬",
}
_SAYS: Final = {
    CallResult.REACHED: "consultant.call_reached",
    CallResult.LATER: "consultant.call_later",
    CallResult.NO_ANSWER: "consultant.call_again",
    CallResult.WRONG_NUMBER: "consultant.call_wrong",
    CallResult.MOVED: "consultant.call_moved",
    CallResult.OTHER: "consultant.call_other",
}
_AGAIN: Final = frozenset({CallResult.LATER, CallResult.NO_ANSWER})


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
    """One task, with what to say; or what came of it: "call:<task>[:reached|:later|:again|:wrong|:moved|:other]"."""
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
    else:
        card = button("consultant.person_card", asks(Act.WHO, noted.person.id), "👤")
        moved = [[button("consultant.call_moved_button", asks(Act.MOVED, noted.person.id), "📦")]]
        more = moved if result is CallResult.MOVED else []
        rows = [*more, [card]] if result not in _AGAIN else []
        turn.say(part(_SAYS[result], person=person), buttons=[*rows, *menu_rows()])


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
    return [
        [button(f"consultant.call.{result.value}", asks(Act.CALL, task_id, result.value), icon)]
        for result, icon in _ICONS.items()
    ]
