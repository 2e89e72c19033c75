"""The rule sets of DOMAIN.md read a second time, apart from the program: days are counted one by one.

Nothing here is imported from the code under test. A period of months is walked month by month with day numbers from a
plain table, so that a fault in calendar arithmetic would have to be made twice, in two ways.
"""

from datetime import date, timedelta

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY = timedelta(days=1)


def same_day_after(start: date, months: int) -> date:
    """The same day so many months later, or the last day that month has."""
    year, month = start.year, start.month
    for _ in range(months):
        month += 1
        if month > 12:
            year, month = year + 1, 1
    longest = _LENGTHS[month - 1]
    if month == 2 and (year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)):
        longest = 29
    return date(year, month, min(start.day, longest))


def last_day_of(start: date | None, months: int) -> str | None:
    """The last day of a period that starts on `start`: N months, that day included."""
    return None if start is None else (same_day_after(start, months) - _DAY).isoformat()


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _weeks_after(day: date, weeks: int) -> date:
    for _ in range(weeks * 7):
        day += _DAY
    return day


def read(given: dict[str, date | str], rules: str) -> dict[str, str | None]:
    """Every term for what is given, by the names of the command line (`brp-date`, `route` …)."""

    def day(name: str) -> date | None:
        value = given.get(name)
        return value if isinstance(value, date) else None

    law = rules == "law"
    registered, notified, intake = day("brp-date"), day("duty-notified-on"), day("intake-date")
    if registered is None:
        due = None
    elif law and notified is not None and notified > registered:
        due = _weeks_after(notified, 10)
    else:
        due = _weeks_after(registered, 10)
    own = None if intake is None else _weeks_after(intake, 4)
    if own is not None and due is not None and own > due:
        own = due
    signed, dated = day("signed-on"), day("dated-on")
    trigger = dated if law and dated is not None else signed
    start = None if trigger is None else trigger + _DAY
    extended = day("extended-until")
    asylum, route = given.get("group") == "asylum", given.get("route")
    housed = day("housed-on")
    switch = None if law and route == "education" else last_day_of(start, 18)
    slower = None if law or route != "b1" or start is None else same_day_after(start, 18)
    school = None if law or route != "education" else last_day_of(day("bridging-start"), 36)
    return {
        "pip_due": _iso(due),
        "pip_due_hbel": _iso(own),
        "term_start": _iso(start),
        "term_end": _iso(extended) if law and extended is not None else last_day_of(start, 36),
        "guidance_end": last_day_of(start, 42),
        "route_switch_until": switch,
        "scale_down_from": _iso(slower),
        "first_year_contacts_by": last_day_of(start, 12),
        "relief_end": last_day_of(day("relief-start"), 6) if asylum else None,
        "education_max_end": school,
        "self_reliance_goal": _iso(same_day_after(housed, 24)) if asylum and housed is not None else None,
    }
