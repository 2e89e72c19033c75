"""What consultants must get, and what not: days away, who stands in, and the morning's overview. From docs/absence.md
and docs/consultants.md: an overview at eight on working days; who is away gets nothing, who stands in everything."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from tests.model.beliefs import CLASS, LONG_AGO, Meeting, Wrong, local_day
from tests.model.words import AMSTERDAM, date_in

#: The one whose people they are, and who may stand in.
GUIDES, STANDS_IN = "Ilse", "Karim"
_OVERVIEW: Final = re.compile(r"^Uw dag: ")
_TODAY: Final = re.compile(r"(\d+) gesprek(?:ken)? vandaag")
_AT: Final = time(8)
# An overview is of no use any more when the day is half over.
_UNTIL: Final = time(14)
# So long everything must have worked before an overview that is missing is anybody's fault.
_PLANNED_AHEAD: Final = timedelta(days=4)
# The Netherlands' public holidays on working days within the sequences' weeks.
_HOLIDAYS: Final = frozenset({date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 27), date(2026, 5, 14)})


@dataclass
class Consultants:
    """Ilse, and Karim who may stand in for her."""

    stood_in_for: bool = False
    away: tuple[date, date] | None = None
    # Whether anything reaches Ilse, and since when who is there and reached is as it is.
    reached: bool = True
    changed_at: datetime = LONG_AGO
    overviews: dict[str, date] = field(default_factory=dict)

    def is_away(self, day: date) -> bool:
        """Whether Ilse is."""
        return self.away is not None and self.away[0] <= day <= self.away[1]

    def hears(self, who: str, text: str, meetings: list[Meeting], now: datetime) -> None:
        """A message arrives with one of them; `meetings` are everybody's.

        Raises Wrong.
        """
        today, at = local_day(now), now.astimezone(AMSTERDAM).time()
        gone = self.is_away(today)
        if gone and self.stood_in_for and who == GUIDES:
            raise Wrong(f"{who} is away, {STANDS_IN} stands in, and {who} hears: {text!r}")
        if not _OVERVIEW.match(text):
            return
        if today.weekday() > 4 or today in _HOLIDAYS or not _AT <= at < _UNTIL or date_in(text) != today:
            raise Wrong(f"no overview is due to {who} on {now.astimezone(AMSTERDAM):%a %d %b %H:%M}: {text!r}")
        if self.overviews.get(who) == today:
            raise Wrong(f"{who} gets the overview twice: {text!r}")
        self.overviews[who] = today
        if who == GUIDES and gone:
            raise Wrong(f"{who} is away, and gets the overview: {text!r}")
        if who == STANDS_IN and not (gone and self.stood_in_for):
            raise Wrong(f"nobody's consultant gets an overview: {text!r}")
        found = _TODAY.search(text)
        said, true = int(found[1]) if found else 0, len(_of(meetings, today))
        if said != true:
            raise Wrong(f"the overview says {said} meetings today, there are {true}: {text!r}")

    def check(self, meetings: list[Meeting], now: datetime, works_since: datetime) -> None:
        """Whether the overview of a day that has meetings came, where all worked for days.

        Raises Wrong.
        """
        today, local = local_day(now), now.astimezone(AMSTERDAM)
        since = max(works_since, self.changed_at)
        if now - since < _PLANNED_AHEAD or not time(9) <= local.time() or today.weekday() > 4 or today in _HOLIDAYS:
            return
        who = STANDS_IN if self.is_away(today) else GUIDES
        if not (self.stood_in_for if who == STANDS_IN else self.reached):
            return
        # Of what was made since the morning it says nothing.
        if self.overviews.get(who) != today and any(m.changed_at < _morning(now) for m in _of(meetings, today)):
            raise Wrong(f"{who} got no overview of {local:%a %d %b}")


def _of(meetings: list[Meeting], today: date) -> list[Meeting]:
    return [m for m in meetings if m.kind != CLASS and m.on and local_day(m.starts_at) == today]


def _morning(now: datetime) -> datetime:
    return now.astimezone(AMSTERDAM).replace(hour=_AT.hour, minute=0, second=0, microsecond=0)
