"""What people must have heard: written from the domain and the table of issue 17 alone, and importing nothing of ours.

The oracle is told what is true (the acts of a sequence) and reads what arrives, as people do: Dutch text. From that it
keeps what each person believes, and says what is wrong with it. How the engine comes to say something it does not know.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from tests.model.beliefs import CLASS, Belief, Meeting, Mind, Wrong, described, local_day
from tests.model.consultants import Consultants
from tests.model.reading import LISTS, Reading, only_tells_of
from tests.model.reports import Answers, sections
from tests.model.words import moments_in, said

# The same words to the same person so soon are once too often, unless the first were lost.
_TWICE: Final = timedelta(hours=2)
# So long a consultant, or the page of whom to telephone, may take to know of somebody whom nothing reaches.
_TASK_WITHIN: Final = timedelta(minutes=40)


class Oracle:
    """See the module. `now` is the sequence's clock."""

    def __init__(self, now: Callable[[], datetime], ways: Mapping[str, tuple[str, ...]]) -> None:
        self._now = now
        self.meetings: dict[str, Meeting] = {}
        # The lessons of the timetable's file.
        self.timetable: set[datetime] = set()
        self.minds = {name: Mind(ways=of) for name, of in ways.items()}
        self.answers = {name: Answers(name) for name in ways}
        self.term_ends: dict[str, date] = {}
        # Whether a consultant can be reached: then what they are told is heard.
        self.consultant_reached_since: datetime | None = datetime.min.replace(tzinfo=now().tzinfo)
        self.consultants = Consultants()
        self.checks = 0

    # What is true -----------------------------------------------------------------------------------------------

    def made(self, name: str, meeting: Meeting) -> None:
        """A meeting is made, or a class."""
        if meeting.person is not None:
            # Another of its kind, after one that is over.
            self.minds[meeting.person].forgets(meeting.kind)
            self.answers[meeting.person].forgets(meeting.kind)
        meeting.changed_at = self._now()
        meeting.to_be_told = meeting.kind != CLASS
        self.meetings[name] = meeting

    def changes(self, name: str) -> Meeting:
        """Called before a meeting is changed: who was not told of it yet is taken to know it as it is."""
        meeting = self.meetings[name]
        meeting.changed_at = self._now()
        if meeting.person is not None:
            self.minds[meeting.person].proposed.discard(meeting.kind)
        if meeting.kind != CLASS and meeting.person is not None and not meeting.to_be_told and meeting.on:
            mind = self.minds[meeting.person]
            if meeting.kind not in mind.meetings:
                mind.agrees(meeting)
        return meeting

    def of(self, person: str) -> list[Meeting]:
        """A person's own meetings that have not begun."""
        return [m for m in self.meetings.values() if m.person == person and m.starts_at > self._now()]

    def blocks(self, person: str, way: str) -> None:
        """Nothing arrives any more on this way."""
        mind = self.minds[person]
        mind.blocked.add(way)
        if not mind.reached:
            mind.unreached_since = mind.unreached_since or self._now()

    def comes_back(self, person: str, way: str) -> None:
        """They can be reached on it again."""
        mind = self.minds[person]
        mind.blocked.discard(way)
        mind.unreached_since, mind.gave_up = None, False

    def is_spent(self, way: str) -> None:
        """Nothing goes unasked over this way to anybody until the month is over."""
        for mind in self.minds.values():
            mind.spent.add(way)
            if not mind.reached:
                mind.unreached_since = mind.unreached_since or self._now()

    def opens(self, way: str) -> None:
        """Another month: messages go over it again."""
        for mind in self.minds.values():
            mind.spent.discard(way)
            if mind.reached:
                mind.unreached_since, mind.gave_up = None, False

    # What is heard ----------------------------------------------------------------------------------------------

    def hears(self, person: str, text: str, choices: Sequence[str] = ()) -> None:
        """A message arrives with a person, with these buttons under it.

        Raises Wrong.
        """
        mind, now = self.minds[person], self._now()
        same = (text, choices) == (mind.last_heard, mind.last_choices)
        if same and mind.last_at is not None and now - mind.last_at < _TWICE:
            raise Wrong(f"{person} hears the same twice: {text!r}")
        mind.before_last = ({k: b.copy() for k, b in mind.meetings.items()}, set(mind.classes), mind.term_end)
        mind.last_heard, mind.last_choices, mind.last_at = text, choices, now
        if "niet aangekomen bij" in text:
            self.answers[person].known()
        answered = {m.kind for m in self.of(person) if self.answers[person].answered(m)}
        Reading(person, mind, self.meetings, self._classes_of(mind), answered, now, text, choices).read()

    def did_not_arrive(self, person: str) -> None:
        """The last message turns out not to have arrived."""
        mind = self.minds[person]
        if mind.before_last is not None:
            mind.meetings, mind.classes, mind.term_end = mind.before_last
            mind.before_last = None
        mind.last_at = None
        mind.asked -= mind.just_asked

    def is_lost(self, person: str, text: str | None = None) -> None:
        """A message to a person (None = the last one) ended nowhere. Of the lists of lessons, which come every week,
        nobody is called; nor of a meeting that is off by then and that they do not believe in, nor of one from which
        they reported absent."""
        mind = self.minds[person]
        lost = mind.last_heard if text is None else text
        kinds, reports = only_tells_of(lost), self.answers[person]
        of = [m for m in self.meetings.values() if m.person == person and m.kind in kinds]
        settled = kinds and all(reports.holds(m) or (not m.on and not self._believed(mind, m.kind)) for m in of)
        if LISTS.search(lost) or settled or mind.stopped or mind.called_on == local_day(self._now()):
            return
        mind.lost_since = mind.lost_since or self._now()

    @staticmethod
    def _believed(mind: Mind, kind: str) -> bool:
        belief = mind.meetings.get(kind)
        return belief is not None and belief.on

    def chooses(self, name: str, at: datetime) -> None:
        """A person takes a time that was proposed: the meeting is then, and they know."""
        meeting = self.changes(name)
        meeting.starts_at = at
        if meeting.person is not None:
            self.minds[meeting.person].agrees(meeting)
            self.answers[meeting.person].comes(meeting)

    def keeps(self, person: str, kind: str) -> None:
        """They come to the meeting as it is, or take back that they cannot: what was proposed instead stood on that."""
        self.minds[person].proposed.discard(kind)

    def consultant_hears(self, who: str, text: str) -> None:
        """A message arrives with the consultant, or with who stands in.

        Raises Wrong.
        """
        self.consultants.hears(who, text, list(self.meetings.values()), self._now())
        for said_of_one in sections(text):
            for name in self.minds:
                self._consultant_hears_of(name, said_of_one)

    def _consultant_hears_of(self, name: str, text: str) -> None:
        """One of the things that a message to a consultant says, perhaps of this person."""
        mind = self.minds[name]
        self.answers[name].consultant_reads(text, self.of(name))
        for meeting in self.of(name):
            asked = (meeting.kind, local_day(meeting.starts_at)) in mind.asked
            if text.startswith(f"❔ {name} ") and meeting.kind in text and asked and "kon het niet vragen" in text:
                raise Wrong(f"{name} was asked about {described(meeting)}, and the consultant hears: {text!r}")
        if "komen niet aan bij " + name in text:
            mind.lost_since, mind.called_on = None, local_day(self._now())
            self._task_tells_all(name, text)

    def desk_shows(self, person: str, text: str | None) -> None:
        """What the page of whom to telephone says of a person; None = nothing.

        Raises Wrong.
        """
        mind = self.minds[person]
        if text is not None:
            if self.consultant_reached_since is None:
                mind.lost_since = None
            self._task_tells_all(person, text)
        elif mind.unreached_since is not None and self._now() - mind.unreached_since > _TASK_WITHIN:
            differs = self._differs(person)
            if differs and not mind.gave_up and not mind.stopped and mind.lost_since is not None:
                raise Wrong(f"nothing reaches {person}, nobody is to telephone: {differs}")

    def telephoned(self, person: str, result: str) -> None:
        """The consultant spoke with them, and said what the page says: all that is true; or did not."""
        mind = self.minds[person]
        if result == "wrong":
            mind.gave_up = True
        if result != "reached":
            return
        differs = self._differs(person)
        for meeting in [m for m in self.meetings.values() if m.person == person]:
            never_heard = meeting.kind not in mind.meetings and meeting.to_be_told and meeting.starts_at > self._now()
            # Of what was moved to a time that is over by now too: that it is not when they believe.
            if meeting.kind in differs or never_heard:
                mind.knows(meeting.kind, Belief(meeting.starts_at, meeting.place, meeting.on))
        gone = {m for m in mind.classes if m > self._now() and m not in self._classes_of(mind)}
        mind.classes -= gone
        if mind.before_last is not None:
            mind.before_last[1].difference_update(gone)

    def _task_tells_all(self, person: str, text: str) -> None:
        """Whoever telephones can say all that is not as the person believes, and nothing that is not so."""
        told = set(moments_in(text, self._now()))
        if "En nog " in text:
            return
        for kind, should in self._differs(person).items():
            # Of what was moved to a time that is over long since it is enough that it is not when they believe.
            enough = {should, self.minds[person].meetings[kind].starts_at} if should <= self._now() else {should}
            if kind not in text or not enough & told:
                raise Wrong(f"of {kind} {said(should)} who telephones {person} says nothing: {text!r}")

    def _differs(self, person: str) -> dict[str, datetime]:
        """What a person believes wrongly, or was never told though it is soon, by kind: the moment to speak of."""
        mind, now, found = self.minds[person], self._now(), dict[str, datetime]()
        mine = {m.kind: m for m in self.meetings.values() if m.person == person}
        for kind, belief in mind.meetings.items():
            true = mine.get(kind)
            if true is None or not true.on:
                if belief.on and belief.starts_at > now:
                    found[kind] = belief.starts_at
                continue
            same = belief.on and (true.starts_at, true.place) == (belief.starts_at, belief.place)
            if not same and max(true.starts_at, belief.starts_at if belief.on else now) > now:
                found[kind] = true.starts_at
        return found

    # Whether that is right --------------------------------------------------------------------------------------

    def check(self, person: str) -> None:
        """Whether what a person was last told is true; to be asked when every correction has had its time.

        Raises Wrong.
        """
        self.checks += 1
        mind, now = self.minds[person], self._now()
        today = local_day(now)
        if self.consultant_reached_since is not None:
            if mind.lost_since is not None and mind.lost_since >= self.consultant_reached_since:
                raise Wrong(f"a message to {person} was lost at {mind.lost_since:%a %H:%M}, and nobody knows")
            if now - self.consultant_reached_since > _TASK_WITHIN:
                self.answers[person].check(self.of(person), now)
        if mind.stopped or not mind.reached:
            return
        for kind, moment in self._differs(person).items():
            raise Wrong(f"{person} believes {kind} {described(mind.meetings[kind])}; to be told of {said(moment)}")
        for name, meeting in self.meetings.items():
            ahead = meeting.on and meeting.to_be_told and meeting.starts_at > now and meeting.person == person
            if ahead and meeting.kind not in mind.meetings:
                raise Wrong(f"{person} was never told of {name}: {meeting.kind} {described(meeting)}")
        true_classes = self._classes_of(mind)
        for starts_at in sorted(mind.classes):
            if starts_at > now and starts_at not in true_classes:
                raise Wrong(f"{person} still believes in a class {said(starts_at)}")
        believed, term_end = mind.term_end, self.term_ends.get(person)
        if believed is not None and term_end is not None and believed != term_end and max(believed, term_end) > today:
            raise Wrong(f"{person} believes that the term ends on {believed}, it is {term_end}")

    def _classes_of(self, mind: Mind) -> set[datetime]:
        all_of = {m.starts_at for m in self.meetings.values() if m.kind == CLASS and m.on} | self.timetable
        return {m for m in all_of if mind.member_until is None or local_day(m) <= mind.member_until}
