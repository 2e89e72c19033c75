"""Puts importers together with what storage does not know: languages, wall time, holidays, and who tells people."""

from collections.abc import Awaitable, Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy.ext.asyncio import AsyncSession

from bot.configuration.municipality import Municipalities
from bot.configuration.settings import Settings
from locales.rendering.languages import find_language
from reminders.local_time import QuietHours, is_night, to_instant, to_wall
from reminders.planning.after_attendance import AfterAttendance
from reminders.planning.planner import HORIZON, Planner
from reminders.policies.due_times import Policies, load_policies
from reminders.stored_terms import stored_facts
from reminders.terms.terms import TermFault, term_faults
from storage.appointments.changes import OnChanges
from storage.engine.keys import KeyRing
from storage.importing.run import Border, LocalTime
from storage.vocabulary import AddressKind


def border_of(settings: Settings, keys: KeyRing, now: datetime) -> Border:
    """What importers need from outside storage."""
    zone = settings.zone

    def local(wall: datetime) -> LocalTime:
        found = to_instant(wall, zone)
        return LocalTime(found.instant, found.oddity)

    def holiday(moment: datetime) -> str | None:
        day = moment.astimezone(zone).date()
        name = _holidays(day.year).get(day)
        return str(name) if name is not None else None

    def night(moment: datetime) -> time | None:
        at = to_wall(moment, zone).time()
        return at if is_night(at) else None

    return Border(now=now, keys=keys, find_language=find_language, to_instant=local, holiday=holiday, night=night)


@lru_cache(maxsize=16)
def _holidays(year: int) -> holidays.HolidayBase:
    # Good Friday and 5 May are "optional" there, and official days all the same (Algemene termijnenwet, 3).
    return holidays.country_holidays("NL", years=year, language="nl", categories=("public", "optional"))


def public_holidays() -> holidays.HolidayBase:
    """Dutch public holidays; filled year by year as days are asked for."""
    return holidays.country_holidays("NL")


@dataclass(frozen=True, slots=True)
class ActionParts:
    """What actions need where no service runs: the command line. See bot.actions.acting.Parts."""

    zone: ZoneInfo
    holidays: Container[date]
    keys: KeyRing
    municipalities: Municipalities
    channels: Mapping[str, AddressKind | None]
    replan: Callable[[AsyncSession, Collection[int]], Awaitable[int]]
    changed: OnChanges


def action_parts(
    settings: Settings, keys: KeyRing, now: Callable[[], datetime], channels: Mapping[str, AddressKind | None]
) -> ActionParts:
    """The parts that a command's actions work with."""
    municipalities = Municipalities.load(settings.config)
    planner = planner_of(settings, now, municipalities)
    return ActionParts(
        zone=settings.zone,
        holidays=public_holidays(),
        keys=keys,
        municipalities=municipalities,
        channels=channels,
        replan=planner.plan_people,
        changed=planner.on_changes,
    )


def after_attendance(settings: Settings, now: Callable[[], datetime]) -> AfterAttendance:
    """What follows from an attendance list: "we missed you", and "plan a talk"."""
    known = Municipalities.load(settings.config)
    planner = planner_of(settings, now, known)
    return AfterAttendance(planner, now, settings.zone, lambda municipality: known.of(municipality).talk_rule)


def term_faults_of(
    settings: Settings,
) -> Callable[[AsyncSession, Collection[int]], Awaitable[Mapping[int, Sequence[TermFault]]]]:
    """What looks mistyped of people's plans, beside what is known of the people themselves."""
    known = Municipalities.load(settings.config)

    async def faults_of(session: AsyncSession, person_ids: Collection[int]) -> Mapping[int, Sequence[TermFault]]:
        stored = await stored_facts(session, person_ids)
        return {
            person_id: term_faults(found.facts, known.of(found.municipality).term_rules)
            for person_id, found in stored.items()
        }

    return faults_of


def policies_of(settings: Settings) -> Policies:
    """The reminder policies of the configuration file, or the defaults."""
    return load_policies(settings.config) if settings.config is not None else Policies()


def planner_of(
    settings: Settings,
    now: Callable[[], datetime],
    municipalities: Municipalities | None = None,
    *,
    horizon: timedelta = HORIZON,
) -> Planner:
    """The planner that stores what people must hear; `now` is the clock's."""
    known = municipalities if municipalities is not None else Municipalities.load(settings.config)
    return Planner(
        policies=policies_of(settings),
        quiet_hours=QuietHours.parse(settings.quiet_hours, settings.zone),
        zone=settings.zone,
        now=now,
        term_rules=lambda municipality: known.of(municipality).term_rules,
        holidays=public_holidays(),
        horizon=horizon,
    )
