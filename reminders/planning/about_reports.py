"""Absence reports whose appointment changed: the consultant hears when one does not hold any more, or holds again.

As with what people heard of appointments, nothing here knows what happened in between: there is what the consultant was
last told of a person and an appointment, and how it stands now. Moved by mistake and back before anything was said,
nothing is said. The person hears it with the change itself, which names what they answered
(reminders/wording/to_person_on_changes.py).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from reminders.kinds import Copy, Kind
from storage.appointments.report_stands import HOLDS, ReportStands
from storage.outbox.message import Outgoing
from storage.outbox.planning import Earlier
from storage.vocabulary import LOST, MessageState, Priority

# Taken back, or waiting and to be replaced: these told nobody anything.
_NOT_TOLD: Final = (MessageState.PENDING, MessageState.CANCELLED)


def report_messages(reports: Sequence[ReportStands], earlier: Sequence[Earlier], now: datetime) -> list[Outgoing]:
    """What consultants must hear of these reports; `earlier` are the messages of this kind about their appointments."""
    copies = {_of_which(one.key): one for one in earlier}
    found: list[Outgoing] = []
    for report in reports:
        about = f"{Kind.REPORT_STANDS}:{report.person_id}:{report.appointment_id}:"
        tried = [one for one in earlier if one.key.startswith(about) and one.state not in _NOT_TOLD]
        was = HOLDS
        waits = False
        for one in tried:
            stands = one.key.removeprefix(about).partition(":")[0]
            state = _came_of(one, copies).state
            if state in (*LOST, MessageState.PENDING):
                # Kept for the consultant, or about to be: it is told when it is so then, and else never.
                waits = stands == report.stands
            elif state is not MessageState.CANCELLED:
                # A report by itself says that it holds.
                was, waits = HOLDS if report.reported_at > one.due_at else stands, False
        # That it does not hold is told once: why it does not may become another reason.
        if not waits and (report.stands == HOLDS) is not (was == HOLDS):
            found.append(_message(report, tried[-1].id if tried else 0, now))
    return found


def _of_which(key: str) -> int:
    """The message that this key's is a copy of; 0 for none."""
    match key.split(":"):
        case [Copy.KEPT | Copy.PASSED, number, *_]:
            return int(number)
    return 0


def _came_of(one: Earlier, copies: Mapping[int, Earlier]) -> Earlier:
    """The last copy of a message that was lost: for who stands in, or kept for the consultant."""
    while one.state in LOST and one.id in copies:
        one = copies[one.id]
    return one


def _message(report: ReportStands, last_told: int, now: datetime) -> Outgoing:
    return Outgoing(
        key=f"{Kind.REPORT_STANDS}:{report.person_id}:{report.appointment_id}:{report.stands}:{last_told}",
        kind=Kind.REPORT_STANDS,
        due_at=now,
        useful_until=max(report.starts_at, report.reported_for),
        consultant_id=report.consultant_id,
        about_id=report.person_id,
        appointment_id=report.appointment_id,
        appointment_version=report.version,
        params={"person_id": report.person_id, "stands": report.stands},
        # Waits for a consultant who is not linked yet, as the report does.
        priority=Priority.NORMAL,
    )
