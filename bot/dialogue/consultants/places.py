"""Places to choose from in the chat, or another one in the consultant's words."""

import hashlib
from collections import Counter
from typing import Final

from bot.dialogue.consultants.common import caseload
from bot.dialogue.memory import PLACES, PLACING
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, verbatim
from reminders.intents import Intent, asks_more
from storage.appointments.appointments import latest_meetings
from storage.people.people import Person

_PLACES: Final = 5
_LATEST: Final = 60


def _mark(place: str) -> str:
    """A place as it fits into a button."""
    return hashlib.sha256(place.encode()).hexdigest()[:8]


async def place_of(turn: Turn, mark: str) -> str | None:
    """The place a button names; "" = none. None when it is not known (any more), so that it is asked for."""
    if mark == "none":
        return ""
    return next((place for place in turn.recall(PLACES) or () if mark and _mark(place) == mark), None)


async def ask_place(turn: Turn, so_far: str, person: Person) -> None:
    """Where: the town hall, the places used lately, another one in words, or none."""
    recent = await latest_meetings(turn.session, [p.id for p in await caseload(turn)], limit=_LATEST)
    used = Counter(a.location for a in recent if a.location)
    town_hall = turn.services.municipalities.of(person.municipality).address
    first = [town_hall] if town_hall else []
    places = list(dict.fromkeys([*first, *(place for place, _ in used.most_common(_PLACES))]))
    turn.remember(PLACES, tuple(places))
    turn.remember(PLACING, so_far)
    turn.expect("place")
    turn.say(
        title("consultant.where"),
        part("consultant.or_write_place"),
        buttons=[
            *([Button(verbatim(place[:40]), asks_more(so_far, _mark(place)), "📍")] for place in places),
            [button("consultant.no_place", asks_more(so_far, "none"), "☎️")],
        ],
    )


async def taken_place(turn: Turn, text: str) -> list[str] | None:
    """A place in the consultant's own words: the arguments of the button that it stands for; None when none is open."""
    so_far = turn.recall(PLACING)
    turn.expect("")
    asked = Intent.parse(so_far) if so_far is not None else None
    if asked is None or not text.strip():
        return None
    place = " ".join(text.split())[:200]
    turn.remember(PLACES, (*(turn.recall(PLACES) or ()), place))
    return [*asked.args, _mark(place)]
