"""A day of absences, on Telegram and in the web chat, in Dutch, Arabic and Tigrinya, with the taps counted: reported,
changed, taken back, seen, answered, moved to a new time, open-ended and better again."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.configuration.border import public_holidays
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Text
from reminders.working_time import is_working_day
from storage.engine.database import Database
from storage.engine.keys import KeyRing
from storage.mapped import open_database
from tests.botapi import BotApi
from tests.end_to_end.service import Service, consultant_of
from tests.end_to_end.test_every_language import inviting
from tests.end_to_end.test_main_job import RENDERER, Invite, Phone, Words, assert_no_personal_data, prepare
from tests.end_to_end.web_phone import WebPhone

MOST_TAPS = 6
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url, KeyRing(["a secret for end to end tests only"]))
    yield opened
    await opened.close()


def next_working_day() -> date:
    """A day that is among those offered."""
    day = datetime.now(AMSTERDAM).date() + timedelta(days=1)
    while not is_working_day(day, public_holidays()):
        day += timedelta(days=1)
    return day


async def tap_through(phone: Phone, *steps: tuple[str, str]) -> None:
    """Press a button and read what it brings, one after the other, up to sending: a report takes at most six taps.

    (Unread, the next label could be a button of a reminder that comes in between.)
    """
    assert len(steps) < MOST_TAPS
    for label, brings in steps:
        await phone.taps(label)
        await phone.sees(brings)


async def absence_day(person: Phone, consultant: Phone, invite: Invite, locale: str, number: int) -> float:
    """The script of person number N; returns how many seconds the first report took to the consultant."""
    say, dutch = Words(locale), Words("nl")
    name = {"person": "Amina Tesfay"}
    await consultant.starts(await invite(consultant_of(number)))
    await consultant.sees(dutch("consultant.what_comes"))
    await person.starts(await invite(f"P{number}"))
    await person.sees(say("language.ask"))
    await person.taps(LANGUAGES[locale].name)
    await person.taps(say("consent.yes"))
    await person.sees(say("menu.ask"))

    # Two appointments at once, in six taps and without typing.
    which, why, check = say("absence.which"), say("absence.why"), say("absence.check")
    await tap_through(
        person,
        (say("menu.absent"), which),
        (say("kind.class"), why),
        (say("absence.another_too"), say("absence.which_other")),
        (say("kind.progress_meeting"), why),
        (say("reason.transport"), check),
    )
    began = time.monotonic()
    await person.taps(say("absence.send"))
    await consultant.sees(dutch("consultant.absence", **name))
    took = time.monotonic() - began
    await person.sees(say("absence.what_next"))

    # Seen, and answered in each one's own language.
    await consultant.taps(dutch("consultant.seen"))
    await person.sees("👀")
    await consultant.sees(dutch("consultant.person_knows", **name))
    await consultant.taps(dutch("consultant.answer"))
    await consultant.taps(dutch("consultant.ready.get_well"))
    await person.sees(say("ready.get_well"))
    await consultant.sees(dutch("consultant.sent", **name))

    # Another reason after all, then taken back.
    change_what = say("absence.change_what")
    await tap_through(
        person, (say("absence.change"), change_what), (say("absence.change_why"), why), (say("reason.doctor"), check)
    )
    await person.taps(say("absence.send_again"))
    await consultant.sees(dutch("consultant.absence_changed", **name))
    await person.sees(say("absence.what_next"))
    await person.taps(say("absence.take_back"))
    await person.sees(say("absence.taken_back"))
    await consultant.sees(dutch("consultant.absence_withdrawn", **name))

    # Ill, nobody knows how long; better again.
    await tap_through(
        person, (say("menu.absent"), which), (say("absence.until_better"), why), (say("reason.child_ill"), check)
    )
    await person.taps(say("absence.send"))
    await person.sees(say("absence.will_ask"))
    await person.taps(say("absence.better"))
    await person.sees(say("absence.good_to_hear"))
    await consultant.sees(dutch("consultant.better", **name))

    # Another time: asked for, proposed, taken.
    await person.taps(say("menu.appointments"))
    await person.sees(say("appointments.choose"))
    await person.taps(say("kind.progress_meeting"))
    await person.taps(say("button.other_time"))
    await person.sees(say("appointment.say_when"))
    await consultant.sees(dutch("consultant.other_time", **name))
    await consultant.taps(dutch("consultant.new_time"))
    await consultant.sees(dutch("consultant.which_day"))
    await consultant.taps(RENDERER.say(Text("consultant.day", {"on": next_working_day()}), "nl"))
    await consultant.taps("10:30")
    await consultant.taps(dutch("consultant.propose_send"))
    await consultant.sees(dutch("consultant.proposed", **name))
    await person.sees(say("proposal.choose"))
    await person.taps("🕘")
    await person.sees(say("proposal.thanks"))
    await consultant.sees(dutch("consultant.proposal_taken", **name))

    # The consultant looks, and calls it off.
    await consultant.says("/find Amina")
    await consultant.sees(dutch("consultant.person", **name))
    return took


async def test_a_day_of_absences(tmp_path: Path, sqlite_url: str, database: Database) -> None:
    cast = [(channel, locale) for channel in ("telegram", "web") for locale in ("nl", "ar", "ti")]
    async with BotApi() as bot_api, AsyncExitStack() as stack:
        service = Service(tmp_path, sqlite_url, telegram_url=bot_api.url, token=bot_api.token)
        await prepare(service, tmp_path, *(locale for _, locale in cast))

        async def live(number: int, channel: str, locale: str) -> float:
            person: Phone
            consultant: Phone
            if channel == "telegram":
                person, consultant = bot_api.user(5000 + number), bot_api.user(6000 + number)
            else:
                person = await stack.enter_async_context(WebPhone(service.url, locale))
                consultant = await stack.enter_async_context(WebPhone(service.url))
            try:
                return await absence_day(person, consultant, inviting(database), locale, number)
            except AssertionError as error:
                raise AssertionError(f"{locale} on {channel}") from error

        try:
            async with asyncio.TaskGroup() as group:
                days = [group.create_task(live(number, *who)) for number, who in enumerate(cast, 1)]
        finally:
            stopped = await service.stop()
    print("from the last tap to the consultant, seconds:", sorted(f"{day.result():.2f}" for day in days))
    assert bot_api.mistakes == []
    assert stopped == 0
    assert_no_personal_data(service.log())
