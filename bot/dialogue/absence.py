"""I can't come: which appointments, why, how long, a note, and the report to the consultant.

Every answer is kept in a draft report in the database and every button names its draft, so that the conversation goes
on after a restart, on another channel, or from a button of yesterday. No threats here: the person is told what happens
next, and the consultant decides (start note 3.8; a conversation always comes first).
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select

from bot.dialogue import menu
from bot.dialogue.turn import Turn, button, part, title
from bot.events import Media, MediaKind
from locales.message import Button, Part, Style, Text, verbatim
from reminders.wording import KIND_ICONS, appointment_line
from storage.absence_reports import absence_of, choose_appointments, chosen_appointments, reports_about
from storage.absences import Absence, AbsenceReason, AbsenceState
from storage.appointments import (
    Answer,
    Appointment,
    AppointmentStatus,
    answer_appointments,
    appointment_for,
    appointments_of,
    day_bounds,
    participation_in,
)
from storage.people import Consultant

REASON_ICONS: dict[AbsenceReason, str] = {
    AbsenceReason.ILL: "🤒",
    AbsenceReason.CHILD_ILL: "👶",
    AbsenceReason.DOCTOR: "🏥",
    AbsenceReason.WORK: "💼",
    AbsenceReason.FAMILY: "👪",
    AbsenceReason.TRANSPORT: "🚌",
    AbsenceReason.OTHER_APPOINTMENT: "📅",
    AbsenceReason.OTHER: "💬",
}
CHOICES = 5
LOOK_BACK = timedelta(weeks=8)
# How far an absence without an end reaches for now; it is asked after before that.
OPEN_ENDED_REACH = timedelta(days=7)
NOTE_LENGTH = 1000


def full_name(turn: Turn) -> str:
    """The person's name, for the consultant."""
    return f"{turn.participant.given_name} {turn.participant.family_name}".strip()


async def start(turn: Turn, _args: Sequence[str]) -> None:
    """From the menu or from free text."""
    await begin(turn, None)


async def begin(turn: Turn, appointment: Appointment | None) -> None:
    """Open a draft; with a chosen appointment go straight to why."""
    if appointment is not None:
        reported = await reports_about(turn.session, turn.participant.id, appointment.id)
        if reported:
            _say_reported_already(turn, reported[-1])
            return
    draft = Absence(person_id=turn.participant.id, started_at=turn.now)
    turn.session.add(draft)
    await turn.session.flush()
    if appointment is not None:
        await _choose(turn, draft, [appointment])
        _ask_why(turn, draft)
        return
    await _ask_which(turn, draft)


def _say_reported_already(turn: Turn, report: Absence) -> None:
    key = "absence.already_seen" if report.state is AbsenceState.SEEN else "absence.already_reported"
    turn.say(part(key), buttons=[*_after_buttons(report), menu.back()])


def _after_buttons(report: Absence) -> list[list[Button]]:
    return [
        [button("absence.change", f"ab:{report.id}:change", "✏️")],
        [button("absence.take_back", f"ab:{report.id}:back", "↩️")],
    ]


async def _ask_which(turn: Turn, draft: Absence) -> None:
    found = await appointments_of(
        turn.session, turn.participant.id, turn.now, turn.now + timedelta(days=14), zone=turn.zone, limit=CHOICES
    )
    today = turn.now.astimezone(turn.zone).date()
    rows: list[list[Button]] = []
    for appointment in found:
        label = Text(
            "appointment.button",
            {"kind": Text(f"kind.{appointment.kind.value}"), "starts_at": appointment.starts_at},
        )
        rows.append([Button(label, f"ab:{draft.id}:w:{appointment.id}", KIND_ICONS[appointment.kind])])
    if sum(1 for a in found if a.starts_at.astimezone(turn.zone).date() == today) > 1:
        rows.append([button("absence.all_today", f"ab:{draft.id}:today", "☀️")])
    if not found:
        rows.append([button("absence.only_today", f"ab:{draft.id}:today", "☀️")])
    rows.append([button("absence.until_better", f"ab:{draft.id}:open", "🛌")])
    turn.say(title("absence.which"), buttons=[*rows, menu.back()])


