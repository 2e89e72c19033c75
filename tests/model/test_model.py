"""A few random sequences of the whole engine on each engine; `make model` runs them for hours."""

from pathlib import Path

import pytest

from storage.engine.keys import KeyRing
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.model.running import fault_of, lived
from tests.model.sequences import sequence

WEEKS = 3


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_what_was_last_told_is_true(
    seed: int, sqlite_databases: SqliteDatabases, tmp_path: Path, keys: KeyRing
) -> None:
    _, fault = await fault_of(seed, WEEKS, lambda: sqlite_databases.new(tmp_path), keys)
    assert fault == ""


@pytest.mark.timeout(300)
async def test_what_was_last_told_is_true_on_postgresql(postgres_databases: PostgresDatabases, keys: KeyRing) -> None:
    url = postgres_databases.new()
    try:
        outcome = await lived(url, keys, sequence(4, WEEKS))
    finally:
        postgres_databases.drop(url)
    assert outcome.wrong == "", "\n".join(outcome.trace)
