"""One chaos run: messages for many people, workers killed at random, and what must hold at the end."""

import random
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import func, insert, select

from reminders.sending.lanes import most_in_flight
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.outbox.message import Attempt, Message, Outgoing, put
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.vocabulary import ContactState, Group, MessageState, Priority
from tests.botapi import FaultKind
from tests.chaos.fleet import Fleet
from tests.chaos.worker import FastClock, Unpaced
from tests.databases import SECRET
from tests.reminders.sending.outbox_world import say

_MESSAGES_EACH = 5
# At a kill so many at most were sent and are not on disk, whatever the timing (reminders.sending.lanes).
MOST_IN_FLIGHT = most_in_flight(Unpaced.capabilities)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is done to whom. `trouble`: the counterpart answers 429 and 500, resets and hangs now and then."""

    messages: int = 10_000
    kills: int = 200
    workers: int = 3
    trouble: bool = False
    speed: float = 60.0
    seed: int = 1
    within: float = 900.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened. `faults` says what was wrong, in words; empty = all is as promised."""

    engine: str
    trouble: bool
    messages: int
    arrived: int
    kills: int
    duplicates: int
    # Sent and not on disk when a worker was killed, over all kills, and the most at one kill.
    in_flight_at_kills: int
    most_in_flight_at_a_kill: int
    # Taken by the counterpart, which then broke the connection: sent again by design.
    answers_lost: int
    refused_reset_hung: int
    seconds: float
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """For a report."""
        return asdict(self)


async def run_scenario(url: str, scenario: Scenario) -> Outcome:
    """Fill the (migrated, empty) database, run the scenario, judge it."""
    database = open_database(url, KeyRing([SECRET]))
    try:
        began_at = datetime.now(UTC)
        await _fill(database, scenario.messages, began_at)
        chance = random.Random(scenario.seed)
        fleet = Fleet(
            url,
            size=scenario.workers,
            expected=scenario.messages,
            kill_at=chance.sample(range(1, int(scenario.messages * 0.97)), scenario.kills),
            trouble=scenario.trouble,
            clock=FastClock(began_at, scenario.speed),
            chance=chance,
        )
        started = time.monotonic()
        in_time = await fleet.run(scenario.within)
        seconds = time.monotonic() - started
        return await _judged(database, scenario, fleet, in_time=in_time, seconds=seconds)
    finally:
        await database.close()


async def _judged(database: Database, scenario: Scenario, fleet: Fleet, *, in_time: bool, seconds: float) -> Outcome:
    states, recorded = await _what_is_written(database)
    duplicates = sum(times - 1 for times in fleet.arrivals.values())
    in_flight = _lost_at_kills(fleet, recorded)
    lost_answers = fleet.struck(FaultKind.ANSWER_LOST)
    faults = []
    if not in_time:
        faults.append(f"not done within {scenario.within:.0f} s")
    if len(fleet.arrivals) != scenario.messages:
        faults.append(f"{scenario.messages - len(fleet.arrivals)} messages never arrived")
    if states != {MessageState.SENT: scenario.messages}:
        faults.append(f"states at the end: { {state.value: count for state, count in states.items()} }")
    if again := [message for message, times in recorded.items() if times > 1]:
        faults.append(f"{len(again)} messages were sent again after their sending was on disk")
    if duplicates > sum(in_flight) + lost_answers:
        faults.append(f"{duplicates} duplicates, {sum(in_flight)} in flight at kills, {lost_answers} answers lost")
    if in_flight and max(in_flight) > MOST_IN_FLIGHT:
        faults.append(f"{max(in_flight)} in flight at one kill, {MOST_IN_FLIGHT} at most expected")
    return Outcome(
        engine="sqlite" if database.is_sqlite else "postgresql",
        trouble=scenario.trouble,
        messages=scenario.messages,
        arrived=len(fleet.arrivals),
        kills=fleet.kills,
        duplicates=duplicates,
        in_flight_at_kills=sum(in_flight),
        most_in_flight_at_a_kill=max(in_flight, default=0),
        answers_lost=lost_answers,
        refused_reset_hung=sum(fleet.struck(kind) for kind in (FaultKind.REFUSED, FaultKind.RESET, FaultKind.HANG)),
        seconds=round(seconds, 1),
        faults=tuple(faults),
    )


def _lost_at_kills(fleet: Fleet, recorded: Counter[int]) -> list[int]:
    """For each kill how many messages had arrived whose sending never reached the disk.

    Every sending that is on disk is an attempt; of a message that arrived more often than it was recorded, the
    arrivals of killed workers beyond that number are those that were in flight. Answers that the counterpart lost are
    no part of them: their messages were written down as not taken, and sent again by design.
    """
    unrecorded = Counter({message: times - recorded[message] for message, times in fleet.arrivals.items()})
    lost = []
    for life in fleet.lives:
        if not life.killed:
            continue
        count = 0
        for message in life.arrived:
            if unrecorded[message] > 0:
                unrecorded[message] -= 1
                count += 1
        answers_lost = sum(fault.hits for fault in life.faults if fault.kind is FaultKind.ANSWER_LOST)
        lost.append(max(0, count - answers_lost))
    return lost


async def _what_is_written(database: Database) -> tuple[dict[MessageState, int], Counter[int]]:
    """How many messages are in each state, and how often each was recorded as sent, by its number."""
    async with database.reading() as session:
        states = await session.execute(select(Message.state, func.count()).group_by(Message.state))
        sent = await session.execute(
            select(Message.key, func.count())
            .join(Attempt, Attempt.message_id == Message.id)
            .where(Attempt.outcome == "sent")
            .group_by(Message.key)
        )
        return (
            {row[0]: row[1] for row in states},
            Counter({int(key): count for key, count in sent}),
        )


async def _fill(database: Database, messages: int, now: datetime) -> None:
    """People with a Telegram address each, and messages that are due now."""
    people = -(-messages // _MESSAGES_EACH)
    async with database.writing() as session:
        await session.execute(
            insert(Person),
            [
                {
                    "id": number,
                    "external_id": str(number),
                    "given_name": "A",
                    "family_name": "B",
                    "language": "nl",
                    "group": Group.ASYLUM,
                    "municipality": "Huizen",
                    "created_at": now,
                    "updated_at": now,
                }
                for number in range(1, people + 1)
            ],
        )
        await session.execute(
            insert(Contact),
            [
                {
                    "channel": "telegram",
                    "address": str(number),
                    "address_hash": number.to_bytes(16, "big"),
                    "person_id": number,
                    "state": ContactState.ACTIVE,
                    "created_at": now,
                }
                for number in range(1, people + 1)
            ],
        )
        await put(
            session,
            [
                Outgoing(
                    key=str(number),
                    kind="say",
                    due_at=now,
                    params=say(str(number)),
                    person_id=number % people + 1,
                    priority=Priority.REMINDER,
                )
                for number in range(messages)
            ],
            now,
        )
