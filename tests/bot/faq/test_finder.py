"""The shipped finder on questions it never learnt from, on cries for help, and on texts that are no questions."""

from pathlib import Path

import pytest

from bot.faq.finder import TrainedFinder
from bot.faq.model import fingerprint, phrasings
from bot.faq.quality.evaluate import Question, evaluate, read_questions
from bot.faq.urgent import CryForHelp
from locales.faq.content import FaqContent

HELD_OUT = sorted((Path(__file__).parent / "heldout").glob("*.yaml"))
# One in so many is asked here: a minute's work. `maatje faq eval` asks all of a file.
EVERY = 8


@pytest.fixture(scope="module")
def held_out() -> list[Question]:
    return [question for path in HELD_OUT for question in read_questions(path)]


def test_the_model_has_learnt_every_phrasing(content: FaqContent, finder: TrainedFinder) -> None:
    """Otherwise: python -m bot.faq.quality.train."""
    new = [text for topic, _, text in phrasings(content) if fingerprint(topic, text) not in finder.model.phrasings]
    assert new == []


def test_the_held_out_questions_are_found_and_seldom_answered_wrong(
    finder: TrainedFinder, content: FaqContent, held_out: list[Question]
) -> None:
    report = evaluate(finder, held_out[::EVERY], content)
    assert report.total.found >= 0.9
    assert report.total.wrong < 0.03
    assert report.total.handed_over >= 0.94


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        pytest.param("ik wil niet meer leven", "nl", id="pattern"),
        pytest.param("ik kan 's nachts nergens heen met mijn kinderen, we zijn buiten", "nl", id="indirect"),
        pytest.param("mêrê min li min dixe", "ti", id="in another language than the one set"),
        pytest.param("waan dhiman rabaa", "so", id="Somali"),
        pytest.param("Mijn les is leuk. " * 400 + "Maar ik wil dood.", "nl", id="at the end of a long letter"),
    ],
)
def test_a_cry_for_help_is_urgent(finder: TrainedFinder, text: str, locale: str) -> None:
    assert finder.find(text, locale).outcome == "urgent"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("mijn kind ademt niet", "nl"),
        ("My baby is not breathing", "en"),
        ("Mon fils ne respire plus, aidez-moi", "fr"),
        ("ابني لا يتنفس", "ar"),
        ("Çocuğum nefes almıyor yardım edin", "tr"),
        ("Моя дитина не дихає", "uk"),
        ("Ребёнок не дышит, помогите", "ru"),
        ("بچه‌ام نفس نمی‌کشد", "fa"),
        ("طفلم نفس نمی‌کشد کمک کنید", "fa_AF"),
        ("ماشوم مې ساه نه اخلي", "ps"),
        ("Ilmahaygu ma neefsanayo", "so"),
        ("ውላደይ ኣይተንፍስን ዘሎ", "ti"),
        ("ልጄ አይተነፍስም", "am"),
        ("Zarokê min nefes nagire", "ku"),
        ("منداڵەکەم هەناسە نادات", "ckb"),
        ("Help, ons appartement staat in brand!", "nl"),
        ("Er is een inbreker in mijn huis", "nl"),
        ("there is a fire in our building", "en"),
        ("my son swallowed bleach", "en"),
        ("Il y a le feu dans notre immeuble", "fr"),
        ("Un voleur est entré chez moi", "fr"),
        ("حريق في شقتنا", "ar"),
        ("ابني شرب كلور", "ar"),
        ("Evimizde yangın çıktı", "tr"),
        ("Kızım çamaşır suyu içti", "tr"),
        ("У нас удома пожежа", "uk"),
        ("Хтось ламає двері", "uk"),
        ("У нас дома пожар", "ru"),
        ("Кто-то ломает дверь", "ru"),
        ("خانه ما آتش گرفته", "fa"),
        ("دزد آمده خانه", "fa"),
        ("زموږ کور اور اخیستی", "ps"),
        ("غل مې کور ته راغلی", "ps"),
        ("Guriga ayaa dab qabsaday", "so"),
        ("Tuug ayaa guriga soo galay", "so"),
        ("ገዛና ሓዊ ተላዒሉ", "ti"),
        ("ሌባ ናብ ገዛ ኣትዩ", "ti"),
        ("ቤታችን እሳት ተነሳ", "am"),
        ("ሌባ ቤት ገብቷል", "am"),
        ("Mala me dişewite", "ku"),
        ("Diz hatiye malê", "ku"),
        ("Ik ben mijn dochter kwijt", "nl"),
        ("my son is missing", "en"),
        ("Çocuğum kayboldu", "tr"),
        ("Моя дитина зникла", "uk"),
        ("ماڵەکەمان ئاگری گرتووە", "ckb"),
        ("دزێک هاتۆتە ماڵەوە", "ckb"),
    ],
)
def test_where_somebody_may_die_now_the_emergency_number_is_given(
    finder: TrainedFinder, text: str, locale: str
) -> None:
    found = finder.find(text, locale)
    assert (found.outcome, found.need) == ("urgent", "emergency")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("mijn telefoon is dood", id="a thing that is dead"),
        pytest.param("ik heb mijn haar geknipt", id="cutting hair"),
        pytest.param("my grandmother died last year", id="a death in the past"),
        pytest.param("welk mes is goed voor vlees", id="a kitchen knife"),
        pytest.param("krijg ik een boete als ik niet kom", id="a question"),
        pytest.param("je me sens mieux", id="someone who is better"),
        pytest.param("ik ben het paspoort van mijn kind kwijt", id="a child's passport that is lost"),
        pytest.param("پاسپۆرتی منداڵەکەم ون بووە", id="the same in Sorani"),
        pytest.param("жена рожает, я не приду завтра", id="a birth"),
        pytest.param("er is een brandoefening op school", id="a fire drill"),
        pytest.param("de tandarts zegt dat mijn tandvlees bloedt", id="a little blood"),
        pytest.param("my phone was stolen by a thief in the bus", id="a thief, but not here"),
        pytest.param("who pays for an ambulance", id="a question about help"),
        pytest.param("ez aciz bûm", id="a word that means hungry in another language"),
    ],
)
def test_what_is_no_cry_for_help_is_not_urgent(finder: TrainedFinder, text: str) -> None:
    assert finder.find(text, "nl").outcome != "urgent"


