"""The facts about missed appointments as text and as JSON. Facts only: no judgement, no word of what may follow."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from locales.rendering.languages import SOURCE
from locales.rendering.message import Text, Value, verbatim
from locales.rendering.render import Renderer
from reminders.kinds import Kind
from storage.attendance.facts import MessageFact, MissedFact

# What is sent to a person about one appointment.
_KINDS: Final = (Kind.REMINDER, Kind.CLASSES, Kind.OVERVIEW, Kind.CONFIRM_AGAIN, Kind.CHANGE, Kind.MISSED)


def facts_as_json(person: str, facts: Sequence[MissedFact], first: date | None, last: date, *, zone: ZoneInfo) -> str:
    """One JSON document; times are local, with their offset. `person` is the municipality's own id."""
    return json.dumps(
        {
            "person": person,
            "from": first.isoformat() if first is not None else None,
            "until": last.isoformat(),
            "facts": [_as_json(fact, zone) for fact in facts],
        },
        ensure_ascii=False,
        indent=2,
    )


def facts_as_text(
    person: str,
    facts: Sequence[MissedFact],
    first: date | None,
    last: date,
    *,
    zone: ZoneInfo,
    renderer: Renderer,
    locale: str,
) -> str:
    """Plain text to paste into a file: a paragraph an appointment, times local, in Dutch or English."""
    words = _Words(renderer, locale, zone)
    key = "facts.span_from" if first is not None else "facts.span_until"
    span = words(key, first=words.day(first or last), last=words.day(last))
    head = words("facts.title", person=person, span=span)
    if not facts:
        return f"{head}\n\n{words('facts.none')}"
    return "\n\n".join([head, *(_as_text(fact, words) for fact in facts)])


@dataclass(frozen=True, slots=True)
class _Words:
    """Says things in one language. Dates are numbers, as in a file; Dutch ones with the day first."""

    renderer: Renderer
    locale: str
    zone: ZoneInfo

    def __call__(self, key: str, **params: Value) -> str:
        return self.renderer.say(Text(key, {name: _as_it_is(value) for name, value in params.items()}), self.locale)

    def day(self, day: date) -> str:
        return f"{day:%d-%m-%Y}" if self.locale == SOURCE else day.isoformat()

    def moment(self, moment: datetime | None) -> str:
        if moment is None:
            return self("facts.unknown_time")
        local = moment.astimezone(self.zone)
        return f"{self.day(local.date())} {local:%H:%M}"


def _as_it_is(value: Value) -> Value:
    return verbatim(value) if isinstance(value, str) else value


def _as_text(fact: MissedFact, words: _Words) -> str:
    row = fact.attended
    start = row.starts_at.astimezone(words.zone)
    time = f"{start:%H:%M}" + (f"-{row.ends_at.astimezone(words.zone):%H:%M}" if row.ends_at is not None else "")
    where = [part for part in (row.group, row.provider) if part]
    presence = words(f"facts.presence.{row.presence.value}")
    lines = [
        words("facts.list", presence=presence)
        if fact.minutes_listed is None
        else words("facts.list_minutes", presence=presence, minutes=str(fact.minutes_listed)),
        *(
            words(
                "facts.report",
                at=words.moment(report.reported_at),
                reason=words(f"facts.reason.{report.reason.value if report.reason is not None else 'none'}"),
            )
            for report in fact.reports
        ),
        *([words("facts.report_none")] if not fact.reports else []),
        *(_message(message, words) for message in fact.messages),
        *([words("facts.message_none")] if not fact.messages else []),
        words("facts.answer_none")
        if fact.answer is None
        else words(
            "facts.answer", answer=words(f"facts.answer.{fact.answer.value}"), at=words.moment(fact.answered_at)
        ),
    ]
    head = " · ".join([f"{words.day(start.date())} {time}", words(f"kind.{row.kind.value}"), *where])
    return "\n".join([head, *(f"  {line}" for line in lines)])


def _message(message: MessageFact, words: _Words) -> str:
    times = {"sent": message.sent_at, "delivered": message.delivered_at, "read": message.read_at}
    known = [words(f"facts.state.{name}", at=words.moment(at)) for name, at in times.items() if at is not None]
    states = ", ".join(known or [words(f"facts.state.{message.state.value}", at="")])
    kind = message.kind if message.kind in _KINDS else "other"
    return words("facts.message", kind=words(f"facts.kind.{kind}"), states=states)


def _as_json(fact: MissedFact, zone: ZoneInfo) -> dict[str, object]:
    row = fact.attended
    start = row.starts_at.astimezone(zone)
    return {
        "appointment": fact.appointment_external_id,
        "date": start.date().isoformat(),
        "starts_at": start.isoformat(),
        "ends_at": _iso(row.ends_at, zone),
        "kind": row.kind.value,
        "group": row.group,
        "provider": row.provider,
        "presence": row.presence.value,
        "minutes": fact.minutes_listed,
        "reports": [
            {
                "reported_at": _iso(report.reported_at, zone),
                "reason": report.reason.value if report.reason is not None else None,
            }
            for report in fact.reports
        ],
        "messages": [
            {
                "kind": message.kind,
                "state": message.state.value,
                "channel": message.channel,
                "sent_at": _iso(message.sent_at, zone),
                "delivered_at": _iso(message.delivered_at, zone),
                "read_at": _iso(message.read_at, zone),
            }
            for message in fact.messages
        ],
        "answer": fact.answer.value if fact.answer is not None else None,
        "answered_at": _iso(fact.answered_at, zone),
    }


def _iso(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat() if moment is not None else None
