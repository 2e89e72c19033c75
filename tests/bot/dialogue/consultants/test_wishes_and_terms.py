"""What waits on a consultant's lists until it is done: wishes, doubts and asks for help; terms that passed unmet."""

from datetime import date, timedelta

from sqlalchemy import select

from bot.events import Command, Pressed
from locales.rendering.message import Text
from reminders.wording.attention.due_terms import TERMS_WITHIN
from storage.people.people import Person, Plan
from storage.people.relayed import Letter
from storage.privacy.audit import AuditEntry
from storage.progress.parts import Progress
from storage.vocabulary import EXAMS, LetterKind, PartStatus, PlanPart, ProgressSource, WishState
from tests.bot.dialogue.offers.test_offers import BUDDY, looks, offered, states
from tests.bot.dialogue.talk import RENDERER, Phone, Talk

AMINA = "Amina Tesfay"


def said(key: str, **params: str | date) -> str:
    return RENDERER.say(Text(key, dict(params)), "nl")


async def wishes(sanne: Phone) -> list[str]:
    """What opens the lines of the list of wishes."""
    sanne.mark()
    await sanne.does(Command("wishes"))
    newest = sanne.messages[-1]
    return [one.intent for row in newest.buttons for one in row if one.intent.startswith("wanted:")]


async def test_wishes_wait_on_a_list_until_somebody_takes_them_up(talk: Talk) -> None:
    await offered(talk, BUDDY)
    amina, sanne, karim = await talk.linked("Amina"), await talk.linked("Sanne"), await talk.linked("Karim")
    await amina.does(Pressed("offertake:1"))
    await looks(amina)
    await amina.does(Pressed("offerwish"))
    await amina.says("I want a language buddy")
    await amina.does(Pressed("money:help"))
    await amina.does(Pressed("doubt"))
    talk.clock.forward(days=90)
    asked = await wishes(sanne)
    assert asked == ["wanted:wish:1", "wanted:wish:2", "wanted:letter:1", "wanted:letter:2"]
    sanne.sees("consultant.wish_line", person=AMINA, what="Een taalmaatje", at=date(2026, 3, 2))
    sanne.sees("consultant.wish_own_line", person=AMINA, at=date(2026, 3, 2))
    sanne.sees(
        "consultant.wish_letter_line", person=AMINA, kind=Text("consultant.letter_kind.money"), at=date(2026, 3, 2)
    )
    await sanne.does(Command("digest"))
    assert RENDERER.say(Text("consultant.count.wishes", {"icon": "🙋"}, count=4), "nl") in sanne.news
    # Read is not done; a colleague's people are nobody's business.
    await sanne.does(Pressed("lseen:1"))
    assert await wishes(sanne) == asked
    assert await wishes(karim) == []
    for intent in (*asked, "takeup:1"):
        await karim.does(Pressed(intent))
        karim.sees("consultant.unknown_button")
    # Opened from the list, each has its own button.
    await sanne.does(Pressed("wanted:wish:2"))
    sanne.sees("consultant.offer_words", words="I want a language buddy")
    await sanne.taps("consultant.offer_agree")
    amina.mark()
    await sanne.does(Pressed("wanted:letter:1"))
    await sanne.taps("consultant.take_up")
    sanne.sees("consultant.taken_up", person=AMINA)
    # They heard already that it was read.
    amina.sees_nothing_of("letter.seen_by", consultant="Sanne")
    await sanne.does(Pressed("wanted:letter:2"))
    await sanne.taps("consultant.take_up")
    amina.sees("letter.seen_by", consultant="Sanne")
    await sanne.does(Pressed("wanted:wish:1"))
    await sanne.taps("consultant.offer_refuse")
    assert await wishes(sanne) == []
    sanne.sees("consultant.nothing")
    assert await states(talk) == [WishState.REFUSED, WishState.TAKEN]
    # What is decided is decided: the old button says so.
    await sanne.does(Pressed("wanted:wish:1"))
    sanne.sees("consultant.choose_again")
    async with talk.database.reading() as session:
        assert "took_up" in set(await session.scalars(select(AuditEntry.action)))
        assert {one.kind for one in await session.scalars(select(Letter)) if one.done_at} == {
            LetterKind.MONEY,
            LetterKind.ROUTE,
        }


