"""What takes longest of understanding a text, done before its turn: in a thread, and while nothing is locked.

The meaning of a text takes 20 ms on a quiet core and 90 on a busy one. Within the turn's transaction, which holds
SQLite's one lock, and on the loop that everybody's messages go through, that was half of what a flood waited for.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.understanding.door import TrainedDoor


class Beforehand:
    """Has the meaning of a text worked out and remembered (bot.faq.meaning)."""

    def __init__(self, door: TrainedDoor) -> None:
        self._door = door
        # Its own: what waits here must not keep the outbox from the threads that all share.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="meaning")

    async def __call__(self, text: str) -> None:
        """Come back when the door knows what this text means."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._door.work_out, text)
