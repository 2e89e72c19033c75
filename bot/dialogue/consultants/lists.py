"""Today, absences, not confirmed, not delivered, questions, wishes, terms: in pages, with a button to each person."""

from collections.abc import Sequence
from typing import Final

from bot.actions.people import looked_at_list
from bot.dialogue.consultants.common import PAGE, caseload, caseload_for, menu_rows, page_of, pages, people_buttons
from bot.dialogue.turn import Screen, Turn, part, title
from locales.rendering.message import Button, Part, Text, verbatim
from reminders.intents import LONGEST, Act, asks
from reminders.wording.attention.digest import digest_parts, list_buttons
from reminders.wording.caseload_lists import LIST_ICONS, Caseload, Line, List, Wanted, lines_of

#: Two lines of one person are told apart: what they wish to take part in, and what they wrote.
_ICONS: Final = {Wanted.WISH: LIST_ICONS[List.WISHES], Wanted.LETTER: "💬"}


async def _caseload(turn: Turn) -> Caseload:
    return caseload_for(turn, await caseload(turn))


async def show(turn: Turn, args: Sequence[str]) -> None:
    """One page of one list: "list:<list>[:<page>]"."""
    name = args[0] if args else ""
    which = List(name) if name in set(List) else List.TODAY
    known = await _caseload(turn)
    lines = await lines_of(turn.session, which, known)
    page = page_of(args, 1, len(lines))
    shown = lines[page * PAGE : (page + 1) * PAGE]
    looked_at_list(turn.acting, which.value, [line.person_id for line in shown])
    turn.say(
        title(f"consultant.list.{which}"),
        *([Part(line.text) for line in shown] or [part("consultant.nothing")]),
        buttons=[
            *(_all_seen(shown) if which is List.ABSENCES else []),
            *(_wanted(shown, known) if which is List.WISHES else _people(shown, known)),
            pages(asks(Act.LIST, which), page, len(lines)),
            *menu_rows(),
        ],
    )


def _all_seen(lines: Sequence[Line]) -> list[list[Button]]:
    """A button that says of all unseen reports of the page that they were seen; of as many as fit behind one."""
    unseen = [line.row for line in lines if line.open]
    while len(_seen_all(unseen)) > LONGEST:
        unseen.pop()
    if not unseen:
        return []
    return [[Button(Text("consultant.all_seen", {}, len(unseen)), _seen_all(unseen), "👀")]]


def _wanted(lines: Sequence[Line], known: Caseload) -> list[list[Button]]:
    """A button to each wish of the page: what can be done about it stands there."""
    return [
        [Button(verbatim(known.name(line.person_id)), asks(Act.WANTED, line.wanted, line.row), _ICONS[line.wanted])]
        for line in lines
        if line.wanted is not None
    ]


def _seen_all(report_ids: Sequence[int]) -> str:
    """The intent that these reports were seen, however long."""
    return ":".join([Act.SEEN, *map(str, report_ids)])


def list_screen(which: List) -> Screen:
    """The first page of a list, for a command or a menu's button."""

    async def screen(turn: Turn, _args: Sequence[str]) -> None:
        await show(turn, [which])

    return screen


def _people(lines: Sequence[Line], known: Caseload) -> list[list[Button]]:
    return people_buttons([known.people[person_id] for person_id in dict.fromkeys(line.person_id for line in lines)])


async def overview(turn: Turn, _args: Sequence[str]) -> None:
    """The digest of the morning, as it is now."""
    known = await _caseload(turn)
    counts = {which: len(await lines_of(turn.session, which, known)) for which in List}
    looked_at_list(turn.acting, "overview")
    turn.say(*digest_parts(known.today, counts), buttons=[*list_buttons(counts), *menu_rows()[1:]])


#: Commands and menu buttons, by name.
LIST_SCREENS: dict[str, Screen] = {which.value: list_screen(which) for which in List}
