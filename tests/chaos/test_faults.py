"""Each fault in short, as `make chaos` plays it at length: nobody's words are lost, excused or answered twice.

Each once on every engine, by webhook on the one and by polling on the other, in turn; some, which neither engine's
rows are about, on one. `make chaos` plays all of them both ways on both.
"""

import pytest

from tests.chaos.run import Script
from tests.chaos.scripts import SCRIPTS
from tests.chaos.stage import POSTGRESQL
from tests.databases import PostgresDatabases

CASES = [
    pytest.param(script, engine, way, id=f"{script.name}-{engine}-{way}")
    for number, script in enumerate(SCRIPTS)
    for engine, way in script.cases(number)
]


@pytest.mark.slow
@pytest.mark.parametrize(("script", "engine", "way"), CASES)
async def test_a_fault_passes_and_nothing_is_gone(
    script: Script, engine: str, way: str, request: pytest.FixtureRequest
) -> None:
    server: PostgresDatabases | None = request.getfixturevalue("postgres_databases") if engine == POSTGRESQL else None
    sheet = await script.run(script.in_short(engine, way, server=server))
    assert sheet.faults == []
