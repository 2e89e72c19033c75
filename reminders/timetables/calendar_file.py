"""An appointment as an .ics file: new, changed or cancelled; its texts come in as finished strings.

Times are written in UTC, which every calendar program shows in its owner's zone: a single appointment needs no
VTIMEZONE. A change has the same UID and a higher SEQUENCE, and replaces the entry in the person's calendar.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText

MEDIA_TYPE = "text/calendar; charset=utf-8"
_PRODUCT = "-//Maatje//Maatje//NL"
# What no TEXT value may hold (RFC 5545, 3.3.11); the direction marks of our renderer are no control characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ADDRESS = re.compile(r"[^\s@,;:\"<>]+@[^\s@,;:\"<>]+")


class Method(StrEnum):
    """What the file asks of a calendar (RFC 5546)."""

    # A file that is fetched, new or changed: it is added or replaces its older self, nobody has to answer.
    PUBLISH = "PUBLISH"
    # An invitation by e-mail: needs an organizer and an attendee.
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Party:
    """An organizer or attendee."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One appointment. `uid` never changes; `version` is the appointment's, and counts up with every change."""

    uid: str
    version: int
    starts_at: datetime
    ends_at: datetime | None
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    organizer: Party | None = None
    attendee: Party | None = None


def calendar_file(entry: CalendarEntry, *, method: Method = Method.PUBLISH, made_at: datetime) -> bytes:
    """The .ics file of an entry, UTF-8 with CRLF line ends.

    `made_at` (an instant) is its DTSTAMP. The same values give the same bytes.

    Raises:
        ValueError: when a time has no zone, the end is not after the start, the uid is empty, an address is none, or an
            invitation has no organizer or attendee.
    """
    _check(entry, method, made_at)
    calendar = Calendar()
    calendar.add("PRODID", _PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method.value)
    event = Event()
    event.add("UID", _clean(entry.uid))
    event.add("SEQUENCE", entry.version)
    event.add("DTSTAMP", made_at.astimezone(UTC))
    event.add("LAST-MODIFIED", made_at.astimezone(UTC))
    event.add("DTSTART", entry.starts_at.astimezone(UTC))
    if entry.ends_at is not None:
        event.add("DTEND", entry.ends_at.astimezone(UTC))
    event.add("SUMMARY", _clean(entry.summary))
    for name, value in (("LOCATION", entry.location), ("DESCRIPTION", entry.description)):
        if value:
            event.add(name, _clean(value))
    if entry.url:
        event.add("URL", _clean(entry.url).replace("\n", ""))
    event.add("STATUS", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if method is Method.CANCEL else "OPAQUE")
    if entry.organizer is not None:
        event.add("ORGANIZER", _address(entry.organizer))
    if entry.attendee is not None:
        attendee = _address(entry.attendee)
        if method is Method.REQUEST:
            attendee.params["RSVP"] = vText("TRUE")
        event.add("ATTENDEE", attendee)
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _check(entry: CalendarEntry, method: Method, made_at: datetime) -> None:
    if any(moment is not None and moment.tzinfo is None for moment in (entry.starts_at, entry.ends_at, made_at)):
        raise ValueError("an instant needs a zone")
    if entry.ends_at is not None and entry.ends_at <= entry.starts_at:
        raise ValueError("an appointment ends after it starts")
    if not entry.uid.strip():
        raise ValueError("an entry needs a uid, or a change could not find it")
    if method is Method.REQUEST and (entry.organizer is None or entry.attendee is None):
        raise ValueError("an invitation needs an organizer and an attendee")
    for party in (entry.organizer, entry.attendee):
        if party is not None and _ADDRESS.fullmatch(party.email) is None:
            raise ValueError("an organizer or attendee needs an e-mail address")


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.email}")
    if party.name:
        # A parameter cannot hold quotation marks or line ends (RFC 5545, 3.2).
        address.params["CN"] = vText(re.sub(r'["\n]', " ", _clean(party.name)))
    return address


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
