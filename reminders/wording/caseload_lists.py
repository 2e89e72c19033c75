"""What a consultant has to know of a day, list by list: meetings, absences, not confirmed, not delivered, questions,
wishes, terms that come near or passed unmet, with whom it goes badly, and who was not spoken with for long."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Text, Value
from reminders.terms.terms import TermRules
from reminders.wording.appointment import kind_text, name_of
from reminders.wording.attention.due_terms import terms_to_look_at
from reminders.wording.heard.reading import reading_text
from storage.appointments.absence_reports import first_appointments, is_same_day, reports_that_matter
from storage.appointments.appointments import Appointment, Participation, day_bounds
from storage.appointments.schedule import own_appointments
from storage.attendance.patterns import TalkRules, patterns_of
from storage.attention.check_ins import bad_weeks
from storage.attention.contact_moments import contacts_of
from storage.offers.offers import asked_by
from storage.outbox.message import latest_failed
from storage.people.people import Person
from storage.people.relayed import cries_to_do, letters_to_take_up, open_letters
from storage.vocabulary import AbsenceState, Answer

CONFIRMED_BEFORE: Final = timedelta(days=4)
LATELY: Final = timedelta(days=7)
QUESTIONS_WAIT: Final = timedelta(days=60)
BAD_WEEKS: Final = timedelta(days=14)
#: Weekly where possible (3.1); a month is too long (a setting).
NOT_SPOKEN_FOR: Final = timedelta(weeks=4)


class List(StrEnum):
    """The lists, in the order of the digest."""

    CRIES = "cries"
    TODAY = "today"
    ABSENCES = "absences"
    UNCONFIRMED = "unconfirmed"
    UNDELIVERED = "undelivered"
    QUESTIONS = "questions"
    WISHES = "wishes"
    TERMS = "terms"
    TALKS = "talks"
    MOODS = "moods"
    UNSPOKEN = "unspoken"


LIST_ICONS: Final[Mapping[List, str]] = {
    List.CRIES: "🚨",
    List.TODAY: "📅",
    List.ABSENCES: "🤒",
    List.UNCONFIRMED: "❔",
    List.UNDELIVERED: "📵",
    List.QUESTIONS: "✉️",
    List.WISHES: "🙋",
    List.TERMS: "⏳",
    List.TALKS: "🗣️",
    List.MOODS: "🙁",
    List.UNSPOKEN: "👋",
}


class Wanted(StrEnum):
    """Where the row of a wish stands."""

    WISH = "wish"  # of the offers
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list, and whom it is about. `row` is the report, letter, wish (`wanted`) or appointment that it
    tells of, where it tells of one; `open` = somebody still has to look at it."""

    text: Text
    person_id: int
    row: int = 0
    open: bool = True
    wanted: Wanted | None = None


@dataclass(frozen=True, slots=True)
class Caseload:
    """The people a list is made for, by id, at a moment."""

    people: Mapping[int, Person]
    now: datetime
    zone: ZoneInfo
    term_rules: Callable[[str], TermRules]
    talk_rules: TalkRules
    # After how long without a talk somebody is on the list, by municipality.
    silent_for: Callable[[str], timedelta] = lambda _municipality: NOT_SPOKEN_FOR

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.astimezone(self.zone).date()

    def name(self, person_id: int) -> str:
        """How the consultant knows them."""
        return name_of(self.people[person_id])


async def lines_of(session: AsyncSession, which: List, caseload: Caseload) -> list[Line]:
    """The lines of one list, the most pressing first."""
    return await _READERS[which](session, caseload)


async def _today(session: AsyncSession, caseload: Caseload) -> list[Line]:
    start, end = day_bounds(caseload.today, caseload.zone)
    lines = []
    for appointment, answer in await _meetings(session, caseload.people, start, end, caseload.zone):
        person_id = appointment.person_id or 0
        params: dict[str, Value] = {
            "at": appointment.starts_at,
            "person": caseload.name(person_id),
            "kind": kind_text(appointment.kind),
            "answer": Text(f"consultant.answered.{answer.value if answer is not None else 'none'}"),
        }
        lines.append(Line(Text("consultant.today_line", params), person_id, appointment.id))
    return lines


