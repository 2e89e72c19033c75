"""The real engine on a clock of its own: planner, actions, outbox, dispatcher; what arrives is read by the oracle."""

from collections.abc import Awaitable, Callable, Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple, cast
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import Table, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.configuration.municipality import Municipalities
from locales.rendering.message import Body
from locales.rendering.render import Rendered
from reminders.delivery.channel import AddressGone, Capabilities, News, NewsState, Receipt, RetryLater
from reminders.delivery.channel_rules import ChannelRule, ChannelRules
from reminders.delivery.receipts import Receipts
from reminders.kinds import Kind
from reminders.local_time import QuietHours, month_began
from reminders.planning.digests import plan_digests
from reminders.sending.dispatcher import Dispatcher
from reminders.sending.limits import Limits
from reminders.wording.composers import every_composer
from reminders.wording.to_consultant import script
from storage.appointments.changes import OnChanges
from storage.attendance.patterns import TalkRule
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.outbox.losses import lost_of
from storage.outbox.message import NO_CHANNEL, Attempt, Message
from storage.people.contacts import Contact
from storage.people.people import Consultant, Person
from storage.people.phone_tasks import open_tasks
from storage.vocabulary import AddressKind, ContactState, MessageState
from tests.clock import FakeClock
from tests.model.beliefs import Wrong
from tests.model.oracle import Oracle
from tests.model.sequences import AMSTERDAM, BUDGETED, PEOPLE, WAYS
from tests.reminders.planning.planning_world import ZONE, PlanningWorld

_OUTBOX = cast(Table, Message.__table__)
# Everything that is wrong is put right within this time, outside quiet hours.
CORRECTED_WITHIN = timedelta(minutes=40)
# More than two people get in a month, less than a municipality sends.
_BUDGET = 150
# A day, but for an hour: so that it is planned at any hour.
_PLANNED_EVERY = timedelta(hours=23)
_NEXT_DUE = func.min(_OUTBOX.c.next_at)
_WAITING = select(
    _NEXT_DUE.label("due"),
    _NEXT_DUE.filter(func.coalesce(_OUTBOX.c.reason, "") != NO_CHANNEL).label("due_to_somebody"),
    _NEXT_DUE.filter(_OUTBOX.c.kind != Kind.DIGEST).label("due_but_overviews"),
    select(func.count())
    .where(literal_column("lost_at IS NOT NULL"))
    .select_from(_OUTBOX)
    .scalar_subquery()
    .label("lost"),
).where(_OUTBOX.c.state == MessageState.PENDING)
_NEVER = datetime.min.replace(tzinfo=AMSTERDAM)
_NIGHT = QuietHours.parse("21:00-08:00", ZONE)


class Waiting(NamedTuple):
    """What the outbox has to do: when its next message is due (None = never), and how many losses nobody took up."""

    due: datetime | None = None
    # Not counting what waits for somebody to be linked; not counting consultants' overviews.
    due_to_somebody: datetime | None = None
    due_but_overviews: datetime | None = None
    lost: int = 0


class ModelSender:
    """A way to people as their telephones see it: what arrives is read by the oracle."""

    capabilities = Capabilities(buttons=True)

    def __init__(self, world: "ModelWorld", name: str) -> None:
        self._world = world
        self.name = name

    async def send(self, address: str, message: Rendered, *, reference: str) -> Receipt:
        """See Sender."""
        world, name = self._world, address.title()
        if world.is_out(self.name):
            raise RetryLater("timeout")
        if name in world.oracle.minds:
            mind = world.oracle.minds[name]
            if self.name in mind.blocked:
                world.trace.append(f"{world.now():%a %d %b %H:%M}  lost at {name} ({self.name}): {message.text!r}")
                if not mind.reached:
                    world.oracle.is_lost(name, message.text)
                raise AddressGone("blocked")
            world.trace.append(f"{world.now():%a %d %b %H:%M}  {name} hears: {message.text!r}")
            choices = [button.label for row in message.buttons for button in row]
            world.judge(lambda: world.oracle.hears(name, message.text, choices))
        else:
            if name in world.blocked_consultants:
                raise AddressGone("blocked")
            world.trace.append(f"{world.now():%a %d %b %H:%M}  {name} (consultant) hears: {message.text!r}")
            world.judge(lambda: world.oracle.consultant_hears(name, message.text))
        world.messages += 1
        receipt = Receipt(f"ref{world.messages}")
        world.last[name] = (self.name, receipt.provider_ref or "")
        return receipt


@dataclass(frozen=True, slots=True)
class ModelParts:
    """What actions ask for; see bot.actions.acting.Parts."""

    keys: KeyRing
    replan: Callable[[AsyncSession, Collection[int]], Awaitable[int]]
    changed: OnChanges
    zone: ZoneInfo = ZONE
    night: QuietHours = _NIGHT
    holidays: Container[date] = frozenset()
    municipalities: Municipalities = field(default_factory=Municipalities)
    channels: Mapping[str, AddressKind | None] = field(default_factory=lambda: dict.fromkeys(WAYS["Amina"]))


