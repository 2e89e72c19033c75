"""The door on texts of hands who saw nothing that it learnt from. `maatje understand eval` tries a whole file."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.understanding.acts import SpeechAct
from bot.understanding.door import TrainedDoor
from bot.understanding.evaluate import NOT_URGENT, Expected, Judged, judge, read_expected
from locales.rendering.languages import LANGUAGES
from tests.bot.understanding.conftest import NOW

FOLDER = Path(__file__).parent / "heldout"
#: Limits were chosen on the first; nothing was on the second.
SETS = ("chosen_on", "tried_once")
#: So many of a file are tried here, a few seconds' work; all languages come by.
TRIED = 220
#: Below what the whole files give (docs/understanding.md), as far as so few of them may lie from it by chance.
LEAST: Mapping[str, float] = {
    SpeechAct.URGENT: 0.85,
    NOT_URGENT: 0.75,
    "ordinary": 0.95,
    SpeechAct.ABSENCE: 0.8,
    SpeechAct.COMING: 0.75,
    SpeechAct.QUESTION: 0.8,
    "days": 0.8,
}


def rows_of(name: str) -> list[Expected]:
    return read_expected(FOLDER / f"{name}.yaml")


@pytest.mark.parametrize("name", SETS)
def test_every_language_has_as_many_cries_and_harmless_texts(name: str) -> None:
    kinds = [(row.language, row.kind) for row in rows_of(name)]
    for language in LANGUAGES:
        assert kinds.count((language, SpeechAct.URGENT)) >= 20
        assert kinds.count((language, NOT_URGENT)) >= 16


@pytest.mark.parametrize("name", SETS)
def test_what_was_never_seen_is_understood(door: TrainedDoor, name: str) -> None:
    rows = rows_of(name)
    judged = judge(door, rows[:: len(rows) // TRIED], NOW)
    assert {what: share for what, share in shares(judged).items() if share < LEAST[what]} == {}


def shares(judged: list[Judged]) -> dict[str, float]:
    """The part of each kind that was right; of the ordinary texts, the part that was not taken for a cry."""
    right: dict[str, list[bool]] = {what: [] for what in LEAST}
    for one in judged:
        kind = one.expected.kind
        if kind in right:
            right[kind].append(one.right)
        if kind not in (SpeechAct.URGENT, NOT_URGENT):
            right["ordinary"].append(one.found.act is not SpeechAct.URGENT)
        if one.days is not None:
            right["days"].append(one.days)
    return {what: sum(each) / len(each) for what, each in right.items()}
