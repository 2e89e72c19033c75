"""The policies that hold now: the configuration file's, and on top what two people of the municipality agreed to since.

Planning asks in its own transaction, so that every process, a command too, plans by the same.
"""

from collections.abc import Mapping

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from reminders.policies.due_times import Policies, Policy, PolicyError, load_policies
from storage.content.changes import live_changes, newest_revision
from storage.vocabulary import AppointmentKind, ContentKind

log = structlog.get_logger(__name__)


class OwnPolicies:
    """What holds; `of_file` are the configuration file's."""

    def __init__(self, of_file: Policies) -> None:
        self._of_file = of_file
        self._policies = of_file
        self._revision = 0

    async def now(self, session: AsyncSession) -> Policies:
        """The policies as they stand; read again only where something was decided since."""
        revision = await newest_revision(session)
        if revision != self._revision:
            own: dict[str, dict[AppointmentKind, Policy]] = {}
            for change in await live_changes(session, ContentKind.POLICY):
                for municipality, policies in _read(change.id, change.value).items():
                    own.setdefault(municipality, {}).update(policies)
            self._policies, self._revision = self._of_file.with_own(own), revision
        return self._policies


def _read(change_id: int, text: str) -> Mapping[str, Mapping[AppointmentKind, Policy]]:
    """One change's; none where this version does not know what it says: the others hold all the same."""
    try:
        return load_policies(text).own
    except PolicyError as error:
        log.warning("policy_unreadable", change=change_id, line=error.line)
        return {}