def _ask_why(turn: Turn, draft: Absence) -> None:
    choices = [
        button(f"reason.{reason.value}", f"ab:{draft.id}:r:{reason.value}", icon)
        for reason, icon in REASON_ICONS.items()
    ]
    turn.say(title("absence.why"), buttons=[choices[i : i + 2] for i in range(0, len(choices), 2)])


async def _ask_how_long(turn: Turn, draft: Absence) -> None:
    chosen = await chosen_appointments(turn.session, draft.id)
    if len(chosen) != 1 or draft.open_ended:
        await _ask_confirmation(turn, draft)
        return
    turn.say(
        title("absence.how_long"),
        buttons=[
            [button("absence.only_this", f"ab:{draft.id}:d:one", "1️⃣")],
            [button("absence.whole_day", f"ab:{draft.id}:d:day", "☀️")],
            [button("absence.whole_week", f"ab:{draft.id}:d:week", "🗓️")],
            [button("absence.until_better", f"ab:{draft.id}:d:open", "🛌")],
        ],
    )


async def _ask_confirmation(turn: Turn, draft: Absence) -> None:
    turn.expect(f"absence_note:{draft.id}")
    send = "absence.send_again" if draft.version else "absence.send"
    turn.say(
        title("absence.check"),
        *await summary(turn, draft),
        *([] if draft.note or draft.attachment else [part("absence.note_hint")]),
        buttons=[
            [button(send, f"ab:{draft.id}:send", "✅")],
            [button("absence.drop", f"ab:{draft.id}:drop", "❌")],
        ],
    )


async def summary(turn: Turn, report: Absence) -> list[Part]:
    """What, when, why, how long and the note: the same for the person and the consultant."""
    chosen = await chosen_appointments(turn.session, report.id)
    parts = [Part(appointment_line(appointment)) for appointment in chosen]
    if report.open_ended and report.from_on is not None:
        parts.append(Part(Text("absence.from_open", {"on": report.from_on})))
    elif report.from_on is not None and report.until_on is not None and not chosen:
        parts.append(Part(Text("absence.period", {"from_on": report.from_on, "until_on": report.until_on})))
    if report.reason is not None:
        reason = Text(f"reason.{report.reason.value}")
        parts.append(
            Part(Text("absence.reason_line", {"icon": verbatim(REASON_ICONS[report.reason]), "reason": reason}))
        )
    if report.note:
        parts.append(Part(Text("absence.note_line", {"note": report.note}), Style.QUOTE))
    if report.attachment:
        parts.append(part("absence.attachment_line"))
    return parts


async def _choose(turn: Turn, draft: Absence, appointments: Sequence[Appointment]) -> None:
    await choose_appointments(turn.session, draft.id, [a.id for a in appointments])
    days = [a.starts_at.astimezone(turn.zone).date() for a in appointments] or [_today(turn)]
    draft.from_on, draft.until_on = min(days), max(days)


def _today(turn: Turn) -> date:
    return turn.now.astimezone(turn.zone).date()


async def _appointments_between(turn: Turn, first: date, last: date) -> list[Appointment]:
    since = max(day_bounds(first, turn.zone)[0], turn.now)
    return await appointments_of(
        turn.session, turn.participant.id, since, day_bounds(last, turn.zone)[1], zone=turn.zone
    )


async def _choose_open_ended(turn: Turn, draft: Absence, first: date) -> None:
    await _choose(turn, draft, await _appointments_between(turn, first, first + OPEN_ENDED_REACH))
    draft.open_ended, draft.from_on, draft.until_on = True, first, None


async def press(turn: Turn, args: Sequence[str]) -> None:
    """A button of a report: "ab:<report>:<step>[:<value>]"."""
    number = int(args[0]) if args and args[0].isdecimal() and len(args[0]) < 12 else 0
    report = await absence_of(turn.session, turn.participant.id, number)
    step = args[1] if len(args) > 1 else ""
    if report is None or step not in _STEPS:
        turn.say(part("absence.unknown"), buttons=menu.rows())
        return
    value = args[2] if len(args) > 2 else ""
    if report.state is AbsenceState.WITHDRAWN:
        turn.say(part("absence.was_withdrawn"), buttons=menu.rows())
    elif report.state is not AbsenceState.DRAFT and step not in ("change", "back") and not _is_changing(turn, report):
        _say_reported_already(turn, report)
    else:
        await _STEPS[step](turn, report, value)


