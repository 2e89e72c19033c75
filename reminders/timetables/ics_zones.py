"""What a TZID of an .ics file means: an IANA name, a Windows name, an offset, or the file's own VTIMEZONE."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from icalendar import Timezone
from icalendar.timezone.tzp import TZP
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from reminders.local_time import AMSTERDAM
from reminders.timetables.ics_lines import IcsBlock

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_WORD = re.compile(r"[A-Za-z]+")
_ZONE_WORD = re.compile(r"([A-Za-z. ]+?) (?:Standard )?Time\b")
# "W. Europe Standard Time 1": a program's second zone of that name.
_NUMBERED = re.compile(r"(.*\D)[ _]\d{1,2}")
# "(UTC+01:00) Amsterdam, Berlin, …", as Windows shows a zone: standard time, with or without summer time.
_SHOWN = re.compile(r"\((?:UTC|GMT)\b[^)]*\).*", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d{1,2})(?:[:.]?([0-5]\d))?(?!\d)")
_PLAIN_OFFSET = re.compile(r"\(?(?:UTC|GMT)? ?[+-]\d{1,2}(?:[:.]?[0-5]\d)?\)?", re.IGNORECASE)
# Windows in other languages names the same zones; CLDR's table has its English names only.
_TRANSLATED = {
    "west-europa (standaardtijd)": "Europe/Amsterdam",
    "west-europa": "Europe/Amsterdam",
    "midden-europese tijd": "Europe/Amsterdam",
    "romance (standaardtijd)": "Europe/Paris",
    "mitteleuropäische zeit": "Europe/Berlin",
    "mitteleuropäische sommerzeit": "Europe/Berlin",
    "europe de l'ouest (heure standard)": "Europe/Paris",
    "central european time": "Europe/Amsterdam",
    "central european summer time": "Europe/Amsterdam",
    "cest": "Europe/Amsterdam",
    "mez": "Europe/Berlin",
    "western/central europe": "Europe/Amsterdam",
    "utc": "UTC",
    "gmt": "UTC",
    "z": "UTC",
}
_REGIONS = ("africa", "america", "asia", "australia", "atlantic")
_MOST_LINES = 200


class UnknownZone(ValueError):
    """No zone of this name is known, nor usable in the file itself."""


class Zones:
    """The zones of one file. `local` is the municipality's: an offset without a name means its wall time."""

    def __init__(self, calendars: IcsBlock, local: tzinfo = AMSTERDAM) -> None:
        self._local = local
        self._embedded: dict[str, IcsBlock] = {}
        for block in calendars.walk("VTIMEZONE"):
            # Some exporters describe a zone under several names; and the name is TEXT here and a parameter where it is
            # used, so only here may its commas be escaped.
            for tzid in block.all("TZID"):
                for name in (tzid.value, tzid.text()):
                    self._embedded.setdefault(name.strip(' "'), block)
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
        name = tzid.strip().removeprefix("TZID=").strip()
        known: tzinfo | None = _known(name.strip("/")) or _known(WINDOWS_TO_OLSON.get(name, ""))
        if known is None and _SHOWN.fullmatch(name):
            known = _by_place(name)
        if known is not None:
            return known
        if name in self._embedded:
            own = _own(self._embedded[name])
            if own is not None:
                return own
        return _by_loose_name(name) or _by_place(name) or self._by_offset(name)

    def _by_offset(self, name: str) -> tzinfo | None:
        """ "GMT +0100 (Standard) / GMT +0200 (Daylight)", "UTC+01:00": our own wall time where the offset is ours."""
        offsets = [
            timedelta(hours=int(hours), minutes=int(minutes or 0)) * (1 if sign == "+" else -1)
            for sign, hours, minutes in _OFFSET.findall(name)
        ]
        ours = [datetime(2026, month, 1, tzinfo=self._local).utcoffset() for month in (1, 7)]
        if offsets and (offsets == ours or (offsets[:1] == ours[:1] and len(offsets) == 1)):
            return self._local
        if len(offsets) == 1 and abs(offsets[0]) <= timedelta(hours=14) and _PLAIN_OFFSET.fullmatch(name):
            return timezone(offsets[0]) if offsets[0] else UTC
        return None


def _by_loose_name(name: str) -> tzinfo | None:
    """An IANA or Windows name, whatever its capitals, number or path in front of it."""
    numbered = _NUMBERED.fullmatch(name)
    for candidate in (name.strip("/"), name if numbered is None else numbered[1]):
        found = _known(_canonical().get(candidate.casefold(), ""))
        if found is not None:
            return found
    # "/vendor/Olson/Name" (RFC 5545, 3.2.19), "tzone://Microsoft/Utc".
    parts = [part for part in name.split("/") if part]
    if "/" not in name or not (name.startswith("/") or "://" in name or len(parts) > 2):
        return None
    tails = ("/".join(parts[start:]) for start in range(1, len(parts)))
    return next((zone for tail in tails if (zone := _known(_canonical().get(tail.casefold(), "")))), None)


def _by_place(name: str) -> tzinfo | None:
    """A place or zone that a longer name holds: "(UTC+01:00) Amsterdam, …", "Eastern Time (US and Canada)"."""
    candidates = [f"europe/{word}" for word in _WORD.findall(name)]
    candidates += [f"{word.strip()} standard time" for word in _ZONE_WORD.findall(name)]
    candidates += [f"{region}/{word}" for word in _WORD.findall(name) for region in _REGIONS]
    return next((zone for word in candidates if (zone := _known(_canonical().get(word.casefold(), "")))), None)


@lru_cache(maxsize=1)
def _canonical() -> dict[str, str]:
    """Every known name in small letters, with the IANA name that it means."""
    found = {name.casefold(): name for name in available_timezones()}
    return found | {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()} | _TRANSLATED


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
