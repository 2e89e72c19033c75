"""The rule sets by which terms are computed: data with an article, a source and a date for every rule.

`note` is the start note to the letter, `law` the law in force; the files beside this module hold them. A municipality
chooses one and may replace single rules in its configuration, in the same shape, with an article of its own. A later
law is another file here and one name in `RULE_SETS`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from storage.vocabulary import Route

#: What starts the term: the signature, the date on the plan, or that date where it is known and else the signature.
TermTrigger = Literal["signed", "dated", "dated_or_signed"]
#: What the ten weeks for the plan count from: entry in the BRP, or the later of that and DUO's written notice.
PipDueFrom = Literal["registration", "notice_or_registration"]

Days = Annotated[int, Field(ge=0, le=3650)]
Months = Annotated[int, Field(ge=0, le=240)]


class RuleFault(ValueError):
    """A rule set or a municipality's own rule cannot be used; the message says which rule and what to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRules:
    """What the terms are computed with. Months are calendar months; None = the law sets no such date."""

    pip_due_from: PipDueFrom
    pip_due_days: Days
    pip_due_hbel_days: Days
    term_trigger: TermTrigger
    term_months: Months
    # Whether what DUO granted replaces the end of the term.
    extension_replaces_end: bool
    guidance_months: Months
    route_switch_months: Months
    # From these routes to another is possible at any time.
    route_switch_always: tuple[Route, ...]
    # 0 = from the first day of the term; None = no date decides, only hours, effort and what is within reach.
    scale_down_months: Months | None = None
    scale_down_hours: Annotated[int, Field(ge=0, le=10_000)]
    first_year_months: Months
    relief_months: Months
    education_max_months: Months | None = None
    self_reliance_months: Months

    @property
    def mark(self) -> str:
        """A short mark of these rules, the same for the same values: what was told keeps it."""
        return sha256(repr(self).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a rule stands: the section or article, the text it was read in, and the date of that text."""

    article: str
    source: str
    text_of: date


#: Which of `TermRules` belong to which term.
VALUES_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "pip_due": ("pip_due_from", "pip_due_days"),
        "pip_due_hbel": ("pip_due_hbel_days",),
        "term_start": ("term_trigger",),
        "term_end": ("term_months", "extension_replaces_end"),
        "guidance_end": ("guidance_months",),
        "route_switch_until": ("route_switch_months", "route_switch_always"),
        "scale_down_from": ("scale_down_months", "scale_down_hours"),
        "first_year_contacts_by": ("first_year_months",),
        "relief_end": ("relief_months",),
        "education_max_end": ("education_max_months",),
        "self_reliance_goal": ("self_reliance_months",),
    }
)
_CITED: Final = frozenset(field.name for field in fields(Citation))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """A law, or a reading of it: its rules and where each stands, by the ids of DOMAIN.md's table."""

    name: str
    title: str
    read_on: date
    rules: TermRules
    citations: Mapping[str, Citation]

    def with_values(self, values: Mapping[str, object]) -> "RuleSet":
        """These rules computed with other values, cited as before.

        Raises:
            RuleFault: when a value is unknown or cannot be.
        """
        if not values:
            return self
        return replace(self, rules=_rules({**_values(self.rules), **values}))

    def with_own(self, own: Mapping[str, Mapping[str, object]]) -> "RuleSet":
        """These rules with a municipality's own in place of single ones: term → its values and where they stand.

        A value that an own rule leaves out is the law's no more but absent ("no waiting time") where it may be.

        Raises:
            RuleFault: when a rule is unknown, incomplete, or has a value that cannot be.
        """
        if not own:
            return self
        values, citations = _read_rules(own)
        replaced = {name for term in own for name in VALUES_OF[term]}
        kept = {name: value for name, value in _values(self.rules).items() if name not in replaced}
        return replace(self, rules=_rules({**kept, **values}), citations={**self.citations, **citations})


def _values(rules: TermRules) -> dict[str, object]:
    return {field.name: getattr(rules, field.name) for field in fields(TermRules)}


def read_rule_set(path: Path) -> RuleSet:
    """A rule set from its file.

    Raises:
        RuleFault: when it is no TOML, lacks a rule, or has a value that cannot be.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        name, title, read_on, rules = data["name"], data["title"], data["read_on"], data["rule"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise RuleFault(f"{path.name}: {error}") from error
    values, citations = _read_rules(rules)
    if missing := sorted(VALUES_OF.keys() - citations.keys()):
        raise RuleFault(f"{path.name}: has no rule for {', '.join(missing)}")
    return RuleSet(name=name, title=title, read_on=read_on, rules=_rules(values), citations=citations)


def _read_rules(rules: Mapping[str, Mapping[str, object]]) -> tuple[dict[str, object], dict[str, Citation]]:
    values: dict[str, object] = {}
    citations: dict[str, Citation] = {}
    for term, rule in rules.items():
        if term not in VALUES_OF:
            raise RuleFault(f"rule.{term}: is no term; there are {', '.join(VALUES_OF)}")
        if unknown := sorted(rule.keys() - _CITED - set(VALUES_OF[term])):
            raise RuleFault(f"rule.{term}: {unknown[0]} is unknown; use {', '.join(VALUES_OF[term])}")
        try:
            citations[term] = TypeAdapter(Citation).validate_python(
                {name: value for name, value in rule.items() if name in _CITED}
            )
        except ValidationError as error:
            raise RuleFault(f"rule.{term}: {_first(error)}; every rule says where it stands") from error
        values |= {name: value for name, value in rule.items() if name not in _CITED}
    return values, citations


def _rules(values: Mapping[str, object]) -> TermRules:
    try:
        return TypeAdapter(TermRules).validate_python(dict(values))
    except ValidationError as error:
        raise RuleFault(f"rule: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"


_HERE: Final = Path(__file__).parent
NOTE: Final = read_rule_set(_HERE / "note.toml")
LAW: Final = read_rule_set(_HERE / "law.toml")
RULE_SETS: Final[Mapping[str, RuleSet]] = MappingProxyType({found.name: found for found in (NOTE, LAW)})
#: Of a new deployment.
DEFAULT_RULES: Final = LAW
