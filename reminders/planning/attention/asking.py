"""What people are asked of themselves, in one job: how it goes, and how it was."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.local_time import QuietHours
from reminders.planning.attention.check_ins import plan_check_ins
from reminders.planning.attention.feedback import plan_feedback


async def plan_attention(session: AsyncSession, now: datetime, zone: ZoneInfo, quiet_hours: QuietHours) -> int:
    """Plan both; how many messages are new."""
    asked = await plan_check_ins(session, now, zone, quiet_hours)
    return asked + await plan_feedback(session, now, zone, quiet_hours)
