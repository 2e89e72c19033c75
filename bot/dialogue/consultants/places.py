"""What a new meeting needs besides a time: places to choose from, or another one in the consultant's words; and what
the person brings along and whether there is an interpreter, from the vocabulary that everybody reads in their language.

What was chosen stands in the buttons, as a number whose bits are things to bring (`prepared`).
"""

import hashlib
from collections import Counter
from typing import Final

from bot.dialogue.consultants.common import PAGE, caseload, page_of, pages
from bot.dialogue.memory import PLACES, PLACING
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Text, verbatim
from reminders.intents import Intent, asks_more
from reminders.wording.appointment import name_of
from reminders.wording.meetings.bringing import Item, ReadNote, icon_of
from storage.appointments.appointments import latest_meetings
from storage.people.people import Person

_PLACES: Final = 5
_LATEST: Final = 60
# Buttons of long ago are pressed: a new thing to bring goes to the end of the vocabulary.
_THINGS: Final = tuple(Item)
_WITH, _WITHOUT = 1 << len(_THINGS), 2 << len(_THINGS)
_CHOSEN: Final = "✔️"
#: How an argument begins that asks for a page of things to bring.
BRING_PAGE: Final = "b"


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


def prepared(text: str) -> ReadNote:
    """What the number in a button stands for; nothing, for anything else."""
    bits = _bits(text)
    interpreter = bool(bits & _WITH) if bits & (_WITH | _WITHOUT) else None
    return ReadNote(tuple(item for place, item in enumerate(_THINGS) if bits >> place & 1), interpreter)


def preparation_buttons(so_far: str, text: str) -> list[list[Button]]:
    """Beside a meeting that is about to be made: what to bring, with an interpreter or without; what is chosen is let
    go by the same button. `text` is the number so far, `so_far` the intent up to it."""
    bits = _bits(text)
    return [
        [button("consultant.bring_button", asks_more(so_far, f"{bits:x}", f"{BRING_PAGE}0"), "🎒")],
        [
            button(f"consultant.interpreter.{name}", asks_more(so_far, f"{_instead(bits, bit):x}"), icon)
            for name, bit, icon in (
                ("with", _WITH, _CHOSEN if bits & _WITH else "🗣️"),
                ("without", _WITHOUT, _CHOSEN if bits & _WITHOUT else "🔇"),
            )
        ],
    ]


def ask_what_to_bring(turn: Turn, so_far: str, text: str, page_wanted: str, person: Person) -> None:
    """A page of things; each button takes a thing along, or leaves it."""
    bits, size = _bits(text), len(_THINGS)
    page = page_of([page_wanted.removeprefix(BRING_PAGE)], 0, size)
    rows = [
        [
            button(
                f"bring.{item.value}",
                asks_more(so_far, f"{bits ^ 1 << place:x}", f"{BRING_PAGE}{page}"),
                _CHOSEN if bits >> place & 1 else icon_of(item),
            )
        ]
        for place, item in list(enumerate(_THINGS))[page * PAGE : (page + 1) * PAGE]
    ]
    things = [Text(f"bring.{item.value}") for item in prepared(text).items]
    turn.say(
        title("consultant.bring_ask", person=name_of(person)),
        *([Part(Text("consultant.bring_chosen", {"things": things}))] if things else []),
        buttons=[
            *rows,
            pages(asks_more(so_far, f"{bits:x}"), page, size, mark=BRING_PAGE),
            [button("consultant.bring_done", asks_more(so_far, f"{bits:x}"), "✅")],
        ],
    )


def _instead(bits: int, bit: int) -> int:
    """With this word on the interpreter instead of the other; without it, where it stood already."""
    others = bits & ~(_WITH | _WITHOUT)
    return others if bits & bit else others | bit


def _bits(text: str) -> int:
    is_number = text.isascii() and text.isalnum() and len(text) <= len(f"{_WITHOUT:x}")
    try:
        return int(text, 16) & (_WITH | _WITHOUT | (_WITH - 1)) if is_number else 0
    except ValueError:
        return 0
