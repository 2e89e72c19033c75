"""What became of claimed messages, and writing it down: many results in one transaction."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain

from sqlalchemy import Connection

from storage.engine.columns import sqlite_text
from storage.engine.encryption.row_binding import row_name
from storage.engine.keys import KeyRing
from storage.outbox.heard import ToldOf
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
    # When it failed or expired: it is looked for until somebody was told of that.
    lost_at: datetime | None = None
    # What its recipient heard with it, of which appointments.
    told: tuple[ToldOf, ...] = ()


_SENT = (MessageState.SENT, MessageState.DELIVERED)

# The group goes in with one statement: a statement a row would take the interpreter's lock anew for each row, and wait
# for the main thread each time. As bound values: as one JSON value it takes half as long again.
_UPDATE_SQLITE = """
UPDATE outbox SET state = r.column1, reason = r.column2, attempts = attempts + r.column3,
  next_at = COALESCE(r.column4, next_at), lease_owner = NULL, lease_until = NULL,
  sent_contact_id = (SELECT c.id FROM contact AS c WHERE c.id = r.column5),
  channel = COALESCE(r.column6, channel), provider_ref = COALESCE(r.column7, provider_ref),
  sent_at = COALESCE(r.column8, sent_at),
  delivered_at = r.column9, pass_on_at = r.column10, lost_at = r.column11
FROM (VALUES {0}) AS r
WHERE outbox.id = r.column12
  AND (state = 'sending' AND lease_owner = r.column14 OR r.column13 AND state IN ('pending', 'sending'))
"""
_ATTEMPT_SQLITE = """
INSERT INTO attempt (message_id, contact_id, channel, at, outcome)
SELECT o.id, (SELECT c.id FROM contact AS c WHERE c.id = t.column1), t.column2, t.column3, t.column4
FROM (VALUES {0}) AS t CROSS JOIN outbox AS o ON o.id = t.column5
"""
# Who was erased meanwhile, and a message that is gone, leave no record.
_HEARD_SQLITE = """
INSERT INTO heard (person_id, appointment_id, message_id, how, takes_place, asked, version, starts_at, location,
  online_url, at, lost)
SELECT v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8, v.column9, v.column10,
  v.column11, 0
FROM (VALUES {0}) AS v JOIN person AS p ON p.id = v.column1 JOIN outbox AS o ON o.id = v.column3
"""
# Keeps a statement below SQLite's limit on bound values.
_MOST_ROWS = 500
# One statement for the whole group and its attempts: one trip, all or nothing. Attempts are numbered in their order,
# whichever way the rows are joined.
_POSTGRESQL = """
WITH updated AS (
  UPDATE outbox AS o SET state = r.state, reason = r.reason, attempts = o.attempts + r.tries,
    next_at = COALESCE(r.next_at, o.next_at), lease_owner = NULL, lease_until = NULL, sent_contact_id = c.id,
    channel = COALESCE(r.channel, o.channel), provider_ref = COALESCE(r.provider_ref, o.provider_ref),
    sent_at = COALESCE(r.sent_at, o.sent_at),
    delivered_at = r.delivered_at, pass_on_at = r.pass_on_at, lost_at = r.lost_at
  FROM unnest(%s::text[], %s::text[], %s::int[], %s::timestamptz[], %s::bigint[], %s::text[], %s::text[],
    %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::boolean[])
    AS r(state, reason, tries, next_at, contact_id, channel, provider_ref, sent_at, delivered_at, pass_on_at, lost_at,
      id, sent)
    LEFT JOIN contact AS c ON c.id = r.contact_id
  WHERE o.id = r.id AND (o.state = 'sending' AND o.lease_owner = %s OR r.sent AND o.state IN ('pending', 'sending'))
), told AS (
  INSERT INTO heard (person_id, appointment_id, message_id, how, takes_place, asked, version, starts_at, location,
    online_url, at, lost)
  SELECT p.id, h.appointment_id, o.id, h.how, h.takes_place, h.asked, h.version, h.starts_at, h.location, h.online_url,
    h.at, false
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::boolean[], %s::boolean[], %s::int[],
    %s::timestamptz[], %s::bytea[], %s::bytea[], %s::timestamptz[])
    AS h(person_id, appointment_id, message_id, how, takes_place, asked, version, starts_at, location, online_url, at)
    JOIN person AS p ON p.id = h.person_id JOIN outbox AS o ON o.id = h.message_id
)
INSERT INTO attempt (message_id, contact_id, channel, at, outcome)
SELECT o.id, c.id, t.channel, t.at, t.outcome
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[]) WITH ORDINALITY
  AS t(contact_id, channel, at, outcome, message_id, turn)
  JOIN outbox AS o ON o.id = t.message_id LEFT JOIN contact AS c ON c.id = t.contact_id
ORDER BY t.turn
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
            at(result.lost_at),
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
    heard = [_heard_row(one, result, at) for result in results for one in result.told]
    if sqlite:
        group = [(*row, is_sent, worker) for row, is_sent in zip(rows, sent, strict=True)]
        for statement, values in ((_UPDATE_SQLITE, group), (_ATTEMPT_SQLITE, tries), (_HEARD_SQLITE, heard)):
            _write_sqlite(connection, statement, values)
    else:
        columns = [list(column) for column in zip(*rows, strict=True)]
        attempts = [list(column) for column in zip(*tries, strict=True)] or [[]] * 5
        told = [list(column) for column in zip(*heard, strict=True)] or [[]] * 11
        connection.exec_driver_sql(_POSTGRESQL, (*columns, sent, worker, *told, *attempts))
    for result in results:
        if result.offered is not None and result.sent_at is not None:
            intents = json.dumps({"intents": list(result.offered)}).encode()
            row = (
                keys.encrypt(intents, "offer.intents", row_name(result.contact_id)),
                at(result.sent_at),
                result.contact_id,
            )
            connection.exec_driver_sql(_OFFER_SQLITE if sqlite else _OFFER_POSTGRESQL, row)
    refused = {tried.contact_id: tried.at for result in results for tried in result.tries if tried.refused}
    for contact_id, refused_at in sorted(refused.items()):
        connection.exec_driver_sql(_REFUSED_SQLITE if sqlite else _REFUSED_POSTGRESQL, (at(refused_at), contact_id))
    marks = {tried.contact_id: tried.mark for result in results for tried in result.tries if tried.mark is not None}
    for contact_id, mark in sorted(marks.items()):
        connection.exec_driver_sql(_MARK_SQLITE if sqlite else _MARK_POSTGRESQL, (mark.value, contact_id))


def _heard_row(
    one: ToldOf, result: Result, at: Callable[[datetime | None], datetime | str | None]
) -> tuple[object, ...]:
    return (
        one.person_id,
        one.appointment_id,
        result.id,
        one.how.value,
        one.takes_place,
        one.asked,
        one.version,
        at(one.starts_at),
        one.location,
        one.online_url,
        at(result.sent_at),
    )


def _write_sqlite(connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    for start in range(0, len(rows), _MOST_ROWS):
        some = rows[start : start + _MOST_ROWS]
        connection.exec_driver_sql(_spelt(statement, len(some), len(some[0])), tuple(chain.from_iterable(some)))


@lru_cache(maxsize=3 * _MOST_ROWS)
def _spelt(statement: str, rows: int, columns: int) -> str:
    """The statement for so many rows."""
    row = "(" + ", ".join("?" * columns) + ")"
    return statement.format(", ".join([row] * rows))


def _as_it_is(moment: datetime | None) -> datetime | None:
    return moment


def _as_text(moment: datetime | None) -> str | None:
    return None if moment is None else sqlite_text(moment)
