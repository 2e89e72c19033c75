"""Absence reports on the consultant's side: seen, answered, asked to call. The person hears that it was seen, once."""

from dataclasses import dataclass

from bot.actions.absences.drafts import Refused, WhyNot
from bot.actions.acting import Acting
from bot.actions.people import look_at
from bot.telling import absences as told
from storage.appointments.absence_reports import report_by_id
from storage.appointments.absences import Absence
from storage.people.people import Consultant, Person
from storage.vocabulary import AbsenceState


@dataclass(frozen=True, slots=True)
class SeenReport:
    """A report that a consultant looked at; `before` = a colleague who had seen it already; `withdrawn` = it does not
    count any more."""

    report: Absence
    person: Person
    before: Consultant | None = None
    withdrawn: bool = False


async def see(acting: Acting, report_id: int) -> SeenReport | Refused:
    """A consultant saw a report: the person hears it, once, whoever of two colleagues was first."""
    found = await _theirs(acting, report_id)
    if isinstance(found, Refused) or found.withdrawn or found.before is not None:
        return found
    await _mark_seen(acting, found)
    return found


async def see_by_answering(acting: Acting, report_id: int, person_id: int) -> None:
    """A report of this person was seen by being answered; nothing where it is not theirs, or does not count."""
    report = await report_by_id(acting.session, report_id)
    person = await acting.person(person_id)
    if report is not None and person is not None and report.person_id == person.id:
        await _mark_seen(acting, SeenReport(report, person))


async def ask_to_call(acting: Acting, report_id: int) -> SeenReport | Refused:
    """A consultant asks the person to telephone; counts as seen. Nothing is asked because of a withdrawn report."""
    found = await _theirs(acting, report_id)
    if isinstance(found, Refused) or found.withdrawn:
        return found
    await _mark_seen(acting, found)
    acting.audit("wrote", f"person:{found.person.id}")
    telephone = acting.parts.municipalities.of(found.person.municipality).telephone
    body = told.please_call(await acting.consultant(), telephone)
    await acting.tell_person(found.person.id, f"callme:{found.report.id}:{found.report.version}", body)
    return found


async def person_of_withdrawn(acting: Acting, report_id: int) -> Person | None:
    """Whose report this was, when it does not count any more; None while it does, and for one that is not theirs."""
    found = await _theirs(acting, report_id)
    return found.person if isinstance(found, SeenReport) and found.withdrawn else None


async def _theirs(acting: Acting, report_id: int) -> SeenReport | Refused:
    """A report of one of the consultant's people, with the look in the audit log."""
    consultant = await acting.consultant()
    report = await report_by_id(acting.session, report_id)
    person = await look_at(acting, report.person_id) if report is not None else None
    if report is None or person is None or report.state is AbsenceState.DRAFT:
        return Refused(WhyNot.NOT_THEIRS)
    by_another = report.state is AbsenceState.SEEN and report.seen_by not in (None, consultant.id)
    before = await acting.session.get(Consultant, report.seen_by) if by_another else None
    return SeenReport(report, person, before, withdrawn=report.state is AbsenceState.WITHDRAWN)


async def _mark_seen(acting: Acting, found: SeenReport) -> None:
    report, consultant = found.report, await acting.consultant()
    if report.state is not AbsenceState.REPORTED:
        return
    report.state, report.seen_at, report.seen_by = AbsenceState.SEEN, acting.now, consultant.id
    acting.audit("saw", f"absence:{report.id}")
    key = f"absence_seen:{report.id}:{report.version}"
    await acting.tell_person(found.person.id, key, told.seen(consultant))
