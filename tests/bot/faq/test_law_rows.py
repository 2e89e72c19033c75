"""The law in force, row by row: what somebody of each group hears in Dutch, and what nobody hears any more.

The rows are those of the reading of 29 November 2026 that the answers follow (docs/legal.md holds where each statement
stands); the texts here are the least that an answer must hold, not the answer.
"""

import pytest

from locales.faq.content import FaqContent, load_faq
from locales.faq.texts import faq_source
from locales.rendering.catalog import Catalogs
from locales.rendering.languages import LANGUAGES
from locales.rendering.message import Text
from locales.rendering.render import Renderer
from storage.vocabulary import Group
from tests.bot.dialogue.talk import ZONE

ASYLUM, MIGRANT = Group.ASYLUM, Group.MIGRANT
FIRST = "Hebt u asiel? Dan geeft DUO nu geen boete"
FAMILY = "Heeft uw man, vrouw of ouder asiel in Nederland?"


@pytest.fixture(scope="module")
def content() -> FaqContent:
    return load_faq()


def heard(content: FaqContent, topic: str, group: Group) -> str:
    text = content.texts["nl"][topic]
    return text.answer_migrant if group is MIGRANT and text.answer_migrant is not None else text.answer


@pytest.mark.parametrize(
    ("topic", "group", "holds"),
    [
        pytest.param("fine_not_in_time", ASYLUM, [FIRST, "wel verder inburgeren"], id="1 late, asylum"),
        pytest.param("fine_pvt_map", ASYLUM, [FIRST], id="1 PVT and MAP, asylum"),
        pytest.param("pvt_deadline", ASYLUM, [FIRST, "binnen 3 jaar"], id="1 PVT in time, asylum"),
        pytest.param("fine_when", ASYLUM, [FIRST, "Eerst is er altijd een gesprek"], id="1 when, asylum"),
        pytest.param("fine_not_in_time", MIGRANT, ["maximaal 1000 euro", "extra tijd"], id="1 late, migrants"),
        pytest.param("fine_pvt_map", MIGRANT, ["340 euro", "extra tijd"], id="1 PVT and MAP, migrants"),
        pytest.param("pvt_deadline", MIGRANT, ["maximaal 340 euro"], id="1 PVT in time, migrants"),
        pytest.param("family_migrant_offer", MIGRANT, [FAMILY, "hetzelfde als een asielstatushouder"], id="2 offer"),
        pytest.param("family_migrant_costs", MIGRANT, [FAMILY, "betaalt de gemeente uw les"], id="2 costs"),
        pytest.param("family_migrant_fine", MIGRANT, [FAMILY, "geen boete als u niet naar uw cursus"], id="2 fine"),
        pytest.param("ontzorgen_what", ASYLUM, ["asielvergunning en bijstand"], id="2 relief"),
        pytest.param("right_free_course", ASYLUM, ["bij familie die asiel heeft", "geldt dit ook"], id="2 course"),
        pytest.param(
            "fine_missed_lessons",
            ASYLUM,
            ["eerst is er een gesprek", "50 euro of lager", "maximaal 800 euro", "nooit een boete én een lagere"],
            id="3 lessons and talks",
        ),
        pytest.param("fine_intake", ASYLUM, ["eerst een brief met een waarschuwing", "250 euro"], id="4 intake"),
        pytest.param("duty_intake", ASYLUM, ["eerst een brief"], id="4 duty"),
        pytest.param("education_route_older_28", ASYLUM, ["jonger dan 30", "geen leeftijd", "DUO"], id="5 student age"),
        pytest.param("education_route", ASYLUM, ["De wet noemt geen leeftijd", "goede kans", "1,5 jaar"], id="6 route"),
        pytest.param("downgrade_to_a2", ASYLUM, ["600 uur", "goed uw best", "De gemeente beslist"], id="7 A2"),
        pytest.param("pip_deadline", ASYLUM, ["10 weken", "brief van DUO", "ingeschreven"], id="8 plan"),
        pytest.param(
            "term_start_and_length", ASYLUM, ["eerste PIP", "dag daarna", "nieuw PIP verandert dat niet"], id="9 start"
        ),
        pytest.param("pip_signing", ASYLUM, ["niet tekent"], id="9 signing"),
        pytest.param("switch_route", ASYLUM, ["1,5 jaar", "naar de B1-route kan altijd", "uitzondering"], id="10"),
        pytest.param("z_route", ASYLUM, ["800 uur les: Nederlands en KNM samen", "800 uur actief mee"], id="11 Z"),
        pytest.param("z_route", MIGRANT, ["800 uur les", "PVT en MAP"], id="11 Z, migrants"),
        pytest.param("z_route_end", ASYLUM, ["geen examen", "eindgesprek", "certificaat"], id="11 end of Z"),
        pytest.param("what_is_knm", ASYLUM, ["geen KNM-examen"], id="11 KNM"),
        pytest.param(
            "extension_of_term", ASYLUM, ["laatste half jaar", "DUO", "3 maanden ziek", "8 weken"], id="12 extra time"
        ),
        pytest.param("long_absence", ASYLUM, ["3 maanden of langer ziek", "extra tijd"], id="12 long absence"),
        pytest.param("literacy_lessons", ASYLUM, ["3 maanden alfabetisering", "6 maanden"], id="12 literacy"),
        pytest.param("exemption_possible", ASYLUM, ["ontheffing", "225 euro", "AOW-leeftijd"], id="13 exemption"),
        pytest.param("who_decides_duty", ASYLUM, ["brief van DUO"], id="14 who says so"),
        pytest.param("exam_parts", ASYLUM, ["lezen, luisteren, schrijven, spreken en KNM"], id="15 parts"),
        pytest.param("exam_costs_attempts", ASYLUM, ["2 keer gratis", "50 euro", "lager niveau"], id="15 costs"),
        pytest.param("who_runs_exam", ASYLUM, ["Mijn Inburgering", "1 week", "8 weken"], id="15 where"),
        pytest.param("map_exemption", ASYLUM, ["hoeft u MAP niet", "PVT moet wel"], id="16 MAP"),
        pytest.param("what_is_map", ASYLUM, ["40 uur praktijk"], id="16 practice"),
        pytest.param(
            "object_to_decision", ASYLUM, ["6 weken", "Wacht dus niet", "de gemeente of DUO", "Juridisch Loket"],
            id="17 objection",
        ),
        pytest.param("benefit_measure", ASYLUM, ["geen boete voor hetzelfde", "2026 en 2027"], id="18 measure"),
        pytest.param("duty_with_benefit", ASYLUM, ["2026 en 2027", "Vraag uw consulent"], id="18 duty"),
        pytest.param("privacy_data", ASYLUM, ["IND hoort alleen", "1 maand", "5 jaar"], id="19 data"),
        pytest.param("intake_alone", ASYLUM, ["alleen met de consulent"], id="20 alone"),
        pytest.param("intake_topics", ASYLUM, ["U mag alleen komen"], id="20 intake"),
        pytest.param("intake_in_azc", ASYLUM, ["gratis les", "niet verplicht"], id="20 reception centre"),
        pytest.param("learnability_test", ASYLUM, ["slecht zien of horen"], id="20 test"),
        pytest.param("diploma_valuation", MIGRANT, ["gratis"], id="21 diploma"),
        pytest.param("childcare_during_lessons", ASYLUM, ["kinderopvangtoeslag"], id="21 childcare"),
        pytest.param("moving_municipality", ASYLUM, ["10 weken een nieuw PIP", "3 jaar loopt door"], id="21 moving"),
        pytest.param("permit_risk", ASYLUM, ["VluchtelingenWerk", "IND"], id="22 permit"),
        pytest.param("family_migrant_costs", MIGRANT, ["met rente", "keurmerk", "50 euro"], id="23 loan"),
        pytest.param("school_reports_absence", MIGRANT, ["DUO", "alleen als zij erom vraagt"], id="23 school"),
    ],
)  # fmt: skip
def test_the_law_is_said(content: FaqContent, topic: str, group: Group, holds: list[str]) -> None:
    said = heard(content, topic, group)
    for part in holds:
        assert part in said, said
    if FIRST in holds or FAMILY in holds:
        assert said.startswith(holds[0])


def test_whether_a_permit_is_lost_is_not_said(content: FaqContent) -> None:
    said = heard(content, "permit_risk", ASYLUM)
    assert not said.startswith(("Ja", "Nee"))
    assert "kwijt" not in said


@pytest.mark.parametrize("locale", list(LANGUAGES))
def test_one_number_is_enough(content: FaqContent, locale: str) -> None:
    """Row 24: 113 is free itself since October 2025, which is easier for who reads little."""
    renderer = Renderer(Catalogs({"faq": faq_source(content)}), ZONE)
    keys = ("urgent.call_112", "urgent.call_113", "urgent.call_veilig_thuis")
    said = " ".join(renderer.say(Text(key), locale) for key in keys)
    assert "112" in said
    assert " 113" in said
    assert "0800-2000" in said
    assert "0800-0113" not in said
