"""Away days and who stands in: what arrives meanwhile goes to the colleague."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from bot.actions.access.standing_in import (
    StandInAnswer,
    StandInRefused,
    answer_stand_in,
    ask_to_stand_in,
    may_stand_in,
)
from bot.actions.people import AwayRefused, be_away, be_back, can_be_away
from bot.dialogue.consultants.common import PAGE, menu_rows, page_of, pages, say_unknown
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Text, verbatim
from reminders.intents import Act, asks, asks_more, number_in
from storage.people.people import Consultant

_STARTS: Final = (0, 1, 2, 3, 4, 5, 6, 7, 14)
_LENGTHS: Final = (1, 2, 3, 5, 7, 14, 21, 28)


async def more(turn: Turn, _args: Sequence[str]) -> None:
    """What is not needed every day."""
    turn.say(
        title("consultant.more"),
        buttons=[
            [button("consultant.new", asks(Act.NEW), "➕"), button("consultant.meetings", asks(Act.MEETINGS), "🔁")],
            [button("consultant.to_group", asks(Act.GROUPS), "👥"), button("consultant.add", asks(Act.ADD), "👤")],
            [button("consultant.away", asks(Act.AWAY), "🏖️"), button("consultant.stand_in", asks(Act.STAND_IN), "🤝")],
            [
                button("consultant.contacted", asks(Act.CONTACTED), "📞"),
                button("consultant.feedback", asks(Act.SUMS), "🙂"),
            ],
            *menu_rows()[:2],
        ],
    )


async def away(turn: Turn, args: Sequence[str]) -> None:
    """Away from when until when: "away[:<first>[:<last>]]", or "away:back"."""
    if args[:1] and args[0] == "back":
        await be_back(turn.acting)
        turn.say(part("consultant.welcome_back"), buttons=menu_rows())
        return
    first = _day(args[0]) if args else None
    if first is None or not can_be_away(turn.today, first):
        days = [turn.today + timedelta(days=ahead) for ahead in _STARTS]
        back = (
            [[button("consultant.i_am_back", asks(Act.AWAY, "back"), "👋")]]
            if turn.consultant.away_from is not None
            else []
        )
        turn.say(title("consultant.away_from"), buttons=[*back, *_days(asks(Act.AWAY), days), *menu_rows()[-1:]])
        return
    last = _day(args[1]) if len(args) > 1 else None
    stand_in = await be_away(turn.acting, first, last) if last is not None else AwayRefused.IMPOSSIBLE
    if last is None or isinstance(stand_in, AwayRefused):
        days = [first + timedelta(days=length - 1) for length in _LENGTHS]
        turn.say(title("consultant.away_until"), buttons=_days(asks(Act.AWAY, first), days))
        return
    turn.say(
        Part(Text("consultant.away_noted", {"first": first, "last": last})),
        part("consultant.stands_in", colleague=stand_in.name) if stand_in else part("consultant.nobody_stands_in"),
        buttons=[[button("consultant.stand_in", asks(Act.STAND_IN), "🤝")], *menu_rows()],
    )


def _days(intent: str, days: Sequence[date]) -> list[list[Button]]:
    buttons = [Button(Text("consultant.day", {"on": day}), asks_more(intent, day), "📅") for day in days]
    return [buttons[i : i + 2] for i in range(0, len(buttons), 2)]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def stand_in(turn: Turn, args: Sequence[str]) -> None:
    """Who stands in: "standin" asks, "standin:p<page>" turns the page, "standin:<consultant>" asks that colleague."""
    chosen: Consultant | StandInRefused = StandInRefused.NO_COLLEAGUE
    if args:
        chosen = await ask_to_stand_in(turn.acting, number_in(args), once=turn.once)
    if not isinstance(chosen, StandInRefused):
        stands_in_already = turn.consultant.stand_in_id == chosen.id
        key = "consultant.stands_in" if stands_in_already else "consultant.stand_in_asked"
        turn.say(part(key, colleague=chosen.name), buttons=menu_rows())
        return
    asked = args[0] if args else "p0"
    if asked[:1] != "p":
        say_unknown(turn)
        return
    colleagues = await may_stand_in(turn.session, turn.consultant, turn.services.municipalities)
    page = page_of([asked[1:]], 0, len(colleagues))
    rows = [
        [Button(verbatim(colleague.name), asks(Act.STAND_IN, colleague.id), "👤")]
        for colleague in colleagues[page * PAGE : (page + 1) * PAGE]
    ]
    turning = pages(asks(Act.STAND_IN), page, len(colleagues), mark="p")
    turn.say(
        title("consultant.who_stands_in") if rows else part("consultant.no_colleagues"),
        buttons=[*rows, turning, *menu_rows()[-1:]],
    )


async def stands_in(turn: Turn, args: Sequence[str]) -> None:
    """The answer of who was asked: "standsin:<consultant>:yes", "standsin:<consultant>:no"."""
    said = args[1] if len(args) > 1 else ""
    answered: StandInAnswer | StandInRefused = StandInRefused.NOT_ASKED
    if said in ("yes", "no"):
        answered = await answer_stand_in(turn.acting, number_in(args), agrees=said == "yes", once=turn.once)
    if isinstance(answered, StandInRefused):
        turn.say(part("consultant.stand_in_over"), buttons=menu_rows())
        return
    key = "consultant.you_stand_in" if answered.stands_in else "consultant.you_do_not_stand_in"
    turn.say(part(key, colleague=answered.colleague.name), buttons=menu_rows())
