"""Who cannot be planned for: one person whose stored data cannot be worked with costs nobody else a reminder."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Part, Style, Text
from reminders.delivery.episodes import Episodes
from reminders.kinds import Kind
from storage.engine.bad_rows import in_parts
from storage.outbox.message import Outgoing, put
from storage.people.people import guided_by

T = TypeVar("T")
# The operator, and the consultant, hear of it once a day.
_DAY: Final = timedelta(days=1)


class LeftOut:
    """Keeps apart whom planning stumbles over, and tells the operator (in the log) and the consultant (a message)."""

    def __init__(self) -> None:
        self._stumbling = Episodes("person_not_planned", reminded=_DAY.total_seconds())

    async def apart(
        self, person_ids: Sequence[int], work: Callable[[Sequence[int]], Awaitable[T]]
    ) -> tuple[list[T], list[int]]:
        """What `work` makes of these people, in as few parts as can be, and over whom it stumbles alone."""
        left_out: list[int] = []

        def bad(person_id: int, error: Exception) -> None:
            left_out.append(person_id)
            self._stumbling.noticed(str(person_id), error=type(error).__name__)

        found = await in_parts(person_ids, work, bad)
        for person_id in person_ids:
            if person_id not in left_out:
                self._stumbling.well(str(person_id))
        return found, left_out

    async def tell(self, session: AsyncSession, person_ids: Collection[int], now: datetime, zone: ZoneInfo) -> None:
        """Their consultants hear once a day who gets no reminders: by number, for the name may be what is damaged."""
        if not person_ids:
            return
        day = now.astimezone(zone).date().isoformat()
        messages = [
            Outgoing(
                key=f"not_planned:{who.person_id}:{day}",
                kind=Kind.SAY,
                due_at=now,
                useful_until=now + _DAY,
                params=Body(
                    (
                        Part(Text("consultant.not_planned", {"number": who.external_id}), Style.TITLE),
                        Part(Text("consultant.not_planned_hint")),
                    )
                ).to_json(),
                consultant_id=who.consultant_id,
                about_id=who.person_id,
            )
            for who in await guided_by(session, person_ids)
        ]
        await put(session, messages, now)
