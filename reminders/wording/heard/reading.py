"""What Maatje made of a person's words, said to the consultant in their own language: a reading, and no translation."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from locales.rendering.message import Part, Text
from storage.engine.columns import Json

#: The acts that have words of their own; anything else is not sure.
_ACTS: Final = frozenset({"absence", "late", "coming", "reschedule", "courtesy", "yes", "no", "stop", "human"})


def reading_parts(reading: Mapping[str, Json] | None) -> list[Part]:
    """One line that says what Maatje read; nothing where nothing was read."""
    if not reading:
        return []
    return [Part(Text("understood.line", {"what": reading_text(reading)}))]


def reading_text(reading: Mapping[str, Json]) -> Text:
    """What was read, in a few words: "absence report: child ill, tomorrow"."""
    head = _act(reading)
    for more in _details(reading):
        head = Text("understood.and", {"first": head, "second": more})
    return head


def _act(reading: Mapping[str, Json]) -> Text:
    act = reading.get("act")
    if act == "urgent":
        return Text("understood.urgent", {"need": Text(f"understood.need.{reading.get('need', 'emergency')}")})
    if act == "question" and isinstance(reading.get("topic"), str):
        return Text("understood.question", {"topic": Text(f"faq.question.{reading['topic']}")})
    return Text(f"understood.{act}" if act in _ACTS else "understood.unclear")


def _details(reading: Mapping[str, Json]) -> Iterator[Text]:
    if isinstance(reading.get("reason"), str):
        yield Text(f"reason.{reading['reason']}")
    if isinstance(minutes := reading.get("minutes"), int):
        yield Text("understood.minutes", {"minutes": minutes})
    first, last = _day(reading.get("from")), _day(reading.get("until"))
    if first is not None and last is not None and first != last:
        yield Text("understood.days", {"first": first, "last": last})
    elif first is not None:
        yield Text("understood.on" if last is not None else "understood.since", {"on": first})


def _day(value: Json) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
