"""From a card's content to what card.typ draws, in one language: words, numbers and file names, as JSON.

And to the same in words, for screen readers: from the texts that the messages have.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from bot.cards.content import AppointmentCard, Card, CardChange, PlanCard, PlanStep, QuestionCard, WeekCard, WeekEntry
from bot.cards.pictograms import pictogram
from locales.rendering.dates import (
    ethiopian_time_text,
    month_text,
    other_day_text,
    own_digits,
    part_of_day,
    short_day_text,
    time_text,
    weekday_text,
)
from locales.rendering.languages import LANGUAGES, Direction
from locales.rendering.message import Text, verbatim
from locales.rendering.render import Renderer
from reminders.wording.appointment import KIND_ICONS, kind_text
from storage.vocabulary import AppointmentKind

Data: TypeAlias = Mapping[str, object]

# Night, morning, afternoon, evening, as locales.rendering.dates counts them.
_PARTS: Final = ("1F319.svg", "1F305.svg", "2600.svg", "1F307.svg")
_UNKNOWN: Final = "2753.svg"
_WORKING_DAYS: Final = 5
_LONGEST_PLACE: Final = 120
_LONGEST_NAME: Final = 60
_MOST_CHOICES: Final = 12
_MOST_STEPS: Final = 8
_FAR: Final = timedelta(hours=16)


class Drawing:
    """Puts cards into one language; `renderer` has the texts and the wall time, `ethiopian_clock` adds that clock's."""

    def __init__(self, renderer: Renderer, *, ethiopian_clock: bool = False) -> None:
        self._renderer = renderer.by_clock(ethiopian=ethiopian_clock)
        self._ethiopian_clock = ethiopian_clock

    @property
    def _zone(self) -> ZoneInfo:
        return self._renderer.zone

    def data(self, card: Card, locale: str) -> Data:
        """What card.typ gets."""
        shared = {"lang": locale.split("_", maxsplit=1)[0], "rtl": LANGUAGES[locale].direction is Direction.RTL}
        match card:
            case AppointmentCard():
                return {**shared, "kind": "appointment", **self._appointment(card, locale)}
            case WeekCard():
                return {**shared, "kind": "week", "days": self._days(card, locale)}
            case PlanCard():
                return {**shared, "kind": "plan", **self._plan(card, locale)}
            case QuestionCard():
                icons = [pictogram(icon) for icon in card.choices[:_MOST_CHOICES]]
                choices = [icon for icon in icons if icon is not None]
                picture = pictogram(card.icon) or _UNKNOWN
                return {**shared, "kind": "question", "picture": picture, "asks": card.asks, "choices": choices}

    def words(self, card: Card, locale: str) -> str:
        """The card as one line of text."""
        match card:
            case AppointmentCard():
                return self._said(self._of_appointment(card), locale)
            case WeekCard():
                lines = [_line(entry) for entry in _in_week(card, self._zone)]
                return self._said([Text("overview.title"), *lines], locale)
            case PlanCard():
                return self._said([Text("plan.title"), *(step.says for step in card.steps if step.says)], locale)
            case QuestionCard():
                return card.says or self._said([Text("menu.ask")], locale)

    def _said(self, texts: Sequence[Text], locale: str) -> str:
        return " · ".join(self._renderer.say(text, locale).replace("\n", " · ") for text in texts)

    @staticmethod
    def _of_appointment(card: AppointmentCard) -> list[Text]:
        kind = kind_text(card.kind)
        if card.change is CardChange.CANCELLED:
            return [Text("notice.cancelled", {"kind": kind}), Text("notice.old_time", {"starts_at": card.starts_at})]
        texts = [Text("appointment.what", {"kind": kind})]
        if card.was is not None:
            texts = [
                Text("notice.changed", {"kind": kind}),
                Text("notice.old_time", {"starts_at": card.was}),
                Text("notice.now"),
            ]
        texts.append(Text("appointment.when", {"starts_at": card.starts_at}))
        if card.place:
            texts.append(Text("appointment.where", {"place": card.place}))
        if card.with_whom:
            texts.append(Text("appointment.with", {"name": card.with_whom}))
        return texts

    def _appointment(self, card: AppointmentCard, locale: str) -> Data:
        local = card.starts_at.astimezone(self._zone)
        same_day = card.ends_at is not None and timedelta(0) < card.ends_at - card.starts_at < _FAR
        was = None
        if card.was is not None:
            day = short_day_text(card.was.astimezone(self._zone).date(), locale)
            was = {"day": day, "time": time_text(card.was, self._zone)}
        bring = [pictogram(icon) for icon in card.bring]
        return {
            "picture": pictogram(KIND_ICONS[card.kind]) or _UNKNOWN,
            "name": self._name(card.kind, locale),
            "day": self._leaf(local.date(), locale),
            "time": {
                "text": time_text(card.starts_at, self._zone),
                "until": time_text(card.ends_at, self._zone) if same_day and card.ends_at is not None else "",
                "hour_hand": (local.hour % 12 + local.minute / 60) / 12,
                "minute_hand": local.minute / 60,
            },
            "part": {
                "picture": _PARTS[local.hour // 6],
                "word": self._theirs(card.starts_at, locale) or part_of_day(card.starts_at, self._zone, locale),
            },
            "place": _short(card.place, _LONGEST_PLACE),
            "online": card.online,
            "with": _short(card.with_whom, _LONGEST_NAME),
            "bring": [name for name in bring if name is not None],
            "change": card.change.value,
            "confirmed": card.confirmed,
            "was": was,
        }

    def _theirs(self, moment: datetime, locale: str) -> str:
        return ethiopian_time_text(moment, self._zone, locale) if self._ethiopian_clock else ""

    def _name(self, kind: AppointmentKind, locale: str) -> str:
        # The Dutch term in brackets stands in the message.
        return self._renderer.say(kind_text(kind), locale).partition(" (")[0]

    @staticmethod
    def _leaf(day: date, locale: str) -> Data:
        return {
            "weekday": weekday_text(day, locale),
            "number": own_digits(str(day.day), locale),
            "month": month_text(day, locale),
            "other": other_day_text(day, locale),
        }

    def _days(self, card: WeekCard, locale: str) -> list[Data]:
        entries = _in_week(card, self._zone)
        today = card.now.astimezone(self._zone).date()
        shown: list[Data] = []
        for ahead in range(7):
            day = card.first_day + timedelta(days=ahead)
            of_day = [entry for entry in entries if entry.starts_at.astimezone(self._zone).date() == day]
            if not of_day and ahead >= _WORKING_DAYS:
                continue
            shown.append(
                {
                    "weekday": weekday_text(day, locale),
                    "number": own_digits(str(day.day), locale),
                    "today": day == today,
                    "entries": [
                        {
                            "picture": pictogram(KIND_ICONS[entry.kind]) or _UNKNOWN,
                            "time": time_text(entry.starts_at, self._zone),
                            "theirs": self._theirs(entry.starts_at, locale),
                            "past": entry.starts_at <= card.now,
                            "cancelled": entry.cancelled,
                        }
                        for entry in of_day
                    ],
                }
            )
        return shown

    def _plan(self, card: PlanCard, locale: str) -> Data:
        length = max(1, (card.end - card.start).days)
        following = next((step for step in card.steps if not step.done), None)
        return {
            "gone": min(1.0, max(0.0, (card.today - card.start).days / length)),
            "years": [
                {"at": (day - card.start).days / length, "text": own_digits(str(day.year), locale)}
                for day in _years(card.start, card.end)
            ],
            "steps": [self._step(step, step is following, locale) for step in card.steps[:_MOST_STEPS]],
        }

    @staticmethod
    def _step(step: PlanStep, following: bool, locale: str) -> Data:
        day = "" if step.on is None else f"{short_day_text(step.on, locale)} {own_digits(str(step.on.year), locale)}"
        return {
            "picture": pictogram(step.icon) or _UNKNOWN,
            "label": step.label,
            "day": day,
            "done": step.done,
            "next": following,
            # A bar that is full says no more than the tick.
            "share": None if step.done else step.share,
        }


def _in_week(card: WeekCard, zone: ZoneInfo) -> list[WeekEntry]:
    last = card.first_day + timedelta(days=6)
    inside = [e for e in card.entries if card.first_day <= e.starts_at.astimezone(zone).date() <= last]
    return sorted(inside, key=lambda entry: entry.starts_at)


def _line(entry: WeekEntry) -> Text:
    icon = verbatim("❌" if entry.cancelled else KIND_ICONS[entry.kind])
    return Text("appointment.line", {"icon": icon, "kind": kind_text(entry.kind), "starts_at": entry.starts_at})


def _years(start: date, end: date) -> list[date]:
    """The start, and each year after it up to the end."""
    days = []
    for after in range(end.year - start.year + 1):
        # A road that began on 29 February has its marks on the 28th.
        day = date(start.year + after, start.month, min(start.day, 28) if start.month == 2 else start.day)
        # The term ends on the day before its anniversary: that mark is the end.
        if day <= end + timedelta(days=1):
            days.append(min(day, end))
    return days


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
