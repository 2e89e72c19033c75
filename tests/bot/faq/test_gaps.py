"""What is kept of a question, and which questions count as the same."""

import numpy as np
import pytest

from bot.actions.questions import LONGEST, scrubbed
from bot.faq.gaps import Gap, grouped
from bot.faq.pieces import Floats


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("call 06-1234 5678 please", "call … please", id="telephone"),
        pytest.param("my BSN is 123456782", "my BSN is …", id="bsn"),
        pytest.param("mail a.b@c.nl or https://x.nl/y", "mail … or …", id="addresses"),
        pytest.param("AMINA asks, aminata too", "… asks, aminata too", id="whole words only"),
        pytest.param("هل أمينة هنا", "هل … هنا", id="arabic"),
        pytest.param("is a fine 800 euro in 3 years", "is a fine … euro in 3 years", id="amounts go too"),
        pytest.param("  a \n b\t", "a b", id="spaces"),
        pytest.param("x" * 5000, "x" * LONGEST, id="long"),
    ],
)
def test_scrubbed(text: str, kept: str) -> None:
    assert scrubbed(text, ["Amina", "أمينة", "de Al"]) == kept


def vector(text: str) -> Floats:
    """The first letter decides the direction."""
    place = np.zeros(4, np.float32)
    place["abcd".index(text[0])] = 1
    return place


def test_alike_questions_are_one_group_the_largest_first() -> None:
    gaps = [
        Gap("a1", "nl", "not_found", "x"),
        Gap("b1", "ar", "not_found", "y"),
        Gap("b2", "nl", "none_of_these", "y"),
        Gap("b1", "nl", "not_helped", "z"),
    ]
    first, second = grouped(gaps, vector)
    assert (first.count, first.languages, first.nearest) == (3, {"nl": 2, "ar": 1}, "y")
    assert first.reasons == {"not_found": 1, "none_of_these": 1, "not_helped": 1}
    assert list(first.examples) == ["b1", "b2"]
    assert (second.count, second.examples) == (1, ["a1"])


def test_no_questions_no_groups() -> None:
    assert grouped([], vector) == []
