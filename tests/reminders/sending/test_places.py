"""Places are given in the order in which they were asked for, and none is ever lost."""

import asyncio

from reminders.sending.places import Places


async def _in_line(places: Places, *names: str) -> tuple[list[str], list[asyncio.Task[None]]]:
    """Who has a place, by name in order, and the tasks that asked."""
    has: list[str] = []

    async def ask(name: str) -> None:
        await places.take()
        has.append(name)

    tasks = [asyncio.create_task(ask(name)) for name in names]
    await asyncio.wait(tasks, timeout=0)
    return has, tasks


async def test_the_first_in_line_has_the_next_place() -> None:
    places = Places(1)
    has, tasks = await _in_line(places, "a", "b", "c")
    assert has == ["a"]
    assert places.all_taken
    places.give_back()
    places.give_back()
    await asyncio.gather(*tasks)
    assert has == ["a", "b", "c"]
    places.give_back()
    assert not places.all_taken


async def test_one_is_woken_and_wakes_the_next_where_a_place_is_left() -> None:
    places = Places(3)
    for _ in range(3):
        await places.take()
    has, tasks = await _in_line(places, "a", "b", "c")
    assert has == []
    for _ in range(2):
        places.give_back()
    await asyncio.wait(tasks, timeout=0.01)
    assert has == ["a", "b"]
    places.give_back()
    await asyncio.gather(*tasks)
    assert has == ["a", "b", "c"]


async def test_who_is_at_work_has_a_place_before_who_was_woken_for_it() -> None:
    places = Places(1)
    has, tasks = await _in_line(places, "a", "b")
    places.give_back()
    await places.take()
    await asyncio.wait(tasks[1:], timeout=0.01)
    assert has == ["a"]
    places.give_back()
    await asyncio.gather(*tasks)
    assert has == ["a", "b"]


async def test_who_was_called_off_is_passed_over() -> None:
    places = Places(1)
    has, (first, second, third) = await _in_line(places, "a", "b", "c")
    second.cancel()
    places.give_back()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert has == ["a", "c"]


async def test_a_place_given_to_who_is_called_off_goes_on() -> None:
    places = Places(1)
    has, (first, second, third) = await _in_line(places, "a", "b", "c")
    places.give_back()
    second.cancel()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert has == ["a", "c"]
    places.give_back()
    assert not places.all_taken
