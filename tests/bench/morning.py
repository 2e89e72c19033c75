"""A morning at 8:00 over channels with their real rates: `python -m tests.bench.morning [SECONDS]`, figures as JSON.

As many reminders as the channels take in so many seconds are due at once, each person's over one channel; meanwhile
people write, and are answered. What counts: the part of the channels' rates that is used, that no channel waits for
another, and how long an answer takes between the reminders. 100,000 people are the same for longer.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from bot.configuration.clock import SystemClock
from bot.configuration.garbage import settle
from locales.rendering.render import Rendered
from reminders.delivery.channel import Capabilities, Receipt
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.mapped import open_database
from storage.outbox.leases import worker_name
from storage.outbox.message import Outgoing, put
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.vocabulary import Group, Priority
from tests.databases import SECRET
from tests.reminders.sending.outbox_world import OutboxWorld, say

#: Messages a second that each channel takes.
RATES: Mapping[str, float] = {"telegram": 30, "whatsapp": 80, "sms": 50}
#: Answers a second meanwhile, of each channel.
ANSWERS = 2
#: As long as a provider takes to answer.
ROUND_TRIP = 0.05


@dataclass
class Provider:
    """A channel that takes what it is given, and notes when."""

    name: str
    capabilities: Capabilities
    taken: list[float] = field(default_factory=list)
    answered: dict[str, float] = field(default_factory=dict)

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """See reminders.delivery.channel.Sender."""
        if message.text.startswith("answer "):
            self.answered[message.text] = time.perf_counter()
        else:
            self.taken.append(time.perf_counter())
        await asyncio.sleep(ROUND_TRIP)
        return Receipt(reference)


async def _fill(database: Database, seconds: int, now: datetime) -> dict[str, list[int]]:
    people: dict[str, list[int]] = {}
    async with database.writing() as session:
        for name, rate in RATES.items():
            rows = [
                {
                    "external_id": f"{name}{number}", "given_name": "A", "family_name": "", "language": "nl",
                    "group": Group.ASYLUM, "municipality": "Huizen", "consented_at": now, "created_at": now,
                    "updated_at": now,
                }
                for number in range(int(rate * seconds))
            ]  # fmt: skip
            ids = people[name] = list(await session.scalars(insert(Person).returning(Person.id), rows))
            await session.execute(
                insert(Contact),
                [
                    {
                        "channel": name, "address": f"{name}:{one}", "created_at": now, "linked_at": now,
                        "address_hash": database.keys.fingerprint(f"{name}:{one}", f"contact/{name}"), "person_id": one,
                    }
                    for one in ids
                ],
            )  # fmt: skip
            due = [
                Outgoing(f"due:{one}", "say", now, params=say("Morgen hebt u les."), person_id=one,
                         useful_until=now + timedelta(days=1), priority=Priority.REMINDER)
                for one in ids
            ]  # fmt: skip
            await put(session, due, now)
    return people


async def measure(seconds: int) -> dict[str, object]:
    """See the module's docstring."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'morning.db'}", KeyRing([SECRET]))
        await migrate(database)
        people = await _fill(database, seconds, clock.now())
        providers = [Provider(name, Capabilities(buttons=True, per_second=rate)) for name, rate in RATES.items()]
        dispatcher = OutboxWorld(database, clock).dispatcher(*providers, worker=worker_name())
        settle()
        stop, began, cpu = asyncio.Event(), time.perf_counter(), time.process_time()
        running = asyncio.create_task(dispatcher.run(stop))
        asked = await _ask(database, dispatcher.wake, people, seconds - 5, clock)
        while sum(len(one.taken) for one in providers) < sum(map(len, people.values())):
            await asyncio.sleep(0.1)
            if time.perf_counter() - began > seconds * 3:
                break
        cpu = time.process_time() - cpu
        stop.set()
        await running
        await database.close()
    waits = [at - asked[text] for one in providers for text, at in one.answered.items()]
    return {
        "seconds": seconds,
        "channels": {
            one.name: {
                "reminders": len(one.taken),
                "took_s": round(one.taken[-1] - began, 1),
                # Answers take of the rate too.
                "part_of_the_rate": round(
                    (len(one.taken) + len(one.answered)) / (one.taken[-1] - began) / RATES[one.name], 3
                ),
            }
            for one in providers
        },
        "answers": len(waits),
        "answers_asked": len(asked),
        "answer_p50_s": round(statistics.median(waits), 3),
        "answer_p95_s": round(statistics.quantiles(waits, n=20)[18], 3),
        "answer_longest_s": round(max(waits), 3),
        "cpu_s": round(cpu, 1),
        "load": os.getloadavg()[0],
    }


async def _ask(
    database: Database, wake: Callable[[], None], people: Mapping[str, list[int]], seconds: int, clock: SystemClock
) -> dict[str, float]:
    """Have people answered for so long, some each second; when each answer was put in."""
    asked: dict[str, float] = {}
    for second in range(seconds):
        async with database.writing() as session:
            for name, ids in people.items():
                for number in range(ANSWERS):
                    # Whose reminder comes last: what is said to one person keeps its order.
                    person = ids[-1 - second * ANSWERS - number]
                    contact = await session.scalar(select(Contact.id).where(Contact.person_id == person))
                    text = f"answer {name} {second} {number}"
                    asked[text] = time.perf_counter()
                    answer = Outgoing(
                        text, "say", clock.now(), params=say(text), person_id=person, contact_id=contact,
                        priority=Priority.REPLY,
                    )  # fmt: skip
                    await put(session, [answer], clock.now())
        wake()
        await asyncio.sleep(1)
    return asked


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 60)), indent=1))
