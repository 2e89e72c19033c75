"""The one place that puts the real parts together; everything else gets its parts handed to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.cards.renderer import CardRenderer
from bot.channels.base import Channel, ComparesReplies
from bot.channels.kind import ChannelParts
from bot.channels.registry import build_channels, names, ways
from bot.configuration.channels_file import load_channel_rules
from bot.configuration.municipality import Municipalities
from bot.configuration.parts import planner_of, public_holidays
from bot.configuration.settings import Settings
from bot.dialogue.services import Services
from bot.enclosures.earlier_messages import EarlierMessages, FindsSent
from bot.enclosures.files import Attachments
from bot.enclosures.personal_links import PersonalLinks
from bot.enclosures.picture_and_sound import Illustrations
from bot.faq.finder import build_finder
from bot.http import build_http
from bot.inbox import Inbox
from bot.readiness import Readiness
from bot.voice.studio import build_speaker
from locales.faq.content import load_faq
from locales.faq.texts import faq_source
from locales.rendering.catalog import Catalogs
from locales.rendering.render import Renderer
from reminders.delivery.channel import Clock
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.passing_on import PassingOn
from reminders.delivery.receipts import Receipts
from reminders.local_time import QuietHours
from reminders.planning.digests import plan_digests
from reminders.planning.not_delivered import NotDelivered
from reminders.planning.planner import Planner
from reminders.scheduler import Scheduler
from reminders.sending.dispatcher import Dispatcher
from reminders.sending.metrics import PrometheusMetrics
from reminders.terms.terms import TermRules
from reminders.wording.composers import every_composer
from storage.attendance.patterns import TalkRule
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.outbox.leases import worker_name
from storage.outbox.message import send_what_waited
from storage.outbox.queue import OutboxQueue
from storage.people.contacts import add_mail_addresses


@dataclass(slots=True)
class App:
    """The running service."""

    settings: Settings
    database: Database
    clock: Clock
    services: Services
    channels: Mapping[str, Channel]
    inbox: Inbox
    dispatcher: Dispatcher
    planner: Planner
    scheduler: Scheduler
    illustrations: Illustrations
    readiness: Readiness
    http: Starlette

    async def start(self) -> None:
        """Begin to dispatch, to plan and to receive."""
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
        await self.readiness.finished()
        await self.database.close()


def build(
    settings: Settings,
    *,
    keys: KeyRing,
    clock: Clock,
    extra_routes: Callable[["App"], Sequence[BaseRoute]] | None = None,
    demo: bool = False,
) -> App:
    """Put the service together. `extra_routes` and `demo` (frames, several phones in one browser) are the demo's.

    Raises:
        bot.configuration.municipality.ConfigError, reminders.policies.due_times.PolicyError: when the configuration
            file cannot be used.
    """
    database = open_database(settings.database_url, keys, pool_size=10)
    faq = load_faq(settings.faq)
    renderer = Renderer(Catalogs({"faq": faq_source(faq)}), settings.zone)
    registry = CollectorRegistry()
    receipts = Receipts(database, clock)
    channels = build_channels(
        ChannelParts(settings, database, clock, renderer, receipts.report, settings.own_url, phones=demo)
    )
    municipalities = Municipalities.load(settings.config)

    def term_rules(municipality: str) -> TermRules:
        return municipalities.of(municipality).term_rules

    def talk_rules(municipality: str) -> TalkRule:
        return municipalities.of(municipality).talk_rule

    composer = every_composer(settings.zone, term_rules, talk_rules)
    earlier = EarlierMessages(composer)
    sent_words = FindsSent(database, earlier, renderer)
    for channel in channels.values():
        if isinstance(channel, ComparesReplies):
            channel.compare_with(sent_words)
    illustrations = Illustrations(
        database, renderer, CardRenderer(renderer), build_speaker(renderer, settings.recordings), clock, term_rules
    )
    planner = planner_of(settings, clock.now, municipalities)
    services = Services(
        zone=settings.zone,
        keys=keys,
        renderer=renderer,
        finder=build_finder(faq),
        faq=faq,
        municipalities=municipalities,
        quiet_hours=settings.quiet_hours,
        replan=planner.plan_people,
        changed=planner.on_changes,
        channels=ways(settings),
        earlier_message=earlier.body,
        voices=illustrations.voices,
        links=lambda code: {name: link for name, channel in channels.items() if (link := channel.link(code))},
        holidays=public_holidays(),
    )
    worker = worker_name()
    quiet_hours = QuietHours.parse(settings.quiet_hours, settings.zone)
    rules = ChannelRules(
        {name: channel.capabilities for name, channel in channels.items()},
        load_channel_rules(settings.config, settings.zone, names()),
        quiet_hours,
        settings.zone,
    )
    dispatcher = Dispatcher(
        database=database,
        senders=channels,
        renderer=renderer,
        composer=composer,
        clock=clock,
        worker=worker,
        files=Attachments(renderer, clock, channels, earlier, illustrations),
        links=PersonalLinks(settings.own_url, keys),
        illustrator=illustrations,
        rules=rules,
        metrics=PrometheusMetrics(registry),
    )

    async def digests(session: AsyncSession) -> int:
        return await plan_digests(session, clock.now(), settings.zone, services.holidays)

    async def mail_addresses(session: AsyncSession) -> int:
        added = await add_mail_addresses(session, keys, clock.now()) if "email" in channels else []
        for consultant_id in added:
            await send_what_waited(session, consultant_id, clock.now())
        return len(added)

    receipts.wake = dispatcher.wake
    passing_on = PassingOn(database, OutboxQueue(database, worker), rules, quiet_hours, clock)
    scheduler = Scheduler(
        database=database,
        dispatcher=dispatcher,
        planner=planner,
        not_delivered=NotDelivered(
            planner, clock.now, settings.zone, lambda municipality: municipalities.of(municipality).telephone
        ),
        clock=clock,
        plan_more=[mail_addresses, digests],
        often=[passing_on.run_once],
    )

    readiness = Readiness(database, tuple(channels), lambda: dispatcher.channels_down)
    app = App(
        settings=settings,
        database=database,
        clock=clock,
        services=services,
        channels=channels,
        inbox=Inbox(
            database=database, services=services, dispatcher=dispatcher, channels=channels, clock=clock, worker=worker
        ),
        dispatcher=dispatcher,
        planner=planner,
        scheduler=scheduler,
        illustrations=illustrations,
        readiness=readiness,
        http=Starlette(),
    )
    app.http = build_http(
        channels=channels.values(),
        https=settings.own_url.startswith("https:"),
        readiness=readiness,
        registry=registry,
        extra_routes=extra_routes(app) if extra_routes is not None else (),
        framing=demo,
    )
    return app