def test_a_long_text_of_one_repeated_phrase_is_read_once_per_pattern() -> None:
    """The first words of many patterns, thousands of times: it once took minutes."""
    assert CryForHelp().heard_in("ik wil " * 1_500) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t", id="space"),
        pytest.param("a", id="one letter"),
        pytest.param("😀👍", id="emoji"),
        pytest.param("?!", id="marks"),
        pytest.param("\x00\ud83d", id="broken characters"),
        pytest.param("x" * 10_000, id="one long word"),
        pytest.param("woord " * 2_000, id="one word many times"),
        pytest.param("ا" * 10_000, id="Arabic rubbish"),
    ],
)
def test_what_says_nothing_is_handed_over(finder: TrainedFinder, text: str) -> None:
    assert finder.find(text, "nl").outcome == "handover"


@pytest.mark.parametrize(
    ("text", "locale", "topic", "language"),
    [
        pytest.param("hoe lang duurt pvt", "ti", "pvt_hours_excursion", "nl", id="Dutch while Tigrinya is set"),
        pytest.param("what is PIP?", "ku", "what_is_pip", "en", id="English while Kurdish is set"),
        pytest.param("متى يبدأ الاندماج", "nl", "term_start_and_length", "ar", id="Arabic while Dutch is set"),
    ],
)
def test_any_language_is_understood_whatever_is_set(
    finder: TrainedFinder, text: str, locale: str, topic: str, language: str
) -> None:
    found = finder.find(text, locale)
    assert (found.outcome, found.topic, found.language) == ("answer", topic, language)
