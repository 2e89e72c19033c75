"""A link to one group's week, for a school that the configuration names: who cannot come, and who was there.

Whoever holds the link acts as the office that it was given to, for that group and week only, until it ends. They see
names, lessons and from when until when somebody is absent, never a reason; presence that they note is attendance, as
from a list that is imported.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions.acting import Acting, Actor, Proof, Role
from bot.actions.sharing.absence_lists import ANSWERED_WITHIN, BY_MAIL
from bot.telling import sharing as told
from reminders.kinds import Kind
from storage.appointments.appointments import Appointment, LessonGroup, day_bounds
from storage.appointments.calendar import calendar_of
from storage.appointments.intakes import presences
from storage.appointments.not_coming import NotComing, not_coming
from storage.appointments.schedule import people_on
from storage.attendance.attendance import AttendanceChange, OnAttendance
from storage.desk.lesson_links import LessonLink, add_lesson_link, lesson_links_of
from storage.importing.attendance import note_presence
from storage.outbox.message import Outgoing, put
from storage.people.contacts import contact_made_at
from storage.people.people import Person, people_by_id
from storage.vocabulary import AppointmentStatus, Presence

_WEEK: Final = timedelta(days=7)
#: Links are given for this week and so many after it.
WEEKS_AHEAD: Final = 4
#: What a school notes; that an absence is excused is for whoever knows the reason.
NOTED_HERE: Final = (Presence.PRESENT, Presence.LATE, Presence.ABSENT)


class LessonLinkRefused(StrEnum):
    """Why nothing was done."""

    NOT_THEIRS = "not_theirs"  # no such group, link or lesson, or none of theirs: which, is not told
    SWITCHED_OFF = "switched_off"  # no office is named that has links to this group
    NO_OFFICE = "no_office"  # the address that is named is a person's or a consultant's own
    NOT_NOW = "not_now"  # the lesson has not begun, or was too long ago


@dataclass(frozen=True, slots=True)
class GivenLink:
    """A link that was given. With an address in the configuration it was mailed there (`mailed_to`), and whoever gives
    it cannot open it; without one it is theirs to hand on, `address` is shown once and stands nowhere else."""

    link: LessonLink
    address: str = ""
    mailed_to: str = ""


@dataclass(frozen=True, slots=True)
class LinkedLesson:
    """One lesson: who cannot come, and, once it has begun, who was there as far as it is noted."""

    lesson: Appointment
    absent: Sequence[tuple[Person, NotComing]]
    members: Sequence[tuple[Person, Presence | None]]
    can_be_noted: bool


@dataclass(frozen=True, slots=True)
class LinkedWeek:
    """What a link opens."""

    link: LessonLink
    group: LessonGroup
    lessons: Sequence[LinkedLesson]


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def as_office(link: LessonLink, acting: Acting) -> Acting:
    """The same transaction, in the name of the office that a link was given to."""
    return Acting(Actor(Role.OFFICE, Proof.CLAIMED, link.id), acting.session, acting.now, acting.parts, acting.source)


def offices_of(acting: Acting, group: LessonGroup, members: Sequence[Person]) -> list[tuple[str, str]]:
    """Who can be given a link to this group's weeks: municipality (of some member) and name, as configured."""
    places = {person.municipality.casefold() for person in members}
    return [
        (place, name)
        for place, own in acting.parts.municipalities.named()
        if place in places
        for name, office in own.recipient.items()
        if office.link and group.name in office.groups
    ]


async def give_link(
    acting: Acting, group: LessonGroup, members: Sequence[Person], office: str, week: date, opens: str
) -> GivenLink | LessonLinkRefused:
    """A new link for an office to a group's week, an address that begins with `opens`. `members` are those of the group
    for whom whoever acts may act."""
    if not [one for one in members if await acting.may_act_for(one)]:
        return LessonLinkRefused.NOT_THEIRS
    place = next((place for place, name in offices_of(acting, group, members) if name == office), None)
    if place is None:
        return LessonLinkRefused.SWITCHED_OFF
    monday = monday_of(week)
    if not monday_of(acting.today) - _WEEK <= monday <= monday_of(acting.today) + WEEKS_AHEAD * _WEEK:
        return LessonLinkRefused.NOT_NOW
    link, token = await add_lesson_link(
        acting.session,
        acting.parts.keys,
        municipality=place,
        recipient=office,
        group_id=group.id,
        week_on=monday,
        now=acting.now,
        expires_at=day_bounds(monday + _WEEK, acting.zone)[0] + ANSWERED_WITHIN,
    )
    acting.audit("gave_lesson_link", f"lesson_link:{link.id}")
    address = dict(acting.parts.municipalities.named())[place].recipient[office].email
    if address is None or BY_MAIL not in acting.parts.channels:
        acting.audit("showed_lesson_link", f"lesson_link:{link.id}")
        return GivenLink(link, f"{opens}{token}")
    contact = await contact_made_at(acting.session, acting.parts.keys, BY_MAIL, address, acting.now)
    if contact.person_id is not None or contact.consultant_id is not None:
        # An address of somebody's own is no office: nothing is handed on to it.
        await acting.session.delete(link)
        return LessonLinkRefused.NO_OFFICE
    message = Outgoing(
        key=f"lesson_link:{link.id}",
        kind=Kind.SAY,
        due_at=acting.now,
        useful_until=link.expires_at,
        contact_id=contact.id,
        params=told.lesson_link(link, group, f"{opens}{token}").to_json(),
    )
    await put(acting.session, [message], acting.now)
    acting.audit("mailed_lesson_link", f"lesson_link:{link.id}")
    return GivenLink(link, mailed_to=address)


