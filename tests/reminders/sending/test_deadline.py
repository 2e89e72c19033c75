"""One timer for all sendings: what is late ends with TimeoutError, and nothing else does."""

import asyncio

import pytest

from reminders.sending.deadline import Deadline


async def _told(value: str, waits_for: asyncio.Event | None = None) -> str:
    if waits_for is not None:
        await waits_for.wait()
    return value


async def test_what_is_done_in_time_is_given_back() -> None:
    assert await Deadline(60).within(_told("done")) == "done"


async def test_what_is_late_is_cancelled_and_the_task_goes_on() -> None:
    deadline, never = Deadline(0.01), asyncio.Event()
    with pytest.raises(TimeoutError):
        await deadline.within(_told("late", never))
    # The task was cancelled for this only: it can wait again, and be late again.
    assert await deadline.within(_told("soon")) == "soon"
    with pytest.raises(TimeoutError):
        await deadline.within(_told("late", never))


async def test_each_has_its_own_time() -> None:
    """The timer of the first goes on to the next one."""
    deadline, never = Deadline(0.02), asyncio.Event()

    async def late() -> str:
        try:
            return await deadline.within(_told("late", never))
        except TimeoutError:
            return "over"

    first = asyncio.create_task(late())
    await asyncio.wait([first], timeout=0.01)
    second = asyncio.create_task(late())
    assert list(await asyncio.gather(first, second)) == ["over", "over"]


async def test_who_is_called_off_from_outside_is_not_late() -> None:
    deadline, never = Deadline(60), asyncio.Event()
    task = asyncio.create_task(deadline.within(_told("late", never)))
    await asyncio.wait([task], timeout=0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_fault_of_the_work_comes_through() -> None:
    async def fails() -> None:
        raise LookupError("nobody")

    with pytest.raises(LookupError):
        await Deadline(60).within(fails())
