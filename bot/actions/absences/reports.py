"""Absence reports on the person's side: sent, changed, taken back, ended. (The consultant's: seen.py.)

Whoever is told of a report is told of what becomes of it. No threats: the consultant decides (start note 3.8; a
conversation always comes first).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.actions.absences import drafts
from bot.actions.absences.drafts import OPEN_ENDED_REACH, Refused, WhyNot, ahead_between, open_report
from bot.actions.acting import Acting
from bot.telling import absences as told
from reminders.planning.after_absence import ask_after, chase
from storage.appointments.absence_reports import (
    LOOK_BACK,
    add_appointments,
    choose_appointments,
    chosen_appointments,
    drop_appointments,
    drop_lapsed,
    leave_out,
    report_of_days,
    reports_about,
    standing_appointments,
    standing_reports,
    times_reported,
)
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, answer_appointments, participation_in
from storage.appointments.proposals import overtake_proposals
from storage.people.people import Consultant, Person
from storage.people.sent_media import SentMedia, joined
from storage.vocabulary import SENT_REPORT, AbsenceState, Answer, AppointmentStatus


@dataclass(frozen=True, slots=True)
class AbsenceSent:
    """A report that was sent: to whom (None = no consultant is known), and whether they can be reached now."""

    report: Absence
    consultant: Consultant | None
    reachable: bool


async def send(
    acting: Acting, person_id: int, draft_id: int, attachment: tuple[SentMedia, ...] = ()
) -> AbsenceSent | Refused:
    """Send a draft to the consultant, or to who stands in, with what was sent along last.

    A draft that says nothing new, or nothing that is needed, is withdrawn.
    """
    # Two devices at once: one after the other, and the second sees what the first did.
    person = await acting.person(person_id, for_update=True)
    found = await open_report(acting, person_id, draft_id)
    if person is None or isinstance(found, Refused):
        return Refused(WhyNot.NOT_THEIRS)
    draft = found
    await acting.session.refresh(draft)
    if draft.state is not AbsenceState.DRAFT:
        return Refused(WhyNot.REPORTED, draft)
    chosen = await chosen_appointments(acting.session, draft.id)
    going_on = [a for a in chosen if a.status is AppointmentStatus.PLANNED]
    if chosen and not going_on:
        draft.state = AbsenceState.WITHDRAWN
        return Refused(WhyNot.CANCELLED, draft)
    if draft.reason is None:
        return Refused(WhyNot.NO_REASON, draft)
    as_shown = await standing_appointments(acting.session, draft.id, acting.zone)
    if len(as_shown) != len(going_on):
        await choose_appointments(acting.session, draft.id, [a.id for a in going_on])
        return Refused(WhyNot.MOVED, draft)
    known = await _reported_meanwhile(acting, draft, going_on)
    if known is not None:
        draft.state = AbsenceState.WITHDRAWN
        return Refused(WhyNot.REPORTED, known)
    if not await _replace(acting, draft):
        return Refused(WhyNot.WITHDRAWN, draft)
    draft.attachment = joined(draft.attachment, attachment)
    draft.state, draft.reported_at = AbsenceState.REPORTED, acting.now
    await answer_appointments(acting.session, person_id, going_on, Answer.NOT_COMING, acting.now)
    for appointment in going_on:
        await drop_lapsed(acting.session, person_id, appointment, acting.zone)
    acting.audit("reported_absence", f"absence:{draft.id}")
    consultant = await acting.who_hears(person)
    if consultant is None:
        return AbsenceSent(draft, None, reachable=False)
    body = told.report(draft, person, going_on, await times_before(acting, draft), acting.now)
    key = f"absence:{draft.id}:{draft.version}"
    files = told.files(draft)
    await acting.tell_consultant(consultant.id, key, body, about=person, urgent=True, attachments=files)
    await acting.put(*chase(draft, consultant, acting.now, acting.zone, acting.parts.holidays))
    await acting.put(*ask_after(draft, acting.now, acting.zone))
    return AbsenceSent(draft, consultant, reachable=await acting.is_reachable(consultant))


async def changeable(acting: Acting, person_id: int, report_id: int) -> Absence | Refused:
    """A report that was sent and can still be changed or taken back: until all that it is about began."""
    report = await open_report(acting, person_id, report_id)
    if isinstance(report, Refused):
        return report
    if report.state not in SENT_REPORT:
        return Refused(WhyNot.WITHDRAWN, report)
    chosen = await chosen_appointments(acting.session, report.id)
    over = not report.open_ended and bool(chosen) and all(a.starts_at <= acting.now for a in chosen)
    return Refused(WhyNot.OVER, report) if over else report


async def change(acting: Acting, person_id: int, report_id: int) -> Absence | Refused:
    """Open a draft that takes the report's place when it is sent; nothing is told before that."""
    report = await changeable(acting, person_id, report_id)
    return report if isinstance(report, Refused) else await drafts.copy_of(acting, report)


async def take_back(acting: Acting, person_id: int, report_id: int) -> Absence | Refused:
    """The person comes after all, to what has not begun. Who got the report hears it."""
    report = await changeable(acting, person_id, report_id)
    if isinstance(report, Refused):
        return report
    person = await acting.session.get_one(Person, person_id)
    held_for = await standing_appointments(acting.session, report.id, acting.zone)
    report.state = AbsenceState.WITHDRAWN
    acting.audit("took_back_absence", f"absence:{report.id}")
    await _comes_again(acting, report)
    consultant_id = report.told_id or person.consultant_id
    if consultant_id is not None:
        body = told.withdrawn(report, person, held_for)
        key = f"absence_withdrawn:{report.id}:{report.version}"
        await acting.tell_consultant(consultant_id, key, body, about=person)
    return report


