"""What differs between municipalities, from the TOML file named by MAATJE_CONFIG; one deployment serves several.

    [municipality."Huizen"]
    telephone = "035 528 19 11"
    duty_telephone = "06 12345678"
    address = "Graaf Wichman 10, Huizen"
    stand_in_with = ["Blaricum"]
    rules = "law"

    [municipality."Huizen".rule.route_switch_until]
    route_switch_months = 24
    route_switch_always = ["education"]
    article = "Verordening inburgering Huizen 2027, art. 4"
    source = "https://lokaleregelgeving.overheid.nl/..."
    text_of = 2027-01-01

The section named "default" holds for every municipality without its own. Unknown keys are refused, so that a typing
error is found when the service starts and not when somebody needs the number. `rules` names the rule set of
`reminders/terms` by which dates are computed (`law` unless it says otherwise); a `rule` replaces a single one.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.configuration.recipients import SharedWith
from reminders.terms.rule_sets import DEFAULT_RULES, NOTE, RULE_SETS, RuleSet, TermRules
from storage.attendance.patterns import TalkRule

DEFAULT = "default"


class ConfigError(ValueError):
    """The configuration file cannot be used; the message says which part and what to do."""


class Municipality(BaseModel):
    """One municipality's own facts, shown to people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    telephone: str = ""
    # Who can be reached at any hour and hears, by SMS, of a cry for help that no consultant saw.
    duty_telephone: str = ""
    # On which people call the machine, where that is this municipality's alone: who calls there from a number that
    # is not known is told `telephone`.
    call_number: str = ""
    address: str = ""
    # Other municipalities whose consultants may stand in for this one's; nobody else of elsewhere sees its people.
    stand_in_with: tuple[str, ...] = ()
    # By which dates are computed; `rule` holds the municipality's own in place of single ones, by term.
    rules: str = DEFAULT_RULES.name
    rule: dict[str, dict[str, object]] = Field(default_factory=dict)
    # What starts the term and whether scaling down waits, in words of before the rule sets: still read, where there.
    term_trigger: Literal["signed", "dated"] | None = None
    scale_down_waits: bool | None = None
    # So many missed lessons without a report, within so many weeks, put "plan a talk" before the consultant.
    talk_after_missed: int = Field(default=3, ge=1, le=100)
    talk_within_weeks: int = Field(default=4, ge=1, le=52)
    # Who else hears who cannot come, by name; nobody, unless it is written down with its legal basis.
    recipient: dict[str, SharedWith] = Field(default_factory=dict)
    # With whom no consultant spoke for so many weeks is on a list of theirs.
    not_spoken_weeks: int = Field(default=4, ge=1, le=52)

    # A consultant's message to more people than this of a group waits for a colleague's yes.
    second_yes_above: int = Field(default=25, ge=1, le=10_000)

    @property
    def talk_rule(self) -> TalkRule:
        """When missed lessons are a reason for a talk."""
        return TalkRule(self.talk_after_missed, timedelta(weeks=self.talk_within_weeks))

    @property
    def silent_for(self) -> timedelta:
        """After how long without a talk a consultant is told."""
        return timedelta(weeks=self.not_spoken_weeks)

    @cached_property
    def rule_set(self) -> RuleSet:
        """The rules of this municipality, each with where it stands."""
        old: dict[str, object] = {}
        if self.term_trigger is not None:
            old["term_trigger"] = self.term_trigger
        if self.scale_down_waits is not None:
            old["scale_down_months"] = NOTE.rules.scale_down_months if self.scale_down_waits else None
        return RULE_SETS[self.rules].with_values(old).with_own(self.rule)

    @property
    def term_rules(self) -> TermRules:
        """What this municipality's terms are computed with."""
        return self.rule_set.rules

    @field_validator("duty_telephone", "call_number")
    @classmethod
    def _is_a_number(cls, written: str) -> str:
        if not written:
            return ""
        # Its tables take a while to load, and most municipalities' file has no number.
        import phonenumbers

        try:
            number = phonenumbers.parse(written, "NL")
        except phonenumbers.NumberParseException as error:
            raise ValueError(f"'{written}' is no telephone number") from error
        if not phonenumbers.is_valid_number(number):
            raise ValueError(f"'{written}' is no telephone number")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    @field_validator("rules")
    @classmethod
    def _is_a_rule_set(cls, name: str) -> str:
        if name not in RULE_SETS:
            raise ValueError(f"'{name}' is no rule set; there are {', '.join(sorted(RULE_SETS))}")
        return name

    @model_validator(mode="after")
    def _own_rules_hold(self) -> "Municipality":
        # A RuleFault here is a fault of the file, told when the service starts.
        _ = self.rule_set
        return self


class Municipalities:
    """The municipalities of a deployment, by name without regard to case."""

    def __init__(self, by_name: dict[str, Municipality] | None = None) -> None:
        self._by_name = {name.casefold(): municipality for name, municipality in (by_name or {}).items()}
        # Made once: every person who is planned asks for it.
        self._default = self._by_name.get(DEFAULT) or Municipality()

    def of(self, name: str) -> Municipality:
        """The municipality's own facts, or the default's."""
        return self._by_name.get(name.casefold(), self._default)

    def telephone_by(self, called: str) -> str:
        """The municipality's own number, by the number on which the machine is called (E.164)."""
        own = (found for found in self._by_name.values() if called and found.call_number == called)
        return next(own, self._default).telephone

    def named(self) -> Iterator[tuple[str, Municipality]]:
        """Those with a section of their own, by name (in small letters)."""
        yield from ((name, found) for name, found in self._by_name.items() if name != DEFAULT)

    @classmethod
    def of_tables(cls, sections: object, path: Path) -> "Municipalities":
        """From the `[municipality.*]` sections of the configuration file at `path`.

        Raises:
            ConfigError: a key is unknown, or a value wrong.
        """
        if not isinstance(sections, dict):
            raise ConfigError(f'{path}: write [municipality."NAME"], and under it what differs there')
        try:
            return cls({name: Municipality.model_validate(section) for name, section in sections.items()})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            raise ConfigError(f"{path}: [municipality.*] {where}: {first['msg']}") from error
