"""What a person wrote themselves, out of what mail programs make of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.email.replies import own_words
from bot.channels.email.replies.ours import Ours

OURS = "> Morgen om 10:00 hebt u een gesprek.\n> Komt u?"
OUTLOOK = (
    "Van: Maatje <maatje@gemeente.example>\nVerzonden: maandag 2 maart 2026 09:00\nAan: P\n"
    "Onderwerp: Gesprek\n\nKomt u?"
)


@pytest.mark.parametrize(
    ("mail", "own"),
    [
        pytest.param(
            f"Ja, ik kom.\n\nOp ma 2 mrt 2026 om 09:00 schreef Maatje <m@g.example>:\n\n{OURS}", "Ja, ik kom."
        ),
        pytest.param(
            f"Ja\n\nOp maandag 2 maart 2026 om 09:00 schreef Maatje van de gemeente\n<m@g.example>:\n\n{OURS}", "Ja"
        ),
        pytest.param(f"1\n\nOn Mon, 2 Mar 2026 at 09:00, Maatje <m@g.example> wrote:\n{OURS}", "1"),
        pytest.param(f"Oui\n\nLe lun. 2 mars 2026 à 09:00, Maatje <m@g.example> a écrit :\n{OURS}", "Oui"),
        pytest.param(f"نعم\n\nفي الاثنين، 2 مارس 2026 09:00 ص، كتب Maatje <m@g.example>:\n{OURS}", "نعم"),
        pytest.param(f"بله\n\nدر دوشنبه، ۲ مارس ۲۰۲۶ ساعت ۹:۰۰ Maatje <m@g.example> نوشت:\n{OURS}", "بله"),
        pytest.param(f"Evet\n\nMaatje <m@g.example>, 2 Mar 2026 Pzt, 09:00 tarihinde şunu yazdı:\n{OURS}", "Evet"),
        pytest.param(f"Так\n\nпн, 2 бер. 2026 р. о 09:00 Maatje <m@g.example> пише:\n{OURS}", "Так"),
        pytest.param(f"Да\n\nпн, 2 мар. 2026 г. в 09:00, Maatje <m@g.example>:\n{OURS}", "Да"),
        pytest.param(f"Ik ben ziek\n\n{OUTLOOK}", "Ik ben ziek"),
        pytest.param(f"Ik ben ziek\n\n-----Oorspronkelijk bericht-----\n{OUTLOOK}", "Ik ben ziek"),
        pytest.param(
            "Je viens\n\nDe : Maatje <m@g.example>\nEnvoyé : lundi 2 mars\nÀ : P\nObjet : Rendez-vous\n", "Je viens"
        ),
        pytest.param("لن أحضر\n\nمن: Maatje <m@g.example>\nتاريخ: ٢ مارس\nإلى: P\nالموضوع: موعد\n", "لن أحضر"),
        pytest.param("Ik kom\n\nVerzonden vanaf mijn iPhone", "Ik kom"),
        pytest.param("I come\n\nSent from my Galaxy", "I come"),
        pytest.param("سأحضر\n\nأُرسلت من الـ iPhone", "سأحضر"),
        pytest.param("سأحضر\n\nمُرسل من الـ iPhone", "سأحضر"),
        pytest.param("Ik kom\n-- \nFatima\nTel. 06", "Ik kom"),
        pytest.param(f"{OURS}\n\nJa, ik kom", "Ja, ik kom"),
        pytest.param(f"Ja\r\n\r\n{OURS}\r\n", "Ja"),
        pytest.param(OURS, ""),
        pytest.param("Van maandag tot vrijdag kan ik niet.", "Van maandag tot vrijdag kan ik niet."),
        pytest.param("From Monday I work.\nTo be honest: not sure.", "From Monday I work.\nTo be honest: not sure."),
        pytest.param(
            "Op school schreef de juf een brief.\nIk kom morgen.", "Op school schreef de juf een brief.\nIk kom morgen."
        ),
        pytest.param(
            "نعم\n\n\u202bفي الجمعة، 27 نوفمبر 2026 في 10:00 ص كتب "
            f"\u202aMaatje\u202c\u200f <\u202am@g.example\u202c\u200f>:\u202c\n{OURS}",
            "نعم",
            id="Gmail in Arabic with its marks",
        ),
        pytest.param("Ja\nDownload Outlook voor Android<https://aka.ms/x>", "Ja"),
        pytest.param("1\n\nMet vriendelijke groet,\nSanne de Boer\nGemeente Huizen", "1"),
        pytest.param("Gezien\nGroet, Sanne", "Gezien"),
        pytest.param("Yes\n\nKind regards,\nSanne", "Yes"),
        pytest.param("نعم\nمع تحياتي\nأحمد", "نعم"),
        pytest.param("Приду\nС уважением,\nОлена", "Приду"),
        pytest.param("Groetjes", "Groetjes"),
        pytest.param("Doe de groeten aan de juf", "Doe de groeten aan de juf"),
        pytest.param("Ja\nGroet, Sanne\nPS neem uw pas mee", "Ja\nGroet, Sanne\nPS neem uw pas mee"),
        pytest.param(f"Ja On Mon, 2 Mar 2026 at 09:00, m@g.example wrote:\n{OURS}", "Ja", id="a head behind the words"),
        pytest.param(f"Ja\nik--- Op 2 mrt 2026 om 09:00 schreef m@g.example:\n{OURS}", "Ja\nik", id="behind dashes"),
        pytest.param(
            "Nee\n\nLe lun. 2 mars 2026 à 09:00, Maatje <m@g.example>\na écrit :\n\nVenez-vous ?",
            "Nee",
            id="a head in two lines, without marks below it",
        ),
        pytest.param(">>> kijk hier: x.example <<<\nJa", ">>> kijk hier: x.example <<<\nJa", id="no quotation"),
        pytest.param("Eerste regel\n\nTweede regel", "Eerste regel\n\nTweede regel"),
        pytest.param("", ""),
    ],
)
def test_only_the_writers_own_words_are_left(mail: str, own: str) -> None:
    assert own_words(mail) == own


@pytest.mark.parametrize(
    ("mail", "own"),
    [
        # Tuta's: "by" is no verb, and the program is in no list.
        (f"Ik ben ziek\n\n30 nov 2026, 10:00 by maatje@g.example:\n\n{OURS}", "Ik ben ziek"),
        (f"2\n\n--\nSent with Duivenpost; enjoy secure mail:\nhttps://post.example\n\n{OURS}", "2"),
        (
            "Mijn man\n--\nkomt niet, die is verzonden naar het ziekenhuis.",
            "Mijn man\n--\nkomt niet, die is verzonden naar het ziekenhuis.",
        ),
        (
            "Op 30-11-2026 mailde ik naar school@x.example:\nmijn kind is ziek.",
            "Op 30-11-2026 mailde ik naar school@x.example:\nmijn kind is ziek.",
        ),
    ],
)
def test_a_head_is_known_by_our_address_and_a_signature_by_its_dashes(mail: str, own: str) -> None:
    assert own_words(mail, Ours(addresses=frozenset({"maatje@g.example"}))) == own


@given(st.text(max_size=2_000))
def test_nothing_is_added(text: str) -> None:
    said = {line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")}
    assert {line.strip() for line in own_words(text).split("\n")} - {""} <= said
