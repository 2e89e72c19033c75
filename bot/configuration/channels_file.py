"""What an operator sets for each channel, in the file of MAATJE_CONFIG (read by config_file.py).

[channel.sms]
says = "less"                # or "all": what is sent unasked; SMS and e-mail say less by themselves
a_month = 2000               # messages a calendar month; answers to what people write are counted, never refused
delivered_within = 240       # minutes without news, after which a message goes on to the next channel
quiet_hours = "20:00-09:00"  # on top of each person's own
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.configuration.municipality import ConfigError
from reminders.delivery.channel_rules import DELIVERED_WITHIN, ChannelRule
from reminders.local_time import QuietHours


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    says: Literal["all", "less"] | None = None
    a_month: int | None = Field(default=None, ge=0)
    delivered_within: int = Field(default=int(DELIVERED_WITHIN.total_seconds()) // 60, ge=2, le=7 * 24 * 60)
    quiet_hours: str | None = None

    @field_validator("quiet_hours")
    @classmethod
    def _hours_are_times(cls, value: str | None) -> str | None:
        if value is not None:
            QuietHours.parse(value)
        return value


def channel_rules_of(
    sections: object, path: Path, zone: ZoneInfo, channels: Collection[str]
) -> Mapping[str, ChannelRule]:
    """The rules of the `[channel.*]` sections of the file at `path`. `channels` are those that can be set up.

    Raises:
        ConfigError: an unknown channel or key, or a wrong value.
    """
    if not isinstance(sections, dict):
        raise ConfigError(f"{path}: write [channel.NAME], and under it that channel's rules")
    rules = {}
    for name, section in sections.items():
        if name not in channels:
            raise ConfigError(f"{path}: [channel.{name}]: there is no such channel; there are {', '.join(channels)}")
        try:
            read = _Section.model_validate(section)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            raise ConfigError(f"{path}: [channel.{name}] {where}: {first['msg']}") from error
        rules[name] = ChannelRule(
            says_all=None if read.says is None else read.says == "all",
            a_month=read.a_month,
            delivered_within=timedelta(minutes=read.delivered_within),
            quiet=None if read.quiet_hours is None else QuietHours.parse(read.quiet_hours, zone),
        )
    return rules
