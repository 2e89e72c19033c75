"""Each fault in short, as `make chaos` plays it at length: nobody's words are lost, excused or answered twice.

Each on its first engine and way; a flood and a lock on the last too: PostgreSQL, by polling. Kills on PostgreSQL are
in the short run of kills beside this, and `make chaos` plays all of them on all.
"""

import pytest

from tests.chaos.run import Script
from tests.chaos.scripts import SCRIPTS
from tests.chaos.stage import POSTGRESQL, Run
from tests.databases import PostgresDatabases


def _cases(script: Script) -> list[tuple[str, str]]:
    ends = [(script.engines[0], script.ways[0]), (script.engines[-1], script.ways[-1])]
    return ends if script.name in ("flood", "lock") else ends[:1]


CASES = [
    pytest.param(script, engine, way, id=f"{script.name}-{engine}-{way}")
    for script in SCRIPTS
    if not script.only_full
    for engine, way in _cases(script)
]


@pytest.mark.slow
@pytest.mark.parametrize(("script", "engine", "way"), CASES)
async def test_a_fault_passes_and_nothing_is_gone(
    script: Script, engine: str, way: str, request: pytest.FixtureRequest
) -> None:
    server: PostgresDatabases | None = request.getfixturevalue("postgres_databases") if engine == POSTGRESQL else None
    sheet = await script.run(Run(engine, way, script.short, script.short_seconds, server))
    assert sheet.faults == []
