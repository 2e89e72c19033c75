"""The personal links of an invitation, and of what a channel should not say itself."""

from datetime import datetime

import structlog

from reminders.delivery.composing import ClaimedMessage
from storage.engine.keys import KeyRing
from storage.people.link_codes import make_pass

log = structlog.get_logger(__name__)


def web_link(base_url: str, code: str) -> str:
    """The web chat's link. The code stands behind "#", so it reaches no server log, proxy or link preview."""
    return f"{base_url}/chat#{code}"


class PersonalLinks:
    """Makes links to the web chat that open it as one person; see reminders.delivery.composing.LinkMaker."""

    def __init__(self, base_url: str, keys: KeyRing) -> None:
        self._base_url = base_url
        self._keys = keys

    def personal_link(self, message: ClaimedMessage, now: datetime) -> str | None:
        """The link, good for a few days; None for a message to somebody who is no person of ours."""
        if message.person_id is None:
            return None
        return web_link(self._base_url, make_pass(self._keys, message.person_id, now))
