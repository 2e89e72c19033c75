"""When a copy was last made, as the audit log has it: what doctor and the alarms read its age by."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.privacy.audit import AuditEntry

#: The subject of these acts in the audit log.
SUBJECT: Final = "backup"


class BackupAct(StrEnum):
    """What an operator did with copies of the database; the values stand in the audit log."""

    BACKED_UP = "backed_up"
    RESTORED = "restored"
    SENT_HELD = "sent_held"
    HELD_WAS_SENT = "held_was_sent"


async def last_backup(session: AsyncSession) -> datetime | None:
    """When the last copy was made that the audit log knows of; the log forgets after its years."""
    return await session.scalar(
        select(func.max(AuditEntry.at)).where(
            AuditEntry.subject == SUBJECT, AuditEntry.action == BackupAct.BACKED_UP.value
        )
    )
