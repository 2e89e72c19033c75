"""What takes longest of understanding is done before a turn, once, and by a thread of its own."""

import threading
from dataclasses import replace

import numpy as np

from bot.faq.meaning import SIZE, KnownMeanings
from bot.faq.pieces import Floats
from bot.understanding.beforehand import Beforehand
from bot.understanding.door import TrainedDoor


class _Counting:
    """An encoder that notes what it was asked, and by which thread."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.threads: set[str] = set()

    def query(self, texts: str) -> Floats:
        self.asked.append(texts)
        self.threads.add(threading.current_thread().name)
        return np.full(SIZE, len(self.asked), np.float32)

    def token_count(self, text: str, is_query: bool = False) -> int:
        return len(text.split())


def test_a_text_is_worked_out_once() -> None:
    encoder = _Counting()
    remembered = KnownMeanings(encoder)
    first, other, again = (remembered.query(text) for text in ("ik ben ziek", "ik kom", "ik ben ziek"))
    assert encoder.asked == ["ik ben ziek", "ik kom"]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_only_the_last_few_are_kept_and_none_of_them_as_text() -> None:
    encoder = _Counting()
    remembered = KnownMeanings(encoder, most=2)
    for text in ("one", "two", "one", "three", "one", "two"):
        remembered.query(text)
    # "one" was asked for again and again; "two" was forgotten for "three".
    assert encoder.asked == ["one", "two", "three", "two"]
    assert not any(b"one" in mark for mark in remembered._known)


async def test_it_is_done_in_a_thread_before_the_turn(door: TrainedDoor) -> None:
    encoder = _Counting()
    counted = replace(door, finder=replace(door.finder, encoder=KnownMeanings(encoder)))
    await Beforehand(counted)("I moved to another house")
    assert encoder.threads == {"meaning_0"}
    counted.understand("I moved to another house", "en")
    assert len(encoder.asked) == 1