def _is_changing(turn: Turn, report: Absence) -> bool:
    return turn.recall("changing") == report.id


async def _press_which(turn: Turn, draft: Absence, value: str) -> None:
    appointment = (
        await appointment_for(turn.session, turn.participant.id, int(value), zone=turn.zone)
        if value.isdecimal() and len(value) < 12
        else None
    )
    if appointment is None:
        turn.say(part("appointment.unknown"))
        await _ask_which(turn, draft)
        return
    if appointment.status is AppointmentStatus.CANCELLED:
        turn.say(part("appointment.is_cancelled"), buttons=[menu.back()])
        return
    reported = [r for r in await reports_about(turn.session, turn.participant.id, appointment.id) if r.id != draft.id]
    if reported:
        _say_reported_already(turn, reported[-1])
        return
    await _choose(turn, draft, [appointment])
    _ask_why(turn, draft)


async def _press_today(turn: Turn, draft: Absence, _value: str) -> None:
    await _choose(turn, draft, await _appointments_between(turn, _today(turn), _today(turn)))
    draft.from_on = draft.until_on = _today(turn)
    _ask_why(turn, draft)


async def _press_open(turn: Turn, draft: Absence, _value: str) -> None:
    await _choose_open_ended(turn, draft, _today(turn))
    _ask_why(turn, draft)


async def _press_reason(turn: Turn, draft: Absence, value: str) -> None:
    try:
        draft.reason = AbsenceReason(value)
    except ValueError:
        _ask_why(turn, draft)
        return
    if _is_changing(turn, draft):
        await _ask_confirmation(turn, draft)
    else:
        await _ask_how_long(turn, draft)


async def _press_duration(turn: Turn, draft: Absence, value: str) -> None:
    first = draft.from_on or _today(turn)
    match value:
        case "day":
            await _choose(turn, draft, await _appointments_between(turn, first, first))
        case "week":
            sunday = first + timedelta(days=6 - first.weekday())
            await _choose(turn, draft, await _appointments_between(turn, first, sunday))
            draft.from_on, draft.until_on = first, sunday
        case "open":
            await _choose_open_ended(turn, draft, first)
        case _:
            draft.open_ended = False
    await _ask_confirmation(turn, draft)


async def _press_drop(turn: Turn, draft: Absence, _value: str) -> None:
    turn.remember(changing=None)
    if draft.state is AbsenceState.DRAFT:
        draft.state = AbsenceState.WITHDRAWN
    turn.expect("")
    turn.say(part("absence.dropped"), buttons=menu.rows())


async def _press_change(turn: Turn, report: Absence, _value: str) -> None:
    if await _is_over(turn, report):
        turn.say(part("absence.too_late_to_change"), buttons=[[button("menu.consultant", "letter", "💬")], menu.back()])
        return
    turn.remember(changing=report.id)
    _ask_why(turn, report)


async def _is_over(turn: Turn, report: Absence) -> bool:
    chosen = await chosen_appointments(turn.session, report.id)
    return not report.open_ended and bool(chosen) and all(a.starts_at <= turn.now for a in chosen)


async def _press_send(turn: Turn, draft: Absence, _value: str) -> None:
    chosen = await chosen_appointments(turn.session, draft.id)
    going_on = [a for a in chosen if a.status is AppointmentStatus.PLANNED]
    if chosen and not going_on:
        draft.state = AbsenceState.WITHDRAWN
        turn.expect("")
        turn.say(part("absence.not_needed_cancelled"), buttons=menu.rows())
        return
    if draft.reason is None:
        _ask_why(turn, draft)
        return
    draft.version += 1
    draft.state, draft.seen_at, draft.seen_by = AbsenceState.REPORTED, None, None
    draft.reported_at = turn.now
    turn.remember(changing=None)
    turn.expect("")
    await answer_appointments(turn.session, turn.participant.id, going_on, Answer.NOT_COMING, turn.now)
    turn.note("reported_absence", f"absence:{draft.id}")
    consultant = (
        await turn.session.get(Consultant, turn.participant.consultant_id)
        if turn.participant.consultant_id is not None
        else None
    )
    if consultant is None:
        telephone = turn.services.municipalities.of(turn.participant.municipality).telephone
        reached = part("absence.call_municipality", telephone=telephone) if telephone else part("absence.no_consultant")
        turn.say(title("absence.kept"), reached, buttons=[*_after_buttons(draft), menu.back()])
        return
    await tell_consultant(turn, draft, consultant.id)
    turn.say(
        title("absence.sent", consultant=consultant.name),
        part("absence.what_next"),
        buttons=[*_after_buttons(draft), menu.back()],
    )


