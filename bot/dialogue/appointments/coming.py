"""What people write about coming, in their own words: that they are better, that they do come."""

from bot.dialogue.appointments import absence_sent, appointments
from bot.dialogue.turn import Turn
from bot.faq.finding import Heard
from storage.appointments.absence_reports import reports_ahead


async def take(turn: Turn, heard: Heard | None) -> bool:
    """Do what was said; False when it is better looked up in the FAQ."""
    match heard:
        case Heard.BETTER:
            return await _is_better(turn)
        case Heard.COMING:
            return await _is_better(turn) or await _shows_next(turn)
        case _:
            return False


async def _is_better(turn: Turn) -> bool:
    """Close what has no end; of what was reported for later, show what can be done with it."""
    reports = await reports_ahead(turn.session, turn.person.id, turn.now)
    if not reports:
        return False
    latest = reports[-1]
    if latest.open_ended:
        await absence_sent.better(turn, latest)
    else:
        await absence_sent.change(turn, latest, "")
    return True


async def _shows_next(turn: Turn) -> bool:
    """The next appointment, with the buttons to answer it."""
    found = await appointments.coming(turn, limit=1)
    if found:
        await appointments.show_one(turn, [str(found[0].id)])
    return bool(found)
