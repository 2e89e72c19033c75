"""A claimed row of the outbox as it stands in the table."""

import json
from datetime import datetime
from typing import Final, NamedTuple, cast

from storage.engine.columns import Json
from storage.engine.encryption.row_binding import row_name
from storage.engine.keys import KeyRing

#: The reason of a message that is in the queue again because whoever was sending it was lost: it may have gone out.
UNFINISHED: Final = "unfinished"


class ClaimedRow(NamedTuple):
    """One claimed row as it stands in the table; `params` is still encrypted."""

    id: int
    key: str
    kind: str
    params: bytes
    person_id: int | None
    consultant_id: int | None
    contact_id: int | None
    appointment_id: int | None
    appointment_version: int | None
    priority: int
    due_at: datetime
    useful_until: datetime | None
    next_at: datetime
    attempts: int
    passed_over: str = ""
    reason: str | None = None
    # None where nobody holds it.
    lease_until: datetime | None = None

    def read(self, keys: KeyRing) -> dict[str, Json]:
        """The parameters.

        Raises:
            storage.engine.keys.Undecryptable: no secret fits, or they are another row's.
        """
        plain = keys.decrypt(self.params, "outbox.params", row_name(self.key))
        # As text: of bytes, json looks first which encoding they may be in.
        return cast(dict[str, Json], json.loads(plain.decode()))

    @property
    def may_have_gone(self) -> bool:
        """Whether an earlier process may have sent it, and died before it could write that down."""
        return self.reason == UNFINISHED