async def end_illness(acting: Acting, person_id: int, report_id: int) -> Absence | Refused:
    """Better again: what has not begun is on as before, and the consultant hears it."""
    report = await _without_end(acting, person_id, report_id)
    if isinstance(report, Refused):
        return report
    person = await acting.session.get_one(Person, person_id)
    report.better_on = report.until_on = acting.today
    await _comes_again(acting, report)
    # Who cannot come to one of these after all reports that anew.
    ahead = [a.id for a in await chosen_appointments(acting.session, report.id) if a.starts_at > acting.now]
    await drop_appointments(acting.session, report.id, ahead)
    consultant = await acting.who_hears(person)
    if consultant is not None:
        key = f"absence_better:{report.id}"
        await acting.tell_consultant(consultant.id, key, told.better(report, person), about=person)
    acting.audit("better", f"absence:{report.id}")
    return report


async def still_ill(acting: Acting, person_id: int, report_id: int) -> Absence | Refused:
    """Not better yet: the coming week is reported too, and it is asked again."""
    report = await _without_end(acting, person_id, report_id)
    if isinstance(report, Refused):
        return report
    person = await acting.session.get_one(Person, person_id)
    coming = await ahead_between(acting, person_id, acting.today, acting.today + OPEN_ENDED_REACH)
    await _add(acting, report, coming)
    acting.audit("still_ill", f"absence:{report.id}")
    await acting.put(*ask_after(report, acting.now, acting.zone))
    consultant = await acting.who_hears(person)
    if consultant is not None:
        key = f"absence_still:{report.id}:{acting.today.isoformat()}"
        await acting.tell_consultant(consultant.id, key, told.still_ill(report, person, coming), about=person)
    return report


async def comes_after_all(acting: Acting, person_id: int, appointment: Appointment) -> None:
    """Take back the reports about one appointment, because the person comes to it; a report about others too holds for
    those. The consultant is told by the act that this is part of."""
    await overtake_proposals(acting.session, appointment.id)
    for report in await reports_about(acting.session, person_id, appointment.id):
        # Whether they hold for it as it is now or not: on whatever day, the person comes.
        if len(await chosen_appointments(acting.session, report.id)) == 1 and not report.open_ended:
            report.state = AbsenceState.WITHDRAWN
    await acting.session.flush()
    await leave_out(acting.session, person_id, [appointment.id])


async def _without_end(acting: Acting, person_id: int, report_id: int) -> Absence | Refused:
    report = await open_report(acting, person_id, report_id)
    if isinstance(report, Refused):
        return report
    still = report.state in SENT_REPORT and report.open_ended and report.better_on is None
    return report if still else Refused(WhyNot.CLOSED, report)


async def _reported_meanwhile(acting: Acting, draft: Absence, chosen: Sequence[Appointment]) -> Absence | None:
    """The report that covers all of these already: sent from another device, or from a draft of before."""
    if (draft.open_ended or not chosen) and draft.from_on is not None:
        last = None if draft.open_ended else draft.until_on
        known = await report_of_days(acting.session, draft.person_id, draft.from_on, last, draft.replaces_id)
        if known is not None and draft.open_ended:
            await _add(acting, known, chosen)
        return known
    found: Absence | None = None
    for appointment in chosen:
        about = await standing_reports(acting.session, draft.person_id, appointment, acting.zone)
        others = [report for report in about if report.id != draft.replaces_id]
        if not others:
            return None
        found = others[-1]
    return found


async def _replace(acting: Acting, draft: Absence) -> bool:
    """Let a changed report take the place of the earlier one; False when that one is not there any more."""
    draft.version = 1
    if draft.replaces_id is None:
        return True
    earlier = await acting.session.get(Absence, draft.replaces_id)
    if earlier is None or earlier.state is AbsenceState.WITHDRAWN:
        draft.state = AbsenceState.WITHDRAWN
        return False
    earlier.state = AbsenceState.WITHDRAWN
    draft.version = earlier.version + 1
    await _comes_again(acting, earlier)
    return True


async def _comes_again(acting: Acting, report: Absence) -> None:
    """What this report alone said of what has not begun is not so any more."""
    for appointment in await chosen_appointments(acting.session, report.id):
        # Another time was proposed because they could not come at this one.
        await overtake_proposals(acting.session, appointment.id)
        about = await standing_reports(acting.session, report.person_id, appointment, acting.zone)
        if any(other.id != report.id for other in about):
            continue
        participation = await participation_in(acting.session, appointment.id, report.person_id)
        not_coming = participation is not None and participation.answer is Answer.NOT_COMING
        if participation is not None and not_coming and appointment.starts_at > acting.now:
            participation.answer = None
    await acting.replan(report.person_id)


async def _add(acting: Acting, report: Absence, appointments: Sequence[Appointment]) -> None:
    await add_appointments(acting.session, report.id, [appointment.id for appointment in appointments])
    await answer_appointments(acting.session, report.person_id, appointments, Answer.NOT_COMING, acting.now)


async def times_before(acting: Acting, report: Absence) -> int:
    """How often the person was reported absent lately, this report not counted."""
    return await times_reported(acting.session, report.person_id, acting.now - LOOK_BACK, but=report.id)