async def _unconfirmed(session: AsyncSession, caseload: Caseload) -> list[Line]:
    return [
        Line(
            Text(
                "consultant.unconfirmed_line",
                {
                    "person": caseload.name(appointment.person_id or 0),
                    "kind": kind_text(appointment.kind),
                    "at": appointment.starts_at,
                },
            ),
            appointment.person_id or 0,
            appointment.id,
        )
        for appointment, answer in await _meetings(
            session, caseload.people, caseload.now, caseload.now + CONFIRMED_BEFORE, caseload.zone
        )
        if answer is None and appointment.mandatory
    ]


async def _meetings(
    session: AsyncSession, people: Collection[int], since: datetime, until: datetime, zone: ZoneInfo
) -> list[tuple[Appointment, Answer | None]]:
    """People's own appointments (classes of groups are too many), with the answer to what they now are."""
    rows = await own_appointments(session, people, since, until)
    return [(appointment, _answer_to(appointment, given, zone)) for appointment, given in rows]


def _answer_to(appointment: Appointment, given: Participation | None, zone: ZoneInfo) -> Answer | None:
    """What was answered, at whatever hour and place it is now: a meeting on another day is asked anew."""
    if given is None or given.answered_for is None:
        return None
    return given.answer if is_same_day(given.answered_for, appointment.starts_at, zone) else None


async def _absences(session: AsyncSession, caseload: Caseload) -> list[Line]:
    """Not seen first, then those of the last days and those without an end; what is missed first, first."""
    reports = await reports_that_matter(session, caseload.people, since=caseload.now - LATELY, today=caseload.today)
    first = await first_appointments(session, [report.id for report in reports])
    found: list[tuple[bool, datetime, Line]] = []
    for report in reports:
        if report.reason is None or report.reported_at is None:
            continue
        at = first.get(report.id) or report.reported_at
        params: dict[str, Value] = {
            "person": caseload.name(report.person_id),
            "reason": Text(f"reason.{report.reason.value}"),
            "at": at,
            "state": Text(f"absence_state.{report.state.value}"),
        }
        is_open = report.state is AbsenceState.REPORTED
        line = Line(Text("consultant.absence_line", params), report.person_id, report.id, open=is_open)
        found.append((report.state is AbsenceState.SEEN, at, line))
    return [line for _, _, line in sorted(found, key=lambda one: (*one[:2], one[2].row))]


async def _undelivered(session: AsyncSession, caseload: Caseload) -> list[Line]:
    latest = await latest_failed(session, caseload.people, caseload.now - LATELY)
    return [
        Line(Text("consultant.undelivered_line", {"person": caseload.name(person_id), "at": due_at}), person_id)
        for person_id, due_at in latest.items()
    ]


async def _cries(session: AsyncSession, caseload: Caseload) -> list[Line]:
    letters = await cries_to_do(session, caseload.people)
    return [
        Line(
            Text(
                "consultant.cry_line",
                {
                    "person": caseload.name(letter.person_id),
                    "what": reading_text(letter.reading or {"act": "urgent"}),
                    "at": letter.written_at,
                },
            ),
            letter.person_id,
            letter.id,
        )
        for letter in letters
    ]


async def _questions(session: AsyncSession, caseload: Caseload) -> list[Line]:
    letters = await open_letters(session, caseload.people, caseload.now - QUESTIONS_WAIT)
    return [
        Line(
            Text(
                "consultant.question_line",
                {
                    "person": caseload.name(letter.person_id),
                    "kind": Text(f"consultant.letter_kind.{letter.kind.value}"),
                    "at": letter.written_at,
                },
            ),
            letter.person_id,
            letter.id,
        )
        for letter in letters
    ]


