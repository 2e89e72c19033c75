"""What is said about one person's terms, and when: milestones ahead, and corrections of dates that were told wrong."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.kinds import Kind
from reminders.local_time import to_instant
from reminders.own_dates import own_dates
from reminders.planning.planned_for import ALWAYS, PlannedFor
from reminders.terms.milestones import Audience, Milestone, OpenPart, TermStanding, due_at, due_now, milestones_of
from reminders.terms.rule_sets import LAW, TermRules
from reminders.terms.terms import TermFacts, Terms
from storage.engine.columns import Json
from storage.outbox.message import Outgoing
from storage.outbox.planning import SaidOfTerm
from storage.vocabulary import Priority

# No message is further away from its own day, for weekends, holidays and quiet hours.
_MOST_MOVED = timedelta(days=31)
# A correction is of use at least this long.
FRESH = timedelta(days=14)

#: The date that was last told, by term and audience; None = that there is none any more.
Told = Mapping[tuple[str, str], date | None]
#: The messages that were said, by the term they told, their id and audience.
Said = frozenset[tuple[str, str, str]]
# What is told once, whatever date it held.
_ONCE = frozenset({"start", "hours"})


@dataclass(frozen=True, slots=True)
class TermState:
    """Everything term messages follow from."""

    facts: TermFacts
    terms: Terms
    open_parts: Collection[OpenPart]
    contacts: int
    told: Told
    # Which rules the terms were computed by (TermRules.mark): kept with what is told, so that a correction can say
    # whether the rules changed.
    rules: str
    term_rules: TermRules = LAW.rules
    said: Said = frozenset()
    # Whether everything is done that the law asks.
    finished: bool = False

    @property
    def standing(self) -> TermStanding:
        """What the table's conditions are looked up in."""
        return TermStanding(
            facts=self.facts,
            terms=self.terms,
            rules=self.term_rules,
            open_parts=self.open_parts,
            finished=self.finished,
            contacts=self.contacts,
        )


def term_messages(
    reader: PlannedFor,
    state: TermState,
    zone: ZoneInfo,
    holidays: Container[date],
    now: datetime,
    horizon: timedelta | None = None,
) -> list[Outgoing]:
    """Milestones that are still to be said, and corrections of dates that were told and are not right any more.

    Of milestones that are due later than `horizon` from now, some.
    """
    found: list[Outgoing] = []
    today = now.astimezone(zone).date()
    until = date.max if horizon is None else today + horizon + _MOST_MOVED
    to = [Audience.PERSON] * reader.may_be_told + [Audience.CONSULTANT] * (reader.consultant_id is not None)
    for milestone in milestones_of(state.standing, to, useful_on=today, until=until) if to else ():
        if _is_known(milestone, state):
            continue
        message = _milestone(reader, milestone, state.rules, zone, holidays, now)
        if message is not None:
            found.append(message)
    found.extend(_corrections(reader, state, zone, now))
    return found


def told_by(keys: Iterable[str]) -> dict[tuple[str, str], date | None]:
    """What messages with these keys told, the latest last; keys of other kinds are passed over."""
    told: dict[tuple[str, str], date | None] = {}
    for key in keys:
        if (own := own_dates(key)) is not None:
            told |= {(about, Audience.PERSON.value): on for about, on in own.dates.items()}
            continue
        # What was lost and said again later has that behind it.
        match key.partition(":after")[0].split(":"):
            case [Kind.MILESTONE, _, about, on, id_, audience]:
                if id_ != "hours":
                    told[about, audience] = date.fromisoformat(on)
            case [Kind.TERM_CORRECTION, _, about, _, new, audience]:
                told[about, audience] = date.fromisoformat(new) if new != "none" else None
    return told


def said_by(keys: Iterable[str]) -> Said:
    """Which milestones messages with these keys said."""
    said: set[tuple[str, str, str]] = set()
    for key in keys:
        match key.partition(":after")[0].split(":"):
            case [Kind.MILESTONE, _, about, _, id_, audience]:
                said.add((about, id_, audience))
    return frozenset(said)


