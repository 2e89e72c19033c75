"""Dates that somebody read in "My plan" or under an answer are put right like those of reminders."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.events import Pressed
from storage.people.people import Plan
from tests.bot.dialogue.talk import Talk


async def plan_changes(talk: Talk, **dates: date | None) -> None:
    """The municipality's next file says otherwise."""
    person_id = talk.person_ids["Amina"]
    async with talk.database.writing() as session:
        plan = (await session.scalars(select(Plan).where(Plan.person_id == person_id))).one()
        for name, value in dates.items():
            setattr(plan, name, value)
        await session.flush()
        await talk.planner.plan_people(session, [person_id])
    await talk.settle()


@pytest.mark.parametrize("asked", ["plan", "faq:fine_not_in_time"])
async def test_a_date_that_was_read_is_put_right(talk: Talk, asked: str) -> None:
    amina = await talk.linked("Amina")
    await plan_changes(talk, plan_signed_on=date(2026, 3, 1))
    await amina.does(Pressed(asked))
    assert "up to and including Thursday 1 March 2029" in amina.news
    await plan_changes(talk, plan_signed_on=date(2026, 2, 20))
    amina.sees("milestone.corrected")
    amina.sees("milestone.corrected.term_end")
    amina.sees("milestone.corrected.old", on=date(2029, 3, 1))
    amina.sees("term.term_end", on=date(2029, 2, 20))
    before = len(amina.messages)
    await plan_changes(talk)
    assert len(amina.messages) == before


async def test_who_read_no_date_is_told_of_none(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    before = len(amina.messages)
    await plan_changes(talk, plan_signed_on=date(2026, 2, 20))
    # That the term began, which everybody hears once, and no correction.
    assert len(amina.messages) == before + 1
    amina.sees("milestone.term_start.span", start=date(2026, 2, 21), on=date(2029, 2, 20))


async def test_a_date_that_is_past_now_is_told_as_past(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await plan_changes(talk, relief_started_on=talk.clock.now().date())
    await amina.does(Pressed("plan"))
    await plan_changes(talk, relief_started_on=date(2025, 1, 1))
    amina.sees("term.relief_end.past", on=date(2025, 6, 30))
