"""What became of claimed messages, and writing it down: many results in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from storage.engine.columns import sqlite_text
from storage.engine.keys import KeyRing
from storage.vocabulary import ContactState, MessageState


@dataclass(slots=True)
class Try:
    """One try over one contact; `outcome` is a word ("sent", "blocked", "timeout"), `mark` the contact's new state."""

    contact_id: int
    channel: str
    at: datetime
    outcome: str
    mark: ContactState | None = None
    # Whether the contact did not take the message, so that the others come first for a while.
    refused: bool = False


@dataclass(slots=True)
class Result:
    """What became of one claimed message. `state` PENDING with `next_at` puts it back in the queue."""

    id: int
    state: MessageState
    reason: str | None = None
    next_at: datetime | None = None
    tries: tuple[Try, ...] = ()
    contact_id: int | None = None
    channel: str | None = None
    provider_ref: str | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    # When it goes on to the next channel, unless its provider says before that it arrived.
    pass_on_at: datetime | None = None
    # The intents of the numbered answers that were shown, in order; None where the channel has buttons.
    offered: tuple[str, ...] | None = None


_SENT = (MessageState.SENT, MessageState.DELIVERED)

# The group goes in as one JSON value: a statement a row would take the interpreter's lock anew for each row, and wait
# for the main thread each time.
_UPDATE_SQLITE = """
UPDATE outbox SET state = r.value ->> 0, reason = r.value ->> 1, attempts = attempts + (r.value ->> 2),
  next_at = COALESCE(r.value ->> 3, next_at), lease_owner = NULL, lease_until = NULL,
  sent_contact_id = (SELECT c.id FROM contact AS c WHERE c.id = r.value ->> 4),
  channel = COALESCE(r.value ->> 5, channel), provider_ref = COALESCE(r.value ->> 6, provider_ref),
  sent_at = COALESCE(r.value ->> 7, sent_at),
  delivered_at = r.value ->> 8, pass_on_at = r.value ->> 9
FROM json_each(?) AS r
WHERE outbox.id = r.value ->> 10
  AND (state = 'sending' AND lease_owner = ? OR (r.value ->> 11) AND state IN ('pending', 'sending'))
"""
_ATTEMPT_SQLITE = """
INSERT INTO attempt (message_id, contact_id, channel, at, outcome)
SELECT o.id, (SELECT c.id FROM contact AS c WHERE c.id = t.value ->> 0), t.value ->> 1, t.value ->> 2, t.value ->> 3
FROM json_each(?) AS t CROSS JOIN outbox AS o ON o.id = t.value ->> 4
"""
# One statement for the whole group and its attempts: one trip, all or nothing.
_POSTGRESQL = """
WITH updated AS (
  UPDATE outbox AS o SET state = r.state, reason = r.reason, attempts = o.attempts + r.tries,
    next_at = COALESCE(r.next_at, o.next_at), lease_owner = NULL, lease_until = NULL, sent_contact_id = c.id,
    channel = COALESCE(r.channel, o.channel), provider_ref = COALESCE(r.provider_ref, o.provider_ref),
    sent_at = COALESCE(r.sent_at, o.sent_at),
    delivered_at = r.delivered_at, pass_on_at = r.pass_on_at
  FROM unnest(%s::text[], %s::text[], %s::int[], %s::timestamptz[], %s::bigint[], %s::text[], %s::text[],
    %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::boolean[])
    AS r(state, reason, tries, next_at, contact_id, channel, provider_ref, sent_at, delivered_at, pass_on_at, id,
      sent)
    LEFT JOIN contact AS c ON c.id = r.contact_id
  WHERE o.id = r.id AND (o.state = 'sending' AND o.lease_owner = %s OR r.sent AND o.state IN ('pending', 'sending'))
)
INSERT INTO attempt (message_id, contact_id, channel, at, outcome)
SELECT o.id, c.id, t.channel, t.at, t.outcome
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[])
  AS t(contact_id, channel, at, outcome, message_id)
  JOIN outbox AS o ON o.id = t.message_id LEFT JOIN contact AS c ON c.id = t.contact_id
"""
_MARK_SQLITE = "UPDATE contact SET state = ? WHERE id = ? AND state = 'active'"
_MARK_POSTGRESQL = "UPDATE contact SET state = %s WHERE id = %s AND state = 'active'"
_REFUSED_SQLITE = "UPDATE contact SET last_failed_at = ? WHERE id = ?"
_REFUSED_POSTGRESQL = "UPDATE contact SET last_failed_at = %s WHERE id = %s"


_OFFER = """
INSERT INTO offer (contact_id, intents, at) SELECT c.id, {0}, {0} FROM contact AS c WHERE c.id = {0}
ON CONFLICT (contact_id) DO UPDATE SET intents = excluded.intents, at = excluded.at WHERE offer.at <= excluded.at
"""
_OFFER_SQLITE, _OFFER_POSTGRESQL = _OFFER.format("?"), _OFFER.format("%s")


def write_results(connection: Connection, results: Sequence[Result], worker: str, keys: KeyRing) -> None:
    """Write results and attempts; rows and contacts that are gone are passed over."""
    if not results:
        return
    results = sorted(results, key=lambda result: result.id)
    sqlite = connection.dialect.name == "sqlite"
    at = _as_text if sqlite else _as_it_is
    rows = [
        (
            result.state.value,
            result.reason,
            len(result.tries),
            at(result.next_at),
            result.contact_id,
            result.channel,
            result.provider_ref,
            at(result.sent_at),
            at(result.delivered_at),
            at(result.pass_on_at),
            result.id,
        )
        for result in results
    ]
    sent = [result.state in _SENT for result in results]
    tries = [
        (tried.contact_id, tried.channel, at(tried.at), tried.outcome, result.id)
        for result in results
        for tried in result.tries
    ]
    if sqlite:
        group = [(*row, is_sent) for row, is_sent in zip(rows, sent, strict=True)]
        connection.exec_driver_sql(_UPDATE_SQLITE, (json.dumps(group), worker))
        if tries:
            connection.exec_driver_sql(_ATTEMPT_SQLITE, (json.dumps(tries),))
    else:
        columns = [list(column) for column in zip(*rows, strict=True)]
        attempts = [list(column) for column in zip(*tries, strict=True)] or [[]] * 5
        connection.exec_driver_sql(_POSTGRESQL, (*columns, sent, worker, *attempts))
    for result in results:
        if result.offered is not None and result.sent_at is not None:
            intents = json.dumps({"intents": list(result.offered)}).encode()
            row = (keys.encrypt(intents, "offer.intents"), at(result.sent_at), result.contact_id)
            connection.exec_driver_sql(_OFFER_SQLITE if sqlite else _OFFER_POSTGRESQL, row)
    refused = {tried.contact_id: tried.at for result in results for tried in result.tries if tried.refused}
    for contact_id, refused_at in sorted(refused.items()):
        connection.exec_driver_sql(_REFUSED_SQLITE if sqlite else _REFUSED_POSTGRESQL, (at(refused_at), contact_id))
    marks = {tried.contact_id: tried.mark for result in results for tried in result.tries if tried.mark is not None}
    for contact_id, mark in sorted(marks.items()):
        connection.exec_driver_sql(_MARK_SQLITE if sqlite else _MARK_POSTGRESQL, (mark.value, contact_id))


def _as_it_is(moment: datetime | None) -> datetime | None:
    return moment


def _as_text(moment: datetime | None) -> str | None:
    return None if moment is None else sqlite_text(moment)
