"""A municipality's own reminder rules, from TOML (the file of MAATJE_CONFIG), checked when read.

    [policies.default.class]              # every municipality; a kind of DOMAIN.md, "What is reminded"
    rules = [
      { id = "overview", weekly = "sunday", at = "17:00" },
      { id = "evening", before = "1 day", at = "18:00", first_of_day_only = true },
    ]

    [policies."Huizen".progress_meeting]  # this municipality only
    rules = [
      { id = "week", before = "7 days", ask_confirmation = true },
      { id = "hours", before = "3 hours", useful_for = "2 hours" },
    ]
    collapse_within = "4 hours"

    [policies."Huizen".progress_meeting.confirmation_followup]
    ask_again = "3 days"
    ask_again_at = "12:00"
    show_consultant = "2 days"
    show_consultant_at = "09:00"

A kind that is named is replaced as a whole: rules that are left out are not sent. `rules = []` says nothing about a
kind. `before` is "N minutes", "N hours", "N days" or "N weeks"; days and weeks keep the wall time of the appointment
unless `at` gives one; minutes and hours are real durations. `confirmation_followup = false` asks nobody twice.
Other tables of the file belong to others and are left alone.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from reminders.policies.rules import (
    AppointmentKind,
    ConfirmationFollowup,
    DaysBefore,
    HoursBefore,
    Policies,
    Policy,
    Rule,
    Timing,
    WeeklyOverview,
)
from reminders.policies.toml_lines import Path, key_lines, nearest_line

_Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[str, ...] = get_args(_Weekday)
_SPAN = re.compile(r"\s*(\d{1,4})\s*(minute|hour|day|week)s?\s*")
_AT = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LONGEST = timedelta(days=366)


class PolicyError(ValueError):
    """The rules cannot be used: on which line of the text (from 1), and what to do."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


def load_policies(text: str) -> Policies:
    """Read the `[policies.*]` tables of a TOML text; none of them gives the defaults.

    Raises:
        PolicyError: when it is no TOML, or a table, key or value is unknown or wrong.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(_line_of(error, text), f"no valid TOML: {error}") from error
    try:
        tables = _TABLES.validate_python(data.get("policies", {}))
    except ValidationError as error:
        first = error.errors()[0]
        place: Path = ("policies", *(step for step in first["loc"] if _is_of_the_text(step)))
        raise PolicyError(nearest_line(key_lines(text), place), _advice(place, first["type"], first["msg"])) from error
    return Policies(
        MappingProxyType(
            {
                name.casefold(): MappingProxyType({kind: table.policy() for kind, table in kinds.items()})
                for name, kinds in tables.items()
            }
        )
    )


def _span(value: object) -> timedelta:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('write a time span as "2 hours", "30 minutes", "7 days" or "1 week"')
    span = timedelta(**{f"{found[2]}s": int(found[1])})
    if not timedelta(0) < span <= _LONGEST:
        raise ValueError("a time span is longer than nothing, and a year at most")
    return span


def _days(value: object) -> int:
    span = _span(value)
    if span % timedelta(days=1):
        raise ValueError('write whole days, as "3 days"')
    return span.days


def _at(value: object) -> time:
    if not isinstance(value, str) or _AT.fullmatch(value) is None:
        raise ValueError('write a time of day as "18:00", in quotation marks')
    return time.fromisoformat(value)


_Span = Annotated[timedelta, BeforeValidator(_span)]
_Days = Annotated[int, BeforeValidator(_days)]
_At = Annotated[time, BeforeValidator(_at)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _RuleTable(_Table):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    before: _Span | None = None
    weekly: _Weekday | None = None
    at: _At | None = None
    ask_confirmation: bool = False
    first_of_day_only: bool = False
    useful_for: _Span | None = None

    @model_validator(mode="after")
    def _one_time(self) -> "_RuleTable":
        if (self.before is None) == (self.weekly is None):
            raise ValueError('give either before = "2 hours" or weekly = "sunday"')
        if self.at is not None and self.before is not None and self.before % timedelta(days=1):
            raise ValueError('at = "…" goes with whole days or weeks, as before = "1 day"; leave it out for hours')
        return self

    def rule(self) -> Rule:
        return Rule(
            id=self.id,
            timing=self._timing(),
            ask_confirmation=self.ask_confirmation,
            first_of_day_only=self.first_of_day_only,
            useful_for=self.useful_for,
        )

    def _timing(self) -> Timing:
        if self.weekly is not None:
            weekday = WEEKDAYS.index(self.weekly)
            return WeeklyOverview(weekday) if self.at is None else WeeklyOverview(weekday, self.at)
        before = self.before or timedelta(0)
        if before % timedelta(days=1):
            return HoursBefore(before)
        return DaysBefore(before.days, self.at)


class _FollowupTable(_Table):
    ask_again: _Days
    ask_again_at: _At | None = None
    show_consultant: _Days
    show_consultant_at: _At | None = None

    @model_validator(mode="after")
    def _asked_first(self) -> "_FollowupTable":
        if self.ask_again < self.show_consultant:
            raise ValueError("ask_again must not come after show_consultant: the person is asked first")
        return self

    def followup(self) -> ConfirmationFollowup:
        return ConfirmationFollowup(
            ask_again=DaysBefore(self.ask_again, self.ask_again_at),
            show_consultant=DaysBefore(self.show_consultant, self.show_consultant_at),
        )


class _PolicyTable(_Table):
    rules: list[_RuleTable]
    confirmation_followup: _FollowupTable | Literal[False] = False
    collapse_within: _Span = timedelta(hours=4)

    @model_validator(mode="after")
    def _ids_differ(self) -> "_PolicyTable":
        ids = [rule.id for rule in self.rules]
        if twice := next((id_ for id_ in ids if ids.count(id_) > 1), None):
            raise ValueError(f"two rules have the id {twice!r}; give each its own")
        return self

    def policy(self) -> Policy:
        return Policy(
            rules=tuple(rule.rule() for rule in self.rules),
            confirmation_followup=self.confirmation_followup.followup() if self.confirmation_followup else None,
            collapse_within=self.collapse_within,
        )


_TABLES: TypeAdapter[Mapping[str, Mapping[AppointmentKind, _PolicyTable]]] = TypeAdapter(
    Mapping[str, Mapping[AppointmentKind, _PolicyTable]]
)

_ADVICE = {
    "extra_forbidden": "is not known here: check the spelling, or remove it",
    "missing": "is missing: add it",
    "enum": f"is no kind of appointment; use one of {', '.join(AppointmentKind)}",
    "mapping_type": "must be a table, as [policies.default.progress_meeting]",
    "dict_type": "must be a table, as [policies.default.progress_meeting]",
    "model_type": "must be a table",
    "bool_type": "must be true or false",
    "list_type": "must be a list: [ … ]",
    "string_pattern_mismatch": "must be lower-case letters, digits and _, and start with a letter",
    "literal_error": "must be a day of the week in English, in lower case, as sunday",
}


def _advice(place: Path, kind: str, message: str) -> str:
    where = ".".join(str(step + 1) if isinstance(step, int) else step for step in place[1:]) or "policies"
    return f"{where} {_ADVICE.get(kind) or ': ' + message.removeprefix('Value error, ')}".replace(" : ", ": ")


def _is_of_the_text(step: str | int) -> bool:
    """pydantic also names the branch of a choice that failed, and whether it was a key: no part of the TOML."""
    return isinstance(step, int) or not (step == "[key]" or step.startswith(("function-", "literal[", "_")))


def _line_of(error: tomllib.TOMLDecodeError, text: str) -> int:
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else text.count("\n") + 1
