"""The one place that puts the real parts together; everything else gets its parts handed to it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.actions.access.inviting_back import invites_back
from bot.actions.regular.plans import regular_plans
from bot.cards.renderer import CardRenderer
from bot.channels.base import Channel, ComparesReplies
from bot.channels.kind import ChannelParts
from bot.channels.registry import build_channels, call_number, invited_over, typed_addresses
from bot.configuration.config_file import Configuration
from bot.configuration.deployment import Deployment, deploy
from bot.configuration.settings import Settings
from bot.content.live import OwnContent
from bot.content.texts import Texts, read_texts
from bot.desk.content.routes import content_routes
from bot.desk.door import DeskDoor
from bot.desk.foreseen import Foresees
from bot.desk.operating.system import ShowsSystem
from bot.desk.routes import desk_door, desk_routes
from bot.desk.signing_in.identity import OidcSettings
from bot.dialogue.services import Services
from bot.enclosures.earlier_messages import EarlierMessages, FindsSent
from bot.enclosures.file_check import FileCheck, build_check
from bot.enclosures.files import Attachments
from bot.enclosures.personal_links import PersonalLinks
from bot.enclosures.picture_and_sound import Illustrations
from bot.faq.finder import build_finder
from bot.http import build_http, build_told
from bot.inbox import Inbox
from bot.operating.figures import OperatingFigures
from bot.readiness import Readiness
from bot.understanding.beforehand import Beforehand
from bot.understanding.door import Door, TrainedDoor
from bot.voice.speaking import Speaker
from bot.voice.studio import build_speaker
from reminders.delivery.channel import Clock
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.passing_on import PassingOn
from reminders.delivery.receipts import Receipts
from reminders.planning.attention.asking import plan_attention
from reminders.planning.digests import plan_digests
from reminders.planning.not_delivered import NotDelivered
from reminders.planning.planner import Planner
from reminders.scheduler import Scheduler
from reminders.sending.dispatcher import Dispatcher
from reminders.sending.metrics import PrometheusMetrics
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.outbox.leases import worker_name
from storage.outbox.message import Outgoing, put, send_what_waited
from storage.outbox.queue import OutboxQueue
from storage.people.contacts import add_mail_addresses


@dataclass(slots=True)
class App:
    """The running service."""

    settings: Settings
    parts: Deployment
    database: Database
    clock: Clock
    services: Services
    channels: Mapping[str, Channel]
    inbox: Inbox
    dispatcher: Dispatcher
    planner: Planner
    scheduler: Scheduler
    illustrations: Illustrations
    check: FileCheck
    readiness: Readiness
    desk: DeskDoor
    content: OwnContent
    http: Starlette
    told: Starlette  # health, readiness and metrics alone, for a port of their own

    async def start(self) -> None:
        """Begin to dispatch, to plan and to receive, in the municipality's own words."""
        await self.content.refresh()
        await self.scheduler.start()
        for channel in self.channels.values():
            await channel.start(self.inbox.receive)

    async def stop(self) -> None:
        """Receive nothing more, finish what is in flight, close the database."""
        for channel in self.channels.values():
            await channel.stop()
        await self.inbox.stop()
        await self.scheduler.stop()
        for channel in self.channels.values():
            await channel.close()
        await self.illustrations.close()
        await self.check.close()
        await self.readiness.finished()
        await self.database.close()


@dataclass(frozen=True, slots=True)
class Edges:
    """What tests put in the place of the outside world, or share because it takes long to make. What is None here is
    made from the settings."""

    database: Database | None = None
    channels: Mapping[str, Channel] | None = None
    configuration: Configuration | None = None
    texts: Texts | None = None
    door: Door | None = None
    speaker: Speaker | None = None
    check: FileCheck | None = None
    # Stands in for waiting between tries.
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


