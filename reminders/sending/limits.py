"""The bounds of one delivery worker: how much is in hand at once, and how long things may take."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is in hand at once, and how long things may take."""

    batch: int = 500
    # Claimed and not yet recorded, but for what waits in its lane for its channel's rate (of each channel at most as
    # much as goes in `patience`); bounds memory, and how much waits for a lease to run out after a crash.
    in_hand: int = 1500
    tasks_per_channel: int = 64
    lease: timedelta = timedelta(seconds=120)
    send_timeout: timedelta = timedelta(seconds=30)
    # A message that would wait longer than this for its turn goes back to the queue meanwhile.
    patience: timedelta = timedelta(seconds=5)
    poll: timedelta = timedelta(seconds=1)
    sweep: timedelta = timedelta(seconds=5)
