"""Absence reports as the domain has them: for which meetings they hold, who knows of them, and what people answered."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from tests.model.beliefs import CLASS, Meeting, Wrong, local_day

# An illness without an end is about the coming week, until it is asked after.
_REACH: Final = timedelta(days=7)
_REPORT: Final = re.compile(r"^(?:⏰ Nog niet gezien: a|⏰ A|Gewijzigde a|A)fmelding (?:achteraf )?van (\w+)")
# "⏰ Nog niet gezien: 3 afmeldingen", "⏰ 3 afmeldingen die Ilse nog niet heeft gezien".
_REPORTS: Final = re.compile(r"^⏰ (?:Nog niet gezien: )?\d+ afmeldingen")
_STANDS: Final = re.compile(r"^De afmelding van (\w+) (geldt niet meer|is niet meer nodig|geldt weer)")
_UNCONFIRMED: Final = re.compile(r"^❔ (\w+) heeft nog niet gezegd")
_LINE: Final = re.compile(r"^\S+ ([\w -]+?): \w+dag \d")
# Of lessons there are many, and nothing here tells them apart; what is struck out is no kind of meeting.
_NO_KIND: Final = frozenset({CLASS, "Niet meer"})


# What begins another thing that a message to a consultant says; several are said in one.
_BEGINS: Final = re.compile(r"^(?:❔|⚠️|⏰|📵|🔁 Twee|Afmelding|Gewijzigde afmelding|De afmelding) ")


def sections(text: str) -> list[str]:
    """What a message to a consultant says, one thing each."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if not found or _BEGINS.match(line):
            found.append([])
        found[-1].append(line)
    return ["\n".join(lines) for lines in found]


@dataclass
class Report:
    """A report that was sent; `days` are the meetings it is about, by kind, and the day of each as it was reported."""

    days: dict[str, date]
    # When it was sent to the consultant, until somebody knows of it.
    unknown_since: datetime | None
    illness: bool = False


@dataclass
class Answers:
    """What one person said of coming, and what the consultants know of it."""

    person: str
    reports: list[Report] = field(default_factory=list)
    # To which they said that they come, by kind, and for which day. Who asks for another time says neither.
    coming: dict[str, date] = field(default_factory=dict)
    # What consultants were last told of the report about a meeting: whether it holds.
    told: dict[str, bool] = field(default_factory=dict)

    def holds(self, meeting: Meeting) -> bool:
        """Whether a report is about this meeting on the day it is on."""
        day = local_day(meeting.starts_at)
        return meeting.on and any(report.days.get(meeting.kind) == day for report in self.reports)

    def answered(self, meeting: Meeting) -> bool:
        """Whether they answered for the day it is on."""
        day = local_day(meeting.starts_at)
        return self.coming.get(meeting.kind) == day or any(r.days.get(meeting.kind) == day for r in self.reports)

    def is_absent(self, meeting: Meeting, now: datetime, *, to: bool) -> None:
        """They report that they cannot come to this one; `to` = a consultant is told."""
        self._lapses(meeting)
        day = local_day(meeting.starts_at)
        self.reports.append(Report({meeting.kind: day}, now if to else None))
        self.coming.pop(meeting.kind, None)
        self.told[meeting.kind] = True

    def is_ill(self, meetings: list[Meeting], now: datetime, *, to: bool, anew: bool = True) -> None:
        """They are ill until they are better; not `anew` when the consultant has that report already."""
        until = local_day(now) + _REACH
        about = {m.kind: local_day(m.starts_at) for m in meetings if m.on and local_day(m.starts_at) <= until}
        for meeting in meetings:
            if meeting.kind in about:
                self._lapses(meeting)
                self.coming.pop(meeting.kind, None)
                if anew:
                    self.told[meeting.kind] = True
        standing = next((report for report in self.reports if report.illness), None)
        if standing is not None:
            standing.days.update(about)
        else:
            self.reports.append(Report(about, now if to else None, illness=True))

    def _lapses(self, meeting: Meeting) -> None:
        """What was said of another day is overtaken by what is said of this one."""
        day = local_day(meeting.starts_at)
        for report in self.reports:
            if report.days.get(meeting.kind, day) != day:
                del report.days[meeting.kind]

    def is_better(self) -> None:
        """The illness is over."""
        self.reports = [report for report in self.reports if not report.illness]

    def takes_back(self, kind: str) -> None:
        """The report about this meeting (not an illness) is taken back."""
        self.reports = [report for report in self.reports if report.illness or kind not in report.days]

    def comes(self, meeting: Meeting) -> None:
        """They come, whatever they reported."""
        for report in self.reports:
            report.days.pop(meeting.kind, None)
        self.coming[meeting.kind] = local_day(meeting.starts_at)

    def doubts(self, meeting: Meeting) -> None:
        """They ask for another time: that they come is not said any more, a report stands."""
        self.coming.pop(meeting.kind, None)

    def forgets(self, kind: str) -> None:
        """What was said of one that is over is not about the next."""
        for report in self.reports:
            report.days.pop(kind, None)
        self.coming.pop(kind, None)
        self.told.pop(kind, None)

    def known(self) -> None:
        """Somebody knows of all that was reported: a consultant, or the person knows that nobody does."""
        for report in self.reports:
            report.unknown_since = None

    def consultant_reads(self, text: str, meetings: list[Meeting]) -> None:
        """A message to a consultant that may be about this person.

        Raises Wrong.
        """
        title = text.splitlines()[0]
        if (found := _REPORT.match(title)) and found[1] == self.person:
            self.known()
        if _REPORTS.match(title) and f" {self.person}" in text:
            # Several in one message, a line each.
            self.known()
        if title.startswith("Uw dag: ") and "🤒" in text:
            # So many are unseen, in the list that opens from there.
            self.known()
        kinds = [named[1] for line in text.splitlines() if (named := _LINE.match(line)) and named[1] not in _NO_KIND]
        if (found := _STANDS.match(title)) and found[1] == self.person:
            holds = found[2] == "geldt weer"
            for kind in kinds:
                if self.told.get(kind) is holds:
                    raise Wrong(f"the consultant knew this of {self.person}: {text!r}")
                self.told[kind] = holds
        if (found := _UNCONFIRMED.match(title)) and found[1] == self.person:
            for meeting in meetings:
                if meeting.kind in kinds and self.answered(meeting):
                    raise Wrong(f"{self.person} answered, and the consultant hears otherwise: {text!r}")

    def check(self, meetings: list[Meeting], now: datetime) -> None:
        """Whether every report is known, and the consultants know which of them hold.

        Raises Wrong.
        """
        for report in self.reports:
            if report.unknown_since is not None:
                raise Wrong(f"{self.person} reported at {report.unknown_since:%a %d %H:%M}, and nobody knows")
        for meeting in meetings:
            reported = any(meeting.kind in report.days for report in self.reports)
            if reported and meeting.starts_at > now and self.told.get(meeting.kind, True) is not self.holds(meeting):
                holds = "holds" if self.holds(meeting) else "does not hold"
                raise Wrong(f"that the report of {self.person} for {meeting.kind} {holds} the consultant does not know")
