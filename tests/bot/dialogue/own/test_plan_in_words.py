"""Money while relief ends, doubts about the route, moving, and the end of a plan: each on Telegram, in the web chat and
by SMS, in three languages.

The end of a plan asks nothing of anybody, so each language goes over one way there.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot.events import Pressed
from locales.rendering.message import Text
from storage.engine.database import Database
from storage.people.people import Plan
from storage.vocabulary import EXAMS, PlanPart
from tests.bot.dialogue.somebody import AMSTERDAM, CHANNELS, Somebody, on_all_channels
from tests.bot.dialogue.talk import Talk
from tests.bot.dialogue.test_progress import done, imported
from tests.clock import FakeClock

LOCALES = ("nl", "ar", "ti")
WAYS = [("telegram", "ar"), ("web", "ti"), ("sms", "nl")]


@pytest.fixture
async def talk(sqlite_database: Database, clock: FakeClock) -> AsyncIterator[Talk]:
    async with on_all_channels(sqlite_database, clock) as settled:
        yield settled


async def relief_since(talk: Talk, day: date) -> None:
    """The municipality pays Amina's fixed costs since this day."""
    async with talk.database.writing() as session:
        plan = (await session.scalars(select(Plan).where(Plan.person_id == talk.person_ids["Amina"]))).one()
        plan.relief_started_on = day


async def comes(talk: Talk, moment: datetime) -> None:
    """The clock comes to this instant, with what is planned and due then."""
    await talk.planner.plan_ahead(talk.database)
    talk.clock.set(moment)
    await talk.planner.plan_ahead(talk.database)
    await talk.settle()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("channel", CHANNELS)
async def test_relief_ends_with_three_lessons_about_money_and_help(talk: Talk, channel: str, locale: str) -> None:
    amina, sanne = Somebody(talk, channel, locale), await talk.linked("Sanne", "sanne")
    await amina.begins()
    await relief_since(talk, date(2025, 10, 10))
    # It lasts six months; a month before its end she hears so, with the lessons by choice.
    amina.waits()
    await comes(talk, datetime(2026, 3, 9, 12, 0, tzinfo=AMSTERDAM))
    amina.sees("milestone.relief_end")
    amina.sees("term.relief_end", on=date(2026, 4, 9))
    await amina.taps("progress.money")
    for lesson in ("1", "2"):
        amina.sees(f"progress.money.{lesson}")
        amina.sees(f"progress.money.{lesson}.text")
        await amina.taps("progress.money.next")
    amina.sees("progress.money.3.text")
    sanne.mark()
    await amina.taps("progress.money.help")
    amina.sees("letter.sent")
    sanne.sees("consultant.letter_money", person="Amina Tesfay")
    # The first day that she pays herself. The lessons stay where she asks about money.
    amina.waits()
    await comes(talk, datetime(2026, 4, 10, 12, 0, tzinfo=AMSTERDAM))
    amina.sees("term.relief_end.past", on=date(2026, 4, 9))
    await amina.says("?budget_help ?")
    await amina.taps("progress.money")
    amina.sees("progress.money.1.text")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_route_is_doubted_and_another_town_follows(talk: Talk, channel: str, locale: str) -> None:
    amina, sanne = Somebody(talk, channel, locale), await talk.linked("Sanne", "sanne")
    await amina.begins()
    await amina.says("?switch_route ?")
    amina.sees("faq.answer.switch_route")
    await amina.taps("progress.doubt")
    amina.sees("progress.doubt.heard")
    sanne.sees("consultant.letter_route", person="Amina Tesfay")
    # The talk that she asked for: she hears of it, and what it is about.
    amina.waits()
    await sanne.does(Pressed(f"make:{talk.person_ids['Amina']}:progress_meeting:2603101000:none"))
    amina.sees("notice.new", kind=Text("kind.progress_meeting"))
    amina.sees("progress.doubt.subject")
    await amina.taps("button.coming")
    amina.sees("appointment.thanks_coming")
    await amina.says("?moving_municipality ?")
    amina.sees("faq.answer.moving_municipality")
    sanne.mark()
    await amina.taps("progress.moving.tell")
    amina.sees("letter.sent")
    sanne.sees("consultant.letter_moving", person="Amina Tesfay")
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
