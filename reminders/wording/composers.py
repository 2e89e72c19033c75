"""Who says what: the composer of every kind of message, put together once, and the choice of one by a row's kind."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from locales.rendering.message import Body
from reminders.delivery.composing import ClaimedMessage, Composed, Composer, OfNewer, Skip
from reminders.kinds import TRAITS, WordedBy
from reminders.terms.terms import TermRules
from reminders.wording.after_absence import FollowUpComposer
from reminders.wording.after_attendance import MissedComposer
from reminders.wording.attention.asking import AttentionComposer
from reminders.wording.attention.digest import DigestComposer
from reminders.wording.caseload_lists import NOT_SPOKEN_FOR
from reminders.wording.heard.cry import CryComposer
from reminders.wording.planned_messages import PlannedComposer
from reminders.wording.shared_phone.asking_first import AsksFirstComposer
from reminders.wording.sharing.absence_list import AbsenceListComposer
from storage.appointments.proposals import overtaken_of
from storage.attendance.patterns import TalkRule


class SayComposer:
    """Composes messages that carry their body: the dialogue's replies and what is told to others (`Kind.SAY`)."""

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        return {row.id: Body.from_json(row.params) for row in rows}


class ProposalComposer:
    """Composes other times for a meeting as they were worded, while they can be chosen; a night may have passed."""

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        overtaken = await overtaken_of(session, [row.key for row in rows], now)
        return {row.id: Skip("overtaken") if row.key in overtaken else Body.from_json(row.params) for row in rows}


class ComposersByKind:
    """Gives each row to the composer of its kind. A kind that this version does not know is left to the newer one that
    stored it; of those that it knows none is without a composer."""

    def __init__(self, composers: Mapping[WordedBy, Composer]) -> None:
        """`composers` has one for every WordedBy.

        Raises:
            LookupError: one is missing.
        """
        if missing := set(WordedBy) - composers.keys():
            raise LookupError(f"nobody words {', '.join(sorted(missing))}")
        self._by_kind: dict[str, Composer] = {
            kind.value: composers[traits.worded_by] for kind, traits in TRAITS.items()
        }

    async def compose(
        self, session: AsyncSession, rows: Sequence[ClaimedMessage], now: datetime
    ) -> Mapping[int, Composed]:
        """See Composer."""
        composed: dict[int, Composed] = {}
        groups: dict[Composer, list[ClaimedMessage]] = {}
        for row in rows:
            composer = self._by_kind.get(row.kind)
            if composer is None:
                composed[row.id] = OfNewer()
            else:
                groups.setdefault(composer, []).append(row)
        for composer, group in groups.items():
            composed.update(await composer.compose(session, group, now))
        return composed


def every_composer(
    zone: ZoneInfo,
    term_rules: Callable[[str], TermRules],
    talk_rules: Callable[[str], TalkRule],
    silent_for: Callable[[str], timedelta] = lambda _municipality: NOT_SPOKEN_FOR,
) -> ComposersByKind:
    """The composers of all kinds. `term_rules` and `talk_rules` give those of a municipality, by its name; `silent_for`
    after how long without a talk somebody is on the list of those not spoken with."""
    return ComposersByKind(
        {
            WordedBy.ITS_BODY: SayComposer(),
            WordedBy.PROPOSAL: ProposalComposer(),
            WordedBy.PLANNED: PlannedComposer(zone, term_rules),
            WordedBy.AFTER_ABSENCE: FollowUpComposer(zone),
            WordedBy.AFTER_ATTENDANCE: MissedComposer(zone, talk_rules),
            WordedBy.AFTER_CRY: CryComposer(),
            WordedBy.ATTENTION: AttentionComposer(),
            WordedBy.ASKS_FIRST: AsksFirstComposer(),
            WordedBy.ABSENCE_LIST: AbsenceListComposer(zone),
            WordedBy.DIGEST: DigestComposer(zone, term_rules, talk_rules, silent_for),
        }
    )
