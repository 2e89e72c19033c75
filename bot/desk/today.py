"""The day at a glance: cries for help first, absences, questions, wishes, calls, meetings, what comes near; and what is
done about each, line by line or many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.responses import Response

from bot.actions.absences.drafts import Refused
from bot.actions.absences.seen import ask_to_call, see
from bot.actions.calls import CallRefused, note_call
from bot.actions.letters import LetterRefused, say_what_was_done, see_letter, take_up
from bot.actions.offers.taking_part import OfferRefused, decide
from bot.actions.people import looked_at_list
from bot.desk.caseload import everybody_of
from bot.desk.forms import JustDone, not_found, then
from bot.desk.visit import HOME, Visit
from locales.rendering.message import Text
from reminders.kinds import KEPT_WITH_PERSON
from reminders.wording.absence import report_parts
from reminders.wording.caseload_lists import Caseload, Line, List, Wanted, lines_of
from reminders.wording.heard.reading import reading_text
from reminders.wording.to_consultant import invited, script
from storage.appointments.absence_reports import chosen_of, reports_by_id
from storage.offers.offers import words_of
from storage.outbox.losses import lost_dates_of, lost_of
from storage.people.people import Person
from storage.people.phone_tasks import PhoneTask, open_tasks
from storage.people.relayed import Letter, letters_by_id
from storage.vocabulary import CallResult

#: The lists of which the desk shows no more than a line a person.
_GLANCED_AT: Final = (List.TODAY, List.UNCONFIRMED, List.UNDELIVERED, List.TERMS, List.TALKS, List.MOODS, List.UNSPOKEN)
#: What one page shows of a list; the rest is counted, and comes when these are seen.
MOST: Final = 60


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """A letter with who wrote it, and what Maatje made of it, if anything."""

    letter: Letter
    person: Person
    reading: Text | None


@dataclass(frozen=True, slots=True)
class UnseenReport:
    """An absence report that nobody saw: what, when, why, in lines."""

    row: int
    person: Person
    lines: Sequence[Text]


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What somebody wants or asks for: the line, and their letter where they wrote one (else it is a wish of the
    offers, with their own `words`, if any)."""

    line: Line
    person: Person
    letter: Letter | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class ToCall:
    """Somebody to telephone, and what there is to say."""

    task: PhoneTask
    person: Person
    lines: Sequence[Text]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that is only looked at: its lines with whom each is about, and how many more there are."""

    which: List
    lines: Sequence[tuple[Line, Person]]
    more: int = 0


@dataclass(slots=True)
class DeskDay:
    """What the page shows."""

    cries: list[ReadLetter] = field(default_factory=list)
    reports: list[UnseenReport] = field(default_factory=list)
    more_reports: int = 0
    seen_reports: list[tuple[Line, Person]] = field(default_factory=list)
    questions: list[ReadLetter] = field(default_factory=list)
    wishes: list[AskedFor] = field(default_factory=list)
    calls: list[ToCall] = field(default_factory=list)
    lists: list[Listed] = field(default_factory=list)


async def show(visit: Visit) -> Response:
    """The page."""
    caseload = await everybody_of(visit)
    day = await _day(visit, caseload)
    looked_at_list(visit.acting, "desk_today", _shown_people(day))
    quiet = [Text(f"consultant.list.{listed.which}") for listed in day.lists if not listed.lines]
    return visit.page("today.html", day=day, results=list(CallResult), quiet=quiet)


async def seen(visit: Visit) -> Response:
    """The chosen reports were seen; each person hears it, once."""
    done = 0
    for report_id in visit.form.numbers("report")[:MOST]:
        done += not isinstance(await see(visit.acting, report_id), Refused)
    return then(HOME, JustDone.SEEN if done else JustDone.NOT_DONE, count=done, at="absences")


async def call_me(visit: Visit) -> Response:
    """Ask somebody to telephone about their report."""
    if isinstance(await ask_to_call(visit.acting, visit.row()), Refused):
        raise not_found()
    return then(HOME, JustDone.ASKED_TO_CALL, at="absences")


async def letter_seen(visit: Visit) -> Response:
    """A question or message was read."""
    if isinstance(await see_letter(visit.acting, visit.row()), LetterRefused):
        raise not_found()
    return then(HOME, JustDone.SEEN, count=1, at="questions")


async def taken_up(visit: Visit) -> Response:
    """Somebody does something about a doubt, a move or a wish for help."""
    if isinstance(await take_up(visit.acting, visit.row()), LetterRefused):
        raise not_found()
    return then(HOME, JustDone.NOTED, at="wishes")


async def wish_decided(visit: Visit) -> Response:
    """What somebody wants to take part in is fine, or is not possible."""
    answer = visit.form.text("answer")
    if answer not in ("yes", "no"):
        raise not_found()
    decided = await decide(visit.acting, visit.row(), agrees=answer == "yes")
    if decided is OfferRefused.NOT_THEIRS:
        raise not_found()
    return then(HOME, JustDone.CHANGED if isinstance(decided, OfferRefused) else JustDone.NOTED, at="wishes")


async def cry_done(visit: Visit) -> Response:
    """What somebody did about a cry for help: it stands first no more."""
    done = visit.form.text("done")
    if not done:
        return then(HOME, JustDone.NOT_DONE, at="cries")
    if isinstance(await say_what_was_done(visit.acting, visit.row(), done), LetterRefused):
        raise not_found()
    return then(HOME, JustDone.CRY_DONE, at="cries")


async def called(visit: Visit) -> Response:
    """What came of a call."""
    result = visit.form.choice("result", CallResult)
    if result is None or isinstance(await note_call(visit.acting, visit.row(), result), CallRefused):
        raise not_found()
    return then(HOME, JustDone.CALLED, at="calls")


async def _day(visit: Visit, caseload: Caseload) -> DeskDay:
    session, people = visit.session, caseload.people
    day = DeskDay()
    day.cries = await _written(visit, people, await lines_of(session, List.CRIES, caseload))
    day.questions = await _written(visit, people, await lines_of(session, List.QUESTIONS, caseload))
    absences = await lines_of(session, List.ABSENCES, caseload)
    unseen = [line for line in absences if line.open]
    day.reports = await _reports(visit, people, unseen[:MOST])
    day.more_reports = max(0, len(unseen) - MOST)
    day.seen_reports = [(line, people[line.person_id]) for line in absences if not line.open][:MOST]
    day.wishes = await _wishes(visit, people, (await lines_of(session, List.WISHES, caseload))[:MOST])
    day.calls = await _calls(visit, people.values())
    for which in _GLANCED_AT:
        lines = await lines_of(session, which, caseload)
        shown = [(line, people[line.person_id]) for line in lines[:MOST]]
        day.lists.append(Listed(which, shown, max(0, len(lines) - MOST)))
    return day


async def _written(visit: Visit, people: Mapping[int, Person], lines: Sequence[Line]) -> list[ReadLetter]:
    letters = await letters_by_id(visit.session, [line.row for line in lines[:MOST]])
    found = []
    for line in lines[:MOST]:
        letter = letters.get(line.row)
        if letter is not None:
            reading = reading_text(letter.reading) if letter.reading else None
            found.append(ReadLetter(letter, people[line.person_id], reading))
    return found


async def _wishes(visit: Visit, people: Mapping[int, Person], lines: Sequence[Line]) -> list[AskedFor]:
    letters = await letters_by_id(visit.session, [line.row for line in lines if line.wanted is Wanted.LETTER])
    words = await words_of(visit.session, [line.row for line in lines if line.wanted is Wanted.WISH])
    return [
        AskedFor(line, people[line.person_id], letters[line.row])
        if line.wanted is Wanted.LETTER
        else AskedFor(line, people[line.person_id], None, words.get(line.row, ""))
        for line in lines
    ]


async def _reports(visit: Visit, people: Mapping[int, Person], lines: Sequence[Line]) -> list[UnseenReport]:
    ids = [line.row for line in lines]
    reports, chosen = await reports_by_id(visit.session, ids), await chosen_of(visit.session, ids)
    return [
        UnseenReport(
            line.row,
            people[line.person_id],
            [part.text for part in report_parts(reports[line.row], chosen.get(line.row, ()))],
        )
        for line in lines
        if line.row in reports
    ]


async def _calls(visit: Visit, people: Iterable[Person]) -> list[ToCall]:
    by_id = {person.id: person for person in people}
    tasks = await open_tasks(visit.session, by_id)
    now, zone = visit.acting.now, visit.acting.zone
    lost = await lost_of(visit.session, list(tasks), now, zone)
    dates = await lost_dates_of(visit.session, list(tasks), KEPT_WITH_PERSON, now)
    return [
        ToCall(
            task,
            by_id[person_id],
            [
                part.text
                for part in (
                    *script(by_id[person_id], lost.get(person_id, ()), now, dates.get(person_id, ())),
                    *invited(task),
                )
            ],
        )
        for person_id, task in tasks.items()
    ]


def _shown_people(day: DeskDay) -> list[int]:
    written = [*(one.person.id for one in (*day.cries, *day.questions)), *(one.person.id for one in day.wishes)]
    listed = [person.id for listed in day.lists for _, person in listed.lines]
    reported = [one.person.id for one in day.reports] + [person.id for _, person in day.seen_reports]
    return [*written, *reported, *(one.person.id for one in day.calls), *listed]
