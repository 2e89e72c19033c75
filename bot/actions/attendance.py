"""Attendance: the facts about one person, for their consultant's own file."""

from datetime import datetime
from enum import StrEnum

from bot.actions.acting import Acting
from storage.attendance.facts import MissedFact, missed_facts


class FactsRefused(StrEnum):
    """Why no facts are given out."""

    NOT_THEIRS = "not_theirs"  # no such person, or none that they may act for: which, is not told


async def facts_about(
    acting: Acting, person_id: int, since: datetime, until: datetime
) -> list[MissedFact] | FactsRefused:
    """What is known of a person's missed and late appointments in [since, until), with the look in the audit log."""
    person = await acting.person(person_id)
    if person is None:
        return FactsRefused.NOT_THEIRS
    acting.audit("attendance_facts", f"person:{person.id}")
    return await missed_facts(acting.session, person.id, since, until, zone=acting.zone)
