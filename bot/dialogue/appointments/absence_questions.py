"""The questions of an absence report: which appointments, why, how long, and the summary to confirm."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.actions.absences.drafts import JUST_BEGUN
from bot.dialogue import menu
from bot.dialogue.turn import Turn, button, part, title
from locales.rendering.message import Button, Part, Text
from reminders.intents import Act, asks
from reminders.wording.absence import REASON_ICONS, report_parts
from reminders.wording.appointment import KIND_ICONS, appointment_line
from storage.appointments.absence_reports import chosen_appointments
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment, appointments_of, day_bounds
from storage.vocabulary import AbsenceState

CHOICES = 5
AHEAD = timedelta(days=14)
# From which days a period may begin, and how long it may be; longer is "until I am better" or a talk.
PERIOD_STARTS = 7
PERIOD_DAYS = (0, 1, 2, 3, 4, 6, 13)


async def coming(turn: Turn) -> list[Appointment]:
    """The next appointments of the coming two weeks, and what has just begun today: who writes from bed at ten means
    the lesson of half past nine."""
    since = max(turn.now - JUST_BEGUN, day_bounds(turn.today, turn.zone)[0])
    return await appointments_of(turn.session, turn.person.id, since, turn.now + AHEAD, zone=turn.zone, limit=CHOICES)


def appointment_label(appointment: Appointment) -> Text:
    """A short label: what and when."""
    kind = Text(f"kind.{appointment.kind.value}")
    return Text("appointment.button", {"kind": kind, "starts_at": appointment.starts_at})


def _pick(draft: Absence, appointment: Appointment) -> list[Button]:
    intent = asks(Act.ABSENCE, draft.id, "w", appointment.id)
    return [Button(appointment_label(appointment), intent, KIND_ICONS[appointment.kind])]


async def ask_which(turn: Turn, draft: Absence) -> None:
    """Which appointments: one of the coming ones, all of today, some days, or until better."""
    found = await coming(turn)
    rows = [_pick(draft, appointment) for appointment in found]
    of_today = sum(1 for a in found if a.starts_at.astimezone(turn.zone).date() == turn.today)
    if of_today != 1:
        key = "absence.all_today" if of_today else "absence.only_today"
        rows.append([button(key, asks(Act.ABSENCE, draft.id, "today"), "☀️")])
    rows.append([button("absence.some_days", asks(Act.ABSENCE, draft.id, "from"), "🗓️")])
    rows.append([button("absence.until_better", asks(Act.ABSENCE, draft.id, "open"), "🛌")])
    card = f"week_of:{found[0].id}" if found else ""
    turn.say(title("absence.which"), buttons=[*rows, menu.back()], card=card)


async def ask_another(turn: Turn, draft: Absence) -> None:
    """One more appointment beside those that are chosen."""
    chosen = {appointment.id for appointment in await chosen_appointments(turn.session, draft.id)}
    rows = [_pick(draft, appointment) for appointment in await coming(turn) if appointment.id not in chosen]
    if not rows:
        turn.say(part("absence.no_others"))
        await ask_why(turn, draft)
        return
    rows.append([button("absence.no_more", asks(Act.ABSENCE, draft.id, "why"), "✅")])
    turn.say(title("absence.which_other"), buttons=[*rows, menu.back()])


def ask_from(turn: Turn, draft: Absence) -> None:
    """From which day."""
    days = [turn.today + timedelta(days=ahead) for ahead in range(PERIOD_STARTS)]
    turn.say(title("absence.from_when"), buttons=[*_days(draft, "from", days, turn.today), menu.back()])


def ask_until(turn: Turn, draft: Absence) -> None:
    """Until which day, that day included."""
    first = draft.from_on or turn.today
    days = [first + timedelta(days=more) for more in PERIOD_DAYS]
    turn.say(
        title("absence.until_when"),
        buttons=[
            *_days(draft, "until", days, turn.today),
            [button("absence.until_better", asks(Act.ABSENCE, draft.id, "open"), "🛌")],
            menu.back(),
        ],
    )


def _days(draft: Absence, step: str, days: Sequence[date], today: date) -> list[list[Button]]:
    rows = []
    for day in days:
        label = Text("absence.only_today") if day == today else Text("absence.day", {"on": day})
        rows.append([Button(label, asks(Act.ABSENCE, draft.id, step, day), "☀️" if day == today else "📅")])
    return rows


async def ask_why(turn: Turn, draft: Absence) -> None:
    """Why; the reasons are few and never more medical than "ill"."""
    chosen = await chosen_appointments(turn.session, draft.id)
    choices = [
        button(f"reason.{reason.value}", asks(Act.ABSENCE, draft.id, "r", reason.value), icon)
        for reason, icon in REASON_ICONS.items()
    ]
    rows = [choices[i : i + 2] for i in range(0, len(choices), 2)]
    lines: list[Part] = []
    if chosen and draft.state is AbsenceState.DRAFT and not draft.open_ended:
        lines = [Part(appointment_line(appointment)) for appointment in chosen[:CHOICES]]
        if any(a.starts_at > turn.now for a in chosen):
            rows.append([button("absence.another_too", asks(Act.ABSENCE, draft.id, "more"), "➕")])
    turn.say(*lines, title("absence.why"), buttons=[*rows, menu.back()], card="icon:🤒")


async def ask_how_long(turn: Turn, draft: Absence) -> None:
    """How long, where that is not clear from what was chosen."""
    chosen = await chosen_appointments(turn.session, draft.id)
    several_days = draft.from_on is not None and draft.until_on is not None and draft.from_on < draft.until_on
    over = bool(chosen) and all(a.starts_at <= turn.now for a in chosen)
    if len(chosen) != 1 or draft.open_ended or several_days or over:
        await ask_confirmation(turn, draft)
        return
    turn.say(
        title("absence.how_long"),
        card="icon:🗓️",
        buttons=[
            [button("absence.only_this", asks(Act.ABSENCE, draft.id, "d", "one"), "1️⃣")],
            [button("absence.whole_day", asks(Act.ABSENCE, draft.id, "d", "day"), "☀️")],
            [button("absence.whole_week", asks(Act.ABSENCE, draft.id, "d", "week"), "🗓️")],
            [button("absence.until_better", asks(Act.ABSENCE, draft.id, "d", "open"), "🛌")],
            menu.back(),
        ],
    )


async def ask_confirmation(turn: Turn, draft: Absence) -> None:
    """The summary, and whether it may go."""
    turn.expect(f"absence_note:{draft.id}")
    send = "absence.send_again" if draft.replaces_id is not None else "absence.send"
    turn.say(
        title("absence.check"),
        *report_parts(draft, await chosen_appointments(turn.session, draft.id)),
        *([] if draft.note or draft.attachment else [part("absence.note_hint")]),
        buttons=[
            [button(send, asks(Act.ABSENCE, draft.id, "send"), "✅")],
            [button("absence.drop", asks(Act.ABSENCE, draft.id, "drop"), "❌")],
        ],
        card=f"icon:{REASON_ICONS[draft.reason]}" if draft.reason is not None else "",
    )