def _is_known(milestone: Milestone, state: TermState) -> bool:
    """Whether it says what its reader was told in other words: of more time they hear by the correction, too."""
    if milestone.id in _ONCE:
        return (milestone.about, milestone.id, milestone.audience.value) in state.said
    return milestone.id == "extended" and state.told.get((milestone.about, milestone.audience.value)) is not None


def _milestone(
    reader: PlannedFor, milestone: Milestone, rules: str, zone: ZoneInfo, holidays: Container[date], now: datetime
) -> Outgoing | None:
    to_person = milestone.audience is Audience.PERSON
    if not (reader.may_be_told if to_person else reader.consultant_id is not None):
        return None
    quiet = reader.quiet_hours if to_person else None
    due = due_at(milestone, quiet, zone=zone, holidays=holidays)
    if milestone.when_known and not (milestone.opens and due > now):
        due = due_now(now, quiet, zone=zone, holidays=holidays)
    until = _end_of(milestone.useful_until, zone)
    if until <= now or due < now - timedelta(days=milestone.fresh_days):
        return None
    if due < now and quiet is not None:
        # Its day passed before its date was known: at once, but not at night.
        due = quiet.later_than_quiet(now)
    params: dict[str, Json] = {"person_id": reader.id, "about": milestone.about, "on": milestone.term_on.isoformat()}
    params["rules"] = rules
    params["id"] = milestone.id
    if milestone.months_before is not None:
        params["months"] = milestone.months_before
    if milestone.contacts is not None:
        params["contacts"] = milestone.contacts
    if milestone.open_parts:
        params["open"] = [part.value for part in milestone.open_parts]
    return Outgoing(
        key=f"{Kind.MILESTONE}:{reader.id}:{milestone.key}",
        kind=Kind.MILESTONE,
        due_at=due,
        useful_until=until,
        params=params,
        priority=Priority.REMINDER,
        person_id=reader.id if to_person else None,
        consultant_id=None if to_person else reader.consultant_id,
        about_id=None if to_person else reader.id,
    )


def _corrections(reader: PlannedFor, state: TermState, zone: ZoneInfo, now: datetime) -> Iterator[Outgoing]:
    today = now.astimezone(zone).date()
    for (about, audience), told in state.told.items():
        current: date | None = getattr(state.terms, about, None)
        if about.startswith("pip_due") and (state.facts.plan_dated_on or state.facts.plan_signed_on):
            # The plan is there: by when it was to be is of no use any more.
            continue
        if told is None or told == current or (told < today and (current is None or current < today)):
            continue
        to_person = audience == Audience.PERSON
        if not (reader.may_be_told if to_person else reader.consultant_id is not None):
            continue
        new = current.isoformat() if current is not None else None
        yield Outgoing(
            key=f"{Kind.TERM_CORRECTION}:{reader.id}:{about}:{told.isoformat()}:{new or 'none'}:{audience}",
            kind=Kind.TERM_CORRECTION,
            due_at=reader.quiet_hours.later_than_quiet(now) if to_person else now,
            # As long as somebody may go by one of the two dates.
            useful_until=max(_end_of(max(told, current or told), zone), now + FRESH),
            params={"person_id": reader.id, "about": about, "old": told.isoformat(), "on": new, "rules": state.rules},
            priority=Priority.NORMAL,
            person_id=reader.id if to_person else None,
            consultant_id=None if to_person else reader.consultant_id,
            about_id=None if to_person else reader.id,
        )


def said_again(
    messages: Iterable[Outgoing], said: Mapping[int, Sequence[SaidOfTerm]], back_at: Mapping[int, datetime]
) -> list[Outgoing]:
    """The same messages; what was lost, to somebody who came within reach since (by id: since when, in `back_at`), is
    said again, under a key of its own."""
    found: list[Outgoing] = []
    for message in messages:
        to = message.person_id or 0
        lost = [one for one in said.get(to, ()) if one.lost and one.key.partition(":after")[0] == message.key]
        last = max(lost, key=lambda one: one.id, default=None)
        if last is not None and back_at.get(to, ALWAYS) > last.due_at:
            found.append(replace(message, key=f"{message.key}:after{last.id}"))
        else:
            found.append(message)
    return found


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return to_instant(datetime.combine(day + timedelta(days=1), time()), zone).instant