class ModelWorld(PlanningWorld):
    """Amina and Bilal, both in one group, with Ilse as their consultant; Karim may stand in for her."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        super().__init__(database, clock, budgeted=(BUDGETED,))
        self.oracle = Oracle(clock.now, WAYS)
        self.trace: list[str] = []
        self.messages = 0
        self.wrong: Wrong | None = None
        # Of the last message to everybody: which way it went, and what the provider calls it.
        self.last: dict[str, tuple[str, str]] = {}
        self.blocked_consultants: set[str] = set()
        senders = {way: ModelSender(self, way) for way in WAYS["Amina"]}
        self.dispatcher = Dispatcher(
            database,
            senders,
            self.renderer,
            every_composer(ZONE, lambda _municipality: self.term_rules, lambda _municipality: TalkRule()),
            clock,
            "host/1/1",
            # No worker dies here: there is nothing of others to give back.
            limits=Limits(sweep=timedelta(days=7)),
            rules=ChannelRules(
                {way: one.capabilities for way, one in senders.items()},
                {BUDGETED: ChannelRule(a_month=_BUDGET)},
                quiet_hours=_NIGHT,
            ),
            sleep=clock.tick,
        )
        self.receipts = Receipts(database, clock)
        self.down_until = _NEVER
        # When the month is over in which the budget was spent.
        self.spent_until: datetime | None = None
        self.out_until = dict.fromkeys(WAYS["Amina"], _NEVER)
        self.people: dict[str, int] = {}
        self.consultants: dict[str, int] = {}
        self.group_id = 0
        # Whether Karim stands in for Ilse.
        self.stands_in = False
        self.calm_since = clock.now()
        self.planned_at = _NEVER
        self.overviews_for: tuple[date, datetime] | None = None
        self.waiting = Waiting()
        self.holidays = holidays.country_holidays("NL")
        # Whether anything happened since planning last looked.
        self.touched = True
        self.parts = ModelParts(database.keys, self.planner.plan_people, self.planner.on_changes)

    def now(self) -> datetime:
        """Wall time."""
        return self.clock.now().astimezone(AMSTERDAM)

    def is_out(self, way: str) -> bool:
        """Whether a way takes nothing now."""
        return self.clock.now() < self.out_until[way]

    def judge(self, look: Callable[[], None]) -> None:
        """Let the oracle look at what arrives: what it has to say is kept, since a dispatcher outlives a channel that
        stumbles."""
        try:
            look()
        except Wrong as wrong:
            self.wrong = self.wrong or wrong

    async def begin(self) -> None:
        """Everybody is there, Amina on both her ways."""
        for name in PEOPLE:
            self.people[name] = await self.person(name.lower())
        self.group_id = await self.group(*self.people.values())
        self.consultants = {"Ilse": self.consultant_id, "Karim": await self.stand_in("karim")}
        async with self.database.writing() as session:
            (await session.get_one(Consultant, self.consultant_id)).stand_in_id = None
            for name in PEOPLE:
                for way in WAYS[name][1:]:
                    session.add(
                        Contact(
                            channel=way,
                            address=name.lower(),
                            address_hash=self.database.keys.fingerprint(name.lower(), f"contact/{way}"),
                            person_id=self.people[name],
                            created_at=self.clock.now(),
                        )
                    )
        self.calm_since = self.clock.now()

    async def until(self, at: datetime) -> None:
        """Let the service do its work until then: at each moment when something is due, and often enough besides.

        Raises tests.model.beliefs.Wrong.
        """
        for pause in (15, 45):
            moment = self.clock.now() + timedelta(minutes=pause)
            if moment < at:
                await self._stand(moment)
        while (moment := self._next(at)) < at:
            await self._stand(moment)
        if at > self.clock.now():
            self.clock.set(at)

    def _next(self, at: datetime) -> datetime:
        now = self.clock.now()
        if now < self.down_until:
            return min(at, self.down_until)
        # What waits for a consultant to be linked is tried every hour, to no avail until one is back.
        nobody = self.oracle.consultant_reached_since is None
        due = self.waiting.due_to_somebody if nobody else self.waiting.due
        soon = max(due, now + timedelta(minutes=5)) if due is not None else at
        morning = self.now().replace(hour=8, minute=20, second=0, microsecond=0)
        if morning <= self.now():
            morning += timedelta(days=1)
        return min(at, soon, now + timedelta(hours=9), morning, self.spent_until or at)

    async def _stand(self, moment: datetime) -> None:
        self.clock.set(moment)
        await self.work()
        await self._look()

    async def work(self) -> None:
        """What the service does every minute; and what it does every quarter of an hour, where that may find something:
        after an act or a message until it finds nothing new, and else by the time alone. Planning is what a sequence
        takes longest over."""
        now, consultants = self.clock.now(), self.oracle.consultants
        if self.spent_until is not None and now >= self.spent_until:
            self.spent_until, self.touched, self.calm_since = None, True, now
            self.oracle.opens(BUDGETED)
        if now < self.down_until:
            return
        # From eight on it is tomorrow's.
        overviews_for = ((self.now() - timedelta(hours=8)).date(), consultants.changed_at)
        if self.overviews_for != overviews_for:
            self.overviews_for = overviews_for
            async with self.database.writing() as session:
                await plan_digests(session, now, ZONE, self.holidays)
        if self.touched or now - self.planned_at > _PLANNED_EVERY:
            self.planned_at = now
            self.touched = await self.planner.plan_ahead(self.database) > 0
        while await self._something_done(now):
            pass
        if self.wrong is not None:
            raise self.wrong

    async def _something_done(self, now: datetime) -> bool:
        """Send what is due, else tell of what was lost (on its way through that too); False when there is neither."""
        async with self.database.reading() as session:
            self.waiting = Waiting._make((await session.execute(_WAITING)).one())
        waiting = self.waiting
        if _is_due(waiting.due, now) and await self.dispatcher.run_once():
            # Planning reads nothing of what consultants are told in the morning.
            self.touched |= _is_due(waiting.due_but_overviews, now)
            return True
        if waiting.lost:
            self.touched |= await self.not_delivered.tell(self.database) > 0
            return True
        return False

    @property
    def _standing_still(self) -> datetime:
        """Since when nothing happened and everything works."""
        return max(self.calm_since, self.down_until, *self.out_until.values())

    async def _look(self) -> None:
        now = self.clock.now()
        awake = timedelta(hours=8, minutes=15) <= timedelta(hours=self.now().hour, minutes=self.now().minute)
        if now - self._standing_still < CORRECTED_WITHIN or not awake or self.now().hour >= 21:
            return
        # What waited for the morning, or for the channel, had its time.
        for name in PEOPLE:
            if not self.oracle.minds[name].reached:
                self.oracle.desk_shows(name, await self.desk(name))
            self.oracle.check(name)
        works_since = max(self.down_until, *self.out_until.values())
        self.oracle.consultants.check(list(self.oracle.meetings.values()), now, works_since)

    async def desk(self, name: str) -> str | None:
        """What the page of whom to telephone says of a person."""
        person_id = self.people[name]
        async with self.database.reading() as session:
            if not await open_tasks(session, [person_id]):
                return None
            lost = (await lost_of(session, [person_id], self.clock.now(), ZONE)).get(person_id, ())
            person = await session.get_one(Person, person_id)
            return self.renderer.render(Body(script(person, lost, self.clock.now())), "nl").text

    async def bounces(self, name: str) -> None:
        """The provider says of the last message that it did not arrive, and that nothing does there now."""
        way, reference = self.last.pop(name, ("", ""))
        if not way:
            return
        self.oracle.did_not_arrive(name)
        self.oracle.blocks(name, way)
        if not self.oracle.minds[name].reached:
            self.oracle.is_lost(name)
        await self.receipts.report(News(way, NewsState.FAILED, provider_ref=reference, reason="blocked", gone=True))

    async def spends(self) -> None:
        """The municipality sends so much over the way that has a budget that nothing is left of it this month."""
        now = self.clock.now()
        async with self.database.writing() as session:
            last = await session.scalar(select(func.max(_OUTBOX.c.id)))
            if last is None:
                return
            rows = [Attempt(message_id=last, channel=BUDGETED, at=now, outcome="sent") for _ in range(_BUDGET)]
            session.add_all(rows)
        ends = month_began(month_began(now, ZONE) + timedelta(days=32), ZONE)
        self.spent_until = ends
        self.oracle.is_spent(BUDGETED)

    async def writes(self, session: AsyncSession, name: str) -> None:
        """Somebody does something in a chat of theirs, as the inbox notes it."""
        here = Contact.channel.not_in(self.oracle.minds[name].blocked)
        for contact in await session.scalars(select(Contact).where(Contact.person_id == self.people[name], here)):
            contact.last_heard_at = self.oracle.minds[name].wrote_at = self.clock.now()

    async def reaches(self, *, person: str = "", consultant: str = "", way: str = "telegram") -> None:
        """Somebody unblocks the bot and writes."""
        of_consultant = Contact.consultant_id == self.consultants.get(consultant)
        whose = Contact.person_id == self.people[person] if person else of_consultant
        if person:
            self.oracle.minds[person].wrote_at = self.clock.now()
        async with self.database.writing() as session:
            for contact in await session.scalars(select(Contact).where(whose, Contact.channel == way)):
                contact.state, contact.last_heard_at = ContactState.ACTIVE, self.clock.now()


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
