"""The list of texts: what stands beside what, what it is narrowed down to, and who sees it."""

import re

import pytest

from bot.desk.content.texts import CONTENT
from storage.vocabulary import DeskRole
from tests.bot.desk.conftest import Browser
from tests.bot.dialogue.talk import Talk


@pytest.fixture
async def editor(talk: Talk) -> Browser:
    return await Browser(talk).signs_in("redactie@huizen.example", DeskRole.CONTENT_EDITOR)


async def test_an_editor_comes_to_the_texts_and_sees_nothing_else(talk: Talk, editor: Browser) -> None:
    page = await editor.look("/desk")
    assert re.findall(r'<li><a href="([^"]*)"', page) == [CONTENT]
    for path in ("/desk/people", "/desk/log", "/desk/figures", "/desk/imports", "/desk/system", "/desk/accounts"):
        assert (await editor.client.get(path)).status_code == 404, path
    administrator = await Browser(talk).signs_in("beheer@huizen.example", DeskRole.ADMINISTRATOR)
    assert "<code>reminder.tomorrow" in await administrator.look(f"{CONTENT}?domain=reminders&q=reminder.tomorrow")
    for role, email in ((None, "sanne@huizen.example"), (DeskRole.MANAGER, "manager@huizen.example")):
        other = await Browser(talk).signs_in(email, role)
        assert (await other.client.get(CONTENT)).status_code == 404


async def test_a_text_stands_beside_the_dutch_in_its_own_direction(editor: Browser) -> None:
    page = await editor.look(f"{CONTENT}?language=ar&q=faq.answer.fine_pvt_map")
    assert 'lang="nl" dir="ltr"' in page
    assert 'lang="ar" dir="rtl"' in page
    assert "1 tekst<" in page
    assert "Niet nagekeken" in page.partition("<tbody>")[2]
    dutch = await editor.look(f"{CONTENT}?language=nl&q=faq.answer.fine_pvt_map")
    assert 'dir="rtl"' not in dutch


async def test_the_list_is_narrowed_down_and_paged(editor: Browser) -> None:
    async def count(query: str) -> int:
        found = re.search(r'role="status">([0-9]+) tekst', await editor.look(f"{CONTENT}?{query}"))
        assert found is not None
        return int(found[1])

    everything = await count("language=ti")
    assert everything > 800
    assert await count("language=ti&only=unreviewed") + await count("language=ti&only=reviewed") == everything
    assert await count("language=ti&only=changed") == await count("language=ti&only=behind") == 0
    fines = await count("language=ti&domain=faq_fines")
    assert 10 < fines < 30
    assert await count("language=ti&domain=faq_fines&q=340") < fines
    first = await editor.look(f"{CONTENT}?language=ti")
    second = await editor.look(f"{CONTENT}?language=ti&page=1")
    keys = [set(re.findall(r"<code>([^<]*)</code>", page)) for page in (first, second)]
    assert len(keys[0]) == 25
    assert not keys[0] & keys[1]
    assert "consultant." not in "".join(map(str, keys))
    for rubbish in ("page=99999999999999999999", "language=xx&domain=x&only=x", "q=%00"):
        await editor.look(f"{CONTENT}?{rubbish}")
