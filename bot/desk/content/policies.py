"""When people are reminded of each kind of appointment, as a form: looked at first as a made-up week, then put before a
second person. The configuration file's rules hold until then, and wherever nothing else was agreed."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from bot.actions.content.changing import WantedChange
from bot.configuration.municipality import Municipalities
from bot.desk.content.policy_form import (
    FormFault,
    RuleHow,
    SpanUnit,
    fields_of,
    given,
    numbers_shown,
    read_form,
)
from bot.desk.content.proposing import put_before_second
from bot.desk.content.texts import CONTENT
from bot.desk.door import DeskDoor
from bot.desk.forms import JustDone, not_found, then
from bot.desk.visit import Visit
from reminders.local_time import QuietHours
from reminders.planning.planner import Planner
from reminders.policies.policy_text import policy_text
from reminders.policies.rules import EVERYWHERE, AppointmentKind, Policy
from reminders.policies.week import SaidInWeek, a_monday_ahead, made_up_week
from storage.content.changes import changes_of, emails_of, waiting_changes
from storage.vocabulary import ContentKind, ContentState

POLICIES: Final = f"{CONTENT}/policies"
_HISTORY: Final = 20


class ChangesPolicies:
    """The pages; `planner` knows what holds, `quiet_hours` are the deployment's."""

    def __init__(
        self, door: DeskDoor, planner: Planner, quiet_hours: QuietHours, municipalities: Municipalities
    ) -> None:
        self._door = door
        self._planner = planner
        self._quiet_hours = quiet_hours
        self._municipalities = municipalities

    async def show_all(self, visit: Visit) -> Response:
        """Each kind of appointment, with what would be said of it in a made-up week."""
        of = self._of(visit, visit.query.text("of"))
        policies = await self._planner.policies.now(visit.session)
        monday = a_monday_ahead(visit.acting.today)
        return visit.page(
            "content_policies.html",
            of=of,
            municipalities=self._places(visit),
            weeks={kind: self._week(kind, policies.of(kind, of), monday) for kind in AppointmentKind},
            waiting={one.key for one in await waiting_changes(visit.session, kind=ContentKind.POLICY, place=of)},
            everywhere=EVERYWHERE,
            address_of=policy_path,
        )

    async def show(self, visit: Visit) -> Response:
        """The form of one kind."""
        kind, of, before = await self._asked(visit)
        return await self._page(visit, kind, of, before, fields_of(before), (), None)

    async def look(self, visit: Visit) -> Response:
        """What is wrong with the form, or what a made-up week would be; nothing is kept."""
        kind, of, before = await self._asked(visit)
        read = read_form(kind, visit.form, before)
        return await self._page(visit, kind, of, before, dict(given(visit.form)), read.faults, read.policy)

    async def propose(self, visit: Visit) -> Response:
        """Put it before a second person."""
        kind, of, before = await self._asked(visit)
        read = read_form(kind, visit.form, before)
        if read.policy is None:
            return await self._page(visit, kind, of, before, dict(given(visit.form)), read.faults, None)
        path = policy_path(kind, of)
        if read.policy == before:
            return then(path, JustDone.NO_CHANGE)
        wanted = WantedChange(
            ContentKind.POLICY, kind.value, of, policy_text(kind, of, read.policy), policy_text(kind, of, before)
        )
        return await put_before_second(self._door, visit, [wanted], path)

    def _week(self, kind: AppointmentKind, policy: Policy, monday: date) -> list[SaidInWeek]:
        return made_up_week(kind, policy, self._quiet_hours, monday)

    def _places(self, visit: Visit) -> list[str]:
        """The municipalities whose rules somebody may change; all of them, and those of every other, where they are
        bound to none."""
        bound = visit.who.municipality.casefold()
        return [bound] if bound else [EVERYWHERE, *(name for name, _ in self._municipalities.named())]

    def _of(self, visit: Visit, asked: str) -> str:
        places, of = self._places(visit), asked.casefold()
        if of and of not in places:
            raise not_found()
        return of or places[0]

    async def _asked(self, visit: Visit) -> tuple[AppointmentKind, str, Policy]:
        named = str(visit.request.path_params["kind"])
        kind = next((one for one in AppointmentKind if one.value == named), None)
        if kind is None:
            raise not_found()
        of = self._of(visit, str(visit.request.path_params["of"]))
        policies = await self._planner.policies.now(visit.session)
        return kind, of, policies.of(kind, of)

    async def _page(
        self,
        visit: Visit,
        kind: AppointmentKind,
        of: str,
        before: Policy,
        typed: dict[str, str],
        faults: Sequence[FormFault],
        after: Policy | None,
    ) -> Response:
        history = await changes_of(visit.session, ContentKind.POLICY, kind.value, of, _HISTORY)
        monday = a_monday_ahead(visit.acting.today)
        return visit.page(
            "content_policy.html",
            kind=kind,
            of=of,
            typed=typed,
            shown=numbers_shown(before),
            faults=faults,
            wrong={fault.field for fault in faults},
            before=self._week(kind, before, monday),
            after=self._week(kind, after, monday) if after is not None else None,
            is_class=kind is AppointmentKind.CLASS,
            hows=[RuleHow.BEFORE, *([RuleHow.WEEKLY] if kind is AppointmentKind.CLASS else [])],
            units=list(SpanUnit),
            history=history,
            live=[change for change in history if change.state is ContentState.LIVE],
            emails=await emails_of(visit.session, history),
            everywhere=EVERYWHERE,
            address=policy_path(kind, of),
        )


def policy_path(kind: str, of: str) -> str:
    """The address of a policy's form."""
    return f"{POLICIES}/{quote(of)}/{kind}"
