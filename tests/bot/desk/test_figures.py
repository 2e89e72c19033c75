"""The month in figures, for who manages: sums, and nobody's name."""

import pytest

from storage.vocabulary import DeskRole
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import Talk


@pytest.fixture
async def manager(talk: Talk) -> Browser:
    return await Browser(talk).signs_in("hoofd@huizen.example", DeskRole.MANAGER)


async def test_a_manager_sees_sums_and_no_names(manager: Browser) -> None:
    page = await manager.look("/desk")
    assert "Mensen in begeleiding" in page
    assert "Amina" not in page
    # Two people are too few to be shown.
    assert "–" in page


async def test_a_month_is_chosen_and_no_coming_one(manager: Browser) -> None:
    assert 'value="2026-02"' in await manager.look("/desk/figures?month=2026-02")
    for asked in ("2031-01", "x", "2026-13", ""):
        assert 'value="2026-03"' in await manager.look(f"/desk/figures?month={asked}")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_figures_are_saved_as_files(manager: Browser, kind: str) -> None:
    answer = await manager.client.get(f"/desk/figures/{kind}?month=2026-03")
    assert answer.headers["content-disposition"] == f'attachment; filename="maatje-2026-03.{kind}"'
    assert answer.content
    assert (await manager.client.get("/desk/figures/exe")).status_code == 404


async def test_a_consultant_sees_no_figures_and_a_manager_no_people(sanne: Browser, manager: Browser) -> None:
    assert (await sanne.client.get("/desk/figures")).status_code == 404
    assert (await manager.client.get("/desk/people")).status_code == 404
