"""What all of the consultant's screens share: the menu, whose people are whose, and reading a button's arguments."""

from collections.abc import Iterable, Sequence

from bot.actions.meetings import Meeting, MeetingRefused, open_meeting
from bot.actions.people import look_at
from bot.dialogue.turn import Turn, button, part
from locales.rendering.message import Button, verbatim
from reminders.intents import Act, asks, asks_more, number_in
from reminders.wording.appointment import name_of
from reminders.wording.caseload_lists import Caseload
from storage.caseload import caseload_of
from storage.people.people import Person

#: Lines, people or sentences on one page.
PAGE = 8


def menu_rows() -> list[list[Button]]:
    """The consultant's menu."""
    return [
        [button("consultant.today", asks(Act.TODAY), "📅"), button("consultant.absences", asks(Act.ABSENCES), "🤒")],
        [button("consultant.overview", asks(Act.OVERVIEW), "🗞️"), button("consultant.people", asks(Act.PEOPLE), "👥")],
        [button("consultant.more", asks(Act.MORE), "⚙️")],
    ]


def people_buttons(people: Sequence[Person]) -> list[list[Button]]:
    """A button to each person, two in a row."""
    buttons = [Button(verbatim(name_of(person)), asks(Act.WHO, person.id), "👤") for person in people]
    return [buttons[i : i + 2] for i in range(0, len(buttons), 2)]


def say_unknown(turn: Turn) -> None:
    """A button that does not (or no longer) work for this consultant; whether the thing exists is not told."""
    turn.say(part("consultant.unknown_button"), buttons=menu_rows())


async def own_person(turn: Turn, person_id: int) -> Person | None:
    """The person, when this consultant may act for them now, with the look in the audit log; None otherwise, whatever
    the id."""
    return await look_at(turn.acting, person_id)


async def own_meeting(turn: Turn, args: Sequence[str]) -> Meeting | None:
    """An appointment of one of their people, in the version that a button was made for; says so when it is not."""
    return as_shown(turn, await open_meeting(turn.acting, number_in(args), number_in(args, 1)))


def as_shown(turn: Turn, found: Meeting | MeetingRefused) -> Meeting | None:
    """What an act on a meeting came to, unless the meeting is not theirs or not as it was shown: that is said."""
    if isinstance(found, MeetingRefused):
        say_unknown(turn)
        return None
    if found.refused is MeetingRefused.CHANGED:
        turn.say(part("consultant.changed_meanwhile", person=name_of(found.person)), buttons=menu_rows())
        return None
    return found


async def caseload(turn: Turn) -> list[Person]:
    """The people of this consultant, and of colleagues they stand in for today, by name."""
    return await caseload_of(turn.session, turn.consultant.id, turn.today)


def caseload_for(turn: Turn, people: Iterable[Person]) -> Caseload:
    """What lists are made for: these people, now, by their municipalities' rules."""
    of = turn.services.municipalities.of
    return Caseload(
        {person.id: person for person in people},
        turn.now,
        turn.zone,
        lambda municipality: of(municipality).term_rules,
        lambda municipality: of(municipality).talk_rule,
        lambda municipality: of(municipality).silent_for,
    )


def pages(intent: str, page: int, count: int, size: int = PAGE, *, mark: str = "") -> list[Button]:
    """The row that leads to the page before and after: "<intent>:<mark><page>"."""
    row = []
    if page > 0:
        row.append(button("consultant.page_before", asks_more(intent, f"{mark}{page - 1}"), "◀️"))
    if (page + 1) * size < count:
        row.append(button("consultant.page_after", asks_more(intent, f"{mark}{page + 1}"), "▶️"))
    return row


def page_of(args: Sequence[str], place: int, count: int, size: int = PAGE) -> int:
    """The page a button asks for, within what there is."""
    return min(number_in(args, place), max(0, (count - 1) // size))
