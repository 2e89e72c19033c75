"""What follows a cry for help until somebody has seen it: shown again, passed to who stands in, and to the duty number.

As after an absence report the messages stand in the outbox from the beginning and are composed from what is true when
they are due: what was seen is not shown again.
"""

from collections.abc import Container
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from reminders.kinds import CALL_DUTY, Kind
from reminders.working_time import working_time_after
from storage.outbox.message import Outgoing
from storage.people.people import Consultant
from storage.people.relayed import Letter
from storage.vocabulary import Priority

AGAIN_AFTER: Final = timedelta(minutes=10)
PASSED_AFTER: Final = timedelta(minutes=20)


def chase_cry(
    letter: Letter,
    told: Consultant | None,
    duty: int | str | None,
    now: datetime,
    zone: ZoneInfo,
    holidays: Container[date] = frozenset(),
) -> list[Outgoing]:
    """The messages that follow a cry.

    In working hours it is shown again after ten minutes, and goes after twenty to who stands in and to the
    municipality's duty number. Outside them, and where no consultant is known, it goes to both at once, and is shown
    again to the consultant when work begins. `duty` is the contact by which the duty number is written to; a number,
    where it cannot be: then whoever hears of the cry is asked to call it; None where the municipality has none.
    """
    begins = working_time_after(now, timedelta(), zone, holidays)
    at_work = told is not None and begins <= now
    passed = now + PASSED_AFTER if at_work else now
    found = [_about(letter, Kind.CRY_DUTY, passed, contact_id=duty)] if isinstance(duty, int) else []
    call = duty if isinstance(duty, str) else None
    if told is None:
        return found
    stand_in = told.stand_in_id if told.stand_in_id != told.id else None
    first = now + AGAIN_AFTER if at_work else begins
    found.append(_about(letter, Kind.CRY_AGAIN, first, consultant_id=told.id, call=call))
    if stand_in is not None:
        letter.passed_to_id, letter.passed_at = stand_in, passed
        found.append(_about(letter, Kind.CRY_PASSED, passed, consultant_id=stand_in, call=call))
    else:
        again = now + PASSED_AFTER if at_work else begins + AGAIN_AFTER
        found.append(_about(letter, Kind.CRY_AGAIN, again, consultant_id=told.id, call=call, turn=2))
    return found


def _about(
    letter: Letter,
    kind: Kind,
    due_at: datetime,
    *,
    consultant_id: int | None = None,
    contact_id: int | None = None,
    call: str | None = None,
    turn: int = 1,
) -> Outgoing:
    return Outgoing(
        key=f"{kind}:{letter.id}:{turn}",
        kind=kind,
        due_at=due_at,
        params={"letter_id": letter.id, **({CALL_DUTY: call} if call is not None else {})},
        consultant_id=consultant_id,
        contact_id=contact_id,
        about_id=letter.person_id,
        priority=Priority.URGENT,
    )
