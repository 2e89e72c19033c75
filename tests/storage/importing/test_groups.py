"""Importing who is in which lesson group."""

from collections.abc import Collection
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from storage.appointments.appointments import Membership
from storage.engine.database import Database
from storage.importing.groups import GroupsImporter
from storage.importing.people import PeopleImporter
from storage.importing.run import Border, Report, run_import
from tests.clock import FakeClock

PEOPLE = "external_id,given_name,language,group,municipality\nP1,Amina,ti,asylum,Huizen\nP2,Omar,ar,asylum,Laren\n"
GROUPS = "group,person_external_id,from,until\nA1,P1,2026-01-05,\nA1,P2,2026-01-05,2026-06-30\n"


@pytest.fixture
async def border(database: Database, clock: FakeClock) -> Border:
    made = border_of(Settings(_env_file=None), database.keys, clock.now())
    await run_import(database, PeopleImporter(made), PEOPLE.encode())
    return made


async def groups(database: Database, border: Border, table: str, told: list[set[int]] | None = None) -> Report:
    async def on_people(_session: AsyncSession, ids: Collection[int]) -> None:
        if told is not None and ids:
            told.append(set(ids))

    return await run_import(database, GroupsImporter(border, on_people), table.encode())


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.rejected)


async def test_twice_changes_nothing_and_an_end_is_one_update(database: Database, border: Border) -> None:
    told: list[set[int]] = []
    assert counts(await groups(database, border, GROUPS, told)) == (2, 0, 0, 0)
    assert counts(await groups(database, border, GROUPS, told)) == (0, 0, 2, 0)
    assert counts(await groups(database, border, GROUPS.replace("05,\n", "05,2026-03-31\n"), told)) == (0, 1, 1, 0)
    async with database.reading() as session:
        ends = list(await session.scalars(select(Membership.until_on).order_by(Membership.until_on)))
    assert ends == [date(2026, 3, 31), date(2026, 6, 30)]
    assert [len(ids) for ids in told] == [2, 1]


@pytest.mark.parametrize(
    ("row", "field", "part"),
    [
        pytest.param("A1,P9,2026-01-05,", "person_external_id", "import people first", id="unknown person"),
        pytest.param("A1,P1,,", "from", "first day", id="no first day"),
        pytest.param("A1,P1,2026-02-30,", "from", "", id="no such day"),
        pytest.param("A1,P1,2026-05-01,2026-04-01", "until", "before from", id="ends before it begins"),
        pytest.param(",P1,2026-05-01,", "group", "empty", id="no group"),
    ],
)
async def test_bad_rows_say_the_field_and_the_mend(
    database: Database, border: Border, row: str, field: str, part: str
) -> None:
    report = await groups(database, border, f"group,person_external_id,from,until\n{row}\nA1,P2,2026-01-05,\n")
    assert counts(report)[::3] == (1, 1)
    number, found, error = report.rejected[0]
    assert (number, found) == (2, field)
    assert part in error


async def test_the_same_membership_twice_in_a_file_is_one(database: Database, border: Border) -> None:
    report = await groups(database, border, GROUPS + "A1,P1,2026-01-05,2026-05-01\n")
    assert counts(report) == (2, 0, 0, 1)
