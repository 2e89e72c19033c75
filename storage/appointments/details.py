"""What can be said of an appointment: by whoever makes or changes one, and as the words of a source that are kept."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from operator import attrgetter
from typing import Final

from storage.engine.columns import Json
from storage.vocabulary import AppointmentKind, AppointmentStatus


@dataclass(frozen=True, slots=True)
class Details:
    """What can be said of an appointment; instants are UTC."""

    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime | None = None
    location: str | None = None
    online_url: str | None = None
    with_whom: str | None = None
    note: str | None = None
    mandatory: bool = True
    status: AppointmentStatus = AppointmentStatus.PLANNED


_IN_ORDER: Final = tuple(field.name for field in fields(Details))
_said: Final = attrgetter(*_IN_ORDER)
FIELDS: Final = frozenset(_IN_ORDER)
#: A change of one of these is told to people; the others show when the appointment is next looked at.
TOLD: Final = frozenset({"starts_at", "location", "online_url", "status"})


def values_of(details: Details) -> dict[str, object]:
    """By field."""
    return dict(zip(_IN_ORDER, _said(details), strict=True))


def words_said(details: Details, named: Collection[str]) -> dict[str, Json]:
    """The fields that are named, as a source's word keeps them."""
    return {name: word_of(value) for name, value in zip(_IN_ORDER, _said(details), strict=True) if name in named}


def word_of(value: object) -> Json:
    """A field's value as a source's word keeps it."""
    if value is None or type(value) is str or type(value) is bool:
        return value
    if isinstance(value, datetime):
        return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"a word is a text, an instant or yes or no, not {type(value).__name__}")
