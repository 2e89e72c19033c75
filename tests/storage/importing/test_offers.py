"""Importing what people can take part in."""

import pytest
from sqlalchemy import func, select

from bot.configuration.border import border_of
from bot.configuration.settings import Settings
from locales.rendering.languages import LANGUAGES
from storage.engine.database import Database
from storage.importing.columns import template_csv
from storage.importing.offers import OffersImporter
from storage.importing.run import Report, run_import
from storage.offers.offers import TITLE_LANGUAGES, ActivityOffer
from storage.vocabulary import OfferKind
from tests.clock import FakeClock

HEAD = "external_id,kind,title_nl,title_ar,provider,audience,languages,location,starts_at,ends_at,places\n"
CAFE = (
    'O-1,language_cafe,Taalcafé,مقهى اللغة,Bibliotheek,"asylum, b1","nl ar",Plein 1,'
    "2026-04-01 14:00,2026-04-01 15:30,12\n"
)
BUDDY = "O-2,Taalmaatje,Een taalmaatje,,Versa,,,,,,\n"


async def nothing(*_: object) -> None:
    """Nobody takes part."""


async def imported(database: Database, clock: FakeClock, table: str, *, dry_run: bool = False) -> Report:
    border = border_of(Settings(_env_file=None), database.keys, clock.now())
    return await run_import(database, OffersImporter(border, nothing), table.encode(), dry_run=dry_run)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.rejected)


def test_a_title_may_be_in_every_language() -> None:
    assert set(TITLE_LANGUAGES) == set(LANGUAGES)


async def test_twice_changes_nothing_and_a_file_without_a_column_says_nothing_of_it(
    sqlite_database: Database, clock: FakeClock
) -> None:
    assert counts(await imported(sqlite_database, clock, HEAD + CAFE + BUDDY, dry_run=True)) == (2, 0, 0, 0)
    assert counts(await imported(sqlite_database, clock, HEAD + CAFE + BUDDY)) == (2, 0, 0, 0)
    assert counts(await imported(sqlite_database, clock, HEAD + CAFE + BUDDY)) == (0, 0, 2, 0)
    fewer = "external_id,kind,title_nl,places\nO-1,language_cafe,Taalcafé op woensdag,10\n"
    assert counts(await imported(sqlite_database, clock, fewer)) == (0, 1, 0, 0)
    async with sqlite_database.reading() as session:
        cafe, buddy = await session.scalars(select(ActivityOffer).order_by(ActivityOffer.external_id))
        assert (cafe.title_in("nl"), cafe.title_in("ar"), cafe.places) == ("Taalcafé op woensdag", "مقهى اللغة", 10)
        assert (cafe.audience, cafe.languages, cafe.location) == ("asylum b1", "nl ar", "Plein 1")
        assert cafe.starts_at is not None
        assert (buddy.kind, buddy.starts_at, buddy.places) == (OfferKind.BUDDY, None, None)


async def test_the_template_can_be_imported(sqlite_database: Database, clock: FakeClock) -> None:
    assert counts(await imported(sqlite_database, clock, template_csv("offers").decode("utf-8-sig")))[0] == 1


@pytest.mark.parametrize(
    ("row", "field", "part"),
    [
        pytest.param(CAFE.replace("language_cafe", "disco"), "kind", "none of", id="no such kind"),
        pytest.param(CAFE.replace("Taalcafé", "").replace("مقهى اللغة", ""), "title_nl", "title", id="no title"),
        pytest.param(CAFE.replace("01 15:30", "01 13:30"), "ends_at", "not after", id="ends before it begins"),
        pytest.param(CAFE.replace(",12\n", ",many\n"), "places", "whole number", id="no number"),
        pytest.param(CAFE.replace("O-1", ""), "external_id", "empty", id="no id"),
    ],
)
async def test_bad_rows_say_the_field_and_the_mend(
    sqlite_database: Database, clock: FakeClock, row: str, field: str, part: str
) -> None:
    report = await imported(sqlite_database, clock, HEAD + row + BUDDY)
    assert counts(report)[::3] == (1, 1)
    [(number, found, error)] = report.rejected
    assert (number, found) == (2, field)
    assert part in error


async def test_what_is_odd_is_said_and_taken(sqlite_database: Database, clock: FakeClock) -> None:
    report = await imported(sqlite_database, clock, HEAD + CAFE.replace("b1", "women").replace("nl ar", "nl klingon"))
    assert {field for _, field, _ in report.warnings} == {"audience", "languages"}
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ActivityOffer)) == 1
