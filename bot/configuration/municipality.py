"""What differs between municipalities, from the TOML file named by MAATJE_CONFIG; one deployment serves several.

    [municipality."Huizen"]
    telephone = "035 528 19 11"
    address = "Graaf Wichman 10, Huizen"
    emergency = "112"

The section named "default" holds for every municipality without its own. Unknown keys are refused, so that a typing
error is found when the service starts and not when somebody needs the number.
"""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reminders.terms.terms import TermRules
from storage.attendance.patterns import TalkRule

DEFAULT = "default"
# The others are read by reminders/policies/policy_file.py and bot/configuration/channels_file.py.
_TABLES = frozenset({"municipality", "policies", "channel"})


class ConfigError(ValueError):
    """The configuration file cannot be used; the message says which part and what to do."""


class Municipality(BaseModel):
    """One municipality's own facts, shown to people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    telephone: str = ""
    address: str = ""
    # Later law, until the municipality has confirmed it (DOMAIN.md): what starts the integration term, and whether
    # scaling down to A2 waits for 18 months.
    term_trigger: Literal["signed", "dated"] = "signed"
    scale_down_waits: bool = True
    # So many missed lessons without a report, within so many weeks, put "plan a talk" before the consultant.
    talk_after_missed: int = Field(default=3, ge=1, le=100)
    talk_within_weeks: int = Field(default=4, ge=1, le=52)

    @property
    def talk_rule(self) -> TalkRule:
        """When missed lessons are a reason for a talk."""
        return TalkRule(self.talk_after_missed, timedelta(weeks=self.talk_within_weeks))

    @property
    def term_rules(self) -> TermRules:
        """The rules by which this municipality's terms are computed."""
        return TermRules(term_trigger=self.term_trigger, scale_down_waits=self.scale_down_waits)


class Municipalities:
    """The municipalities of a deployment, by name without regard to case."""

    def __init__(self, by_name: dict[str, Municipality] | None = None) -> None:
        self._by_name = {name.casefold(): municipality for name, municipality in (by_name or {}).items()}

    def of(self, name: str) -> Municipality:
        """The municipality's own facts, or the default's."""
        found = self._by_name.get(name.casefold()) or self._by_name.get(DEFAULT)
        return found or Municipality()

    @classmethod
    def load(cls, path: Path | None) -> "Municipalities":
        """Read the `[municipality.*]` sections of a configuration file; no file gives defaults.

        Raises:
            ConfigError: when the file cannot be read, is no TOML, or has an unknown or wrong value.
        """
        if path is None:
            return cls()
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError as error:
            raise ConfigError(f"MAATJE_CONFIG names {path}, which does not exist") from error
        except OSError as error:
            raise ConfigError(f"MAATJE_CONFIG names {path}, which cannot be read: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: {error}") from error
        unknown = sorted(data.keys() - _TABLES)
        if unknown:
            known = ", ".join(f"[{name}.…]" for name in sorted(_TABLES))
            raise ConfigError(f"{path}: [{unknown[0]}] is no part of this file; there are {known}")
        sections = data.get("municipality", {})
        if not isinstance(sections, dict):
            raise ConfigError(f'{path}: write [municipality."NAME"], and under it what differs there')
        try:
            return cls({name: Municipality.model_validate(section) for name, section in sections.items()})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            raise ConfigError(f"{path}: [municipality.*] {where}: {first['msg']}") from error
