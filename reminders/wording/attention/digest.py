"""The morning digest: how many are on each of a consultant's lists, with a button to each."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body, Button, Part, Style, Text, verbatim
from reminders.delivery.composing import ClaimedMessage, Composed, Skip
from reminders.intents import Act, asks
from reminders.terms.terms import TermRules
from reminders.wording.caseload_lists import LIST_ICONS, NOT_SPOKEN_FOR, Caseload, List, lines_of
from storage.attendance.patterns import TalkRules
from storage.caseload import caseload_of, is_away
from storage.people.people import Consultant


def digest_parts(day: date, counts: Mapping[List, int]) -> tuple[Part, ...]:
    """The title and a line for each list that is not empty."""
    lines = [
        Part(Text(f"consultant.count.{which}", {"icon": verbatim(LIST_ICONS[which])}, count=counts[which]))
        for which in List
        if counts[which]
    ]
    head = Part(Text("consultant.digest", {"on": day}), Style.TITLE)
    return (head, *(lines or [Part(Text("consultant.nothing"))]))


def list_buttons(counts: Mapping[List, int]) -> list[list[Button]]:
    """A button to each list that is not empty, two a row."""
    buttons = [
        Button(Text(f"consultant.list.{which}"), asks(Act.LIST, which, "0"), LIST_ICONS[which])
        for which in List
        if counts[which]
    ]
    return [buttons[i : i + 2] for i in range(0, len(buttons), 2)]


class DigestComposer:
    """Says what a digest says when it is sent."""

    def __init__(
        self,
        zone: ZoneInfo,
        term_rules: Callable[[str], TermRules],
        talk_rules: TalkRules,
        silent_for: Callable[[str], timedelta] = lambda _municipality: NOT_SPOKEN_FOR,
    ) -> None:
        self._zone = zone
        self._term_rules = term_rules
        self._talk_rules = talk_rules
        self._silent_for = silent_for

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        return {row.id: await self._say(session, row, now) for row in rows}

    async def _say(self, session: AsyncSession, row: ClaimedMessage, now: datetime) -> Composed:
        today = now.astimezone(self._zone).date()
        consultant = await session.get(Consultant, row.consultant_id) if row.consultant_id is not None else None
        if consultant is None or is_away(consultant, today):
            return Skip("away")
        people = {person.id: person for person in await caseload_of(session, consultant.id, today)}
        if not people:
            return Skip("nothing")
        caseload = Caseload(people, now, self._zone, self._term_rules, self._talk_rules, self._silent_for)
        counts = {which: len(await lines_of(session, which, caseload)) for which in List}
        if not any(counts.values()):
            return Skip("nothing")
        return Body(digest_parts(today, counts), tuple(tuple(buttons) for buttons in list_buttons(counts)))
