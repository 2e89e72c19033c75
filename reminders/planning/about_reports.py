"""Absence reports whose appointment changed: the consultant hears when one does not hold any more, or holds again.

As with what people heard of appointments, nothing here knows what happened in between: there is what the consultant was
last told of a person and an appointment, and how it stands now. Moved by mistake and back before anything was said,
nothing is said. The person hears it with the change itself, which names what they answered
(reminders/wording/to_person_on_changes.py).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from reminders.kinds import Kind
from storage.appointments.report_stands import HOLDS, ReportStands
from storage.outbox.message import Outgoing
from storage.outbox.planning import Earlier
from storage.vocabulary import MessageState, Priority

# Taken back, or waiting and to be replaced: these told nobody anything. What was lost went to who stands in.
_NOT_TOLD: Final = (MessageState.PENDING, MessageState.CANCELLED)


def report_messages(reports: Sequence[ReportStands], earlier: Sequence[Earlier], now: datetime) -> list[Outgoing]:
    """What consultants must hear of these reports; `earlier` are the messages of this kind about their appointments."""
    found: list[Outgoing] = []
    for report in reports:
        was, message_id = _last_told(report, earlier)
        # That it does not hold is told once: why it does not may become another reason.
        if (report.stands == HOLDS) is not (was == HOLDS):
            found.append(_message(report, message_id, now))
    return found


def _last_told(report: ReportStands, earlier: Sequence[Earlier]) -> tuple[str, int]:
    """What the consultant last heard, and the message that said so; a report by itself says that it holds."""
    about = f"{Kind.REPORT_STANDS}:{report.person_id}:{report.appointment_id}:"
    told = [one for one in earlier if one.key.startswith(about) and one.state not in _NOT_TOLD]
    if not told:
        return HOLDS, 0
    was = HOLDS if report.reported_at > told[-1].due_at else told[-1].key.removeprefix(about).partition(":")[0]
    return was, told[-1].id


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
