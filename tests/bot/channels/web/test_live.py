"""Live connections: what they are told, by this process and by another."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from bot.channels.web.events import stream
from bot.channels.web.lines import Content, shown
from bot.channels.web.live import CONNECTIONS_A_CHAT, Live
from storage.engine.columns import Json
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.people.webchat import WebMessage
from tests.bot.channels.web.conftest import Browser
from tests.bot.channels.web.rig import Rig, message


class Line:
    """One live connection, read event by event."""

    def __init__(self, rig: Rig, live: Live, after: int, lang: str = "nl") -> None:
        self.open = True

        async def still_open() -> bool:
            return self.open

        def show(lines: list[WebMessage], locale: str) -> list[Content]:
            return [shown(line, zone=rig.renderer.zone, locale=locale) for line in lines]

        def window(locale: str) -> dict[str, Json]:
            return {"lang": locale}

        self._events = stream(
            database=rig.database,
            live=live,
            contact_id=1,
            after=after,
            lang=lang,
            still_open=still_open,
            shown=show,
            window=window,
        )

    async def next(self) -> tuple[str, object]:
        async with asyncio.timeout(10):
            event = await anext(self._events)
        fields = dict(line.split(": ", 1) for line in event.strip().splitlines())
        return fields["event"], json.loads(fields["data"])

    async def texts(self) -> list[str]:
        name, lines = await self.next()
        assert name == "lines"
        assert isinstance(lines, list)
        return [line["blocks"][0]["text"] for line in lines]

    async def leave(self) -> None:
        await self._events.aclose()

    async def ended(self) -> bool:
        async with asyncio.timeout(10):
            return await anext(self._events, None) is None


Listen = Callable[..., Line]


@pytest.fixture
async def listen(rig: Rig, address: str) -> AsyncIterator[Listen]:
    """Makes live connections of the one chat there is, which leave at the end."""
    made: list[Line] = []

    def make(*, after: int, live: Live | None = None) -> Line:
        made.append(Line(rig, live or rig.web.live, after))
        return made[-1]

    yield make
    for line in made:
        await line.leave()


@pytest.fixture
async def address(rig: Rig, browser: Browser) -> str:
    await browser.open(await rig.person())
    return (await rig.addresses())[0]


async def test_it_begins_where_the_page_is(rig: Rig, address: str, listen: Listen) -> None:
    line = listen(after=0)
    assert await line.next() == ("beat", None)
    assert await line.texts() == ["Wat wilt u doen?"]
    await rig.bot_says(address, message("Nieuw"))
    assert await line.texts() == ["Nieuw"]


async def test_what_another_process_wrote_is_found_by_looking(rig: Rig, address: str, listen: Listen) -> None:
    elsewhere = Live(rig.database, timedelta(milliseconds=20))
    line = listen(after=1, live=elsewhere)
    assert await line.next() == ("beat", None)
    reading = asyncio.create_task(line.texts())
    await rig.bot_says(address, message("Van een ander proces"))
    assert await reading == ["Van een ander proces"]
    await line.leave()
    await elsewhere.close()


async def test_buttons_taken_off_are_a_change(rig: Rig, address: str, listen: Listen, browser: Browser) -> None:
    line = listen(after=1)
    await line.next()
    [menu] = await browser.lines()
    await rig.web.close_buttons(address, str(menu["id"]))
    name, changed = await line.next()
    assert name == "lines"
    assert isinstance(changed, list)
    assert (changed[0]["id"], changed[0]["buttons"]) == (menu["id"], [])


async def test_another_language_changes_the_window(rig: Rig, address: str, listen: Listen) -> None:
    line = listen(after=1)
    await line.next()
    async with rig.database.writing() as session:
        (await session.get_one(Person, 1)).language = "ar"
    rig.web.live.changed(1)
    assert await line.next() == ("window", {"lang": "ar"})


async def test_more_than_a_page_of_changes_comes_whole_and_in_order(rig: Rig, address: str, listen: Listen) -> None:
    for number in range(120):
        await rig.web.send(address, message(str(number)), reference=str(1000 + number))
    line = listen(after=1)
    await line.next()
    assert [*await line.texts(), *await line.texts()] == [str(number) for number in range(120)]


async def test_a_page_that_is_ahead_of_its_chat_loads_anew(rig: Rig, address: str, listen: Listen) -> None:
    line = listen(after=99)
    await line.next()
    assert await line.next() == ("reset", None)
    assert await line.ended()


async def test_a_session_that_ended_is_told(rig: Rig, address: str, listen: Listen) -> None:
    line = listen(after=1)
    await line.next()
    line.open = False
    assert await line.next() == ("gone", None)
    assert await line.ended()


async def test_a_chat_that_is_erased_between_two_looks_is_gone_and_not_begun_anew(
    rig: Rig, address: str, listen: Listen
) -> None:
    line = listen(after=1)
    await line.next()
    async with rig.database.writing() as session:
        await session.delete(await session.get_one(Contact, 1))
    assert await line.next() == ("gone", None)
    assert await line.ended()


async def test_stopping_ends_every_connection(rig: Rig, address: str, listen: Listen) -> None:
    line = listen(after=1)
    await line.next()
    assert rig.web.live.count == 1
    ending = asyncio.create_task(line.ended())
    await rig.web.stop()
    assert await ending
    assert rig.web.live.count == 0


async def test_lines_written_at_once_get_revisions_of_their_own(rig: Rig, address: str, listen: Listen) -> None:
    await asyncio.gather(
        *(rig.web.send(address, message(str(number)), reference=str(2000 + number)) for number in range(12))
    )
    line = listen(after=1)
    await line.next()
    assert sorted(await line.texts(), key=int) == [str(number) for number in range(12)]


async def test_a_chat_has_so_many_connections_and_no_more(
    rig: Rig, address: str, listen: Listen, browser: Browser
) -> None:
    for _ in range(CONNECTIONS_A_CHAT):
        await listen(after=1).next()
    refused = await browser.client.get("/chat/events?after=1")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
