"""Work that is done side by side, a process for each core."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Literal, TypeVar

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def side_by_side(
    work: Callable[[_Given], _Made], given: Iterable[_Given], *, begun: Literal["fork", "spawn"] = "fork"
) -> list[_Made]:
    """What `work` makes of each, in their order, as many at a time as there are cores.

    With "fork" a process has what was there before; what has threads of its own (the encoder) needs "spawn".
    """
    with ProcessPoolExecutor(os.cpu_count(), get_context(begun)) as processes:
        return list(processes.map(work, given))
