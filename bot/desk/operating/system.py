"""How the service is, for administrators: what alarms are raised by, what was tried, what is due to be forgotten.

The same functions answer here as in `maatje doctor`, the metrics and `maatje retention`. What asks providers or reads
every row stays with the command line: a page must be there at once.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from bot.configuration.deployment import Deployment
from bot.desk.visit import Visit
from bot.operating.machine import OLDEST_BACKUP, free_disk, software, storage_folder
from reminders.kinds import KEPT_WITH_PERSON
from storage.backup.acts import last_backup
from storage.backup.held import count_held
from storage.engine.database import Database
from storage.engine.migrate import schema_found
from storage.figures.deliveries import latest_tries
from storage.outbox.message import oldest_due
from storage.people.relayed import oldest_unseen_cry
from storage.privacy.retention import held

SYSTEM: Final = "/desk/system"
#: What is looked at beside the channels; the first three are those of /health/ready.
CHECKS: Final = ("database", "writing", "sending", "schema", "queue", "cries", "backup", "held", "disk")
#: The latest tries that are counted.
_TRIES: Final = 2_000
#: As the alarms have it (bot/operating/files): so long a message, or a cry for help, may wait.
_WAITS: Final = timedelta(minutes=15)


class ShowsSystem:
    """The page. `readiness` looks at this process as /health/ready does, `channels_down` names what cannot send now."""

    def __init__(
        self,
        database: Database,
        deployment: Deployment,
        readiness: Callable[[], Awaitable[Mapping[str, bool]]],
        channels_down: Callable[[], Sequence[str]],
        channels: Sequence[str],
    ) -> None:
        self._database = database
        self._deployment = deployment
        self._readiness = readiness
        self._channels_down = channels_down
        self._channels = channels

    async def show(self, visit: Visit) -> Response:
        """Everything on one page; the first line says whether anything is to be done."""
        session, now = visit.session, visit.acting.now
        due, cry = await oldest_due(session, now), await oldest_unseen_cry(session)
        made_at, is_held = await last_backup(session), await count_held(session)
        disk = free_disk(storage_folder(self._database.url))
        schema = await schema_found(self._database)
        down = set(self._channels_down())
        checks = {
            **await self._readiness(),
            "schema": schema.fits,
            "queue": due is None or now - due < _WAITS,
            "cries": cry is None or now - cry < _WAITS,
            "backup": made_at is not None and now - made_at < OLDEST_BACKUP,
            "held": not is_held,
            "disk": disk.state == "ok",
        }
        kept = await held(
            session, now, kept_with_person=KEPT_WITH_PERSON, days=self._deployment.configuration.retention
        )
        return visit.page(
            "system.html",
            checks=checks,
            channels={name: name not in down for name in self._channels},
            is_well=all(checks.values()) and not down,
            due=due,
            cry=cry,
            backup=made_at,
            held=is_held,
            disk=disk.text,
            versions={
                "program": software(),
                "schema": schema.version or "–",
                "engine": self._database.url.get_backend_name(),
            },
            tries=await latest_tries(session, _TRIES),
            most=_TRIES,
            kept=sorted(kept, key=lambda rule: -rule.due),
        )