async def test_who_moved_away_waits_for_nobody(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.does(Pressed("moving:yes"))
    assert await wishes(sanne) == ["wanted:letter:1"]
    await sanne.does(Pressed(f"moved:{talk.person_ids['Amina']}:yes"))
    assert await wishes(sanne) == []


async def plan_is(talk: Talk, **changes: date | None) -> None:
    """These dates stand in Amina's plan; `brp` is when she was registered."""
    async with talk.database.writing() as session:
        person = await session.get_one(Person, talk.person_ids["Amina"])
        plan = (await session.scalars(select(Plan).where(Plan.person_id == person.id))).one()
        if "brp" in changes:
            person.brp_registered_on = changes.pop("brp")
        for name, day in changes.items():
            setattr(plan, name, day)


async def terms(talk: Talk, sanne: Phone) -> str:
    await sanne.does(Command("terms"))
    return sanne.news


async def test_a_plan_that_is_late_stands_on_the_list_until_it_is_there(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    registered = talk.clock.now().date() - timedelta(days=69)
    await plan_is(talk, brp=registered, plan_signed_on=None)
    due = registered + timedelta(days=70)
    assert said("consultant.milestone.pip_due", on=due) in await terms(talk, sanne)
    talk.clock.forward(days=200)
    assert said("consultant.milestone.late.pip_due", on=due) in await terms(talk, sanne)
    await plan_is(talk, plan_dated_on=talk.clock.now().date())
    assert "PIP" not in await terms(talk, sanne)


async def test_a_plan_that_is_there_is_asked_of_nobody(talk: Talk) -> None:
    """Amina's plan is signed: that it must be ready soon is not so."""
    sanne = await talk.linked("Sanne")
    await plan_is(talk, brp=talk.clock.now().date() - timedelta(days=60))
    await terms(talk, sanne)
    sanne.sees("consultant.nothing")


async def test_the_first_year_is_over_for_good_and_the_term_is_not(talk: Talk) -> None:
    sanne = await talk.linked("Sanne")
    talk.clock.forward(days=10)
    start = talk.clock.now().date()
    await plan_is(talk, plan_signed_on=start - timedelta(days=1))
    by = last_day(start, 1)
    first_year = said("consultant.milestone.late.first_year_contacts_by", on=by)
    talk.clock.forward(days=366)
    assert first_year in await terms(talk, sanne)
    talk.clock.forward(days=TERMS_WITHIN.days + 1)
    assert first_year not in await terms(talk, sanne)
    talk.clock.forward(days=800)
    passed = said("consultant.milestone.passed.term_end", on=last_day(start, 3))
    assert passed in await terms(talk, sanne)
    talk.clock.forward(days=300)
    found = await terms(talk, sanne)
    assert passed in found
    # The longest passed stands first.
    assert found.index(passed) < found.index("3.1")
    await everything_is_done(talk)
    await terms(talk, sanne)
    sanne.sees("consultant.nothing")


def last_day(start: date, years: int) -> date:
    """The last day of so many years from this day."""
    return start.replace(year=start.year + years) - timedelta(days=1)


async def everything_is_done(talk: Talk) -> None:
    async with talk.database.writing() as session:
        for part in (PlanPart.PVT, PlanPart.MAP, *EXAMS):
            session.add(
                Progress(
                    person_id=talk.person_ids["Amina"],
                    part=part,
                    attempt=1 if part in EXAMS else None,
                    status=PartStatus.DONE,
                    status_on=talk.clock.now().date(),
                    source=ProgressSource.CONSULTANT,
                    updated_at=talk.clock.now(),
                )
            )
