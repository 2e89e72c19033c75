"""Cards of every kind with fictional content: for the contact sheet, the benchmark and the tests."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from bot.cards.content import AppointmentCard, Card, CardChange, PlanCard, PlanStep, QuestionCard, WeekCard, WeekEntry
from storage.appointment_kinds import APPOINTMENTS
from storage.vocabulary import AppointmentKind

_PLACE: Final = "Gemeentehuis Huizen, Graaf Wichman 10"
_LONG_PLACE: Final = "Taalschool De Horizon, lokaal 2.14, Hilversumsestraatweg 112a, 1271 AA Huizen"
REASONS: Final = ("🤒", "👶", "🏥", "💼", "👪", "🚌", "📅", "💬")


def sample_cards(now: datetime) -> Mapping[str, Card]:
    """One card of each kind, by a short name; `now` is an aware instant that they are drawn around."""
    monday = (now - timedelta(days=now.weekday())).date()
    cards: dict[str, Card] = {
        kind.value: AppointmentCard(
            kind,
            now + timedelta(hours=3 * number),
            now + timedelta(hours=3 * number + 1),
            _PLACE,
            with_whom="Mevrouw Jansen",
            bring=APPOINTMENTS[kind].bring,
        )
        for number, kind in enumerate(AppointmentKind)
    }
    meeting = AppointmentKind.PROGRESS_MEETING
    cards["moved"] = AppointmentCard(
        meeting,
        now,
        None,
        _LONG_PLACE,
        with_whom="De heer Van der Heijden-Bakker",
        change=CardChange.MOVED,
        was=now - timedelta(days=1, hours=2),
    )
    cards["cancelled"] = AppointmentCard(meeting, now, None, _PLACE, change=CardChange.CANCELLED)
    cards["online"] = AppointmentCard(AppointmentKind.WORKSHOP, now, online=True)
    cards["week"] = WeekCard(monday, tuple(_week(now)), now)
    cards["plan"] = _plan(now.date())
    cards["why"] = QuestionCard("🤒", REASONS, "Waarom?")
    cards["consent"] = QuestionCard("🔒", ("✅", "❌", "👂"), "Mag dat?")
    return cards


def _week(now: datetime) -> list[WeekEntry]:
    start = now - timedelta(days=now.weekday())
    kinds = (AppointmentKind.CLASS, AppointmentKind.PROGRESS_MEETING, AppointmentKind.ACTIVITY)
    entries = [WeekEntry(AppointmentKind.CLASS, start + timedelta(days=day), cancelled=day == 3) for day in range(4)]
    return [*entries, *(WeekEntry(kind, start + timedelta(days=4, hours=3 * n)) for n, kind in enumerate(kinds))]


def _plan(today: date) -> PlanCard:
    start = today - timedelta(days=400)
    end = start + timedelta(days=3 * 365)
    steps = (
        PlanStep("📝", done=True, on=start, label="PIP"),
        PlanStep("🤝", done=True, label="PVT"),
        PlanStep("🔀", done=False, on=start + timedelta(days=548)),
        PlanStep("💼", done=False, label="MAP"),
        PlanStep("📚", done=False, share=0.52),
        PlanStep("🏁", done=False, on=end),
    )
    return PlanCard(start, end, today, steps)