async def tell_consultant(turn: Turn, report: Absence, consultant_id: int) -> None:
    """The report as the consultant gets it: who, what, when, why, how long, note, how often lately."""
    earlier = await turn.session.scalar(
        select(func.count())
        .select_from(Absence)
        .where(
            Absence.person_id == report.person_id,
            Absence.id != report.id,
            Absence.state.in_([AbsenceState.REPORTED, AbsenceState.SEEN]),
            Absence.reported_at > turn.now - LOOK_BACK,
        )
    )
    key = "consultant.absence_changed" if report.version > 1 else "consultant.absence"
    turn.tell_consultant(
        consultant_id,
        f"absence:{report.id}:{report.version}",
        title(key, person=full_name(turn)),
        *await summary(turn, report),
        *(
            [Part(Text("consultant.note_language", {"language": Text(f"language.{report.note_language}")}))]
            if report.note and report.note_language
            else []
        ),
        Part(Text("consultant.absent_before", {}, count=earlier or 0)),
        buttons=[
            [button("consultant.seen", f"seen:{report.id}", "👀")],
            [button("consultant.call_me", f"callme:{report.id}", "📞")],
            [button("consultant.answer", f"write:{report.person_id}", "✍️")],
        ],
        urgent=True,
    )


async def _press_back(turn: Turn, report: Absence, _value: str) -> None:
    if report.state is AbsenceState.DRAFT:
        await _press_drop(turn, report, "")
        return
    if await _is_over(turn, report):
        turn.say(part("absence.too_late_to_change"), buttons=[[button("menu.consultant", "letter", "💬")], menu.back()])
        return
    await _withdraw(turn, report)
    turn.say(part("absence.taken_back"), buttons=menu.rows())


async def _withdraw(turn: Turn, report: Absence) -> None:
    report.state = AbsenceState.WITHDRAWN
    for appointment in await chosen_appointments(turn.session, report.id):
        participation = await participation_in(turn.session, appointment.id, report.person_id)
        if participation is not None and participation.answer is Answer.NOT_COMING:
            participation.answer = None
    if turn.participant.consultant_id is not None:
        turn.tell_consultant(
            turn.participant.consultant_id,
            f"absence_withdrawn:{report.id}:{report.version}",
            title("consultant.absence_withdrawn", person=full_name(turn)),
            *await summary(turn, report),
        )


async def withdraw_for(turn: Turn, appointment: Appointment) -> None:
    """Take back the reports about one appointment, because the person comes after all."""
    for report in await reports_about(turn.session, turn.participant.id, appointment.id):
        if len(await chosen_appointments(turn.session, report.id)) == 1 and not report.open_ended:
            report.state = AbsenceState.WITHDRAWN


async def take_note(turn: Turn, draft_id: int, text: str, media: Media | None = None) -> bool:
    """Free text (or a voice note, a photo) while the summary is open becomes the note. False when it is not open."""
    draft = await absence_of(turn.session, turn.participant.id, draft_id)
    if draft is None or (draft.state is not AbsenceState.DRAFT and not _is_changing(turn, draft)):
        return False
    if media is not None and media.file is not None and media.kind in (MediaKind.VOICE, MediaKind.PHOTO):
        draft.attachment = {"channel": turn.event.channel, "kind": media.kind.value, "file": media.file}
        text = text or media.caption
    if text.strip():
        draft.note = text.strip()[:NOTE_LENGTH]
        draft.note_language = turn.services.finder.find(text, turn.language).language or turn.language
    await _ask_confirmation(turn, draft)
    return True


_STEPS: dict[str, Callable[[Turn, Absence, str], Awaitable[None]]] = {
    "w": _press_which,
    "today": _press_today,
    "open": _press_open,
    "r": _press_reason,
    "d": _press_duration,
    "send": _press_send,
    "drop": _press_drop,
    "change": _press_change,
    "back": _press_back,
}
