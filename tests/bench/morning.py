"""A morning at 8:00 over channels with their real rates: `python -m tests.bench.morning [SECONDS] [--simulated]`.

As many reminders as the channels take in so many seconds are due at once, each person's over one channel; meanwhile
people write, and are answered. What counts: the part of the channels' rates that is used, that no channel waits for
another, and how long an answer takes between the reminders. 100,000 people are the same for longer (625 seconds); with
simulated time (simulated_time.py) that takes a minute, and shows what the logic gives, whatever the machine's load.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from bot.configuration.clock import SystemClock
from bot.configuration.garbage import settle
from locales.rendering.render import Rendered
from reminders.delivery.channel import Capabilities, Clock, Receipt
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.mapped import open_database
from storage.outbox.leases import worker_name
from storage.outbox.message import Outgoing, put
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.vocabulary import Group, Priority
from tests.bench.simulated_time import SimulatedClock, SimulatedLoop
from tests.databases import SECRET
from tests.reminders.sending.outbox_world import OutboxWorld, say

#: Messages a second that each channel takes.
RATES: Mapping[str, float] = {"telegram": 30, "whatsapp": 80, "sms": 50}
#: Answers a second meanwhile, of each channel.
ANSWERS = 2
#: As long as a provider takes to answer.
ROUND_TRIP = 0.05


class RealClock(SystemClock):
    """The machine's time; waiting for it lets others work (in tests it moves the clock instead)."""

    async def tick(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


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
            self.answered[message.text] = _passed()
        else:
            self.taken.append(_passed())
        await asyncio.sleep(ROUND_TRIP)
        return Receipt(reference)


@dataclass(frozen=True, slots=True)
class Used:
    """Of each channel how many reminders went, in how many seconds, and what part of its rate that and the answers
    are; how many answers were asked for, and how long each waited; and the processor's seconds."""

    reminders: Mapping[str, int]
    seconds: Mapping[str, float]
    parts: Mapping[str, float]
    asked: int
    waits: Sequence[float]
    cpu: float

    def as_json(self) -> dict[str, object]:
        """For people and programs."""
        return {
            "channels": {
                name: {
                    "reminders": count,
                    "took_s": round(self.seconds[name], 1),
                    "part_of_the_rate": round(self.parts[name], 3),
                }
                for name, count in self.reminders.items()
            },
            "answers": len(self.waits),
            "answers_asked": self.asked,
            "answer_p50_s": round(statistics.median(self.waits), 3),
            "answer_p95_s": round(statistics.quantiles(self.waits, n=20)[18], 3),
            "answer_longest_s": round(max(self.waits), 3),
            "cpu_s": round(self.cpu, 1),
            "load": os.getloadavg()[0],
        }


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


async def measure(seconds: int, clock: RealClock | SimulatedClock) -> Used:
    """See the module's docstring."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'morning.db'}", KeyRing([SECRET]))
        await migrate(database)
        people = await _fill(database, seconds, clock.now())
        providers = [Provider(name, Capabilities(buttons=True, per_second=rate)) for name, rate in RATES.items()]
        dispatcher = OutboxWorld(database, clock).dispatcher(*providers, worker=worker_name())
        stop, began, cpu = asyncio.Event(), _passed(), time.process_time()
        running = asyncio.create_task(dispatcher.run(stop))
        asked = await _ask(database, dispatcher.wake, people, seconds - 5, clock)
        while sum(len(one.taken) for one in providers) < sum(map(len, people.values())):
            await asyncio.sleep(0.1)
            if _passed() - began > seconds * 3:
                break
        cpu = time.process_time() - cpu
        stop.set()
        await running
        await database.close()
    return Used(
        {one.name: len(one.taken) for one in providers},
        {one.name: one.taken[-1] - began for one in providers},
        # Answers take of the rate too.
        {
            one.name: (len(one.taken) + len(one.answered)) / (one.taken[-1] - began) / RATES[one.name]
            for one in providers
        },
        len(asked),
        [at - asked[text] for one in providers for text, at in one.answered.items()],
        cpu,
    )


async def _ask(
    database: Database, wake: Callable[[], None], people: Mapping[str, list[int]], seconds: int, clock: Clock
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
                    asked[text] = _passed()
                    answer = Outgoing(
                        text, "say", clock.now(), params=say(text), person_id=person, contact_id=contact,
                        priority=Priority.REPLY,
                    )  # fmt: skip
                    await put(session, [answer], clock.now())
        wake()
        await asyncio.sleep(1)
    return asked


def _passed() -> float:
    """Seconds, as they pass for who sends."""
    return asyncio.get_running_loop().time()


def main() -> None:
    """See the module's docstring."""
    seconds = next((int(word) for word in sys.argv[1:] if word.isdecimal()), 60)
    is_simulated = "--simulated" in sys.argv
    settle()
    with asyncio.Runner(loop_factory=SimulatedLoop if is_simulated else None) as runner:
        figures = runner.run(measure(seconds, SimulatedClock() if is_simulated else RealClock()))
    print(json.dumps({"seconds": seconds, "simulated": is_simulated, **figures.as_json()}, indent=1))


if __name__ == "__main__":
    main()
