"""What a turn asks of the database: so many statements in so few transactions, that it stays as quick as it is.

A figure that falls is taken down here; one that rises is a turn that everybody waits longer for.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, event

from bot.actions.acting import Proof
from bot.events import InboundEvent, Payload, Pressed, Said
from storage.engine.database import Database
from tests.bot.dialogue.talk import Talk
from tests.clock import FakeClock


class Asked:
    """The statements that were executed, and the transactions that were committed with something in them."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.transactions = 0

    def note_statement(self, _connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        """One was executed."""
        if not statement.startswith("BEGIN"):
            self.statements.append(" ".join(statement.split())[:200])

    def note_commit(self, _connection: Connection) -> None:
        """One was committed."""
        self.transactions += 1


@contextmanager
def asked() -> Iterator[Asked]:
    """What is asked of any database meanwhile."""
    found = Asked()
    event.listen(Engine, "before_cursor_execute", found.note_statement)
    event.listen(Engine, "commit", found.note_commit)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", found.note_statement)
        event.remove(Engine, "commit", found.note_commit)


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> Talk:
    town = Talk(sqlite_database, clock)
    await town.settle_in()
    await town.linked("Amina")
    clock.forward(minutes=5)
    return town


@pytest.mark.parametrize(
    ("payload", "statements", "transactions"),
    [
        # The event, contact with person, conversation; the contact changed; appointments, groups, answers;
        # the conversation changed; the reply. Then its result and the attempt.
        pytest.param(Pressed("appts", "1"), 11, 2, id="a button"),
        pytest.param(Said("?rights_duties what are my rights"), 14, 2, id="a free text"),
    ],
)
async def test_a_turn_asks_no_more_of_the_database(
    talk: Talk, payload: Payload, statements: int, transactions: int
) -> None:
    before = len(talk.channel.sent["Amina"])
    with asked() as found:
        await talk.inbox.receive(InboundEvent("web", "Amina", "event", payload, proof=Proof.ACCOUNT))
        await talk.inbox.stop()
    assert len(talk.channel.sent["Amina"]) == before + 1
    assert (len(found.statements), found.transactions) == (statements, transactions), "\n".join(found.statements)
