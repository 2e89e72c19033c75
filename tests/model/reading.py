"""One message read line by line: what a person believes after it, and what is wrong with saying it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from tests.model.beliefs import CLASS, Belief, Meeting, Mind, Wrong, described, local_day
from tests.model.words import AMSTERDAM, date_in, day_in, moment_in, moment_of, moments_in, said, time_in

# In the night nobody is woken, but for what begins this soon after the quiet hours end. They begin at nine: what was
# due just before goes out at the next look of a sequence, a quarter of an hour later at most.
_QUIET_FROM, _QUIET_UNTIL, _WAKE = time(21, 15), time(8), timedelta(hours=1)
# Who wrote so lately waits for an answer.
_JUST_NOW: Final = timedelta(minutes=30)
_TITLES: Final = {
    "new": re.compile(r"🆕 Nieuwe afspraak: (.+)"),
    "changed": re.compile(r"🔁 Uw afspraak is veranderd: (.+)"),
    "off": re.compile(r"❌ Gaat niet door: (.+)"),
    "again": re.compile(r"✅ Gaat toch door: (.+)"),
    "ahead": re.compile(r"🔔 (?:Vandaag|Morgen|Over \d+ dag(?:en)?): (.+)"),
    "classes": re.compile(r"📚 (?:Morgen|Vandaag) hebt u les"),
    "week": re.compile(r"🗓️ Uw week"),
    "term": re.compile(r"(?:🏁 U hebt nog|✏️ Ik gaf u eerder een andere datum)"),
    "other_term": re.compile(r"(?:💶|🔀|🤝) "),
}
_OF_ONE: Final = ("new", "ahead")
_INSTEAD: Final = re.compile(r"In plaats van: \S+ ([\w -]+?): ")
ASKS: Final = re.compile(r"Komt u\?|Ik weet nog niet of u komt")
_MORE: Final = re.compile(r"En nog (\d+) afspra")


class Reading:
    """Reads one message to one person, with the buttons under it (`choices`). `answered` are the kinds whose present
    day the person answered for already."""

    def __init__(
        self,
        person: str,
        mind: Mind,
        meetings: Mapping[str, Meeting],
        true_classes: set[datetime],
        answered: set[str],
        now: datetime,
        text: str,
        choices: Sequence[str] = (),
    ) -> None:
        self._person, self._mind, self._now, self._text, self._choices = person, mind, now, text, choices
        self._mine = {m.kind: m for m in meetings.values() if m.person == person}
        self._true_classes = true_classes
        self._answered = answered
        self._title, self._kind = "", ""
        self._old: datetime | None = None
        self._day: date | None = None
        self._told: list[tuple[str, datetime]] = []

    def read(self) -> None:
        """Believe it.

        Raises Wrong.
        """
        self._not_in_the_night()
        for line in self._text.splitlines():
            self._line(line)
        asks = ASKS.search(self._text) is not None
        self._mind.just_asked = {(kind, local_day(at)) for kind, at in self._told} if asks else set()
        self._mind.asked |= self._mind.just_asked
        if asks and self._told and all(kind in self._answered for kind, _ in self._told):
            raise Wrong(f"{self._person} answered already: {self._text!r}")

    def _not_in_the_night(self) -> None:
        local = self._now.astimezone(AMSTERDAM)
        if _QUIET_UNTIL <= local.time() < _QUIET_FROM or "niet aangekomen bij" in self._text:
            return
        if self._now - self._mind.wrote_at < _JUST_NOW:
            return
        morning = local.replace(hour=_QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
        if local.time() >= _QUIET_FROM:
            morning += timedelta(days=1)
        # The times to choose from stand on buttons.
        shown = "\n".join((self._text, *self._choices))
        named = [m for m in moments_in(shown, self._now) if m > self._now - timedelta(hours=12)]
        if not any(moment <= morning + _WAKE for moment in named):
            raise Wrong(f"in the night, and not urgent: {self._text!r}")

    def _line(self, line: str) -> None:
        for title, pattern in _TITLES.items():
            if found := pattern.match(line):
                self._title, self._kind = title, found.group(1) if pattern.groups else ""
                self._old, self._day = None, None
                if title == "classes":
                    self._day = local_day(self._now) + timedelta(days="Morgen" in line)
                return
        if found := _INSTEAD.match(line):
            self._instead_of(found[1], moment_in(line, self._now))
            return
        if self._title == "term" and (term_end := date_in(line)) is not None and not line.startswith("❌"):
            self._mind.term_end = term_end
        elif line.startswith("❌ Niet meer: ") and (moment := moment_in(line, self._now)):
            self._old = moment
            if self._title == "off":
                self._off(moment)
            elif self._kind == CLASS:
                self._mind.classes.discard(moment)
        elif found := _MORE.match(line):
            self._more(int(found[1]))
        elif line.startswith("📅 ") and (day := day_in(line, self._now)):
            self._day = day
        elif line.startswith("🕑 ") and self._day and (at := time_in(line)):
            self._tells(CLASS if self._title == "classes" else self._kind, moment_of(self._day, at))
        elif (named := re.match(r"\S+ ([\w -]+?): ", line)) and (moment := moment_in(line, self._now)):
            self._tells(named[1], moment, in_a_list=True)
        elif line.startswith("📍 ") and self._kind in self._mind.meetings and self._kind != CLASS:
            self._mind.meetings[self._kind].place = line.removeprefix("📍 ").strip()

    def _instead_of(self, kind: str, moment: datetime | None) -> None:
        """Other times are proposed for a meeting, which is as it is said."""
        true = self._mine.get(kind)
        if true is None or not true.on or true.starts_at != moment:
            as_it_is = "none" if true is None else described(true)
            raise Wrong(f"another time instead of what is not so ({as_it_is}): {self._text!r}")
        self._mind.proposed.add(kind)

    def _more(self, count: int) -> None:
        """So many more changed, without saying which: of what they believed wrongly they are in doubt now."""
        doubtful = {m for m in self._mind.classes if m > self._now and m not in self._true_classes}
        if len(doubtful) > count:
            raise Wrong(f"{self._person} hears of {count} more, and {len(doubtful)} changed: {self._text!r}")
        self._mind.classes -= doubtful

    def _off(self, moment: datetime) -> None:
        if self._kind == CLASS:
            self._mind.classes.discard(moment)
            return
        belief = self._mind.meetings.get(self._kind)
        if belief is None or not belief.on:
            raise Wrong(f"{self._person} is told that {self._kind} is off, and never heard of it: {self._text!r}")
        if belief.starts_at != moment:
            raise Wrong(f"{self._person} heard {described(belief)}; told as off is {said(moment)}: {self._text!r}")
        belief.on = False

    def _tells(self, kind: str, starts_at: datetime, *, in_a_list: bool = False) -> None:
        if kind == CLASS:
            self._mind.classes.add(starts_at)
            return
        belief, true = self._mind.meetings.get(kind), self._mine.get(kind)
        if true is None or not true.on or true.starts_at != starts_at:
            as_it_is = "none" if true is None else described(true)
            raise Wrong(f"{self._person} is told {kind} {said(starts_at)}, it is {as_it_is}: {self._text!r}")
        if not in_a_list:
            self._once(kind, starts_at)
            self._news(starts_at, belief, true.place)
        known_place = belief.place if belief is not None and in_a_list else true.place
        self._mind.meetings[kind] = Belief(starts_at, known_place)

    def _once(self, kind: str, starts_at: datetime) -> None:
        if (kind, starts_at) in self._told:
            raise Wrong(f"{kind} twice in one message: {self._text!r}")
        self._told.append((kind, starts_at))

    def _news(self, starts_at: datetime, belief: Belief | None, place: str) -> None:
        """Changes tell what is new, with the old as it was heard; what has begun is not asked."""
        if self._title not in ("new", "changed", "again"):
            return
        if belief is not None and belief.on and (belief.starts_at, belief.place) == (starts_at, place):
            raise Wrong(f"{self._person} knew this: {self._text!r}")
        if self._title == "new" and belief is not None and not belief.agreed and belief.on:
            raise Wrong(f"not new, {self._person} heard of it: {self._text!r}")
        if self._title == "again" and (belief is None or belief.on):
            raise Wrong(f"{self._person} never heard that it was off: {self._text!r}")
        if self._title == "changed":
            if belief is None:
                raise Wrong(f"{self._person} never heard of what has changed: {self._text!r}")
            if self._old is not None and self._old != belief.starts_at:
                raise Wrong(f"{self._person} heard {described(belief)}, struck out is another time: {self._text!r}")
            if self._old is None and belief.starts_at != starts_at:
                raise Wrong(f"the old time {described(belief)} is not struck out: {self._text!r}")
        if starts_at <= self._now and ASKS.search(self._text):
            raise Wrong(f"asked after it began: {self._text!r}")


#: Of the lists of lessons, which come every week, and of what comes after a meeting nobody is called when one is lost.
LISTS: Final = re.compile(r"^(?:📚 (?:Morgen|Vandaag) hebt u les|🗓️ Uw week|🧭 Na uw afspraak)")


def only_tells_of(text: str) -> set[str]:
    """The kinds of meeting that a message announces or reminds of, where it does nothing else; else none."""
    lines = text.split("\n")
    titles = {title for line in lines for title, pattern in _TITLES.items() if pattern.match(line)}
    told = [match[1] for line in lines for title in _OF_ONE if (match := _TITLES[title].match(line)) is not None]
    return set(told) if titles <= set(_OF_ONE) else set()