def build(
    settings: Settings,
    *,
    keys: KeyRing,
    clock: Clock,
    edges: Edges | None = None,
    extra_routes: Callable[["App"], Sequence[BaseRoute]] | None = None,
    demo: bool = False,
) -> App:
    """Put the service together. `extra_routes` and `demo` (frames, several phones in one browser) are the demo's.

    Raises:
        bot.configuration.municipality.ConfigError, reminders.policies.due_times.PolicyError: when the configuration
            file cannot be used.
    """
    edges = edges or Edges()
    parts = deploy(settings, keys=keys, now=clock.now, configuration=edges.configuration)
    database = edges.database or open_database(settings.database_url, keys, pool_size=10)
    texts = edges.texts or read_texts(settings.faq, settings.zone)
    renderer = texts.renderer
    content = OwnContent(database, texts)
    registry = CollectorRegistry()
    figures = OperatingFigures(registry, database, clock, public_url=settings.public_url)
    receipts = Receipts(database, clock, sleep=edges.sleep)
    by_number = parts.municipalities.telephone_by
    channels = edges.channels or build_channels(
        ChannelParts(settings, database, clock, renderer, receipts.report, settings.own_url, demo, by_number)
    )
    planner, composer = parts.planner, parts.composer()
    earlier = EarlierMessages(composer)
    foresees = Foresees(planner, composer, renderer, parts.quiet_hours)
    sent_words = FindsSent(database, earlier, renderer)
    for channel in channels.values():
        if isinstance(channel, ComparesReplies):
            channel.compare_with(sent_words)
    illustrations = Illustrations(
        database,
        renderer,
        CardRenderer(renderer),
        edges.speaker or build_speaker(renderer, settings.recordings, unreviewed=settings.unreviewed_voices),
        clock,
        parts.term_rules,
    )
    door = edges.door or TrainedDoor(build_finder(texts.faq))
    services = Services(
        zone=settings.zone,
        keys=keys,
        renderer=renderer,
        door=door,
        faq=texts.faq,
        municipalities=parts.municipalities,
        quiet_hours=settings.quiet_hours,
        replan=parts.replan,
        changed=parts.changed,
        channels={name: typed_addresses().get(name) for name in channels} if edges.channels else parts.channels,
        earlier_message=earlier.body,
        voices=illustrations.voices,
        links=lambda code: {name: link for name, channel in channels.items() if (link := channel.link(code))},
        holidays=parts.holidays,
        call_number=call_number(settings),
    )
    check = edges.check or build_check(settings.clamd, settings.transcriber_folder)

    async def say(message: Outgoing) -> None:
        async with database.writing() as session:
            await put(session, [message], clock.now())

    worker = worker_name()
    rules = ChannelRules(
        {name: channel.capabilities for name, channel in channels.items()},
        parts.configuration.channel_rules,
        parts.quiet_hours,
        settings.zone,
    )
    dispatcher = Dispatcher(
        database=database,
        senders=channels,
        renderer=renderer,
        composer=composer,
        clock=clock,
        worker=worker,
        files=Attachments(renderer, clock, channels, check, say, earlier, illustrations, parts.municipalities),
        links=PersonalLinks(settings.own_url, keys),
        illustrator=illustrations,
        rules=rules,
        metrics=PrometheusMetrics(registry),
        sleep=edges.sleep,
    )

    def telephone(municipality: str) -> str:
        return parts.municipalities.of(municipality).telephone

    async def digests_and_questions(session: AsyncSession) -> int:
        asked = await plan_attention(session, clock.now(), settings.zone, parts.quiet_hours)
        return asked + await plan_digests(session, clock.now(), settings.zone, parts.holidays)

    async def mail_addresses(session: AsyncSession) -> int:
        added = await add_mail_addresses(session, keys, clock.now()) if "email" in channels else []
        for consultant_id in added:
            await send_what_waited(session, consultant_id, clock.now())
        return len(added)

    receipts.wake = dispatcher.wake
    passing_on = PassingOn(
        database, OutboxQueue(database, worker), rules, parts.quiet_hours, clock, channels, receipts.report
    )
    scheduler = Scheduler(
        database=database,
        dispatcher=dispatcher,
        planner=planner,
        not_delivered=NotDelivered(
            planner,
            clock.now,
            settings.zone,
            telephone,
            invites_back(
                {name: kind for name, kind in services.channels.items() if name in invited_over()},
                keys,
                f"{settings.own_url}/chat",
                telephone,
            ),
        ),
        clock=clock,
        plan_more=[mail_addresses, digests_and_questions, *regular_plans(services, clock.now)],
        often=[content.refresh, passing_on.run_once],
        retention=parts.configuration.retention,
    )
    readiness = Readiness(database, tuple(channels), lambda: dispatcher.channels_down)
    system = ShowsSystem(database, parts, readiness, lambda: dispatcher.channels_down, tuple(channels))
    app = App(
        settings=settings,
        parts=parts,
        database=database,
        clock=clock,
        services=services,
        channels=channels,
        inbox=Inbox(
            database=database,
            beforehand=Beforehand(door) if isinstance(door, TrainedDoor) else None,
            services=services,
            dispatcher=dispatcher,
            channels=channels,
            clock=clock,
            worker=worker,
            sleep=edges.sleep,
        ),
        dispatcher=dispatcher,
        planner=planner,
        scheduler=scheduler,
        illustrations=illustrations,
        check=check,
        readiness=readiness,
        desk=desk_door(
            database=database,
            clock=clock,
            parts=services,
            renderer=renderer,
            own_url=settings.own_url,
            name="Maatje",
            faq=texts.faq,
        ),
        content=content,
        http=Starlette(),
        told=Starlette(),
    )
    app.http = build_http(
        channels=channels.values(),
        https=settings.own_url.startswith("https:"),
        readiness=readiness,
        registry=registry,
        look=figures.look,
        extra_routes=(
            *(extra_routes(app) if extra_routes is not None else ()),
            *desk_routes(app.desk, earlier, settings.of(OidcSettings), settings.quiet_hours, foresees, parts, system),
            *content_routes(app.desk, content, parts),
        ),
        framing=demo,
        host=urlsplit(settings.public_url).netloc,
        told_elsewhere=settings.metrics_port is not None,
    )
    app.told = build_told(readiness=readiness, registry=registry, look=figures.look)
    return app
