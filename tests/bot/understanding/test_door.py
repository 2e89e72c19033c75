"""What somebody does by writing is understood in every language, and danger before all."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from bot.faq.finder import TrainedFinder
from bot.faq.model import ACT
from bot.faq.pieces import Floats
from bot.faq.words import normalise
from bot.understanding.acts import Courtesy, CryNeed, SpeechAct
from bot.understanding.door import TrainedDoor
from bot.understanding.evaluate import NOT_URGENT, Expected, by_kind_and_language, judge, read_expected
from locales.understanding.composing import composed_texts
from tests.bot.understanding.conftest import NOW

CASES = Path(__file__).parent / "cases.yaml"
#: What part of the cases of each kind has to be understood.
LEAST = {
    SpeechAct.URGENT: 0.9,
    NOT_URGENT: 0.8,
    SpeechAct.ABSENCE: 0.9,
    SpeechAct.QUESTION: 0.9,
    SpeechAct.OTHER: 0.9,
    SpeechAct.COMING: 0.85,
    SpeechAct.COURTESY: 0.9,
}


@pytest.fixture(scope="module")
def unseen() -> list[Expected]:
    """The cases; not those that a composed text happens to be word for word, as "I cannot breathe"."""
    learnt = {normalise(one.text) for one in composed_texts()}
    return [row for row in read_expected(CASES) if normalise(row.text) not in learnt]


def test_people_are_understood(door: TrainedDoor, unseen: list[Expected]) -> None:
    judged = judge(door, unseen, NOW)
    shares = {kind: tallies["all"].share for kind, tallies in by_kind_and_language(judged).items()}
    assert {
        kind: share for kind, share in shares.items() if share < LEAST[SpeechAct(kind) if kind != NOT_URGENT else kind]
    } == {}


def test_who_comes_is_never_reported_absent(door: TrainedDoor) -> None:
    coming = [row for row in read_expected(CASES) if row.kind == SpeechAct.COMING]
    assert [row.text for row in coming if door.understand(row.text, row.language, NOW).act is SpeechAct.ABSENCE] == []


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("ik ben ziek, ik kom morgen niet", SpeechAct.ABSENCE),
        ("laat maar, ik kom toch wel", SpeechAct.COMING),
        ("ik ben 20 minuten later", SpeechAct.LATE),
        ("kan de afspraak op een andere dag", SpeechAct.RESCHEDULE),
        ("goedemorgen", SpeechAct.COURTESY),
        ("ja graag", SpeechAct.YES),
        ("nee hoor", SpeechAct.NO),
        ("stop met die berichten", SpeechAct.STOP),
        ("ik wil met een mens praten", SpeechAct.HUMAN),
        ("krijg ik een boete als ik niet kom", SpeechAct.QUESTION),
        ("waar koop ik een goede fiets", SpeechAct.OTHER),
        ("mijn man slaat mij", SpeechAct.URGENT),
    ],
)
def test_each_act(door: TrainedDoor, text: str, act: SpeechAct) -> None:
    assert door.understand(text, "nl", NOW).act is act


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("mijn zoon ademt niet meer", CryNeed.EMERGENCY),
        ("ik wil niet meer leven", CryNeed.SELF_HARM),
        ("mijn man slaat mij en de kinderen", CryNeed.VIOLENCE),
        ("we hebben geen eten meer voor de kinderen", CryNeed.HUNGER),
        ("wij slapen vannacht op straat", CryNeed.SHELTER),
    ],
)
def test_each_kind_of_danger(door: TrainedDoor, text: str, need: CryNeed) -> None:
    assert door.understand(text, "nl", NOW).need is need


def test_several_acts_of_one_message_are_kept(door: TrainedDoor) -> None:
    found = door.understand("ik ben ziek, ik kom morgen niet. Krijg ik nu een boete?", "nl", NOW)
    assert found.act is SpeechAct.ABSENCE
    assert SpeechAct.QUESTION in found.also
    assert (found.when.first, found.when.last) == (NOW.date().replace(month=12, day=1),) * 2


@pytest.mark.parametrize(
    ("text", "act", "kind"),
    [
        ("👍", SpeechAct.YES, None),
        ("👎", SpeechAct.NO, None),
        ("🙏🙏", SpeechAct.COURTESY, Courtesy.THANKS),
        ("👋", SpeechAct.COURTESY, Courtesy.GREETING),
        ("🆘", SpeechAct.URGENT, None),
        ("...", SpeechAct.OTHER, None),
    ],
)
def test_a_picture_alone(door: TrainedDoor, text: str, act: SpeechAct, kind: Courtesy | None) -> None:
    found = door.understand(text, "nl", NOW)
    assert (found.act, found.courtesy) == (act, kind)


@pytest.mark.parametrize("text", ["", " \n", "a", "\x00\ud83d", "x" * 10_000, "woord " * 2_000, "ا" * 10_000, "1"])
def test_no_text_is_too_odd(door: TrainedDoor, text: str) -> None:
    assert door.understand(text, "nl", NOW).act is not SpeechAct.URGENT


def test_the_end_of_a_long_letter_is_read_for_danger(door: TrainedDoor) -> None:
    assert door.understand("Mijn les is leuk. " * 400 + "Maar ik wil dood.", "nl", NOW).act is SpeechAct.URGENT


class OfTwoMinds(TrainedFinder):
    """Thinks that a text is as likely an absence as somebody's coming, and neither is likely by itself."""

    def judged(self, text: str, vector: Floats | None = None) -> tuple[Floats, Floats | None]:
        chances = np.full(len(self.model.classes), 0.3 / len(self.model.classes), np.float32)
        for act in ("absence", "coming"):
            chances[self.model.classes.index(ACT + act)] = 0.35
        return chances, None


def test_who_comes_or_does_not_is_taken_to_come(door: TrainedDoor) -> None:
    finder = door.finder
    unsure = OfTwoMinds(*(getattr(finder, one.name) for one in fields(finder)))
    assert replace(door, finder=unsure).understand("die andere zaak is geregeld", "nl", NOW).act is SpeechAct.COMING
