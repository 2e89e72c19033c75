"""What a deployment consists of beneath its service, put together in one place.

The service, every command, the demo, the benchmarks and the tests call `deploy`: what one of them plans by, words by or
lets people do is what all of them do. bot/app.py builds the service on it.
"""

from collections.abc import Awaitable, Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.registry import names, ways
from bot.configuration.border import border_of, public_holidays
from bot.configuration.config_file import Configuration, read_configuration
from bot.configuration.municipality import Municipalities
from bot.configuration.settings import Settings
from reminders.local_time import QuietHours
from reminders.planning.after_attendance import AfterAttendance
from reminders.planning.planner import HORIZON, Planner
from reminders.progress.after_changes import AfterChanges
from reminders.progress.closing import AfterProgress
from reminders.stored_terms import stored_facts
from reminders.terms.rule_sets import TermRules
from reminders.terms.terms import TermFault, term_faults
from storage.appointments.changes import OnChanges
from storage.attendance.patterns import TalkRule
from storage.engine.keys import KeyRing
from storage.importing.run import Border
from storage.people.plan_dates import PlanSaid
from storage.vocabulary import AddressKind

if TYPE_CHECKING:
    from reminders.wording.composers import ComposersByKind


@dataclass(frozen=True, slots=True)
class Deployment:
    """The parts that do not need a running service; actions take them as they are (bot.actions.acting.Parts).

    `now` is the clock's. `channels` are those that are set up, by name, with the kind of address that is typed there.
    """

    settings: Settings
    keys: KeyRing
    now: Callable[[], datetime]
    configuration: Configuration
    quiet_hours: QuietHours
    holidays: Container[date]
    channels: Mapping[str, AddressKind | None]
    planner: Planner

    @property
    def zone(self) -> ZoneInfo:
        """The wall time people live by."""
        return self.settings.zone

    @property
    def municipalities(self) -> Municipalities:
        """Each municipality's own facts."""
        return self.configuration.municipalities

    @property
    def night(self) -> QuietHours:
        """When people are not disturbed, unless they chose other hours."""
        return self.quiet_hours

    @property
    def replan(self) -> Callable[[AsyncSession, Collection[int]], Awaitable[int]]:
        """Plans these people's messages anew."""
        return self.planner.plan_people

    @property
    def changed(self) -> OnChanges:
        """Hears of every change to an appointment, in its transaction."""
        return AfterChanges(self.planner.on_changes, self.after_progress(only_ended=True), self.now, self.zone)

    def term_rules(self, municipality: str) -> TermRules:
        """What a municipality's terms are computed with."""
        return self.municipalities.of(municipality).term_rules

    def talk_rule(self, municipality: str) -> TalkRule:
        """When missed lessons are a reason for a talk there."""
        return self.municipalities.of(municipality).talk_rule

    def silent_for(self, municipality: str) -> timedelta:
        """After how long without a talk a consultant is told there."""
        return self.municipalities.of(municipality).silent_for

    def composer(self) -> "ComposersByKind":
        """What words every kind of message. Imported late: most commands word nothing."""
        from reminders.wording.composers import every_composer

        return every_composer(self.zone, self.term_rules, self.talk_rule, self.silent_for)

    def border(self) -> Border:
        """What importers need from outside storage, at this moment."""
        return border_of(self.settings, self.keys, self.now())

    def after_attendance(self) -> AfterAttendance:
        """What follows from an attendance list: "we missed you", and "plan a talk"."""
        return AfterAttendance(self.planner, self.now, self.zone, self.talk_rule)

    def after_progress(self, *, only_ended: bool = False) -> AfterProgress:
        """What follows when people's progress is other than before: who has done everything is guided no more."""
        return AfterProgress(self.planner.plan_people, self.now, self.quiet_hours, only_ended=only_ended)

    async def term_faults(
        self, session: AsyncSession, plans: Mapping[int, PlanSaid]
    ) -> Mapping[int, Sequence[TermFault]]:
        """What looks mistyped of people's plans, by person, beside what is known of the people themselves."""
        stored = await stored_facts(session, plans.keys(), plans)
        return {
            person_id: term_faults(found.facts, self.term_rules(found.municipality))
            for person_id, found in stored.items()
        }


def deploy(
    settings: Settings,
    *,
    keys: KeyRing,
    now: Callable[[], datetime],
    configuration: Configuration | None = None,
    horizon: timedelta = HORIZON,
) -> Deployment:
    """Put a deployment together; the file of MAATJE_CONFIG is read here and nowhere else.

    `configuration` stands in for that file (tests). `horizon` is how far ahead is planned.

    Raises:
        ConfigError, PolicyError: the file cannot be used.
        pydantic.ValidationError: a channel has a wrong setting, or is set up by half.
    """
    configuration = configuration or read_configuration(settings.config, settings.zone, names())
    quiet_hours = QuietHours.parse(settings.quiet_hours, settings.zone)
    holidays = public_holidays()
    return Deployment(
        settings=settings,
        keys=keys,
        now=now,
        configuration=configuration,
        quiet_hours=quiet_hours,
        holidays=holidays,
        channels=ways(settings),
        planner=Planner(
            policies=configuration.policies,
            quiet_hours=quiet_hours,
            zone=settings.zone,
            now=now,
            term_rules=lambda municipality: configuration.municipalities.of(municipality).term_rules,
            holidays=holidays,
            budgeted=[name for name, rule in configuration.channel_rules.items() if rule.a_month is not None],
            horizon=horizon,
        ),
    )
