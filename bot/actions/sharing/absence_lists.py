"""The day's list of who cannot come, to those whom a municipality's configuration names; and their answer to it.

One list a day for each recipient, before what it is about, to the address that the configuration names. It holds names,
lessons and times, never a reason.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.acting import OPERATOR, Acting, Parts, Role
from bot.configuration.recipients import SharedWith
from reminders.kinds import Kind
from storage.appointments.appointments import Appointment, appointment_by_id, appointment_for, day_bounds
from storage.appointments.not_coming import NotComing, not_coming
from storage.appointments.schedule import group_names
from storage.engine.columns import Json
from storage.importing.attendance import note_presence
from storage.outbox.message import Outgoing, put
from storage.people.contacts import Contact, contact_made_at
from storage.people.people import Person, people_by_id
from storage.vocabulary import AppointmentStatus, Presence, Priority

#: The channel that offices are reached by.
BY_MAIL: Final = "email"
#: So long after a lesson they may still say that somebody was there after all.
ANSWERED_WITHIN: Final = timedelta(days=14)


class NotNoted(StrEnum):
    """Why nothing was noted."""

    NOT_THEIRS = "not_theirs"  # no list of theirs has it: which, is not told
    NOT_YET = "not_yet"  # it has not begun
    TOO_LATE = "too_late"


def absence_lists(parts: Parts, now: Callable[[], datetime]) -> Callable[[AsyncSession], Awaitable[int]]:
    """The job that puts the day's lists into the outbox; where no municipality names anybody it does nothing."""

    async def absence_lists(session: AsyncSession) -> int:
        return await put_lists(Acting(OPERATOR, session, now(), parts))

    return absence_lists


async def put_lists(acting: Acting) -> int:
    """Put today's lists into the outbox whose time has come; how many are new."""
    if BY_MAIL not in acting.parts.channels:
        return 0
    count = 0
    local = acting.now.astimezone(acting.zone)
    for municipality, own in acting.parts.municipalities.named():
        for name, recipient in own.recipient.items():
            if recipient.email is not None and local.time() >= recipient.at:
                count += await _put_list(acting, municipality, name, recipient, recipient.email)
    return count


async def _put_list(acting: Acting, municipality: str, name: str, recipient: SharedWith, address: str) -> int:
    absent = await _absent(acting, municipality, recipient)
    if not absent:
        return 0
    contact = await contact_made_at(acting.session, acting.parts.keys, BY_MAIL, address, acting.now)
    if contact.person_id is not None or contact.consultant_id is not None:
        # An address of somebody's own is no office: nothing is handed on to it.
        return 0
    of = list[Json](sorted({one.person_id for one in absent}))
    which = sha256(f"{municipality}/{name}".encode()).hexdigest()[:12]
    message = Outgoing(
        key=f"{Kind.ABSENCE_LIST}:{which}:{acting.today.isoformat()}",
        kind=Kind.ABSENCE_LIST,
        due_at=acting.now,
        useful_until=max(one.starts_at for one in absent),
        contact_id=contact.id,
        params={
            "recipient": name,
            "on": acting.today.isoformat(),
            "groups": list(recipient.groups),
            "kinds": [kind.value for kind in recipient.kinds],
            "of": of,
        },
        priority=Priority.NORMAL,
    )
    new = await put(acting.session, [message], acting.now)
    for person_id in sorted({one.person_id for one in absent}) if new else ():
        # In the person's own copy: who was told, of which day.
        acting.audit("told_absence", f"person:{person_id}")
    return len(new)


async def _absent(acting: Acting, municipality: str, recipient: SharedWith) -> list[NotComing]:
    """Who of this municipality does not come to what still begins today."""
    until = day_bounds(acting.today, acting.zone)[1]
    found = await not_coming(
        acting.session, acting.now, until, acting.zone, groups=recipient.groups, kinds=recipient.kinds
    )
    people = await people_by_id(acting.session, {one.person_id for one in found})
    return [one for one in found if people[one.person_id].municipality.casefold() == municipality]


async def note_was_there(
    acting: Acting, contact: Contact, appointment_id: int, person_id: int
) -> tuple[Person, Appointment] | NotNoted:
    """A recipient says that somebody was there after all: that is attendance, and hours count.

    Only from the address of a recipient who hears of this person and appointment.
    """
    person = await acting.session.get(Person, person_id)
    appointment = await appointment_by_id(acting.session, appointment_id)
    if acting.by.role is not Role.STRANGER or person is None or appointment is None:
        return NotNoted.NOT_THEIRS
    if not await _hears(acting, contact, person, appointment):
        return NotNoted.NOT_THEIRS
    if appointment.starts_at > acting.now:
        return NotNoted.NOT_YET
    if appointment.starts_at < acting.now - ANSWERED_WITHIN:
        return NotNoted.TOO_LATE

    async def hours_changed(session: AsyncSession, person_ids: object) -> None:
        await acting.parts.replan(session, [person.id])

    await note_presence(
        acting.session, appointment, person.id, Presence.PRESENT, acting.zone, acting.now, hours_changed
    )
    acting.audit("noted_presence", f"person:{person.id}")
    return person, appointment


async def _hears(acting: Acting, contact: Contact, person: Person, appointment: Appointment) -> bool:
    if appointment.status is not AppointmentStatus.PLANNED or contact.channel != BY_MAIL:
        return False
    if await appointment_for(acting.session, person.id, appointment.id, zone=acting.zone) is None:
        return False
    group = (await group_names(acting.session, [appointment.group_id])).get(appointment.group_id or 0)
    recipients = acting.parts.municipalities.of(person.municipality).recipient.values()
    return any(
        (one.email or "").casefold() == contact.address.casefold()
        and (group in one.groups if group is not None else appointment.kind in one.kinds)
        for one in recipients
    )
