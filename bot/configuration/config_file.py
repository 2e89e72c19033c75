"""The file of MAATJE_CONFIG, read once and as a whole: municipalities, reminder policies and channel rules."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.configuration.channels_file import channel_rules_of
from bot.configuration.municipality import ConfigError, Municipalities
from reminders.delivery.channel_rules import ChannelRule
from reminders.policies.due_times import Policies, load_policies
from storage.privacy.retention import SETTABLE

_TABLES = frozenset({"municipality", "policies", "channel", "retention"})


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the file says; without a file, the defaults."""

    municipalities: Municipalities = field(default_factory=Municipalities)
    policies: Policies = field(default_factory=Policies)
    channel_rules: Mapping[str, ChannelRule] = field(default_factory=dict)
    # Days by table, where they are not storage.privacy.retention's.
    retention: Mapping[str, int] = field(default_factory=dict)


def read_configuration(path: Path | None, zone: ZoneInfo, channels: Collection[str]) -> Configuration:
    """Read the file; None gives the defaults. `channels` are the names of those that can be set up.

    Raises:
        ConfigError: when it cannot be read, is no TOML, or has an unknown or wrong table, key or value.
        PolicyError: when that is in a `[policies.*]` table; it names the line.
    """
    if path is None:
        return Configuration()
    text = _text_of(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    if unknown := sorted(tables.keys() - _TABLES):
        known = ", ".join(f"[{name}.…]" for name in sorted(_TABLES))
        raise ConfigError(f"{path}: [{unknown[0]}] is no part of this file; there are {known}")
    return Configuration(
        municipalities=Municipalities.of_tables(tables.get("municipality", {}), path),
        policies=load_policies(text),
        retention=_retention_of(tables.get("retention", {}), path),
        channel_rules=channel_rules_of(tables.get("channel", {}), path, zone, channels),
    )


def _retention_of(table: object, path: Path) -> Mapping[str, int]:
    """Days by table of the database.

    Raises:
        ConfigError: a table that is not forgotten by days, or what is no number of days.
    """
    found: dict[str, int] = {}
    for name, days in table.items() if isinstance(table, dict) else ():
        if name not in SETTABLE:
            raise ConfigError(f"{path}: [retention] {name} is none of {', '.join(sorted(SETTABLE))}")
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 3653:
            raise ConfigError(f"{path}: [retention] {name} must be a number of days from 1 to 3653")
        found[name] = days
    return found


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"MAATJE_CONFIG names {path}, which does not exist") from error
    except OSError as error:
        raise ConfigError(f"MAATJE_CONFIG names {path}, which cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}: line {line}: not UTF-8: save the file as UTF-8") from error
