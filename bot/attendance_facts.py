"""The facts about missed appointments as text and as JSON. Facts only: no judgement, no word of what may follow."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from storage.attendance_facts import MessageFact, MissedFact


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


def facts_as_text(person: str, facts: Sequence[MissedFact], first: date | None, last: date, *, zone: ZoneInfo) -> str:
    """Plain text to paste into a file: a paragraph an appointment, times local."""
    span = f"{first} until {last}" if first is not None else f"until {last}"
    head = f"Facts about attendance of {person}, {span}"
    if not facts:
        return f"{head}\n\nNo missed or late appointment is on a list."
    return "\n\n".join([head, *(_as_text(fact, zone) for fact in facts)])


def _as_text(fact: MissedFact, zone: ZoneInfo) -> str:
    row = fact.attended
    start = row.starts_at.astimezone(zone)
    time = f"{start:%H:%M}" + (f"-{row.ends_at.astimezone(zone):%H:%M}" if row.ends_at is not None else "")
    where = [part for part in (row.group, row.provider) if part]
    minutes = f", {fact.minutes_listed} minutes" if fact.minutes_listed is not None else ""
    answer = "none"
    if fact.answer is not None:
        answer = f"{_words(fact.answer)}, {_moment(fact.answered_at, zone)}"
    lines = [
        " · ".join([f"{start:%Y-%m-%d} {time}", _words(row.kind), *where]),
        f"  List: {row.presence.value}{minutes}",
        *(
            f"  Report: sent {_moment(report.reported_at, zone)}, reason: "
            f"{_words(report.reason) if report.reason is not None else 'none given'}"
            for report in fact.reports
        ),
        *(["  Report: none"] if not fact.reports else []),
        *(f"  Message: {_message(message, zone)}" for message in fact.messages),
        *(["  Message: none about this appointment"] if not fact.messages else []),
        f"  Answer: {answer}",
    ]
    return "\n".join(lines)


def _message(message: MessageFact, zone: ZoneInfo) -> str:
    times = {"sent": message.sent_at, "delivered": message.delivered_at, "read": message.read_at}
    known = [f"{name} {_moment(at, zone)}" for name, at in times.items() if at is not None]
    return ", ".join([_words(message.kind), *(known or [message.state.value])])


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


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment is not None else "at an unknown time"


def _words(value: str) -> str:
    return str(value).replace("_", " ")
