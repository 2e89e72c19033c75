"""Too little memory is said at the start, and used-up memory ends the process with a word."""

import resource
import sys

import pytest

from bot.memory import MemoryUsedUp, TooLittleMemory, have_memory, have_room


def test_a_start_with_too_little_says_what_to_do() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    # Far more than this process has: nothing else is refused meanwhile.
    resource.setrlimit(resource.RLIMIT_AS, (2**50, hard))
    try:
        with pytest.raises(TooLittleMemory, match=r"needs 1125899907\. .*ulimit -v"):
            have_memory(2**50 + 1_000_000)
        have_memory(2**50)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_room_is_looked_for_and_not_taken() -> None:
    have_room(2**20)
    # No machine has so many addresses.
    with pytest.raises(MemoryUsedUp, match="used up"):
        have_room(sys.maxsize // 2)
