"""A plan for the day: asked of who comes, the day before, about what they must come to; and what stands in the way."""

from datetime import timedelta

from bot.events import Pressed
from storage.appointments.appointments import Appointment
from tests.bot.dialogue.talk import Phone, Talk


async def _comes(talk: Talk, *, days: int = 1) -> tuple[Phone, Phone, int]:
    """Amina says, so many days before her meeting of Wednesday at 15:00, that she comes."""
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    meeting = talk.appointment_ids["Amina-meeting"]
    async with talk.database.writing() as session:
        (await session.get_one(Appointment, meeting)).with_whom = "Sanne"
    talk.clock.forward(days=2 - days)
    await amina.does(Pressed(f"come:{meeting}"))
    return amina, sanne, meeting


async def test_who_comes_tomorrow_hears_when_to_leave(talk: Talk) -> None:
    amina, sanne, meeting = await _comes(talk)
    amina.sees("day_plan.kept_free", name="Sanne")
    amina.sees("day_plan.how")
    sanne.mark()
    await amina.taps("day_plan.way.bus")
    amina.sees("day_plan.how_long")
    await amina.taps("day_plan.minutes", minutes=45)
    amina.sees("day_plan.children")
    await amina.taps("day_plan.child.school")
    async with talk.database.reading() as session:
        starts_at = (await session.get_one(Appointment, meeting)).starts_at
    # 45 minutes and ten to spare, on a round five minutes.
    amina.sees("day_plan.leave", at=starts_at - timedelta(minutes=55))
    assert sanne.news == ""


async def test_what_stands_in_the_way_goes_to_the_consultant(talk: Talk) -> None:
    amina, sanne, _ = await _comes(talk)
    sanne.mark()
    await amina.taps("day_plan.way.no_money")
    amina.sees("day_plan.passed_on")
    assert "geen geld voor de reis" in sanne.news
    await amina.does(Pressed(f"dayplan:{talk.appointment_ids['Amina-meeting']}:foot:15"))
    sanne.mark()
    await amina.taps("day_plan.child.nobody")
    amina.sees("day_plan.passed_on")
    assert "nog niemand voor mijn kinderen" in sanne.news


async def test_nothing_is_asked_long_before_nor_of_a_lesson_nor_of_what_nobody_must_come_to(talk: Talk) -> None:
    amina, _, meeting = await _comes(talk, days=2)
    amina.sees_nothing_of("day_plan.how")
    talk.clock.forward(days=1)
    async with talk.database.writing() as session:
        (await session.get_one(Appointment, meeting)).mandatory = False
    await amina.does(Pressed(f"come:{meeting}"))
    amina.sees_nothing_of("day_plan.how")
    await amina.does(Pressed(f"come:{talk.appointment_ids['Amina-class2']}"))
    amina.sees_nothing_of("day_plan.how")


async def test_a_button_that_says_anything_is_asked_anew(talk: Talk) -> None:
    amina, _, meeting = await _comes(talk)
    for carried in ("", ":plane", ":bus:9999", ":bus:15:aliens", ":::", ":bus:x"):
        await amina.does(Pressed(f"dayplan:{meeting}{carried}"))
        assert amina.news
    await amina.does(Pressed(f"dayplan:{talk.appointment_ids['Omar-meeting']}:bus:15:school"))
    amina.sees("appointment.unknown")
