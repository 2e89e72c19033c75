"""Doubts, money, moving and the end of a plan, as they go on Telegram, in the web chat and by SMS, in three languages.

Each language goes over one way: the words are the same on all, and the ways are walked with every act elsewhere.
"""

from collections.abc import AsyncIterator

import pytest

from bot.events import Pressed
from storage.engine.database import Database
from storage.vocabulary import EXAMS, PlanPart
from tests.bot.dialogue.offers.test_invited_and_offered import CHANNELS, Somebody
from tests.bot.dialogue.talk import Talk, town
from tests.bot.dialogue.test_progress import done, imported
from tests.clock import FakeClock

WAYS = [("telegram", "ar"), ("web", "ti"), ("sms", "nl")]


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with town(sqlite_database, clock, more=("telegram", "sms")) as settled:
        for name, capabilities in CHANNELS.items():
            (settled.channel if name == "web" else settled.more[name]).capabilities = capabilities
        yield settled


@pytest.mark.parametrize(("channel", "locale"), WAYS)
async def test_what_changes_a_plan_is_asked_in_words_and_done_by_a_choice(
    talk: Talk, channel: str, locale: str
) -> None:
    amina, sanne = Somebody(talk, channel, locale), await talk.linked("Sanne", "sanne")
    await amina.begins()
    await amina.says("?switch_route ?")
    await amina.taps("progress.doubt")
    amina.sees("progress.doubt.heard")
    sanne.sees("consultant.letter_route", person="Amina Tesfay")
    await amina.says("?budget_help ?")
    await amina.taps("progress.money")
    for lesson in ("1", "2"):
        amina.sees(f"progress.money.{lesson}.text")
        await amina.taps("progress.money.next")
    amina.sees("progress.money.3.text")
    sanne.mark()
    await amina.taps("progress.money.help")
    amina.sees("letter.sent")
    sanne.sees("consultant.letter_money", person="Amina Tesfay")
    await amina.says("?moving_municipality ?")
    amina.sees("faq.answer.moving_municipality")
    await amina.taps("progress.moving.tell")
    await sanne.taps("consultant.progress.moved")
    amina.waits()
    await sanne.taps("consultant.progress.moved_yes")
    amina.sees("progress.moved")
    amina.sees("progress.moved.here")


@pytest.mark.parametrize(("channel", "locale"), WAYS)
async def test_the_end_is_told_warmly(talk: Talk, channel: str, locale: str) -> None:
    amina, sanne = Somebody(talk, channel, locale), await talk.linked("Sanne", "sanne")
    await amina.begins()
    await imported(talk, *done(PlanPart.PVT, *EXAMS))
    amina.waits()
    await sanne.does(Pressed(f"notepart:{talk.person_ids['Amina']}:map:exempt"))
    for key in ("progress.finished", "progress.finished.work", "progress.finished.next", "progress.finished.stay"):
        amina.sees(key)
    sanne.sees("consultant.progress.finished", person="Amina Tesfay")
