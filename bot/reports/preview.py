"""What one person will be sent: the planner's messages, composed and rendered as they would be on the day."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body
from locales.rendering.render import Renderer
from reminders.delivery.channel_rules import ChannelRules
from reminders.delivery.composing import ClaimedMessage, Composer, Merged
from reminders.delivery.retry import end_of_use
from reminders.delivery.routing import Way, route
from reminders.kinds import REPLANNED
from reminders.local_time import QuietHours
from reminders.planning.about_appointments import together
from reminders.planning.planner import HISTORY, Planner
from storage.engine.database import Database
from storage.outbox.message import Outgoing
from storage.outbox.planning import standing_rows
from storage.outbox.queue import ClaimedRow, OutboxQueue
from storage.people.people import Person
from storage.vocabulary import Priority


@dataclass(frozen=True, slots=True)
class Previewed:
    """One message; `kinds` are the planned messages it says, `at` an instant (UTC)."""

    at: datetime
    kinds: tuple[str, ...]
    text: str
    buttons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person will get. `channel` is None when they cannot be reached, `held_back` says why nothing is sent:
    "not_agreed", "stopped" or "not_linked"; the messages are then what they would get."""

    language: str
    channel: str | None
    held_back: str | None
    messages: tuple[Previewed, ...]


async def preview(
    database: Database,
    planner: Planner,
    composer: Composer,
    renderer: Renderer,
    person: Person,
    *,
    channels: Collection[str],
    now: datetime,
    days: int,
    quiet_hours: QuietHours | None = None,
) -> Preview:
    """The messages of the coming days that were not sent yet, by time.

    `quiet_hours` are the deployment's: what is late waits until they are over, as it does when it is sent.
    """
    async with database.reading() as session:
        messages = await coming_messages(
            session, planner, composer, renderer, person, now=now, days=days, quiet_hours=quiet_hours
        )
    way = await _way(database, person, channels, now)
    held_back = (
        "not_agreed"
        if person.consented_at is None
        else "stopped"
        if person.stopped_at is not None
        else "not_linked"
        if way is None
        else None
    )
    return Preview(
        language=way.language if way is not None else person.language,
        channel=way.addresses[0].channel if way is not None else None,
        held_back=held_back,
        messages=tuple(messages),
    )


async def coming_messages(
    session: AsyncSession,
    planner: Planner,
    composer: Composer,
    renderer: Renderer,
    person: Person,
    *,
    now: datetime,
    days: int,
    quiet_hours: QuietHours | None = None,
) -> list[Previewed]:
    """What a person will be sent in the coming days, by time; see `preview`."""
    rules = ChannelRules(quiet_hours=quiet_hours)

    def at_of(message: Outgoing) -> datetime:
        at = max(message.due_at, now)
        if message.priority == Priority.URGENT:
            return at
        until = end_of_use(message.due_at, message.useful_until)
        return rules.considerate_at(person.quiet_hours, message.due_at, until, at)

    standing = {row.key: row for row in await standing_rows(session, [person.id], REPLANNED, now - HISTORY)}
    wanted = [
        message
        for message in await planner.messages(session, [person.id], as_if_agreed=True)
        if message.person_id == person.id and (message.key not in standing or standing[message.key].untouched)
    ]
    coming = [(at_of(m), m) for m in together(wanted) if m.due_at < now + timedelta(days=days)]
    messages: list[Previewed] = []
    for at in sorted({at for at, _ in coming}):
        due = [message for due_at, message in coming if due_at == at]
        messages.extend(await _said(session, composer, renderer, due, person, at))
    return messages


async def _said(
    session: AsyncSession,
    composer: Composer,
    renderer: Renderer,
    due: list[Outgoing],
    person: Person,
    at: datetime,
) -> list[Previewed]:
    rows = [
        ClaimedMessage(
            id=number,
            key=message.key,
            kind=message.kind,
            params=message.params,
            person_id=message.person_id,
            appointment_id=message.appointment_id,
            appointment_version=message.appointment_version,
            due_at=message.due_at,
            useful_until=message.useful_until,
        )
        for number, message in enumerate(due)
    ]
    composed = await composer.compose(session, rows, at)
    found: list[Previewed] = []
    for row in rows:
        said = composed.get(row.id)
        if isinstance(said, Body):
            body = replace(said, ethiopian_clock=bool(person.ethiopian_clock))
            rendered = renderer.render(body, person.language)
            joined = [other.kind for other in rows if composed.get(other.id) == Merged(row.id)]
            labels = tuple(button.label for buttons in rendered.buttons for button in buttons)
            found.append(Previewed(at, (row.kind, *joined), rendered.text, labels))
    return found


async def _way(database: Database, person: Person, channels: Collection[str], now: datetime) -> Way | None:
    row = ClaimedRow(
        id=0,
        key="",
        kind="",
        params=b"",
        person_id=person.id,
        consultant_id=None,
        contact_id=None,
        appointment_id=None,
        appointment_version=None,
        priority=0,
        due_at=now,
        useful_until=None,
        next_at=now,
        attempts=0,
    )
    recipients = await OutboxQueue(database, "preview").recipients([row])
    way = route(row, recipients, channels, ChannelRules(), now)
    return way if isinstance(way, Way) else None
