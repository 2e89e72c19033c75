"""Which terms a consultant should look at: those that come near, and those that passed unmet, as long as they are.

What must hold for a term to be of use is the table's (reminders/terms/spoken.py): list and messages never differ.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from reminders.stored_terms import stored_facts
from reminders.terms.milestones import TermStanding, holds
from reminders.terms.speaking import Audience, From, TermMessage
from reminders.terms.spoken import SPOKEN
from reminders.terms.terms import TermRules
from reminders.wording.on_terms import standing_of
from storage.attention.contact_moments import contacts_of

#: So long before its day a term is on the list.
TERMS_WITHIN: Final = timedelta(days=60)
_NEAR: Final = (
    "pip_due_hbel",
    "pip_due",
    "first_year_contacts_by",
    "relief_end",
    "route_switch_until",
    "term_end",
    "guidance_end",
)
#: What nobody can make good once it has passed stands on the list for as long as it stood there before.
_GONE_FOR_GOOD: Final = frozenset({"first_year_contacts_by", "self_reliance_goal"})


@dataclass(frozen=True, slots=True)
class TermToLookAt:
    """The day of somebody's term, and the text that says what it is of them ({on})."""

    on: date
    person_id: int
    says: str


async def terms_to_look_at(
    session: AsyncSession,
    person_ids: Collection[int],
    now: datetime,
    zone: ZoneInfo,
    rules_of: Callable[[str], TermRules],
) -> list[TermToLookAt]:
    """Of these people, by the rules of their municipality; the longest passed first."""
    today = now.astimezone(zone).date()
    moments = await contacts_of(session, person_ids, now)
    found: list[TermToLookAt] = []
    for person_id, stored in (await stored_facts(session, person_ids)).items():
        standing = standing_of(stored, rules_of(stored.municipality), moments.get(person_id, ()), zone)
        found += [TermToLookAt(on, person_id, says) for on, says in _due(standing, today)]
    return sorted(found, key=lambda one: (one.on, one.person_id, one.says))


def _due(standing: TermStanding, today: date) -> list[tuple[date, str]]:
    due: dict[str, tuple[date, str]] = {}
    for row in SPOKEN:
        on: date | None = getattr(standing.terms, row.about)
        if on is None or Audience.CONSULTANT not in row.to or row.when_known:
            continue
        is_near = row.about in _NEAR and not row.opens and today <= on <= today + TERMS_WITHIN
        if (is_near or _passed_unmet(row, on, today)) and all(holds(one, standing) for one in row.said_while):
            due[row.about] = (on, row.consultant)
    return list(due.values())


def _passed_unmet(row: TermMessage, on: date, today: date) -> bool:
    """Whether this message says that something should have been so by a day that lies behind. Where nothing had to be
    so (relief that ends), a term that is over is only over."""
    if not (row.opens and row.said_while and row.since is From.TERM and on < today):
        return False
    return row.about not in _GONE_FOR_GOOD or today <= on + TERMS_WITHIN