async def links_of(acting: Acting, group: LessonGroup, members: Sequence[Person]) -> list[LessonLink]:
    """The links to a group's weeks that open something now, for the municipalities of these members."""
    places = {one.municipality.casefold() for one in members if await acting.may_act_for(one)}
    return await lesson_links_of(acting.session, group.id, places, acting.now)


async def end_link(
    acting: Acting, group: LessonGroup, members: Sequence[Person], link_id: int
) -> LessonLink | LessonLinkRefused:
    """A link opens nothing any more."""
    link = next((one for one in await links_of(acting, group, members) if one.id == link_id), None)
    if link is None:
        return LessonLinkRefused.NOT_THEIRS
    await acting.session.delete(link)
    acting.audit("ended_lesson_link", f"lesson_link:{link.id}")
    return link


async def open_week(acting: Acting, link: LessonLink) -> LinkedWeek | LessonLinkRefused:
    """What a link shows now; the log says of whom. Nothing where the configuration names the office no more."""
    group = await acting.session.get(LessonGroup, link.group_id)
    if group is None or not _is_switched_on(acting, link, group):
        return LessonLinkRefused.SWITCHED_OFF
    since, until = day_bounds(link.week_on, acting.zone)[0], day_bounds(link.week_on + _WEEK, acting.zone)[0]
    lessons = [
        one
        for one in await calendar_of(acting.session, since, until, group_ids=[group.id])
        if one.status is AppointmentStatus.PLANNED
    ]
    absent = await not_coming(acting.session, since, until, acting.zone, groups=[group.name])
    on = await people_on(acting.session, [(one, one.starts_at) for one in lessons], zone=acting.zone)
    people = {
        number: person
        for number, person in (await people_by_id(acting.session, {who for those in on for who in those})).items()
        if person.municipality.casefold() == link.municipality and person.closed_at is None
    }
    noted = await presences(acting.session, [one.id for one in lessons], list(people))
    shown = [
        LinkedLesson(
            lesson,
            [
                (people[one.person_id], one)
                for one in absent
                if one.appointment_id == lesson.id and one.person_id in people
            ],
            [(people[who], noted.get((lesson.id, who))) for who in sorted(those) if who in people]
            if _begun(acting.now, lesson)
            else [],
            _begun(acting.now, lesson) and lesson.starts_at >= acting.now - ANSWERED_WITHIN,
        )
        for lesson, those in zip(lessons, on, strict=True)
    ]
    told = {person.id for one in shown for person, _ in one.absent}
    for person_id in sorted(told):
        acting.audit("told_absence", f"person:{person_id}")
    return LinkedWeek(link, group, shown)


async def note_list(
    acting: Acting, link: LessonLink, lesson_id: int, said: Mapping[int, Presence], after: OnAttendance
) -> int | LessonLinkRefused:
    """Note who was there; people who are not in the lesson are passed over. How many are other than before.

    `after` hears of what is other, as of a list that was imported.
    """
    week = await open_week(acting, link)
    if isinstance(week, LessonLinkRefused):
        return week
    found = next((one for one in week.lessons if one.lesson.id == lesson_id), None)
    if found is None:
        return LessonLinkRefused.NOT_THEIRS
    if not found.can_be_noted:
        return LessonLinkRefused.NOT_NOW
    touched: set[int] = set()

    async def hours_changed(_session: AsyncSession, person_ids: Collection[int]) -> None:
        touched.update(person_ids)

    changes = []
    for person, _ in found.members:
        presence = said.get(person.id)
        if presence not in NOTED_HERE:
            continue
        if await note_presence(
            acting.session, found.lesson, person.id, presence, acting.zone, acting.now, hours_changed
        ):
            acting.audit("noted_presence", f"person:{person.id}")
            changes.append(AttendanceChange(found.lesson.id, person.id, presence))
    if touched:
        await acting.replan(*sorted(touched))
    if changes:
        await after(acting.session, changes)
    return len(changes)


def _begun(now: datetime, lesson: Appointment) -> bool:
    return lesson.starts_at <= now


def _is_switched_on(acting: Acting, link: LessonLink, group: LessonGroup) -> bool:
    own = dict(acting.parts.municipalities.named()).get(link.municipality)
    office = own.recipient.get(link.recipient) if own is not None else None
    return office is not None and office.link and group.name in office.groups
