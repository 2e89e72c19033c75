"""Whom to telephone because no message reached them: the list, and what came of each call."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.dialogue.consultants.common import (
    PAGE,
    caseload,
    menu_rows,
    number_in,
    own_person,
    page_of,
    pages,
    say_unknown,
)
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, verbatim
from reminders.wording.appointment import name_of
from reminders.wording.to_consultant import script
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask, open_tasks
from storage.vocabulary import TaskState

AGAIN_IN: Final = timedelta(days=1)


async def show(turn: Turn, args: Sequence[str]) -> None:
    """Everybody who is to be telephoned, the longest waiting first: "calls[:<page>]"."""
    people = {person.id: person for person in await caseload(turn)}
    waiting = list((await open_tasks(turn.session, people)).values())
    page = page_of(args, 0, len(waiting))
    tasks = waiting[page * PAGE : (page + 1) * PAGE]
    turn.audit("looked_at_calls", f"consultant:{turn.consultant.id}")
    turn.say(
        title("consultant.calls"),
        *([] if tasks else [part("consultant.nothing")]),
        buttons=[
            *([Button(verbatim(name_of(people[task.person_id])), f"call:{task.id}", "📞")] for task in tasks),
            pages("calls", page, len(waiting)),
            *menu_rows(),
        ],
    )


async def call(turn: Turn, args: Sequence[str]) -> None:
    """One task, with what to say; or what came of it: "call:<task>[:reached|:again|:wrong]"."""
    task = await turn.session.get(PhoneTask, number_in(args), with_for_update=True)
    person = await own_person(turn, task.person_id) if task is not None else None
    if task is None or person is None:
        say_unknown(turn)
        return
    outcome = args[1] if len(args) > 1 else ""
    if outcome == "":
        parts: list[Part] = [title("consultant.call_person", person=name_of(person)), *script(person, None)]
        turn.say(*parts, buttons=[*call_buttons(task.id), *menu_rows()])
    elif task.state is not TaskState.OPEN:
        turn.say(part("consultant.call_closed", person=name_of(person)), buttons=menu_rows())
    else:
        _close(turn, task, person, outcome)


def _close(turn: Turn, task: PhoneTask, person: Person, outcome: str) -> None:
    if outcome == "again":
        task.unanswered += 1
        task.again_at = turn.now + AGAIN_IN
        turn.audit("telephoned_in_vain", f"person:{person.id}")
        turn.say(part("consultant.call_again", person=name_of(person)), buttons=menu_rows())
        return
    if outcome not in ("reached", "wrong"):
        say_unknown(turn)
        return
    task.state = TaskState.REACHED if outcome == "reached" else TaskState.WRONG_NUMBER
    task.closed_at, task.closed_by = turn.now, turn.consultant.id
    turn.audit("telephoned", f"person:{person.id}")
    closing = "consultant.call_reached" if outcome == "reached" else "consultant.call_wrong"
    turn.say(
        part(closing, person=name_of(person)),
        buttons=[[button("consultant.person_card", f"who:{person.id}", "👤")], *menu_rows()],
    )


def call_buttons(task_id: int) -> list[list[Button]]:
    """What can come of a call."""
    return [
        [button("consultant.call.reached", f"call:{task_id}:reached", "✅")],
        [button("consultant.call.again", f"call:{task_id}:again", "🔁")],
        [button("consultant.call.wrong", f"call:{task_id}:wrong", "🚫")],
    ]
