"""News of the first page: how many came in since it was opened, without names; another's are none."""

import re

import pytest

from tests.bot.desk.conftest import Browser
from tests.bot.desk.test_day import writes
from tests.bot.dialogue.talk import Talk


async def test_what_came_since_the_page_was_opened_is_counted(talk: Talk, sanne: Browser, karim: Browser) -> None:
    found = re.search(r'data-from="([^"]*)"', await sanne.look("/desk"))
    assert found is not None
    assert (await sanne.client.get(found[1])).json() == {"count": 0, "text": ""}
    talk.clock.forward(minutes=1)
    await writes(talk, "Only for Sanne")
    news = (await sanne.client.get(found[1])).json()
    assert news == {"count": 1, "text": "1 nieuw sinds u dit opende: tonen"}
    assert (await karim.client.get(found[1])).json()["count"] == 0


@pytest.mark.parametrize("since", ["", "x", "2026-03-02", "2026-03-02T10:00"])
async def test_what_is_no_moment_is_not_found(sanne: Browser, since: str) -> None:
    assert (await sanne.client.get(f"/desk/news?since={since}")).status_code == 404
