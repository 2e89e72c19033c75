"""Link, language, consent, appointment, absence, "seen", question, letter: the whole way, also after a kill between any
two steps. test_every_language.py takes it in each language on each channel."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest

from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Text
from locales.rendering.render import Renderer
from tests.botapi import BotApi
from tests.end_to_end.service import Service, consultant_of, write_tables


class Phone(Protocol):
    """What a person does with either channel."""

    async def starts(self, code: str | None = None) -> object: ...
    async def says(self, text: str) -> object: ...
    async def taps(self, label: str) -> object: ...
    async def sees(self, wanted: str) -> object: ...


Between = Callable[[], Awaitable[None]]
RENDERER = Renderer(Catalogs(), ZoneInfo("Europe/Amsterdam"))


class Words:
    """The texts of one language, so that the script is the same in all."""

    def __init__(self, locale: str) -> None:
        self.locale = locale

    def __call__(self, key: str, **params: str) -> str:
        return RENDERER.say(Text(key, params), self.locale)


Invite = Callable[[str], Awaitable[str]]


async def main_job(
    person: Phone,
    consultant: Phone,
    invite: Invite,
    locale: str,
    between: Between,
    number: int = 1,
    *,
    is_sure: bool = True,
) -> None:
    """The script, of person number N of the tables. `between` is called between any two steps. Without `is_sure` the
    person's sender can be forged by anybody, and the plan is not shown."""
    say, dutch = Words(locale), Words("nl")
    await consultant.starts(await invite(consultant_of(number)))
    await consultant.sees(dutch("consultant.what_comes"))
    await between()
    await person.starts("AAAAAAAAAA")
    await between()
    code = await invite(f"P{number}")
    await person.starts(code)
    await person.sees(say("language.ask"))
    await between()
    await person.taps(LANGUAGES[locale].name)
    await person.sees(say("consent.ask"))
    await between()
    await person.taps(say("consent.yes"))
    await person.sees(say("menu.ask"))
    await between()
    # In words: the first reminder may come at this moment, and a number would answer that one.
    await person.says(say("menu.appointments"))
    await person.sees(say("appointments.choose"))
    await between()
    await person.taps(say("kind.progress_meeting"))
    await person.sees("Gemeentehuis Huizen")
    await between()
    await person.taps(say("button.not_coming"))
    await person.sees(say("absence.why"))
    await between()
    await person.taps(say("reason.child_ill"))
    await person.sees(say("absence.how_long"))
    await between()
    await person.taps(say("absence.only_this"))
    await person.sees(say("absence.check"))
    await between()
    await person.says("Dank u, tot volgende week")
    await person.sees("Dank u, tot volgende week")
    await between()
    await person.taps(say("absence.send"))
    await person.sees(say("absence.what_next"))
    await between()
    report = await consultant.sees(dutch("consultant.absence", person="Amina Tesfay"))
    assert dutch("reason.child_ill") in str(getattr(report, "text", report))
    await consultant.taps(dutch("consultant.seen"))
    await consultant.sees(dutch("consultant.person_knows", person="Amina Tesfay"))
    await person.sees("👀")
    await between()
    await person.says(say("menu.plan"))
    route = RENDERER.say(Text("plan.route", {"route": Text("route.b1")}), locale)
    await person.sees(route if is_sure else say("safer.consultant"))
    await between()
    await person.says("zxcv qwrt")
    await person.sees(say("question.offer"))
    await between()
    await person.taps(say("question.pass_on"))
    await person.sees(say("letter.what_next"))
    await between()
    await consultant.sees(dutch("consultant.letter_question", person="Amina Tesfay"))
    await consultant.taps(dutch("consultant.answer"))
    await consultant.sees(dutch("consultant.write_ask", person="Amina Tesfay"))
    await between()
    await consultant.says("Ik bel u morgen.")
    await consultant.sees(dutch("consultant.sent", person="Amina Tesfay"))
    await person.sees("Ik bel u morgen.")
    await between()


@pytest.fixture
async def bot_api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def service(bot_api: BotApi, tmp_path: Path, sqlite_url: str) -> AsyncIterator[Service]:
    running = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
    yield running
    await running.stop()


async def prepare(service: Service, folder: Path, *locales: str) -> None:
    """Import the tables and start."""
    write_tables(folder, *locales)
    for table in ("people", "plans", "appointments"):
        await asyncio.to_thread(service.maatje, "import", table, str(folder / f"{table}.csv"), "--json")
    await service.start()


async def test_it_goes_on_after_a_kill_between_any_two_steps(service: Service, bot_api: BotApi, tmp_path: Path) -> None:
    await prepare(service, tmp_path, "en")

    async def kill_and_start() -> None:
        await service.kill()
        await service.start()

    person, consultant = bot_api.user(1001, language_code="en"), bot_api.user(1002, language_code="nl")
    await main_job(person, consultant, service.invite, "en", kill_and_start)
    assert bot_api.mistakes == []


def assert_no_personal_data(log: str) -> None:
    """Logs hold events and ids, never a name, text or token."""
    for secret in ("Amina", "Tesfay", "Sanne", "tot volgende week", "Gemeentehuis", "1001"):
        assert secret not in log
