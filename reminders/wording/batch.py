"""What composing a batch of planned messages needs to know, read in a handful of queries for the whole batch."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.delivery.composing import ClaimedMessage
from reminders.kinds import Kind
from reminders.own_dates import own_dates
from reminders.stored_terms import StoredFacts, stored_facts
from storage.appointments.absence_reports import is_same_day
from storage.appointments.appointments import day_bounds
from storage.appointments.intakes import intake_places, next_appointments, presences
from storage.appointments.report_stands import ReportStands, reports_standing
from storage.appointments.schedule import (
    Member,
    ScheduledAppointment,
    Slot,
    answers_to,
    appointment_rows,
    is_for,
    members_of,
    schedules_of,
)
from storage.attention.contact_moments import contacts_of
from storage.outbox.heard import HeardOf, ToldOf, heard_by
from storage.outbox.losses import LostDate, LostOf, lost_dates_of, lost_of
from storage.outbox.message import params_sent
from storage.outbox.planning import being_told, said_about, times_told
from storage.people.people import Person, consultant_names, people_by_id
from storage.people.phone_tasks import PhoneTask, open_tasks
from storage.vocabulary import Answer, AppointmentKind, AppointmentStatus, Presence, Told

_SHOWS_PERSON = frozenset({Kind.UNCONFIRMED, Kind.OVERLAP, Kind.UNDELIVERED, Kind.CONFLICT, Kind.REPORT_STANDS})
_ABOUT_TERMS = frozenset({Kind.MILESTONE, Kind.TERM_CORRECTION})
_ASKS = (Kind.CHANGE, Kind.REMINDER, Kind.CONFIRM_AGAIN)
_REMINDS = (Kind.REMINDER, Kind.CONFIRM_AGAIN)
_TELLS = frozenset({Kind.CHANGE, Kind.REMINDER, Kind.CONFIRM_AGAIN})


@dataclass(frozen=True, slots=True)
class Batch:
    """The appointments, answers, people and terms that a batch of rows is about."""

    now: datetime
    # The local day of `now`.
    today: date
    zone: ZoneInfo
    appointments: Mapping[int, ScheduledAppointment]
    answers: Mapping[tuple[int, int], tuple[Answer | None, datetime | None]]
    # What was heard until now, by (person, appointment), and the memberships of people who hear of classes.
    heard: Mapping[tuple[int, int], HeardOf]
    members: Sequence[Member]
    schedules: Mapping[int, Sequence[Slot]]
    people: Mapping[int, Person]
    terms: Mapping[int, StoredFacts]
    moments: Mapping[int, Sequence[datetime]]
    # By which rules (TermRules.mark) a date was told that is corrected now, by (person, term, date).
    told_by: Mapping[tuple[int, str, date], str]
    # How often a person was asked about an appointment, by (appointment, person).
    asked: Mapping[tuple[int, int], int]
    # Whom a message that asks is about to go to, likewise, and whether it is being sent at this very moment.
    being_asked: Mapping[tuple[int, int], bool]
    # What people whom messages did not reach must still hear, and the open telephone task, by person.
    lost: Mapping[int, Sequence[LostOf]]
    lost_dates: Mapping[int, Sequence[LostDate]]
    tasks: Mapping[int, PhoneTask]
    # Which of a person's intake meetings an appointment is, by its id; and of meetings that are over who was there, and
    # what comes next, by (appointment, person) and by person.
    intakes: Mapping[int, int]
    presences: Mapping[tuple[int, int], Presence]
    next_ones: Mapping[int, int]
    # How it stands with what people reported, of whom consultants are told, by (person, appointment).
    reports: Mapping[tuple[int, int], ReportStands]
    # The names of the consultants of people who are reminded, by person.
    consultants: Mapping[int, str]

    def answer(self, appointment: ScheduledAppointment, person_id: int) -> Answer | None:
        """What was answered, at whatever hour and place it is now: a meeting on another day is asked anew."""
        answer, answered_for = self.answers.get((appointment.id, person_id), (None, None))
        is_held = answered_for is not None and is_same_day(answered_for, appointment.starts_at, self.zone)
        return answer if is_held else None

    def answer_before(self, appointment: ScheduledAppointment, person_id: int) -> tuple[Answer, datetime] | None:
        """What was answered when it was on another day, and when that was; None when nothing was."""
        answer, answered_for = self.answers.get((appointment.id, person_id), (None, None))
        if answer is None or answered_for is None or self.answer(appointment, person_id) is not None:
            return None
        return answer, answered_for

    def takes_place(self, appointment: ScheduledAppointment, person_id: int) -> bool:
        """Whether it does, for this person: a class does for the group's members of that day."""
        return appointment.status is AppointmentStatus.PLANNED and is_for(
            person_id, appointment.person_id, appointment.group_id, appointment.starts_at, self.members, self.zone
        )

    def told(
        self,
        appointment: ScheduledAppointment,
        person_id: int,
        *,
        takes_place: bool = True,
        asked: bool = False,
        how: Told = Told.MESSAGE,
    ) -> ToldOf:
        """That a message tells a person of this appointment as it is now."""
        return ToldOf(
            person_id,
            appointment.id,
            appointment.version,
            appointment.starts_at,
            appointment.location_token,
            appointment.online_url_token,
            takes_place,
            asked,
            how,
        )

    def day(self, instant: datetime) -> date:
        """The local day."""
        return instant.astimezone(self.zone).date()

    def on_days(self, person_id: int, first: date, days: int) -> list[ScheduledAppointment]:
        """A person's planned appointments of these local days, by time."""
        start = day_bounds(first, self.zone)[0]
        end = day_bounds(first + timedelta(days=days - 1), self.zone)[1]
        slots = self.schedules.get(person_id, ())
        return [self.appointments[s.id] for s in slots if start <= s.starts_at < end and s.id in self.appointments]


