"""200 rubbish updates through the running service, by polling and by webhook: nothing changes that should not, and the
next good update is answered."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from locales.rendering.message import Text
from storage.appointments.absences import Absence
from storage.appointments.appointments import Participation
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from storage.people.contacts import Contact
from storage.people.people import Person
from storage.people.relayed import Letter
from tests.botapi.server import BotApi
from tests.end_to_end.rubbish import message, press, rubbish_updates
from tests.end_to_end.service import Service, write_tables
from tests.end_to_end.test_main_job import RENDERER, assert_no_personal_data

STRANGER, AMINA = 666, 1001
SECRET = "a-secret-of-the-webhook"
HEADERS = {"x-telegram-bot-api-secret-token": SECRET, "content-type": "application/json"}


@pytest.fixture
async def bot_api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def service(bot_api: BotApi, tmp_path: Path, sqlite_url: str) -> AsyncIterator[Service]:
    running = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
    write_tables(tmp_path, "nl")
    for table in ("people", "plans", "appointments"):
        await asyncio.to_thread(running.maatje, "import", table, str(tmp_path / f"{table}.csv"), "--json")
    yield running
    await running.stop()


def dutch(key: str) -> str:
    """A text of the catalogs."""
    return RENDERER.say(Text(key), "nl")


async def what_matters(url: str) -> dict[str, object]:
    """Everything that rubbish must not change: people, answers, absences, letters, whose address is whose."""
    database = open_database(url, KeyRing(["a secret for end to end tests only"]))
    try:
        async with database.reading() as session:
            people = await session.execute(
                select(
                    Person.id, Person.language, Person.consented_at, Person.stopped_at, Person.wishes, Person.given_name
                )
            )
            linked = await session.execute(
                select(Contact.person_id, Contact.state).where(Contact.person_id.is_not(None))
            )
            return {
                "people": [tuple(row) for row in people],
                "linked": [tuple(row) for row in linked],
                "answers": await session.scalar(select(func.count()).select_from(Participation)),
                "absences": await session.scalar(select(func.count()).select_from(Absence)),
                "letters": await session.scalar(select(func.count()).select_from(Letter)),
            }
    finally:
        await database.close()


async def amina_is_linked(service: Service, bot_api: BotApi) -> list[str]:
    """Amina on Telegram; returns what the buttons she was shown mean."""
    amina = bot_api.user(AMINA, language_code="nl")
    await amina.starts(await service.invite("P1"))
    await amina.taps("Nederlands")
    await amina.taps(dutch("consent.yes"))
    await amina.taps(dutch("menu.appointments"))
    await amina.sees(dutch("appointments.title"))
    return [
        button.data for shown in amina.messages for row in shown.keyboard for button in row if button.data is not None
    ]


async def test_by_polling(service: Service, bot_api: BotApi, sqlite_url: str) -> None:
    await service.start()
    buttons = [*await amina_is_linked(service, bot_api), "come:1", "notcome:1", "absent", "appt:1", "cal:1", "export"]
    before = await what_matters(sqlite_url)
    # A stranger presses everything that Amina could, and sends rubbish of every other kind.
    for update in islice(rubbish_updates(STRANGER, buttons), 200):
        bot_api.push(update)
    bot_api.push({"message": message(STRANGER, 1, text="a" * 1_000_000)})
    nothings: tuple[object, ...] = (None, 7, "x", [], {}, {"update_id": "x"}, {"update_id": -5}, {"update_id": True})
    for odd in nothings:
        bot_api.push(odd)
    # Known numbers again, with other contents, in the name of Amina.
    for number in (1, 2, 3):
        bot_api.push({"update_id": number, "callback_query": press(AMINA, number, "erase:yes")})
    amina = bot_api.user(AMINA)
    await amina.says(dutch("menu.plan"))
    await amina.sees(dutch("plan.title"), timeout=60)
    assert await what_matters(sqlite_url) == before
    stranger = bot_api.user(STRANGER)
    for shown in stranger.messages:
        for secret in ("Amina", "Gemeentehuis", "Sanne", "Voortgangsgesprek"):
            assert secret not in shown.text
    # Presses that never were cannot be acknowledged, nor the buttons of such messages closed; nothing else went wrong.
    assert {method for method, _, _ in bot_api.mistakes} <= {"answerCallbackQuery", "editMessageReplyMarkup"}
    assert await service.stop() == 0
    assert_no_personal_data(service.log())


async def test_by_webhook(service: Service, bot_api: BotApi, sqlite_url: str) -> None:
    service.set_up(MAATJE_PUBLIC_URL="https://maatje.example", MAATJE_TELEGRAM_WEBHOOK_SECRET=SECRET)
    await service.start()
    await bot_api.until_called("setWebhook", timeout=10)
    before = await what_matters(sqlite_url)
    url = f"{service.url}/telegram/webhook"
    async with aiohttp.ClientSession() as http:

        async def brings(body: bytes, headers: dict[str, str] = HEADERS) -> int:
            async with http.post(url, data=body, headers=headers) as answer:
                return answer.status

        updates = islice(rubbish_updates(STRANGER, ["come:1", "absent", "export"]), 200)
        for number, update in enumerate(updates, 1):
            bot_api.world.person(STRANGER).started = True
            assert await brings(json.dumps({"update_id": number, **update}).encode()) == 200
        large = {"update_id": 300, "message": message(STRANGER, 300, text="a" * 1_000_000)}
        assert await brings(json.dumps(large).encode()) == 200
        for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"update_id": "x"}'):
            assert await brings(body) == 200
        good = json.dumps({"update_id": 400, "message": message(STRANGER, 400, text="/start")}).encode()
        assert await brings(good, {**HEADERS, "x-telegram-bot-api-secret-token": "wrong"}) == 403
        assert await brings(good, {"content-type": "application/json"}) == 403
        stranger = bot_api.user(STRANGER)
        before_it = len(stranger.messages)
        assert await brings(good) == 200
        assert await brings(good) == 200
        await stranger.sees(lambda _: len(stranger.messages) > before_it, timeout=15, ever=True)
        await stranger.sees(dutch("stranger.how_to_link"), timeout=15, ever=True)
    assert await what_matters(sqlite_url) == before
    assert await service.stop() == 0
