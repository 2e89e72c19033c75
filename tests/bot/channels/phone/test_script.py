"""How a call goes: every state, every key."""

from itertools import product

import pytest

from bot.channels.phone.script import (
    ALL_KEYS,
    BOUNCE,
    CHOICE_KEYS,
    OPENING,
    PAGE,
    CallLine,
    CallState,
    CallStep,
    Do,
    Event,
    Key,
    NextUp,
    NothingCame,
    Quiet,
    Stage,
    began,
    keys_of,
    step,
)

ASKED = CallState(stage=Stage.ASKING, choices=3, known=True, told=1, asked_at=5.0)


def after(call: CallState, *events: Event) -> CallStep:
    """What the last of these events comes to; keys come a second after the last."""
    found = CallStep(call)
    for event in events:
        found = step(found.call, event)
    return found


def presses(digits: str, start: float = 10.0) -> list[Key]:
    return [Key(digit, start + at) for at, digit in enumerate(digits)]


def test_a_call_opens_with_who_calls_and_a_key_that_says_who_is_there() -> None:
    assert OPENING == (CallLine.HELLO, CallLine.WHO)
    found = after(CallState(), Key("1", 2.0))
    assert (found.call.stage, found.call.known, found.say, found.do) == (Stage.WAITING, True, (), Do.NOTHING)


def test_no_key_is_a_machine_or_somebody_else_and_hears_nothing_personal() -> None:
    once = after(CallState(), Quiet())
    assert once.say == OPENING
    found = after(once.call, Quiet())
    assert (found.say, found.do, found.call.known) == ((CallLine.NEUTRAL,), Do.HANG_UP, False)


def test_wrong_keys_at_the_opening_end_as_no_key_does() -> None:
    found = after(CallState(), *presses("28"))
    assert found.say == (CallLine.NOT_OFFERED, CallLine.WHO)
    assert after(CallState(), *presses("287")).say == (CallLine.NEUTRAL,)


def test_the_first_message_comes_with_the_keys_that_always_work_and_later_ones_without() -> None:
    first = after(CallState(), Key("1", 2.0), NextUp(3))
    assert first.say == (CallLine.MESSAGE, CallLine.CHOICES, CallLine.KEYS)
    assert after(first.call, Key("2", 9.0), NextUp(2)).say == (CallLine.MESSAGE, CallLine.CHOICES)
    assert after(CallState(), Key("1", 2.0), NextUp(0)).say == (CallLine.MESSAGE, CallLine.KEYS)


@pytest.mark.parametrize(("digit", "choice"), [("1", 0), ("2", 1), ("5", 2)])
def test_an_answer_is_the_choice_under_its_key(digit: str, choice: int) -> None:
    found = step(ASKED, Key(digit, 9.0))
    assert (found.do, found.choice, found.say, found.call.stage) == (Do.ANSWER, choice, (), Stage.WAITING)
    assert found.call.heard


def test_nine_choices_are_on_two_pages() -> None:
    asked = after(CallState(), Key("1", 2.0), NextUp(9)).call
    more = step(asked, Key("8", 9.0))
    assert more.say == (CallLine.CHOICES,)
    assert step(more.call, Key("5", 12.0)).choice == PAGE + 2
    assert step(more.call, Key("7", 12.0)).say[0] is CallLine.NOT_OFFERED
    assert step(step(more.call, Key("8", 12.0)).call, Key("1", 15.0)).choice == 0


def test_again_and_slower() -> None:
    again = step(ASKED, Key("3", 9.0))
    assert (again.say, again.call.slow) == ((CallLine.MESSAGE, CallLine.CHOICES, CallLine.KEYS), False)
    slower = step(again.call, Key("4", 12.0))
    assert (slower.say, slower.call.slow) == (again.say, True)
    assert step(slower.call, Key("3", 15.0)).call.slow
    assert after(CallState(), Key("4", 2.0)).say == OPENING


def test_a_question_is_asked_twice_and_then_it_is_looked_whether_there_is_more() -> None:
    once = step(ASKED, Quiet())
    assert once.say == (CallLine.CHOICES, CallLine.KEYS)
    twice = step(once.call, Quiet())
    assert (twice.call.stage, twice.say, twice.call.heard) == (Stage.WAITING, (), True)
    assert after(twice.call, NothingCame()).say == (CallLine.GOODBYE,)
    assert after(twice.call, NextUp(0)).say == (CallLine.MESSAGE,)


