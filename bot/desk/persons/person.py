"""One person: plan and terms, what comes and was, absences, every message, the ways by which they are reached."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from starlette.responses import Response

from bot.actions.access.codes import give_code
from bot.actions.access.logged_in import end_for
from bot.actions.attention.noting import NoteRefused, note_contact
from bot.actions.contacts import InviteRefused
from bot.actions.letters import LETTER_LENGTH, LetterRefused, Words, send_ready_answer, write_to_person
from bot.actions.people import look_at
from bot.desk.caseload import caseload_for
from bot.desk.forms import JustDone, SentForm, not_found, person_path, then
from bot.desk.visit import Visit
from bot.enclosures.earlier_messages import EarlierMessages
from locales.rendering.languages import SOURCE
from locales.rendering.message import Text
from locales.rendering.render import Rendered
from reminders.stored_terms import compute
from reminders.terms.progress import standing, standings
from reminders.wording.absence import report_parts
from reminders.wording.caseload_lists import List, lines_of
from storage.appointments.absence_reports import chosen_of, reports_of
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, appointments_of
from storage.attendance.attendance import Attended, attendance_of
from storage.outbox.message import Message
from storage.outbox.trace import find_message, messages_to, trace_of
from storage.people.contacts import every_contact_of
from storage.people.people import Person, plan_of
from storage.people.relayed import letters_with
from storage.progress.parts import noted_of_one
from storage.vocabulary import CancelReason, ContactHow, PlanPart, ReadyAnswer

_AHEAD: Final = timedelta(days=90)
_BACK: Final = timedelta(days=400)
_MOST: Final = 40
#: The terms of the timeline, in the order of the road (docs/domain.md).
TERMS: Final = (
    "pip_due_hbel",
    "pip_due",
    "term_start",
    "relief_end",
    "first_year_contacts_by",
    "route_switch_until",
    "scale_down_from",
    "education_max_end",
    "term_end",
    "guidance_end",
)
_LISTS: Final = (List.CRIES, List.QUESTIONS, List.WISHES, List.UNDELIVERED, List.TALKS, List.MOODS)


@dataclass(frozen=True, slots=True)
class TimelineTerm:
    """A computed term, by its id in DOMAIN.md, and whether it lies behind."""

    name: str
    on: date
    passed: bool


@dataclass(frozen=True, slots=True)
class PersonReport:
    """A report with what it says, in lines."""

    report: Absence
    lines: Sequence[Text]


async def show(visit: Visit) -> Response:
    """The page."""
    person = await _person(visit)
    acting, session = visit.acting, visit.session
    now, zone = acting.now, acting.zone
    plan = await plan_of(session, person.id)
    rules = acting.parts.municipalities.of(person.municipality).term_rules
    known = compute(person, plan, rules).as_dict()
    terms = [
        TimelineTerm(name, date.fromisoformat(day), date.fromisoformat(day) < acting.today)
        for name in TERMS
        if (day := known.get(name))
    ]
    attended = await attendance_of(
        session, person_ids=[person.id], since=datetime.min.replace(tzinfo=UTC), until=now, zone=zone
    )
    caseload = caseload_for(visit, [person])
    noted = await noted_of_one(session, person.id)
    reports = await reports_of(session, person.id, limit=_MOST)
    chosen = await chosen_of(session, [report.id for report in reports])
    return visit.page(
        "person.html",
        person=person,
        plan=plan,
        terms=sorted(terms, key=lambda term: term.on),
        parts=standings(person.group, plan.route if plan is not None else None, noted),
        lessons=standing(PlanPart.LESSONS, person.group, plan.route if plan is not None else None, noted),
        open_lines=[line for which in _LISTS for line in await lines_of(session, which, caseload)],
        coming=await _coming(visit, person),
        attended=_newest_first(attended),
        reports=[
            PersonReport(report, [part.text for part in report_parts(report, chosen.get(report.id, ()))])
            for report in reports
        ],
        letters=await letters_with(session, person.id, limit=_MOST),
        messages=await messages_to(session, person.id, now, limit=_MOST),
        ways=await every_contact_of(session, person_id=person.id),
        ready=list(ReadyAnswer),
        talks=list(ContactHow),
        reasons=list(CancelReason),
        answers=visit.query.number("answers"),
        longest=LETTER_LENGTH,
    )


async def _coming(visit: Visit, person: Person) -> list[Appointment]:
    acting = visit.acting
    return await appointments_of(
        visit.session, person.id, acting.now, acting.now + _AHEAD, zone=acting.zone, status=None, limit=_MOST
    )


def _newest_first(attended: Sequence[Attended]) -> list[Attended]:
    return list(reversed(attended[-_MOST:]))


class SentMessages:
    """One message as it was sent: in the reader's language and in Dutch, with its way; `earlier` composes it again."""

    def __init__(self, earlier: EarlierMessages) -> None:
        self._earlier = earlier

    async def show(self, visit: Visit) -> Response:
        """The page."""
        person = await _person(visit)
        message = await find_message(visit.session, str(visit.row("message")))
        if message is None or message.person_id != person.id:
            raise not_found()
        theirs, dutch = await self._rendered(visit, message)
        trace = await trace_of(visit.session, message)
        return visit.page(
            "message.html", person=person, message=message, theirs=theirs, dutch=dutch, steps=trace["steps"]
        )

    async def _rendered(self, visit: Visit, message: Message) -> tuple[Rendered | None, Rendered | None]:
        said = await self._earlier.sent(visit.session, message.id)
        if said is None:
            return None, None
        body, language = said
        renderer = visit.texts.renderer
        dutch = renderer.render(replace(body, ethiopian_clock=False), SOURCE) if language != SOURCE else None
        return renderer.render(body, language), dutch


