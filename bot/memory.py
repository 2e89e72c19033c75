"""The process's memory: enough at the start, not reserved without need, and a word when it is used up.

What the system refuses shows in whatever asked for it: a thread that cannot begin, a library that ends the process. So
there is a look for some room every few seconds (bot.watch), and where there is none the process ends while it can still
say why; its supervisor starts it anew, and what people wrote meanwhile is brought again.
"""

import ctypes
import mmap
import resource
from typing import Final

# The service at work reserves 0.7 GB with everything on, much of it never touched.
LEAST: Final = 1_000_000_000
# More than any one thing asks for at a time: a thread's stack, a file's content, a model's table.
ROOM: Final = 64 * 2**20
# glibc reserves 64 MB for each arena and makes up to eight arenas a core, one for each thread that finds all others
# busy. Of Python's threads one works at a time: with two arenas the service reserved 0.7 GB instead of 1.3 and more.
_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2


class TooLittleMemory(MemoryError):
    """The system lets this process have too little memory."""

    def __init__(self, may: int, least: int) -> None:
        super().__init__(
            f"This process may reserve {may // 10**6} MB of memory, and Maatje needs {least // 10**6}. Raise the "
            "limit: `ulimit -v`, or LimitAS= in a systemd unit."
        )


class MemoryUsedUp(MemoryError):
    """There is no memory left for this process."""

    def __init__(self) -> None:
        super().__init__(
            "The memory that this process may have is used up. It ends, to be started anew; when that comes again, "
            "give it more (`ulimit -v`, LimitAS= in a systemd unit, or the machine's own)."
        )


def have_memory(least: int = LEAST) -> None:
    """See that the process may have enough memory; call it before any thread begins.

    Raises:
        TooLittleMemory: the limit of its addresses is lower than the service needs (bytes).
    """
    may, _ = resource.getrlimit(resource.RLIMIT_AS)
    if may != resource.RLIM_INFINITY and may < least:
        raise TooLittleMemory(may, least)
    # Only glibc has it, and only there it is needed.
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def have_room(room: int = ROOM) -> None:
    """See that so many bytes more could be had; nothing is taken.

    Raises:
        MemoryUsedUp: they could not.
    """
    try:
        mmap.mmap(-1, room, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ).close()
    except OSError:
        raise MemoryUsedUp from None
