"""What measures the understanding was never learnt: no text stands on both sides. One walk over all that is learnt."""

from pathlib import Path

from bot.faq.quality.evaluate import read_questions
from bot.faq.quality.learnt import rows_of
from bot.faq.words import normalise
from bot.understanding.evaluate import read_expected
from locales.faq.content import load_faq
from locales.understanding.texts import written_texts

HERE = Path(__file__).parent
QUESTIONS = HERE.parent / "faq" / "heldout"


def test_nothing_that_is_held_out_was_learnt() -> None:
    acts = {normalise(row.text) for path in (HERE / "heldout").glob("*.yaml") for row in read_expected(path)}
    questions = {normalise(row.text) for path in QUESTIONS.glob("*.yaml") for row in read_questions(path)}
    assert len(acts) > 3_000
    assert len(questions) > 6_000
    # What has no letter in it (an emoji, three dots) is one text to the finder.
    held = (acts | questions) - {""}
    assert [row.text for row in rows_of(load_faq()) if normalise(row.text) in held] == []
    # A case may be put together from parts, as everything that is often said; no hand wrote it to be learnt.
    cases = {normalise(row.text) for row in read_expected(HERE / "cases.yaml")}
    assert [one.text for one in written_texts() if normalise(one.text) in cases] == []
