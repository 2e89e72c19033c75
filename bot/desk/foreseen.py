"""What people would hear: of an act that is only rehearsed, or of what was planned for them already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.reports.preview import Previewed, coming_messages
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Body
from locales.rendering.render import Renderer
from reminders.delivery.composing import ClaimedMessage, Composer
from reminders.kinds import Kind
from reminders.local_time import QuietHours
from reminders.planning.planner import Planner
from storage.outbox.trace import waiting_about
from storage.people.people import Person

#: How far ahead a person's page looks.
DAYS: Final = 28


@dataclass(frozen=True, slots=True)
class WouldHear:
    """Somebody, and what they would read, in their language; `text` is None for who gets no message by themselves."""

    person: Person
    text: str | None
    at: datetime | None = None

    @property
    def direction(self) -> str:
        """Of the person's script: "ltr" or "rtl"."""
        return LANGUAGES[self.person.language].direction.value


@dataclass(frozen=True, slots=True)
class Foresees:
    """Words what waits in the outbox, or would be put there; the planner and the composer are the service's own."""

    planner: Planner
    composer: Composer
    renderer: Renderer
    quiet_hours: QuietHours

    async def next_for(
        self, session: AsyncSession, person: Person, now: datetime, days: int = DAYS
    ) -> Sequence[Previewed]:
        """What is said to a person next, by time, in their own language."""
        return await coming_messages(
            session,
            self.planner,
            self.composer,
            self.renderer,
            person,
            now=now,
            days=days,
            quiet_hours=self.quiet_hours,
        )

    async def of_change(
        self, session: AsyncSession, people: Collection[Person], appointment_id: int, now: datetime
    ) -> list[WouldHear]:
        """What each would read of a change of an appointment that this transaction made, by name."""
        rows = [ClaimedMessage.of(row, row.params) for row in await waiting_about(session, appointment_id, Kind.CHANGE)]
        by_id = {person.id: person for person in people}
        said: dict[int, WouldHear] = {}
        composed = await self.composer.compose(session, rows, now)
        for row in rows:
            person, body = by_id.get(row.person_id or 0), composed.get(row.id)
            if person is not None and isinstance(body, Body):
                body = replace(body, ethiopian_clock=bool(person.ethiopian_clock))
                text = self.renderer.render(body, person.language).text
                said[person.id] = WouldHear(person, text, max(row.due_at or now, now))
        return [said.get(person.id, WouldHear(person, None)) for person in people]


def changed_messages(before: Sequence[Previewed], after: Sequence[Previewed]) -> Mapping[str, Sequence[Previewed]]:
    """What would be said that was not to be said before, and what not any more: under "more" and "less"."""
    was, will = {(one.at, one.text) for one in before}, {(one.at, one.text) for one in after}
    return {
        "more": [one for one in after if (one.at, one.text) not in was],
        "less": [one for one in before if (one.at, one.text) not in will],
    }
