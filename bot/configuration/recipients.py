"""Who else hears who cannot come: a language school, the benefits officer, VluchtelingenWerk, a stand-in team.

    [municipality."Huizen".recipient."Taalschool Gooi"]
    role = "school"
    email = "verzuim@taalschool.example"
    groups = ["B1 dinsdag", "Z-route ochtend"]
    at = 07:00:00
    link = true
    legal_basis = "Besluit inburgering 2021, art. 9.2"

Nobody hears anything unless a municipality writes them down with the legal basis for it; everybody's own copy shows who
hears of them, of what, and on which basis. What is handed on is a name, the lesson or meeting, and from when until
when somebody is absent: never a reason. With `link` a consultant can give them, beside the day's e-mail or instead of
it, a link to one group's week, in which they also note who was there.
"""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from storage.engine.columns import Json
from storage.vocabulary import AppointmentKind


class RecipientRole(StrEnum):
    """Who it is (start note 3.1-3.3)."""

    SCHOOL = "school"
    BENEFITS_OFFICER = "benefits_officer"
    REFUGEE_WORK = "refugee_work"
    STAND_IN_TEAM = "stand_in_team"


class SharedWith(BaseModel):
    """One recipient of a municipality: of the lessons of `groups`, and of people's own appointments of `kinds`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: RecipientRole
    # Where the day's list goes; None = it goes nowhere, they have links only.
    email: str | None = Field(default=None, pattern=r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$")
    legal_basis: str = Field(min_length=10)
    groups: tuple[str, ...] = ()
    kinds: tuple[AppointmentKind, ...] = ()
    # Local wall time from which the day's list goes out.
    at: time = time(7, 0)
    # Whether consultants may give them links to the weeks of `groups`.
    link: bool = False

    @field_validator("kinds")
    @classmethod
    def _are_not_classes(cls, kinds: tuple[AppointmentKind, ...]) -> tuple[AppointmentKind, ...]:
        if AppointmentKind.CLASS in kinds:
            raise ValueError("of lessons name the groups: class is no kind of people's own appointments")
        return kinds

    @model_validator(mode="after")
    def _hears_of_something(self) -> "SharedWith":
        if not self.groups and not self.kinds:
            raise ValueError("name the groups or the kinds of appointments that they hear of")
        if self.link and not self.groups:
            raise ValueError("a link is to a group's week: name the groups")
        if self.email is None and not self.link:
            raise ValueError("give the email that the list goes to, or link = true")
        return self

    def told(self, name: str) -> Json:
        """As a person's own copy shows it."""
        return {
            "recipient": name,
            "role": self.role.value,
            "hears": "that somebody cannot come, to which lesson or meeting, and from when until when; never a reason",
            "groups": list(self.groups),
            "kinds": [kind.value for kind in self.kinds],
            "by": [*(["email"] if self.email is not None else []), *(["link"] if self.link else [])],
            "legal_basis": self.legal_basis,
        }


def shared_with(recipients: Mapping[str, SharedWith]) -> list[Json]:
    """Who hears of a municipality's people, as their own copy shows it; [] where nobody does."""
    return [one.told(name) for name, one in recipients.items()]