async def _wishes(session: AsyncSession, caseload: Caseload) -> list[Line]:
    """What somebody wants or asks for that nobody decided about or took up, the longest waiting first."""
    found: list[tuple[datetime, Line]] = []
    for wish, offer in await asked_by(session, caseload.people, caseload.now):
        said: dict[str, Value] = {"person": caseload.name(wish.person_id), "at": wish.asked_at}
        own_words = Text("consultant.wish_own_line", said)
        text = own_words if offer is None else Text("consultant.wish_line", {**said, "what": offer.any_title})
        found.append((wish.asked_at, Line(text, wish.person_id, wish.id, wanted=Wanted.WISH)))
    for letter in await letters_to_take_up(session, caseload.people):
        kind = Text(f"consultant.letter_kind.{letter.kind.value}")
        said = {"person": caseload.name(letter.person_id), "kind": kind, "at": letter.written_at}
        line = Line(Text("consultant.wish_letter_line", said), letter.person_id, letter.id, wanted=Wanted.LETTER)
        found.append((letter.written_at, line))
    return [line for _, line in sorted(found, key=lambda one: one[0])]


async def _terms(session: AsyncSession, caseload: Caseload) -> list[Line]:
    """What passed unmet first, then what comes near."""
    open_here = [person.id for person in caseload.people.values() if person.closed_at is None]
    found = await terms_to_look_at(session, open_here, caseload.now, caseload.zone, caseload.term_rules)
    return [
        Line(
            Text(
                "consultant.term_line",
                {"person": caseload.name(one.person_id), "what": Text(one.says, {"on": one.on})},
            ),
            one.person_id,
        )
        for one in found
    ]


async def _talks(session: AsyncSession, caseload: Caseload) -> list[Line]:
    """With whom a talk is due, after lessons missed without a report."""
    found = await patterns_of(session, caseload.people.values(), caseload.now, caseload.zone, caseload.talk_rules)
    return [
        Line(Text("consultant.talk_line", {"person": caseload.name(person_id)}, count=len(missed)), person_id)
        for person_id, missed in found.items()
    ]


async def _moods(session: AsyncSession, caseload: Caseload) -> list[Line]:
    """Who said that it does not go well, and was not spoken with since."""
    bad = await bad_weeks(session, caseload.people, caseload.now - BAD_WEEKS)
    spoken = await contacts_of(session, {one.person_id for one in bad}, caseload.now)
    return [
        Line(Text("consultant.mood_line", {"person": caseload.name(one.person_id), "at": one.at}), one.person_id)
        for one in bad
        if not any(at > one.at for at in spoken.get(one.person_id, ()))
    ]


async def _unspoken(session: AsyncSession, caseload: Caseload) -> list[Line]:
    """With whom nobody spoke for weeks, the longest first; who is new here is not on it yet."""
    spoken = await contacts_of(session, caseload.people, caseload.now)
    found: list[tuple[datetime, Line]] = []
    for person_id, person in caseload.people.items():
        last = max(spoken.get(person_id, ()), default=None)
        since = last or person.created_at
        if person.closed_at is None and caseload.now - since > caseload.silent_for(person.municipality):
            key = "consultant.unspoken_line" if last is not None else "consultant.never_spoken_line"
            found.append((since, Line(Text(key, {"person": caseload.name(person_id), "at": since}), person_id)))
    return [line for _, line in sorted(found, key=lambda one: one[0])]


_READERS: Final = {
    List.CRIES: _cries,
    List.TODAY: _today,
    List.ABSENCES: _absences,
    List.UNCONFIRMED: _unconfirmed,
    List.UNDELIVERED: _undelivered,
    List.QUESTIONS: _questions,
    List.WISHES: _wishes,
    List.TERMS: _terms,
    List.TALKS: _talks,
    List.MOODS: _moods,
    List.UNSPOKEN: _unspoken,
}
