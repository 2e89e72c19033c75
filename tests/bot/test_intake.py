"""What arrives is taken in a bounded number, each sender's in order; what cannot be taken is brought again."""

import asyncio

import pytest

from bot.intake import Full, Intake


async def test_more_than_fits_is_refused_and_a_place_comes_back() -> None:
    intake = Intake(most=3, most_of_one=3)
    for sender in ("a", "b", "c"):
        intake.enter(sender)
    with pytest.raises(Full):
        intake.enter("d")
    intake.give_up("b")
    intake.enter("d")
    assert intake.in_hand == 3


async def test_one_sender_never_fills_it() -> None:
    intake = Intake(most=100, most_of_one=2)
    intake.enter("flood")
    intake.enter("flood")
    with pytest.raises(Full):
        intake.enter("flood")
    intake.enter("somebody else")


async def test_a_senders_events_are_handled_in_order_and_others_beside_them() -> None:
    intake, done = Intake(at_once=8), list[str]()
    may_end = asyncio.Event()

    async def handle(sender: str, name: str) -> None:
        await intake.begin(sender)
        if name == "a1":
            await may_end.wait()
        done.append(name)
        intake.end(sender)
        intake.give_up(sender)

    tasks = []
    for sender, name in (("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3")):
        intake.enter(sender)
        tasks.append(asyncio.create_task(handle(sender, name)))
    await tasks[2]
    assert done == ["b1"]
    may_end.set()
    await asyncio.gather(*tasks)
    assert done == ["b1", "a1", "a2", "a3"]
    assert intake.in_hand == 0


async def test_a_turn_that_is_given_up_passes_to_the_next() -> None:
    intake, done = Intake(), list[str]()

    async def handle(name: str) -> None:
        try:
            await intake.begin("a")
        except asyncio.CancelledError:
            intake.give_up("a")
            raise
        done.append(name)
        intake.end("a")
        intake.give_up("a")

    for _ in range(3):
        intake.enter("a")
    await intake.begin("a")
    second, third = asyncio.create_task(handle("second")), asyncio.create_task(handle("third"))
    await asyncio.sleep(0)
    second.cancel()
    intake.end("a")
    intake.give_up("a")
    await asyncio.gather(second, third, return_exceptions=True)
    assert done == ["third"]
    assert intake.in_hand == 0


async def test_no_more_turns_at_once_than_the_database_has_connections_for() -> None:
    intake, running, most = Intake(at_once=2), 0, 0

    async def handle(sender: str) -> None:
        nonlocal running, most
        await intake.begin(sender)
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        intake.end(sender)
        intake.give_up(sender)

    senders = [f"s{number}" for number in range(20)]
    for sender in senders:
        intake.enter(sender)
    await asyncio.gather(*(handle(sender) for sender in senders))
    assert most == 2


async def test_who_sends_faster_than_is_answered_takes_their_share_only() -> None:
    intake = Intake(most=100, most_of_one=2)
    for _ in range(50):
        intake.enter("flood")
        intake.handled("flood")
    assert intake.in_hand == 2
    for left in range(49, -1, -1):
        intake.leave("flood")
        assert intake.in_hand == min(left, 2)


async def test_who_finds_no_place_waits_in_line_first_come_first_served() -> None:
    intake, let_in = Intake(most=1, most_in_line=2, within=60), list[str]()

    async def come(sender: str, name: str) -> None:
        await intake.line_up(sender)
        let_in.append(name)

    await come("a", "a")
    waiting = [asyncio.create_task(come(sender, name)) for sender, name in (("b", "b1"), ("b", "b2"))]
    await asyncio.sleep(0)
    with pytest.raises(Full):
        await intake.line_up("c")
    intake.give_up("a")
    # Comes in between, while b1 has not run yet: neither passes them.
    waiting.append(asyncio.create_task(come("c", "c")))
    await waiting[0]
    assert (let_in, intake.in_hand) == (["a", "b1"], 1)
    intake.give_up("b")
    await waiting[1]
    intake.give_up("b")
    await waiting[2]
    intake.give_up("c")
    assert (let_in, intake.in_hand) == (["a", "b1", "b2", "c"], 0)


async def test_a_place_in_line_has_an_end() -> None:
    intake = Intake(most=1, within=0)
    intake.enter("a")
    with pytest.raises(Full):
        await intake.line_up("b")
    patient = Intake(most=1, within=60)
    patient.enter("a")
    with pytest.raises(Full):
        await patient.line_up("b", 0)
    gone = asyncio.create_task(Intake.line_up(intake, "c"))
    await asyncio.sleep(0)
    gone.cancel()
    intake.give_up("a")
    await asyncio.wait({gone})
    assert intake.in_hand == 0
    await intake.line_up("d")
    assert intake.in_hand == 1


async def test_it_is_calm_when_nobody_waits_for_an_answer() -> None:
    intake = Intake()
    await intake.calm(within=60)
    intake.enter("Amina")
    waiting = asyncio.create_task(intake.calm(within=60))
    await asyncio.sleep(0)
    assert not waiting.done()
    intake.handled("Amina")
    intake.leave("Amina")
    await waiting
    intake.enter("Bilal")
    # In a flood it is waited for no longer than this.
    await intake.calm(within=0)
