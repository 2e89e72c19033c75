"""What people write about coming: that they are better, that they do come, that another time suits them."""

from bot.dialogue.appointments import absence_sent, appointments
from bot.dialogue.appointments.absence_from_words import is_on
from bot.dialogue.turn import Turn
from bot.understanding.acts import When
from storage.appointments.absence_reports import reports_ahead

#: So many of the coming appointments are looked through for the day that was said.
_LOOKED_THROUGH = 10


async def shows_next(turn: Turn, when: When) -> bool:
    """The appointment of the day that was said, else the next one, with the buttons to answer it."""
    found = await appointments.coming(turn, limit=_LOOKED_THROUGH)
    if found:
        meant = next((one for one in found if is_on(turn, one, when)), found[0])
        await appointments.show_one(turn, [str(meant.id)])
    return bool(found)


async def take_back(turn: Turn) -> bool:
    """Close what has no end; of what was reported for later, show what can be done with it. False without a report."""
    reports = await reports_ahead(turn.session, turn.person.id, turn.now)
    if not reports:
        return False
    latest = reports[-1]
    if latest.open_ended:
        await absence_sent.better(turn, latest)
    else:
        await absence_sent.change(turn, latest, "")
    return True
