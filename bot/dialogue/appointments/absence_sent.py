"""A report that was sent: who hears it, and what the person can still do with it."""

from collections.abc import Sequence

from bot.dialogue import letters, media, menu
from bot.dialogue.appointments.absence_questions import OPEN_ENDED_REACH, ask_which, ask_why, between
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button
from reminders.intents import Act, asks
from reminders.planning.after_absence import ask_after, chase
from reminders.wording.absence import consultant_buttons, for_consultant, report_parts
from reminders.wording.appointment import name_of
from storage.appointments.absence_reports import (
    LOOK_BACK,
    add_appointments,
    chosen_appointments,
    report_of_days,
    reports_about,
    times_reported,
)
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, answer_appointments, participation_in
from storage.people.people import Consultant, Person
from storage.vocabulary import AbsenceState, Answer, AppointmentStatus


def after_buttons(report: Absence) -> list[list[Button]]:
    """What can be done with a report: better again, changed, taken back."""
    better = [[button("absence.better", asks(Act.ABSENCE, report.id, "better"), "👍")]] if report.open_ended else []
    return [
        *better,
        [button("absence.change", asks(Act.ABSENCE, report.id, "change"), "✏️")],
        [button("absence.take_back", asks(Act.ABSENCE, report.id, "back"), "↩️")],
    ]


def say_reported_already(turn: Turn, report: Absence) -> None:
    """Twice is once: the person hears what they know, and what can be done."""
    key = "absence.already_seen" if report.state is AbsenceState.SEEN else "absence.already_reported"
    turn.say(part(key), buttons=[*after_buttons(report), menu.back()])


async def send(turn: Turn, draft: Absence) -> None:
    """Send the report to the consultant, or to who stands in; say what happens next."""
    # Two devices at once: one after the other, and the second sees what the first did.
    await turn.session.get_one(Person, turn.person.id, with_for_update=True)
    await turn.session.refresh(draft)
    if draft.state is not AbsenceState.DRAFT:
        say_reported_already(turn, draft)
        return
    chosen = await chosen_appointments(turn.session, draft.id)
    going_on = [a for a in chosen if a.status is AppointmentStatus.PLANNED]
    if chosen and not going_on:
        draft.state = AbsenceState.WITHDRAWN
        turn.expect("")
        turn.say(part("absence.not_needed_cancelled"), buttons=menu.rows())
        return
    if draft.reason is None:
        await ask_why(turn, draft)
        return
    known = await _reported_meanwhile(turn, draft, going_on)
    if known is not None:
        draft.state = AbsenceState.WITHDRAWN
        turn.expect("")
        say_reported_already(turn, known)
        return
    if not await _replace(turn, draft):
        turn.say(part("absence.was_withdrawn"), buttons=menu.rows())
        return
    attach(turn, draft)
    draft.state, draft.reported_at = AbsenceState.REPORTED, turn.now
    turn.expect("")
    await answer_appointments(turn.session, turn.person.id, going_on, Answer.NOT_COMING, turn.now)
    turn.audit("reported_absence", f"absence:{draft.id}")
    consultant = await turn.who_hears()
    if consultant is None:
        telephone = turn.services.municipalities.of(turn.person.municipality).telephone
        reached = part("absence.call_municipality", telephone=telephone) if telephone else part("absence.no_consultant")
        turn.say(title("absence.kept"), reached, buttons=[*after_buttons(draft), menu.back()])
        return
    await tell_consultant(turn, draft, going_on, consultant)
    turn.outgoing += ask_after(draft, turn.now, turn.zone)
    here = await turn.can_be_heard()
    turn.say(
        title("absence.sent", consultant=consultant.name) if here else title("absence.kept"),
        part("absence.what_next"),
        *([] if here else letters.telephone(turn)),
        *([part("absence.will_ask")] if draft.open_ended else []),
        buttons=[*after_buttons(draft), menu.back()],
        card="done:✅" if here else "",
    )


def attach(turn: Turn, draft: Absence) -> None:
    """What was sent just before, or between the questions, goes along."""
    sent = media.just_sent(turn)
    if sent:
        draft.attachment = media.joined(draft.attachment, *sent)
        media.forget(turn)


async def _reported_meanwhile(turn: Turn, draft: Absence, chosen: Sequence[Appointment]) -> Absence | None:
    """The report that covers all of these already: sent from another device, or from a draft of before."""
    if (draft.open_ended or not chosen) and draft.from_on is not None:
        last = None if draft.open_ended else draft.until_on
        known = await report_of_days(turn.session, turn.person.id, draft.from_on, last, draft.replaces_id)
        if known is not None and draft.open_ended:
            await _add(turn, known, chosen)
        return known
    found: Absence | None = None
    for appointment in chosen:
        about = await reports_about(turn.session, turn.person.id, appointment.id)
        others = [report for report in about if report.id != draft.replaces_id]
        if not others:
            return None
        found = others[-1]
    return found


async def _replace(turn: Turn, draft: Absence) -> bool:
    """Let a changed report take the place of the earlier one; False when that one is not there any more."""
    draft.version = 1
    if draft.replaces_id is None:
        return True
    earlier = await turn.session.get(Absence, draft.replaces_id)
    if earlier is None or earlier.state is AbsenceState.WITHDRAWN:
        draft.state = AbsenceState.WITHDRAWN
        return False
    earlier.state = AbsenceState.WITHDRAWN
    draft.version = earlier.version + 1
    await _comes_again(turn, earlier)
    return True


async def earlier(turn: Turn, report: Absence) -> int:
    """How often the person was reported absent lately, this report not counted."""
    return await times_reported(turn.session, report.person_id, turn.now - LOOK_BACK, but=report.id)


