"""Did this help, what is kept of unanswered questions, and the offer to go on in the language one writes."""

import pytest
from sqlalchemy import select

from bot.events import Pressed
from storage.people.faq_gaps import FaqGap
from storage.vocabulary import GapReason
from tests.bot.dialogue.talk import Talk


async def gaps(talk: Talk) -> list[FaqGap]:
    async with talk.database.reading() as session:
        return list(await session.scalars(select(FaqGap).order_by(FaqGap.id)))


async def test_who_is_helped_is_thanked_and_nothing_is_kept(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("?fine_when")
    await amina.taps("question.helped_yes")
    amina.sees("question.helped_thanks")
    assert await gaps(talk) == []


async def test_who_is_not_helped_may_pass_the_question_on(talk: Talk) -> None:
    amina, sanne = await talk.linked("Amina"), await talk.linked("Sanne")
    await amina.says("?fine_when")
    await amina.taps("question.helped_no")
    amina.sees("question.not_helped")
    await amina.taps("question.pass_on")
    assert "?fine_when" in sanne.news
    (gap,) = await gaps(talk)
    assert (gap.reason, gap.topic, gap.language) == (GapReason.NOT_HELPED, "fine_when", "en")


async def test_an_unanswered_question_is_kept_without_names_numbers_and_minute(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("I am Amina TESFAY, 06-12345678, a@b.nl: how do I bake bread? Ask Sanne")
    (gap,) = await gaps(talk)
    assert gap.question == "I am … …, …, … how do I bake bread? Ask …"
    assert (gap.reason, gap.municipality) == (GapReason.NOT_FOUND, "Huizen")
    assert (gap.at.hour, gap.at.minute) == (0, 0)


async def test_an_answer_chosen_without_words_has_none_to_pass_on(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed("helped:no:fine_when"))
    amina.sees("question.not_helped")
    assert await gaps(talk) == []


@pytest.mark.parametrize("intent", ["helped", "helped:", "helped:no:nothing", "helped:maybe:fine_when", "nolang:xx"])
async def test_odd_verdicts_do_no_harm(talk: Talk, intent: str) -> None:
    amina = await talk.linked("Amina")
    await amina.does(Pressed(intent))
    assert amina.news != ""
    assert await gaps(talk) == []


async def test_who_writes_arabic_is_asked_in_arabic_and_may_go_on_in_it(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("@ar ?fine_when")
    assert "هل أكمل معك بالعربية؟" in amina.news
    await amina.does(Pressed("lang:ar"))
    assert amina.messages[-1].locale == "ar"
    await amina.says("@ar ?fine_when")
    assert "هل أكمل معك بالعربية؟" not in amina.news


async def test_who_refuses_is_not_asked_again(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("@ar ?fine_when")
    await amina.taps("language.offer_no")
    await amina.says("@ar ?fine_when")
    assert "هل أكمل معك بالعربية؟" not in amina.news


async def test_a_word_or_two_in_the_same_script_say_too_little(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("@nl ?fine_when")
    assert "Zal ik in het Nederlands verdergaan?" not in amina.news
    await amina.says("@nl hoe hoog is de boete")
    assert "Zal ik in het Nederlands verdergaan?" in amina.news


async def test_a_cry_for_help_is_no_moment_for_languages(talk: Talk) -> None:
    amina = await talk.linked("Amina")
    await amina.says("@ar ! help")
    assert "هل أكمل معك بالعربية؟" not in amina.news