async def write(visit: Visit) -> Response:
    """A ready sentence, which they read in their own language, or the consultant's own words."""
    person_id, form = visit.row(), visit.form
    answers = form.number("answers") or None
    which = form.choice("ready", ReadyAnswer)
    words = form.text("words")
    if which is None and not words:
        return then(person_path(person_id), JustDone.NOT_DONE, at="write")
    if which is not None:
        sent = await send_ready_answer(visit.acting, person_id, which, once=_once(form, person_id), answers=answers)
    else:
        consultant = await visit.acting.consultant()
        sent = await write_to_person(visit.acting, person_id, Words(words, consultant.language), answers=answers)
    if isinstance(sent, LetterRefused):
        raise not_found()
    return then(person_path(person_id), JustDone.WRITTEN, at="letters")


async def note_talk(visit: Visit) -> Response:
    """A talk that the consultant had with them; it counts as a contact (3.7)."""
    how = visit.form.choice("how", ContactHow)
    if how is None:
        return then(person_path(visit.row()), JustDone.NOT_DONE)
    if isinstance(await note_contact(visit.acting, visit.row(), how), NoteRefused):
        raise not_found()
    return then(person_path(visit.row()), JustDone.CALLED)


async def end_way(visit: Visit) -> Response:
    """A way by which they were reached is not theirs (any more)."""
    ended = await end_for(visit.acting, visit.form.number("contact"))
    if ended is None or ended[0].id != visit.row():
        raise not_found()
    return then(person_path(ended[0].id), JustDone.WAY_ENDED, at="ways")


async def code(visit: Visit) -> Response:
    """A new code, to be given to them in person."""
    given = await give_code(visit.acting, visit.row())
    if isinstance(given, InviteRefused):
        raise not_found()
    person, invited = given
    return visit.page("code.html", person=person, code=invited.code, until=invited.expires_at)


async def _person(visit: Visit) -> Person:
    person = await look_at(visit.acting, visit.row())
    if person is None:
        raise not_found()
    return person


def _once(form: SentForm, person_id: int) -> str:
    """The number that the page gave this form: sent twice, it is one message."""
    return f"desk:{person_id}:{form.text('once')[:40]}"
