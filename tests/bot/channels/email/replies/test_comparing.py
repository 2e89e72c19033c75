"""Where the answered mail is known, what people wrote is told by comparing: in any program, without marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.email.replies import Ours, lines_of_page, own_words, words_of

SENT = (
    "Morgen om 10:00 hebt u een gesprek met Sanne de Boer in het gemeentehuis van Huizen.",
    "Komt u?",
    "1. ✅ Ik kom",
    "2. 🤒 Ik kan niet komen",
)
LABELS = ("✅ Ik kom", "🤒 Ik kan niet komen")
OURS = Ours(frozenset({"maatje@gemeente.example"}), sent=(SENT, SENT[:2]), choices=LABELS)
QUOTE = "\n".join(SENT)
PAGE = "\n".join([*SENT[:2], *LABELS])
HEAD = "Von: Maatje <maatje@gemeente.example>\nGesendet: Freitag, 27. November 2026 10:00\nAn: P\nBetreff: Gesprek\n"


@pytest.mark.parametrize(
    ("mail", "own"),
    [
        pytest.param(f"{QUOTE}\n\nNee, ik ben ziek.", "Nee, ik ben ziek.", id="below, without any mark"),
        pytest.param(f"Nee, ik ben ziek.\n\n{QUOTE}", "Nee, ik ben ziek.", id="above, without any mark"),
        pytest.param(f"Dag\n\n{HEAD}\n{QUOTE}\n\nNee, ik ben ziek.", "Dag\n\nNee, ik ben ziek.", id="around a block"),
        pytest.param(
            f"{HEAD}\n{SENT[0]}\nKan niet, mijn kind is ziek.\n{SENT[1]}\nNee\n{SENT[2]}\n{SENT[3]}",
            "Kan niet, mijn kind is ziek.\nNee",
            id="between the lines, without any mark",
        ),
        pytest.param(
            "Morgen om 10:00 hebt u een gesprek met\nSanne de Boer in het gemeentehuis van\nHuizen.\nKomt u?\n\nNee",
            "Nee",
            id="broken anew",
        ),
        pytest.param(f"Ik kom\n\n{QUOTE}", "Ik kom", id="the words of a choice, above"),
        pytest.param(f"{QUOTE}\n\nIk kan niet komen", "Ik kan niet komen", id="the words of a choice, below"),
        pytest.param(
            QUOTE.replace("Morgen om 10:00", "Vandaag om 10:30") + "\nNee", "Nee", id="another hour in it by now"
        ),
        pytest.param(f"Ja\n\n{PAGE}", "Ja", id="as a page shows it"),
        pytest.param(f"Ik kom\n\n{PAGE}\n\nIk kom", "Ik kom\n\nIk kom", id="the words of a choice, around a page"),
        pytest.param(f"{SENT[0]}\n{SENT[1]}\n\nIk kom", "Ik kom", id="the words of a choice, below a part of it"),
        pytest.param(QUOTE, "", id="nothing but ours"),
        pytest.param("Morgen om 10:00 hebt u een ander mee te nemen", "Morgen om 10:00 hebt u een ander mee te nemen",
                     id="a few words of ours in a sentence of theirs"),
    ],
)  # fmt: skip
def test_what_we_sent_is_told_from_what_they_wrote(mail: str, own: str) -> None:
    assert own_words(mail, OURS) == own


def test_an_unclosed_quotation_ends_where_our_text_ends() -> None:
    page = f"<blockquote type=cite>{'<br>'.join(SENT[:4])}<p>Nee, ik ben ziek.</p></body></html>"
    assert words_of(lines_of_page(page), OURS) == "Nee, ik ben ziek."


_WORDS = st.sampled_from(["nee", "ik", "ben", "ziek", "kind", "dokter", "10:00", "kom", "later", "مريض", "завтра"])
_SENTENCE = st.lists(_WORDS, min_size=1, max_size=9).map(" ".join)


@given(above=st.lists(_SENTENCE, max_size=3), below=st.lists(_SENTENCE, max_size=3), marked=st.booleans())
def test_no_word_is_lost_around_what_we_sent(above: list[str], below: list[str], marked: bool) -> None:
    quote = "\n".join(f"> {line}" for line in QUOTE.splitlines()) if marked else QUOTE
    mail = "\n".join([*above, "", quote, "", *below])
    assert own_words(mail, OURS).split() == " ".join([*above, *below]).split()


@given(theirs=st.lists(_SENTENCE, min_size=1, max_size=4))
def test_a_mail_of_somebody_else_is_passed_on_whole(theirs: list[str]) -> None:
    text = "\n".join(theirs)
    block = "Van: School <s@school.example>\nVerzonden: vrijdag 27 november 2026 10:00\nAan: P\nOnderwerp: X"
    mail = f"Zie dit\n\n{block}\n\n{text}"
    assert text in own_words(mail, OURS)
