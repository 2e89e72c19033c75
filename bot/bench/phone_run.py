"""The telephone benchmark's work: the real service calls people in SIPp's network, who say that they cannot come.

Each presses five keys: it's me, I can't, ill, the whole day, send. It counts what reached the database, and has another
process watch the wire.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from bot.app import App, build
from bot.bench.sipp import HangsUp, PressesKey, Waits, answers, can_play, network
from bot.configuration.clock import SystemClock
from bot.configuration.settings import Settings
from locales.rendering.message import Body
from reminders.kinds import Kind
from reminders.wording.appointment import answer_buttons, appointment_parts
from storage.appointments.absences import Absence
from storage.appointments.appointments import Appointment
from storage.calls.phone_calls import PhoneCall
from storage.engine.columns import Json
from storage.engine.keys import KeyRing
from storage.engine.migrate import migrate
from storage.outbox.message import Outgoing, put
from storage.people.contacts import contact_made_at
from storage.people.conversations import SeenEvent
from storage.people.people import Consultant, Person
from storage.vocabulary import AbsenceState, AppointmentKind, CallOutcome, Group

_SECRET: Final = "a secret for the benchmark and of no use to anybody"  # noqa: S105
_PORT: Final = 15_060
# A Tuesday: calls are made by day, whenever this is run.
_NOON: Final = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
# It's me; I can't; ill; the whole day; send. Each is pressed once its question is being said. No key comes twice in a
# row: SIPp's recording of a key has the same time stamp whenever it is played, and a key held long has so too.
_KEYS: Final = "12121"
_BETWEEN: Final = 2.4
_EVENTS_A_CALL: Final = 4


class _NoonClock:
    """Real time, shifted so that the benchmark begins at noon."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._shift = _NOON - self._clock.now()

    def now(self) -> datetime:
        """See reminders.delivery.channel.Clock."""
        return self._clock.now() + self._shift

    def steady(self) -> datetime:
        """See reminders.delivery.channel.Clock."""
        return self._clock.steady()


async def bench_phone(calls: int, at_once: int, zone: ZoneInfo) -> dict[str, Json]:
    """Figures as JSON.

    Raises:
        RuntimeError: SIPp is not here, or this is not root, who alone may play keys and watch the wire.
    """
    if not can_play():
        raise RuntimeError("this needs SIPp (Debian: sip-tester) and root, who plays its keys")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        keys = KeyRing([_SECRET])
        settings = Settings.model_validate(
            {
                "secret_key": _SECRET,
                "database_url": url,
                "phone_sip_server": f"127.0.0.1:{_PORT}",
                "phone_sip_bind": "127.0.0.1:15061",
                "phone_number": "+31355281911",
                "phone_lines": at_once,
                "phone_rtp_ports": "30000-32000",
            }
        )
        app = build(settings, keys=keys, clock=_NoonClock())
        await migrate(app.database)
        await _fill(app, calls)
        acts = [act for key in _KEYS for act in (Waits(_BETWEEN), PressesKey(key))]
        scenario = answers(*acts, Waits(_BETWEEN), HangsUp())
        with network(scenario, Path(folder), _PORT, calls=calls), _watching() as watch:
            started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
            await app.start()
            await _until_ended(app, calls)
            seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
            on_the_wire = await asyncio.to_thread(watch)
        figures = await _counted(app, calls)
        await app.stop()
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "calls": calls,
        "at_once": at_once,
        "cores": os.cpu_count(),
        "seconds": round(seconds, 1),
        "cpu_share_of_one_core": round(busy / seconds, 2),
        **figures,
        **on_the_wire,
    }


async def _fill(app: App, people: int) -> None:
    """People with a meeting, who are called about it now."""
    now = app.clock.now()
    async with app.database.writing() as session:
        consultant = Consultant(
            email="bench@huizen.example",
            email_hash=app.database.keys.fingerprint("bench@huizen.example", "email"),
            name="Sanne",
            municipality="Huizen",
            created_at=now,
        )
        session.add(consultant)
        await session.flush()
        languages = ("nl", "ar", "ti", "en")
        for number in range(people):
            person = Person(
                external_id=f"B{number}",
                given_name="Amina",
                family_name="Tesfay",
                language=languages[number % len(languages)],
                group=Group.ASYLUM,
                municipality="Huizen",
                consultant_id=consultant.id,
                consented_at=now,
                created_at=now,
                updated_at=now,
            )
            session.add(person)
            await session.flush()
            contact = await contact_made_at(session, app.database.keys, "phone", f"+316{number:08}", now)
            contact.person_id, contact.linked_at = person.id, now
            meeting = Appointment(
                external_id=f"B{number}",
                person_id=person.id,
                kind=AppointmentKind.PROGRESS_MEETING,
                # So far ahead that no reminder of the planner's own is due meanwhile.
                starts_at=now + timedelta(days=11, hours=1),
                location="Gemeentehuis",
                made_at=now - timedelta(days=30),
                updated_at=now,
            )
            session.add(meeting)
            await session.flush()
            body = Body(tuple(appointment_parts(meeting)), answer_buttons(meeting))
            message = Outgoing(
                key=f"bench:{number}", kind=Kind.SAY, due_at=now, params=body.to_json(), person_id=person.id
            )
            await put(session, [message], now)


async def _until_ended(app: App, calls: int) -> None:
    """Until every call is over, or nothing more happens."""
    still_for = 0
    ended = -1
    while still_for < 60:
        await asyncio.sleep(1)
        async with app.database.reading() as session:
            found = await session.scalar(select(func.count()).where(PhoneCall.ended_at.is_not(None))) or 0
        if found >= calls:
            return
        still_for = still_for + 1 if found == ended else 0
        ended = found


async def _counted(app: App, calls: int) -> dict[str, Json]:
    async with app.database.reading() as session:
        made = await session.scalar(select(func.count()).select_from(PhoneCall)) or 0
        contacts = await session.scalar(select(func.count(func.distinct(PhoneCall.contact_id)))) or 0
        talked = await session.scalar(select(func.count()).where(PhoneCall.outcome == CallOutcome.TALKED)) or 0
        sent = or_(Absence.state == AbsenceState.REPORTED, Absence.state == AbsenceState.SEEN)
        reports = await session.scalar(select(func.count()).where(sent)) or 0
        reporters = await session.scalar(select(func.count(func.distinct(Absence.person_id))).where(sent)) or 0
        events = await session.scalar(select(func.count()).where(SeenEvent.channel == "phone")) or 0
    return {
        "calls_made": made,
        "calls_doubled": made - contacts,
        "calls_talked": talked,
        "keys_pressed": calls * len(_KEYS),
        "keys_lost": calls * _EVENTS_A_CALL - events,
        "reports": reports,
        "reports_lost": calls - reporters,
        "reports_doubled": reports - reporters,
    }


@contextmanager
def _watching() -> Iterator[Callable[[], dict[str, Json]]]:
    """Another process that watches the wire; called, it ends and tells what it saw."""
    command = [sys.executable, "-m", "bot.bench.wire"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        if process.stdout is not None:
            process.stdout.readline()

        def told() -> dict[str, Json]:
            output, _ = process.communicate("")
            found: dict[str, Json] = json.loads(output.splitlines()[-1])
            return found

        yield told
