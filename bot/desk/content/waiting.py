"""What waits for a second person: each change with what it was and what it would be, and a yes or a no; and the way
back of what held.

A decision is made in a transaction of its own, after which this process says what holds then; others follow within a
minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.responses import Response

from bot.actions.content.changing import ContentRefused, answer, take_back, withdraw
from bot.content.live import OwnContent, forms_of
from bot.desk.content.policies import policy_path
from bot.desk.content.proposing import SAID, WAITING
from bot.desk.content.text import text_path
from bot.desk.door import DeskDoor
from bot.desk.forms import JustDone, not_found, then
from bot.desk.visit import Visit
from locales.rendering.languages import LANGUAGES
from locales.reviewing.standing import StandingText
from reminders.local_time import QuietHours
from reminders.policies.due_times import Policy, load_policies
from reminders.policies.week import SaidInWeek, a_monday_ahead, made_up_week
from storage.content.changes import ContentChange, emails_of, waiting_changes
from storage.vocabulary import AppointmentKind, ContentKind

#: As many of one sheet as are shown before they are asked for.
_OF_SHEET: Final = 5
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """One change that waits: a text as it stands with its forms before and after, or a policy's made-up weeks."""

    change: ContentChange
    one: StandingText | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    week_before: Sequence[SaidInWeek] = ()
    week_after: Sequence[SaidInWeek] = ()


@dataclass(frozen=True, slots=True)
class WaitingTogether:
    """One change, or those of one sheet: some of them are shown, all are answered at once."""

    number: int
    shown: Sequence[WaitingChange]
    count: int
    is_sheet: bool


class AnswersChanges:
    """The pages; `content` is what this deployment says, `quiet_hours` are its own."""

    def __init__(self, door: DeskDoor, content: OwnContent, quiet_hours: QuietHours) -> None:
        self._door = door
        self._content = content
        self._quiet_hours = quiet_hours

    async def show(self, visit: Visit) -> Response:
        """Everything that waits, the oldest first; with `sheet` all of one sheet."""
        await self._content.refresh_in(visit.session)
        waiting = await waiting_changes(visit.session)
        asked, monday = visit.query.number("sheet"), a_monday_ahead(visit.acting.today)
        together: dict[int, list[ContentChange]] = {}
        for one in waiting:
            together.setdefault(one.sheet or one.id, []).append(one)
        shown = [
            WaitingTogether(
                number,
                [self._waiting(one, monday) for one in (changes if number == asked else changes[:_OF_SHEET])],
                len(changes),
                changes[0].sheet is not None,
            )
            for number, changes in together.items()
            if asked in (0, number)
        ]
        return visit.page(
            "content_waiting.html",
            together=shown[:_MOST],
            more=len(shown) > _MOST,
            whole=asked,
            emails=await emails_of(visit.session, waiting),
        )

    async def answer(self, visit: Visit) -> Response:
        """Yes or no to one change, or to a whole sheet; whoever proposed it withdraws it by the same form."""
        said = visit.form.text("answer")
        if said not in ("yes", "no", "withdraw"):
            return then(WAITING, JustDone.NOT_DONE)
        await self._content.refresh_in(visit.session)
        await self._content.checks.ready()
        wanted = visit.row()
        ids = [one.id for one in await waiting_changes(visit.session) if wanted in (one.id, one.sheet)]
        if not ids:
            return then(WAITING, JustDone.CHANGED)
        async with self._door.database.writing() as session:
            acting = self._door.acting(visit.who.actor, session)
            if said == "withdraw":
                withdrawn = await withdraw(acting, ids)
                refused = withdrawn if isinstance(withdrawn, ContentRefused) else None
                late = False
            else:
                done = await answer(acting, ids, yes=said == "yes", note=visit.form.text("note"), holds=self._holds)
                refused = done if isinstance(done, ContentRefused) else None
                late = not isinstance(done, ContentRefused) and bool(done.out_of_date)
        await self._content.refresh()
        if refused is ContentRefused.NOT_THEIRS:
            raise not_found()
        if refused is not None:
            return then(WAITING, SAID[refused])
        if late:
            return then(WAITING, JustDone.SOME_OUT_OF_DATE)
        by_answer = {"yes": JustDone.APPROVED, "no": JustDone.REFUSED, "withdraw": JustDone.WITHDRAWN}
        return then(WAITING, by_answer[said])

    async def take_back(self, visit: Visit) -> Response:
        """What was before it holds again."""
        async with self._door.database.writing() as session:
            taken = await take_back(self._door.acting(visit.who.actor, session), visit.row())
        await self._content.refresh()
        if taken is ContentRefused.NOT_THEIRS:
            raise not_found()
        if isinstance(taken, ContentRefused):
            return then(WAITING, SAID[taken])
        path = policy_path if taken.kind is ContentKind.POLICY else text_path
        return then(path(taken.key, taken.place), JustDone.HELD_NO_MORE)

    def _holds(self, change: ContentChange) -> bool:
        """Whether a change still passes every check, beside the Dutch as it stands now."""
        if change.kind is ContentKind.POLICY:
            return _policy(change, change.value) is not None
        one = self._text(change)
        strings = forms_of(change.value)
        return one is not None and not self._content.checks.findings(one, strings, facts_changed=change.facts_changed)

    def _waiting(self, change: ContentChange, monday: date) -> WaitingChange:
        if change.kind is ContentKind.POLICY:
            weeks = [self._week(change, text, monday) for text in (change.before, change.value)]
            return WaitingChange(change, week_before=weeks[0], week_after=weeks[1])
        return WaitingChange(change, self._text(change), forms_of(change.before), forms_of(change.value))

    def _text(self, change: ContentChange) -> StandingText | None:
        """A text as it stands; None where this version does not have it."""
        return self._content.texts.text(change.key, change.place) if change.place in LANGUAGES else None

    def _week(self, change: ContentChange, text: str, monday: date) -> Sequence[SaidInWeek]:
        policy = _policy(change, text)
        return (
            made_up_week(AppointmentKind(change.key), policy, self._quiet_hours, monday) if policy is not None else ()
        )


def _policy(change: ContentChange, text: str) -> Policy | None:
    """A policy as a change keeps it; None where this version cannot read it."""
    try:
        return load_policies(text).own.get(change.place, {}).get(AppointmentKind(change.key))
    except ValueError:
        return None
