"""Faults on the way out: a channel that is dead, answers without end, servers that hang, kills while sending."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.channels.telegram.channel import TelegramChannel
from reminders.sending.lanes import most_in_flight
from storage.outbox.message import Outgoing, put
from tests.botapi.faults import FaultKind
from tests.certificates import self_signed
from tests.chaos.crowd import Crowd, Figures
from tests.chaos.inbound import READY_WITHIN, no_storm
from tests.chaos.run import Script
from tests.chaos.stage import Stage, burning, contact, until
from tests.people import somebody
from tests.reminders.sending.outbox_world import say

# What a channel loses at a kill at most, by construction.
BOUND = most_in_flight(TelegramChannel.capabilities)
MOST_MEMORY = 100


async def put_due(stage: Stage, now: datetime | None = None, *, called: str = "") -> int:
    """One message for each person that is due now, or at another moment; how many."""
    now = now or datetime.now(UTC)
    due = [
        Outgoing(f"due:{called}{n}", "say", now, say(f"due {called}{n}"), person_id=n + 1) for n in range(stage.people)
    ]
    async with stage.database() as database, database.writing() as session:
        await put(session, due, now)
    return len(due)


def arrivals(stage: Stage) -> Counter[str]:
    """How often each due message arrived."""
    messages = stage.bot_api.world.messages
    return Counter(
        said.text
        for who in stage.ids
        for said in messages[who].values()
        if said.from_bot and said.text.startswith("due")
    )


async def all_arrived(stage: Stage, count: int, within: float) -> bool:
    """Wait until so many different due messages are there and written down as sent; whether they are in time."""

    async def there() -> bool:
        if len(arrivals(stage)) < count:
            return False
        return await stage.value("SELECT count(*) FROM outbox WHERE key LIKE 'due:%' AND state = 'sent'") == count

    return await until(there, within)


async def dead_channel(stage: Stage, found: Figures) -> None:
    """Telegram is out of reach while many messages are due: one line when it begins, one when it is over."""
    await stage.service.start()
    dead = stage.bot_api.faults.reset("sendMessage", count=None)
    count = await put_due(stage)
    await stage.said("channel_failing_began", within=90)
    await asyncio.sleep(stage.seconds)
    tries = dead.hits
    dead.cancel()
    found.expect("arrived", await all_arrived(stage, count, stage.patience + stage.seconds), True)
    found.expect("twice", sum(times - 1 for times in arrivals(stage).values()), 0)
    await stage.said("channel_failing_over", within=30)
    found.expect("said_when_it_began", len(stage.events("channel_failing_began")), 1)
    found.expect("said_when_it_was_over", len(stage.events("channel_failing_over")), 1)
    found.figures["tries_while_dead"] = tries
    no_storm(stage, found)


async def huge_answers(stage: Stage, found: Figures) -> None:
    """Telegram answers 150 MB to some messages: read no further than 1 MB, tried again."""
    await stage.service.start()
    before = stage.service.memory()
    struck = stage.bot_api.faults.add(FaultKind.HUGE, "sendMessage", count=5)
    count = await put_due(stage)
    found.expect("arrived", await all_arrived(stage, count, stage.patience), True)
    found.expect("huge_answers", struck.hits, 5)
    found.expect("twice", sum(times - 1 for times in arrivals(stage).values()), 0)
    found.at_most("memory_mb", stage.service.memory() - before, MOST_MEMORY)
    no_storm(stage, found)


async def killed(stage: Stage, found: Figures) -> None:
    """The service is killed in the middle of sending, again and again, a core burning beside it."""
    shares = (0.15, 0.35, 0.55, 0.75) if stage.people > 100 else (0.3, 0.7)
    await stage.service.start()
    with burning(1):
        count = await put_due(stage)
        kills = 0
        for share in shares:

            async def sent(least: int = int(count * share)) -> bool:
                return len(arrivals(stage)) >= least

            await until(sent, stage.patience)
            await stage.service.kill()
            kills += 1
            await stage.service.start()
        arrived = await all_arrived(stage, count, stage.patience)
    again = sum(times - 1 for times in arrivals(stage).values())
    found.figures["kills"] = kills
    found.expect("arrived", arrived, True)
    found.at_most("twice", again, kills * BOUND)
    found.figures["bound_at_each_kill"] = BOUND
    no_storm(stage, found)


@asynccontextmanager
async def _hanging() -> AsyncIterator[tuple[int, list[int]]]:
    """A server that takes connections and never says anything; its port, and a list with an entry for each."""
    taken: list[int] = []
    over = asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(1)
        await over.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], taken
    finally:
        over.set()
        server.close()


async def mail_hangs(stage: Stage, found: Figures) -> None:
    """The servers for mail take every connection and never answer: Telegram goes on as ever."""
    async with _hanging() as (smtp, asked), _hanging() as (imap, _):
        stage.service.set_up(
            MAATJE_SMTP_HOST="127.0.0.1",
            MAATJE_SMTP_PORT=str(smtp),
            MAATJE_SMTP_SECURITY="none",
            MAATJE_EMAIL_FROM="maatje@gemeente.example",
            MAATJE_IMAP_HOST="127.0.0.1",
            MAATJE_IMAP_PORT=str(imap),
            MAATJE_IMAP_SECURITY="none",
            MAATJE_IMAP_USER="maatje",
            MAATJE_IMAP_PASSWORD="a-mailbox-password",
        )
        await stage.service.start()
        await _with_mail_only(stage, 30)
        crowd = Crowd(stage)
        crowd.write()
        await crowd.judge(found)

        async def smtp_asked() -> bool:
            return bool(asked)

        found.expect("mail_was_tried", await until(smtp_asked, 60), True)
        found.expect("mail_lost", await stage.value("SELECT count(*) FROM outbox WHERE state = 'failed'"), 0)
        ready, took = await stage.ready()
        found.expect("ready", ready, 200)
        found.at_most("ready_seconds", took, READY_WITHIN)
        no_storm(stage, found)


async def _with_mail_only(stage: Stage, count: int) -> None:
    """People who are reached by mail only, with a message each that is due."""
    now = datetime.now(UTC)
    async with stage.database() as database, database.writing() as session:
        people = [somebody(now, external_id=f"M{n}") for n in range(count)]
        session.add_all(people)
        await session.flush()
        messages: list[Outgoing] = []
        for n, person in enumerate(people):
            session.add(contact(database, f"amina{n}@example.org", now, channel="email", person_id=person.id))
            messages.append(Outgoing(f"mail:{n}", "say", now, say(f"mail {n}"), person_id=person.id))
        await session.flush()
        await put(session, messages, now)


async def wrong_certificate(stage: Stage, found: Figures) -> None:
    """The provider shows a certificate that nobody vouches for: nothing is sent to it, and that is said once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown = stage.folder / "stranger.pem"
    await asyncio.to_thread(shown.write_bytes, b"".join(self_signed("127.0.0.1")))
    context.load_cert_chain(shown)
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1000))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    stage.service.set_up(MAATJE_TELEGRAM_API_URL=f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await put_due(stage)
    await stage.service.start()
    await stage.said("channel_failing_began", within=90)
    found.expect("said_when_it_began", len(stage.events("channel_failing_began")), 1)
    found.expect("bytes_to_a_stranger", sum(len(each) for each in heard), 0)
    states = await stage.value("SELECT count(*) FROM outbox WHERE key LIKE 'due:%' AND state IN ('pending', 'sending')")
    found.expect("waiting", states, stage.people)
    no_storm(stage, found)
    await stage.service.stop()
    # The right one again: all that waited arrives.
    stage.service.set_up(MAATJE_TELEGRAM_API_URL=stage.bot_api.url)
    await stage.do("UPDATE outbox SET next_at = due_at WHERE state = 'pending'")
    await stage.service.start()
    found.expect("arrived", await all_arrived(stage, stage.people, stage.patience), True)
    server.close()


SCRIPTS = (
    Script(dead_channel, full=1500, short=40, full_seconds=60.0, short_seconds=1.0),
    Script(huge_answers, full=50, short=10),
    Script(killed, full=600, short=80),
    Script(mail_hangs, full=100, short=10, once=True),
    Script(wrong_certificate, full=50, short=25, once=True),
)
