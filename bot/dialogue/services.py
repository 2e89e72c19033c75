"""What the dialogue is given to work with: texts, the FAQ, the municipality's own facts. Built in bot/app.py."""

from collections.abc import Awaitable, Callable, Collection, Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.configuration.municipality import Municipalities
from bot.understanding.door import Door
from locales.faq.content import FaqContent
from locales.rendering.message import Body
from locales.rendering.render import Renderer
from reminders.local_time import QuietHours
from storage.appointments.changes import OnChanges
from storage.engine.keys import KeyRing
from storage.people.people import Consultant, Person
from storage.vocabulary import AddressKind


@dataclass(frozen=True, slots=True)
class Services:
    """Long-lived parts that screens use."""

    zone: ZoneInfo
    keys: KeyRing
    renderer: Renderer
    door: Door
    faq: FaqContent
    municipalities: Municipalities
    # The deployment's channels by name, with the kind of address that is typed there; see bot.actions.acting.Parts.
    channels: Mapping[str, AddressKind | None]
    # "21:00-08:00": when no reminder is sent, unless the person chose otherwise.
    quiet_hours: str
    # The personal link of a code on each channel that has one: {"telegram": "https://…", "web": "https://…"}.
    links: Callable[[str], dict[str, str]]
    # Plans the messages of these people anew, in the transaction of what changed; see reminders.planning.planner.
    replan: Callable[[AsyncSession, Collection[int]], Awaitable[int]]
    # Stores what people must hear of changed appointments, in the transaction of the change.
    changed: OnChanges
    # What a message to this reader said, as far as it still holds; None when there is no such message (any more).
    earlier_message: Callable[[AsyncSession, int, Person | Consultant, datetime], Awaitable[Body | None]]
    # The languages that messages are spoken in.
    voices: Container[str]
    # Public holidays, as a collection of local days.
    holidays: Container[date] = frozenset()
    # The number on which people call the machine, where their municipality has none of its own; "" = nobody can.
    call_number: str = ""

    @property
    def night(self) -> QuietHours:
        """See bot.actions.acting.Parts."""
        return QuietHours.parse(self.quiet_hours, self.zone)