async def tell_consultant(turn: Turn, report: Absence, chosen: Sequence[Appointment], consultant: Consultant) -> None:
    """The report as the consultant gets it, and again when nobody sees it."""
    turn.tell_consultant(
        consultant.id,
        f"absence:{report.id}:{report.version}",
        title(_title_of(turn, report, chosen), person=name_of(turn.person)),
        *for_consultant(report, chosen, await earlier(turn, report)),
        buttons=consultant_buttons(report, chosen),
        urgent=True,
        attachments=media.files("absence", report.id, report.attachment),
    )
    turn.outgoing += chase(report, consultant, turn.now, turn.zone, turn.services.holidays)


def _title_of(turn: Turn, report: Absence, chosen: Sequence[Appointment]) -> str:
    if report.version > 1:
        return "consultant.absence_changed"
    if chosen and all(a.starts_at <= turn.now for a in chosen):
        return "consultant.absence_afterwards"
    return "consultant.absence"


async def _is_over(turn: Turn, report: Absence) -> bool:
    chosen = await chosen_appointments(turn.session, report.id)
    return not report.open_ended and bool(chosen) and all(a.starts_at <= turn.now for a in chosen)


async def change(turn: Turn, report: Absence, what: str) -> None:
    """Change the reason or the appointments, until they begin; nothing is sent before it is confirmed again."""
    if await _is_over(turn, report):
        _say_too_late(turn)
        return
    if what not in ("why", "which"):
        turn.say(
            title("absence.change_what"),
            buttons=[
                [button("absence.change_why", asks(Act.ABSENCE, report.id, "change", "why"), "💬")],
                [button("absence.change_which", asks(Act.ABSENCE, report.id, "change", "which"), "📅")],
                [button("absence.take_back", asks(Act.ABSENCE, report.id, "back"), "↩️")],
                menu.back(),
            ],
        )
        return
    draft = Absence(
        person_id=report.person_id,
        reason=report.reason,
        from_on=report.from_on,
        until_on=report.until_on,
        open_ended=report.open_ended,
        note=report.note,
        note_language=report.note_language,
        attachment=report.attachment,
        replaces_id=report.id,
        started_at=turn.now,
    )
    turn.session.add(draft)
    await turn.session.flush()
    await add_appointments(turn.session, draft.id, [a.id for a in await chosen_appointments(turn.session, report.id)])
    await (ask_why if what == "why" else ask_which)(turn, draft)


def _say_too_late(turn: Turn) -> None:
    turn.say(
        part("absence.too_late_to_change"), buttons=[[button("menu.consultant", asks(Act.LETTER), "💬")], menu.back()]
    )


async def take_back(turn: Turn, report: Absence, _value: str = "") -> None:
    """The person comes after all, to what has not begun."""
    if await _is_over(turn, report):
        _say_too_late(turn)
        return
    report.state = AbsenceState.WITHDRAWN
    await _comes_again(turn, report)
    consultant_id = report.told_id or turn.person.consultant_id
    if consultant_id is not None:
        turn.tell_consultant(
            consultant_id,
            f"absence_withdrawn:{report.id}:{report.version}",
            title("consultant.absence_withdrawn", person=name_of(turn.person)),
            *report_parts(report, await chosen_appointments(turn.session, report.id)),
        )
    turn.say(part("absence.taken_back"), buttons=menu.rows(), card="done:👍")


async def _comes_again(turn: Turn, report: Absence) -> None:
    for appointment in await chosen_appointments(turn.session, report.id):
        participation = await participation_in(turn.session, appointment.id, report.person_id)
        not_coming = participation is not None and participation.answer is Answer.NOT_COMING
        if participation is not None and not_coming and appointment.starts_at > turn.now:
            participation.answer = None
    await turn.replan()


async def better(turn: Turn, report: Absence, _value: str = "") -> None:
    """Better again: what has not begun is on as before, and the consultant hears it."""
    if not report.open_ended or report.better_on is not None:
        turn.say(part("absence.closed_already"), buttons=menu.rows())
        return
    report.better_on = report.until_on = turn.today
    await _comes_again(turn, report)
    consultant = await turn.who_hears()
    if consultant is not None:
        turn.tell_consultant(
            consultant.id,
            f"absence_better:{report.id}",
            title("consultant.better", person=name_of(turn.person)),
            *report_parts(report, ()),
        )
    turn.audit("better", f"absence:{report.id}")
    turn.say(title("absence.good_to_hear"), part("absence.see_you"), buttons=menu.rows())


async def still_ill(turn: Turn, report: Absence, _value: str = "") -> None:
    """Not better yet: the coming week is reported too, and it is asked again."""
    if report.better_on is not None or not report.open_ended:
        turn.say(part("absence.closed_already"), buttons=menu.rows())
        return
    coming = await between(turn, turn.today, turn.today + OPEN_ENDED_REACH)
    await _add(turn, report, coming)
    turn.outgoing += ask_after(report, turn.now, turn.zone)
    consultant = await turn.who_hears()
    if consultant is not None:
        turn.tell_consultant(
            consultant.id,
            f"absence_still:{report.id}:{turn.today.isoformat()}",
            title("consultant.still_ill", person=name_of(turn.person)),
            *report_parts(report, coming),
        )
    turn.say(title("absence.get_well"), part("absence.asked_again"), buttons=[*after_buttons(report)[:1], menu.back()])


async def _add(turn: Turn, report: Absence, appointments: Sequence[Appointment]) -> None:
    await add_appointments(turn.session, report.id, [a.id for a in appointments])
    await answer_appointments(turn.session, turn.person.id, appointments, Answer.NOT_COMING, turn.now)
