"""What a TZID of an .ics file means: an IANA name, a Windows name, or the file's own VTIMEZONE."""

import re
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Timezone
from icalendar.timezone.tzp import TZP
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from reminders.timetables.ics_lines import IcsBlock

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_WORD = re.compile(r"[A-Za-z]+")
_MOST_LINES = 200


class UnknownZone(ValueError):
    """No zone of this name is known, nor usable in the file itself."""


class Zones:
    """The zones of one file."""

    def __init__(self, calendars: IcsBlock) -> None:
        self._embedded: dict[str, IcsBlock] = {}
        for block in calendars.walk("VTIMEZONE"):
            tzid = block.first("TZID")
            if tzid is not None:
                # The name is TEXT here and a parameter where it is used, so only here may its commas be escaped.
                for name in (tzid.value, tzid.text()):
                    self._embedded.setdefault(name.strip(), block)
        self._found: dict[str, tzinfo | None] = {}

    def zone(self, tzid: str) -> tzinfo:
        """The zone of a TZID parameter.

        A well-known name wins from the file's own VTIMEZONE: exporters write shortened rules for it (often this year's
        only), while the name means the zone as it is kept today.

        Raises:
            UnknownZone: when it is neither.
        """
        if tzid not in self._found:
            self._found[tzid] = self._resolve(tzid)
        found = self._found[tzid]
        if found is None:
            raise UnknownZone(tzid)
        return found

    def _resolve(self, tzid: str) -> tzinfo | None:
        name = tzid.strip()
        known = _known(name.strip("/")) or _known(WINDOWS_TO_OLSON.get(name, ""))
        if known is not None:
            return known
        if name in self._embedded:
            own = _own(self._embedded[name])
            if own is not None:
                return own
        # "/vendor/Olson/Name" (RFC 5545, 3.2.19).
        parts = name.strip("/").split("/")
        tails = ["/".join(parts[start:]) for start in range(1, len(parts))] if name.startswith("/") else []
        # "(UTC+01:00) Amsterdam, Berlin, …", "Europe/amsterdam": a place that the name holds.
        tails += [f"Europe/{word.capitalize()}" for word in _WORD.findall(name)]
        return next((zone for zone in map(_known, tails) if zone is not None), None)


def _known(name: str) -> ZoneInfo | None:
    if _NAME.fullmatch(name) is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _own(block: IcsBlock) -> tzinfo | None:
    """The zone that a VTIMEZONE describes; None when it is not usable, or of a kind that only wastes time."""
    lines = ["BEGIN:VTIMEZONE", "TZID:own"]
    for part in block.blocks:
        if part.name not in ("STANDARD", "DAYLIGHT"):
            continue
        lines.append(f"BEGIN:{part.name}")
        for found in part.properties:
            if found.name == "RRULE" and "FREQ=YEARLY" not in found.value.upper():
                return None
            if found.name in ("DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"):
                lines.append(f"{found.name}:{found.value}")
        lines.append(f"END:{part.name}")
    if len(lines) > _MOST_LINES:
        return None
    lines.append("END:VTIMEZONE")
    try:
        component = Timezone.from_ical("\r\n".join(lines))
        if not isinstance(component, Timezone):
            return None
        # A TZP of its own: the library's shared one would remember the zone for the next file.
        zone: tzinfo = component.to_tz(TZP(), lookup_tzid=False)
        # A rule that cannot be worked out shows itself only when it is asked.
        datetime(2026, 7, 1, tzinfo=zone).utcoffset()
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
    return zone
