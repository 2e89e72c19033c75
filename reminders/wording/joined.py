"""What one planned message says, and how several of one reader become one message."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from locales.rendering.message import Body, Button, Part, Style, Text
from reminders.delivery.composing import Telling
from storage.outbox.heard import ToldOf

Buttons = tuple[tuple[Button, ...], ...]


class Wording(NamedTuple):
    """Parts and buttons of a message. `tail` is said once, however many messages with the same tail are joined;
    `joined_buttons` makes those that are used instead of `buttons` when it is, because "I come" must then say to what.
    `brief` is the message in short, for channels that others may read; `card` its picture
    (locales.rendering.message.Body).

    `lines` are used instead of `parts` when it is joined: neighbours with the same first part say that once, then the
    lines of each, and then their tail, which is about them only."""

    parts: tuple[Part, ...]
    tail: tuple[Part, ...] = ()
    buttons: Buttons = ()
    joined_buttons: Callable[[], Buttons] | None = None
    brief: tuple[Text, ...] = ()
    card: str = ""
    lines: tuple[Part, ...] = ()
    # The key of a text that counts: of several of a kind that text stands above their `lines`, instead of each one's
    # first part.
    counted: str = ""
    # What its reader has heard of appointments once it is sent.
    told: tuple[ToldOf, ...] = ()


def body_of(wordings: Sequence[Wording]) -> Body:
    """One message that says all of these, in this order, with what its first row tells; what the others tell is with
    their rows (Merged)."""
    if len(wordings) == 1:
        only = wordings[0]
        return _body((*only.parts, *only.tail), only.buttons, only.brief, only.card, only.told)
    parts: list[Part] = []
    tails: list[Part] = []
    rows: list[tuple[Button, ...]] = []
    for _, alike in groupby(wordings, key=_group):
        group = list(alike)
        counted = bool(group[0].counted)
        as_list = len(group) > 1 if counted else bool(group[0].lines)
        if as_list:
            heading = Part(Text(group[0].counted, {}, len(group)), Style.TITLE)
            parts.append(heading if counted else group[0].parts[0])
        for one in group:
            parts.extend(one.lines if as_list else one.parts)
        (parts if as_list else tails).extend(_once(part for one in group for part in one.tail))
    parts.extend(part for part in _once(tails) if part not in parts)
    for one in wordings:
        rows.extend(
            row for row in (one.buttons if one.joined_buttons is None else one.joined_buttons()) if row not in rows
        )
    # Where one of them has no short form, the short form of the others would hide it.
    brief: list[Text] = []
    if all(one.brief for one in wordings):
        brief.extend(text for one in wordings for text in one.brief if text not in brief)
    # One picture has room for one appointment; of several it shows the week.
    card = next((f"week_of:{number}" for number in (_appointment_in(one.card) for one in wordings) if number), "")
    return _body(tuple(parts), tuple(rows), tuple(brief), card, wordings[0].told)


def _group(wording: Wording) -> object:
    """What neighbours have in common that are said as one list."""
    return wording.counted or (wording.parts[0] if wording.lines else wording)


def _body(
    parts: tuple[Part, ...], buttons: Buttons, brief: tuple[Text, ...], card: str, told: tuple[ToldOf, ...]
) -> Body:
    if told:
        return Telling(parts, buttons, None, brief, card, False, told)
    return Body(parts, buttons, None, brief, card)


def _once(parts: Iterable[Part]) -> list[Part]:
    found: list[Part] = []
    for part in parts:
        if part not in found:
            found.append(part)
    return found


def _appointment_in(card: str) -> str:
    kind, _, rest = card.partition(":")
    return rest.partition(":")[0] if kind in ("appointment", "week_of") else ""
