"""One bad row among many is found, and the others are worked on."""

from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from storage.engine.bad_rows import in_parts


async def test_what_stumbles_alone_is_told_and_the_others_are_done() -> None:
    bad: list[tuple[int, str]] = []
    tries: list[int] = []

    async def work(ids: Sequence[int]) -> list[int]:
        tries.append(len(ids))
        if {7, 300} & set(ids):
            raise ValueError
        return list(ids)

    found = await in_parts(range(1, 501), work, lambda row, error: bad.append((row, type(error).__name__)))
    assert sorted(row for part in found for row in part) == [n for n in range(1, 501) if n not in (7, 300)]
    assert bad == [(7, "ValueError"), (300, "ValueError")]
    assert len(tries) < 40


async def test_what_the_database_could_not_do_is_no_rows_fault() -> None:
    async def work(_: Sequence[int]) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    with pytest.raises(OperationalError):
        await in_parts([1, 2], work, lambda *_: pytest.fail("no row is bad"))


async def test_no_rows_are_no_work() -> None:
    async def work(_: Sequence[int]) -> None:
        pytest.fail("there is nothing to do")

    assert await in_parts([], work, lambda *_: None) == []