def test_what_is_only_offered_is_not_asked_twice() -> None:
    offered = after(CallState(), Key("1", 2.0), NextUp(2, asks=False)).call
    assert step(offered, Quiet()).call.stage is Stage.WAITING


def test_three_wrong_keys_in_a_row_end_the_call_and_a_right_one_between_counts_anew() -> None:
    assert after(ASKED, *presses("677")).do is Do.HANG_UP
    found = after(ASKED, *presses("673"), *presses("67", start=20.0))
    assert (found.do, found.say[0]) == (Do.NOTHING, CallLine.NOT_OFFERED)


def test_what_could_not_be_written_down_is_said() -> None:
    found = after(ASKED, Key("1", 9.0), NothingCame(failed=True))
    assert (found.say, found.do) == ((CallLine.TROUBLE,), Do.HANG_UP)


def test_a_key_before_the_question_began_is_no_answer_to_it() -> None:
    call = began(after(ASKED, Key("2", 9.0), NextUp(2)).call, at=11.0)
    assert step(call, Key("1", 10.9)).ignored
    assert step(call, Key("1", 11.0)).choice == 0


def test_a_key_that_bounces_was_pressed_once() -> None:
    once = after(ASKED, Key("2", 9.0), NextUp(2)).call
    assert step(once, Key("2", 9.0 + BOUNCE / 2)).ignored
    assert step(once, Key("1", 9.0 + BOUNCE / 2)).choice == 0
    assert step(once, Key("2", 9.0 + BOUNCE * 2)).choice == 1


def test_nothing_is_taken_while_an_answer_is_written_down_and_after_the_end() -> None:
    waiting = step(ASKED, Key("2", 9.0)).call
    over = step(ASKED, Key("0", 9.0)).call
    for digit in ALL_KEYS:
        assert step(waiting, Key(digit, 20.0)).ignored
        assert step(over, Key(digit, 20.0)).ignored
    assert all(step(over, event).ignored for event in (Quiet(), NextUp(1), NothingCame()))
    assert step(waiting, Quiet()).ignored
    assert step(ASKED, NextUp(1)).ignored


EVERY_CALL = [
    CallState(stage, choices, page, slow, known, asked, wrong, told=1, asked_at=1.0)
    for stage, choices, page, slow, known, asked, wrong in product(
        Stage, (0, 1, 2, 3, 5, 6, 11), (0, 1, 2), (False, True), (False, True), (1, 2), (0, 1, 2)
    )
    if (stage is Stage.OPENING) is not known and page * PAGE <= max(0, choices - 1)
]


@pytest.mark.parametrize("digit", [*ALL_KEYS, "A", ""])
def test_every_state_and_every_key(digit: str) -> None:
    """Whatever comes: the call goes on or ends with a word; nothing personal before the person said who they are; a
    choice is one that was offered."""
    for call in EVERY_CALL:
        found = step(call, Key(digit, 10.0))
        if found.ignored:
            assert (found.call, found.say, found.do) == (call, (), Do.NOTHING)
            assert call.stage in (Stage.WAITING, Stage.OVER) or digit not in ALL_KEYS
            continue
        ends = found.do in (Do.HANG_UP, Do.STOP)
        assert ends is (found.call.stage is Stage.OVER)
        assert not ends or len(found.say) == 1
        assert found.say or found.call.stage is Stage.WAITING
        if not found.call.known:
            assert not set(found.say) & {CallLine.MESSAGE, CallLine.CHOICES, CallLine.KEYS}
            assert found.do in (Do.NOTHING, Do.STOP, Do.HANG_UP)
        if found.do is Do.ANSWER:
            assert found.choice is not None
            assert digit in CHOICE_KEYS
            assert keys_of(call.choices, call.page)[digit] == found.choice < call.choices
        assert (digit == "0") is (found.do is Do.STOP)
        assert (digit == "9" and call.stage is Stage.ASKING) is (found.do is Do.CALL_ME)


def test_every_state_ends_by_itself_when_nothing_comes() -> None:
    """No key and nothing more to tell: at most three questions, and the call is over."""
    for began_as in EVERY_CALL:
        call, said = began_as, 0
        while call.stage is not Stage.OVER:
            found = step(call, NothingCame() if call.stage is Stage.WAITING else Quiet())
            call, said = found.call, said + 1
            assert said <= 3