def person_of(row: ClaimedMessage) -> int | None:
    """Whom a message is about: its reader, or for a consultant's message the person in it."""
    if row.person_id is not None:
        return row.person_id
    about = row.params.get("person_id")
    return about if isinstance(about, int) else None


def monday_of(row: ClaimedMessage) -> date | None:
    """The first day that an overview tells: a Monday, unless a municipality sends it on another day than Sunday."""
    monday = row.params.get("monday")
    return date.fromisoformat(monday) if isinstance(monday, str) else None


def more_of(row: ClaimedMessage) -> list[int]:
    """The appointments that a message counts ("and 12 more") without naming them."""
    more = row.params.get("more")
    return [one for one in more if isinstance(one, int)] if isinstance(more, list) else []


async def read_batch(session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime, zone: ZoneInfo) -> Batch:
    """Everything about these rows."""
    by_kind: defaultdict[str, list[ClaimedMessage]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)

    def of(kinds: Collection[Kind]) -> list[ClaimedMessage]:
        return [row for kind in kinds for row in by_kind.get(kind, ())]

    unreached = _people(of((Kind.UNDELIVERED,)))
    lost = await lost_of(session, unreached, now, zone)
    wanted = {row.appointment_id for row in rows if row.appointment_id is not None}
    wanted.update(other for row in rows if isinstance(other := row.params.get("other"), int))
    wanted.update(one for row in of((Kind.CHANGE,)) for one in more_of(row))
    appointments = await appointment_rows(session, wanted)
    schedules = await _schedules(session, of((Kind.CLASSES, Kind.OVERVIEW)), appointments, zone)
    after = _people(of((Kind.NEXT,)))
    next_ones = await next_appointments(session, after, now) if after else {}
    more = set(next_ones.values()) | {slot.id for slots in schedules.values() for slot in slots}
    appointments.update(await appointment_rows(session, more - appointments.keys()))
    intakes = {a.person_id for a in appointments.values() if a.kind is AppointmentKind.INTAKE_MEETING}
    people = _people(rows)
    terms_of = _people(of(_ABOUT_TERMS))
    shown = _people(of(_SHOWS_PERSON))
    unconfirmed = [row.appointment_id for row in of((Kind.UNCONFIRMED,)) if row.appointment_id is not None]
    told = {row.person_id for row in of(_TELLS) if row.person_id is not None}
    changed = {row.person_id for row in of((Kind.CHANGE,)) if row.person_id is not None}
    to_consultants = _people([row for row in rows if row.consultant_id is not None])
    reports = await reports_standing(session, _people(of((Kind.REPORT_STANDS,))), now, zone)
    return Batch(
        now=now,
        today=now.astimezone(zone).date(),
        zone=zone,
        appointments=appointments,
        answers=await answers_to(session, appointments, people),
        # A reminder says what they heard otherwise; a change compares all that they heard.
        heard=await heard_by(session, told, appointment_ids=appointments, only_other=not changed) if told else {},
        members=await members_of(session, person_ids=changed) if changed else (),
        schedules=schedules,
        people=await people_by_id(session, shown | (terms_of & to_consultants)),
        terms=await stored_facts(session, terms_of) if terms_of else {},
        moments=await contacts_of(session, terms_of, now),
        told_by=await _told_by(session, _people(of((Kind.TERM_CORRECTION,)))),
        lost=lost,
        lost_dates=await lost_dates_of(session, unreached, _ABOUT_TERMS, now),
        tasks=await open_tasks(session, unreached) if unreached else {},
        intakes=await intake_places(session, {one for one in intakes if one is not None}),
        presences=await presences(session, appointments, after) if after else {},
        next_ones=next_ones,
        reports={(one.person_id, one.appointment_id): one for one in reports},
        consultants=await consultant_names(session, _people(of(_REMINDS))),
        asked=await times_told(session, unconfirmed, _ASKS, zone),
        being_asked=await being_told(session, unconfirmed, _ASKS, now),
    )


