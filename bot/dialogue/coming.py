"""What people write about coming, in their own words: that they cannot, that they are better, that they do come."""

from bot.dialogue import absence, absence_report, appointments
from bot.dialogue.turn import Turn
from bot.faq.absence import Heard
from bot.faq.finding import Finding
from storage.absence_reports import reports_ahead


async def take(turn: Turn, text: str, heard: Heard, finding: Finding) -> bool:
    """Do what was said; False when it is better looked up in the FAQ."""
    match heard:
        case Heard.ABSENT:
            if finding.outcome == "answer" and not starts_report(turn, finding):
                return False
            await absence.start_from_text(turn, text)
            return True
        case Heard.BETTER:
            return await _is_better(turn)
        case Heard.COMING:
            return await _is_better(turn) or await _shows_next(turn)
        case _:
            return False


def starts_report(turn: Turn, finding: Finding) -> bool:
    """Whether the finder is sure of a topic that starts a report."""
    return finding.topic is not None and turn.services.faq.topics[finding.topic].action == "absence"


async def _is_better(turn: Turn) -> bool:
    """Close what has no end; of what was reported for later, show what can be done with it."""
    reports = await reports_ahead(turn.session, turn.participant.id, turn.now)
    if not reports:
        return False
    latest = reports[-1]
    if latest.open_ended:
        await absence_report.better(turn, latest)
    else:
        await absence_report.change(turn, latest, "")
    return True


async def _shows_next(turn: Turn) -> bool:
    """The next appointment, with the buttons to answer it."""
    found = await appointments.coming(turn, limit=1)
    if found:
        await appointments.show_one(turn, [str(found[0].id)])
    return bool(found)
