"""Intents: made, continued and read in one place, and every act leads to a screen."""

import ast
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import person, stranger
from bot.dialogue.consultants import door
from bot.dialogue.step import check_screens
from reminders.intents import LONGEST, Act, Intent, act_of, asks, asks_more

ROOT = Path(__file__).parents[2]
ARGUMENTS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz0123456789-", max_size=6), max_size=4)


@given(st.sampled_from(list(Act)), ARGUMENTS)
def test_what_is_made_is_read_again(act: Act, args: list[str]) -> None:
    carried = asks(act, *args)
    assert Intent.parse(carried) == Intent(act, tuple(args))
    assert str(Intent(act, tuple(args))) == carried


@given(st.text())
def test_anything_may_arrive(carried: str) -> None:
    found = Intent.parse(carried)
    assert found is None or found.act.value == carried.partition(":")[0]


def test_numbers_days_and_words_are_carried() -> None:
    assert asks(Act.ABSENCE, 7, "from", date(2026, 12, 1)) == "ab:7:from:2026-12-01"
    assert asks_more(asks(Act.MOVE, 7, 2), "261201", "yes") == "mv:7:2:261201:yes"
    assert (act_of("come:7"), act_of("rubbish:7"), act_of("")) == (Act.COME, None, None)


def test_what_no_button_carries_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="65 bytes"):
        asks(Act.TOPIC, "x" * (LONGEST - 3))


def test_every_act_leads_to_a_screen() -> None:
    assert set(Act) == person.ACTS | door.ACTS | stranger.ACTS
    with pytest.raises(LookupError, match=f"without a screen: {Act.CALL}"):
        check_screens(set(Act) - {Act.CALL})


@pytest.mark.parametrize(
    "folder", ["bot/dialogue", "bot/telling", "bot/actions", "bot/channels", "bot/inbox.py", "reminders"]
)
def test_no_button_spells_its_intent(folder: str) -> None:
    """An intent that is written out is one that nobody finds when its act or its arguments change."""
    spelled = []
    for path in [ROOT / folder] if folder.endswith(".py") else sorted((ROOT / folder).rglob("*.py")):
        for call in [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]:
            if ast.unparse(call.func) not in ("button", "Button"):
                continue
            asked = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "intent")]
            spelled += [f"{path.name}:{one.lineno}" for one in asked if isinstance(one, ast.Constant | ast.JoinedStr)]
    assert spelled == []