def _people(rows: Iterable[ClaimedMessage]) -> set[int]:
    return {person_id for row in rows if (person_id := person_of(row)) is not None}


async def _told_by(session: AsyncSession, corrected: set[int]) -> dict[tuple[int, str, date], str]:
    """By which rules the dates were told that are corrected for these people."""
    if not corrected:
        return {}
    told: dict[tuple[int, str, date], str] = {}
    for params in await params_sent(session, corrected, _ABOUT_TERMS):
        match params:
            case {"person_id": int(person), "about": str(about), "on": str(on), "rules": str(rules)}:
                told[person, about, date.fromisoformat(on)] = rules
    for person, said in (await said_about(session, corrected, (Kind.OWN_DATES,))).items():
        for own in filter(None, (own_dates(one.key) for one in said if not one.lost)):
            told |= {(person, about, on): own.rules for about, on in own.dates.items()}
    return told


async def _schedules(
    session: AsyncSession,
    rows: Sequence[ClaimedMessage],
    appointments: Mapping[int, ScheduledAppointment],
    zone: ZoneInfo,
) -> dict[int, list[Slot]]:
    """The days that messages about whole days and weeks show."""
    people: set[int] = set()
    days: set[date] = set()
    for row in rows:
        if row.person_id is None:
            continue
        first = appointments.get(row.appointment_id or 0)
        if row.kind == Kind.CLASSES and first is not None:
            people.add(row.person_id)
            days.add(first.starts_at.astimezone(zone).date())
        elif row.kind == Kind.OVERVIEW and (monday := monday_of(row)) is not None:
            people.add(row.person_id)
            days.update((monday, monday + timedelta(days=6)))
    if not days:
        return {}
    since, until = day_bounds(min(days), zone)[0], day_bounds(max(days), zone)[1]
    return await schedules_of(session, people, since, until, zone=zone)
