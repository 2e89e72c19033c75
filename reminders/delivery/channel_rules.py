"""What an operator sets for each channel: what may be said there, how long news is waited for, hours, and a budget."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from reminders.delivery.channel import Capabilities
from reminders.local_time import AMSTERDAM, QuietHours
from storage.vocabulary import Priority

# Long enough for a phone that is off during a lesson, short enough to leave half a day for the next channel.
DELIVERED_WITHIN: Final = timedelta(hours=4)
SHORTEST_WAIT: Final = timedelta(minutes=2)
# Who wrote so short ago may be about to answer what they were asked.
TALK_LASTS: Final = timedelta(minutes=2)
# After an outage: due longer ago than this is late, and what waits for the morning must then be of use for so long.
LATE: Final = timedelta(minutes=15)
USE_LEFT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """One channel's rule. `says_all` None = what the channel's own nature says (Capabilities.confidential).

    `a_month` is the most messages a calendar month (local); answers to what people write are counted but never
    refused. `quiet` are hours in which nothing goes out here unasked, on top of each person's own.
    """

    says_all: bool | None = None
    a_month: int | None = None
    delivered_within: timedelta = DELIVERED_WITHIN
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """The rules of all channels, and what each channel can do."""

    capabilities: Mapping[str, Capabilities] = field(default_factory=dict)
    by_channel: Mapping[str, ChannelRule] = field(default_factory=dict)
    # The deployment's, for people without their own; None = what is late goes out at any hour.
    quiet_hours: QuietHours | None = None
    # In which consultants' away days are counted.
    zone: tzinfo = AMSTERDAM

    def of(self, channel: str) -> ChannelRule:
        """A channel's rule."""
        return self.by_channel.get(channel) or _DEFAULT

    def cost(self, channel: str) -> int:
        """What a message costs there, in thousandths of a euro."""
        capabilities = self.capabilities.get(channel)
        return capabilities.cost if capabilities is not None else 0

    def is_brief(self, channel: str) -> bool:
        """Whether what we send unasked says less there."""
        says_all = self.of(channel).says_all
        if says_all is not None:
            return not says_all
        capabilities = self.capabilities.get(channel)
        return capabilities is not None and not capabilities.confidential

    def day(self, now: datetime) -> date:
        """The local day."""
        return now.astimezone(self.zone).date()

    def asks_who(self, channel: str) -> bool:
        """Whether it is asked there who it is before anything is told."""
        capabilities = self.capabilities.get(channel)
        return capabilities is not None and capabilities.asks_who

    def budgeted(self) -> dict[str, int]:
        """The channels that have a budget, with it."""
        return {name: rule.a_month for name, rule in self.by_channel.items() if rule.a_month is not None}

    def opens_at(self, channel: str, priority: int, now: datetime) -> datetime:
        """From when a message may go out here: now, or when the channel's quiet hours end and its own hours begin."""
        quiet, capabilities = self.of(channel).quiet, self.capabilities.get(channel)
        at = now
        if quiet is not None and priority not in (Priority.REPLY, Priority.URGENT):
            at = quiet.later_than_quiet(now)
        # Nobody is rung out of bed, however urgent it is: what cannot wait goes over another way.
        if capabilities is not None and capabilities.hours is not None and priority != Priority.REPLY:
            at = capabilities.hours.opens_at(at)
        return at

    def considerate_at(self, own: str | None, due_at: datetime, until: datetime, now: datetime) -> datetime:
        """When a person may be sent something unasked: now; late and in their quiet hours, the morning after.

        What is due in quiet hours is meant to be; and what would be of no use in the morning is better now than never.
        """
        if self.quiet_hours is None or now - due_at < LATE:
            return now
        quiet = self.quiet_hours.own(own)
        morning = quiet.later_than_quiet(now)
        return now if quiet.is_quiet(due_at) or morning > until - USE_LEFT else morning

    def interrupts_until(self, channel: str, heard_at: datetime | None, due_at: datetime) -> datetime:
        """Until when a reminder, due at `due_at`, would come between a person and what they are being asked here, and
        their next "1" would answer it instead. They wrote last at `heard_at`.

        Only where answers are bare numbers; and who goes on talking is reminded all the same after a while.
        """
        capabilities = self.capabilities.get(channel)
        if heard_at is None or capabilities is None or not capabilities.bare_numbers:
            return due_at
        return min(heard_at + TALK_LASTS, due_at + LATE)

    def pass_on_at(
        self, channel: str, sent_at: datetime, until: datetime, within: timedelta | None = None
    ) -> datetime | None:
        """When a message that was sent here goes on to the next channel, if nothing is heard of it.

        After `within` (None = the channel's own time), and at the latest when half of the time in which it is of use is
        over, so that the next channel has the other half. None where the channel tells nothing of its messages.
        """
        capabilities = self.capabilities.get(channel)
        if capabilities is None or not capabilities.receipts:
            return None
        half = (until - sent_at) / 2
        own = self.of(channel).delivered_within
        return sent_at + max(min(own if within is None else within, half), SHORTEST_WAIT)


_DEFAULT = ChannelRule()
